"""The search index of a release, made in a file and a thread of its own while the rows are copied: it takes as long.

It is read from the working file and not from the copy, which nobody else can read before it is finished. The tables
that it consists of (https://www.sqlite.org/fts5.html, 7) are then copied like any other.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

from catalog.fresh import fresh_catalogue
from catalog.models import SEARCH_TABLE, metadata
from catalog.release.scratch import open_scratch, place_rows

# The whole index of some 100,000 abstracts is made in memory and written once. SQLite's own 1 MB would write and merge
# it in many pieces: half as long again (measured), and how they are merged is an affair of each SQLite version.
_MEMORY: Final = 64 * 1024 * 1024

_PARTS: Final = ("data", "idx", "docsize", "config")


def make_search_index(working: Path, scratch: Path, on_begin: Callable[[sqlite3.Connection], None]) -> Path:
    """Make the search index of the catalogue at `working`, under the ids of a release, in the new file at `scratch`.

    Returns the path of that file. `on_begin` is called with the connection once it has begun to read. Raises
    sqlite3.Error where a file cannot be read or written.
    """
    with closing(open_scratch(scratch, working)) as connection:
        connection.execute("PRAGMA main.cache_size = -2048")  # what is written here is not read again soon
        connection.execute("BEGIN")
        connection.execute("SELECT 1 FROM working.sqlite_master").fetchone()
        on_begin(connection)
        connection.execute(_statement())
        place_rows(connection, metadata.tables["papers"])
        command = f"INSERT INTO main.{SEARCH_TABLE} ({SEARCH_TABLE}, rank) VALUES (?, ?)"  # noqa: S608 - of ours
        connection.execute(command, ("hashsize", _MEMORY))
        # CROSS JOIN keeps the order of the loops: by the new ids, as the index is written.
        connection.execute(
            f"INSERT INTO main.{SEARCH_TABLE} (rowid, title, abstract) SELECT place.new, row.title, row.abstract "  # noqa: S608
            "FROM temp.place_of_papers AS place CROSS JOIN working.papers AS row WHERE row.id = place.old "
            "ORDER BY place.new"
        )
        connection.execute(command, ("optimize", None))
        # The setting was for this once, and is no affair of whoever gets the file.
        connection.execute(f"DELETE FROM main.{SEARCH_TABLE}_config WHERE k = 'hashsize'")  # noqa: S608
        connection.execute("COMMIT")
    return scratch


def _statement() -> str:
    """The statement that makes the search index, empty."""
    return next(sql for _, sql in fresh_catalogue().statements if sql.startswith("CREATE VIRTUAL TABLE"))


def copy_search_index(connection: sqlite3.Connection, finished: Path) -> int:
    """Copy the index in the file `finished` into the empty one of `connection`, and return of how many papers it is."""
    connection.execute("ATTACH ? AS finished", (f"{finished.absolute().as_uri()}?mode=ro",))
    for part in _PARTS:
        name = f"{SEARCH_TABLE}_{part}"
        connection.execute(f"DELETE FROM main.{name}")  # noqa: S608 - names of ours, here and below
        connection.execute(f"INSERT INTO main.{name} SELECT * FROM finished.{name}")  # noqa: S608
    (count,) = connection.execute(f"SELECT count(*) FROM main.{SEARCH_TABLE}_docsize").fetchone()  # noqa: S608
    return int(count)
