"""Ask a question of an open lake, as the site asks it of a catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from catalog.export.sources import parameters_of
from catalog.lake.questions.translation import lake_sql
from catalog.questions import question

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from pyspark.sql import SparkSession

Answer = list[dict[str, Any]]


def ask_duckdb(connection: DuckDBPyConnection, name: str, given: Mapping[str, str] | None = None) -> Answer:
    """Return the rows that answer the question `name`, of a lake that `open_in_duckdb` opened.

    `given` are its parameters; one that is left out is the empty text. Raises KeyError where there is no such question,
    CatalogError where a lake does not answer it.
    """
    cursor = connection.execute(lake_sql(name, "duckdb"), _parameters(name, given))
    columns = [column for column, *_ in cursor.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def ask_spark(session: SparkSession, name: str, given: Mapping[str, str] | None = None) -> Answer:
    """Return the rows that answer the question `name`, of a lake that `open_in_spark` opened; as `ask_duckdb` does."""
    rows = session.sql(lake_sql(name, "spark"), args=_parameters(name, given)).collect()
    return [row.asDict() for row in rows]


def _parameters(name: str, given: Mapping[str, str] | None) -> dict[str, Any]:
    return {parameter: (given or {}).get(parameter, "") for parameter in parameters_of(question(name))}
