"""What makes a file a release, besides the rules of every catalogue: its form, and the right files beside it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy.exc import OperationalError

from catalog.checks import CheckResult
from catalog.database import create_catalog_engine, translated_errors
from catalog.models import metadata
from catalog.release.beside import SUFFIXES, beside, wrong_beside
from catalog.release.order import ORDER, misplaced
from catalog.release.pages import PageError, count_unclean_pages, page_size
from catalog.schema import schema_statements

JOURNALS: Final = ("-journal", "-wal", "-shm")
"""What SQLite keeps beside a file whose last change is not finished."""

_RULES: Final = {
    ".sha256": ("release checksum", "the file is the one of the checksum beside it"),
    ".json": ("release description", "the description beside it is that of the file"),
    ".inspect.json": ("release inspect data", "Datasette's inspect data beside it is that of the file"),
}
_CLOCKS: Final = tuple(column.name for column in metadata.tables["loads"].columns if column.nullable)

_Broken = tuple[str, ...]


def is_release(database: Path) -> bool:
    """Return whether the catalogue at `database` says that it is a release. Raises CatalogError where it is damaged."""
    with translated_errors(database), closing(_open(database)) as connection:
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'releases'").fetchone() is None:
            return False  # the check of the schema names it
        return connection.execute("SELECT 1 FROM releases").fetchone() is not None


def check_release(database: Path) -> Iterator[CheckResult]:
    """Yield what is wrong with the form of the release at `database`, and with each file beside it.

    Nothing is compared with a file that is not there: a release may travel alone. Of a file that is no release only a
    checksum beside it is compared. Raises CatalogError where the file cannot be read.
    """
    if not is_release(database):
        if beside(database, SUFFIXES[0]).exists():
            yield _compared(database, SUFFIXES[0])
        return
    with translated_errors(database):
        rule = "equal content is equal bytes, in the form of a release"
        yield CheckResult("release form", rule, _found(lambda: _form(database)))
        for suffix in SUFFIXES:
            yield _compared(database, suffix)


def _compared(database: Path, suffix: str) -> CheckResult:
    path = beside(database, suffix)
    name, rule = _RULES[suffix]
    if not path.exists():
        return CheckResult(name, f"no {path.name} is here to compare with", [])
    return CheckResult(name, rule, _found(lambda: wrong_beside(database, suffix)))


def _found(look: Callable[[], Iterable[tuple[str, ...]]]) -> list[tuple[str, ...]]:
    try:
        return list(look())
    except (sqlite3.OperationalError, OperationalError) as error:
        # A table or column that is missing: the check of the schema names it, and this one cannot be passed.
        return [(str(getattr(error, "orig", error)),)]


def _open(database: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)


def _form(database: Path) -> Iterator[_Broken]:
    yield from ((beside(database, end).name, "is beside it") for end in JOURNALS if beside(database, end).exists())
    try:
        count = count_unclean_pages(database)
        if count:
            yield "pages", f"{count} of them hold bytes that mean nothing, or the header is another one"
    except PageError as error:
        yield "pages", str(error)
    with closing(_open(database)) as connection:
        (size,), (paper_count,) = (
            connection.execute(query).fetchone() for query in ("PRAGMA page_size", "SELECT count(*) FROM papers")
        )
        if size != page_size(paper_count):
            yield "pages", f"are of {size:,} bytes where so many papers have {page_size(paper_count):,}"
        yield from _misplaced(connection)
        clocks = " OR ".join(f"({name} IS NOT NULL)" for name in _CLOCKS if name != "as_of_date")
        if connection.execute(f"SELECT 1 FROM loads WHERE {clocks}").fetchone():  # noqa: S608 - columns of ours
            yield "loads", "tells when or in which order documents were loaded"
    yield from _other_layout(database)


def _misplaced(connection: sqlite3.Connection) -> Iterator[_Broken]:
    for name in ORDER:
        first = connection.execute(f"{misplaced(name)} LIMIT 1").fetchone()
        if first is not None:
            yield name, f"row {first[0]} is not at its place in the natural order"
    places = "SELECT id FROM (SELECT id, row_number() OVER (ORDER BY source_document_id) AS place FROM loads)"
    if connection.execute(f"{places} WHERE id <> place").fetchone():
        yield "loads", "are not in the order of their documents"


def _other_layout(database: Path) -> Iterator[_Broken]:
    """The text of the schema is what a release writes, not only the same schema in other words."""
    engine = create_catalog_engine(database, read_only=True)
    try:
        with engine.connect() as connection:
            written = set(connection.exec_driver_sql("SELECT sql FROM sqlite_master").scalars())
            expected = [sql for _, sql in schema_statements(connection)]
    finally:
        engine.dispose()
    for sql in expected:
        if sql not in written:
            yield "schema", f"{sql.partition('(')[0].strip()} is not laid out as in a release"
