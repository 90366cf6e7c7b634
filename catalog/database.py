"""The one place that opens a catalogue file: transactions, pragmas, and the guard that refuses other files."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.errors import CatalogError, ExitCode
from catalog.resources import resource

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

APPLICATION_ID = 0x50415043
"""Marks our files in the SQLite header (bytes 68 to 71): "PAPC"."""

BUSY_TIMEOUT_SECONDS = 30
# A full look takes time in proportion to the file; above this size only the header and the schema are looked at
# before a load, and `catalog check` does the rest.
_QUICK_CHECK_BYTES = 64 * 1024 * 1024

_HEADER_BYTES = 100
_MAGIC = b"SQLite format 3\x00"


@cache
def known_revisions() -> tuple[str, ...]:
    """Return the schema revisions of this version, oldest first, from the file names of the migrations."""
    names = (re.match(r"(\d{4})_", path.name) for path in (resource("migrations") / "versions").glob("*.py"))
    return tuple(sorted(match[1] for match in names if match))


def create_catalog_engine(path: Path, *, read_only: bool = False, foreign_keys: bool = True) -> Engine:
    """Return an engine for the file at `path`, the same for loads and migrations; the caller disposes of it.

    The driver starts no transaction by itself and every `begin()` is a `BEGIN IMMEDIATE`, so that schema changes
    are part of the transaction too and a second writer waits instead of failing half-way.
    """
    # Most commands that only read need none of it, and it takes longer to import than they take.
    from sqlalchemy import NullPool, create_engine, event

    mode = "ro" if read_only else "rw"  # never "rwc": a file that is gone must not come back empty
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None),
        poolclass=NullPool,
    )

    @event.listens_for(engine, "connect")
    def _set_pragmas(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
        if not read_only:
            connection.execute("PRAGMA synchronous = EXTRA")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def file_revision(path: Path) -> str:
    """Return the schema revision of the catalogue file at `path`, or raise CatalogError where it is none of ours.

    Nothing is written, except that SQLite rolls back what a killed process left half-done in a file of ours.
    """
    check_header(path)
    mode = "rw" if os.access(path, os.W_OK) else "ro"
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    try:
        with (
            translated_errors(path),
            closing(sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_SECONDS)) as connection,
        ):
            # One transaction, so that nobody else's commit comes between what is compared.
            connection.execute("BEGIN")
            revision = _read_revision(path, connection)
            _check_size(path, connection)
            if path.stat().st_size <= _QUICK_CHECK_BYTES:
                _check_quickly(path, connection)
    except sqlite3.Error as error:
        raise CatalogError(
            f"{path}: cannot be read as a catalogue ({error}); restore it from a backup, or name another file.",
            ExitCode.BAD_DATA,
        ) from error
    return revision


def require_current(path: Path) -> None:
    """Raise CatalogError unless the file at `path` is a catalogue of exactly this version's schema."""
    revision, head = file_revision(path), known_revisions()[-1]
    if revision != head:
        raise CatalogError(
            f"{path}: has schema revision {revision} and this version needs {head}; "
            f"run `catalog migrate -d {path}` first, it makes a backup.",
            ExitCode.WRONG_FILE,
        )


@contextmanager
def translated_errors(path: Path) -> Iterator[None]:
    """Turn what SQLite says of the file at `path` into one sentence (CatalogError)."""
    try:
        yield
    except Exception as error:
        cause = getattr(error, "orig", error)  # SQLAlchemy's errors carry the driver's
        if not isinstance(cause, sqlite3.Error) or isinstance(cause, sqlite3.IntegrityError):
            raise
        told = _sentence(getattr(cause, "sqlite_errorname", "") or "", str(cause))
        if told is None:
            raise
        sentence, exit_code = told
        raise CatalogError(f"{path}: {sentence}", exit_code) from error


def _sentence(code: str, message: str) -> tuple[str, ExitCode] | None:
    if code.startswith("SQLITE_BUSY") or "database is locked" in message:
        waited = f"is in use by another process, waited {BUSY_TIMEOUT_SECONDS} seconds; try again when that has ended."
        return waited, ExitCode.BUSY
    if code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or "malformed" in message or "decode to UTF-8" in message:
        damaged = f"is damaged ({message}); restore it from a backup, or load the documents into a new file."
        return damaged, ExitCode.BAD_DATA
    if code.startswith("SQLITE_READONLY") or "readonly" in message:
        return "cannot be written to; check the permissions of the file and its folder.", ExitCode.CANNOT_CREATE
    if code.startswith("SQLITE_CANTOPEN"):
        return "cannot be opened; check that its folder exists and may be written to.", ExitCode.CANNOT_CREATE
    if code.startswith("SQLITE_FULL"):
        return "could not be written because the disk is full; nothing of this document was stored.", ExitCode.IO
    if code.startswith("SQLITE_IOERR"):
        return f"could not be read or written ({message}); nothing of this document was stored.", ExitCode.IO
    return None


def check_header(path: Path) -> None:
    """Raise CatalogError where the file at `path`, by its first bytes, is none of ours; SQLite is not asked."""
    if not path.exists():
        raise CatalogError(f"{path}: does not exist; `catalog load -d {path} SOURCE` makes it.", ExitCode.NO_INPUT)
    if not path.is_file():
        raise CatalogError(f"{path}: is not a file; name a catalogue file with --database.", ExitCode.WRONG_FILE)
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER_BYTES)
    except OSError as error:
        sentence = f"{path}: cannot be read ({error.strerror}); check its permissions."
        raise CatalogError(sentence, ExitCode.NO_INPUT) from error
    wrong = _what_is_wrong(header)
    if wrong is not None:
        sentence, exit_code = wrong
        raise CatalogError(f"{path}: {sentence}", exit_code)


def _what_is_wrong(header: bytes) -> tuple[str, ExitCode] | None:
    if not header:
        return "is empty and no catalogue; delete it, or name another file with --database.", ExitCode.WRONG_FILE
    if not header.startswith(_MAGIC):
        return "is not an SQLite database; name another file with --database.", ExitCode.WRONG_FILE
    if len(header) < _HEADER_BYTES:
        return "is damaged, it ends inside its header; restore it from a backup.", ExitCode.BAD_DATA
    if int.from_bytes(header[68:72], "big") != APPLICATION_ID:
        return "belongs to another application, not to the paper catalogue; name another file.", ExitCode.WRONG_FILE
    return None


def _check_size(path: Path, connection: sqlite3.Connection) -> None:
    # SQLite's own integrity check passes on a file cut short by less than a page. The header is asked for through
    # SQLite: opening and closing the file here would drop the lock that the transaction holds.
    if connection.execute("PRAGMA journal_mode").fetchone() == ("wal",):
        return  # the newest pages are in another file
    (page_size,) = connection.execute("PRAGMA page_size").fetchone()
    (page_count,) = connection.execute("PRAGMA page_count").fetchone()
    expected, actual = page_size * page_count, path.stat().st_size
    if actual != expected:
        sizes = f"it has {actual:,} bytes where its header says {expected:,}"
        raise CatalogError(f"{path}: is damaged, {sizes}; restore it from a backup.", ExitCode.BAD_DATA)


def _read_revision(path: Path, connection: sqlite3.Connection) -> str:
    has_table = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone() if has_table else None
    if row is None:
        raise CatalogError(
            f"{path}: has no schema revision and is no finished catalogue; load into a new file.", ExitCode.WRONG_FILE
        )
    revision = str(row[0])
    if revision not in known_revisions():
        raise CatalogError(
            f"{path}: has schema revision {revision}, unknown to this version (up to {known_revisions()[-1]}); "
            "it was made by a newer catalogue: upgrade the software.",
            ExitCode.WRONG_FILE,
        )
    return revision


def _check_quickly(path: Path, connection: sqlite3.Connection) -> None:
    (answer,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if answer != "ok":
        reason = " ".join(answer.replace("*** in database main ***", "").split())
        sentence = f"{path}: is damaged ({reason}); restore it from a backup, or load into a new file."
        raise CatalogError(sentence, ExitCode.BAD_DATA)
