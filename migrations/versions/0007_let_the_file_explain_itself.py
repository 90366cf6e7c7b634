"""Let the file explain itself: comments, licences and checks in it, and a place for what a release is.

Revision: 0007, after 0006.

What columns mean, under which terms the sources are, and the checks as views travel with the file. A release knows
neither when nor in which order its documents were loaded, so what `loads` says of that may be null.

Revision 0005 counted no records for loads from before it, though 0003 gave records a table: they are counted here.
"""

from __future__ import annotations

import json
from pathlib import Path

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

FROZEN = Path(__file__).parent.parent / "frozen"

TABLES = (
    """
CREATE TABLE schema_comments (
    name TEXT NOT NULL,
    position INTEGER NOT NULL,
    column_name TEXT,
    comment TEXT NOT NULL,
    CONSTRAINT pk_schema_comments PRIMARY KEY (name, position),
    CONSTRAINT ck_schema_comments_no_empty_text CHECK (name <> '' AND column_name <> '' AND comment <> ''),
    CONSTRAINT ck_schema_comments_position CHECK (position >= 0),
    CONSTRAINT ck_schema_comments_column_has_name CHECK ((position = 0) = (column_name IS NULL))
) WITHOUT ROWID, STRICT
    """,
    """
CREATE TABLE source_licences (
    format TEXT NOT NULL,
    licence TEXT,
    attribution TEXT NOT NULL,
    url TEXT,
    CONSTRAINT pk_source_licences PRIMARY KEY (format),
    CONSTRAINT ck_source_licences_no_empty_text CHECK (format <> '' AND licence <> '' AND attribution <> '' AND url <> '')
) WITHOUT ROWID, STRICT
    """,
    """
CREATE TABLE releases (
    id INTEGER NOT NULL,
    catalogue_version TEXT NOT NULL,
    CONSTRAINT pk_releases PRIMARY KEY (id),
    CONSTRAINT ck_releases_no_empty_text CHECK (catalogue_version <> ''),
    CONSTRAINT ck_releases_one_row CHECK (id = 1)
) STRICT
    """,
)

LOADS = """
CREATE TABLE new_loads (
    id INTEGER NOT NULL,
    source_document_id INTEGER NOT NULL,
    loaded_at TEXT{required},
    as_of_date TEXT{required},
    catalogue_version TEXT{required},
    schema_revision TEXT{required},
    entry_count INTEGER NOT NULL,
    new_paper_count INTEGER{required},
    known_paper_count INTEGER{required},
    changed_paper_count INTEGER{required},
    link_count INTEGER{required},
    reject_count INTEGER NOT NULL,
    dated_digest_count INTEGER{required},
    record_count INTEGER DEFAULT 0 NOT NULL,
    merged_paper_count INTEGER{counted},
    CONSTRAINT pk_loads PRIMARY KEY (id),
    CONSTRAINT fk_loads_source_document_id_source_documents FOREIGN KEY(source_document_id) REFERENCES source_documents (id)
) STRICT
"""

KEPT = (
    "id, source_document_id, loaded_at, as_of_date, catalogue_version, schema_revision, entry_count, new_paper_count, "
    "known_paper_count, changed_paper_count, link_count, reject_count, dated_digest_count, record_count, "
    "merged_paper_count"
)

COUNT_RECORDS = """
UPDATE loads SET record_count = found.record_count FROM (
  SELECT source_document_id, count(*) AS record_count FROM paper_records GROUP BY source_document_id
) AS found
WHERE found.source_document_id = loads.source_document_id AND NOT EXISTS (
  SELECT 1 FROM loads AS other WHERE other.source_document_id = loads.source_document_id AND other.record_count > 0
)
"""

LOST = """
SELECT 1 FROM releases
UNION ALL SELECT 1 FROM loads WHERE loaded_at IS NULL OR as_of_date IS NULL OR catalogue_version IS NULL
  OR schema_revision IS NULL OR new_paper_count IS NULL OR known_paper_count IS NULL OR changed_paper_count IS NULL
  OR link_count IS NULL OR dated_digest_count IS NULL OR merged_paper_count IS NULL
LIMIT 1
"""


def upgrade() -> None:
    replace_loads(required="", counted="")
    execute(COUNT_RECORDS, *TABLES)
    insert("schema_comments", "schema_comments.json", "?, ?, ?, ?")
    insert("source_licences", "source_licences.json", "?, ?, ?, ?")
    execute(*read("check_views.sql").removesuffix(";\n").split(";\n\n"))


def downgrade() -> None:
    if op.get_bind().exec_driver_sql(LOST).first():
        raise RuntimeError(
            "the file holds a release, which has no times and counts of loads as revision 0006 needs them, so nothing "
            "was changed; go back to the backup that catalog migrate made"
        )
    views = op.get_bind().exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'view' AND name GLOB 'check_*'")
    execute(*(f'DROP VIEW "{name}"' for (name,) in views.fetchall()))
    execute("DROP TABLE releases", "DROP TABLE source_licences", "DROP TABLE schema_comments")
    replace_loads(required=" NOT NULL", counted=" DEFAULT 0 NOT NULL")


def replace_loads(required: str, counted: str) -> None:
    execute(
        LOADS.format(required=required, counted=counted),
        f"INSERT INTO new_loads ({KEPT}) SELECT {KEPT} FROM loads",
        "DROP TABLE loads",
        "ALTER TABLE new_loads RENAME TO loads",
        "CREATE INDEX ix_loads_source_document_id ON loads (source_document_id)",
    )


def insert(table: str, frozen: str, places: str) -> None:
    rows = [tuple(row) for row in json.loads(read(frozen))]
    op.get_bind().exec_driver_sql(f"INSERT INTO {table} VALUES ({places})", rows)


def read(frozen: str) -> str:
    return (FROZEN / frozen).read_text(encoding="utf-8")


def execute(*statements: str) -> None:
    for statement in statements:
        op.get_bind().exec_driver_sql(statement.strip())
