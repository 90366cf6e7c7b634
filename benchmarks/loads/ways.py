"""One way to load, done once in a process of its own: `python ways.py WAY SOURCE MADE TARGET` prints what it took.

What is imported here is imported again by every process that the load starts, so each way imports what it needs.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.loads.measure import Stopwatch, report

AS_OF: Final = date(2026, 7, 1)
SCRIPT: Final = Path(__file__)
WAYS: Final = ("ours", "reading", "floor", "sqlite-utils")
"""Ours is the load with all that belongs to it; reading is the part of it before the first row is stored."""


def _load(source: Path, database: Path) -> Stopwatch:
    from catalog.documents import find_documents
    from catalog.load import load_documents, load_terms

    watch = Stopwatch()
    with watch:
        faults: list[object] = []
        loading = load_documents(find_documents([source]), database, load_terms(as_of=AS_OF), on_error=faults.append)
        count = sum(1 for _ in loading)
    if faults or not count:
        raise SystemExit(f"nothing was loaded: {faults}")
    return watch


def _read(source: Path) -> Stopwatch:
    from catalog.documents import find_documents, open_document
    from catalog.readers import read_document
    from catalog.rows import mention_rows

    watch = Stopwatch()
    with watch:
        for path in find_documents([source]):
            record = read_document(open_document(path), None)  # type: ignore[arg-type]
            for digest in record.digests:
                mention_rows(digest.entries)
    return watch


def main(way: str, source: Path, made: Path, target: Path) -> None:
    """Load or read the documents in `source`, or the rows of the catalogue `made`, into `target`, and report."""
    if way == "ours":
        watch = _load(source, target)
    elif way == "reading":
        watch = _read(source)
    else:
        from benchmarks.loads.rivals import load_by_hand, load_floor

        watch = (load_floor if way == "floor" else load_by_hand)(made, target)
    report(watch)


if __name__ == "__main__":
    main(sys.argv[1], *map(Path, sys.argv[2:]))
