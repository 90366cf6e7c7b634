"""A catalogue as large as is wanted, quickly: a small one, its rows many times under other keys.

It is for loads into a large file, and no corpus: all papers have few texts. What a load looks up (keys, dates, links)
is as many and as different as in a real file of that size.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from catalog.models import SEARCH_TABLE, metadata

# What must be unique gets the number of the copy; `:copy` is that number.
_OTHER: Final = {
    ("source_documents", "sha256"): "substr(sha256, 1, 56) || printf('%08x', :copy)",
    ("digests", "name"): "name || '-' || :copy",
    ("papers", "title_key"): "title_key || 'copy' || :copy",
    ("papers", "arxiv_id"): "arxiv_id || ':' || :copy",
    ("digest_entries", "arxiv_id"): "arxiv_id || ':' || :copy",
    ("paper_records", "arxiv_id"): "arxiv_id || ':' || :copy",
    ("authors", "name"): "name || ' ' || :copy",
    ("repositories", "name"): "name || '-' || :copy",
    ("repositories", "url"): "url || '-' || :copy",
    ("links", "url"): "url || '-' || :copy",
    ("links", "url_key"): "url_key || '-' || :copy",
    ("paper_variants", "title_key"): "title_key || 'copy' || :copy",
}
_LEFT_OUT: Final = ("schema_comments", "source_licences", "releases")


def grow(small: Path, large: Path, papers: int) -> int:
    """Make a catalogue of at least `papers` papers at `large` out of the one at `small`; return how many it has."""
    shutil.copyfile(small, large)
    with closing(sqlite3.connect(large, isolation_level=None)) as connection:
        for pragma in ("foreign_keys = OFF", "journal_mode = OFF", "synchronous = OFF", "cache_size = -131072"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN")
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f'DROP TRIGGER "{name}"')
        (own,) = connection.execute("SELECT count(*) FROM papers").fetchone()
        copies = max(-(-papers // own) - 1, 0)
        for table in metadata.sorted_tables:
            if table.name not in _LEFT_OUT:
                _multiply(connection, table.name, copies)
        for _, sql in triggers:
            connection.execute(sql)
        connection.execute(f"INSERT INTO {SEARCH_TABLE} ({SEARCH_TABLE}) VALUES ('rebuild')")
        connection.execute("COMMIT")
    return int(own) * (copies + 1)


def _multiply(connection: sqlite3.Connection, name: str, copies: int) -> None:
    table = metadata.tables[name]
    columns = [column for column in table.columns if column.computed is None]
    values = []
    for column in columns:
        target = next((key.column.table.name for key in column.foreign_keys), name if column.name == "id" else None)
        if column.name in ("paper_id", "link_id"):
            target = "papers" if column.name == "paper_id" else "links"
        other = _OTHER.get((name, column.name), f'"{column.name}"')
        values.append(other if target is None else f'"{column.name}" + :copy * (SELECT step FROM step_{target})')
    listed = ", ".join(f'"{column.name}"' for column in columns)
    if "id" in table.c:
        connection.execute(f"CREATE TEMP TABLE step_{name} AS SELECT max(id) AS step, max(id) AS last FROM main.{name}")
        own = f"WHERE id <= (SELECT last FROM step_{name})"
    else:
        connection.execute(f"CREATE TEMP TABLE rows_of_{name} AS SELECT * FROM main.{name}")
        own = ""
    source = f"main.{name}" if own else f"temp.rows_of_{name}"
    for copy in range(1, copies + 1):
        connection.execute(
            f"INSERT INTO main.{name} ({listed}) SELECT {', '.join(values)} FROM {source} {own}",
            {"copy": copy},
        )
