"""Entries -> papers: who is who, and which texts and numbers a paper shows.

Identity: the arXiv id where both have one, else the title key. No text is overwritten without a trace: what a paper
does not show stays in `paper_variants`, and which of two texts it shows does not depend on the order of loading.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Integer,
    Subquery,
    Update,
    and_,
    bindparam,
    case,
    cast,
    func,
    insert,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate

from catalog.load.staging import staged
from catalog.models import digest_entries, digests, paper_variants, papers, source_documents

_ENTRY_COLUMNS = tuple(key for key in digest_entries.c.keys() if key not in ("digest_id", "paper_id"))  # noqa: SIM118
_COLUMNS = (*_ENTRY_COLUMNS, "title", "title_key", "abstract", "arxiv_id")

_DIGEST = bindparam("digest_id", type_=Integer)
_DOCUMENT = bindparam("source_document_id", type_=Integer)


def load_entries(connection: Connection, bound: dict[str, Any]) -> tuple[set[int], set[int]]:
    """Store the entries of one digest; return the ids of the papers that are new, and of known ones that changed.

    `bound` holds `entries` (packed rows), `digest_id` and `source_document_id`. Runs inside the caller's transaction.
    """
    changed = set(connection.scalars(_claim_arxiv_ids(), bound))
    new: set[int] = set()
    for has_arxiv_id in (True, False):
        new.update(connection.scalars(_insert_papers(has_arxiv_id=has_arxiv_id), bound))
    connection.execute(_insert_entries(), bound)
    for field in ("title", "abstract"):
        connection.execute(_demote(field), bound)
        changed.update(connection.scalars(_promote(field), bound))
        connection.execute(_insert_variants(field), bound)
    changed.update(connection.scalars(settle_counts(_papers_of_digest()), bound))
    return new, changed - new


def _papers_of_digest() -> Any:
    return select(digest_entries.c.paper_id).where(digest_entries.c.digest_id == _DIGEST)


def _paper_id(entry: CTE) -> ColumnElement[Any]:
    """The paper of a staged entry, or null where there is none yet.

    A title alone that fits several arXiv ids names none of them: it stays a paper of its own.
    """
    has_key = papers.c.title_key == entry.c.title_key
    is_title_only = entry.c.arxiv_id.is_(None)
    by_arxiv_id = select(papers.c.id).where(papers.c.arxiv_id == entry.c.arxiv_id)
    by_title = select(papers.c.id).where(has_key, is_title_only, papers.c.arxiv_id.is_(None))
    only_one = select(func.min(papers.c.id)).where(has_key, is_title_only).having(func.count() == 1)
    return func.coalesce(by_arxiv_id.scalar_subquery(), by_title.scalar_subquery(), only_one.scalar_subquery())


def _claim_arxiv_ids() -> ReturningUpdate[Any]:
    """A paper known by its title alone keeps its row when an entry brings its arXiv id."""
    entry = staged("entries", _COLUMNS)
    is_known = select(papers.c.id).where(papers.c.arxiv_id == entry.c.arxiv_id).exists()
    claim = (
        select(entry.c.title_key, entry.c.arxiv_id, func.min(entry.c.position).label("first_position"))
        .where(entry.c.arxiv_id.is_not(None), ~is_known)
        .group_by(entry.c.title_key)
        .subquery("claim")
    )
    return (
        update(papers)
        .values(arxiv_id=claim.c.arxiv_id)
        .where(papers.c.title_key == claim.c.title_key, papers.c.arxiv_id.is_(None))
        .returning(papers.c.id)
    )


def _insert_papers(*, has_arxiv_id: bool) -> ReturningInsert[Any]:
    # Those with an arXiv id come first, so that a title alone in the same document can find them.
    entry = staged("entries", _COLUMNS)
    columns = ("title", "title_key", "abstract", "arxiv_id")
    new = (
        select(*(entry.c[key] for key in columns), func.min(entry.c.position).label("first_position"))
        .where(entry.c.arxiv_id.is_not(None) if has_arxiv_id else entry.c.arxiv_id.is_(None))
        .where(_paper_id(entry).is_(None))
        .group_by(entry.c.arxiv_id if has_arxiv_id else entry.c.title_key)
        .subquery("new")
    )
    in_order = select(*(new.c[key] for key in columns)).order_by(new.c.first_position)
    return insert(papers).from_select(columns, in_order).returning(papers.c.id)


def _insert_entries() -> Any:
    entry = staged("entries", _COLUMNS)
    rows = select(_DIGEST, _paper_id(entry), *(entry.c[key] for key in _ENTRY_COLUMNS)).where(true())
    statement = upsert(digest_entries).from_select(["digest_id", "paper_id", *_ENTRY_COLUMNS], rows)
    return statement.on_conflict_do_nothing(index_elements=["digest_id", "position"])


def _rank(text: ColumnElement[str]) -> ColumnElement[int]:
    return case((func.instr(text, "\\") > 0, 0), else_=func.length(text))


def _is_better(one: ColumnElement[str], other: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a paper shows text `one` rather than `other`: the one without LaTeX, the longer, the first in order."""
    return or_(_rank(one) > _rank(other), and_(_rank(one) == _rank(other), one < other))


def _given(field: str) -> Subquery:
    """The texts that the document gives to each paper."""
    entry = staged("entries", _COLUMNS)
    return (
        select(digest_entries.c.paper_id, entry.c[field].label("text"))
        .distinct()
        .join_from(entry, digest_entries, digest_entries.c.position == entry.c.position)
        .where(digest_entries.c.digest_id == _DIGEST, entry.c[field].is_not(None))
        .subquery("given")
    )


def _best(field: str) -> Subquery:
    """The best of the texts that the document gives to a paper, in the order of `_is_better`."""
    given = _given(field)
    order = func.row_number().over(partition_by=given.c.paper_id, order_by=(_rank(given.c.text).desc(), given.c.text))
    ordered = select(given, order.label("place")).subquery("ordered")
    return select(ordered.c.paper_id, ordered.c.text).where(ordered.c.place == 1).subquery("best")


def _demote(field: str) -> Any:
    """Keep, for each document that gave it, a text that a better one is about to replace."""
    best, shown = _best(field), papers.c[field]
    kept = select(paper_variants.c.id).where(
        paper_variants.c.paper_id == papers.c.id,
        paper_variants.c.source_document_id == digests.c.source_document_id,
        paper_variants.c[field].is_not(None),
    )
    gave_it = [digests.c.source_document_id != _DOCUMENT]
    if field == "abstract":
        gave_it += [digest_entries.c.abstract_line.is_not(None), source_documents.c.is_complete == 1]
    rows = (
        select(papers.c.id, digests.c.source_document_id, shown)
        .distinct()
        .join_from(best, papers, papers.c.id == best.c.paper_id)
        .join(digest_entries, digest_entries.c.paper_id == papers.c.id)
        .join(digests, digests.c.id == digest_entries.c.digest_id)
        .join(source_documents, source_documents.c.id == digests.c.source_document_id)
        .where(_is_better(best.c.text, shown), ~kept.exists(), *gave_it)
        .order_by(papers.c.id, digests.c.source_document_id)
    )
    return insert(paper_variants).from_select(["paper_id", "source_document_id", field], rows)


def _promote(field: str) -> ReturningUpdate[Any]:
    best, shown = _best(field), papers.c[field]
    return (
        update(papers)
        .values({field: best.c.text})
        .where(papers.c.id == best.c.paper_id, or_(shown.is_(None), _is_better(best.c.text, shown)))
        .returning(papers.c.id)
    )


def _insert_variants(field: str) -> Any:
    given = _given(field)
    kept = select(paper_variants.c.id).where(
        paper_variants.c.paper_id == given.c.paper_id,
        paper_variants.c.source_document_id == _DOCUMENT,
        paper_variants.c[field] == given.c.text,
    )
    rows = (
        select(given.c.paper_id, _DOCUMENT, given.c.text)
        .join_from(given, papers, papers.c.id == given.c.paper_id)
        .where(papers.c[field] != given.c.text, ~kept.exists())
        .order_by(given.c.paper_id, given.c.text)
    )
    return insert(paper_variants).from_select(["paper_id", "source_document_id", field], rows)


def settle_counts(paper_ids: Any) -> ReturningUpdate[Any]:
    """Return the statement that brings author count and publication date of `paper_ids` in line with their entries.

    Where entries disagree, the earliest date is the publication (the others are revisions), and the largest count is
    the list of authors that is complete; each entry keeps what it printed. Returns the ids of papers that changed.
    """
    entry = digest_entries.c
    printed = (
        select(
            entry.paper_id,
            func.max(entry.author_count).label("author_count"),
            func.min(entry.publication_date).label("publication_date"),
        )
        .where(entry.paper_id.in_(paper_ids))
        .group_by(entry.paper_id)
        .subquery("printed")
    )
    year = cast(func.substr(printed.c.publication_date, 1, 4), Integer)
    statement: Update = (
        update(papers)
        .values(
            author_count=printed.c.author_count,
            publication_date=printed.c.publication_date,
            publication_year=year,
        )
        .where(papers.c.id == printed.c.paper_id)
        .where(
            or_(
                papers.c.author_count.is_distinct_from(printed.c.author_count),
                papers.c.publication_date.is_distinct_from(printed.c.publication_date),
            )
        )
    )
    return statement.returning(papers.c.id)
