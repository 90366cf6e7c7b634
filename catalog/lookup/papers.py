"""Papers: lists of them, and one with its links, the digests that list it, its other texts and its sources."""
# ruff: noqa: S608 - every part of a statement is a constant of ours

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from catalog.lookup.connection import flag, listed
from catalog.lookup.rows import DIGEST_COLUMNS, PAPER_COLUMNS, digest_of, paper_facts, paper_of
from catalog.results import Appearance, Assertion, OtherText, Paper, PaperDetails, PaperLink, Source

_FILTERS = {
    "year": "papers.publication_year = :year",
    "has_repository": "papers.has_repository = :has_repository",
    "owner": """papers.id IN (
      SELECT paper_links.paper_id FROM repositories JOIN links ON links.repository_id = repositories.id
      JOIN paper_links ON paper_links.link_id = links.id WHERE repositories.owner = :owner)""",
    "digest_id": "papers.id IN (SELECT paper_id FROM digest_entries WHERE digest_id = :digest_id)",
}

_LINKS = """
SELECT links.id, links.url, links.kind, paper_links.is_promised, paper_links.is_own,
  (SELECT json_group_array(role) FROM (
    SELECT role FROM paper_link_roles AS given
    WHERE given.paper_id = paper_links.paper_id AND given.link_id = paper_links.link_id ORDER BY role
  )) AS roles
FROM paper_links JOIN links ON links.id = paper_links.link_id
WHERE paper_links.paper_id = :paper_id AND (:link_id IS NULL OR links.id = :link_id)
ORDER BY links.kind <> 'repository', NOT paper_links.is_own, links.id
"""

_ASSERTIONS = """
SELECT link_assertions.link_id, asserted_by, field, added_by, verbatim, sub_path, line, is_promised, is_own,
  is_official, source_documents.name AS document
FROM link_assertions JOIN source_documents ON source_documents.id = link_assertions.source_document_id
WHERE link_assertions.paper_id = :paper_id AND (:link_id IS NULL OR link_assertions.link_id = :link_id)
ORDER BY link_assertions.id
"""

_APPEARANCES = f"""
SELECT {DIGEST_COLUMNS}, entry.position, entry.upvote_count, entry.comment_count
FROM digest_entries AS entry JOIN digests ON digests.id = entry.digest_id
WHERE entry.paper_id = :paper_id
ORDER BY coalesce(digests.digest_date, digests.earliest_date), digests.name, entry.position
"""

_MENTIONS = """
SELECT digests.source_document_id, line_start, line_end, arxiv_id, NULL AS arxiv_version, publication_date,
  printed_publication_date, title_variant_id, abstract_variant_id, authors_variant_id
FROM digest_entries JOIN digests ON digests.id = digest_entries.digest_id WHERE paper_id = :paper_id
UNION ALL
SELECT source_document_id, line_start, line_end, arxiv_id, arxiv_version, publication_date, NULL,
  title_variant_id, abstract_variant_id, authors_variant_id
FROM paper_records WHERE paper_id = :paper_id
"""

_SOURCES = f"""
SELECT source_documents.name AS document, source_documents.format, mention.*
FROM ({_MENTIONS}) AS mention JOIN source_documents ON source_documents.id = mention.source_document_id
ORDER BY source_documents.name, source_documents.id, mention.line_start, mention.line_end
"""

_OTHER_TEXTS = f"""
SELECT DISTINCT kept.id, kept.title, kept.abstract, kept.authors, source_documents.name AS document
FROM ({_MENTIONS}) AS mention
JOIN paper_variants AS kept
  ON kept.id IN (mention.title_variant_id, mention.abstract_variant_id, mention.authors_variant_id)
JOIN source_documents ON source_documents.id = mention.source_document_id
ORDER BY kept.title IS NULL, kept.abstract IS NULL, coalesce(kept.title, kept.abstract, kept.authors), document
"""


def papers(connection: sqlite3.Connection, **filters: Any) -> Iterator[Paper]:
    """Yield the papers that meet every filter that is not None, newest publication first, then by id.

    Filters are `year` (of publication), `has_repository`, `owner` (of a repository, in any case) and `digest_id`.
    """
    given = {name: value for name, value in filters.items() if value is not None}
    condition = " AND ".join(_FILTERS[name] for name in given) or "1"
    order = "ORDER BY papers.publication_date DESC, papers.id"
    for row in connection.execute(f"SELECT {PAPER_COLUMNS} FROM papers WHERE {condition} {order}", given):
        yield paper_of(row)


def paper(connection: sqlite3.Connection, paper_id: int) -> PaperDetails:
    """Return the paper with the row id `paper_id` and everything that is known of it. Raises KeyError where none is."""
    bound = {"paper_id": paper_id}
    row = connection.execute(f"SELECT {PAPER_COLUMNS} FROM papers WHERE id = :paper_id", bound).fetchone()
    if row is None:
        raise KeyError(paper_id)
    categories = "SELECT category FROM paper_categories WHERE paper_id = :paper_id ORDER BY is_primary DESC, category"
    return PaperDetails(
        **paper_facts(row),
        categories=tuple(category for (category,) in connection.execute(categories, bound)),
        links=paper_links(connection, paper_id),
        appearances=tuple(_appearance(row) for row in connection.execute(_APPEARANCES, bound)),
        other_texts=_other_texts(connection, paper_id),
        sources=tuple(_source(row) for row in connection.execute(_SOURCES, bound)),
    )


def paper_links(connection: sqlite3.Connection, paper_id: int, link_id: int | None = None) -> tuple[PaperLink, ...]:
    """Return the links of a paper with the evidence for each, or only the one with the row id `link_id`."""
    bound = {"paper_id": paper_id, "link_id": link_id}
    said: dict[int, list[Assertion]] = defaultdict(list)
    for row in connection.execute(_ASSERTIONS, bound):
        said[row["link_id"]].append(_assertion(row))
    return tuple(
        PaperLink(
            url=row["url"],
            kind=row["kind"],
            roles=listed(row["roles"]),
            is_promised=bool(row["is_promised"]),
            is_own=bool(row["is_own"]),
            assertions=tuple(said[row["id"]]),
        )
        for row in connection.execute(_LINKS, bound)
    )


def _assertion(row: sqlite3.Row) -> Assertion:
    return Assertion(
        asserted_by=row["asserted_by"],
        field=row["field"],
        added_by=row["added_by"],
        verbatim=row["verbatim"],
        sub_path=row["sub_path"],
        document=row["document"],
        line=row["line"],
        is_promised=bool(row["is_promised"]),
        is_own=bool(row["is_own"]),
        is_official=flag(row["is_official"]),
    )


def _appearance(row: sqlite3.Row) -> Appearance:
    return Appearance(
        digest=digest_of(row),
        position=row["position"],
        upvote_count=row["upvote_count"],
        comment_count=row["comment_count"],
    )


def _source(row: sqlite3.Row) -> Source:
    return Source(
        document=row["document"],
        format=row["format"],
        line_start=row["line_start"],
        line_end=row["line_end"],
        arxiv_id=row["arxiv_id"],
        arxiv_version=row["arxiv_version"],
        publication_date=row["publication_date"],
        printed_publication_date=row["printed_publication_date"],
    )


def _other_texts(connection: sqlite3.Connection, paper_id: int) -> tuple[OtherText, ...]:
    documents: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in connection.execute(_OTHER_TEXTS, {"paper_id": paper_id}):
        field = next(name for name in ("title", "abstract", "authors") if row[name] is not None)
        text = ", ".join(listed(row[field])) if field == "authors" else row[field]
        documents[field, text].append(row["document"])
    return tuple(
        OtherText(field=field, text=text, documents=tuple(dict.fromkeys(given)))
        for (field, text), given in documents.items()
    )
