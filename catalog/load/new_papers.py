"""Papers that a document brings first, stored at once with what their mentions state and what is derived of it.

To write a paper again means to write its abstract again. So its numbers and derived columns are filled in here as far
as its mentions tell; `settle_numbers` and `settle_derived` have the last word on them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection

from catalog.load.mentions import Staged
from catalog.load.staging import insert_rows
from catalog.rows import Row

_COLUMNS: Final = (
    "id",
    "title",
    "title_key",
    "abstract",
    "arxiv_id",
    "author_count",
    "publication_date",
    "publication_year",
    "has_repository",
    "digest_count",
    "first_digest_id",
    "latest_digest_id",
    "authors",
    "doi",
)


def insert_papers(connection: Connection, staged: Staged, new: Mapping[int, Sequence[Row]]) -> None:
    """Store papers by their ids, each with the mentions in `staged` that stand for it, in the order of positions."""
    with_repository = {link["position"] for link in staged.links if link["kind"] == "repository"}
    rows = [_paper(paper_id, mentions, staged.digest_id, with_repository) for paper_id, mentions in new.items()]
    insert_rows(connection, "papers", _COLUMNS, rows)


def _paper(paper_id: int, mentions: Sequence[Row], digest_id: int | None, with_repository: set[int]) -> tuple[Any, ...]:
    first = mentions[0]
    count, date = first["author_count"], first["publication_date"]
    if len(mentions) > 1:
        count = max((row["author_count"] for row in mentions if row["author_count"] is not None), default=None)
        date = min((row["publication_date"] for row in mentions if row["publication_date"] is not None), default=None)
    return (
        paper_id,
        first["title"],
        first["title_key"],
        first["abstract"],
        first["arxiv_id"],
        count,
        date,
        None if date is None else int(date[:4]),
        int(not with_repository.isdisjoint(row["position"] for row in mentions)),
        int(digest_id is not None),
        digest_id,
        digest_id,
        first["authors"],
        first.get("doi") if len(mentions) == 1 else None,
    )
