"""Bodies of answers: CSV that no spreadsheet runs, in pieces of one size, and no more of them in memory than fit."""

# Datasette has no types: its imports and its decorator are unknown to mypy.
# mypy: disable-error-code="import-untyped", disallow-untyped-decorators=False
from __future__ import annotations

import asyncio
import csv
import io
import re
from collections.abc import Awaitable, Callable, Iterator
from contextvars import ContextVar
from typing import Any, Final

from datasette import hookimpl
from datasette.utils.asgi import AsgiFileDownload, Response, asgi_send_file
from datasette.views.database import DatabaseDownload

PIECE_BYTES: Final = 32 * 1024
# Of one answer that is made whole before it is sent, and of all that wait for slow visitors together.
MAX_BODY_BYTES: Final = 24 * 1024**2
MAX_WAITING_BYTES: Final = 64 * 1024**2
# Whole tables as CSV, and downloads, at a time; another is asked to come back, so that pages stay quick.
MAX_TABLES: Final = 2
MAX_DOWNLOADS: Final = 12
# How long one of these rests after each piece while somebody waits for a page.
_PAUSE_SECONDS: Final = 0.02
_READ_BYTES: Final = 256 * 1024

# What a spreadsheet takes for the beginning of a formula, also in its full-width form, and what it drops before one.
_FORMULA: Final = re.compile(r"'*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20\t\r\n]")
_MAY_HAVE_FORMULA: Final = re.compile(r'[,"\n]\'*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20\t\r\n]')
_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|-inf", re.IGNORECASE | re.ASCII)
# A cell can be as long as `limits.py` lets a value be; the csv module's own limit is less.
csv.field_size_limit(max(csv.field_size_limit(), 2_000_000))

Scope = dict[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]
Message = dict[str, Any]

_is_stream: ContextVar[bool] = ContextVar("is_stream", default=False)


def defused(row: str) -> str:
    """Return a row of CSV with an apostrophe before every text that a spreadsheet would take for a formula.

    A number stays a number. A text that looks defused already gets one more, so that all can be had back. The rule is
    OWASP's (https://owasp.org/www-community/attacks/CSV_Injection), as far as it leaves the row readable for programs.
    """
    # The end of the row is no text of a cell, and the search is quicker without an anchor.
    if not _MAY_HAVE_FORMULA.search("\n" + row.removesuffix("\r\n")):
        return row
    written = io.StringIO()
    rows = csv.reader(io.StringIO(row, newline=""))
    csv.writer(written).writerows([_defused_cell(cell) for cell in cells] for cells in rows)
    return written.getvalue()


def _defused_cell(cell: str) -> str:
    is_formula = _FORMULA.match(cell) is not None and _NUMBER.fullmatch(cell) is None
    return f"'{cell}" if is_formula else cell


class Download(AsgiFileDownload):  # type: ignore[misc]
    """The file, in larger pieces than Datasette's own, and under the database's name: its own name is private."""

    async def asgi_send(self, send: Any) -> None:
        """Send the file."""
        await asgi_send_file(send, self.filepath, self.filename, self.content_type, _READ_BYTES, self.headers)


async def download(request: Any, datasette: Any) -> Any:
    """Answer as Datasette does, with the length of the file where it is sent."""
    answer = await DatabaseDownload(datasette).get(request)
    if not isinstance(answer, AsgiFileDownload):
        return answer
    headers = {name: value for name, value in answer.headers.items() if name != "Transfer-Encoding"}
    return Download(answer.filepath, f"{request.url_vars['database']}.db", headers=headers)


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Awaitable[Any]]]]:
    """Take the download over from Datasette."""
    return [(r"/(?P<database>[^\/\.]+)\.db$", download)]


@hookimpl
def startup(datasette: Any) -> None:
    """Give a whole table as CSV in the order of its keys, unless another is asked for.

    Datasette asks for page after page in the order of metadata.yml, and each page costs a sort of the whole table.
    """
    table_metadata = datasette.table_metadata

    def without_order(database: str, table: str) -> dict[str, Any]:
        found: dict[str, Any] = table_metadata(database, table)
        if not _is_stream.get():
            return found
        return {key: value for key, value in found.items() if key not in {"sort", "sort_desc"}}

    datasette.table_metadata = without_order


class _Waiting:
    """What all answers of the site hold at this moment: bytes that visitors have not taken yet, and long answers."""

    def __init__(self) -> None:
        self.byte_count = 0
        self.pages = 0
        self.long_answers = {"table": 0, "download": 0}


@hookimpl(tryfirst=True)
def asgi_wrapper() -> Callable[[App], App]:
    """Send every body in pieces, and count what waits."""
    waiting = _Waiting()

    def wrap(app: App) -> App:
        async def in_pieces(scope: Scope, receive: Any, send: Any) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            body = _Body(send, waiting, _kind(scope), is_csv=scope["path"].endswith(".csv"))
            token = _is_stream.set(_kind(scope) == "table")
            try:
                if _kind(scope):
                    await _while_visitor_is_there(app, scope, receive, body.send)
                else:
                    await app(scope, receive, body.send)
            finally:
                _is_stream.reset(token)
                body.release()

        return in_pieces

    return wrap


async def _while_visitor_is_there(app: App, scope: Scope, receive: Any, send: Any) -> None:
    """Answer, and stop when the visitor has left: Datasette would write the rest of a table for nobody."""
    is_over = False

    async def leave(timer: asyncio.Timeout) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        if not is_over:
            timer.reschedule(asyncio.get_running_loop().time())

    try:
        async with asyncio.timeout(None) as timer:
            watcher = asyncio.create_task(leave(timer))
            try:
                await app(scope, receive, send)
            finally:
                is_over = True
                watcher.cancel()
    except TimeoutError:
        return


def _kind(scope: Scope) -> str:
    if scope["path"].endswith(".db"):
        return "download"
    return "table" if scope["path"].endswith(".csv") and b"_stream" in scope["query_string"] else ""


class _Body:
    """One answer on its way to one visitor."""

    def __init__(self, send: Any, waiting: _Waiting, kind: str, is_csv: bool) -> None:
        self._send = send
        self._waiting = waiting
        self._kind = kind
        self._is_csv = is_csv
        self._start: Message | None = None
        self._waiting.pages += not kind
        self._small = bytearray()
        self._held = 0
        self._is_stream = self._is_counted = self._is_refused = False

    async def send(self, message: Message) -> None:
        """Pass on what the site answers; the head waits for the first bytes, as long as it can still be refused."""
        if self._is_refused:
            return
        if message["type"] == "http.response.start":
            self._start = message
            # A refusal of Datasette's is a page, whatever was asked for.
            self._is_csv &= any(
                name.lower() == b"content-type" and b"html" not in value for name, value in message["headers"]
            )
            return
        chunk, has_more = message.get("body", b""), message.get("more_body", False)
        if self._start is not None:
            if refusal := self._refusal(len(chunk), has_more):
                self._is_refused = True
                await refusal.asgi_send(self._send)
                return
            start, self._start = self._start, None
            await self._send(start)
        await self._pass_on(chunk, has_more)

    def _refusal(self, count: int, has_more: bool) -> Response | None:
        self._is_stream = has_more
        if has_more and self._kind:
            most = MAX_TABLES if self._kind == "table" else MAX_DOWNLOADS
            if self._waiting.long_answers[self._kind] >= most:
                return _refused(503, "Too many long answers are under way; please try again in a minute.\n")
            self._is_counted = True
            self._waiting.long_answers[self._kind] += 1
        if has_more:
            return None
        if count > MAX_BODY_BYTES:
            return _refused(400, "The answer is too large; please ask for fewer rows or columns.\n")
        if count > PIECE_BYTES and self._waiting.byte_count + count > MAX_WAITING_BYTES:
            return _refused(503, "The site is busy; please try again in a moment.\n")
        self._held = count
        self._waiting.byte_count += count
        return None

    async def _pass_on(self, chunk: bytes, has_more: bool) -> None:
        if self._is_csv and chunk:
            chunk = defused(chunk.decode("utf-8", "replace")).encode("utf-8")
        if self._is_stream:
            self._small += chunk
            if has_more and len(self._small) < PIECE_BYTES:
                return
            chunk, self._small = bytes(self._small), bytearray()
        for piece, is_last in _pieces(chunk):
            await self._send({"type": "http.response.body", "body": piece, "more_body": has_more or not is_last})
            # Pages come before long answers, and a visitor who takes nothing is noticed between two pieces.
            await asyncio.sleep(_PAUSE_SECONDS if self._is_counted and self._waiting.pages else 0)

    def release(self) -> None:
        """Forget what this answer held."""
        self._waiting.byte_count -= self._held
        self._waiting.pages -= not self._kind
        if self._is_counted:
            self._waiting.long_answers[self._kind] -= 1


def _pieces(chunk: bytes) -> Iterator[tuple[bytes, bool]]:
    """Cut a body; an empty one is one piece."""
    whole = memoryview(chunk)
    for at in range(0, max(len(chunk), 1), PIECE_BYTES):
        yield bytes(whole[at : at + PIECE_BYTES]), at + PIECE_BYTES >= len(chunk)


def _refused(status: int, text: str) -> Response:
    headers = {"Cache-Control": "no-store", **({"Retry-After": "30"} if status == 503 else {})}
    return Response.text(text, status=status, headers=headers)
