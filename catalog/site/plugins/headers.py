"""What every answer says to browsers and crawlers: nothing runs, and queries are not crawled."""

# Datasette has no types: its imports and its decorator are unknown to mypy.
# mypy: disable-error-code="import-untyped", disallow-untyped-decorators=False
from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from typing import Any, Final

from datasette import hookimpl
from datasette.utils.asgi import Response

CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self' data:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS: Final = {
    b"content-security-policy": CONTENT_SECURITY_POLICY.encode(),
    b"cross-origin-opener-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=()",
    b"referrer-policy": b"no-referrer",
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
}
_NO_INDEX: Final = b"noindex, nofollow"
# Not to be repeated by a program that stands before the site, or told of it.
_DROPPED: Final = frozenset({*_HEADERS, b"server", b"x-powered-by"})
_DATA_ENDINGS: Final = (".csv", ".json", ".jsono", ".db", ".blob", ".atom")
ROBOTS: Final = """User-agent: *
Allow: {root}-/static/
Disallow: {root}-/
Disallow: {root}*?
Disallow: {root}*.csv$
Disallow: {root}*.json$
Disallow: {root}*.db$
Disallow: {root}*.blob$
"""

Scope = dict[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]


async def robots(datasette: Any) -> Any:
    """Let crawlers have the pages, and spare them every question that a page can be asked."""
    return Response.text(ROBOTS.format(root=datasette.setting("base_url")))


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Awaitable[Any]]]]:
    """Put robots.txt where crawlers look for it, when the site is at the root of its host."""
    return [(r"/robots\.txt$", robots)]


@hookimpl(trylast=True)
def asgi_wrapper() -> Callable[[App], App]:
    """Add the headers to every answer, also to those of other plugins, and answer (500) where nothing else did."""

    def wrap(app: App) -> App:
        async def with_headers(scope: Scope, receive: Any, send: Any) -> None:
            if scope["type"] == "http":
                await _answer(app, scope, receive, send)
            else:
                await app(scope, receive, send)

        return with_headers

    return wrap


async def _answer(app: App, scope: Scope, receive: Any, send: Any) -> None:
    has_begun = False

    async def begin(message: dict[str, Any]) -> None:
        nonlocal has_begun
        if message["type"] == "http.response.start":
            has_begun = True
            message = {**message, "headers": _with_ours(scope, message)}
        await send(message)

    try:
        await app(scope, receive, begin)
    except Exception as error:
        sys.stderr.write(f"{type(error).__name__} outside of a page\n")
        if not has_begun:
            await Response.text("The site has a fault here.\n", status=500).asgi_send(begin)


def _with_ours(scope: Scope, message: dict[str, Any]) -> list[tuple[bytes, bytes]]:
    kept = [(name, value) for name, value in message.get("headers", []) if name.lower() not in _DROPPED]
    is_endless = bool(scope["query_string"]) or scope["path"].endswith(_DATA_ENDINGS) or message["status"] >= 400
    return [*kept, *_HEADERS.items(), *([(b"x-robots-tag", _NO_INDEX)] if is_endless else [])]
