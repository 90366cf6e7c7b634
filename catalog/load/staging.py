"""Rows as a set that SQL can read: one bound JSON array, unfolded inside the statement.

No table is made for it, so nothing but Alembic ever changes a schema. It is for what is rare or small: text that is
unfolded costs more than rows that are bound one by one.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from math import nan
from typing import Any, Final

from sqlalchemy import ColumnClause, Connection, Integer, Select, Text, bindparam, column, func, select

from catalog.models import metadata
from catalog.rows import Row

_IDENTIFIERS = frozenset(metadata.tables) | {name for table in metadata.tables.values() for name in table.c.keys()}  # noqa: SIM118

_ROWS_AT_ONCE: Final = (32, 4, 1)
"""Few numbers, so that the driver keeps the statements that it has prepared."""

_NULL: Final = nan
"""What SQLite takes for NULL, too. The driver spends a microsecond on each None, to look for an adapter of it: half of
what stands in wide rows."""


def staged_positions() -> Select[tuple[Any]]:
    """Return a selectable of the positions of the rows bound as `mentions` (see `packed`)."""
    unfolded = func.json_each(bindparam("mentions")).table_valued(column("value"), name="mentions_json")
    return select(func.json_extract(unfolded.c.value, "$.position"))


def packed(rows: Iterable[Row]) -> str:
    """Return `rows` as the text to bind, for a statement to unfold with `json_each`."""
    return json.dumps(list(rows))


def id_set(name: str) -> Select[tuple[Any]]:
    """Return a selectable of the integers bound as `name` (see `packed_ids`)."""
    return _unfolded(name, column("value", Integer))


def text_set(name: str) -> Select[tuple[Any]]:
    """Return a selectable of the texts bound as `name` (see `packed_texts`)."""
    return _unfolded(name, column("value", Text))


def _unfolded(name: str, value: ColumnClause[Any]) -> Select[tuple[Any]]:
    return select(func.json_each(bindparam(name)).table_valued(value, name=f"{name}_json").c.value)


def packed_ids(ids: Iterable[int]) -> str:
    """Return `ids` as the text to bind for `id_set`."""
    return json.dumps(sorted(ids))


def packed_texts(texts: Iterable[str]) -> str:
    """Return different `texts` as the text to bind, in one order."""
    return json.dumps(sorted(set(texts)))


def run(connection: Connection, template: str, bound: Mapping[str, Any], **identifiers: str) -> list[sqlite3.Row]:
    """Execute the SQL of `template`, its `{placeholders}` filled with names of our own tables and columns.

    It goes straight to the driver, which takes `:names` from `bound`: what SQLAlchemy does to build a statement and to
    wrap its answer costs more than most of these do. Raises ValueError for any other name, because values are always
    bound, and the driver's own errors (sqlite3.Error).
    """
    cursor = driver(connection).cursor()
    cursor.row_factory = sqlite3.Row
    return cursor.execute(_filled(template, **identifiers), bound).fetchall()


def run_scalars(connection: Connection, template: str, bound: Mapping[str, Any], **identifiers: str) -> list[Any]:
    """Do as `run` and return the first value of each row."""
    return [value for value, *_ in driver(connection).execute(_filled(template, **identifiers), bound)]


def run_many(connection: Connection, statement: str, rows: Sequence[tuple[Any, ...] | Mapping[str, Any]]) -> None:
    """Execute `statement` once for each of `rows`, which it binds. Raises as `run`."""
    driver(connection).executemany(statement, rows)


def insert_rows(
    connection: Connection, table: str, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]], tail: str = ""
) -> None:
    """Insert `rows` into `columns` of `table`, many with each statement, which `tail` ends. Raises as `run`.

    Every statement opens each index and makes lists for its checks anew: for wide tables that costs as much as a row.
    """
    values = [_NULL if value is None else value for row in rows for value in row]
    execute, width, done = driver(connection).execute, len(columns), 0
    for size in _ROWS_AT_ONCE:
        statement = _insertion(table, columns, size, tail)
        while len(rows) - done >= size:
            execute(statement, values[done * width : (done + size) * width])
            done += size


@cache
def _insertion(table: str, columns: tuple[str, ...], row_count: int, tail: str) -> str:
    row = f"({', '.join('?' * len(columns))})"
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([row] * row_count)} {tail}"


def driver(connection: Connection) -> sqlite3.Connection:
    """Return the driver's own connection, which is in the transaction of `connection`."""
    own = connection.connection.driver_connection
    assert isinstance(own, sqlite3.Connection)
    return own


@cache
def _filled(template: str, **identifiers: str) -> str:
    unknown = set(identifiers.values()) - _IDENTIFIERS
    if unknown:
        raise ValueError(f"no names of ours: {', '.join(sorted(unknown))}")
    return template.format(**identifiers)
