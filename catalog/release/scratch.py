"""Files that a release is made in, and the places of rows in its order: what rows and search index both need."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from sqlalchemy import Table

from catalog.database import BUSY_TIMEOUT_SECONDS
from catalog.models import metadata
from catalog.release.order import ORDER, referred

_SETTINGS: Final = (
    "auto_vacuum = NONE",
    # Whatever becomes of the scratch file, nobody sees it: no journal, no waiting for the disk.
    "journal_mode = OFF",
    "synchronous = OFF",
    # SQLite's own 2 MB would read the same pages again for each index (measured: half as long again).
    "cache_size = -65536",
    # The check of the finished file looks at them, and is the one that counts.
    "ignore_check_constraints = ON",
)

_REFERRED: Final = {referred(column) for table in metadata.tables.values() for column in table.columns}
"""The tables whose ids stand in others, where the new one is looked up by the old."""


def open_scratch(scratch: Path, working: Path) -> sqlite3.Connection:
    """Open the new file at `scratch`, with the catalogue at `working` beside it as `working`, which is only read."""
    uri = scratch.absolute().as_uri()
    connection = sqlite3.connect(uri, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None, uri=True)
    for pragma in _SETTINGS:
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("ATTACH ? AS working", (f"{working.absolute().as_uri()}?mode=ro",))
    return connection


def place_rows(connection: sqlite3.Connection, table: Table) -> None:
    """Make the temporary table that gives each row of `table` its place in the natural order: its new id by its old."""
    name, keys = table.name, ORDER[table.name]
    named = {word for key in keys for word in key.split()}
    columns = ["id", *(column.name for column in table.columns if column.name in named - {"id"})]
    connection.execute(f"CREATE TEMP TABLE place_of_{name} (new INTEGER PRIMARY KEY, old INTEGER NOT NULL)")
    connection.execute(
        f"INSERT INTO temp.place_of_{name} (new, old) "  # noqa: S608 - names and orders of ours
        f"SELECT row_number() OVER (ORDER BY {', '.join(keys)}) AS place, id "
        f"FROM (SELECT {selected(table, columns)} FROM {joined(table, columns)}) ORDER BY place"
    )
    if name in _REFERRED:  # after the rows: they come in another order
        connection.execute(f"CREATE UNIQUE INDEX temp.ux_place_of_{name} ON place_of_{name} (old)")


def selected(table: Table, columns: Iterable[str]) -> str:
    """Return the columns of the working table for a SELECT, with new ids in the place of old ones."""
    return ", ".join(
        # A reference that leads nowhere leads nowhere in the copy, too, and its check sees it.
        f'row."{name}"'
        if referred(table.c[name]) is None
        else f'iif(row."{name}" IS NULL, NULL, coalesce(of_{name}.new, 0)) AS "{name}"'
        for name in columns
    )


def joined(table: Table, columns: Iterable[str]) -> str:
    """Return the working table for a FROM, joined with the places that `selected` needs."""
    joins = [f"working.{table.name} AS row"]
    for name in columns:
        target = referred(table.c[name])
        if target is not None:
            joins.append(f'LEFT JOIN temp.place_of_{target} AS of_{name} ON of_{name}.old = row."{name}"')
    return " ".join(joins)
