"""Records -> the tables of a lake -> a catalogue file, by the code that a build and an export run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from catalog.database import create_catalog_engine, known_revisions
from catalog.lake.evidence import evidence_rows
from catalog.lake.export import fill_file
from catalog.lake.layout import TABLES
from catalog.load import LoadTerms, load_document
from catalog.migrate import create_catalog
from catalog.records import DocumentRecord


def load_at_once(path: Path, documents: Sequence[DocumentRecord], as_of: date) -> None:
    """Load `documents` into a new catalogue at `path` in one transaction, which waits for the disk once."""
    create_catalog(path)
    engine = create_catalog_engine(path)
    try:
        with engine.begin() as connection:
            for document in documents:
                load_document(connection, document, _terms(as_of))
    finally:
        engine.dispose()


def _terms(as_of: date) -> LoadTerms:
    return LoadTerms("2026-11-20T12:00:00Z", as_of, "0.1.0", known_revisions()[-1])


def lake_file(session: Any, folder: Path, documents: Sequence[DocumentRecord], as_of: date) -> Path:
    """Put the catalogue file of the lake of `documents` into `folder` as `lake.db`, and return its path."""
    # Where there is no Spark these cannot be imported, and the tests that use them are skipped with a reason.
    from catalog.lake.build import write_tables
    from catalog.lake.tables import read_evidence
    from catalog.lake.writing import write_evidence

    terms = _terms(as_of)
    rows = [
        row
        for copy_id, record in enumerate(documents)
        for row in evidence_rows(record, copy_id, terms, file_name=record.origin.name, file_sha256=record.origin.sha256)
    ]
    write_evidence(rows, folder / "evidence" / "build=000001")
    evidence = read_evidence(session, str(folder / "evidence"), ["build=000001"])
    write_tables(session, folder / "tables", folder / "staging", evidence)
    fill_file({name: sorted((folder / "tables" / name).rglob("*.parquet")) for name in TABLES}, folder / "lake.db")
    return folder / "lake.db"
