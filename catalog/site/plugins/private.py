"""What stays private: Datasette's pages about the server, and its own databases."""

# Datasette has no types: its imports and its decorator are unknown to mypy.
# mypy: disable-error-code="import-untyped", disallow-untyped-decorators=False
from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from datasette import hookimpl
from datasette.utils.asgi import NotFound
from datasette.views.database import DatabaseView

# Files that pages need, what the data is and whose, and the limits that a program should know. All others tell where
# the file is, what runs, or let somebody log in.
_PUBLIC: Final = r"static/|static-plugins/|metadata(\.json)?$|settings(\.json)?$"
_OWN_DATABASES: Final = frozenset({"_internal", "_memory"})


async def not_here() -> None:
    """Answer as for any page that does not exist."""
    raise NotFound("404")


async def csv_of_query(request: Any, datasette: Any) -> Any:
    """Answer a query as CSV; the whole database has no CSV, and Datasette stumbles where none is asked for."""
    if not request.args.get("sql"):
        raise NotFound("404")
    return await DatabaseView(datasette).dispatch_request(request)


@hookimpl(tryfirst=True)
def register_routes() -> list[tuple[str, Callable[..., Awaitable[Any]]]]:
    """Stand before Datasette's own routes; a path that does not match here is looked for there."""
    return [
        (rf"/-/(?!{_PUBLIC})", not_here),
        (r"/-(?:$|\.)", not_here),
        (r"/(?:_internal|_memory|:memory:)(?:$|[/.])", not_here),
        (r"/(?P<database>[^\/\.]+)\.(?P<format>csv)$", csv_of_query),
        # No table has binary values, and Datasette takes a text there for a fault of its own.
        (r"/.*\.blob$", not_here),
    ]


# Of several plugins that answer, Datasette believes the last.
@hookimpl(trylast=True)
def permission_allowed(action: str, resource: Any) -> bool | None:
    """Keep everybody out of Datasette's own databases, and let nobody log in to anything."""
    database = resource[0] if isinstance(resource, tuple) else resource
    is_private = database in _OWN_DATABASES or action in {"permissions-debug", "debug-menu"}
    return False if is_private else None
