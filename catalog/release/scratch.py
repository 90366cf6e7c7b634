"""Files that a release is made in, and the places of rows in its order: what rows and search index both need."""

from __future__ import annotations

import sqlite3
from collections.abc import Container, Sequence
from pathlib import Path
from typing import Final

from sqlalchemy import Table

from catalog.database import BUSY_TIMEOUT_SECONDS
from catalog.models import metadata
from catalog.release.order import ORDER, referred

_SETTINGS: Final = (
    # That of a large release. With 4,096 bytes, to fill and to index tables takes half as long again (measured).
    "page_size = 16384",
    "auto_vacuum = NONE",
    # Whatever becomes of the scratch file, nobody sees it: no journal, no waiting for the disk.
    "journal_mode = OFF",
    "synchronous = OFF",
    # SQLite sorts in as much again, and three of these are open at a time: more is no quicker (measured).
    "cache_size = -16384",
    # The check of the finished file looks at them, and is the one that counts.
    "ignore_check_constraints = ON",
)

REFERRED: Final = {referred(column) for table in metadata.tables.values() for column in table.columns}
"""The tables whose ids stand in others, where the new one is looked up by the old."""

_PARTS: Final = {"papers": (("arxiv_id > ''", "arxiv_id"), ("coalesce(arxiv_id, '') = ''", "title_key"))}
"""Parts of a table, one after the other in its order, each in the order of an index: nothing has to be sorted."""


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
    name = table.name
    connection.execute(f"CREATE TEMP TABLE place_of_{name} (new INTEGER PRIMARY KEY, old INTEGER NOT NULL)")
    # SQLite numbers the rows as they come: row_number() takes ten times as long (measured).
    insert = f"INSERT INTO temp.place_of_{name} (old) SELECT"
    if name in _PARTS:
        for condition, key in _PARTS[name]:
            connection.execute(f"{insert} id FROM working.{name} WHERE {condition} ORDER BY {key}")
    else:
        connection.execute(f"{insert} row.id {in_order(table, (), ORDER[name])}")
    # After the rows, which come in another order.
    connection.execute(f"CREATE UNIQUE INDEX temp.ux_place_of_{name} ON place_of_{name} (old)")


def in_order(table: Table, columns: Sequence[str], keys: Sequence[str]) -> str:
    """Return what follows the columns in a SELECT of `columns`: the rows of the working table in the order of `keys`.

    Where the first key is a reference, the rows of one place come after those of another, and only few at a time have
    to be sorted; they do not come where it leads nowhere.
    """
    names = [key.partition(" ")[0] for key in keys]
    target = referred(table.c[names[0]])
    terms = ", ".join(value(table, name, names[0]) + key[len(name) :] for name, key in zip(names, keys, strict=True))
    if target is None:
        return f"FROM working.{table.name} AS row {joins(table, {*columns, *names})} ORDER BY {terms}"
    # CROSS JOIN keeps the order of the loops: places one after the other, and the rows of each by an index.
    return (
        f"FROM temp.place_of_{target} AS first CROSS JOIN working.{table.name} AS row ON row.{names[0]} = first.old "
        f"{joins(table, {*columns, *names} - {names[0]})} ORDER BY {terms}"
    )


def value(table: Table, name: str, first: str = "") -> str:
    """Return a column of the working table for a SELECT, with new ids in the place of old ones.

    `first` is the key that `in_order` starts with. A reference that leads nowhere leads nowhere in the copy, too, and
    its check sees it.
    """
    if referred(table.c[name]) is None:
        return f'row."{name}"'
    return "first.new" if name == first else f'iif(row."{name}" IS NULL, NULL, coalesce(of_{name}.new, 0))'


def joins(table: Table, columns: Container[str]) -> str:
    """Return what a working table is joined with in a FROM: the places of all that `columns` refer to."""
    targets = {column.name: referred(column) for column in table.columns if column.name in columns}
    return " ".join(
        f'LEFT JOIN temp.place_of_{target} AS of_{name} ON of_{name}.old = row."{name}"'
        for name, target in targets.items()
        if target is not None
    )
