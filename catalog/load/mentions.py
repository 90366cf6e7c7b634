"""The two places where a document speaks of a paper, entries of digests and records outside of any, as one shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Integer,
    Select,
    Subquery,
    Table,
    and_,
    bindparam,
    func,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.sqlite import insert as upsert

from catalog.load.staging import staged
from catalog.models import digest_entries, digests, paper_records

_TEXTS = ("title", "title_key", "abstract", "authors")
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

    @property
    def staged(self) -> CTE:
        """The mentions bound as `mentions`, with their texts."""
        return staged("mentions", (*self.own_columns, *_TEXTS))

    def is_staged(self, mention: CTE) -> ColumnElement[bool]:
        """The condition that joins the rows of the table to the staged mentions that they come from."""
        here = self.table.c[self.container] == bindparam(self.container, type_=Integer)
        return and_(here, self.table.c.position == mention.c.position)

    def staged_papers(self) -> Select[tuple[Any]]:
        """Select the ids of the papers of the staged mentions, which are stored already."""
        mention = self.staged
        here = self.table.c[self.container] == bindparam(self.container, type_=Integer)
        # As a set and not as a join, for which SQLite would unfold the staged rows once for each stored one.
        return select(self.table.c.paper_id).where(here, self.table.c.position.in_(select(mention.c.position)))


ENTRIES: Final = MentionTable(digest_entries, "digest_id", ("has_abstract",))
RECORDS: Final = MentionTable(paper_records, "source_document_id", ("has_abstract", "comment"))
MENTION_TABLES: Final = (ENTRIES, RECORDS)


def insert_mentions(connection: Connection, kind: MentionTable, bound: dict[str, Any]) -> None:
    """Store the staged mentions, each of the paper that its `paper_id` names.

    One that is there stays as it is, but that its prose may come now, where only facts had been loaded.
    """
    mention = staged("identified", ("paper_id", *kind.own_columns))
    container = bindparam(kind.container, type_=Integer)
    rows = select(container, mention.c.paper_id, *(mention.c[key] for key in kind.own_columns)).where(true())
    insertion = upsert(kind.table).from_select([kind.container, "paper_id", *kind.own_columns], rows)
    excluded = insertion.excluded
    completed = insertion.on_conflict_do_update(
        index_elements=[kind.container, "position"],
        set_={name: func.coalesce(excluded[name], kind.table.c[name]) for name in kind.prose},
        where=or_(*(excluded[name].is_distinct_from(kind.table.c[name]) for name in kind.prose)),
    )
    connection.execute(completed, bound)


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
