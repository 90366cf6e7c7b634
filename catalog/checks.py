"""Named checks of a catalogue: each is SQL that returns the rows that break a rule, so none is the right answer."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, or_, select
from sqlalchemy.exc import DatabaseError

from catalog.database import create_catalog_engine, require_current, translated_errors
from catalog.load.derived import derived_values
from catalog.models import SEARCH_TABLE, papers

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
            yield _pragma(connection, "foreign keys", "every reference leads somewhere", "foreign_key_check", most)
            yield CheckResult(
                "derived columns", "derived columns are what they derive from", _derived(connection, most)
            )
            for name, (rule, sql) in CHECKS.items():
                rows = connection.exec_driver_sql(f"SELECT * FROM ({sql}) LIMIT {int(most)}")  # noqa: S608
                yield CheckResult(name, rule, [tuple(row) for row in rows])
            yield _search_index(database)
    finally:
        engine.dispose()


def _pragma(connection: Connection, name: str, rule: str, pragma: str, most: int) -> CheckResult:
    rows = connection.exec_driver_sql(f"PRAGMA {pragma}").fetchmany(most)
    return CheckResult(name, rule, [tuple(row) for row in rows if tuple(row) != ("ok",)])


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


def _derived(connection: Connection, most: int) -> list[tuple[Any, ...]]:
    differs = [papers.c[key].is_distinct_from(value) for key, value in derived_values().items()]
    return [
        tuple(row) for row in connection.execute(select(papers.c.id, papers.c.title).where(or_(*differs)).limit(most))
    ]
