"""A question in SQLite's SQL -> the same question in the SQL of DuckDB or Spark. Pure."""

from __future__ import annotations

from functools import cache
from typing import Final, Literal

from catalog.errors import CatalogError
from catalog.questions import question

try:
    import sqlglot
except ImportError as error:
    raise CatalogError(
        "The questions of a lake need the package sqlglot, which is not installed here; "
        "run `pip install 'paper-catalog[spark]'`."
    ) from error

from catalog.lake.questions.rules import RULES

Dialect = Literal["duckdb", "spark"]

NOT_ASKED: Final = {
    "search": "ranks by the search index of SQLite (FTS5)",
    "feed_of_search": "selects by the search index of SQLite (FTS5)",
}
"""The questions that a lake does not answer, each with what it would need."""


@cache
def lake_sql(name: str, dialect: Dialect) -> str:
    """Return the question of that name in `dialect`; parameters keep their names (`$year` in DuckDB, `:year` in Spark).

    Raises KeyError where there is no such question, CatalogError where it cannot be asked of a lake.
    """
    asked = question(name)
    if name in NOT_ASKED:
        raise CatalogError(f"{name}: cannot be asked of a lake, it {NOT_ASKED[name]}; export a catalogue and ask that.")
    tree = sqlglot.parse_one(asked.sql, read="sqlite")
    for rule in RULES:
        rule(tree)
    # Everything that a dialect cannot say is an error: an answer that is nearly right would be worse than none.
    return tree.sql(dialect=dialect, unsupported_level=sqlglot.ErrorLevel.RAISE, comments=False)
