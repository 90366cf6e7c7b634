"""What one statement may take and do: read, within limits. Works in any Datasette that loads this folder."""

# Datasette has no types: its imports and its decorator are unknown to mypy.
# mypy: disable-error-code="import-untyped", disallow-untyped-decorators=False
from __future__ import annotations

import ctypes
import sqlite3
import sys
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

from datasette import hookimpl

# What all connections of the process take together, page caches and the search index included.
MAX_HEAP_BYTES: Final = 48 * 1024**2
# The longest value that a page shows, far longer than any abstract; `answers.py` allows a visitor's own SQL less.
MAX_VALUE_BYTES: Final = 1_000_000
# SQLite looks at the clock only where a statement jumps back: what runs in between must be short. At 100,000 bytes
# a value the slowest functions take about 0.07 s a call, the others less than 2 ms.
MAX_FUNCTIONS: Final = 150
MAX_SLOW_FUNCTIONS: Final = 16

# Its number in glibc's malloc.h; other C libraries have no such thing.
_M_ARENA_MAX: Final = -8
_ARENAS: Final = 2

_LIMITS: Final = {
    sqlite3.SQLITE_LIMIT_LENGTH: MAX_VALUE_BYTES,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 16_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 64,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 200,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 50,
    sqlite3.SQLITE_LIMIT_VDBE_OP: 25_000,
    sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 32,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 200,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}

# They make long values out of nothing, or pointers out of numbers, write to the log, or take a second for one call;
# no page needs them.
_DENIED_FUNCTIONS: Final = frozenset(
    {
        "format",
        "fts3_tokenizer",
        "json_patch",
        "load_extension",
        "printf",
        "randomblob",
        "sqlite_log",
        "zeroblob",
    }
)
# Their time grows with the product of two lengths, or is that of a search.
_SLOW_FUNCTIONS: Final = frozenset(
    {"glob", "highlight", "instr", "like", "ltrim", "match", "regexp", "replace", "rtrim", "snippet", "trim", "unhex"}
)
_READING: Final = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE})
# What Datasette and the search index ask for themselves, and nothing that a pragma could change.
_PRAGMAS: Final = frozenset(
    {
        "data_version",
        "database_list",
        "foreign_key_list",
        "function_list",
        "index_info",
        "index_list",
        "index_xinfo",
        "page_count",
        "page_size",
        "schema_version",
        "table_info",
        "table_xinfo",
    }
)
# They would show where on the machine the file is, or the statements of other visitors.
_DENIED_TABLES: Final = frozenset({"pragma_database_list", "sqlite_stmt"})
# Datasette's own databases, which it writes to; no visitor's SQL reaches them.
_OWN_DATABASES: Final = frozenset({"_internal", "_memory"})

ExecuteFn = Callable[[Callable[[sqlite3.Connection], Any]], Awaitable[Any]]


def _use_few_arenas() -> None:
    # glibc keeps a heap for each thread and gives none of it back: with sixteen, an attack left 80 MB more behind.
    if sys.platform != "linux":
        return
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS)


class _Named(threading.local):
    """How many functions the statement that this thread prepares has named so far."""

    functions = 0
    slow = 0


_named = _Named()


@hookimpl
def prepare_connection(conn: sqlite3.Connection, database: str) -> None:
    """Bound what one statement may take, and let it do nothing but read."""
    for limit, value in _LIMITS.items():
        conn.setlimit(limit, value)
    # It holds for the whole process, and a smaller one that somebody else set stays.
    conn.execute(f"PRAGMA hard_heap_limit = {MAX_HEAP_BYTES}")
    if database in _OWN_DATABASES:
        conn.set_authorizer(_deny_functions)
        return
    # A view or trigger of a file that somebody made up runs no function with side effects.
    conn.execute("PRAGMA trusted_schema = OFF")
    conn.set_authorizer(_allow_reading)


@hookimpl
def startup(datasette: Any) -> None:
    """Count the functions of every statement afresh."""
    _use_few_arenas()
    for name, database in datasette.databases.items():
        if name not in _OWN_DATABASES:
            database.execute_fn = _counted_afresh(database.execute_fn)


def _counted_afresh(execute_fn: ExecuteFn) -> ExecuteFn:
    async def counted(fn: Callable[[sqlite3.Connection], Any]) -> Any:
        def afresh(conn: sqlite3.Connection) -> Any:
            _named.functions = _named.slow = 0
            return fn(conn)

        return await execute_fn(afresh)

    return counted


def _deny_functions(action: int, _first: str | None, second: str | None, _schema: str | None, _by: str | None) -> int:
    is_denied = action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in _DENIED_FUNCTIONS
    return sqlite3.SQLITE_DENY if is_denied else sqlite3.SQLITE_OK


def _allow_reading(action: int, first: str | None, second: str | None, _schema: str | None, _by: str | None) -> int:
    name = (first or "").lower()
    if action == sqlite3.SQLITE_FUNCTION:
        return _allow_function((second or "").lower())
    if action == sqlite3.SQLITE_PRAGMA:
        return sqlite3.SQLITE_OK if name in _PRAGMAS else sqlite3.SQLITE_DENY
    # SQLite asks this of its own when it opens the search index; a visitor's UPDATE of the schema fails all the same.
    if action == sqlite3.SQLITE_UPDATE and name == "sqlite_master":
        return sqlite3.SQLITE_OK
    is_allowed = action in _READING and name not in _DENIED_TABLES
    return sqlite3.SQLITE_OK if is_allowed else sqlite3.SQLITE_DENY


def _allow_function(name: str) -> int:
    _named.functions += 1
    _named.slow += name in _SLOW_FUNCTIONS
    is_too_many = _named.functions > MAX_FUNCTIONS or _named.slow > MAX_SLOW_FUNCTIONS
    return sqlite3.SQLITE_DENY if is_too_many or name in _DENIED_FUNCTIONS else sqlite3.SQLITE_OK
