"""A shelf of documents of every kind about invented papers, and releases of what is loaded from it."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from catalog.load import load_documents, load_terms
from catalog.release import release_catalog
from tests import atom_feeds, daily_papers, paper_code_lists
from tests.catalogues import empty_catalogue
from tests.frozen_files import FROZEN
from tests.test_cli import page

AS_OF = date(2026, 11, 20)
_FROZEN_DOCUMENTS = FROZEN / "documents-0001"


def fill(folder: Path) -> list[Path]:
    """Put the documents into `folder`, and return them in an order of their own.

    Between them they share papers, disagree on texts and dates, merge and part titles, repeat a digest, share a file
    name, leave dates open, and hold rejects and records outside of digests.
    """
    for path in sorted(_FROZEN_DOCUMENTS.rglob("*")):
        if path.is_file() and path.name != "herbarium.txt":
            target = folder / path.relative_to(_FROZEN_DOCUMENTS)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    written = {
        "feed.xml": f"{atom_feeds.HEAD}{atom_feeds.SOCKS}</feed>\n",
        "list.json": paper_code_lists.PRETTY,
        "2026-08-21.json": json.dumps([daily_papers.wrapped(1), daily_papers.wrapped(2)], indent=1),
        "ferns.txt": page("Counting Ferns", "Counting Mosses"),
        "ferns-again.txt": "a line that nobody knows\n\n" + page("Counting ferns!", trailer=""),
        "leap.txt": page("Leaping over Puddles", printed_date="Feb 29", trailer=""),
    }
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")
    return sorted(path for path in folder.rglob("*") if path.is_file())


def load(database: Path, documents: Sequence[Path], as_of: date = AS_OF) -> Path:
    """Load the documents into `database`, all in one go, and return its path."""
    if not database.exists():
        empty_catalogue(database)
    faults: list[str] = []
    list(load_documents(documents, database, load_terms(as_of=as_of), on_error=faults.append))
    assert faults == []
    return database


def released(database: Path, name: str = "papers.db") -> str:
    """Release `database` into a folder beside it; return the SHA-256 of the file, told by no code of ours."""
    folder = database.with_name(f"released-{database.name}")
    folder.mkdir(exist_ok=True)
    release_catalog(database, folder / name)
    return hashlib.sha256((folder / name).read_bytes()).hexdigest()
