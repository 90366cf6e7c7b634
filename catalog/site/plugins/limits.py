"""What one query may take and do: read, within limits. Works in any Datasette that loads this folder."""

# Datasette has no types: its imports and its decorator are unknown to mypy.
# mypy: disable-error-code="import-untyped", disallow-untyped-decorators=False
from __future__ import annotations

import sqlite3
from typing import Final

from datasette import hookimpl

# Far longer than any abstract, so that no text of a catalogue is refused; the time limit ends the sum of many such.
MAX_VALUE_BYTES: Final = 1_000_000

_LIMITS: Final = {
    sqlite3.SQLITE_LIMIT_LENGTH: MAX_VALUE_BYTES,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 50_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 64,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 200,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 50,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 1_000,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}

# They make long values out of nothing, or pointers out of numbers, and no page needs them.
_DENIED_FUNCTIONS: Final = frozenset(
    {"printf", "format", "zeroblob", "randomblob", "fts3_tokenizer", "load_extension"},
)
_READING: Final = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
)
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
# Datasette's own databases, which it writes to; no visitor's SQL reaches the first.
_OWN_DATABASES: Final = frozenset({"_internal", "_memory"})


@hookimpl
def prepare_connection(conn: sqlite3.Connection, database: str) -> None:
    """Bound what one query may take, and let it do nothing but read."""
    for limit, value in _LIMITS.items():
        conn.setlimit(limit, value)
    if database in _OWN_DATABASES:
        conn.set_authorizer(_deny_functions)
        return
    # A view or trigger of a file that somebody made up runs no function with side effects.
    conn.execute("PRAGMA trusted_schema = OFF")
    conn.set_authorizer(_allow_reading)


def _deny_functions(action: int, _first: str | None, second: str | None, _schema: str | None, _by: str | None) -> int:
    if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in _DENIED_FUNCTIONS:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


def _allow_reading(action: int, first: str | None, second: str | None, schema: str | None, by: str | None) -> int:
    if action == sqlite3.SQLITE_PRAGMA:
        return sqlite3.SQLITE_OK if (first or "").lower() in _PRAGMAS else sqlite3.SQLITE_DENY
    # SQLite asks this of its own when it opens the search index; a visitor's UPDATE of the schema fails all the same.
    if action == sqlite3.SQLITE_UPDATE and first == "sqlite_master":
        return sqlite3.SQLITE_OK
    # The pragma as a table would show visitors where on the machine the file is.
    if action not in _READING or (first or "").lower() == "pragma_database_list":
        return sqlite3.SQLITE_DENY
    return _deny_functions(action, first, second, schema, by)
