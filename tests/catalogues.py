"""Catalogues for tests: invented papers, stored by the real load in a file that the real migrations made."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from catalog.cli import main
from catalog.database import create_catalog_engine, known_revisions
from catalog.load import Account, LoadTerms, load_document
from catalog.migrate import create_catalog
from catalog.records import DigestRecord, DocumentRecord, EntryRecord, Origin

AS_OF = date(2026, 11, 20)
LINES_OF_AN_ENTRY = 4

MOSS_NET = EntryRecord(
    position=1,
    title="Moss-Net: Counting Moss with Graph Networks",
    abstract="Moss grows slowly. Our code counts it on stones, see https://github.com/invented-lab/moss-net and "
    "the stones at https://huggingface.co/datasets/invented-lab/stones.",
    line_start=1,
    line_end=3,
    author_count=4,
    publication_date="2025-12-02",
)
LICHEN = EntryRecord(
    position=2,
    title="Lichen as a Clock",
    abstract="Lichen tells the age of walls; graph walks help. It reuses https://huggingface.co/datasets/invented-lab/stones.",
    line_start=1,
    line_end=3,
)
FERN = EntryRecord(
    position=3,
    title="Fern Folding without Supervision",
    abstract="Ferns fold their leaves at dusk, which a camera and patience show.",
    line_start=1,
    line_end=3,
)
PUDDLE = EntryRecord(position=4, title="Puddle Depth from One Photograph", line_start=1, line_end=3)


def document(name: str, *entries: EntryRecord, **digest: Any) -> DocumentRecord:
    """Return a document with one digest of `entries`, which get their positions and lines from their order."""
    placed = tuple(_placed(entry, position) for position, entry in enumerate(entries, start=1))
    sha256 = hashlib.sha256(repr((name, entries, digest)).encode()).hexdigest()
    origin = Origin(name, sha256, 1000, 2 + LINES_OF_AN_ENTRY * len(entries), "pasted page")
    return DocumentRecord(origin, (DigestRecord(placed, **digest),))


def _placed(entry: EntryRecord, position: int) -> EntryRecord:
    start = LINES_OF_AN_ENTRY * position - 1
    abstract_line = None if entry.abstract is None else start + 2
    return replace(entry, position=position, line_start=start, line_end=start + 2, abstract_line=abstract_line)


def empty_catalogue(path: Path) -> Path:
    """Put a catalogue without documents at `path`: a copy of the one that the migrations make, once in each process."""
    path.write_bytes(_empty_bytes())
    return path


@cache
def _empty_bytes() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        create_catalog(Path(folder, "catalog.db"))
        return Path(folder, "catalog.db").read_bytes()


def load(path: Path, *documents: DocumentRecord, as_of: date = AS_OF) -> list[Account]:
    """Load `documents` into the catalogue at `path`, which is made where nothing is."""
    if not path.exists():
        empty_catalogue(path)
    terms = LoadTerms("2026-11-20T12:00:00Z", as_of, "0.1.0", known_revisions()[-1])
    engine = create_catalog_engine(path)
    try:
        return [_load_one(engine, document, terms) for document in documents]
    finally:
        engine.dispose()


def _load_one(engine: Any, document: DocumentRecord, terms: LoadTerms) -> Account:
    with engine.begin() as connection:
        return load_document(connection, document, terms)


def good_catalogue(path: Path) -> Path:
    """Put a sound catalogue at `path`: a dated digest, one whose year is open, four papers, one in both digests."""
    path.write_bytes(_good_bytes())
    return path


@cache
def _good_bytes() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "catalog.db")
        load(
            path,
            document("dated.txt", MOSS_NET, LICHEN, printed_date="Mar 4"),
            document("open.txt", LICHEN, FERN, PUDDLE, printed_date="Mar 11"),
        )
        return path.read_bytes()


@contextmanager
def plain(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the file as any program can: no foreign keys, no code of ours. What was done is committed."""
    with closing(sqlite3.connect(path, timeout=0.1)) as connection, connection:
        yield connection


def damage(path: Path, *statements: str) -> Path:
    """Run `statements` on the file behind the catalogue's back, and return its path."""
    with plain(path) as connection:
        for statement in statements:
            connection.execute(statement)
    return path


def not_strict(path: Path, table: str, statement: str) -> None:
    """Run a statement that STRICT would refuse, and put the word back into the schema afterwards."""
    with closing(sqlite3.connect(path)) as connection:
        ((sql,),) = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,))
    for text, statements in ((sql.replace("STRICT", ""), [statement]), (sql, [])):
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("PRAGMA writable_schema = ON")
            connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = ?", (text, table))
        damage(path, *statements)


def snapshot(folder: Path) -> dict[str, bytes | None]:
    """Return every file in `folder` with its bytes, and every folder with None."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


@cache
def _import_everything() -> None:
    """Load and check once: what Python imports late may lie in folders that an ordinary user must not enter."""
    with tempfile.TemporaryDirectory() as folder:
        for command in ("load", "check"):
            assert CliRunner().invoke(main, [command, "-d", str(Path(folder, "catalog.db"))]).exit_code == 0


@contextmanager
def ordinary_user() -> Iterator[None]:
    """Be a user whom permissions bind, also where the tests run as root."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        yield
        return
    _import_everything()
    nobody = 65534
    try:
        os.setresuid(nobody, nobody, 0)
    except OSError:
        pytest.skip("root cannot become an ordinary user here, and permissions do not bind root")
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)
