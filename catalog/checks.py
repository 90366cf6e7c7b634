"""Runs every check of a catalogue: each returns the rows that break a rule, so none is the right answer."""

from __future__ import annotations

import os
import re
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Select, or_, select
from sqlalchemy.exc import DatabaseError

from catalog.check_narrow import narrow_papers, needs_abstracts
from catalog.check_rules import CHECKS
from catalog.check_schema import EXPLAINED_BY, schema_differences
from catalog.damage import REPAIR, RESTORE, Damage, find_damage, shown, unreadable_texts
from catalog.database import create_catalog_engine, require_current, translated_errors
from catalog.load.derived import derived_values
from catalog.models import SEARCH_TABLE, papers

__all__ = [
    "CHECKS",
    "CHECK_COUNT",
    "CheckResult",
    "check_catalog",
    "check_copy",
    "check_references",
    "check_tables",
    "failure",
    "is_settled",
]

CHECK_COUNT: Final = 5 + 1 + len(CHECKS) + 2
"""How many results `check_catalog` yields: file, text, schema, explanations, references; derived columns; each rule;
search index and pages."""

# SQLite takes as much again to sort in. With 16 or 64 MB the checks of 81,000 papers were no quicker (measured).
_CACHE_KIBIBYTES: Final = 8 * 1024

# FTS5's own check passes over a word whose page the index does not lead to: each has to be looked up, as a search does.
_WORDS: Final = f"CREATE VIRTUAL TABLE temp.search_words USING fts5vocab(main, {SEARCH_TABLE}, row)"
_UNFOUND_WORDS: Final = """
SELECT count(*) FROM temp.search_words AS word LEFT JOIN temp.search_words AS found ON found.term = word.term
WHERE (found.doc, found.cnt) IS NOT (word.doc, word.cnt)
"""

_FIRST_OF_LIST: Final = "SELECT type FROM pragma_table_list WHERE schema = 'main' LIMIT 1"
_MOST_PROBES: Final = 1000
_ABOUT_PAGES: Final = re.compile(r"never used|reference to page|freelist", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one check found: its name, the rule, and the first rows that break it (none where all is well).

    `is_rebuildable` is true where everything that was found can be made again from the tables.
    """

    name: str
    rule: str
    broken: list[tuple[Any, ...]]
    is_rebuildable: bool = False


def check_catalog(database: Path, *, most: int = 10) -> Iterator[CheckResult]:
    """Run every check on the file at `database` and yield each result with at most `most` of the rows that break it.

    Raises CatalogError where the file is no catalogue of this version or cannot be read at all.
    """
    require_current(database)
    with translated_errors(database), _writable(database) as file:
        with _reading(file, knows_rules=True) as connection:
            yield _soundness(connection, most)
            yield _texts(connection, most)
            yield from _schema(connection, most)
            yield _references(connection, most)
            yield from _rules(connection, most)
        yield from _with_writing(file, most)


def check_tables(
    database: Path, *, most: int = 10, on_begin: Callable[[sqlite3.Connection], None] = lambda driver: None
) -> Iterator[CheckResult]:
    """Run the checks of what the tables hold, on a file that `require_current` has passed.

    That is every check but those of what can be made again (comments and licences, the search index, free pages) and
    those that are left to a copy: of CHECK constraints and of references, which lead nowhere in a copy where they do so
    here. (Those of `loads`, which is not copied row by row, are looked at.) `on_begin` is called with the connection
    once it has begun to read. Raises CatalogError where the file cannot be read at all.
    """
    with translated_errors(database), _reading(database, knows_rules=False) as connection:
        driver = _driver(connection)
        driver.execute("SELECT 1 FROM sqlite_master").fetchone()
        on_begin(driver)
        yield _soundness(connection, most)
        yield _texts(connection, most)
        yield next(_schema(connection, most))
        yield _references(connection, most, "loads")
        yield from _rules(connection, most)


def check_references(database: Path, *, most: int = 10) -> CheckResult:
    """Run the check of all references. Raises CatalogError where the file cannot be read at all."""
    with translated_errors(database), _reading(database, knows_rules=False) as connection:
        return _references(connection, most)


def check_copy(copy: Path, *, most: int = 10) -> Iterator[CheckResult]:
    """Run the checks of what a copy of checked tables under other ids could have got wrong, search index apart.

    The check of references stands alone (`check_references`): it can be run beside these. The file may be written to,
    and is not. Raises CatalogError where it cannot be read at all.
    """
    with translated_errors(copy), _reading(copy, knows_rules=True) as connection:
        yield _soundness(connection, most)
        yield from _schema(connection, most)


def failure(database: Path, results: Sequence[CheckResult]) -> str | None:
    """Return what failed in the checks of a file and what to do, as one sentence; None where all is well."""
    broken = [result for result in results if result.broken]
    if not broken:
        return None
    names = ", ".join(result.name for result in broken)
    advice = REPAIR.format(database) if all(result.is_rebuildable for result in broken) else RESTORE
    return f"{database}: {len(broken)} of {len(results)} checks failed ({names}); {advice}."


def is_settled(database: Path) -> bool:
    """Return whether no paper of the catalogue at `database` is to be merged or parted; it is only read.

    Raises CatalogError where the file cannot be used.
    """
    engine = create_catalog_engine(database, read_only=True)
    try:
        with translated_errors(database), engine.begin() as connection:
            rules = (CHECKS[f"title that should be {fate}"][1] for fate in ("merged", "parted"))
            return not any(_broken_rows(connection, f"SELECT 1 FROM ({sql}) LIMIT 1", 1) for sql in rules)  # noqa: S608
    finally:
        engine.dispose()


@contextmanager
def _reading(database: Path, *, knows_rules: bool) -> Iterator[Connection]:
    """Open the file for reading, in one transaction that ends without a commit, which fails on a damaged file."""
    engine = create_catalog_engine(database, read_only=True, knows_rules=knows_rules)
    try:
        with engine.connect() as connection:
            _driver(connection).execute(f"PRAGMA cache_size = -{_CACHE_KIBIBYTES}")
            connection.begin()
            yield connection
    finally:
        engine.dispose()


def _driver(connection: Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def _soundness(connection: Connection, most: int) -> CheckResult:
    damages = list(islice(_damages(_driver(connection)), most))
    rows: list[tuple[Any, ...]] = [(damage.table, damage.reason) for damage in damages]
    return CheckResult("integrity", "the file is sound", rows, all(damage.is_rebuildable for damage in damages))


def _texts(connection: Connection, most: int) -> CheckResult:
    return CheckResult("text", "every text is UTF-8", list(islice(unreadable_texts(_driver(connection)), most)))


def _schema(connection: Connection, most: int) -> Iterator[CheckResult]:
    differs = list(schema_differences(connection))
    rows = [row for row in differs if row[0] != EXPLAINED_BY]
    rule = "tables, indexes, views and triggers are those of this version"
    yield CheckResult("schema", rule, rows[:most], all(kind != "table" for kind, *_ in rows))
    rows = [row for row in differs if row[0] == EXPLAINED_BY]
    yield CheckResult("explanations", "comments and licences in the file are those of this version", rows[:most], True)


def _references(connection: Connection, most: int, table: str | None = None) -> CheckResult:
    of_one = "" if table is None else f"({table})"
    orphans = _broken_rows(connection, f"PRAGMA foreign_key_check{of_one}", most)
    return CheckResult("foreign keys", "every reference leads somewhere", orphans)


def _rules(connection: Connection, most: int) -> Iterator[CheckResult]:
    found = {name: _broken_rows(connection, sql, most) for name, (_, sql) in CHECKS.items() if needs_abstracts(sql)}
    narrow_papers(_driver(connection))
    derived = _broken_rows(connection, _differs_from_derived(), most)
    yield CheckResult("derived columns", "derived columns are what they derive from", derived)
    for name, (rule, sql) in CHECKS.items():
        rows = found[name] if name in found else _broken_rows(connection, sql, most)
        yield CheckResult(name, rule, rows)


def _damages(driver: sqlite3.Connection) -> Iterator[Damage]:
    (answer,) = driver.execute("PRAGMA integrity_check(1)").fetchone()
    if answer != "ok":
        yield from find_damage(driver, "integrity_check")


def _with_writing(database: Path, most: int) -> Iterator[CheckResult]:
    """The checks that are spelt as a write, in a transaction that is rolled back."""
    with ExitStack() as stack:
        engine = create_catalog_engine(database)
        stack.callback(engine.dispose)
        connection = stack.enter_context(engine.connect())
        transaction = connection.begin()
        stack.callback(transaction.rollback)
        yield CheckResult("search index", "the search index is in line with the papers", _drift(connection), True)
        yield CheckResult("pages", "every page of the file belongs to something, once", _lost(connection, most), True)


def _drift(connection: Connection) -> list[tuple[Any, ...]]:
    """FTS5's own check, which nothing else replaces, and whether a search finds each word that the index holds."""
    try:
        connection.exec_driver_sql(
            f"INSERT INTO {SEARCH_TABLE} ({SEARCH_TABLE}, rank) VALUES ('integrity-check', 1)"  # noqa: S608
        )
        connection.exec_driver_sql(_WORDS)
        unfound = connection.exec_driver_sql(_UNFOUND_WORDS).scalar_one()
    except DatabaseError as error:
        return [(SEARCH_TABLE, str(error.orig))]
    return [(SEARCH_TABLE, f"a search misses {unfound:,} of its words")] if unfound else []


def _lost(connection: Connection, most: int) -> list[tuple[Any, ...]]:
    """Look at free and lost pages.

    SQLite leaves them out where the first of its list of tables has no page of its own, as a view or virtual table: it
    takes that for a check of one table (3.37 to 3.53 at least). So a table has to be the first one.
    """
    try:
        if not _has_table_first(connection):
            return [("cannot be looked at: a view or virtual table stands first in the list of tables",)]
        answers = connection.exec_driver_sql(f"PRAGMA quick_check({int(most)})").scalars().all()
    except DatabaseError as error:
        return [(str(error.orig),)]
    lines = (line for answer in answers for line in str(answer).splitlines())
    return [(shown(line),) for line in lines if _ABOUT_PAGES.search(line)][:most]


def _has_table_first(connection: Connection) -> bool:
    """Make a table the first of SQLite's list, and return whether that was possible.

    The list is in the order of a hash, so a new table is the first one by chance alone. Among many virtual tables the
    chance is one in 64: SQLite's hash has no more places.
    """
    for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'view'").all():
        connection.exec_driver_sql('DROP VIEW "{}"'.format(name.replace('"', '""')))
    for number in range(_MOST_PROBES):
        if connection.exec_driver_sql(_FIRST_OF_LIST).scalar() == "table":
            return True
        connection.exec_driver_sql(f"CREATE TABLE IF NOT EXISTS probe_{number} (id INTEGER)")
    return False


@contextmanager
def _writable(database: Path) -> Iterator[Path]:
    """Give the file itself, or a copy where nobody may write to it: only so does SQLite run all of its checks.

    To write SQLite needs the folder, too: the journal goes there.
    """
    if os.access(database, os.W_OK) and os.access(os.path.dirname(os.path.realpath(database)), os.W_OK):
        yield database
        return
    uri = f"{database.absolute().as_uri()}?mode=ro"
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "catalog.db")
        with closing(sqlite3.connect(uri, uri=True)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        yield copy


def _differs_from_derived() -> Select[tuple[int, str]]:
    differs = [papers.c[key].is_distinct_from(value) for key, value in derived_values().items()]
    return select(papers.c.id, papers.c.title).where(or_(*differs))


def _broken_rows(connection: Connection, query: str | Select[tuple[int, str]], most: int) -> list[tuple[Any, ...]]:
    try:
        with closing(
            connection.exec_driver_sql(query) if isinstance(query, str) else connection.execute(query)
        ) as rows:
            return [tuple(row) for row in rows.fetchmany(most)]
    except (DatabaseError, UnicodeDecodeError) as error:
        # A table or column that is missing, a page or text that cannot be read: a check before this one names it, and
        # this one cannot be passed.
        return [(str(getattr(error, "orig", error)),)]
