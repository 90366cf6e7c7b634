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

from catalog.damage import REPAIR, RESTORE, Damage, find_damage, shown
from catalog.errors import CatalogError, ExitCode
from catalog.resources import resource

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

APPLICATION_ID = 0x50415043
"""Marks our files in the SQLite header (bytes 68 to 71): "PAPC"."""

BUSY_TIMEOUT_SECONDS = 30
# A full look takes time in proportion to the file, and what a digest costs must not: up to this size it is an eighth
# of that (1.6 ms for each MB, measured). Above it only the header, the length and the schema are looked at; SQLite
# refuses a damaged page that it comes upon, and `catalog check` does the rest.
_QUICK_CHECK_BYTES = 16 * 1024 * 1024

# A view of that name could keep whoever asks it busy for ever.
_COLUMNS_OF_REVISION = """
SELECT group_concat(info.name) FROM sqlite_master AS part JOIN pragma_table_info(part.name) AS info
WHERE part.type = 'table' AND part.name = 'alembic_version'
"""

_HEADER_BYTES = 100
_MAGIC = b"SQLite format 3\x00"


@cache
def known_revisions() -> tuple[str, ...]:
    """Return the schema revisions of this version, oldest first, from the file names of the migrations."""
    names = (re.match(r"(\d{4})_", path.name) for path in (resource("migrations") / "versions").glob("*.py"))
    return tuple(sorted(match[1] for match in names if match))


def create_catalog_engine(
    path: Path, *, read_only: bool = False, foreign_keys: bool = True, knows_rules: bool = False
) -> Engine:
    """Return an engine for the file at `path`, the same for loads and migrations; the caller disposes of it.

    With `knows_rules` a file that is only read is opened as for writing, where that may be: in one that was opened for
    reading alone SQLite leaves out CHECK constraints, also when it checks the file.

    The driver starts no transaction by itself and every `begin()` is a `BEGIN IMMEDIATE`, so that schema changes
    are part of the transaction too and a second writer waits instead of failing half-way.
    """
    # Most commands that only read need none of it, and it takes longer to import than they take.
    from sqlalchemy import NullPool, create_engine, event

    mode = "ro" if read_only and not knows_rules else "rw"  # never "rwc": a file that is gone must not come back empty
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None),
        poolclass=NullPool,
    )

    @event.listens_for(engine, "connect")
    def _set_pragmas(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
        connection.execute("PRAGMA query_only = ON" if read_only else "PRAGMA synchronous = EXTRA")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def file_revision(path: Path, *, looks_inside: bool = True) -> str:
    """Return the schema revision of the catalogue file at `path`, or raise CatalogError where it is none of ours.

    Its pages are looked at, too, unless the file is large or `looks_inside` is False. Nothing is written, except that
    SQLite rolls back what a killed process left half-done in a file of ours.
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
            if not _is_newer(revision):
                _check_size(path, connection)
                if looks_inside and path.stat().st_size <= _QUICK_CHECK_BYTES:
                    _check_quickly(path, connection)
    except sqlite3.Error as error:
        raise CatalogError(f"{path}: {_unreadable(str(error))}", ExitCode.BAD_DATA) from error
    if revision not in known_revisions():
        raise CatalogError(
            f"{path}: has schema revision {shown(revision)}, unknown to this version (up to {known_revisions()[-1]}); "
            "it was made by a newer catalogue: upgrade the software.",
            ExitCode.WRONG_FILE,
        )
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
def translated_errors(path: Path, left: str = "check the disk, and run the command again") -> Iterator[None]:
    """Turn what SQLite says of the file at `path` into one sentence (CatalogError).

    `left` ends that of a disk that failed or is full: what is in the file then, or what to do.
    """
    try:
        yield
    except UnicodeDecodeError as error:
        # What SQLite says of a damaged schema quotes it, and the driver takes every message for UTF-8.
        raise CatalogError(f"{path}: {_damaged(path, 'its schema cannot be read')}", ExitCode.BAD_DATA) from error
    except Exception as error:
        cause = getattr(error, "orig", error)  # SQLAlchemy's errors carry the driver's
        if not isinstance(cause, sqlite3.Error) or isinstance(cause, sqlite3.IntegrityError):
            raise
        told = _sentence(path, getattr(cause, "sqlite_errorname", "") or "", str(cause), left)
        if told is None:
            raise
        sentence, exit_code = told
        raise CatalogError(f"{path}: {sentence}", exit_code) from error


def _sentence(path: Path, code: str, message: str, left: str) -> tuple[str, ExitCode] | None:
    if code.startswith("SQLITE_BUSY") or "database is locked" in message:
        waited = f"is in use by another process, waited {BUSY_TIMEOUT_SECONDS} seconds; try again when that has ended."
        return waited, ExitCode.BUSY
    if code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or "malformed" in message or "decode to UTF-8" in message:
        return _damaged(path, message), ExitCode.BAD_DATA
    if "fts5" in message or "vtable constructor" in message:  # the one virtual table is the search index
        return f"has a damaged search index ({shown(message)}); {REPAIR.format(path)}.", ExitCode.BAD_DATA
    if "unsupported file format" in message:
        return _unreadable(message), ExitCode.BAD_DATA
    if code == "SQLITE_ERROR" and (lack := _difference(path)) is not None:
        return f"is damaged ({lack}); run `catalog check -d {path}`, which says what to do.", ExitCode.BAD_DATA
    if code == "SQLITE_READONLY_ROLLBACK":
        unfinished = f"has an unfinished change beside it ({path.name}-journal)"
        return f"{unfinished}; run `catalog check -d {path}`, which takes it back.", ExitCode.WRONG_FILE
    if code.startswith("SQLITE_READONLY") or "readonly" in message:
        return "cannot be written to; check the permissions of the file and its folder.", ExitCode.CANNOT_CREATE
    if code.startswith("SQLITE_CANTOPEN"):
        return "cannot be opened; check that its folder exists and may be written to.", ExitCode.CANNOT_CREATE
    if code.startswith("SQLITE_FULL"):
        return f"could not be written because the disk is full; {left}.", ExitCode.IO
    if code == "SQLITE_IOERR_DIR_FSYNC":  # at the end of a commit: the journal is gone, so it took place
        unsure = f"was changed, but the disk did not confirm it ({message}); check the disk, and run the command again."
        return unsure, ExitCode.IO
    # Newer versions of SQLite say this of a file whose last page is not whole; of a disk that fails, what failed.
    if code in ("SQLITE_IOERR", "SQLITE_IOERR_SHORT_READ") and (shortened := _cut_short(path)) is not None:
        return shortened, ExitCode.BAD_DATA
    if code.startswith("SQLITE_IOERR"):
        return f"could not be read or written ({message}); {left}.", ExitCode.IO
    return None


def _unreadable(reason: str) -> str:
    return f"cannot be read as a catalogue ({reason}); restore it from a backup, or name another file."


def _difference(path: Path) -> str | None:
    """Return the first difference of the file from the schema of this version, or None where it has that schema.

    Our statements fit that: where one fails and nothing differs, the error is ours.
    """
    from catalog.check_schema import schema_differences  # takes long to import

    engine = create_catalog_engine(path, read_only=True)
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout = 0")  # whoever asks may have the file for itself
            revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
            found = schema_differences(connection) if revision == known_revisions()[-1] else iter(())
            return next((shown(" ".join(difference)) for difference in found), None)
    except Exception:
        return None  # what went wrong first is told
    finally:
        engine.dispose()


def _damaged(path: Path, reason: str) -> str:
    """Say that the file is damaged: that it was cut short where it was, which explains every other reason."""
    return _cut_short(path) or f"is damaged ({shown(reason)}); {RESTORE}."


def _cut_short(path: Path) -> str | None:
    """Say that the file is shorter than its header tells, or nothing where it is not.

    The header is read without a lock, so it is asked only where something is wrong.
    """
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    expected = int.from_bytes(header[16:18], "big") * int.from_bytes(header[28:32], "big")
    actual = path.stat().st_size
    if actual >= expected:
        return None
    return f"is damaged, it has {actual:,} bytes where its header says {expected:,}; {RESTORE}."


def check_header(path: Path) -> None:
    """Raise CatalogError where the file at `path`, by its first bytes, is none of ours; SQLite is not asked."""
    try:
        _require_file(path)
        with path.open("rb") as file:
            header = file.read(_HEADER_BYTES)
    except OSError as error:
        sentence = f"{path}: cannot be read ({error.strerror}); check its permissions."
        raise CatalogError(sentence, ExitCode.NO_INPUT) from error
    wrong = _what_is_wrong(header)
    if wrong is not None:
        sentence, exit_code = wrong
        raise CatalogError(f"{path}: {sentence}", exit_code)


def _require_file(path: Path) -> None:
    if not path.exists():
        if path.is_symlink():
            lost = f"{path}: is a symbolic link that leads nowhere; correct it, or name another file with --database."
            raise CatalogError(lost, ExitCode.NO_INPUT)
        raise CatalogError(f"{path}: does not exist; `catalog load -d {path} SOURCE` makes it.", ExitCode.NO_INPUT)
    if not path.is_file():
        raise CatalogError(f"{path}: is not a file; name a catalogue file with --database.", ExitCode.WRONG_FILE)


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
    (columns,) = connection.execute(_COLUMNS_OF_REVISION).fetchone()
    if columns not in (None, "version_num"):
        raise CatalogError(f"{path}: {_unreadable('its alembic_version is none of ours')}", ExitCode.BAD_DATA)
    found = connection.execute("SELECT version_num FROM alembic_version LIMIT 2").fetchall() if columns else []
    if len(found) != 1:
        raise CatalogError(
            f"{path}: has no schema revision, or several, and is no finished catalogue; load into a new file.",
            ExitCode.WRONG_FILE,
        )
    return str(found[0][0])


def _is_newer(revision: str) -> bool:
    """Whether it is a number after ours. What else is unknown may be damaged, and is looked at first."""
    return re.fullmatch(r"\d{4}", revision) is not None and revision > known_revisions()[-1]


def _check_quickly(path: Path, connection: sqlite3.Connection) -> None:
    (answer,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if answer != "ok":
        damages = list(find_damage(connection, "quick_check"))
        raise CatalogError(damage_sentence(path, damages), ExitCode.BAD_DATA)


def damage_sentence(path: Path, damages: list[Damage]) -> str:
    """Return what is wrong with the file at `path` and what to do, as one sentence that names the tables."""
    tables = list(dict.fromkeys(damage.table for damage in damages if damage.table is not None))
    others = f"; also hurt: {', '.join(tables[1:])}" if len(tables) > 1 else ""
    advice = REPAIR.format(path) if damages and all(damage.is_rebuildable for damage in damages) else RESTORE
    return f"{path}: is damaged ({damages[0] if damages else 'its pages are not in order'}{others}); {advice}."
