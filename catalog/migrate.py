"""The schema of a catalogue file: made by Alembic's revisions alone, upgraded by them after a backup."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

from catalog.database import create_catalog_engine, file_revision, known_revisions, translated_errors
from catalog.errors import CatalogError, exit_code_of_writing
from catalog.resources import resource
from catalog.room import require_room
from catalog.syncing import sync_folder

_ROOM: Final = 2
"""The backup takes the size of the file, and a table that is rebuilt up to that once more."""

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Migration:
    """What an upgrade did: from which revision to which, and where the backup is (None where nothing was to do)."""

    before: str
    after: str
    backup: Path | None


def create_catalog(path: Path) -> None:
    """Make an empty catalogue at `path`, whole or not at all.

    It is made under another name in the same folder and then put in place, so that a kill leaves no half-made file.
    Where another process makes the same file meanwhile, that one stays. Raises CatalogError where the folder cannot be
    used.
    """
    target = Path(os.path.realpath(path))  # a symbolic link that leads nowhere yet names the file to make
    draft = target.with_name(f".{target.name}.{os.getpid()}.new")
    _discard(draft)
    try:
        draft.touch()
        with translated_errors(path):
            upgrade(draft)
        put_in_place(draft, target)
    except OSError as error:
        raise CatalogError(
            f"{path}: cannot be made ({error.strerror}); check that its folder exists and may be written to.",
            exit_code_of_writing(error),
        ) from error
    finally:
        _discard(draft)


def migrate_catalog(path: Path, on_step: Callable[[], None] = lambda: None) -> Migration:
    """Upgrade the catalogue at `path` to the schema of this version, after a backup beside it.

    Nobody else reads or writes it meanwhile; who upgrades the same file at the same time waits, then has nothing to do.
    `on_step` is called after the backup and after each revision. Raises CatalogError where the file is no catalogue, is
    damaged, is in use, was made by a newer version, where the disk has no room for the backup and a rebuilt table, or
    where a revision fails: that one is undone whole.
    """
    before, head = file_revision(path), known_revisions()[-1]
    if before == head:
        return Migration(before, head, None)
    require_room(path.absolute().parent, _ROOM * path.stat().st_size, path)
    with translated_errors(path), _alone_with(path) as connection:
        before = _revision(connection)
        if before == head:
            return Migration(before, head, None)
        backup = _back_up(path, before, _driver(connection))
        on_step()
        _upgrade_or_report(path, connection, backup, on_step)
    return Migration(before, head, backup)


def upgrade_step_count(path: Path) -> int:
    """Return how often `migrate_catalog` would call `on_step` for the file at `path`. Raises CatalogError as that."""
    revisions = known_revisions()
    missing = len(revisions) - 1 - revisions.index(file_revision(path, looks_inside=False))
    return missing + 1 if missing else 0


def _upgrade_or_report(path: Path, connection: Connection, backup: Path, on_step: Callable[[], None]) -> None:
    try:
        with translated_errors(path):
            _end_release(_driver(connection))
            _run(connection, "head", on_step)
    except CatalogError:
        raise
    except Exception as error:  # a revision may raise anything over rows that nobody thought of
        connection.rollback()
        reason = " ".join(str(getattr(error, "orig", None) or error).split())
        raise CatalogError(
            f"{path}: could not be upgraded ({reason}), so it stays at revision {_revision(connection)}; please report "
            f"it, and keep {backup}, the file as it was."
        ) from error


def _end_release(driver: sqlite3.Connection) -> None:
    """Take back that the file is a release, before anything else: an upgraded one has not its form."""
    has_table = driver.execute("SELECT 1 FROM sqlite_master WHERE name = 'releases'").fetchone()
    if has_table and driver.execute("SELECT 1 FROM releases").fetchone():
        driver.execute("DELETE FROM releases")


@contextmanager
def _alone_with(path: Path) -> Iterator[Connection]:
    """Hold the file at `path` against every other process, over all transactions of the block.

    SQLite's own lock does that: it ends with the process, and guards the file on every system that SQLite knows.
    """
    engine = create_catalog_engine(path, foreign_keys=False)
    try:
        with engine.connect() as connection:
            driver = _driver(connection)
            # The lock first: in this mode whoever merely reads keeps others out for good, and two wait for each other.
            driver.execute("BEGIN EXCLUSIVE")
            driver.execute("PRAGMA locking_mode = EXCLUSIVE")
            driver.execute("COMMIT")
            # In this mode a journal that is deleted after each transaction stays with a header of noughts for good.
            driver.execute("PRAGMA journal_mode = TRUNCATE")
            try:
                yield connection
            finally:
                with suppress(sqlite3.Error):
                    connection.rollback()
                    driver.execute("PRAGMA locking_mode = NORMAL")
                    driver.execute("SELECT 1 FROM sqlite_master").fetchall()
                    driver.execute("PRAGMA journal_mode = DELETE")
    finally:
        engine.dispose()


def _driver(connection: Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def _revision(connection: Connection) -> str:
    (revision,) = _driver(connection).execute("SELECT version_num FROM alembic_version").fetchone()
    return str(revision)


def upgrade(path: Path, revision: str = "head") -> None:
    """Run the revisions up to `revision` on the file at `path`, each in a transaction of its own."""
    # Slow to import, and only needed where a file is made or upgraded.

    engine = create_catalog_engine(path, foreign_keys=False)
    try:
        with engine.connect() as connection:
            _run(connection, revision)
    finally:
        engine.dispose()


def _run(connection: Connection, revision: str, on_revision: Callable[[], None] = lambda: None) -> None:
    from alembic import command

    config = alembic_config()
    config.attributes.update(connection=connection, on_revision=on_revision)
    command.upgrade(config, revision)


def alembic_config() -> Config:
    """Return Alembic's settings, independent of the working folder."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(resource("migrations")).replace("%", "%%"))
    return config


def _back_up(path: Path, revision: str, source: sqlite3.Connection) -> Path:
    """Copy the file at `path`, which `source` has open; a copy that was cut short never has the name of a backup."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.backup")
    _discard(draft)
    try:
        with closing(sqlite3.connect(draft)) as target:
            source.backup(target)
        shutil.copymode(path, draft)
        backups = (path.with_name(f"{path.name}.backup-{revision}-{number}") for number in count(1))
        backup = next(backup for backup in backups if put_in_place(draft, backup))
        sync_folder(backup.absolute().parent)
        return backup
    except (OSError, sqlite3.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise CatalogError(
            f"{path}: cannot be backed up ({reason}), so it was not upgraded; "
            "check that its folder may be written to and that the disk has room.",
            exit_code_of_writing(error),
        ) from error
    finally:
        _discard(draft)


def put_in_place(draft: Path, path: Path) -> bool:
    """Give the draft its name, and return False where another file has it: none is ever replaced."""
    try:
        os.link(draft, path)  # a rename would replace a file that appeared meanwhile
    except FileExistsError:
        return False
    except OSError:  # a file system without hard links
        if path.exists():
            return False
        draft.rename(path)
    return True


def _discard(draft: Path) -> None:
    for leftover in (draft, draft.with_name(draft.name + "-journal")):
        with suppress(OSError):
            leftover.unlink()
