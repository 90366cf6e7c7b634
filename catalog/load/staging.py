"""Rows as a set that SQL can read: one bound JSON array, unfolded inside the statement.

No table is made for it, so nothing but Alembic ever changes a schema, and a statement sees the whole document at once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import CTE, Integer, Select, TextClause, bindparam, column, func, select, text

from catalog.models import metadata
from catalog.rows import Row

_IDENTIFIERS = frozenset(metadata.tables) | {name for table in metadata.tables.values() for name in table.c.keys()}  # noqa: SIM118


@cache  # two parts of one statement must name the same expression, not two of one name
def staged(name: str, columns: tuple[str, ...]) -> CTE:
    """Return the rows bound as `name` (see `packed`) as a common table expression with `columns`."""
    unfolded = func.json_each(bindparam(name)).table_valued(column("value"), name=f"{name}_json")
    return select(*(func.json_extract(unfolded.c.value, f"$.{key}").label(key) for key in columns)).cte(
        f"staged_{name}"
    )


def packed(rows: Iterable[Row]) -> str:
    """Return `rows` as the text to bind for `staged`."""
    return json.dumps(list(rows))


def id_set(name: str) -> Select[tuple[Any]]:
    """Return a selectable of the integers bound as `name` (see `packed_ids`)."""
    unfolded = func.json_each(bindparam(name)).table_valued(column("value", Integer), name=f"{name}_json")
    return select(unfolded.c.value)


def packed_ids(ids: Iterable[int]) -> str:
    """Return `ids` as the text to bind for `id_set`."""
    return json.dumps(sorted(ids))


@cache
def statement(template: str, **identifiers: str) -> TextClause:
    """Return the SQL of `template`, its `{placeholders}` filled with names of our own tables and columns.

    Raises ValueError for any other name: values are always bound.
    """
    unknown = set(identifiers.values()) - _IDENTIFIERS
    if unknown:
        raise ValueError(f"no names of ours: {', '.join(sorted(unknown))}")
    return text(template.format(**identifiers))
