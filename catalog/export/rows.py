"""The rows of a table or an answer, one after the other, and everything that one command reads from one state."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from catalog.export.sources import Column, Source, answer_column
from catalog.lookup.connection import opened

ROWS_IN_STEP: Final = 1_000
"""So many rows are one step of the progress."""

Row = tuple[Any, ...]


class WrongValueError(Exception):
    """A value is none of its column: only damage puts one there, and only large files are not looked through first."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What a format writes. `rows` can be gone through once, and holds no more than one of them in memory."""

    comment: str
    columns: tuple[Column, ...]
    rows: Iterator[Row]


@contextmanager
def one_state(database: Path) -> Iterator[sqlite3.Connection]:
    """Open the catalogue for reading: whatever is asked of it shows the same state, while others may wait to write.

    Raises CatalogError where the file is no catalogue of this version, or turns out to be damaged.
    """
    with opened(database) as connection:
        connection.row_factory = None
        connection.isolation_level = None
        connection.execute("BEGIN")
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()  # a transaction begins with what it reads first
        yield connection


def step_count(connection: sqlite3.Connection, source: Source) -> int:
    """Return how often `rows_of` calls `on_step`, or a little more."""
    if not source.columns:
        return 1  # answers are short
    (count,) = connection.execute(f'SELECT count(*) FROM "{source.name}"').fetchone()  # noqa: S608 - a table of ours
    return int(count) // ROWS_IN_STEP + 1


def rows_of(connection: sqlite3.Connection, source: Source, on_step: Callable[[], None]) -> Rows:
    """Ask for a table or an answer."""
    if "escape_fts(" in source.sql or "printable(" in source.sql:
        _bring_functions_of_the_site(connection)
    cursor = connection.execute(source.sql, source.parameters)
    columns = source.columns or tuple(answer_column(name) for name, *_ in cursor.description)
    return Rows(source.comment, columns, _counted(cursor, on_step))


def _bring_functions_of_the_site(connection: sqlite3.Connection) -> None:
    # Its own, so that the answer is the same. Imported late: with them comes Datasette.
    from catalog.site.plugins import cells, requests

    requests.prepare_connection(connection)
    cells.prepare_connection(connection)


def _counted(rows: Iterator[Row], on_step: Callable[[], None]) -> Iterator[Row]:
    for number, row in enumerate(rows, start=1):
        yield row
        if number % ROWS_IN_STEP == 0:
            on_step()
    on_step()
