"""What a visitor may ask: to read, with any words in the search box, in a request of a sensible size."""

# Datasette has no types: its imports and its decorator are unknown to mypy.
# mypy: disable-error-code="import-untyped", disallow-untyped-decorators=False
from __future__ import annotations

import re
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from datasette import hookimpl
from datasette.utils.asgi import Response

_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_WORD_OR_PHRASE: Final = re.compile(r'"[^"]*"|[^\s"]+')

# Datasette reads the whole query string again for each thing that it wants to know of it, hundreds of times for a
# page of a table: a long one must not cost a second.
MAX_PATH_BYTES: Final = 2_000
MAX_QUERY_BYTES: Final = 4_000
MAX_SQL_QUERY_BYTES: Final = 24_000
MAX_HEADER_BYTES: Final = 32_000
MAX_PARAMETERS: Final = 70
MAX_FACETS: Final = 8
MAX_FACET_SIZE: Final = 200
MAX_SEARCH_LENGTH: Final = 400
# Datasette's expressions for comments take time that grows with the square of these.
_MAX_LEADING_SPACE: Final = 1_000
_MAX_COMMENTS: Final = 50

_NUMBERS: Final = ("_size", "_facet_size", "_timelimit", "_ttl")
_NUMBER: Final = re.compile(r"\d{1,9}|max", re.ASCII)
# Nobody logs in here, and Datasette reads all cookies again for each thing that it wants to know of a visitor.
_PERSONAL_HEADERS: Final = frozenset({b"cookie", b"authorization"})
_TRACES: Final = frozenset({"_trace", "_context"})

Scope = dict[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]
Pairs = list[tuple[str, str]]


def search_query(words: str) -> str:
    """Return words that somebody typed as a query that FTS5 can always read: every word, and phrases in quotes."""
    found = (bit.strip('"') for bit in _WORD_OR_PHRASE.findall(words[:MAX_SEARCH_LENGTH].replace("\0", " ")))
    # The empty phrase matches nothing and is no error.
    return " ".join(f'"{bit}"' for bit in found if re.search(r"\w", bit)) or '""'


@hookimpl(trylast=True)
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Put our quoting where Datasette's search box calls its own, which some words make an error."""
    conn.create_function("escape_fts", 1, lambda words: search_query(str(words or "")), deterministic=True)


@hookimpl
def asgi_wrapper() -> Callable[[App], App]:
    """Refuse what no page asks, and drop a search for nothing."""

    def wrap(app: App) -> App:
        async def guarded(scope: Scope, receive: Any, send: Any) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True, encoding="latin-1")
            if refusal := refusal_of(scope, pairs):
                status, text = refusal
                allow = {"Allow": ", ".join(sorted(_METHODS))} if status == 405 else {}
                await Response.text(f"{text}\n", status=status, headers=allow).asgi_send(send)
            else:
                headers = [(name, value) for name, value in scope["headers"] if name.lower() not in _PERSONAL_HEADERS]
                await app(_without_useless({**scope, "headers": headers}, pairs), receive, send)

        return guarded

    return wrap


def refusal_of(scope: Scope, pairs: Pairs) -> tuple[int, str] | None:
    """Return why a request is not answered, as status and sentence; None where it is."""
    if scope["method"] not in _METHODS:
        return 405, "This site can only be read."
    path = scope.get("raw_path") or scope["path"].encode()
    most = MAX_SQL_QUERY_BYTES if any(name == "sql" for name, _ in pairs) else MAX_QUERY_BYTES
    if len(path) > MAX_PATH_BYTES or len(scope["query_string"]) > most or len(pairs) > MAX_PARAMETERS:
        return 414, "The address is too long."
    if sum(len(name) + len(value) for name, value in scope["headers"]) > MAX_HEADER_BYTES:
        return 431, "The request has too many headers, or too long ones."
    # A browser reads a second slash, or a backslash, as the beginning of another host's address.
    if not path.isascii() or path.startswith(b"//") or b"\\" in path:
        return 400, "The address is not one of this site."
    return _refusal_of_parameters(pairs)


def _refusal_of_parameters(pairs: Pairs) -> tuple[int, str] | None:
    if sum(name.startswith("_facet") and name != "_facet_size" for name, _ in pairs) > MAX_FACETS:
        return 400, f"A page has at most {MAX_FACETS} facets of your own."
    for name, value in pairs:
        if name in _NUMBERS and value and not _NUMBER.fullmatch(value):
            return 400, f"{name} must be a whole number."
        if name == "_timelimit" and value == "max":
            return 400, "_timelimit must be a whole number."
        if name == "_through":
            return 400, "_through is not used on this site; use SQL."
        if name == "sql" and _is_slow_to_check(value):
            return 400, "The statement has too many comments, or too much space before it begins."
    return None


def _is_slow_to_check(sql: str) -> bool:
    leading = re.match(r"(?:\s|--|/\*)", sql)
    spaces = re.findall(r"\s{100,}", sql[:20_000]) if leading else []
    return sql.count("/*") > _MAX_COMMENTS or sum(map(len, spaces)) > _MAX_LEADING_SPACE


def _without_useless(scope: Scope, pairs: Pairs) -> Scope:
    # The form sends its search box even when only a filter was set; Datasette would search for nothing and fail.
    kept = [
        (name, str(MAX_FACET_SIZE) if _is_long_facet(name, value) else value)
        for name, value in pairs
        if name not in _TRACES and not _is_useless_search(name, value)
    ]
    if kept == pairs:
        return scope
    return {**scope, "query_string": urlencode(kept, encoding="latin-1").encode("latin-1")}


def _is_long_facet(name: str, value: str) -> bool:
    # Each value of a facet costs Datasette several links.
    return name == "_facet_size" and (value == "max" or (value.isdecimal() and int(value) > MAX_FACET_SIZE))


def _is_useless_search(name: str, value: str) -> bool:
    if not name.startswith("_search") or name == "_searchmode":
        return False
    is_known = name == "_search" or name.startswith("_search_")
    return not is_known or not value.strip()
