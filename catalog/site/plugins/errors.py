"""How an error is shown: a visitor's as the visitor's (400), and one of the site without a word of what happened."""

# Datasette has no types: its imports and its decorator are unknown to mypy.
# mypy: disable-error-code="import-untyped", disallow-untyped-decorators=False
from __future__ import annotations

import sqlite3
import sys
import traceback
from typing import Any, Final

from datasette import hookimpl
from datasette.database import QueryInterrupted
from datasette.plugins import pm
from datasette.utils import add_cors_headers
from datasette.utils.asgi import Base400, Response
from datasette.views.base import DatasetteError

_DATASETTES_OWN: Final = "datasette.handle_exception"
_MOST_TRACES: Final = 20
_LATE: Final = "Took too long"
_FAULT: Final = "The site has a fault here, and its keeper finds it in the log."

_traced: set[str] = set()


@hookimpl
def startup() -> None:
    """Show errors instead of Datasette, which prints a trace for a visitor's mistake even where a plugin answers it."""
    if pm.has_plugin(_DATASETTES_OWN):
        pm.unregister(name=_DATASETTES_OWN)


@hookimpl
async def handle_exception(datasette: Any, request: Any, exception: Exception) -> Any:
    """Return a page, or JSON where that was asked for, that says what was wrong in one sentence."""
    status, title, message = _words(exception, datasette.setting("sql_time_limit_ms") / 1000)
    if title == _LATE and (_is_busy(exception) or not request.query_string):
        # A page that nobody asked anything of takes no such time alone.
        status, message = 503, "The site is busy; please try again in a moment."
    if status == 500:
        _trace(exception)
        if request.query_string and isinstance(exception, ValueError):
            # Datasette reads numbers and JSON from the address without asking whether they are any.
            status, message = 400, "The address asks for something that cannot be read."
    found = {"ok": False, "error": message, "status": status, "title": title}
    headers = {"Retry-After": "5"} if status == 503 else {}
    if datasette.cors:
        add_cors_headers(headers)
    if request.path.partition("?")[0].endswith(".json"):
        return Response.json(found, status=status, headers=headers)
    try:
        page = await datasette.render_template([f"{status}.html", "error.html"], found, request=request)
    except Exception as error:
        _trace(error)
        return Response.text(f"{message}\n", status=status, headers=headers)
    return Response.html(page, status=status, headers=headers)


def _words(exception: Exception, seconds: float) -> tuple[int, str | None, str]:
    """Return status, title and sentence for an error."""
    if isinstance(exception, Base400):
        return exception.status, None, str(exception.args[0])
    if isinstance(exception, QueryInterrupted) or "interrupted" in _said(exception):
        return 400, _LATE, f"The query was ended after {seconds:g} s; ask for less, or try again."
    if isinstance(exception, DatasetteError):
        # Datasette calls a column that it cannot sort by its own fault.
        return (400 if exception.status == 500 else exception.status), exception.title, str(exception.message)
    if isinstance(exception, sqlite3.DatabaseError):
        return 400, "Not possible", str(exception)
    return 500, None, _FAULT


def _said(exception: Exception) -> set[str]:
    """What an error says of itself, where Datasette has several forms of the same."""
    return {
        str(words).lower().removeprefix("sql ")
        for words in (getattr(exception, "title", ""), exception, getattr(exception, "message", ""))
    }


def _is_busy(error: BaseException | None) -> bool:
    """Whether what ended a statement was the end of its request's time, as `deadline.py` notes on the error."""
    while error is not None:
        if isinstance(error, QueryInterrupted):
            return bool(getattr(error, "is_busy", False))
        error = error.__context__
    return False


def _trace(exception: Exception) -> None:
    """Tell the keeper where it happened, once for each place: a visitor who knows of one must not fill the disk."""
    frames = traceback.extract_tb(exception.__traceback__)
    place = f"{type(exception).__name__} {frames[-1].filename}:{frames[-1].lineno}" if frames else repr(exception)
    if place not in _traced and len(_traced) < _MOST_TRACES:
        _traced.add(place)
        sys.stderr.write("".join(traceback.format_exception(exception)))
