"""Tie each text to the entry that gave it, and keep what an entry states of its paper.

Revision: 0002, after 0001.

Until now a title or abstract that `papers` does not show was kept with its document, so that two entries of one
document could not be told apart. Now such a text is one row, and the entries that gave it point to it. An entry also
says whether it names the arXiv id itself: what identifies a paper is evidence, like everything else.

What 0001 did not record is filled in from what it did: an entry of a paper with an arXiv id is taken to have stated it,
and where one document gave several texts of one paper, they go to its entries in their order. No text is left without
an entry that gave it, as far as there are entries: a load drops what nobody gives.
"""

from __future__ import annotations

import re
import unicodedata

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

VARIANTS = (
    """
CREATE TABLE new_paper_variants (
    id INTEGER NOT NULL,
    paper_id INTEGER NOT NULL,
    title TEXT,
    title_key TEXT,
    abstract TEXT,
    authors TEXT,
    CONSTRAINT pk_paper_variants PRIMARY KEY (id),
    CONSTRAINT ck_paper_variants_no_empty_text CHECK (title <> '' AND title_key <> '' AND abstract <> '' AND authors <> ''),
    CONSTRAINT ck_paper_variants_holds_one_text CHECK ((title IS NOT NULL) + (abstract IS NOT NULL) + (authors IS NOT NULL) = 1),
    CONSTRAINT ck_paper_variants_title_has_key CHECK ((title IS NULL) = (title_key IS NULL)),
    CONSTRAINT fk_paper_variants_paper_id_papers FOREIGN KEY(paper_id) REFERENCES papers (id)
) STRICT
    """,
)

ENTRIES = (
    """
CREATE TABLE new_digest_entries (
    digest_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    paper_id INTEGER NOT NULL,
    upvote_count INTEGER,
    comment_count INTEGER,
    submitted_by TEXT,
    organization TEXT,
    printed_publication_date TEXT,
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
    CONSTRAINT pk_digest_entries PRIMARY KEY (digest_id, position),
    CONSTRAINT ck_digest_entries_no_empty_text CHECK (submitted_by <> '' AND organization <> '' AND printed_publication_date <> '' AND arxiv_id <> ''),
    CONSTRAINT ck_digest_entries_iso_dates CHECK (publication_date IS date(publication_date, '+0 days')),
    CONSTRAINT ck_digest_entries_counts CHECK (upvote_count >= 0 AND comment_count >= 0 AND author_count > 0),
    CONSTRAINT ck_digest_entries_position CHECK (position > 0),
    CONSTRAINT ck_digest_entries_lines CHECK (line_start > 0 AND line_start <= line_end),
    CONSTRAINT ck_digest_entries_abstract_line CHECK (abstract_line BETWEEN line_start AND line_end),
    CONSTRAINT ck_digest_entries_booleans CHECK (has_abstract IN (0, 1) AND has_authors IN (0, 1)),
    CONSTRAINT fk_digest_entries_digest_id_digests FOREIGN KEY(digest_id) REFERENCES digests (id),
    CONSTRAINT fk_digest_entries_paper_id_papers FOREIGN KEY(paper_id) REFERENCES papers (id),
    CONSTRAINT fk_digest_entries_title_variant_id_paper_variants FOREIGN KEY(title_variant_id) REFERENCES paper_variants (id),
    CONSTRAINT fk_digest_entries_abstract_variant_id_paper_variants FOREIGN KEY(abstract_variant_id) REFERENCES paper_variants (id),
    CONSTRAINT fk_digest_entries_authors_variant_id_paper_variants FOREIGN KEY(authors_variant_id) REFERENCES paper_variants (id)
) WITHOUT ROWID, STRICT
    """,
)

INDEXES = (
    "CREATE INDEX ix_paper_variants_paper_id ON paper_variants (paper_id)",
    "CREATE INDEX ix_paper_variants_title_key ON paper_variants (title_key)",
    "CREATE INDEX ix_digest_entries_abstract_variant_id ON digest_entries (abstract_variant_id) WHERE abstract_variant_id IS NOT NULL",
    "CREATE INDEX ix_digest_entries_authors_variant_id ON digest_entries (authors_variant_id) WHERE authors_variant_id IS NOT NULL",
    "CREATE INDEX ix_digest_entries_paper_id ON digest_entries (paper_id)",
    "CREATE INDEX ix_digest_entries_title_variant_id ON digest_entries (title_variant_id) WHERE title_variant_id IS NOT NULL",
)

OLD_VARIANTS = (
    """
CREATE TABLE new_paper_variants (
    id INTEGER NOT NULL,
    paper_id INTEGER NOT NULL,
    source_document_id INTEGER NOT NULL,
    title TEXT,
    abstract TEXT,
    CONSTRAINT pk_paper_variants PRIMARY KEY (id),
    CONSTRAINT ck_paper_variants_no_empty_text CHECK (title <> '' AND abstract <> ''),
    CONSTRAINT ck_paper_variants_says_something CHECK (title IS NOT NULL OR abstract IS NOT NULL),
    CONSTRAINT fk_paper_variants_paper_id_papers FOREIGN KEY(paper_id) REFERENCES papers (id),
    CONSTRAINT fk_paper_variants_source_document_id_source_documents FOREIGN KEY(source_document_id) REFERENCES source_documents (id)
) STRICT
    """,
)

OLD_ENTRIES = (
    """
CREATE TABLE new_digest_entries (
    digest_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    paper_id INTEGER NOT NULL,
    upvote_count INTEGER,
    comment_count INTEGER,
    submitted_by TEXT,
    author_count INTEGER,
    printed_publication_date TEXT,
    publication_date TEXT,
    line_start INTEGER NOT NULL,
    line_end INTEGER NOT NULL,
    abstract_line INTEGER,
    CONSTRAINT pk_digest_entries PRIMARY KEY (digest_id, position),
    CONSTRAINT ck_digest_entries_no_empty_text CHECK (submitted_by <> '' AND printed_publication_date <> ''),
    CONSTRAINT ck_digest_entries_iso_dates CHECK (publication_date IS date(publication_date, '+0 days')),
    CONSTRAINT ck_digest_entries_position CHECK (position > 0),
    CONSTRAINT ck_digest_entries_counts CHECK (upvote_count >= 0 AND comment_count >= 0 AND author_count > 0),
    CONSTRAINT ck_digest_entries_lines CHECK (line_start > 0 AND line_start <= line_end),
    CONSTRAINT ck_digest_entries_abstract_line CHECK (abstract_line BETWEEN line_start AND line_end),
    CONSTRAINT fk_digest_entries_digest_id_digests FOREIGN KEY(digest_id) REFERENCES digests (id),
    CONSTRAINT fk_digest_entries_paper_id_papers FOREIGN KEY(paper_id) REFERENCES papers (id)
) WITHOUT ROWID, STRICT
    """,
)

OLD_INDEXES = (
    "CREATE INDEX ix_paper_variants_paper_id_source_document_id ON paper_variants (paper_id, source_document_id)",
    "CREATE INDEX ix_paper_variants_source_document_id ON paper_variants (source_document_id)",
    "CREATE INDEX ix_digest_entries_paper_id ON digest_entries (paper_id)",
)

KEPT = (
    "digest_id, position, paper_id, upvote_count, comment_count, submitted_by, printed_publication_date, author_count, "
    "publication_date, line_start, line_end, abstract_line"
)

# The n-th text that a document gave of a paper goes to the n-th entry there, counted from the last: the first entries
# gave what the paper shows, where there are more entries than other texts. Entries that are known to give one come first.
POINT = """
WITH given AS (
  SELECT old.paper_id, old.source_document_id, new.id AS variant_id,
    row_number() OVER (PARTITION BY old.paper_id, old.source_document_id ORDER BY old.id DESC) AS place
  FROM paper_variants AS old
  JOIN new_paper_variants AS new ON new.paper_id = old.paper_id AND new.{field} = old.{field}
),
entry AS (
  SELECT digest_id, position, paper_id, source_document_id, row_number() OVER (
    PARTITION BY paper_id, source_document_id ORDER BY {known} DESC, digest_id DESC, position DESC
  ) AS place
  FROM new_digest_entries JOIN digests ON digests.id = digest_id
)
UPDATE new_digest_entries SET {field}_variant_id = given.variant_id, has_abstract = {gives}
FROM entry JOIN given ON given.paper_id = entry.paper_id
  AND given.source_document_id = entry.source_document_id AND given.place = entry.place
WHERE new_digest_entries.digest_id = entry.digest_id AND new_digest_entries.position = entry.position
"""

# Catalogue JSON may give an abstract without its line. What the paper shows was given by somebody: where no entry is
# known to have, by the first one of a document that was read whole.
CLAIM = """
UPDATE new_digest_entries SET has_abstract = 1
FROM (
  SELECT entry.digest_id, entry.position, row_number() OVER (
    PARTITION BY entry.paper_id ORDER BY is_complete DESC, entry.digest_id, entry.position
  ) AS place
  FROM new_digest_entries AS entry JOIN papers ON papers.id = entry.paper_id
  JOIN digests ON digests.id = entry.digest_id JOIN source_documents ON source_documents.id = source_document_id
  WHERE papers.abstract IS NOT NULL AND abstract_variant_id IS NULL AND entry.paper_id NOT IN (
    SELECT paper_id FROM new_digest_entries WHERE has_abstract AND abstract_variant_id IS NULL
  )
) AS claim
WHERE claim.digest_id = new_digest_entries.digest_id AND claim.position = new_digest_entries.position AND place = 1
"""

# The last part: entries of one document whose texts the upgrade would not give back to the same entries.
LOST = """
SELECT 1 FROM papers WHERE authors IS NOT NULL OR doi IS NOT NULL
UNION ALL
SELECT 1 FROM paper_variants WHERE id NOT IN (
  SELECT title_variant_id FROM digest_entries WHERE title_variant_id IS NOT NULL
  UNION ALL SELECT abstract_variant_id FROM digest_entries WHERE abstract_variant_id IS NOT NULL
)
UNION ALL
SELECT 1 FROM digest_entries JOIN papers ON papers.id = paper_id
  JOIN digests ON digests.id = digest_id JOIN source_documents ON source_documents.id = source_document_id
WHERE organization IS NOT NULL OR digest_entries.arxiv_id IS NOT papers.arxiv_id
  OR has_abstract <> (abstract_line IS NOT NULL AND is_complete)
UNION ALL
SELECT 1 FROM digest_entries AS one JOIN digests ON digests.id = one.digest_id
  JOIN digest_entries AS later
    ON later.paper_id = one.paper_id AND (later.digest_id, later.position) > (one.digest_id, one.position)
  JOIN digests AS other ON other.id = later.digest_id AND other.source_document_id = digests.source_document_id
WHERE one.title_variant_id = coalesce(later.title_variant_id, one.title_variant_id)
  OR later.has_abstract AND one.abstract_variant_id = coalesce(later.abstract_variant_id, one.abstract_variant_id)
LIMIT 1
"""


def upgrade() -> None:
    connection = op.get_bind()
    connection.connection.driver_connection.create_function("frozen_title_key", 1, title_key, deterministic=True)
    execute(
        "ALTER TABLE papers ADD COLUMN authors TEXT CONSTRAINT ck_papers_authors CHECK (authors <> '')",
        "ALTER TABLE papers ADD COLUMN doi TEXT CONSTRAINT ck_papers_doi CHECK (doi <> '')",
        # A paper whose title was replaced by a better one kept the key of the first; the keys of all are in the variants.
        "UPDATE papers SET title_key = frozen_title_key(title) WHERE arxiv_id IS NOT NULL",
        *VARIANTS,
        "INSERT INTO new_paper_variants (id, paper_id, title, title_key) "
        "SELECT min(id), paper_id, title, frozen_title_key(title) FROM paper_variants "
        "WHERE title IS NOT NULL GROUP BY paper_id, title",
        "INSERT INTO new_paper_variants (paper_id, abstract) "
        "SELECT paper_id, abstract FROM paper_variants WHERE abstract IS NOT NULL "
        "GROUP BY paper_id, abstract ORDER BY min(id)",
        *ENTRIES,
        f"INSERT INTO new_digest_entries ({KEPT}, arxiv_id, has_abstract) "
        f"SELECT {KEPT}, (SELECT arxiv_id FROM papers WHERE papers.id = paper_id), abstract_line IS NOT NULL AND "
        "(SELECT is_complete FROM digests JOIN source_documents ON source_documents.id = source_document_id "
        "WHERE digests.id = digest_id) FROM digest_entries",
        POINT.format(field="title", known="true", gives="has_abstract"),
        POINT.format(field="abstract", known="has_abstract", gives="true"),
        CLAIM,
        *replace("paper_variants"),
        *replace("digest_entries"),
        *INDEXES,
    )


def downgrade() -> None:
    if op.get_bind().exec_driver_sql(LOST).first():
        raise RuntimeError(
            "the file holds authors, DOIs, organisations, origins of arXiv ids and abstracts or texts of single entries, "
            "which revision 0001 has no place for, so nothing was changed; go back to the backup that catalog migrate "
            "made"
        )
    given = (
        "SELECT digest_entries.paper_id, source_document_id, variant.{0} FROM digest_entries "
        "JOIN digests ON digests.id = digest_id JOIN paper_variants AS variant ON variant.id = {0}_variant_id "
        "ORDER BY 1, 2, digest_id, position"
    )
    execute(
        *OLD_VARIANTS,
        *(
            f"INSERT INTO new_paper_variants (paper_id, source_document_id, {field}) {given.format(field)}"
            for field in ("title", "abstract")
        ),
        *OLD_ENTRIES,
        f"INSERT INTO new_digest_entries ({KEPT}) SELECT {KEPT} FROM digest_entries",
        *replace("digest_entries"),
        *replace("paper_variants"),
        "ALTER TABLE papers DROP COLUMN authors",
        "ALTER TABLE papers DROP COLUMN doi",
        *OLD_INDEXES,
    )


def replace(table: str) -> tuple[str, str]:
    return f"DROP TABLE {table}", f"ALTER TABLE new_{table} RENAME TO {table}"


def execute(*statements: str) -> None:
    for statement in statements:
        op.get_bind().exec_driver_sql(statement.strip())


# The key of a title as it was when this revision was written: the software's own moves on, this does not.
_LATEX_FORMATTING = re.compile(
    r"\\(?:math(?:bb|bf|cal|frak|it|rm|scr|sf|tt)|boldsymbol|bm|pmb|ensuremath|operatorname"
    r"|text(?:bf|it|md|normal|rm|sc|sf|sl|subscript|superscript|tt|up)?|emph|underline|uline|mbox|hbox"
    r"|rm|bf|it|sc|sf|tt|em|sl|tiny|small|large|Large|LARGE|huge|Huge|xspace|left|right)(?![A-Za-z])"
)

# As in Unicode's Stream-Safe Text Format: no language comes near it.
_MAX_MARKS = 30


def title_key(title: str) -> str:
    """Return the letters and digits of `title`, folded, so that two printings of one title are equal.

    NFKC, LaTeX formatting commands and backslashes removed, accents stripped, case folded, everything but letters and
    digits deleted. A title without a single letter or digit keeps its other characters, folded if something is left
    then, because an empty key would join every such title. Raises ValueError for a title of white space only.
    """
    normal = unicodedata.normalize("NFKC", _with_few_marks(title))
    folded = _fold(_LATEX_FORMATTING.sub("", normal))
    key = "".join(character for character in folded if character.isalnum())
    key = key or "".join(folded.split()) or "".join(normal.split())
    if not key:
        raise ValueError("a title of white space only identifies nothing")
    return key


def _with_few_marks(text: str) -> str:
    """Leave out what exceeds a limit in a row: normalising sorts them in quadratic time, and no key keeps them."""
    if text.isascii():
        return text
    kept, run = [], 0
    for character in text:
        run = run + 1 if _is_mark(character) else 0
        if run <= _MAX_MARKS:
            kept.append(character)
    return "".join(kept)


def _is_mark(character: str) -> bool:
    # Some characters are no marks themselves but are normalised to one (U+FF9E).
    return unicodedata.combining(unicodedata.normalize("NFKD", character)[0]) != 0


def _fold(text: str) -> str:
    if text.isascii():
        return text.lower()
    return _without_marks(text).casefold()


def _without_marks(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(character for character in decomposed if not unicodedata.combining(character))
