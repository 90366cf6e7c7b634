"""What papers and digests show in lists: the columns to ask for, and the records that the rows become."""

from __future__ import annotations

import sqlite3
from typing import Any

from catalog.lookup.connection import listed
from catalog.results import Digest, Paper

PAPER_COLUMNS = """
papers.id, papers.title, papers.abstract, papers.arxiv_id, papers.doi, papers.authors, papers.author_count,
papers.publication_date, papers.digest_count,
(SELECT json_group_array(url) FROM (
  SELECT links.url FROM paper_links JOIN links ON links.id = paper_links.link_id
  WHERE paper_links.paper_id = papers.id AND links.kind = 'repository' ORDER BY NOT paper_links.is_own, links.id
)) AS repositories
"""
"""What `paper_of` reads of `papers`."""

DIGEST_COLUMNS = """
digests.id AS digest_id, digests.name, digests.kind, digests.title AS digest_title, digests.curator, digests.query,
digests.url, digests.printed_date, digests.digest_date, digests.earliest_date, digests.latest_date, digests.date_basis,
(SELECT count(*) FROM digest_entries WHERE digest_entries.digest_id = digests.id) AS entry_count,
(SELECT name FROM source_documents WHERE source_documents.id = digests.source_document_id) AS document,
(SELECT name FROM digests AS original WHERE original.id = digests.repeats_digest_id) AS repeats
"""
"""What `digest_of` reads of `digests`; no name in it is one of a paper's."""


def paper_of(row: sqlite3.Row) -> Paper:
    """Return the paper in a row that has PAPER_COLUMNS."""
    return Paper(**paper_facts(row))


def paper_facts(row: sqlite3.Row) -> dict[str, Any]:
    """Return the fields of `Paper` in a row that has PAPER_COLUMNS."""
    return {
        "id": row["id"],
        "title": row["title"],
        "abstract": row["abstract"],
        "arxiv_id": row["arxiv_id"],
        "doi": row["doi"],
        "authors": listed(row["authors"]),
        "author_count": row["author_count"],
        "publication_date": row["publication_date"],
        "digest_count": row["digest_count"],
        "repositories": listed(row["repositories"]),
    }


def digest_of(row: sqlite3.Row) -> Digest:
    """Return the digest in a row that has DIGEST_COLUMNS."""
    return Digest(**digest_facts(row))


def digest_facts(row: sqlite3.Row) -> dict[str, Any]:
    """Return the fields of `Digest` in a row that has DIGEST_COLUMNS."""
    names = ("name", "kind", "curator", "query", "url", "printed_date", "digest_date", "earliest_date", "latest_date")
    more = ("date_basis", "entry_count", "document", "repeats")
    return {"id": row["digest_id"], "title": row["digest_title"], **{name: row[name] for name in (*names, *more)}}
