"""Two catalogue files -> how they differ: counted at once, listed as it is asked for."""
# ruff: noqa: S608 - every part of a statement is a constant of ours

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, get_args

from catalog.database import BUSY_TIMEOUT_SECONDS, translated_errors
from catalog.diff.pairs import STEP_COUNT as _PAIRING_STEPS
from catalog.diff.pairs import pair_rows
from catalog.diff.sections import SECTIONS, Section
from catalog.foreign import current_file

Change = Literal["new", "gone", "changed"]
CHANGES: Final = get_args(Change)

STEP_COUNT: Final = 2 + _PAIRING_STEPS + len(SECTIONS)
"""How often `compared` calls `on_step` before the comparison can be asked."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a thing that is in both files, with what each says."""

    name: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is new, gone or changed: what it is called, and the fields that changed."""

    named: dict[str, Any]
    fields: tuple[FieldChange, ...] = ()


class Comparison:
    """How two files differ. `counts` has, by section and change, how many things there are."""

    def __init__(self, connection: sqlite3.Connection, on_step: Callable[[], None]) -> None:
        self._connection = connection
        self.counts: dict[str, dict[Change, int]] = {}
        for section in SECTIONS:
            self.counts[section.name] = {
                change: self._kept(section, change) for change in CHANGES if change == "changed" or not section.is_part
            }
            on_step()

    @property
    def is_empty(self) -> bool:
        """Whether the files do not differ."""
        return not any(count for counted in self.counts.values() for count in counted.values())

    def differences(self, section: Section, change: Change, *, limit: int | None = None) -> Iterator[Difference]:
        """Yield what is new, gone or changed of one kind, sorted by what it is called, the first `limit` of them."""
        side = "old" if change == "gone" else "new"
        named = [expression.format(db=side) for expression in section.named.values()]
        fields = [f"{_of('old', each)}, {_of('new', each)}" for each in section.fields.values() if change == "changed"]
        statement = f"""
            SELECT {", ".join([*named, *fields])} FROM differences AS found JOIN {side}.{section.table} AS one
            ON one.id = found.{side}_id
            {f"JOIN old.{section.table} AS old_one ON old_one.id = found.old_id" if fields else ""}
            WHERE found.section = ? AND found.change = ?
            ORDER BY {", ".join(str(place) for place in range(1, len(named) + 1))}, one.id LIMIT ?
        """
        for row in self._connection.execute(statement, (section.name, change, -1 if limit is None else limit)):
            changed = [
                FieldChange(name, *row[len(named) + 2 * place : len(named) + 2 * place + 2])
                for place, name in enumerate(section.fields if fields else ())
            ]
            yield Difference(
                dict(zip(section.named, row, strict=False)), tuple(each for each in changed if each.old != each.new)
            )

    def _kept(self, section: Section, change: Change) -> int:
        """Keep the row ids of what is new, gone or changed, and return how many there are."""
        if change == "changed":
            differs = " OR ".join(f"{_of('old', each)} IS NOT {_of('new', each)}" for each in section.fields.values())
            found = f"""
                SELECT ?, ?, old_one.id, one.id FROM pairs_of_{section.table} AS pair
                JOIN old.{section.table} AS old_one ON old_one.id = pair.old_id
                JOIN new.{section.table} AS one ON one.id = pair.new_id WHERE {differs}
            """
        else:
            side = "new" if change == "new" else "old"
            ids = "NULL, one.id" if change == "new" else "one.id, NULL"
            found = f"""
                SELECT ?, ?, {ids} FROM {side}.{section.table} AS one
                WHERE one.id NOT IN (SELECT {side}_id FROM pairs_of_{section.table})
            """
        return self._connection.execute(f"INSERT INTO differences {found}", (section.name, change)).rowcount


def _of(side: str, expression: str) -> str:
    """Return the expression of a field for the row of one file; the row of the old one is `old_one`."""
    expression = expression.format(db=side)
    return expression.replace("one.", "old_one.") if side == "old" else expression


@contextmanager
def compared(old: Path, new: Path, *, on_step: Callable[[], None] = lambda: None) -> Iterator[Comparison]:
    """Compare two catalogue files, for one block. Neither is written to; an older one is upgraded in a copy.

    Time grows with the size of the files, and what is kept meanwhile is on disk. Raises CatalogError where a file
    cannot be used.
    """
    with ExitStack() as stack:
        files = [(path, stack.enter_context(current_file(path))) for path in (old, new)]
        connection = stack.enter_context(closing(_scratch()))
        for name, (path, current) in zip(("old", "new"), files, strict=True):
            with translated_errors(path):
                connection.execute(f"ATTACH ? AS {name}", (f"{current.absolute().as_uri()}?mode=ro",))
            on_step()
        with translated_errors(new):
            connection.execute("BEGIN")
            pair_rows(connection, on_step)
            connection.execute("CREATE TABLE differences (section TEXT, change TEXT, old_id INTEGER, new_id INTEGER)")
            connection.execute("CREATE INDEX by_section ON differences (section, change)")
            yield Comparison(connection, on_step)


def _scratch() -> sqlite3.Connection:
    """Open a database without a name, which SQLite keeps on disk once it is large and deletes when it is closed."""
    connection = sqlite3.connect("", uri=True, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None)
    for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "journal_mode = OFF"):
        connection.execute(f"PRAGMA {pragma}")
    return connection
