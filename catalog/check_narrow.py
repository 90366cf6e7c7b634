"""A temporary table of papers without their abstracts, for the checks that do not ask for these.

Most checks read all papers, and nine tenths of what they would read are abstracts. Names without a schema mean the
temporary table first (https://www.sqlite.org/lang_naming.html), so that their text stays as it is.
"""

from __future__ import annotations

import re
import sqlite3
from typing import Final

from catalog.models import papers

_WIDE: Final = "abstract"
_ASKS_FOR_IT: Final = re.compile(rf"\b{_WIDE}\b")
_COLUMNS: Final = [column for column in papers.columns if column.name != _WIDE and column.computed is None]


def needs_abstracts(query: str) -> bool:
    """Return whether a query asks for abstracts, or for anything of that name."""
    return _ASKS_FOR_IT.search(query) is not None


def narrow_papers(driver: sqlite3.Connection) -> None:
    """Let `papers` mean all papers without their abstracts, from now on.

    Where the table is damaged or another one, or where no disk has room for that, it goes on to mean the table itself.
    """
    # A column of another type could make another value of what a damaged file holds.
    columns = ", ".join(f"{column.name} {column.type}{' PRIMARY KEY' * column.primary_key}" for column in _COLUMNS)
    names = ", ".join(column.name for column in _COLUMNS)
    (may_not_write,) = driver.execute("PRAGMA query_only").fetchone()
    driver.execute("PRAGMA query_only = OFF")
    try:
        driver.execute(f"CREATE TEMP TABLE papers ({columns})")
        driver.execute(f"INSERT INTO temp.papers SELECT {names} FROM main.papers NOT INDEXED")  # noqa: S608 - of ours
    except sqlite3.DatabaseError:
        driver.execute("DROP TABLE IF EXISTS temp.papers")  # where that fails, too, no check may go on without rows
    finally:
        driver.execute(f"PRAGMA query_only = {may_not_write}")
