"""Runs every check of a catalogue: each returns the rows that break a rule, so none is the right answer."""

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

from catalog.check_rules import CHECKS
from catalog.database import create_catalog_engine, require_current, translated_errors
from catalog.load.derived import derived_values
from catalog.migrate import create_catalog
from catalog.models import SEARCH_TABLE, papers
from catalog.schema import schema_sql

__all__ = ["CHECKS", "CheckResult", "check_catalog", "check_structure", "is_settled"]


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
            yield from _structure(connection, most)
            derived = _broken_rows(connection, _differs_from_derived().limit(most))
            yield CheckResult("derived columns", "derived columns are what they derive from", derived)
            for name, (rule, sql) in CHECKS.items():
                yield CheckResult(name, rule, _broken_rows(connection, f"SELECT * FROM ({sql}) LIMIT {int(most)}"))  # noqa: S608
            yield _search_index(database)
    finally:
        engine.dispose()


def is_settled(database: Path) -> bool:
    """Return whether no paper of the catalogue at `database` is to be merged or parted; it is only read.

    Raises CatalogError where the file cannot be used.
    """
    engine = create_catalog_engine(database, read_only=True)
    try:
        with translated_errors(database), engine.begin() as connection:
            rules = (CHECKS[f"title that should be {fate}"][1] for fate in ("merged", "parted"))
            return not any(_broken_rows(connection, f"SELECT 1 FROM ({sql}) LIMIT 1") for sql in rules)  # noqa: S608
    finally:
        engine.dispose()


def check_structure(database: Path, *, most: int = 10) -> Iterator[CheckResult]:
    """Run the checks of the file itself, its schema and its references, and of no rule about what is in it.

    Raises CatalogError as `check_catalog` does.
    """
    require_current(database)
    engine = create_catalog_engine(database, read_only=True)
    try:
        with translated_errors(database), engine.begin() as connection:
            yield from _structure(connection, most)
    finally:
        engine.dispose()


def _structure(connection: Connection, most: int) -> Iterator[CheckResult]:
    yield _pragma(connection, "integrity", "the file is sound", "integrity_check", most)
    yield _schema(connection)
    yield _pragma(connection, "foreign keys", "every reference leads somewhere", "foreign_key_check", most)


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
