"""Columns that pages sort and facet by, brought in line for the papers that a load touched and for no other."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Update, cast, distinct, func, or_, select, update

from catalog.load.staging import id_set, packed_ids
from catalog.models import digest_entries, digests, links, paper_links, papers


def settle_derived(connection: Connection, paper_ids: Iterable[int]) -> None:
    """Bring the derived columns of `paper_ids` in line with the links and digests of these papers."""
    connection.execute(_settling(), {"paper_ids": packed_ids(paper_ids)})


@cache
def _settling() -> Update:
    expected = (
        select(papers.c.id, *(value.label(key) for key, value in derived_values().items()))
        .where(papers.c.id.in_(id_set("paper_ids")))
        .subquery("expected")
    )
    # Only rows that differ: to write one means to write its abstract again.
    differs = or_(*(papers.c[key].is_distinct_from(expected.c[key]) for key in derived_values()))
    return (
        update(papers)
        .values({key: expected.c[key] for key in derived_values()})
        .where(papers.c.id == expected.c.id, differs)
    )


def derived_values() -> dict[str, ColumnElement[Any]]:
    """Return, for each derived column of `papers`, the expression that it must equal."""
    # As a look-up and not as a join: SQLite would start a join at the index on kind, for every paper anew.
    kind = select(links.c.kind).where(links.c.id == paper_links.c.link_id).scalar_subquery()
    with_repository = select(paper_links.c.link_id).where(paper_links.c.paper_id == papers.c.id, kind == "repository")
    listed = (
        select(func.count(distinct(digest_entries.c.digest_id)))
        .join(digests, digests.c.id == digest_entries.c.digest_id)
        .where(digest_entries.c.paper_id == papers.c.id, digests.c.repeats_digest_id.is_(None))
    )
    return {
        "has_repository": cast(with_repository.exists(), Integer),
        "digest_count": listed.scalar_subquery(),
        "first_digest_id": _extreme_digest(is_first=True),
        "latest_digest_id": _extreme_digest(is_first=False),
    }


def _extreme_digest(*, is_first: bool) -> Any:
    """The digest that is before (or after) every other of the paper, whatever days the open ones turn out to be.

    Two digests of one known day are ordered by name, and one that repeats another is left out. Null where the bounds
    of two digests overlap.
    """
    entry, other_entry = digest_entries.alias(), digest_entries.alias()
    digest, other = digests.alias(), digests.alias()
    is_settled = (
        digest.c.latest_date <= other.c.earliest_date if is_first else digest.c.earliest_date >= other.c.latest_date
    )
    unsettled = (
        select(other.c.id)
        .join(other_entry, other_entry.c.digest_id == other.c.id)
        .where(other_entry.c.paper_id == papers.c.id, other.c.id != digest.c.id)
        .where(other.c.repeats_digest_id.is_(None))
        .where(~func.coalesce(is_settled, False))
        .correlate(papers, digest)
    )
    return (
        select(digest.c.id)
        .join(entry, entry.c.digest_id == digest.c.id)
        .where(entry.c.paper_id == papers.c.id, digest.c.repeats_digest_id.is_(None), ~unsettled.exists())
        .order_by(digest.c.name if is_first else digest.c.name.desc())
        .limit(1)
        .correlate(papers)
        .scalar_subquery()
    )
