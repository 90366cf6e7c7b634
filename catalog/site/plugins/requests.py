"""What a visitor may ask: to read, with any words in the search box, and never to be told of an error of the server."""

# Datasette has no types: its imports and its decorator are unknown to mypy.
# mypy: disable-error-code="import-untyped", disallow-untyped-decorators=False
from __future__ import annotations

import re
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from datasette import hookimpl
from datasette.handle_exception import handle_exception as show_error
from datasette.utils.asgi import Response
from datasette.views.base import DatasetteError

_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_WORD_OR_PHRASE: Final = re.compile(r'"[^"]*"|[^\s"]+')

Scope = dict[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]


def search_query(words: str) -> str:
    """Return words that somebody typed as a query that FTS5 can always read: every word, and phrases in quotes."""
    found = (bit.strip('"') for bit in _WORD_OR_PHRASE.findall(words.replace("\0", " ")))
    # The empty phrase matches nothing and is no error.
    return " ".join(f'"{bit}"' for bit in found if re.search(r"\w", bit)) or '""'


@hookimpl(trylast=True)
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Put our quoting where Datasette's search box calls its own, which some words make an error."""
    conn.create_function("escape_fts", 1, lambda words: search_query(str(words or "")), deterministic=True)


@hookimpl
def asgi_wrapper() -> Callable[[App], App]:
    """Refuse every method that could ask for a change, and drop a search for nothing."""

    def wrap(app: App) -> App:
        async def guarded(scope: Scope, receive: Any, send: Any) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
            elif scope["method"] in _METHODS:
                await app(_without_blank_search(scope), receive, send)
            else:
                allow = {"Allow": ", ".join(sorted(_METHODS))}
                await Response.text("This site can only be read.\n", status=405, headers=allow).asgi_send(send)

        return guarded

    return wrap


def _without_blank_search(scope: Scope) -> Scope:
    # The form sends its search box even when only a filter was set; Datasette would search for nothing and fail.
    if b"_search" not in scope["query_string"]:
        return scope
    pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True, encoding="latin-1")
    kept = [(name, value) for name, value in pairs if not _is_useless_search(name, value)]
    if len(kept) == len(pairs):
        return scope
    return {**scope, "query_string": urlencode(kept, encoding="latin-1").encode("latin-1")}


def _is_useless_search(name: str, value: str) -> bool:
    if not name.startswith("_search") or name == "_searchmode":
        return False
    is_known = name == "_search" or name.startswith("_search_")
    return not is_known or not value.strip()


@hookimpl
def handle_exception(datasette: Any, request: Any, exception: Exception) -> Any:
    """Show what the visitor's own query caused as the visitor's error (400), not as the server's (500)."""
    if isinstance(exception, DatasetteError) and exception.status == 500:
        message = exception.message
    elif isinstance(exception, sqlite3.DatabaseError):
        message = str(exception)
    else:
        return None
    return show_error(datasette, request, DatasetteError(message, title="Not possible", status=400))
