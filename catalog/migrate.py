"""The schema of a catalogue file: made by Alembic's revisions alone, upgraded by them after a backup."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config

from catalog.database import (
    CatalogError,
    create_catalog_engine,
    file_revision,
    known_revisions,
    translated_errors,
)
from catalog.resources import resource


@dataclass(frozen=True, slots=True)
class Migration:
    """What an upgrade did: from which revision to which, and where the backup is (None where nothing was to do)."""

    before: str
    after: str
    backup: Path | None


def create_catalog(path: Path) -> None:
    """Make an empty catalogue at `path`, whole or not at all.

    It is made under another name in the same folder and then put in place, so that a kill leaves no half-made file. Where
    another process makes the same file meanwhile, that one stays. Raises CatalogError where the folder cannot be used.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with translated_errors(path):
            upgrade(draft)
        _put_in_place(draft, path)
    except OSError as error:
        raise CatalogError(f"{path}: cannot be made ({error.strerror}); check that its folder may be written to.") from error
    finally:
        for leftover in (draft, draft.with_name(draft.name + "-journal")):
            leftover.unlink(missing_ok=True)


def migrate_catalog(path: Path) -> Migration:
    """Upgrade the catalogue at `path` to the schema of this version, after a backup beside it.

    Raises CatalogError where the file is no catalogue, is damaged, or was made by a newer version.
    """
    before, head = file_revision(path), known_revisions()[-1]
    if before == head:
        return Migration(before, head, None)
    backup = _back_up(path, before)
    with translated_errors(path):
        upgrade(path)
    return Migration(before, head, backup)


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


def _put_in_place(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)  # unlike a rename, this never replaces a file that appeared meanwhile
    except FileExistsError:
        return
    except OSError:
        if not path.exists():
            draft.rename(path)  # a file system without hard links


def _back_up(path: Path, revision: str) -> Path:
    number = 1
    while (backup := path.with_name(f"{path.name}.backup-{revision}-{number}")).exists():
        number += 1
    with (
        translated_errors(backup),
        contextlib.closing(sqlite3.connect(path)) as source,
        contextlib.closing(sqlite3.connect(backup)) as target,
    ):
        source.backup(target)
    return backup
