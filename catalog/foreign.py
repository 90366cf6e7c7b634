"""Catalogue files that somebody else made: refused before a row is read, or given in the schema of this version.

What is done here follows https://www.sqlite.org/security.html, "Untrusted SQLite Database Files": nothing in the schema
is trusted, and no view, trigger, index or expression is there but those that the migrations make, before anything runs
that could evaluate one.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from catalog.database import check_header, create_catalog_engine, known_revisions, translated_errors
from catalog.errors import CatalogError, ExitCode
from catalog.load.again import settle_again
from catalog.migrate import upgrade
from catalog.room import require_room
from catalog.schema import schema_sql

_PRAGMAS: Final = ("trusted_schema = OFF", "cell_size_check = ON", "query_only = ON")
_WAL: Final = 2
_ROOM: Final = 2
"""An upgrade rebuilds tables: it takes about the size of the copy once more."""

# What ANALYZE keeps for the planner is no part of the schema.
_NAMES = (
    "SELECT type, name, tbl_name FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_stat_' ESCAPE '\\' ORDER BY 1, 2, 3"
)
_HIDDEN = """
SELECT name, sql FROM sqlite_master
WHERE name = 'alembic_version' OR (type = 'table' AND name LIKE 'papers\\_fts\\_%' ESCAPE '\\') ORDER BY name
"""


@contextmanager
def current_file(path: Path) -> Iterator[Path]:
    """Give a file of this version's schema with the content of the catalogue at `path`, for reading, in one block.

    It is the file itself, or, where that is of an older revision, a temporary copy that was upgraded. The file is
    never written to, and its folder may be read-only. Raises CatalogError where it is no sound catalogue, holds
    anything that no migration makes, or where there is no room for the copy.
    """
    revision = check_foreign(path)
    if revision == known_revisions()[-1]:
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        require_room(Path(folder), _ROOM * path.stat().st_size, path)
        copy = Path(folder, "catalog.db")
        with translated_errors(path), closing(_connect(path)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        with translated_errors(path):
            upgrade(copy)
            settle_again(copy)
        yield copy


def check_foreign(path: Path) -> str:
    """Return the revision of the catalogue file at `path`, which may come from a stranger and is opened read-only.

    Raises CatalogError where it is no sound catalogue or its schema is not what the migrations make.
    """
    check_header(path)
    _check_journal(path)
    engine = create_catalog_engine(path, read_only=True)
    try:
        with translated_errors(path), engine.begin() as connection:
            for pragma in _PRAGMAS:
                connection.exec_driver_sql(f"PRAGMA {pragma}")
            revision = _checked_revision(path, connection)
            _check_pages(path, connection)
    finally:
        engine.dispose()
    return revision


def count_documents(path: Path) -> int:
    """Return how many documents were loaded into the catalogue file at `path`, of any revision, which was checked."""
    with translated_errors(path), closing(_connect(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM source_documents").fetchone()[0])


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _check_journal(path: Path) -> None:
    with path.open("rb") as file:
        header = file.read(20)
    if _WAL in header[18:20]:
        # SQLite would make files beside it, even to read it.
        raise CatalogError(
            f"{path}: is in WAL mode, which no file to hand on is in; ask for one from `catalog release`.",
            ExitCode.WRONG_FILE,
        )
    journal = path.with_name(f"{path.name}-journal")
    if journal.exists() and journal.stat().st_size and not os.access(path, os.W_OK):
        sentence = f"{path}: has an unfinished change beside it ({journal.name}); ask its owner to finish it."
        raise CatalogError(sentence, ExitCode.WRONG_FILE)


def _checked_revision(path: Path, connection: Connection) -> str:
    """Return the revision that the file is of, once it is known that reading it runs nothing of the file's own."""
    head = known_revisions()[-1]
    expected = expected_schema(head).hidden.get("alembic_version")
    if _hidden(connection).get("alembic_version") != expected:
        sentence = "has no schema revision and is no finished catalogue; ask for a file from `catalog release`."
        raise CatalogError(f"{path}: {sentence}", ExitCode.WRONG_FILE)
    row = connection.exec_driver_sql("SELECT version_num FROM alembic_version").fetchone()
    revision = "" if row is None else str(row[0])
    if revision not in known_revisions():
        raise CatalogError(
            f"{path}: has schema revision {revision[:20]!r}, unknown to this version (up to {head}); "
            "it was made by a newer catalogue: upgrade the software.",
            ExitCode.WRONG_FILE,
        )
    if _Schema.of(connection) != expected_schema(revision):
        raise CatalogError(
            f"{path}: its tables, views or triggers are not those of revision {revision}, so it is not read; "
            "ask for a file from `catalog release`.",
            ExitCode.WRONG_FILE,
        )
    return revision


def _check_pages(path: Path, connection: Connection) -> None:
    page_size = connection.exec_driver_sql("PRAGMA page_size").scalar_one()
    page_count = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    if path.stat().st_size != page_size * page_count:
        raise CatalogError(f"{path}: is damaged, its size is not what its header says; get it anew.", ExitCode.BAD_DATA)
    answer = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one())
    if answer != "ok":
        reason = " ".join(answer.replace("*** in database main ***", "").split())
        raise CatalogError(f"{path}: is damaged ({reason}); get it anew.", ExitCode.BAD_DATA)
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        sentence = f"{path}: is damaged, a row of {broken[0]} refers to a row that is missing; get it anew."
        raise CatalogError(sentence, ExitCode.BAD_DATA)


@dataclass(frozen=True)
class _Schema:
    """Everything that a file's schema holds, laid out so that two files of one revision are equal."""

    names: list[tuple[str, ...]]
    hidden: dict[str, str]
    text: str

    @classmethod
    def of(cls, connection: Connection) -> _Schema:
        names = [tuple(row) for row in connection.exec_driver_sql(_NAMES)]
        return cls(names, _hidden(connection), schema_sql(connection))


def _hidden(connection: Connection) -> dict[str, str]:
    """Return the statements that `schema_sql` leaves out, by name: Alembic's table and those of the search index."""
    return {row[0]: " ".join(str(row[1]).split()) for row in connection.exec_driver_sql(_HIDDEN)}


@cache
def expected_schema(revision: str) -> _Schema:
    """Return the schema that the migrations make up to `revision`, from a file made for it."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder, "catalog.db")
        fresh.touch()
        upgrade(fresh, revision)
        engine = create_catalog_engine(fresh, read_only=True)
        try:
            with engine.connect() as connection:
                return _Schema.of(connection)
        finally:
            engine.dispose()
