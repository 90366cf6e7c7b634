"""A working catalogue -> a file of the same content whose bytes depend on nothing else.

The schema is what the migrations make, laid out in one way (`catalog.schema`), whatever revisions a working file went
through. Rows are copied by set, in their natural order (`catalog.release.order`), with ids that follow from it. Indexes
and triggers come after the rows: that is quicker, and no trigger fills the search index row by row. VACUUM leaves a
file without free pages, and without a trace of what was written before.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy import Table

from catalog.database import APPLICATION_ID, BUSY_TIMEOUT_SECONDS, create_catalog_engine, known_revisions
from catalog.models import SEARCH_TABLE, metadata
from catalog.release.order import CONTENT_TABLES, ORDER, primary_key, referred
from catalog.release.pages import page_size
from catalog.schema import schema_statements

# The whole index of some 100,000 abstracts is made in memory and written once. SQLite's own 1 MB would write and merge
# it in many pieces: half as long again (measured), and how they are merged is an affair of each SQLite version.
_SEARCH_MEMORY: Final = 64 * 1024 * 1024

# As Alembic makes it, in the layout of all the other tables.
_REVISION_TABLE: Final = """
CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
)
"""

# What depends on the clock or on the order of loading is left out. The as-of date bounds dates without a year, and is
# kept as the last day that it leaves for one: any other between that day and the same day a year later says the same.
# (A date without a year always has such a day: that is one of the checks.)
_COPY_LOADS: Final = """
INSERT INTO main.loads (id, source_document_id, as_of_date, entry_count, reject_count, record_count)
SELECT row_number() OVER (ORDER BY place.new), place.new,
  (SELECT max(latest_date) FROM working.digests
   WHERE source_document_id = place.old AND printed_date IS NOT NULL AND date_basis IN ('open', 'single candidate')),
  entry_count, reject_count, record_count
FROM (
  SELECT source_document_id, max(entry_count) AS entry_count, max(reject_count) AS reject_count,
    max(record_count) AS record_count
  FROM working.loads GROUP BY source_document_id
) AS loaded
JOIN temp.place_of_source_documents AS place ON place.old = loaded.source_document_id
ORDER BY place.new
"""

STEP_COUNT: Final = len(ORDER) + len(CONTENT_TABLES) + 4
"""How often `copy_catalogue` calls `on_step`."""


def copy_catalogue(
    working: Path, fresh: Path, scratch: Path, target: Path, catalogue_version: str, on_step: Callable[[], None]
) -> None:
    """Write the content of the catalogue at `working` as a new file to `target`; `scratch` is a path to use meanwhile.

    `fresh` is an empty catalogue, just made by the migrations. `working` is only read, in one transaction. Raises
    sqlite3.Error where a file cannot be read or written.
    """
    statements = _statements(fresh)
    uri = scratch.absolute().as_uri()
    with closing(sqlite3.connect(uri, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None, uri=True)) as connection:
        # Whatever becomes of the scratch file, nobody sees it: no journal, no waiting for the disk.
        for pragma in ("auto_vacuum = NONE", "journal_mode = OFF", "synchronous = OFF"):
            connection.execute(f"PRAGMA {pragma}")
        for name, path in (("working", working), ("fresh", fresh)):
            connection.execute(f"ATTACH ? AS {name}", (f"{path.absolute().as_uri()}?mode=ro",))
        connection.execute("BEGIN")
        _execute(connection, (sql for kind, sql in statements if kind == "table"))
        _copy_rows(connection, catalogue_version, on_step)
        _execute(connection, (sql for kind, sql in statements if kind != "table"))
        on_step()
        _fill_search_index(connection)
        on_step()
        connection.execute(f"PRAGMA main.application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA main.user_version = {int(known_revisions()[-1])}")
        connection.execute("COMMIT")
        (paper_count,) = connection.execute("SELECT count(*) FROM main.papers").fetchone()
        connection.execute(f"PRAGMA main.page_size = {page_size(paper_count)}")
        connection.execute("VACUUM main INTO ?", (target.absolute().as_uri(),))
        on_step()


def _statements(fresh: Path) -> list[tuple[str, str]]:
    engine = create_catalog_engine(fresh, read_only=True)
    try:
        with engine.connect() as connection:
            return [("table", _REVISION_TABLE.strip()), *schema_statements(connection)]
    finally:
        engine.dispose()


def _execute(connection: sqlite3.Connection, statements: Iterable[str]) -> None:
    for statement in statements:
        connection.execute(statement)


def _copy_rows(connection: sqlite3.Connection, catalogue_version: str, on_step: Callable[[], None]) -> None:
    for name in ORDER:
        connection.execute(f"CREATE TEMP TABLE place_of_{name} (new INTEGER PRIMARY KEY, old INTEGER NOT NULL UNIQUE)")
        connection.execute(_place_rows(metadata.tables[name]))
        on_step()
    for name in CONTENT_TABLES:
        connection.execute(_copy(metadata.tables[name]))
        on_step()
    connection.execute(_COPY_LOADS)
    for name in ("alembic_version", "schema_comments", "source_licences"):
        connection.execute(f"INSERT INTO main.{name} SELECT * FROM fresh.{name}")  # noqa: S608
    connection.execute("INSERT INTO main.releases (id, catalogue_version) VALUES (1, ?)", (catalogue_version,))
    on_step()


def _place_rows(table: Table) -> str:
    """The statement that gives each row of `table` its place in the natural order."""
    keys = ORDER[table.name]
    named = {word for key in keys for word in key.split()}
    columns = ["id", *(column.name for column in table.columns if column.name in named - {"id"})]
    rows = f"SELECT {_selected(table, columns)} FROM {_joined(table, columns)}"  # noqa: S608
    return (
        f"INSERT INTO temp.place_of_{table.name} (new, old) "  # noqa: S608
        f"SELECT row_number() OVER (ORDER BY {', '.join(keys)}) AS place, id FROM ({rows}) ORDER BY place"
    )


def _copy(table: Table) -> str:
    """The statement that copies `table`, every id replaced by the place of its row."""
    columns = [column.name for column in table.columns if column.computed is None]
    listed = ", ".join(f'"{name}"' for name in columns)
    if table.name not in ORDER:
        rows = f"{_selected(table, columns)} FROM {_joined(table, columns)} ORDER BY {primary_key(table)}"
        return f"INSERT INTO main.{table.name} ({listed}) SELECT {rows}"
    others = columns[1:]
    # CROSS JOIN keeps the order of the loops: places one after the other, and the row of each.
    return (
        f"INSERT INTO main.{table.name} ({listed}) SELECT place.new, {_selected(table, others)} "  # noqa: S608
        f"FROM temp.place_of_{table.name} AS place CROSS JOIN {_joined(table, others)} "
        "WHERE row.id = place.old ORDER BY place.new"
    )


def _selected(table: Table, columns: Iterable[str]) -> str:
    return ", ".join(
        # A reference that leads nowhere leads nowhere in the copy, too, and its check sees it.
        f'row."{name}"'
        if referred(table.c[name]) is None
        else f'iif(row."{name}" IS NULL, NULL, coalesce(of_{name}.new, 0)) AS "{name}"'
        for name in columns
    )


def _joined(table: Table, columns: Iterable[str]) -> str:
    joins = [f"working.{table.name} AS row"]
    for name in columns:
        target = referred(table.c[name])
        if target is not None:
            joins.append(f'LEFT JOIN temp.place_of_{target} AS of_{name} ON of_{name}.old = row."{name}"')
    return " ".join(joins)


def _fill_search_index(connection: sqlite3.Connection) -> None:
    command = f"INSERT INTO main.{SEARCH_TABLE} ({SEARCH_TABLE}, rank) VALUES (?, ?)"  # noqa: S608 - a name of ours
    connection.execute(command, ("hashsize", _SEARCH_MEMORY))
    connection.execute(command, ("rebuild", None))
    connection.execute(command, ("optimize", None))
    # The setting was for this once, and is no affair of whoever gets the file.
    connection.execute(f"DELETE FROM main.{SEARCH_TABLE}_config WHERE k = 'hashsize'")  # noqa: S608
