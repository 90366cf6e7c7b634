"""Keep what each assertion says, and of which entry.

Revision: 0004, after 0003.

Roles, promises and whose work a link is stood with paper and link alone, whoever said them. Now each assertion keeps its
own, so that who disagrees with whom can be asked, and names the entry that it stands in. For what 0003 recorded of paper
and link together, every assertion about them is taken to have said it.
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ASSERTIONS = (
    """
CREATE TABLE new_link_assertions (
    id INTEGER NOT NULL,
    paper_id INTEGER NOT NULL,
    link_id INTEGER NOT NULL,
    source_document_id INTEGER NOT NULL,
    digest_id INTEGER,
    position INTEGER NOT NULL,
    asserted_by TEXT NOT NULL,
    field TEXT,
    added_by TEXT,
    is_official INTEGER,
    is_mentioned_in_paper INTEGER,
    is_mentioned_in_repository INTEGER,
    framework TEXT,
    verbatim TEXT NOT NULL,
    sub_path TEXT,
    line INTEGER,
    char_start INTEGER,
    roles TEXT DEFAULT '[]' NOT NULL,
    is_promised INTEGER DEFAULT 0 NOT NULL,
    is_own INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT pk_link_assertions PRIMARY KEY (id),
    CONSTRAINT ck_link_assertions_no_empty_text CHECK (verbatim <> '' AND sub_path <> '' AND field <> '' AND framework <> '' AND roles <> ''),
    CONSTRAINT ck_link_assertions_asserted_by CHECK (asserted_by IN ('abstract', 'listing field', 'listing''s own search', 'published list')),
    CONSTRAINT ck_link_assertions_added_by CHECK (added_by IN ('user', 'admin', 'auto')),
    CONSTRAINT ck_link_assertions_place CHECK (line > 0 AND char_start >= 0),
    CONSTRAINT ck_link_assertions_position CHECK (position > 0),
    CONSTRAINT ck_link_assertions_booleans CHECK (is_official IN (0, 1) AND is_mentioned_in_paper IN (0, 1) AND is_mentioned_in_repository IN (0, 1) AND is_promised IN (0, 1) AND is_own IN (0, 1)),
    CONSTRAINT fk_link_assertions_paper_id_papers FOREIGN KEY(paper_id) REFERENCES papers (id),
    CONSTRAINT fk_link_assertions_link_id_links FOREIGN KEY(link_id) REFERENCES links (id),
    CONSTRAINT fk_link_assertions_source_document_id_source_documents FOREIGN KEY(source_document_id) REFERENCES source_documents (id),
    CONSTRAINT fk_link_assertions_digest_id_digests FOREIGN KEY(digest_id) REFERENCES digests (id)
) STRICT
    """,
)

INDEXES = (
    "CREATE INDEX ix_link_assertions_link_id ON link_assertions (link_id)",
    "CREATE INDEX ix_link_assertions_paper_id_link_id ON link_assertions (paper_id, link_id)",
    "CREATE INDEX ix_link_assertions_source_document_id_position ON link_assertions (source_document_id, position)",
)

OLD_ASSERTIONS = (
    """
CREATE TABLE new_link_assertions (
    id INTEGER NOT NULL,
    paper_id INTEGER NOT NULL,
    link_id INTEGER NOT NULL,
    source_document_id INTEGER NOT NULL,
    asserted_by TEXT NOT NULL,
    verbatim TEXT NOT NULL,
    sub_path TEXT,
    line INTEGER,
    char_start INTEGER,
    CONSTRAINT pk_link_assertions PRIMARY KEY (id),
    CONSTRAINT ck_link_assertions_no_empty_text CHECK (verbatim <> '' AND sub_path <> ''),
    CONSTRAINT ck_link_assertions_asserted_by CHECK (asserted_by IN ('abstract', 'listing field', 'listing''s own search', 'published list')),
    CONSTRAINT ck_link_assertions_place CHECK (line > 0 AND char_start >= 0),
    CONSTRAINT fk_link_assertions_paper_id_papers FOREIGN KEY(paper_id) REFERENCES papers (id),
    CONSTRAINT fk_link_assertions_link_id_links FOREIGN KEY(link_id) REFERENCES links (id),
    CONSTRAINT fk_link_assertions_source_document_id_source_documents FOREIGN KEY(source_document_id) REFERENCES source_documents (id)
) STRICT
    """,
)

OLD_INDEXES = (
    "CREATE INDEX ix_link_assertions_link_id ON link_assertions (link_id)",
    "CREATE INDEX ix_link_assertions_paper_id_link_id ON link_assertions (paper_id, link_id)",
    "CREATE INDEX ix_link_assertions_source_document_id ON link_assertions (source_document_id)",
)

KEPT = "id, paper_id, link_id, source_document_id, asserted_by, verbatim, sub_path, line, char_start"

# The entry whose lines hold the place; where a source has no lines, the first entry of the paper in the document.
PLACE = """
SELECT said.id AS assertion_id, entry.digest_id, entry.position, row_number() OVER (
  PARTITION BY said.id
  ORDER BY coalesce(said.line BETWEEN entry.line_start AND entry.line_end, 0) DESC, entry.digest_id, entry.position
) AS choice
FROM link_assertions AS said
JOIN digests ON digests.source_document_id = said.source_document_id
JOIN digest_entries AS entry ON entry.digest_id = digests.id AND entry.paper_id = said.paper_id
"""

PAIR = "FROM {0} AS said WHERE said.paper_id = {1}.paper_id AND said.link_id = {1}.link_id"

ROLES = f"(SELECT json_group_array(role) FROM (SELECT role {PAIR.format('paper_link_roles', '{0}')} ORDER BY role))"

LOST = f"""
SELECT 1 FROM link_assertions AS new
WHERE field IS NOT NULL OR added_by IS NOT NULL OR is_official IS NOT NULL OR is_mentioned_in_paper IS NOT NULL
  OR is_mentioned_in_repository IS NOT NULL OR framework IS NOT NULL OR digest_id IS NULL
  OR roles <> {ROLES.format("new")}
  OR (is_promised, is_own) <> (SELECT is_promised, is_own {PAIR.format("paper_links", "new")})
UNION ALL
SELECT 1 FROM link_assertions AS new JOIN ({PLACE}) AS place ON place.assertion_id = new.id AND choice = 1
WHERE (new.digest_id, new.position) <> (place.digest_id, place.position)
LIMIT 1
"""


def upgrade() -> None:
    execute(
        *ASSERTIONS,
        f"INSERT INTO new_link_assertions ({KEPT}, digest_id, position, roles, is_promised, is_own) "
        f"SELECT {KEPT}, place.digest_id, place.position, {ROLES.format('old')}, "
        f"(SELECT is_promised {PAIR.format('paper_links', 'old')}), (SELECT is_own {PAIR.format('paper_links', 'old')}) "
        # Outer, so that an assertion without an entry breaks a rule here instead of being left out.
        f"FROM link_assertions AS old LEFT JOIN ({PLACE}) AS place ON place.assertion_id = old.id AND choice = 1 "
        "ORDER BY id",
        *replace("link_assertions"),
        *INDEXES,
    )


def downgrade() -> None:
    if op.get_bind().exec_driver_sql(LOST).first():
        raise RuntimeError(
            "the file holds assertions from fields and lists, or such that disagree, which revision 0003 has no place "
            "for, so nothing was changed; go back to the backup that catalog migrate made"
        )
    execute(
        *OLD_ASSERTIONS,
        f"INSERT INTO new_link_assertions ({KEPT}) SELECT {KEPT} FROM link_assertions",
        *replace("link_assertions"),
        *OLD_INDEXES,
    )


def replace(table: str) -> tuple[str, str]:
    return f"DROP TABLE {table}", f"ALTER TABLE new_{table} RENAME TO {table}"


def execute(*statements: str) -> None:
    for statement in statements:
        op.get_bind().exec_driver_sql(statement.strip())
