"""Add records of papers outside of digests, authors and categories.

Revision: 0003, after 0002.

An arXiv feed or a published list describes papers and is no digest: its places are records. Authors stand in a table of
their own, in their order, and so do the categories at arXiv. A file from before holds none of them.
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
CREATE TABLE paper_records (
    source_document_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    paper_id INTEGER NOT NULL,
    arxiv_version INTEGER,
    updated_date TEXT,
    doi TEXT,
    categories TEXT,
    comment TEXT,
    arxiv_id TEXT,
    author_count INTEGER,
    publication_date TEXT,
    line_start INTEGER NOT NULL,
    line_end INTEGER NOT NULL,
    abstract_line INTEGER,
    has_abstract INTEGER DEFAULT 0 NOT NULL,
    has_authors INTEGER DEFAULT 0 NOT NULL,
    title_variant_id INTEGER,
    abstract_variant_id INTEGER,
    authors_variant_id INTEGER,
    CONSTRAINT pk_paper_records PRIMARY KEY (source_document_id, position),
    CONSTRAINT ck_paper_records_no_empty_text CHECK (doi <> '' AND categories <> '' AND comment <> '' AND arxiv_id <> ''),
    CONSTRAINT ck_paper_records_iso_dates CHECK (updated_date IS date(updated_date, '+0 days') AND publication_date IS date(publication_date, '+0 days')),
    CONSTRAINT ck_paper_records_counts CHECK (arxiv_version > 0 AND author_count > 0),
    CONSTRAINT ck_paper_records_position CHECK (position > 0),
    CONSTRAINT ck_paper_records_lines CHECK (line_start > 0 AND line_start <= line_end),
    CONSTRAINT ck_paper_records_abstract_line CHECK (abstract_line BETWEEN line_start AND line_end),
    CONSTRAINT ck_paper_records_booleans CHECK (has_abstract IN (0, 1) AND has_authors IN (0, 1)),
    CONSTRAINT fk_paper_records_source_document_id_source_documents FOREIGN KEY(source_document_id) REFERENCES source_documents (id),
    CONSTRAINT fk_paper_records_paper_id_papers FOREIGN KEY(paper_id) REFERENCES papers (id),
    CONSTRAINT fk_paper_records_title_variant_id_paper_variants FOREIGN KEY(title_variant_id) REFERENCES paper_variants (id),
    CONSTRAINT fk_paper_records_abstract_variant_id_paper_variants FOREIGN KEY(abstract_variant_id) REFERENCES paper_variants (id),
    CONSTRAINT fk_paper_records_authors_variant_id_paper_variants FOREIGN KEY(authors_variant_id) REFERENCES paper_variants (id)
) WITHOUT ROWID, STRICT
    """,
    "CREATE INDEX ix_paper_records_abstract_variant_id ON paper_records (abstract_variant_id) WHERE abstract_variant_id IS NOT NULL",
    "CREATE INDEX ix_paper_records_authors_variant_id ON paper_records (authors_variant_id) WHERE authors_variant_id IS NOT NULL",
    "CREATE INDEX ix_paper_records_paper_id ON paper_records (paper_id)",
    "CREATE INDEX ix_paper_records_title_variant_id ON paper_records (title_variant_id) WHERE title_variant_id IS NOT NULL",
    """
CREATE TABLE authors (
    id INTEGER NOT NULL,
    name TEXT NOT NULL,
    CONSTRAINT pk_authors PRIMARY KEY (id),
    CONSTRAINT uq_authors_name UNIQUE (name),
    CONSTRAINT ck_authors_no_empty_text CHECK (name <> '')
) STRICT
    """,
    """
CREATE TABLE paper_authors (
    paper_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    author_id INTEGER NOT NULL,
    CONSTRAINT pk_paper_authors PRIMARY KEY (paper_id, position),
    CONSTRAINT ck_paper_authors_position CHECK (position > 0),
    CONSTRAINT fk_paper_authors_paper_id_papers FOREIGN KEY(paper_id) REFERENCES papers (id),
    CONSTRAINT fk_paper_authors_author_id_authors FOREIGN KEY(author_id) REFERENCES authors (id)
) WITHOUT ROWID, STRICT
    """,
    "CREATE INDEX ix_paper_authors_author_id ON paper_authors (author_id)",
    """
CREATE TABLE paper_categories (
    paper_id INTEGER NOT NULL,
    category TEXT NOT NULL,
    is_primary INTEGER DEFAULT 0 NOT NULL,
    CONSTRAINT pk_paper_categories PRIMARY KEY (paper_id, category),
    CONSTRAINT ck_paper_categories_no_empty_text CHECK (category <> ''),
    CONSTRAINT ck_paper_categories_booleans CHECK (is_primary IN (0, 1)),
    CONSTRAINT fk_paper_categories_paper_id_papers FOREIGN KEY(paper_id) REFERENCES papers (id)
) WITHOUT ROWID, STRICT
    """,
    "CREATE INDEX ix_paper_categories_category ON paper_categories (category)",
)

TABLES = ("paper_categories", "paper_authors", "authors", "paper_records")


def upgrade() -> None:
    execute(*STATEMENTS)


def downgrade() -> None:
    for table in TABLES:
        if op.get_bind().exec_driver_sql(f"SELECT 1 FROM {table} LIMIT 1").first():
            raise RuntimeError(
                f"the file holds rows in {table}, a table that revision 0002 does not have, so nothing was changed; "
                "go back to the backup that catalog migrate made"
            )
    execute(*(f"DROP TABLE {table}" for table in TABLES))


def execute(*statements: str) -> None:
    for statement in statements:
        op.get_bind().exec_driver_sql(statement.strip())
