"""The schema of a catalogue file: made by Alembic's revisions alone, upgraded by them after a backup."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy.exc import SQLAlchemyError

from catalog.database import (
    BUSY_TIMEOUT_SECONDS,
    create_catalog_engine,
    file_revision,
    known_revisions,
    translated_errors,
)
from catalog.errors import CatalogError
from catalog.resources import resource


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
        _put_in_place(draft, target)
    except OSError as error:
        raise CatalogError(
            f"{path}: cannot be made ({error.strerror}); check that its folder exists and may be written to."
        ) from error
    finally:
        _discard(draft)


def migrate_catalog(path: Path) -> Migration:
    """Upgrade the catalogue at `path` to the schema of this version, after a backup beside it.

    Raises CatalogError where the file is no catalogue, is damaged, was made by a newer version, or where a revision
    fails: that one is undone whole.
    """
    before, head = file_revision(path), known_revisions()[-1]
    if before == head:
        return Migration(before, head, None)
    backup = _back_up(path, before)
    try:
        with translated_errors(path):
            _end_release(path)
            upgrade(path)
    except (CommandError, RuntimeError, SQLAlchemyError) as error:
        reason = " ".join(str(getattr(error, "orig", None) or error).split())
        raise CatalogError(
            f"{path}: could not be upgraded ({reason}), so it stays at revision {file_revision(path)}; please report "
            f"it, and keep {backup}, the file as it was."
        ) from error
    return Migration(before, head, backup)


def _end_release(path: Path) -> None:
    """Take back that the file is a release, before anything else: an upgraded one has not its form."""
    with closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT_SECONDS)) as connection, connection:
        has_table = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'releases'").fetchone()
        if has_table and connection.execute("SELECT 1 FROM releases").fetchone():
            connection.execute("DELETE FROM releases")


def upgrade(path: Path, revision: str = "head") -> None:
    """Run the revisions up to `revision` on the file at `path`, each in a transaction of its own."""
    engine = create_catalog_engine(path, foreign_keys=False)
    try:
        with engine.connect() as connection:
            config = alembic_config()
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
    finally:
        engine.dispose()


def alembic_config() -> Config:
    """Return Alembic's settings, independent of the working folder."""
    config = Config()
    config.set_main_option("script_location", str(resource("migrations")).replace("%", "%%"))
    return config


def _back_up(path: Path, revision: str) -> Path:
    """Copy the file at `path`; a copy that was cut short never has the name of a backup."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.backup")
    _discard(draft)
    try:
        with (
            closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT_SECONDS)) as source,
            closing(sqlite3.connect(draft)) as target,
        ):
            source.backup(target)
        backups = (path.with_name(f"{path.name}.backup-{revision}-{number}") for number in count(1))
        return next(backup for backup in backups if _put_in_place(draft, backup))
    except (OSError, sqlite3.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise CatalogError(
            f"{path}: cannot be backed up ({reason}), so it was not upgraded; "
            "check that its folder may be written to and that the disk has room."
        ) from error
    finally:
        _discard(draft)


def _put_in_place(draft: Path, path: Path) -> bool:
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
