"""The questions of the catalogue, asked of a lake: in DuckDB and in Spark SQL, from the same text as in SQLite.

`open_in_duckdb` and `open_in_spark` bring the tables under their names, `ask_duckdb` and `ask_spark` answer a question,
and `lake_sql` gives its translation. Questions that need the search index have none: `NOT_ASKED`.
"""

from __future__ import annotations

from catalog.lake.questions.asking import ask_duckdb, ask_spark
from catalog.lake.questions.opening import open_in_duckdb, open_in_spark
from catalog.lake.questions.translation import NOT_ASKED, Dialect, lake_sql

__all__ = ["NOT_ASKED", "Dialect", "ask_duckdb", "ask_spark", "lake_sql", "open_in_duckdb", "open_in_spark"]
