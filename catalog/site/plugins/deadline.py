"""No answer is late: what has not begun when its time is up is refused, and statements are ended before that."""

# Datasette has no types: its imports and its decorator are unknown to mypy.
# mypy: disable-error-code="import-untyped", disallow-untyped-decorators=False
from __future__ import annotations

import asyncio
import math
import os
import sqlite3
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from datasette import hookimpl
from datasette.database import QueryInterrupted
from datasette.utils.asgi import Response

# In parts of `sql_time_limit_ms`: all statements of a request together, and everything until its answer begins.
# What is left to twice the limit is for the work that is under way in the one thread that writes all answers.
STATEMENTS_PART: Final = 1.0
ANSWER_PART: Final = 1.35
_OWN_PART: Final = 0.3
# A visitor who takes nothing of an answer for so long is gone.
STALLED_SECONDS: Final = 30.0
_RETRY_SECONDS: Final = 5
_WATCH_SECONDS: Final = 0.02
# Statements get the time of the processors that the thread which writes all answers leaves.
_NICE: Final = 5

# Datasette's own databases; no visitor's SQL reaches them.
_OWN_DATABASES: Final = frozenset({"_internal", "_memory"})

Scope = dict[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]
Work = Callable[[sqlite3.Connection], Any]
ExecuteFn = Callable[[Work], Awaitable[Any]]

_statements_end: ContextVar[float | None] = ContextVar("statements_end", default=None)


class Watch:
    """Ends statements that are late, from a thread of its own.

    Datasette's own limit is looked at once in a thousand steps of a statement, and a step can take long; an interrupt
    is looked at in every turn of a loop.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._running: dict[int, tuple[sqlite3.Connection, float]] = {}
        self._thread: threading.Thread | None = None

    @contextmanager
    def until(self, conn: sqlite3.Connection, end: float) -> Iterator[None]:
        """Interrupt what this thread runs on a connection from `end` (time.monotonic()) on."""
        with self._changed:
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="statement watch", daemon=True)
                self._thread.start()
            self._running[threading.get_ident()] = (conn, end)
            self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                del self._running[threading.get_ident()]

    def _watch(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._running)
                now = time.monotonic()
                for conn, end in self._running.values():
                    if now >= end:
                        conn.interrupt()
            time.sleep(_WATCH_SECONDS)


@hookimpl
async def startup(datasette: Any) -> None:
    """Let the statements of one request together take no more than the limit of one, and have the file read before."""
    watch = Watch()
    for name, database in datasette.databases.items():
        if name not in _OWN_DATABASES:
            database.execute_fn = _watched(database.execute_fn, watch, datasette)
            # Without an inspect file Datasette reads all of it for the first visitor, while all others wait.
            await asyncio.to_thread(getattr, database, "hash")


def _limit(datasette: Any) -> float:
    return float(datasette.setting("sql_time_limit_ms")) / 1000


def _watched(execute_fn: ExecuteFn, watch: Watch, datasette: Any) -> ExecuteFn:
    async def watched(fn: Work) -> Any:
        seconds = _limit(datasette)
        # Threads do not see the request's context.
        end = _statements_end.get()
        if end is None:
            return await execute_fn(fn)

        def in_time(conn: sqlite3.Connection) -> Any:
            _give_way()
            own_end = time.monotonic() + seconds
            with watch.until(conn, min(end, own_end)):
                try:
                    return fn(conn)
                except QueryInterrupted as error:
                    # Others took most of the time of this request, and its own statement ran much less than it may.
                    error.is_busy = end <= time.monotonic() < own_end - _OWN_PART * seconds
                    raise

        return await execute_fn(in_time)

    return watched


class _Priority(threading.local):
    is_set = False


_priority = _Priority()


def _give_way() -> None:
    # Linux alone has a priority for each thread; elsewhere the whole process would get it.
    if not _priority.is_set and sys.platform == "linux" and threading.current_thread() is not threading.main_thread():
        thread = threading.get_native_id()
        # Whoever started the site with less priority than this has the last word: raising it is not allowed to all.
        if os.getpriority(os.PRIO_PROCESS, thread) < _NICE:
            os.setpriority(os.PRIO_PROCESS, thread, _NICE)
    _priority.is_set = True


@hookimpl
def asgi_wrapper(datasette: Any) -> Callable[[App], App]:
    """Refuse (503) what has not begun to answer in time, and leave visitors who take nothing of an answer."""

    def wrap(app: App) -> App:
        async def in_time(scope: Scope, receive: Any, send: Any) -> None:
            # Before the first answer Datasette reads the file, for as long as that takes.
            if scope["type"] == "http" and datasette._startup_invoked:
                await _answer(app, scope, receive, send, _limit(datasette))
            else:
                await app(scope, receive, send)

        return in_time

    return wrap


async def _answer(app: App, scope: Scope, receive: Any, send: Any, seconds: float) -> None:
    clock = asyncio.get_running_loop().time
    has_begun = is_over = False
    token = _statements_end.set(time.monotonic() + STATEMENTS_PART * seconds)
    try:
        async with asyncio.timeout(ANSWER_PART * seconds) as timer:

            async def begin(message: dict[str, Any]) -> None:
                nonlocal has_begun, is_over
                if is_over:
                    return
                if message["type"] == "http.response.start":
                    has_begun = True
                    # The statements of a long CSV come while the answer is under way, each with a limit of its own.
                    _statements_end.set(math.inf)
                elif scope["method"] == "HEAD":
                    is_over = True
                    message = {"type": "http.response.body", "body": b""}
                # Nobody reads the body of an answer to HEAD: what makes it is ended.
                timer.reschedule(clock() + (0 if is_over else STALLED_SECONDS))
                await send(message)

            await app(scope, receive, begin)
    except TimeoutError:
        if not has_begun:
            await _refuse(send)
    finally:
        _statements_end.reset(token)


async def _refuse(send: Any) -> None:
    headers = {"Retry-After": str(_RETRY_SECONDS), "Cache-Control": "no-store"}
    text = "The site is busy, or this took too long. Please try again in a moment, or ask for less.\n"
    await Response.text(text, status=503, headers=headers).asgi_send(send)
