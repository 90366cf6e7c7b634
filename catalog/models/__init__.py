"""The tables of the catalogue as SQLAlchemy sees them, with a comment on every table and column.

Alembic alone changes a catalogue file; these tables are what its revisions must add up to (a test compares them).
The comments are the one description of the data: the schema reference and the site's metadata are made from them.
"""

from catalog.models.columns import NAMING_CONVENTION, metadata
from catalog.models.documents import digests, loads, rejects, source_documents
from catalog.models.explained import releases, schema_comments, source_licences
from catalog.models.links import link_assertions, links, paper_link_roles, paper_links, repositories
from catalog.models.papers import (
    authors,
    digest_entries,
    paper_authors,
    paper_categories,
    paper_records,
    paper_variants,
    papers,
)
from catalog.models.search import SEARCH_INDEX_DDL, SEARCH_TABLE

__all__ = [
    "NAMING_CONVENTION",
    "SEARCH_INDEX_DDL",
    "SEARCH_TABLE",
    "authors",
    "digest_entries",
    "digests",
    "link_assertions",
    "links",
    "loads",
    "metadata",
    "paper_authors",
    "paper_categories",
    "paper_link_roles",
    "paper_links",
    "paper_records",
    "paper_variants",
    "papers",
    "rejects",
    "releases",
    "repositories",
    "schema_comments",
    "source_documents",
    "source_licences",
]
