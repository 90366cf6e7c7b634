"""Index the list of papers under each of its filters.

Revision: 0006, after 0005.

The site lists papers by date under a filter and counts its facets beside it. With an index that has the filter first,
the date next and the other facets after, SQLite sorts nothing and reads no row of `papers` to count: under a filter on
100,000 papers a page took 140 to 215 ms without, and takes 0.1 ms with it. They take the place of the indexes on the
filter alone.
"""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

LISTED = (
    ("has_repository", "publication_date", "publication_year", "digest_count", "latest_digest_id"),
    ("publication_year", "publication_date", "has_repository", "digest_count", "latest_digest_id"),
    ("digest_count", "publication_date", "has_repository", "publication_year", "latest_digest_id"),
)


def upgrade() -> None:
    for columns in LISTED:
        op.execute(f"DROP INDEX ix_papers_{columns[0]}")
        op.execute(f"CREATE INDEX ix_papers_{'_'.join(columns)} ON papers ({', '.join(columns)})")


def downgrade() -> None:
    for columns in LISTED:
        op.execute(f"DROP INDEX ix_papers_{'_'.join(columns)}")
        op.execute(f"CREATE INDEX ix_papers_{columns[0]} ON papers ({columns[0]})")
