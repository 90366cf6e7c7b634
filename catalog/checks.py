"""Named checks of a catalogue: each is SQL that returns the rows that break a rule, so none is the right answer."""

from __future__ import annotations

import difflib
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, or_, select
from sqlalchemy.exc import DatabaseError, OperationalError

from catalog.database import create_catalog_engine, require_current, translated_errors
from catalog.load.derived import derived_values
from catalog.migrate import create_catalog
from catalog.models import SEARCH_TABLE, papers
from catalog.schema import schema_sql

CHECKS: dict[str, tuple[str, str]] = {
    "paper without digest": (
        "every paper stands in at least one digest",
        "SELECT id FROM papers WHERE id NOT IN (SELECT paper_id FROM digest_entries)",
    ),
    "digest without entries": (
        "every digest lists at least one paper",
        "SELECT id, name FROM digests WHERE id NOT IN (SELECT digest_id FROM digest_entries)",
    ),
    "gap in positions": (
        "positions run from 1 without a gap",
        "SELECT digest_id, count(*), max(position) FROM digest_entries "
        "GROUP BY digest_id HAVING count(*) <> max(position)",
    ),
    "document without load": (
        "every document says when it was loaded",
        "SELECT id, name FROM source_documents WHERE id NOT IN (SELECT source_document_id FROM loads)",
    ),
    "link without evidence": (
        "every link of a paper has an assertion, and every assertion its link",
        "SELECT paper_id, link_id FROM paper_links EXCEPT SELECT paper_id, link_id FROM link_assertions "
        "UNION ALL "
        "SELECT paper_id, link_id FROM (SELECT paper_id, link_id FROM link_assertions "
        "EXCEPT SELECT paper_id, link_id FROM paper_links)",
    ),
    "link without paper": (
        "every link belongs to a paper",
        "SELECT id, url FROM links WHERE id NOT IN (SELECT link_id FROM paper_links)",
    ),
    "repository without link": (
        "every repository has its link, at the same address",
        "SELECT repositories.id, repositories.url FROM repositories "
        "LEFT JOIN links ON links.repository_id = repositories.id WHERE links.url IS NOT repositories.url",
    ),
    "place outside the document": (
        "every entry, reject and link stands in the lines of its document",
        "SELECT 'entry', digest_id, position FROM digest_entries "
        "JOIN digests ON digests.id = digest_id JOIN source_documents d ON d.id = source_document_id "
        "WHERE line_end > d.line_count "
        "UNION ALL SELECT 'reject', rejects.id, line_end FROM rejects "
        "JOIN source_documents d ON d.id = source_document_id WHERE line_end > d.line_count "
        "UNION ALL SELECT 'assertion', link_assertions.id, line FROM link_assertions "
        "JOIN source_documents d ON d.id = source_document_id WHERE line > d.line_count",
    ),
    "published after its digest": (
        "no digest stands for a day before the publication of a paper in it",
        "SELECT digests.name, papers.title, papers.publication_date FROM digest_entries "
        "JOIN digests ON digests.id = digest_id JOIN papers ON papers.id = paper_id "
        "WHERE papers.publication_date > coalesce(digests.digest_date, digests.latest_date)",
    ),
    "open date without bounds": (
        "the evidence leaves every printed date at least one year",
        "SELECT name, printed_date FROM digests WHERE printed_date IS NOT NULL AND latest_date IS NULL",
    ),
    "numbers that no entry prints": (
        "author count and publication date of a paper are those that its entries print",
        "SELECT papers.id, papers.title FROM papers "
        "LEFT JOIN (SELECT paper_id, max(author_count) AS author_count, min(publication_date) AS publication_date "
        "FROM digest_entries GROUP BY paper_id) AS printed ON printed.paper_id = papers.id "
        "WHERE papers.author_count IS NOT printed.author_count "
        "OR papers.publication_date IS NOT printed.publication_date",
    ),
    "title twice": (
        "no two papers without arXiv id have one title",
        "SELECT title_key, count(*) FROM papers WHERE arxiv_id IS NULL GROUP BY title_key HAVING count(*) > 1",
    ),
}
"""Name of the check -> the rule as a sentence, and the SQL that returns the rows that break it."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one check found: its name, the rule, and the first rows that break it (none where all is well)."""

    name: str
    rule: str
    broken: list[tuple[Any, ...]]


def check_catalog(database: Path, *, most: int = 10) -> Iterator[CheckResult]:
    """Run every check on the file at `database` and yield each result with at most `most` of the rows that break it.

    Raises CatalogError where the file is no catalogue of this version or cannot be read at all.
    """
    require_current(database)
    engine = create_catalog_engine(database, read_only=True)
    try:
        with translated_errors(database), engine.begin() as connection:
            yield _pragma(connection, "integrity", "the file is sound", "integrity_check", most)
            yield _schema(connection)
            yield _pragma(connection, "foreign keys", "every reference leads somewhere", "foreign_key_check", most)
            derived = _broken_rows(connection, _differs_from_derived().limit(most))
            yield CheckResult("derived columns", "derived columns are what they derive from", derived)
            for name, (rule, sql) in CHECKS.items():
                yield CheckResult(name, rule, _broken_rows(connection, f"SELECT * FROM ({sql}) LIMIT {int(most)}"))  # noqa: S608
            yield _search_index(database)
    finally:
        engine.dispose()


def _pragma(connection: Connection, name: str, rule: str, pragma: str, most: int) -> CheckResult:
    rows = connection.exec_driver_sql(f"PRAGMA {pragma}").fetchmany(most)
    return CheckResult(name, rule, [tuple(row) for row in rows if tuple(row) != ("ok",)])


def _schema(connection: Connection) -> CheckResult:
    """Compare the schema with that of a file made just now; the lines that differ are what is broken."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder, "catalog.db")
        create_catalog(fresh)
        engine = create_catalog_engine(fresh, read_only=True)
        with engine.connect() as other:
            expected = schema_sql(other).splitlines()
        engine.dispose()
    found = schema_sql(connection).splitlines()
    differs = [(line,) for line in difflib.ndiff(expected, found) if line.startswith(("- ", "+ "))]
    return CheckResult("schema", "tables, indexes and triggers are those of this version", differs)


def _search_index(database: Path) -> CheckResult:
    """FTS5's own check, which nothing else replaces. It is spelt as a write, so a read-only file is copied."""
    broken: list[tuple[Any, ...]] = []
    with ExitStack() as stack:
        if not os.access(database, os.W_OK):
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            database = _copy(database, Path(folder, "catalog.db"))
        engine = create_catalog_engine(database)
        stack.callback(engine.dispose)
        connection = stack.enter_context(engine.connect())
        transaction = connection.begin()
        stack.callback(transaction.rollback)
        try:
            connection.exec_driver_sql(
                f"INSERT INTO {SEARCH_TABLE} ({SEARCH_TABLE}, rank) VALUES ('integrity-check', 1)"  # noqa: S608
            )
        except DatabaseError as error:
            broken = [(str(error.orig),)]
    return CheckResult("search index", "the search index is in line with the papers", broken)


def _copy(database: Path, copy: Path) -> Path:
    uri = f"{database.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy


def _differs_from_derived() -> Select[tuple[int, str]]:
    differs = [papers.c[key].is_distinct_from(value) for key, value in derived_values().items()]
    return select(papers.c.id, papers.c.title).where(or_(*differs))


def _broken_rows(connection: Connection, query: str | Select[tuple[int, str]]) -> list[tuple[Any, ...]]:
    try:
        rows = connection.exec_driver_sql(query) if isinstance(query, str) else connection.execute(query)
        return [tuple(row) for row in rows]
    except OperationalError as error:
        # A table or column that is missing: the check of the schema names it, and this one cannot be passed.
        return [(str(error.orig),)]
