"""What each table and index of a catalogue file takes, beside the texts that it is there for.

SQLite's own `dbstat` (https://www.sqlite.org/dbstat.html) counts the bytes; not every SQLite is built with it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from catalog.lookup.connection import opened
from catalog.models.search import SEARCH_TABLE

_TEXTS: Final = """
SELECT {sums} FROM (SELECT title, abstract, authors FROM papers UNION ALL SELECT title, abstract, authors
FROM paper_variants)
"""
_FIELDS: Final = ("title", "abstract", "authors")

# The parts of the search index are tables to SQLite, and one thing to everybody else.
_PARTS: Final = f"""
SELECT CASE WHEN stat.name GLOB '{SEARCH_TABLE}_*' THEN '{SEARCH_TABLE}' ELSE coalesce(schema.tbl_name, stat.name) END,
  stat.name, stat.pgsize, stat.unused
FROM dbstat AS stat LEFT JOIN sqlite_master AS schema ON schema.name = stat.name
WHERE stat.aggregate = 1
"""  # noqa: S608 - a name of ours

_COLUMNS: Final = """
SELECT schema.name, coalesce(info.name, 'an expression'), listed."unique"
FROM sqlite_master AS schema
JOIN pragma_index_list(schema.tbl_name) AS listed ON listed.name = schema.name
JOIN pragma_index_info(schema.name) AS info
WHERE schema.type = 'index' ORDER BY schema.name, info.seqno
"""

_BAR: Final = 20


@dataclass(frozen=True, slots=True)
class Part:
    """A table, or an index of one: its table, its own name, and its bytes, of them those in which nothing stands.

    `columns` are those of an index, and None of a table.
    """

    table: str
    name: str
    columns: str | None
    byte_count: int
    unused_count: int


@dataclass(frozen=True, slots=True)
class Sizes:
    """The bytes of a file, of its pages, and of its titles, abstracts and lists of authors, each text counted once.

    A text that two papers share counts for both. `parts` is None where this SQLite cannot tell.
    """

    byte_count: int
    page_size: int
    title_bytes: int
    abstract_bytes: int
    author_bytes: int
    parts: list[Part] | None

    @property
    def text_bytes(self) -> int:
        """The bytes of all texts together."""
        return self.title_bytes + self.abstract_bytes + self.author_bytes


def sizes(database: Path) -> Sizes:
    """Return what the catalogue at `database` takes; every page of it is read, and nothing is written.

    Raises CatalogError where it is no catalogue of this version, or cannot be read.
    """
    sums = ", ".join(f"coalesce(sum(length(CAST({field} AS BLOB))), 0)" for field in _FIELDS)
    with opened(database) as connection:
        page_size, page_count = (
            int(connection.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("page_size", "page_count")
        )
        title, abstract, authors = connection.execute(_TEXTS.format(sums=sums)).fetchone()
        return Sizes(page_size * page_count, page_size, title, abstract, authors, _parts(connection))


def _parts(connection: sqlite3.Connection) -> list[Part] | None:
    try:
        with closing(connection.execute(_PARTS)) as rows:
            columns = _columns(connection)
            return [Part(table, name, columns.get(name), size, unused) for table, name, size, unused in rows]
    except sqlite3.OperationalError as error:
        if str(error).startswith("no such table: dbstat"):
            return None
        raise


def _columns(connection: sqlite3.Connection) -> dict[str, str]:
    """Return the columns of each index by its name, in words."""
    found: dict[str, list[str]] = {}
    unique = set()
    for name, column, is_unique in connection.execute(_COLUMNS):
        found.setdefault(name, []).append(column)
        if is_unique:
            unique.add(name)
    return {name: f"by {', '.join(columns)}{' (unique)' if name in unique else ''}" for name, columns in found.items()}


def size_lines(found: Sizes) -> Iterator[str]:
    """Yield what `catalog check --sizes` prints: the whole, then each table with its indexes, the largest first."""
    texts = found.text_bytes
    yield f"file   {found.byte_count:>15,} bytes, in pages of {found.page_size:,}"
    yield (
        f"texts  {texts:>15,} bytes: titles {found.title_bytes:,}, abstracts {found.abstract_bytes:,}, "
        f"lists of authors {found.author_bytes:,}"
    )
    yield f"ratio  {found.byte_count / texts:>15.2f}" if texts else "ratio  there are no texts to compare with"
    if found.parts is None:
        yield "What each table and index takes is not known: this SQLite is built without dbstat; use another Python."
        return
    yield ""
    yield from _table(found, found.parts)


def _table(found: Sizes, parts: Sequence[Part]) -> Iterator[str]:
    from tabulate import tabulate

    of_table: dict[str, list[Part]] = {}
    for part in parts:
        of_table.setdefault(part.table, []).append(part)
    groups = sorted(of_table.items(), key=lambda item: (-_total(item[1]), item[0]))
    rows = [row for table, group in groups for row in _rows(found, table, group)]
    free = found.byte_count - _total(parts)
    if free:
        rows.append(_row(found, "free pages", free, free))
    rows.append(_row(found, "all", found.byte_count, free + sum(part.unused_count for part in parts)))
    head = ("table, and what of it", "bytes", "to texts", "unused", "")
    # Names come from the file, and begin with the blanks that set them off.
    lines = tabulate(rows, headers=head, tablefmt="simple", disable_numparse=True, preserve_whitespace=True,
                     colalign=("left", "right", "right", "right", "left"))  # fmt: skip
    yield from (line.rstrip() for line in lines.splitlines())


def _rows(found: Sizes, table: str, parts: Sequence[Part]) -> Iterator[Sequence[str]]:
    unused = sum(part.unused_count for part in parts)
    yield _row(found, table, _total(parts), unused)
    if len(parts) == 1:
        return
    for part in sorted(parts, key=lambda part: (-part.byte_count, part.name)):
        name = part.columns or ("rows" if part.name == table else part.name.removeprefix(f"{table}_"))
        yield _row(found, f"  {name}", part.byte_count, part.unused_count)


def _row(found: Sizes, name: str, size: int, unused: int) -> Sequence[str]:
    from catalog.terminal import plain

    blanks = name[: len(name) - len(name.lstrip())]
    texts = found.text_bytes
    share = f"{size / texts:.3f}" if texts else ""
    bar = "#" * round(_BAR * size / found.byte_count)
    return blanks + plain(name.strip()), f"{size:,}", share, f"{unused / size:.0%}" if size else "", bar


def _total(parts: Sequence[Part]) -> int:
    return sum(part.byte_count for part in parts)
