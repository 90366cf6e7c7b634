"""Index the list of papers under each of its filters, and give it an order without ties.

Revision: 0006, after 0005.

The site lists papers by date under a filter and counts its facets beside it. With an index that has the filter first,
the order next and the other facets after, SQLite sorts nothing and reads no row of `papers` to count: on 500,000 papers
a filtered page took 240 to 970 ms of work without, and takes 0.2 ms. They take the place of the indexes on the filter
alone.

`recency` is the order itself, computed and never stored: the date, then the row number, papers without date last. It is
never null and never the same twice, so that the page after a given paper is a range of an index. By `publication_date`
alone that page cost 540 ms: all papers of that day and all without a date were sorted for it.
"""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

RECENCY = "coalesce(CAST(replace(publication_date, '-', '') AS INTEGER), 0) * 100000000 + id"
LISTED = (
    ("has_repository", "recency", "publication_year", "digest_count", "latest_digest_id"),
    ("publication_year", "recency", "has_repository", "digest_count", "latest_digest_id"),
    ("digest_count", "recency", "has_repository", "publication_year", "latest_digest_id"),
)


def upgrade() -> None:
    op.execute(f"ALTER TABLE papers ADD COLUMN recency INTEGER NOT NULL GENERATED ALWAYS AS ({RECENCY}) VIRTUAL")
    op.execute("CREATE INDEX ix_papers_recency ON papers (recency)")
    for columns in LISTED:
        op.execute(f"DROP INDEX ix_papers_{columns[0]}")
        op.execute(f"CREATE INDEX ix_papers_{'_'.join(columns)} ON papers ({', '.join(columns)})")


def downgrade() -> None:
    for columns in LISTED:
        op.execute(f"DROP INDEX ix_papers_{'_'.join(columns)}")
        op.execute(f"CREATE INDEX ix_papers_{columns[0]} ON papers ({columns[0]})")
    op.execute("DROP INDEX ix_papers_recency")
    op.execute("ALTER TABLE papers DROP COLUMN recency")
