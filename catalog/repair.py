"""Makes again what can be made again from the tables: indexes, search index, views and triggers.

The damaged file is never written to. A new one is made by the migrations beside it, every row is read from the tables
themselves and no index, the new file passes every check, and only then takes the place of the old one, which is kept.
REINDEX would be simpler, but it fails on an index whose pages are damaged, and writes into a file that is.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from itertools import count
from pathlib import Path
from typing import Final

from sqlalchemy import Table

from catalog.checks import check_catalog
from catalog.damage import RESTORE
from catalog.database import create_catalog_engine, file_revision, known_revisions, translated_errors
from catalog.errors import CatalogError, ExitCode
from catalog.fresh import EXPLAINED
from catalog.migrate import upgrade
from catalog.models import SEARCH_TABLE, metadata, releases
from catalog.room import require_room

_KEPT: Final = {"alembic_version", SEARCH_TABLE, *metadata.tables}
_TABLES: Final = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"


def repair_index(database: Path) -> Path | None:
    """Make indexes, search index, views and triggers of the catalogue at `database` again from its tables.

    Returns where the file as it was is kept, or None where every check is passed already and nothing was done. Raises
    CatalogError, with nothing changed, where a table itself is damaged, where anything else is wrong that the tables do
    not tell, where the file is a release, which is got anew, or where there is no room for a second file beside it.
    """
    _require_current(database)
    if _is_sound(database):
        return None
    target = Path(os.path.realpath(database))
    engine = create_catalog_engine(target)
    try:
        # Held to the end: who would write meanwhile waits, and then finds another file in the place of this one.
        with translated_errors(database), engine.begin() as connection:
            if connection.exec_driver_sql(f"SELECT 1 FROM {releases.name}").first():  # noqa: S608 - a table of ours
                raise CatalogError(f"{database}: is a release, which is not repaired; get it anew.")
            require_room(target.parent, target.stat().st_size, database)
            return _replace(database, target)
    finally:
        engine.dispose()


def repair_sentence(database: Path) -> str:
    """Repair the catalogue at `database` as `repair_index` does, and return what was done, for a person."""
    kept = repair_index(database)
    if kept is None:
        return f"{database} passes every check, so nothing was changed."
    return f"The indexes of {database} were made again from its tables; the file as it was is {kept}."


def _require_current(database: Path) -> None:
    revision, head = file_revision(database, looks_inside=False), known_revisions()[-1]
    if revision != head:
        raise CatalogError(
            f"{database}: has schema revision {revision}, and only a file of {head} can be repaired; "
            f"run `catalog migrate -d {database}` first.",
            ExitCode.WRONG_FILE,
        )


def _is_sound(database: Path) -> bool:
    try:
        return not any(result.broken for result in check_catalog(database, most=1))
    except CatalogError:
        return False


def _replace(database: Path, target: Path) -> Path:
    draft = target.with_name(f".{target.name}.{os.getpid()}.repaired")
    _discard(draft)
    try:
        draft.touch()
        upgrade(draft)
        _copy_rows(database, target, draft)
        _require_sound(database, draft)
        shutil.copymode(target, draft)
        kept = _keep(target)
        draft.replace(target)
        return kept
    except OSError as error:
        raise CatalogError(
            f"{database}: cannot be repaired ({error.strerror}); check that its folder may be written to."
        ) from error
    finally:
        _discard(draft)


def _copy_rows(database: Path, target: Path, draft: Path) -> None:
    with closing(sqlite3.connect(draft, isolation_level=None, uri=True)) as connection:
        connection.execute("ATTACH ? AS damaged", (f"{target.absolute().as_uri()}?mode=ro",))
        connection.execute("PRAGMA cell_size_check = ON")
        tables = {name for (name,) in connection.execute(_TABLES.replace("sqlite_master", "damaged.sqlite_master"))}
        foreign = sorted(name for name in tables - _KEPT if not name.startswith(f"{SEARCH_TABLE}_"))
        if foreign:
            raise CatalogError(
                f"{database}: holds the table {foreign[0]}, which is none of the catalogue's and would be lost, so "
                "nothing was changed; move it to a file of its own."
            )
        connection.execute("BEGIN")
        for table in metadata.sorted_tables:
            _require_our_columns(database, connection, table)
            if table.name not in EXPLAINED:
                _copy_table(database, connection, table)
        connection.execute("COMMIT")


def _require_our_columns(database: Path, connection: sqlite3.Connection, table: Table) -> None:
    found = connection.execute("SELECT name FROM pragma_table_info(?, 'damaged')", (table.name,))
    foreign = sorted({name for (name,) in found} - set(table.columns.keys()))
    if foreign:
        raise CatalogError(
            f"{database}: holds the column {foreign[0]} in {table.name}, which is none of the catalogue's and would be "
            "lost, so nothing was changed; move it to a file of its own."
        )


def _copy_table(database: Path, connection: sqlite3.Connection, table: Table) -> None:
    columns = ", ".join(f'"{column.name}"' for column in table.columns if column.computed is None)
    try:
        connection.execute(
            f"INSERT INTO main.{table.name} ({columns}) SELECT {columns} FROM damaged.{table.name} NOT INDEXED"  # noqa: S608
        )
    except sqlite3.DatabaseError as error:
        raise CatalogError(
            f"{database}: the table {table.name} itself is damaged ({error}), so nothing was changed; {RESTORE}."
        ) from error


def _require_sound(database: Path, draft: Path) -> None:
    broken = [result for result in check_catalog(draft, most=1) if result.broken]
    if broken:
        names = ", ".join(result.name for result in broken)
        raise CatalogError(
            f"{database}: is not sound even with new indexes ({names}), so nothing was changed; {RESTORE}."
        )


def _keep(target: Path) -> Path:
    """Give the file a second name, and return it: none is ever replaced."""
    for kept in (target.with_name(f"{target.name}.damaged-{number}") for number in count(1)):
        with suppress(FileExistsError):
            try:
                os.link(target, kept)
            except FileExistsError:
                raise
            except OSError:  # a file system without hard links
                with kept.open("xb"):
                    shutil.copy2(target, kept)
            return kept
    raise AssertionError  # there is always a next number


def _discard(draft: Path) -> None:
    for leftover in (draft, draft.with_name(draft.name + "-journal")):
        leftover.unlink(missing_ok=True)
