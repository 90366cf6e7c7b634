"""Where a damaged file is damaged: which table, and whether what is hurt can be made again from the tables.

SQLite's checks of the whole file name pages and rows, not always their table, and how they name them changes from one
version to the next (https://www.sqlite.org/pragma.html#pragma_integrity_check). Asked about one table at a time, they
say it by themselves.
"""

from __future__ import annotations

import re
import sqlite3
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

REPAIR: Final = "run `catalog check --repair-index -d {0}`, which makes it again from the tables"
"""What to do about a damage of indexes alone; the file goes in."""
RESTORE: Final = "restore it from a backup, or load the documents into a new file"
"""What to do about any other damage."""

_LONGEST: Final = 160
_TABLES: Final = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
# These are about rows themselves: no index is wrong, and none that is made again heals them.
_ABOUT_ROWS: Final = re.compile(r"CHECK constraint|NULL value in|non-|\w+ value in|out of order|PRIMARY KEY order")
_TEXT: Final = "SELECT name FROM pragma_table_info(?) WHERE type = 'TEXT' ORDER BY cid"


# A message that quotes what is no UTF-8 fails in the driver itself.
_UNREADABLE: Final = (sqlite3.DatabaseError, UnicodeDecodeError)


@dataclass(frozen=True, slots=True)
class Damage:
    """What is wrong: the table (None where SQLite names none), SQLite's words, and whether it can be made again."""

    table: str | None
    reason: str
    is_rebuildable: bool

    def __str__(self) -> str:
        return self.reason if self.table is None else f"table {self.table}: {self.reason}"


def shown(reason: str) -> str:
    """Return SQLite's words on one line of bounded length: they may quote what stands in a damaged file."""
    line = " ".join(reason.split())
    return "".join(char if char.isprintable() else "?" for char in line[:_LONGEST]) + "…" * (len(line) > _LONGEST)


def find_damage(connection: sqlite3.Connection, pragma: str) -> Iterator[Damage]:
    """Yield what SQLite's `integrity_check` or `quick_check`, whichever `pragma` names, finds, table by table.

    Every table is asked after: call it where a check of the whole file was not passed. Raises nothing of a damaged
    table; sqlite3.DatabaseError where the schema itself cannot be read.
    """
    found = False
    for (table,) in connection.execute(_TABLES).fetchall():
        reasons = _reasons(connection, pragma, table)
        is_rebuildable = bool(reasons) and _can_be_made_again(connection, table, reasons)
        for reason in reasons:
            found = True
            yield Damage(table, reason, is_rebuildable)
    if not found:
        for reason in _reasons(connection, pragma, None):
            yield Damage(None, reason, True)


def unreadable_texts(connection: sqlite3.Connection) -> Iterator[tuple[str, str, str]]:
    """Yield table, column and the first bytes of each text that is no UTF-8. Damaged pages are left to SQLite's checks.

    SQLite stores what it is given and never looks; whoever reads it gets an error or a guess.
    """
    for (table,) in connection.execute(_TABLES).fetchall():
        try:
            columns = [name for (name,) in connection.execute(_TEXT, (table,))]
        except _UNREADABLE:
            continue  # the search index, which cannot be opened: its own check names it
        if columns and not _reads(connection, table, columns):
            yield from _undecodable(connection, table, columns)


def _reasons(connection: sqlite3.Connection, pragma: str, table: str | None) -> list[str]:
    try:
        answers = (
            connection.execute(f"PRAGMA {pragma}")
            if table is None
            else connection.execute(f"SELECT * FROM pragma_{pragma}(?)", (table,))  # noqa: S608 - of two names of ours
        ).fetchall()
    except _UNREADABLE as error:
        return [shown(str(error))]
    lines = (line for (answer,) in answers for line in str(answer).splitlines())
    return [shown(line) for line in lines if line.strip() not in ("", "ok") and not line.startswith("***")]


def _can_be_made_again(connection: sqlite3.Connection, table: str, reasons: list[str]) -> bool:
    from catalog.models import SEARCH_TABLE  # takes long to import, and few files are damaged

    if table.startswith(SEARCH_TABLE):
        return True
    return not any(_ABOUT_ROWS.search(reason) for reason in reasons) and _reads(connection, table, ["*"])


def _reads(connection: sqlite3.Connection, table: str, columns: list[str]) -> bool:
    """Whether every row can be read, text and all, from the table itself and not from an index."""
    try:
        deque(connection.execute(_select(table, columns)), maxlen=0)
    except _UNREADABLE:
        return False
    return True


def _undecodable(connection: sqlite3.Connection, table: str, columns: list[str]) -> Iterator[tuple[str, str, str]]:
    before = connection.text_factory
    connection.text_factory = bytes
    try:
        for row in connection.execute(_select(table, columns)):
            for column, value in zip(columns, row, strict=True):
                if isinstance(value, bytes) and not _is_utf8(value):
                    yield table, column, ascii(value[:40])[2:-1]
    except _UNREADABLE:
        return
    finally:
        connection.text_factory = before


def _select(table: str, columns: list[str]) -> str:
    listed = ", ".join(name if name == "*" else _quoted(name) for name in columns)
    return f"SELECT {listed} FROM {_quoted(table)} NOT INDEXED"  # noqa: S608 - quoted


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
