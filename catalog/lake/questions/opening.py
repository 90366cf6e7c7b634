"""A lake in DuckDB and in Spark SQL: each table under its own name, with the columns and comparisons of the models.

Only the files that the manifest names are read. Who opened a lake keeps the tables of that build, until the next but
one; open it again for newer ones.
"""

from __future__ import annotations

import string
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Column, Integer

from catalog.errors import CatalogError
from catalog.lake.layout import Lake
from catalog.models import metadata

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from pyspark.sql import SparkSession

_REPLACED: Final = "\N{REPLACEMENT CHARACTER}"
_PRINTED: Final = frozenset(string.printable) - frozenset("\t\n\r\x0b\x0c")


def open_in_duckdb(folder: Path) -> DuckDBPyConnection:
    """Return a DuckDB in memory with a view for each table of the lake in `folder`, which is only read.

    Raises CatalogError where there is no lake of this version, or no DuckDB.
    """
    try:
        import duckdb
    except ImportError as error:
        raise CatalogError("DuckDB is not installed here; run `pip install duckdb`.") from error
    tables = dict(_tables(folder))
    connection = duckdb.connect()
    for table, files in tables.items():
        # A view takes no parameters.
        listed = ", ".join(_quoted(str(file)) for file in files)
        rows = f"read_parquet([{listed}], hive_partitioning = true, hive_types_autocast = false)"
        columns = _columns(table, "{0} COLLATE NOCASE")
        connection.execute(
            f"CREATE VIEW {table} AS SELECT {', '.join(columns)} "  # noqa: S608 - names of ours, and quoted ones
            f"FROM {rows if files else f'({_nothing(table)})'}"
        )
    connection.execute("""CREATE MACRO texts_of_json(texts) AS from_json(texts, '["VARCHAR"]')""")
    connection.execute(
        f"CREATE MACRO printable(given) AS regexp_replace(coalesce(given, ''), '{_unprintable()}', '{_REPLACED}', 'g')"
    )
    return connection


def open_in_spark(session: SparkSession, folder: Path) -> None:
    """Make a temporary view in `session` for each table of the lake in `folder`, which is only read.

    Raises CatalogError where there is no lake of this version.
    """
    for table, files in _tables(folder):
        if files:
            # Spark finds the folders of a partition from where the table begins.
            base = next(parent for parent in files[0].parents if parent.name == table)
            rows = session.read.option("basePath", str(base)).parquet(*map(str, files))
        else:
            rows = session.sql(_nothing(table))
        rows.selectExpr(*_columns(table, "collate({0}, 'UTF8_LCASE')")).createOrReplaceTempView(table)
    session.sql(
        "CREATE OR REPLACE TEMPORARY FUNCTION texts_of_json(texts STRING) RETURNS ARRAY<STRING> "
        "RETURN from_json(texts, 'array<string>')"
    )
    session.sql(
        "CREATE OR REPLACE TEMPORARY FUNCTION printable(given STRING) RETURNS STRING "
        f"RETURN regexp_replace(coalesce(given, ''), r'{_unprintable()}', '{_REPLACED}')"
    )


def _tables(folder: Path) -> Iterator[tuple[str, list[Path]]]:
    """Yield each table with its files, as the manifest names them."""
    lake = Lake(folder)
    for table, files in lake.manifest().files.items():
        if table in metadata.tables:
            yield table, [lake.folder.absolute() / file.path for file in files]


def _columns(table: str, without_case: str) -> list[str]:
    """Return what a view says of the columns: a year that names a folder is text, an owner has no case."""
    return [_column(column, without_case) for column in metadata.tables[table].columns]


def _column(column: Column[Any], without_case: str) -> str:
    name = column.name
    if _is_whole(column):
        return f"CAST({name} AS BIGINT) AS {name}"
    is_without_case = getattr(column.type, "collation", None) == "NOCASE"
    return f"{without_case.format(name)} AS {name}" if is_without_case else name


def _nothing(table: str) -> str:
    """Return a query for no rows with the columns of a table: one without rows has no files."""
    kinds = ((column.name, "BIGINT" if _is_whole(column) else "STRING") for column in metadata.tables[table].columns)
    return f"SELECT {', '.join(f'CAST(NULL AS {kind}) AS {name}' for name, kind in kinds)} WHERE false"


def _is_whole(column: Column[Any]) -> bool:
    return isinstance(column.type, Integer)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _unprintable() -> str:
    """Return the site's own rule for what no page and no feed shows, as a pattern of Java and of DuckDB."""
    # Imported late: with it comes Datasette.
    from catalog.site.plugins.cells import UNPRINTABLE

    return "".join(each if each in _PRINTED else f"\\x{{{ord(each):x}}}" for each in UNPRINTABLE.pattern)
