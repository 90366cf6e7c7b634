"""Say where a digest date comes from, what a digest repeats, and what a load merged.

Revision: 0005, after 0004.

A digest date may come from the entries (`submittedOnDailyAt`) or from the file's name; a digest may give the address of
its page; and one that lists the papers of an earlier one again points to it and is not counted twice.
"""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

DIGESTS = (
    """
CREATE TABLE new_digests (
    id INTEGER NOT NULL,
    source_document_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    title TEXT,
    curator TEXT,
    "query" TEXT,
    url TEXT,
    printed_date TEXT,
    digest_date TEXT,
    earliest_date TEXT,
    latest_date TEXT,
    date_basis TEXT NOT NULL,
    repeats_digest_id INTEGER,
    CONSTRAINT pk_digests PRIMARY KEY (id),
    CONSTRAINT uq_digests_name UNIQUE (name),
    CONSTRAINT ck_digests_no_empty_text CHECK (name <> '' AND title <> '' AND curator <> '' AND query <> '' AND url <> '' AND printed_date <> ''),
    CONSTRAINT ck_digests_kind CHECK (kind IN ('daily', 'weekly', 'monthly', 'trending', 'search', 'listing')),
    CONSTRAINT ck_digests_date_basis CHECK (date_basis IN ('stated', 'stated by its entries', 'file name', 'given', 'single candidate', 'open')),
    CONSTRAINT ck_digests_iso_dates CHECK (digest_date IS date(digest_date, '+0 days') AND earliest_date IS date(earliest_date, '+0 days') AND latest_date IS date(latest_date, '+0 days')),
    CONSTRAINT ck_digests_open_has_no_date CHECK ((date_basis = 'open') = (digest_date IS NULL)),
    CONSTRAINT ck_digests_bounds_in_order CHECK (earliest_date <= latest_date),
    CONSTRAINT ck_digests_date_within_bounds CHECK (digest_date BETWEEN earliest_date AND latest_date),
    CONSTRAINT fk_digests_source_document_id_source_documents FOREIGN KEY(source_document_id) REFERENCES source_documents (id),
    CONSTRAINT fk_digests_repeats_digest_id_digests FOREIGN KEY(repeats_digest_id) REFERENCES digests (id)
) STRICT
    """,
)

INDEXES = (
    "CREATE INDEX ix_digests_digest_date ON digests (digest_date)",
    "CREATE INDEX ix_digests_repeats_digest_id ON digests (repeats_digest_id)",
    "CREATE INDEX ix_digests_source_document_id ON digests (source_document_id)",
)

OLD_DIGESTS = (
    """
CREATE TABLE new_digests (
    id INTEGER NOT NULL,
    source_document_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    title TEXT,
    curator TEXT,
    "query" TEXT,
    printed_date TEXT,
    digest_date TEXT,
    earliest_date TEXT,
    latest_date TEXT,
    date_basis TEXT NOT NULL,
    CONSTRAINT pk_digests PRIMARY KEY (id),
    CONSTRAINT uq_digests_name UNIQUE (name),
    CONSTRAINT ck_digests_no_empty_text CHECK (name <> '' AND title <> '' AND curator <> '' AND query <> '' AND printed_date <> ''),
    CONSTRAINT ck_digests_kind CHECK (kind IN ('daily', 'weekly', 'monthly', 'trending', 'search', 'listing')),
    CONSTRAINT ck_digests_date_basis CHECK (date_basis IN ('stated', 'given', 'single candidate', 'open')),
    CONSTRAINT ck_digests_iso_dates CHECK (digest_date IS date(digest_date, '+0 days') AND earliest_date IS date(earliest_date, '+0 days') AND latest_date IS date(latest_date, '+0 days')),
    CONSTRAINT ck_digests_open_has_no_date CHECK ((date_basis = 'open') = (digest_date IS NULL)),
    CONSTRAINT ck_digests_bounds_in_order CHECK (earliest_date <= latest_date),
    CONSTRAINT ck_digests_date_within_bounds CHECK (digest_date BETWEEN earliest_date AND latest_date),
    CONSTRAINT fk_digests_source_document_id_source_documents FOREIGN KEY(source_document_id) REFERENCES source_documents (id)
) STRICT
    """,
)

OLD_INDEXES = (
    "CREATE INDEX ix_digests_digest_date ON digests (digest_date)",
    "CREATE INDEX ix_digests_source_document_id ON digests (source_document_id)",
)

KEPT = (
    "id, source_document_id, name, kind, title, curator, query, printed_date, digest_date, earliest_date, latest_date, "
    "date_basis"
)

# A digest repeats the first of its kind with the same papers, two or more, by date, then by document.
REPEATS = """
WITH listing AS (
  SELECT digest_id, min(paper_id) AS first_paper, count(DISTINCT paper_id) AS paper_count
  FROM digest_entries WHERE digest_id IN (SELECT id FROM digests) GROUP BY digest_id
),
candidate AS (
  SELECT DISTINCT entry.digest_id FROM listing JOIN digest_entries AS entry ON entry.paper_id = listing.first_paper
),
profile AS (
  SELECT entry.digest_id, min(entry.paper_id) AS first_paper, count(DISTINCT entry.paper_id) AS paper_count,
    digests.kind, coalesce(digests.digest_date, digests.latest_date, '9999') AS day, source_documents.sha256
  FROM candidate JOIN digest_entries AS entry ON entry.digest_id = candidate.digest_id
  JOIN digests ON digests.id = entry.digest_id
  JOIN source_documents ON source_documents.id = digests.source_document_id
  GROUP BY entry.digest_id
),
same AS (
  SELECT one.digest_id, other.digest_id AS other_id, row_number() OVER (
    PARTITION BY one.digest_id ORDER BY other.day, other.sha256, other.digest_id
  ) AS place
  FROM profile AS one JOIN profile AS other
    ON other.first_paper = one.first_paper AND other.paper_count = one.paper_count AND other.kind = one.kind
  WHERE one.paper_count > 1 AND NOT EXISTS (
    SELECT 1 FROM digest_entries AS entry
    WHERE entry.digest_id = one.digest_id AND NOT EXISTS (
      SELECT 1 FROM digest_entries AS there
      WHERE there.digest_id = other.digest_id AND there.paper_id = entry.paper_id
    )
  )
)
SELECT profile.digest_id, nullif(same.other_id, profile.digest_id) AS repeats_digest_id
FROM profile LEFT JOIN same ON same.digest_id = profile.digest_id AND same.place = 1
"""

COUNT = """
UPDATE papers SET digest_count = counted.digest_count FROM (
  SELECT paper_id, count(DISTINCT CASE WHEN repeats_digest_id IS NULL THEN digest_id END) AS digest_count
  FROM digest_entries JOIN digests ON digests.id = digest_id GROUP BY paper_id
) AS counted WHERE counted.paper_id = papers.id AND papers.digest_count <> counted.digest_count
"""

# The digest that is before (or after) every other of the paper, whatever days the open ones turn out to be.
EXTREME = """
UPDATE papers SET {column} = (
  SELECT digest.id FROM digests AS digest JOIN digest_entries AS entry ON entry.digest_id = digest.id
  WHERE entry.paper_id = papers.id AND digest.repeats_digest_id IS NULL AND NOT EXISTS (
    SELECT 1 FROM digests AS other JOIN digest_entries AS other_entry ON other_entry.digest_id = other.id
    WHERE other_entry.paper_id = papers.id AND other.id <> digest.id AND other.repeats_digest_id IS NULL
      AND NOT coalesce({is_settled}, 0)
  )
  ORDER BY digest.name {direction} LIMIT 1
)
WHERE id IN (SELECT paper_id FROM digest_entries JOIN digests ON digests.id = digest_id WHERE repeats_digest_id {which})
"""

FIRST = {
    "column": "first_digest_id",
    "is_settled": "digest.latest_date <= other.earliest_date",
    "direction": "ASC",
    "which": "IS NOT NULL",
}
LATEST = {
    "column": "latest_digest_id",
    "is_settled": "digest.earliest_date >= other.latest_date",
    "direction": "DESC",
    "which": "IS NOT NULL",
}

LOST = """
SELECT 1 FROM digests
WHERE url IS NOT NULL OR repeats_digest_id IS NOT NULL OR date_basis IN ('stated by its entries', 'file name')
UNION ALL
SELECT 1 FROM loads WHERE record_count > 0 OR merged_paper_count > 0
LIMIT 1
"""


def upgrade() -> None:
    execute(
        *DIGESTS,
        f"INSERT INTO new_digests ({KEPT}) SELECT {KEPT} FROM digests",
        *replace("digests"),
        *INDEXES,
        f"UPDATE digests SET repeats_digest_id = found.repeats_digest_id FROM ({REPEATS}) AS found "
        "WHERE found.digest_id = digests.id",
        COUNT,
        EXTREME.format(**FIRST),
        EXTREME.format(**LATEST),
        "ALTER TABLE loads ADD COLUMN record_count INTEGER DEFAULT 0 NOT NULL",
        "ALTER TABLE loads ADD COLUMN merged_paper_count INTEGER DEFAULT 0 NOT NULL",
    )


def downgrade() -> None:
    if op.get_bind().exec_driver_sql(LOST).first():
        raise RuntimeError(
            "the file holds addresses, date origins, repetitions or records that revision 0004 has no place for, so "
            "nothing was changed; go back to the backup that catalog migrate made"
        )
    execute(
        *OLD_DIGESTS,
        f"INSERT INTO new_digests ({KEPT}) SELECT {KEPT} FROM digests",
        *replace("digests"),
        *OLD_INDEXES,
        "ALTER TABLE loads DROP COLUMN record_count",
        "ALTER TABLE loads DROP COLUMN merged_paper_count",
    )


def replace(table: str) -> tuple[str, str]:
    return f"DROP TABLE {table}", f"ALTER TABLE new_{table} RENAME TO {table}"


def execute(*statements: str) -> None:
    for statement in statements:
        op.get_bind().exec_driver_sql(statement.strip())
