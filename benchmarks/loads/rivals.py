"""The same rows by other ways: SQLite's own floor, and what a user does by hand with sqlite-utils.

Both get rows that are ready, from a catalogue that was made before: nothing is read, found or looked up for
them while the watch runs.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import sqlite_utils

from benchmarks.loads.measure import Stopwatch
from catalog.database import create_catalog_engine
from catalog.models import SEARCH_TABLE
from catalog.schema import schema_statements

_TUNED: Final = ("page_size = 8192", "cache_size = -65536", "temp_store = MEMORY", "foreign_keys = OFF")
_SEARCH_MEMORY: Final = 64 * 1024 * 1024
_AT_ONCE: Final = 20_000
"""How many rows are made ready at a time, so that a million of them fit into memory."""

_ENTRIES: Final = """
SELECT source_documents.name AS document, digests.name AS digest, digests.digest_date, entry.position, papers.title,
  papers.abstract, papers.arxiv_id, papers.authors, entry.upvote_count, entry.comment_count, entry.line_start,
  entry.line_end
FROM digest_entries AS entry JOIN digests ON digests.id = entry.digest_id
JOIN source_documents ON source_documents.id = digests.source_document_id JOIN papers ON papers.id = entry.paper_id
ORDER BY digests.id, entry.position
"""
_OFFERED: Final = """
SELECT papers.title, links.url, links.kind, verbatim, line, repositories.owner, repositories.name AS repository
FROM link_assertions JOIN links ON links.id = link_id JOIN papers ON papers.id = paper_id
LEFT JOIN repositories ON repositories.id = links.repository_id ORDER BY link_assertions.id
"""


def load_floor(made: Path, target: Path) -> Stopwatch:
    """Store the rows of every table of the catalogue `made` in a new file: rows, then indexes, then the search index.

    It is as fast as the standard library can: one `executemany` for each table, one transaction, no reference checked.
    """
    tables, others = _schema(made)
    watch = Stopwatch()
    with _connected(made) as source, _connected(target) as connection:
        for pragma in _TUNED:
            connection.execute(f"PRAGMA {pragma}")
        with watch:
            connection.execute("BEGIN")
            for _, sql in tables:
                connection.execute(sql)
        for name, _ in tables:
            columns, found = _rows(source, name)
            insertion = f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
            while rows := found.fetchmany(_AT_ONCE):
                with watch:
                    connection.executemany(insertion, rows)
        with watch:
            for sql in others:
                connection.execute(sql)
            settings = f"INSERT INTO {SEARCH_TABLE} ({SEARCH_TABLE}, rank) VALUES (?, ?)"
            connection.execute(settings, ("hashsize", _SEARCH_MEMORY))
            connection.execute(settings, ("rebuild", None))
            connection.execute("COMMIT")
    return watch


def load_by_hand(made: Path, target: Path) -> Stopwatch:
    """Store entries and links with sqlite-utils as its documentation shows: insert, extract, enable the search."""
    watch = Stopwatch()
    with _connected(made) as source, closing(sqlite3.connect(target)) as connection, watch:
        source.row_factory = sqlite3.Row
        database = sqlite_utils.Database(connection)
        database["entries"].insert_all(_dictionaries(source, _ENTRIES, watch))
        database["links"].insert_all(_dictionaries(source, _OFFERED, watch))
        database["entries"].extract(["title", "abstract", "arxiv_id", "authors"], table="papers", fk_column="paper_id")
        database["entries"].extract(["document", "digest", "digest_date"], table="digests", fk_column="digest_id")
        database["links"].extract(["owner", "repository"], table="repositories", fk_column="repository_id")
        database["papers"].create_index(["title"])
        database["papers"].enable_fts(["title", "abstract"], tokenize="porter", create_triggers=True)
        connection.commit()
    return watch


def _schema(made: Path) -> tuple[list[tuple[str, str]], list[str]]:
    """The tables that hold rows, by name, and the statements for everything else but what is made by these."""
    engine = create_catalog_engine(made, read_only=True)
    with engine.connect() as connection:
        statements = schema_statements(connection)
    engine.dispose()
    tables = [(sql.split()[2], sql) for kind, sql in statements if kind == "table" and "VIRTUAL" not in sql[:20]]
    return tables, [sql for kind, sql in statements if kind != "table" or "VIRTUAL" in sql[:20]]


def _dictionaries(source: sqlite3.Connection, query: str, watch: Stopwatch) -> Iterator[dict[str, object]]:
    """Yield the rows of a query, which are made while the watch stands."""
    with watch.paused():
        found = source.execute(query)
    while True:
        with watch.paused():
            rows = [dict(row) for row in found.fetchmany(_AT_ONCE)]
        if not rows:
            return
        yield from rows


def _rows(source: sqlite3.Connection, table: str) -> tuple[list[str], sqlite3.Cursor]:
    listed = source.execute(f"SELECT name FROM pragma_table_xinfo('{table}') WHERE hidden = 0")
    columns = [f'"{name}"' for (name,) in listed]
    return columns, source.execute(f"SELECT {', '.join(columns)} FROM {table}")


@contextmanager
def _connected(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection
