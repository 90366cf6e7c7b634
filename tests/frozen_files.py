"""Catalogue files of older revisions, and the documents that they were made from; see tests/frozen/README.md.

Run as a program it makes such a file with whatever version of the catalogue is imported.
"""

from __future__ import annotations

import shutil
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

Loads = tuple[tuple[str, ...], ...]

_WALLS_AGAIN = ("documents-0001/walls-again.txt",)
_FIRST: Loads = (
    ("documents-0001/monday/daily.txt",),
    ("documents-0001/tuesday/daily.txt",),
    _WALLS_AGAIN,
    ("documents-0001/walls.txt",),
    ("documents-0001/june.txt", "--year", "2026"),
    ("documents-0001/herbarium-facts.json",),
    ("documents-0001/answers.json",),
    ("documents-0001/cellar-facts.json",),
)
# Before 0005 a repeated digest counted, and who comes down from there has lost that count.
_WITHOUT_REPETITION: Loads = tuple(load for load in _FIRST if load != _WALLS_AGAIN)
_QUIET = ("documents-0003/quiet.xml",)
_FEED = ("documents-0004/feed.xml",)
_ANSWER = ("documents-0005/daily.json",)
_ALL: Loads = (*_FIRST, _QUIET, _FEED, _ANSWER)
_CAPTURED = ("documents-0008/captured.md",)

LOADS: dict[str, Loads] = {
    "0001": _FIRST,
    "0002": _FIRST,
    "0003": (*_WITHOUT_REPETITION, _QUIET),
    "0004": (*_WITHOUT_REPETITION, _QUIET, _FEED),
    "0005": _ALL,
    "0006": _ALL,
    "0007": _ALL,
    "0008": (*_ALL, _CAPTURED),
    "0009": (*_ALL, _CAPTURED),
}
"""What was loaded into the frozen file of each revision, in this order: a document and options."""

# What the software of the time did not write of a load.
_FORGET = "UPDATE loads SET record_count = 0, merged_paper_count = 0, schema_revision = '{0}'"
_PAGE_SIZE = 1024


def revision_of(frozen: Path) -> str:
    """Return the revision in the name of a frozen file."""
    return frozen.stem.rpartition("-")[2]


def load_documents(database: Path, loads: Loads) -> list[str]:
    """Load the documents with the catalogue that is imported, and return what each load printed."""
    said = []
    for name, *options in loads:
        arguments = ["load", str(FROZEN / name), *options, "--as-of", AS_OF, "-d", str(database)]
        result = CliRunner().invoke(main, arguments, env={"SOURCE_DATE_EPOCH": EPOCH})
        if result.exit_code > 1:  # 1 where a piece was rejected, of which the documents hold some on purpose
            raise RuntimeError(result.output)
        said.append(result.stdout)
    return said


def make(database: Path, older: Path | None) -> None:
    """Make a frozen file at `database`, as small as it can be: from nothing, or from a file that is older."""
    revision = revision_of(database)
    loads = LOADS[revision] if older is None else _loads_after(older, revision)
    if older is not None:
        shutil.copyfile(older, database)
        _move(database, "head" if loads else revision)
    load_documents(database, loads)
    with closing(sqlite3.connect(database)) as connection, connection:
        (reached,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        if revision < "0005" <= reached:
            connection.execute(_FORGET.format(revision))
    if reached != revision:
        _move(database, revision, "downgrade")
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(f"PRAGMA page_size = {_PAGE_SIZE}")
        connection.execute("VACUUM")


def _loads_after(older: Path, revision: str) -> Loads:
    with closing(sqlite3.connect(older)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM source_documents").fetchone()
    return LOADS[revision][count:]


def _move(database: Path, revision: str, direction: str = "upgrade") -> None:
    from alembic import command

    from catalog.database import create_catalog_engine
    from catalog.migrate import alembic_config

    engine = create_catalog_engine(database, foreign_keys=False)
    with engine.connect() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        getattr(command, direction)(config, revision)
    engine.dispose()


if __name__ == "__main__":
    make(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
