"""What a release does in threads of its own while it copies rows: SQLite lets go of Python while it works.

All of them see one moment of the working file: `same_moment` keeps writers away until each has begun. With a rollback
journal a reader holds back every commit (https://www.sqlite.org/lockingv3.html, 3.0), and so it is one; with a
write-ahead log readers hold nothing back, and it takes the place of the writer.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Event
from typing import Generic, TypeVar

from catalog.checks import CheckResult, check_tables
from catalog.database import BUSY_TIMEOUT_SECONDS, translated_errors

T = TypeVar("T")

Begin = Callable[[sqlite3.Connection], None]


class StoppedError(Exception):
    """What is being made is not wanted any more."""


class Meanwhile(Generic[T]):
    """A piece of work in a thread of its own, which calls what it is given with its connection once that reads."""

    def __init__(self, pool: ThreadPoolExecutor, work: Callable[[Begin], T]) -> None:
        self._driver: sqlite3.Connection | None = None
        self._begun = Event()
        self._done = pool.submit(self._run, work)
        self._begun.wait()

    def result(self) -> T:
        """Wait for the end of the work; return what it gives, or raise what it raises."""
        return self._done.result()

    def has_failed(self) -> bool:
        """Return whether it has ended with an exception."""
        return self._done.done() and self._done.exception() is not None

    def stop(self) -> None:
        """End the statement that is under way."""
        if self._driver is not None:
            with suppress(sqlite3.ProgrammingError):  # it has ended meanwhile
                self._driver.interrupt()

    def _run(self, work: Callable[[Begin], T]) -> T:
        try:
            return work(self._begin)
        finally:
            self._begun.set()

    def _begin(self, driver: sqlite3.Connection) -> None:
        self._driver = driver
        self._begun.set()


class Checking:
    """The checks of what the tables of a catalogue hold."""

    def __init__(self, pool: ThreadPoolExecutor, database: Path) -> None:
        self._found: list[CheckResult] = []
        self._is_stopped = False
        self._work = Meanwhile(pool, lambda begin: self._check(database, begin))

    def results(self) -> list[CheckResult]:
        """Wait for all checks and return what they found. Raises CatalogError where the file cannot be read."""
        self._work.result()
        return self._found

    def require_sound_so_far(self) -> None:
        """Raise StoppedError where a check has failed already."""
        if self._work.has_failed() or any(result.broken for result in self._found):
            raise StoppedError

    def stop(self) -> None:
        """Let the check end that is under way, and begin no other."""
        self._is_stopped = True
        self._work.stop()

    def _check(self, database: Path, begin: Begin) -> None:
        for result in check_tables(database, on_begin=begin):
            if self._is_stopped:
                return
            self._found.append(result)


@contextmanager
def same_moment(database: Path) -> Iterator[None]:
    """Let all readers that begin in the block see the same, because nobody can commit meanwhile.

    (Where a file that nobody here may write to has a write-ahead log, nobody can be kept from it.)
    """
    is_writable = os.access(database, os.W_OK)
    uri = f"{database.absolute().as_uri()}?mode={'rw' if is_writable else 'ro'}"
    with (
        translated_errors(database),
        closing(sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None)) as connection,
    ):
        is_wal = connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        connection.execute("BEGIN IMMEDIATE" if is_wal and is_writable else "BEGIN")
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
        yield
