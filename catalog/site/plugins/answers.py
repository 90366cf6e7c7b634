"""How much one statement may give: a budget of bytes and cells, so that no answer fills the memory."""

# Datasette has no types: its imports and its decorator are unknown to mypy.
# mypy: disable-error-code="import-untyped", disallow-untyped-decorators=False
from __future__ import annotations

import sqlite3
import traceback
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from json.encoder import encode_basestring_ascii
from sys import getsizeof
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl

from datasette import hookimpl
from datasette.views.base import DatasetteError

# Datasette's own databases; no visitor's SQL reaches them.
_OWN_DATABASES: Final = frozenset({"_internal", "_memory"})
# What a row takes beside its texts: the row, its tuple and a number in each cell.
_ROW_BYTES: Final = 100
_CELL_BYTES: Final = 36
_NO_MEMORY: Final = "There is no memory for this at the moment; please try again, or ask for less."

Scope = dict[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]
Work = Callable[[sqlite3.Connection], Any]
ExecuteFn = Callable[[Work], Awaitable[Any]]


class Allowance(NamedTuple):
    """What one statement may take: bytes of one value, bytes of all its rows as Python holds them, and cells."""

    value_bytes: int
    answer_bytes: int
    cells: int


# Pages show what the file holds; a visitor's own SQL can make any value up, and repeat it.
PAGE: Final = Allowance(value_bytes=1_000_000, answer_bytes=8 * 1024**2, cells=25_000)
OWN_SQL: Final = Allowance(value_bytes=100_000, answer_bytes=4 * 1024**2, cells=25_000)
# JSON and CSV are written without a template, and a page that nobody asked anything of knows what it does.
_MORE_CELLS: Final = 100_000

_allowance: ContextVar[Allowance | None] = ContextVar("allowance", default=None)


class Budget:
    """Makes the rows of one statement for sqlite3, and ends it (sqlite3.DataError) when they are too many."""

    def __init__(self, allowance: Allowance) -> None:
        self.bytes_left = allowance.answer_bytes
        self.cells_left = allowance.cells

    def row(self, cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> sqlite3.Row:
        """Return a row."""
        self.bytes_left -= _ROW_BYTES + _CELL_BYTES * len(values) + sum(map(_value_bytes, values))
        self.cells_left -= len(values)
        if self.bytes_left < 0:
            raise sqlite3.DataError("The answer is too large for one page; ask for fewer rows or columns.")
        if self.cells_left < 0:
            raise sqlite3.DataError("The answer has too many cells for one page; ask for fewer rows or columns.")
        return sqlite3.Row(cursor, values)


def _value_bytes(value: object) -> int:
    if isinstance(value, str):
        # A control character is six bytes in JSON, and one letter of four bytes makes all letters of its text as wide.
        return max(getsizeof(value), len(encode_basestring_ascii(value)))
    return len(value) if isinstance(value, bytes) else 0


@hookimpl
def asgi_wrapper() -> Callable[[App], App]:
    """Note for the statements of a request what they may take."""

    def wrap(app: App) -> App:
        async def noted(scope: Scope, receive: Any, send: Any) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            token = _allowance.set(allowance_of(scope))
            try:
                await app(scope, receive, send)
            finally:
                _allowance.reset(token)

        return noted

    return wrap


def allowance_of(scope: Scope) -> Allowance:
    """Return what the statements of this request may take."""
    names = {name for name, _ in parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)}
    allowance = OWN_SQL if names & {"sql", "_where"} else PAGE
    is_asked_page = bool(scope["query_string"]) and "." not in scope["path"].rpartition("/")[2]
    return allowance if is_asked_page else allowance._replace(cells=_MORE_CELLS)


@hookimpl
def startup(datasette: Any) -> None:
    """Give every statement that a request makes a budget of its own, and keep its errors out of the server's log."""
    for name, database in datasette.databases.items():
        if name not in _OWN_DATABASES:
            database.execute_fn = _within_budget(database.execute_fn)
            database.execute = _without_log(database.execute)


def _within_budget(execute_fn: ExecuteFn) -> ExecuteFn:
    async def within_budget(fn: Work) -> Any:
        # Threads do not see the request's context.
        allowance = _allowance.get()
        return await execute_fn(fn if allowance is None else lambda conn: _run(fn, conn, allowance))

    return within_budget


def _run(fn: Work, conn: sqlite3.Connection, allowance: Allowance) -> Any:
    conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, allowance.value_bytes)
    try:
        try:
            return _fetch(fn, conn, allowance, str)
        except sqlite3.OperationalError as error:
            if not str(error).startswith("Could not decode"):
                raise
        # Datasette's own way, which costs a call for each text.
        return _fetch(fn, conn, allowance, lambda text: str(text, "utf-8", "replace"))
    except Exception as error:
        _let_go_of_cursors(error)
        if isinstance(error, MemoryError):
            # Whose statement took it nobody knows.
            raise DatasetteError(_NO_MEMORY, status=503) from None
        if str(error) == "string or blob too big":
            most = f"{allowance.value_bytes:,}"
            raise sqlite3.DataError(f"The query makes or reads a value of more than {most} bytes.") from None
        raise


def _fetch(fn: Work, conn: sqlite3.Connection, allowance: Allowance, text: Callable[[bytes], str]) -> Any:
    conn.text_factory, conn.row_factory = text, Budget(allowance).row
    return fn(conn)


def _let_go_of_cursors(error: BaseException | None) -> None:
    # The error goes to the thread that writes all answers, and its frames hold the cursor. Where that thread were the
    # last to let go of it, SQLite would make it wait for the next statement of this connection.
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__context__


def _without_log(execute: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    # Datasette writes a line, with the whole statement, for every error of a visitor's SQL.
    async def quiet(*arguments: Any, **options: Any) -> Any:
        return await execute(*arguments, **{**options, "log_sql_errors": False})

    return quiet
