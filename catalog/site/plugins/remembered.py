"""What is counted once is remembered: a served file does not change, and facets are counts over all of it."""

# Datasette has no types: its imports and its decorator are unknown to mypy.
# mypy: disable-error-code="import-untyped", disallow-untyped-decorators=False
from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any, Final

from datasette import hookimpl

# How Datasette writes the counts of a facet and of a table.
_COUNTS: Final = re.compile(r"\s*select (?:count\(\*\)|\S+ as value, count\(\*\) as count)\s", re.IGNORECASE)
_MOST: Final = 500
_MOST_ROWS: Final = 200

Execute = Callable[..., Awaitable[Any]]


@hookimpl
def startup(datasette: Any) -> None:
    """Remember the last counts of each file that is served as immutable."""
    for database in datasette.databases.values():
        if not database.is_mutable:
            database.execute = _remembering(database.execute)


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
