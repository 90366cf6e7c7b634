"""Pages take turns: a large page is made in small pieces, one large page at a time, and small pages in between."""

# Datasette has no types: its imports and its decorator are unknown to mypy.
# mypy: disable-error-code="import-untyped", disallow-untyped-decorators=False
from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any, Final

from datasette import hookimpl
from jinja2 import Template

# Some milliseconds of work. Pages that need no more never wait for their turn.
_CELLS: Final = 200
_PARTS: Final = 1_000
_ROWS: Final = 100

# Datasette's own databases; no visitor's SQL reaches them.
_OWN_DATABASES: Final = frozenset({"_internal", "_memory"})

Scope = dict[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]


class _Turn:
    """The turn of one request; `pause` returns when its next piece of work may begin."""

    def __init__(self, lock: asyncio.Lock) -> None:
        self.cells = 0
        self.is_large = False
        self._lock = lock
        self._has_lock = False

    async def pause(self) -> None:
        if self._has_lock:
            await asyncio.sleep(0)
        else:
            # All large pages at once would all be late; one after the other, most are in time.
            await self._lock.acquire()
            self._has_lock = True

    def end(self) -> None:
        if self._has_lock:
            self._has_lock = False
            self._lock.release()


_turn: ContextVar[_Turn | None] = ContextVar("turn", default=None)


class PatientTemplate(Template):
    """A template that lets other requests have a turn; Jinja's own makes a page in one go."""

    async def render_async(self, *args: Any, **kwargs: Any) -> str:
        """Return the page."""
        turn = _turn.get()
        parts: list[str] = []
        try:
            async for part in self.root_render_func(self.new_context(dict(*args, **kwargs))):  # type: ignore[attr-defined]
                parts.append(part)
                if turn is not None and len(parts) % _PARTS == 0:
                    await turn.pause()
        except Exception:
            self.environment.handle_exception()
        return self.environment.concat(parts)


@hookimpl
def startup(datasette: Any) -> None:
    """Let what is done with many rows wait for its turn; while a statement runs, it is another's."""
    for name, database in datasette.databases.items():
        if name not in _OWN_DATABASES:
            database.execute = _in_turn(database.execute)


def _in_turn(execute: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def in_turn(*arguments: Any, **options: Any) -> Any:
        turn = _turn.get()
        if turn is None:
            return await execute(*arguments, **options)
        turn.end()
        results = await execute(*arguments, **options)
        turn.is_large |= len(results.rows) > _ROWS
        if turn.is_large:
            await turn.pause()
        return results

    return in_turn


@hookimpl
def prepare_jinja2_environment(env: Any) -> None:
    """Make every page from patient templates."""
    env.template_class = PatientTemplate


@hookimpl
def render_cell() -> Awaitable[None] | None:
    """Count the cells of a page; how a cell looks is not decided here."""
    turn = _turn.get()
    if turn is None:
        return None
    turn.cells += 1
    return turn.pause() if turn.cells % _CELLS == 0 else None


@hookimpl
def asgi_wrapper() -> Callable[[App], App]:
    """Give every request a turn, which ends when its answer begins."""
    lock = asyncio.Lock()

    def wrap(app: App) -> App:
        async def in_turn(scope: Scope, receive: Any, send: Any) -> None:
            turn = _Turn(lock)
            token = _turn.set(turn)

            async def end_turn(message: dict[str, Any]) -> None:
                turn.end()
                await send(message)

            try:
                await app(scope, receive, end_turn)
            finally:
                turn.end()
                _turn.reset(token)

        return in_turn

    return wrap
