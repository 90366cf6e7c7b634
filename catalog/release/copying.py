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

from catalog.database import APPLICATION_ID, known_revisions
from catalog.fresh import Row, fresh_catalogue
from catalog.models import metadata
from catalog.release.order import CONTENT_TABLES, ORDER, primary_key
from catalog.release.pages import page_size
from catalog.release.scratch import REFERRED, in_order, joins, open_scratch, place_rows, value
from catalog.release.search_index import copy_search_index

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

PLACED: Final = tuple(name for name in ORDER if name in REFERRED)
"""The tables whose rows get their new ids before they are copied, because others refer to them."""

STEP_COUNT: Final = len(PLACED) + len(CONTENT_TABLES) + 4
"""How often `copy_catalogue` calls `on_step`."""


class CopyError(ValueError):
    """Not every row arrived; its text is the end of a sentence that says of what."""


def copy_catalogue(
    working: Path,
    scratch: Path,
    target: Path,
    catalogue_version: str,
    *,
    search_index: Callable[[], Path],
    on_begin: Callable[[], object],
    on_step: Callable[[], None],
) -> None:
    """Write the content of the catalogue at `working` as a new file to `target`; `scratch` is a path to use meanwhile.

    `working` is only read, in one transaction; `on_begin` is called once that has begun to read. `search_index` waits
    for the file of `make_search_index` and returns its path. Raises sqlite3.Error where a file cannot be read or
    written, and CopyError where rows are missing in the end.
    """
    statements = [("table", _REVISION_TABLE.strip()), *fresh_catalogue().statements]
    with closing(open_scratch(scratch, working)) as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT 1 FROM working.sqlite_master").fetchone()
        on_begin()
        _execute(connection, (sql for kind, sql in statements if kind == "table"))
        _copy_rows(connection, catalogue_version, on_step)
        _execute(connection, (sql for kind, sql in statements if kind != "table"))
        on_step()
        _require_all("texts in the search index", copy_search_index(connection, search_index()), _count(connection))
        on_step()
        connection.execute(f"PRAGMA main.application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA main.user_version = {fresh_catalogue().user_version}")
        connection.execute("COMMIT")
        (paper_count,) = connection.execute("SELECT count(*) FROM main.papers").fetchone()
        connection.execute(f"PRAGMA main.page_size = {page_size(paper_count)}")
        # VACUUM gives the new file as many pages of cache as that would be of 4,096 bytes.
        connection.execute("PRAGMA main.cache_size = -4096")
        connection.execute("VACUUM main INTO ?", (target.absolute().as_uri(),))
        on_step()


def _execute(connection: sqlite3.Connection, statements: Iterable[str]) -> None:
    for statement in statements:
        connection.execute(statement)


def _copy_rows(connection: sqlite3.Connection, catalogue_version: str, on_step: Callable[[], None]) -> None:
    for name in PLACED:
        place_rows(connection, metadata.tables[name])
        on_step()
    for name in CONTENT_TABLES:
        copied = connection.execute(_copy(metadata.tables[name])).rowcount
        _require_all(f"rows of {name}", copied, _count(connection, name))
        on_step()
    connection.execute(_COPY_LOADS)
    connection.execute("INSERT INTO main.alembic_version VALUES (?)", (known_revisions()[-1],))
    for name, rows in fresh_catalogue().rows.items():
        _insert(connection, name, rows)
    connection.execute("INSERT INTO main.releases (id, catalogue_version) VALUES (1, ?)", (catalogue_version,))
    on_step()


def _count(connection: sqlite3.Connection, name: str = "papers") -> int:
    (count,) = connection.execute(f"SELECT count(*) FROM working.{name}").fetchone()  # noqa: S608 - a table of ours
    return int(count)


def _require_all(what: str, copied: int, expected: int) -> None:
    if copied != expected:
        raise CopyError(f"{copied:,} of {expected:,} {what} were copied")


def _insert(connection: sqlite3.Connection, name: str, rows: list[Row]) -> None:
    marks = ", ".join("?" * len(rows[0]))
    connection.executemany(f"INSERT INTO main.{name} VALUES ({marks})", rows)  # noqa: S608 - a table of ours


def _copy(table: Table) -> str:
    """The statement that copies `table`, every id replaced by the place of its row."""
    names = [column.name for column in table.columns if column.computed is None]
    if table.name in PLACED:
        others = names[1:]
        rows = (
            f"SELECT place.new, {_values(table, others)} FROM temp.place_of_{table.name} AS place "  # noqa: S608
            # CROSS JOIN keeps the order of the loops: places one after the other, and the row of each.
            f"CROSS JOIN working.{table.name} AS row {joins(table, others)} WHERE row.id = place.old ORDER BY place.new"
        )
    else:
        keys = ORDER.get(table.name) or primary_key(table).split(", ")
        names = [name for name in names if name != "id"]  # the number of each row as it comes
        rows = f"SELECT {_values(table, names, keys[0])} {in_order(table, names, keys)}"
    listed = ", ".join(f'"{name}"' for name in names)
    return f"INSERT INTO main.{table.name} ({listed}) {rows}"


def _values(table: Table, names: list[str], first: str = "") -> str:
    return ", ".join(value(table, name, first) for name in names)
