"""What is asked once is remembered: a served file does not change, neither its schema nor what facets count."""

# Datasette has no types: its imports and its decorator are unknown to mypy.
# mypy: disable-error-code="import-untyped", disallow-untyped-decorators=False
from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from copy import copy
from typing import Any, Final

from datasette import hookimpl

# How Datasette writes the counts of a facet and of a table.
_COUNTS: Final = re.compile(r"\s*select (?:count\(\*\)|\S+ as value, count\(\*\) as count)\s", re.IGNORECASE)
# What Datasette asks of the schema, some of it hundreds of times for one page.
_OF_THE_SCHEMA: Final = (
    "foreign_keys_for_table",
    "fts_table",
    "get_all_foreign_keys",
    "get_table_definition",
    "hidden_table_names",
    "label_column_for_table",
    "primary_keys",
    "table_column_details",
    "table_columns",
    "table_exists",
    "table_names",
    "view_names",
)
_MOST: Final = 500
_MOST_ROWS: Final = 200

Execute = Callable[..., Awaitable[Any]]


@hookimpl
def startup(datasette: Any) -> None:
    """Remember the schema and the last counts of each file that is served as immutable."""
    for database in datasette.databases.values():
        if not database.is_mutable:
            database.execute = _remembering(database.execute)
            for name in _OF_THE_SCHEMA:
                setattr(database, name, _once(getattr(database, name)))


def _once(ask: Execute) -> Execute:
    known: dict[tuple[Any, ...], Any] = {}

    async def once(*names: Any) -> Any:
        if names not in known:
            if len(known) >= _MOST:  # a visitor can ask for tables that are not there
                return await ask(*names)
            known[names] = await ask(*names)
        # Nobody may change what the others get.
        return copy(known[names])

    return once


def _remembering(execute: Execute) -> Execute:
    known: OrderedDict[tuple[str, str], Any] = OrderedDict()

    async def remembering(sql: str, params: Any = None, *rest: Any, **options: Any) -> Any:
        if not _COUNTS.match(sql):
            return await execute(sql, params, *rest, **options)
        key = (sql, repr(params) + repr(rest) + repr(options.get("truncate")) + repr(options.get("page_size")))
        if key in known:
            known.move_to_end(key)
            return known[key]
        results = await execute(sql, params, *rest, **options)
        if len(results.rows) <= _MOST_ROWS:
            known[key] = results
            if len(known) > _MOST:
                known.popitem(last=False)
        return results

    return remembering
