"""The checks of a working catalogue, in a thread of their own, while another one copies it: SQLite lets go of Python.

Both see one moment of the file. In a rollback journal a reader holds back every commit
(https://www.sqlite.org/lockingv3.html, 3.0), so it is enough that the copy begins while the checks hold theirs; with a
write-ahead log readers hold nothing back, and a lock against writers is kept until both have begun.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Event

from catalog.checks import CheckResult, check_tables
from catalog.database import BUSY_TIMEOUT_SECONDS, translated_errors


class StoppedError(Exception):
    """A check has failed, so what is being made is not wanted any more."""


class Checking:
    """Checks that run; `results` waits for them."""

    def __init__(self, database: Path, pool: ThreadPoolExecutor) -> None:
        self._found: list[CheckResult] = []
        self._driver: sqlite3.Connection | None = None
        self._begun = Event()
        self._is_stopped = False
        self._done = pool.submit(self._run, database)
        self._begun.wait()

    def results(self) -> list[CheckResult]:
        """Return what all checks found. Raises CatalogError where the file cannot be read."""
        self._done.result()
        return self._found

    def require_sound_so_far(self) -> None:
        """Raise StoppedError where a check has failed already."""
        if (self._done.done() and self._done.exception()) or any(result.broken for result in self._found):
            raise StoppedError

    def stop(self) -> None:
        """Let the check end that is under way, and begin no other."""
        self._is_stopped = True
        if self._driver is not None:
            with suppress(sqlite3.ProgrammingError):  # it has ended meanwhile
                self._driver.interrupt()

    def _run(self, database: Path) -> None:
        try:
            for result in check_tables(database, on_begin=self._begin):
                if self._is_stopped:
                    return
                self._found.append(result)
        finally:
            self._begun.set()

    def _begin(self, driver: sqlite3.Connection) -> None:
        self._driver = driver
        self._begun.set()


@contextmanager
def checking(database: Path) -> Iterator[Checking]:
    """Run the checks of the tables of the catalogue at `database` during the block; what is left of them then is ended.

    The moment of the file that they see is that of a transaction which begins to read inside `same_moment`.
    """
    with ThreadPoolExecutor(1) as pool:
        started = Checking(database, pool)
        try:
            yield started
        finally:
            started.stop()


@contextmanager
def same_moment(database: Path) -> Iterator[None]:
    """Let all readers that begin in the block see the same: nobody can commit to a file with a write-ahead log."""
    if not os.access(database, os.W_OK):
        yield
        return
    uri = f"{database.absolute().as_uri()}?mode=rw"
    with (
        translated_errors(database),
        closing(sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None)) as connection,
    ):
        if connection.execute("PRAGMA journal_mode").fetchone() == ("wal",):
            connection.execute("BEGIN IMMEDIATE")
        yield
