"""The search index of a large load: brought in line once for many papers instead of by a trigger for each.

FTS5 collects what a statement writes in memory and then writes it out, a piece for each document where triggers do it,
and merges the pieces later: three times the work (measured).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection

from catalog.models import SEARCH_TABLE

_MEMORY: Final = 64 * 1024 * 1024
_SET: Final = f"INSERT INTO {SEARCH_TABLE} ({SEARCH_TABLE}, rank) VALUES (?, ?)"
# The settings were for this load, and are no affair of whoever gets the file.
_FORGET: Final = f"DELETE FROM {SEARCH_TABLE}_config WHERE k IN ('hashsize', 'automerge')"

_TRIGGERS: Final = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'papers' ORDER BY rowid"

# What the index holds of papers that were there, as they were: FTS5 must be told to take it out. Papers that came since
# have ids above all of these.
_REMEMBER: Final = """
CREATE TEMP TRIGGER indexed_{event} AFTER {event} ON main.papers WHEN old.id <= (SELECT id FROM temp.last_indexed) BEGIN
  INSERT INTO indexed VALUES (old.id, old.title, old.abstract) ON CONFLICT DO NOTHING;
END
"""

_BEGIN: Final = (
    "CREATE TEMP TABLE last_indexed AS SELECT coalesce(max(id), 0) AS id FROM main.papers",
    "CREATE TEMP TABLE indexed (id INTEGER PRIMARY KEY, title TEXT, abstract TEXT)",
    _REMEMBER.format(event="DELETE"),
    _REMEMBER.format(event="UPDATE").replace("UPDATE ON", "UPDATE OF id, title, abstract ON"),
)

_END: Final = (
    f"INSERT INTO {SEARCH_TABLE} ({SEARCH_TABLE}, rowid, title, abstract) "
    "SELECT 'delete', id, title, abstract FROM temp.indexed",
    *(
        f"INSERT INTO {SEARCH_TABLE} (rowid, title, abstract) SELECT id, title, abstract FROM main.papers WHERE {those}"
        for those in ("id IN (SELECT id FROM temp.indexed)", "id > (SELECT id FROM temp.last_indexed)")
    ),
    _FORGET,
    "DROP TRIGGER temp.indexed_DELETE",
    "DROP TRIGGER temp.indexed_UPDATE",
    "DROP TABLE temp.indexed",
    "DROP TABLE temp.last_indexed",
)


@contextmanager
def deferred_search_index(connection: Connection, *, is_bulk: bool = False) -> Iterator[None]:
    """Let the search index wait for the end of the block, which must lie inside a transaction.

    With `is_bulk` nothing of it is merged at once but where sixteen pieces of one size are there: much is written, and
    to merge four at a time writes it twice as often. For a few papers that would now and then merge the whole index.

    An error rolls all of it back with the transaction: triggers and index are never out of line for anybody else.
    """
    triggers = connection.exec_driver_sql(_TRIGGERS).all()
    for name, _ in triggers:
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    for statement in _BEGIN:
        connection.exec_driver_sql(statement)
    yield
    connection.exec_driver_sql(_SET, ("hashsize", _MEMORY))
    if is_bulk:
        connection.exec_driver_sql(_SET, ("automerge", 0))
    for statement in _END:
        connection.exec_driver_sql(statement)
    for _, sql in triggers:
        connection.exec_driver_sql(sql)
