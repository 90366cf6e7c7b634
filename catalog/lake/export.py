"""Parquet tables -> an ordinary catalogue file: the schema of the migrations, the rows as they lie, indexes after.

No Spark: any machine that has the folder and pyarrow can do it, a batch of rows at a time.
"""

# pyarrow has no types.
# mypy: disable-error-code="import-untyped"
from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow
import pyarrow.parquet

from catalog.checks import check_catalog, check_structure
from catalog.errors import CatalogError, ExitCode, exit_code_of_writing
from catalog.lake.layout import TABLES, File, Lake
from catalog.lake.reading import file_hash
from catalog.migrate import create_catalog, put_in_place
from catalog.models import SEARCH_TABLE, metadata
from catalog.syncing import sync_folder

STEP_COUNT: Final = len(TABLES) + 3
"""How often `fill_file` calls `on_step`."""

_ROWS: Final = 2000
_FOLDER_COLUMNS: Final = ("publication_year",)
_NULL_FOLDER: Final = "__HIVE_DEFAULT_PARTITION__"
_LATER: Final = "SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL"

Columns = dict[str, int | None]


@dataclass(frozen=True, slots=True)
class Exported:
    """How many rows of each table were written, and the rules of the catalogue that they break: as in a load, because
    documents contradict themselves or each other."""

    counts: dict[str, int]
    broken_rules: tuple[str, ...]


def whole_tables(lake: Lake) -> dict[str, list[Path]]:
    """Return the files of each table of the lake, in the order of their rows.

    Raises CatalogError where one is not as the manifest says.
    """
    manifest = lake.manifest()
    return {
        name: [_checked(lake, file) for file in sorted(manifest.files.get(name, []), key=lambda file: file.path)]
        for name in TABLES
    }


def _checked(lake: Lake, file: File) -> Path:
    path = lake.folder / file.path
    if file_hash(path) != file.sha256:
        raise CatalogError(
            f"{path}: is not as the manifest of the lake says; restore it, or build the lake anew in another folder.",
            ExitCode.BAD_DATA,
        )
    return path


def fill_file(
    tables: Mapping[str, Sequence[Path]], database: Path, on_step: Callable[[], None] = lambda: None
) -> Exported:
    """Write a new catalogue file with the rows of the Parquet files of each table; return what was written.

    It is made under another name in the same folder, checked by every check of the catalogue, and then put in place.
    Raises CatalogError where something is there already, the rows are none of a catalogue, or it cannot be written.
    """
    if os.path.lexists(database):
        raise CatalogError(f"{database}: is there already; name a new file.", ExitCode.CANNOT_CREATE)
    draft = database.with_name(f".{database.name}.{os.getpid()}.new")
    try:
        create_catalog(draft)
        on_step()
        counts = _filled(draft, tables, on_step)
        broken = _broken_rules(draft, database)
        on_step()
        if not put_in_place(draft, database):
            raise CatalogError(f"{database}: appeared meanwhile; name a new file.", ExitCode.CANNOT_CREATE)
        sync_folder(database.absolute().parent)
    except OSError as error:
        raise CatalogError(
            f"{database}: cannot be written ({error.strerror or error}); "
            "check that its folder exists, may be written to and has room.",
            exit_code_of_writing(error),
        ) from error
    finally:
        with suppress(OSError):
            draft.unlink()
    return Exported(counts, broken)


def _filled(draft: Path, tables: Mapping[str, Sequence[Path]], on_step: Callable[[], None]) -> dict[str, int]:
    counts = {}
    with closing(sqlite3.connect(draft, isolation_level=None)) as connection:
        # Nobody sees the draft: no journal, and one wait for the disk at the end.
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "foreign_keys = OFF"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN")
        later = connection.execute(_LATER).fetchall()
        for kind, name, _ in later:
            connection.execute(f'DROP {kind} "{name}"')
        for name in TABLES:
            counts[name] = sum(_insert(connection, name, path) for path in tables.get(name, ()))
            on_step()
        for kind in ("index", "trigger"):
            for sql in (sql for its_kind, _, sql in later if its_kind == kind):
                with _fitting(draft):
                    connection.execute(sql)
        connection.execute(f"INSERT INTO {SEARCH_TABLE} ({SEARCH_TABLE}) VALUES ('rebuild')")  # noqa: S608
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = DELETE")
        on_step()
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    return counts


@contextmanager
def _fitting(path: Path) -> Iterator[None]:
    """Turn what SQLite says of rows of the file at `path` into one sentence (CatalogError)."""
    try:
        yield
    except sqlite3.Error as error:
        raise CatalogError(
            f"{path}: does not fit into a catalogue ({error}), so nothing was exported; "
            "build the lake anew from documents that `catalog load` takes.",
            ExitCode.BAD_DATA,
        ) from error


def _insert(connection: sqlite3.Connection, name: str, path: Path) -> int:
    columns = [column.name for column in metadata.tables[name].columns if column.computed is None]
    listed = ", ".join(f'"{column}"' for column in columns)
    statement = f"INSERT INTO {name} ({listed}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608 - our own names
    count = 0
    for rows in _batches(path, columns):
        with _fitting(path):
            count += connection.executemany(statement, rows).rowcount
    return count


def _batches(path: Path, columns: Sequence[str]) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the rows of a Parquet file, some at a time, with `columns` in their order."""
    try:
        of_folder = _columns_of_folder(path)
        with pyarrow.parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(_ROWS, columns=[name for name in columns if name not in of_folder]):
                same = {name: [value] * batch.num_rows for name, value in of_folder.items()}
                values = [same[name] if name in same else batch.column(name).to_pylist() for name in columns]
                yield list(zip(*values, strict=True))
    except (OSError, KeyError, ValueError, pyarrow.ArrowException) as error:
        raise CatalogError(
            f"{path}: cannot be read as a table of a catalogue ({str(error)[:200]}); build the lake anew.",
            ExitCode.BAD_DATA,
        ) from error


def _columns_of_folder(path: Path) -> Columns:
    """The columns that the names of folders say, such as `publication_year=2024`: files do not repeat them."""
    name, _, value = path.parent.name.partition("=")
    if name not in _FOLDER_COLUMNS:
        return {}
    return {name: None if value == _NULL_FOLDER else int(value)}


def _broken_rules(draft: Path, database: Path) -> tuple[str, ...]:
    """Return the rules of the catalogue that the file breaks, because its documents contradict themselves.

    Raises CatalogError where the file is not sound: no documents can make it so.
    """
    unsound = [result.name for result in check_structure(draft) if result.broken]
    if unsound:
        raise CatalogError(
            f"{database}: would not be sound ({', '.join(unsound)}), so it was not written; "
            "the lake is damaged, build it anew in another folder.",
            ExitCode.BAD_DATA,
        )
    return tuple(result.name for result in check_catalog(draft) if result.broken)
