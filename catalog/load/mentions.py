"""The two places where a document speaks of a paper, entries of digests and records outside of any, as one shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection, Integer, Select, Subquery, Table, bindparam, select, union_all

from catalog.load.staging import driver, insert_rows, packed, staged_positions
from catalog.models import digest_entries, digests, paper_records
from catalog.rows import Row

_SET_LATER = ("paper_id", "title_variant_id", "abstract_variant_id", "authors_variant_id")


@dataclass(frozen=True, slots=True)
class MentionTable:
    """A table of mentions: each is known by its container (the digest or the document) and its position there.

    `prose` are the columns that an export of facts alone leaves empty.
    """

    table: Table
    container: str
    prose: tuple[str, ...]

    @property
    def own_columns(self) -> tuple[str, ...]:
        """The columns that a document fills: neither ids nor pointers."""
        left_out = (self.container, *_SET_LATER)
        return tuple(name for name in self.table.c.keys() if name not in left_out)  # noqa: SIM118

    def staged_papers(self) -> Select[tuple[Any]]:
        """Select the ids of the papers of the mentions bound as `mentions`, which are stored already."""
        here = self.table.c[self.container] == bindparam(self.container, type_=Integer)
        # As a set and not as a join, for which SQLite would unfold the staged rows once for each stored one.
        return select(self.table.c.paper_id).where(here, self.table.c.position.in_(staged_positions()))


ENTRIES: Final = MentionTable(digest_entries, "digest_id", ("has_abstract",))
RECORDS: Final = MentionTable(paper_records, "source_document_id", ("has_abstract", "comment"))
MENTION_TABLES: Final = (ENTRIES, RECORDS)


@dataclass(frozen=True, slots=True)
class Staged:
    """Mentions of one document that are to be stored, and the links of each, as rows (see `catalog.rows`).

    All stand in the digest `digest_id`, or outside of any where that is None.
    """

    kind: MentionTable
    document_id: int
    digest_id: int | None
    mentions: Sequence[Row]
    links: Sequence[Row]

    @property
    def container_id(self) -> int:
        """The digest, or the document where they stand in none."""
        return self.document_id if self.digest_id is None else self.digest_id

    def bound(self, mentions: Sequence[Row]) -> dict[str, Any]:
        """Return what statements about some of the mentions bind: these as `mentions`, and their container."""
        return {"mentions": packed(mentions), "digest_id": self.digest_id, "source_document_id": self.document_id}


def insert_mentions(connection: Connection, staged: Staged, paper_ids: Sequence[int]) -> None:
    """Store the staged mentions, each of the paper that stands at its place in `paper_ids`.

    One that is there stays as it is, but that its prose may come now, where only facts had been loaded.
    """
    columns, completion = _insertion(staged.kind)
    values = itemgetter(*columns[2:])
    rows = [
        (staged.container_id, paper_id, *values(mention))
        for mention, paper_id in zip(staged.mentions, paper_ids, strict=True)
    ]
    insert_rows(connection, staged.kind.table.name, columns, rows, completion)


@cache
def _insertion(kind: MentionTable) -> tuple[tuple[str, ...], str]:
    """The columns of a new mention, and what becomes of one that is there."""
    is_new = " OR ".join(f"excluded.{name} IS NOT {kind.table.name}.{name}" for name in kind.prose)
    completed = ", ".join(f"{name} = coalesce(excluded.{name}, {kind.table.name}.{name})" for name in kind.prose)
    completion = f"ON CONFLICT ({kind.container}, position) DO UPDATE SET {completed} WHERE {is_new}"
    return (kind.container, "paper_id", *kind.own_columns), completion


def stored_papers(connection: Connection, staged: Staged) -> list[int]:
    """Return the papers of the staged mentions, each at its place, as they are stored."""
    kind = staged.kind
    positions = [mention["position"] for mention in staged.mentions]
    query = f"SELECT position, paper_id FROM {kind.table.name} WHERE {kind.container} = ? AND position BETWEEN ? AND ?"
    bounds = (staged.container_id, min(positions, default=0), max(positions, default=0))
    paper_at: dict[int, int] = dict(driver(connection).execute(query, bounds))
    return [paper_at[position] for position in positions]


def all_mentions(*columns: str) -> Subquery:
    """Return paper, document and `columns` of every entry and record, as one subquery."""
    entries = select(
        digest_entries.c.paper_id,
        digests.c.source_document_id,
        *(digest_entries.c[key] for key in columns),
    ).join(digests, digests.c.id == digest_entries.c.digest_id)
    records = select(
        paper_records.c.paper_id,
        paper_records.c.source_document_id,
        *(paper_records.c[key] for key in columns),
    )
    return union_all(entries, records).subquery("mentions")
