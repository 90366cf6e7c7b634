"""What a catalogue says, without the ids that it happens to give: two files of one content are equal here."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import rows

_PAPER = "coalesce({0}.arxiv_id, '=' || {0}.title_key)"
_TEXTS = """
(SELECT title FROM paper_variants WHERE id = mention.title_variant_id),
(SELECT abstract FROM paper_variants WHERE id = mention.abstract_variant_id),
(SELECT authors FROM paper_variants WHERE id = mention.authors_variant_id)
"""
_STATED = f"""
{_PAPER.format("papers")}, mention.arxiv_id, mention.author_count, mention.publication_date, mention.line_start,
mention.line_end, mention.abstract_line, has_abstract, has_authors, {_TEXTS}
"""

QUERIES = {
    "documents": "SELECT name, sha256, byte_count, line_count, format, is_complete FROM source_documents",
    "digests": """
        SELECT digests.name, sha256, digests.kind, digests.title, digests.curator, digests.query, digests.url,
          digests.printed_date, digests.digest_date, digests.earliest_date, digests.latest_date, digests.date_basis,
          repeated.name
        FROM digests JOIN source_documents ON source_documents.id = digests.source_document_id
        LEFT JOIN digests AS repeated ON repeated.id = digests.repeats_digest_id
    """,
    "papers": """
        SELECT papers.title, title_key, abstract, authors, arxiv_id, doi, author_count, publication_date,
          publication_year, has_repository, digest_count, first.name, latest.name
        FROM papers LEFT JOIN digests AS first ON first.id = first_digest_id
        LEFT JOIN digests AS latest ON latest.id = latest_digest_id
    """,
    "variants": f"""
        SELECT {_PAPER.format("papers")}, paper_variants.title, paper_variants.title_key, paper_variants.abstract,
          paper_variants.authors
        FROM paper_variants JOIN papers ON papers.id = paper_id
    """,
    "entries": f"""
        SELECT digests.name, position, {_STATED}, upvote_count, comment_count, submitted_by, organization,
          printed_publication_date
        FROM digest_entries AS mention JOIN papers ON papers.id = paper_id JOIN digests ON digests.id = digest_id
    """,
    "records": f"""
        SELECT sha256, position, {_STATED}, arxiv_version, updated_date, mention.doi, categories, comment
        FROM paper_records AS mention JOIN papers ON papers.id = paper_id
        JOIN source_documents ON source_documents.id = source_document_id
    """,
    "authors": f"""
        SELECT {_PAPER.format("papers")}, position, name FROM paper_authors
        JOIN papers ON papers.id = paper_id JOIN authors ON authors.id = author_id
    """,
    "names": "SELECT name FROM authors",
    "categories": f"""
        SELECT {_PAPER.format("papers")}, category, is_primary FROM paper_categories JOIN papers ON papers.id = paper_id
    """,
    "links": """
        SELECT links.url, url_key, links.host, kind, repositories.host, owner, repositories.name, repositories.url
        FROM links LEFT JOIN repositories ON repositories.id = repository_id
    """,
    "links of papers": f"""
        SELECT {_PAPER.format("papers")}, url, is_promised, is_own FROM paper_links
        JOIN papers ON papers.id = paper_id JOIN links ON links.id = link_id
    """,
    "roles": f"""
        SELECT {_PAPER.format("papers")}, url, role FROM paper_link_roles
        JOIN papers ON papers.id = paper_id JOIN links ON links.id = link_id
    """,
    "assertions": f"""
        SELECT {_PAPER.format("papers")}, links.url, sha256, digests.name, position, asserted_by, field, added_by,
          is_official, is_mentioned_in_paper, is_mentioned_in_repository, framework, verbatim, sub_path, line,
          char_start, roles, is_promised, is_own
        FROM link_assertions JOIN papers ON papers.id = paper_id JOIN links ON links.id = link_id
        JOIN source_documents ON source_documents.id = link_assertions.source_document_id
        LEFT JOIN digests ON digests.id = digest_id
    """,
    "rejects": """
        SELECT sha256, line_start, line_end, text, reason FROM rejects
        JOIN source_documents ON source_documents.id = source_document_id
    """,
}


def contents(database: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return every fact of the catalogue, by what it is about, in an order of its own."""
    return {name: sorted(rows(database, query), key=repr) for name, query in QUERIES.items()}
