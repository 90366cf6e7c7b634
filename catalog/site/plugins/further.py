"""A further page of a table has no facets: Datasette would count what is left from there on, again for each page."""

# Datasette has no types: its imports and its decorator are unknown to mypy.
# mypy: disable-error-code="import-untyped", disallow-untyped-decorators=False
from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

from datasette import hookimpl

Scope = dict[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]

_is_further: ContextVar[bool] = ContextVar("is_further", default=False)


@hookimpl
def startup(datasette: Any) -> None:
    """Leave the facets of metadata.yml out there; those that a visitor asks for are counted."""
    table_metadata = datasette.table_metadata

    def without_facets(database: str, table: str) -> dict[str, Any]:
        found: dict[str, Any] = table_metadata(database, table)
        return {key: value for key, value in found.items() if key != "facets"} if _is_further.get() else found

    datasette.table_metadata = without_facets


@hookimpl
def asgi_wrapper() -> Callable[[App], App]:
    """Note for each request whether it is for a further page."""

    def wrap(app: App) -> App:
        async def noted(scope: Scope, receive: Any, send: Any) -> None:
            token = _is_further.set(b"_next=" in scope.get("query_string", b""))
            try:
                await app(scope, receive, send)
            finally:
                _is_further.reset(token)

        return noted

    return wrap
