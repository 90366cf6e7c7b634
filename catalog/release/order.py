"""The natural order of the rows in a release, by which ids are given from 1 without a gap.

It is made of what the rows say, never of the ids that a working file happens to give: the same documents have the same
order, whatever the history of the file. Tables without ids of their own are in the order of their primary keys.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Table

from catalog.models import metadata

ORDER: Final[dict[str, tuple[str, ...]]] = {
    "source_documents": ("name", "sha256"),
    # The place in its document, which the ids keep: `load` adds the digests of a document in their order.
    "digests": ("source_document_id", "id"),
    "papers": ("arxiv_id IS NULL", "arxiv_id", "title_key"),
    "paper_variants": ("paper_id", "title IS NULL", "abstract IS NULL", "title", "abstract", "authors"),
    "authors": ("name",),
    "repositories": ("host", "owner COLLATE NOCASE", "name COLLATE NOCASE"),
    "links": ("url_key",),
    "link_assertions": (
        *("source_document_id", "digest_id", "position", "line", "char_start", "link_id", "asserted_by", "verbatim"),
        *("field", "added_by", "sub_path", "roles", "is_promised", "is_own", "framework"),
        *("is_official", "is_mentioned_in_paper", "is_mentioned_in_repository"),
    ),
    "rejects": ("source_document_id", "line_start", "line_end", "reason", "text"),
}
"""Table with ids -> what orders its rows, in terms of its own columns; a table stands after those that it refers to.

Each order is total, but for assertions and rejects that are the same in everything, whose order nobody can tell.
"""

OWN_TABLES: Final = ("schema_comments", "source_licences", "releases", "loads")
"""Tables that a release does not copy row by row."""

CONTENT_TABLES: Final = tuple(name for name in metadata.tables if name not in OWN_TABLES)
"""Tables whose rows are copied one by one."""


def referred(column: Column[object]) -> str | None:
    """Return the table whose ids `column` holds, or None where it holds none."""
    for key in column.foreign_keys:
        if key.column.name == "id":
            return key.column.table.name
        return referred(key.column)
    return None


def primary_key(table: Table) -> str:
    """Return the columns of the primary key of `table`, separated by commas."""
    return ", ".join(column.name for column in table.primary_key)


def misplaced(name: str) -> str:
    """Return the SQL of the ids in the table `name` that are not the row's place in the natural order."""
    place = f"SELECT id, row_number() OVER (ORDER BY {', '.join(ORDER[name])}) AS place FROM {name}"  # noqa: S608
    return f"SELECT id FROM ({place}) WHERE id <> place"  # noqa: S608 - names and orders of ours
