"""Catalogue files of older revisions, and the documents that they were made from; see tests/frozen/README.md.

Run as a program it makes such a file with whatever version of the catalogue is imported.
"""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from click.testing import CliRunner

from catalog.cli import main

FROZEN = Path(__file__).parent / "frozen"
FILES = sorted(FROZEN.glob("catalog-*.db"))
AS_OF = "2026-11-20"
EPOCH = "1795176000"
"""Noon of that day, in the seconds of SOURCE_DATE_EPOCH."""

LOADS = (
    ("monday/daily.txt",),
    ("tuesday/daily.txt",),
    ("walls-again.txt",),
    ("walls.txt",),
    ("june.txt", "--year", "2026"),
    ("herbarium-facts.json",),
    ("answers.json",),
    ("cellar-facts.json",),
)
"""What was loaded into the frozen files, in this order: a document and options."""

_PAGE_SIZE = 1024


def documents_of(frozen: Path) -> Path:
    """Return the folder with the documents that the frozen file was made from."""
    return frozen.with_name(frozen.stem.replace("catalog", "documents"))


def load_documents(database: Path, documents: Path) -> list[str]:
    """Load the documents with the catalogue that is imported, and return what each load printed."""
    said = []
    for name, *options in LOADS:
        arguments = ["load", str(documents / name), *options, "--as-of", AS_OF, "-d", str(database)]
        result = CliRunner().invoke(main, arguments, env={"SOURCE_DATE_EPOCH": EPOCH})
        if result.exit_code > 1:  # 1 where a piece was rejected, of which the documents hold some on purpose
            raise RuntimeError(result.output)
        said.append(result.stdout)
    return said


def make(database: Path, documents: Path) -> None:
    """Make a frozen file at `database`, as small as it can be."""
    load_documents(database, documents)
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(f"PRAGMA page_size = {_PAGE_SIZE}")
        connection.execute("VACUUM")


if __name__ == "__main__":
    make(Path(sys.argv[1]), documents_of(Path(sys.argv[1])))
