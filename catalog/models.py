"""The tables of the catalogue as SQLAlchemy sees them, with a comment on every table and column.

Alembic alone changes a catalogue file; these tables are what its revisions must add up to (a test compares them).
The comments are the one description of the data: the schema reference and the site's metadata are made from them.
"""

from __future__ import annotations

from typing import Any, get_args

from sqlalchemy import (
    DDL,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    event,
    text,
)

from catalog.links import LinkKind
from catalog.records import AssertedBy, DateBasis, DigestKind, LinkRole

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

DIGEST_KINDS = get_args(DigestKind)
DATE_BASES = get_args(DateBasis)
ASSERTERS = get_args(AssertedBy)
LINK_KINDS = get_args(LinkKind)
LINK_ROLES = get_args(LinkRole)

metadata = MetaData(naming_convention=NAMING_CONVENTION)


def _identifier(comment: str = "Row number") -> Column[int]:
    return Column("id", Integer, primary_key=True, comment=comment)


def _text(name: str, comment: str, *, required: bool = False, **options: Any) -> Column[str]:
    return Column(name, Text, nullable=not required, comment=comment, **options)


def _count(name: str, comment: str, *, required: bool = False) -> Column[int]:
    return Column(name, Integer, nullable=not required, comment=comment)


def _flag(name: str, comment: str, *, default: int) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=text(str(default)), comment=comment)


def _reference(name: str, target: str, comment: str, *, required: bool = True, index: bool = False) -> Column[int]:
    return Column(name, Integer, ForeignKey(f"{target}.id"), nullable=not required, index=index, comment=comment)


def _not_empty(*columns: str) -> CheckConstraint:
    """Unknown is null: no text column holds an empty string."""
    return CheckConstraint(" AND ".join(f"{name} <> ''" for name in columns), name="no_empty_text")


def _dates(*columns: str) -> CheckConstraint:
    """ISO 8601 and a real day: `date()` with a modifier turns 2025-02-30 into another text."""
    return CheckConstraint(" AND ".join(f"{name} IS date({name}, '+0 days')" for name in columns), name="iso_dates")


def _one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    listed = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def _booleans(*columns: str) -> CheckConstraint:
    return CheckConstraint(" AND ".join(f"{name} IN (0, 1)" for name in columns), name="booleans")


source_documents = Table(
    "source_documents",
    metadata,
    _identifier(),
    _text("name", "File name of the document as it was read, without its folder", required=True),
    _text("sha256", "SHA-256 of the document's bytes, in hexadecimal: what identifies it", required=True),
    _count("byte_count", "Size of the document in bytes", required=True),
    _count("line_count", "Lines of the document; lines elsewhere are counted from 1", required=True),
    _text("format", "Form in which the document was recognised, such as `pasted page`", required=True),
    _flag(
        "is_complete",
        "1 where the document itself was read; 0 where only its facts came, in an export without prose",
        default=1,
    ),
    UniqueConstraint("sha256"),
    Index(None, "name"),
    _not_empty("name", "format"),
    CheckConstraint("length(sha256) = 64 AND sha256 NOT GLOB '*[^0-9a-f]*'", name="sha256"),
    CheckConstraint("byte_count > 0 AND line_count > 0", name="counts"),
    _booleans("is_complete"),
    comment="One file as it was read: a pasted page, a saved page, an API answer. Every fact comes from one of them",
    sqlite_strict=True,
)

digests = Table(
    "digests",
    metadata,
    _identifier(),
    _reference("source_document_id", "source_documents", "The document that the digest stands in", index=True),
    _text("name", "Name for people: the document's file name without its ending", required=True),
    _text("kind", "What the list is; `listing` where no kind is stated", required=True),
    _text("title", "Heading of the page; null where it prints none"),
    _text("curator", "Who chose the papers, as the page says; null where it does not"),
    _text("query", "Search words that the list answers; null where it is no search, or does not say"),
    _text("printed_date", "Digest date as it stands on the page, such as `Mar 11`; null where none is printed"),
    _text("digest_date", "Day that the page stands for, ISO 8601; null while the year is open. Not a publication date"),
    _text("earliest_date", "Earliest day that the evidence leaves for the digest date; null where nothing bounds it"),
    _text("latest_date", "Latest day that the evidence leaves for the digest date; null where nothing bounds it"),
    _text(
        "date_basis",
        "Why the digest date is what it is: stated by the document, given by a person, "
        "single candidate among the possible years, or open",
        required=True,
    ),
    UniqueConstraint("name"),
    Index(None, "digest_date"),
    _not_empty("name", "title", "curator", "query", "printed_date"),
    _one_of("kind", DIGEST_KINDS),
    _one_of("date_basis", DATE_BASES),
    _dates("digest_date", "earliest_date", "latest_date"),
    CheckConstraint("(date_basis = 'open') = (digest_date IS NULL)", name="open_has_no_date"),
    CheckConstraint("earliest_date <= latest_date", name="bounds_in_order"),
    CheckConstraint("digest_date BETWEEN earliest_date AND latest_date", name="date_within_bounds"),
    comment="One dated, ordered list of papers inside a source document",
    sqlite_strict=True,
)

papers = Table(
    "papers",
    metadata,
    _identifier(),
    _text("title", "Title as a source prints it", required=True),
    _text(
        "title_key", "The title's letters and digits, folded: what identifies a paper without arXiv id", required=True
    ),
    _text("abstract", "Abstract as a source prints it (`summary` in the listing's API); null where none was read"),
    _text("arxiv_id", "arXiv id without version; null where no source names it"),
    _count("author_count", "Number of authors that a source prints; null where none does"),
    _text(
        "publication_date",
        "Day of first publication, ISO 8601 (`publishedAt` in the listing's API); null where no source prints it",
    ),
    _count("publication_year", "Derived: year of `publication_date`"),
    _flag("has_repository", "Derived: 1 where a link of the paper leads to a repository", default=0),
    Column(
        "digest_count",
        Integer,
        nullable=False,
        server_default=text("0"),
        comment="Derived: number of digests that list the paper",
    ),
    _reference(
        "first_digest_id",
        "digests",
        "Derived: earliest digest that lists the paper; null while open dates leave it undecided",
        required=False,
        index=True,
    ),
    _reference(
        "latest_digest_id",
        "digests",
        "Derived: latest digest that lists the paper; null while open dates leave it undecided",
        required=False,
        index=True,
    ),
    UniqueConstraint("arxiv_id"),
    Index(None, "title_key"),
    Index("ux_papers_title_key_without_arxiv_id", "title_key", unique=True, sqlite_where=text("arxiv_id IS NULL")),
    Index(None, "publication_date"),
    Index(None, "publication_year"),
    Index(None, "has_repository"),
    Index(None, "digest_count"),
    _not_empty("title", "title_key", "abstract", "arxiv_id"),
    _dates("publication_date"),
    CheckConstraint("author_count > 0", name="author_count"),
    CheckConstraint("publication_year IS CAST(substr(publication_date, 1, 4) AS INTEGER)", name="publication_year"),
    _booleans("has_repository"),
    comment="One work, however many digests list it",
    sqlite_strict=True,
)

paper_variants = Table(
    "paper_variants",
    metadata,
    _identifier(),
    _reference("paper_id", "papers", "The paper"),
    _reference("source_document_id", "source_documents", "The document that gives this text", index=True),
    _text("title", "Title in that document where it differs from `papers.title`, else null"),
    _text("abstract", "Abstract in that document where it differs from `papers.abstract`, else null"),
    Index(None, "paper_id", "source_document_id"),
    _not_empty("title", "abstract"),
    CheckConstraint("title IS NOT NULL OR abstract IS NOT NULL", name="says_something"),
    comment="Titles and abstracts that a source gave and `papers` does not show: nothing read is lost",
    sqlite_strict=True,
)

digest_entries = Table(
    "digest_entries",
    metadata,
    _reference("digest_id", "digests", "The digest"),
    _count("position", "Place in the digest, from 1", required=True),
    _reference("paper_id", "papers", "The paper that stands there", index=True),
    _count("upvote_count", "Upvotes that the page printed that day; null where it printed none"),
    _count("comment_count", "Comments that the page printed that day; null where it printed none"),
    _text("submitted_by", "Who submitted the paper to the listing; null where the page does not say"),
    _count("author_count", "Number of authors as printed there; null where it is not"),
    _text("printed_publication_date", "Publication date as it stands there, such as `Mar 2`; null where none does"),
    _text("publication_date", "The printed publication date, ISO 8601; null while its year is open"),
    _count("line_start", "First line of the entry in the document", required=True),
    _count("line_end", "Last line of the entry in the document", required=True),
    _count("abstract_line", "Line where the abstract begins there; null where the entry has none"),
    PrimaryKeyConstraint("digest_id", "position"),
    _not_empty("submitted_by", "printed_publication_date"),
    _dates("publication_date"),
    CheckConstraint("position > 0", name="position"),
    CheckConstraint("upvote_count >= 0 AND comment_count >= 0 AND author_count > 0", name="counts"),
    CheckConstraint("line_start > 0 AND line_start <= line_end", name="lines"),
    CheckConstraint("abstract_line BETWEEN line_start AND line_end", name="abstract_line"),
    comment="One place in a digest: the paper, and what the page said of it that day",
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

repositories = Table(
    "repositories",
    metadata,
    _identifier(),
    _text("host", "Where the code lives, such as github.com, in lower case", required=True),
    Column(
        "owner",
        Text(collation="NOCASE"),
        nullable=False,
        comment="Account or group that owns it, in the case a source prints; several segments on GitLab",
    ),
    Column("name", Text(collation="NOCASE"), nullable=False, comment="Its name, in the case a source prints"),
    _text("url", "Address of the repository", required=True),
    UniqueConstraint("host", "owner", "name"),
    UniqueConstraint("url"),
    Index(None, "owner"),
    _not_empty("host", "owner", "name", "url"),
    comment="Where code lives: host, owner and name, one row whatever the case they are written in",
    sqlite_strict=True,
)

links = Table(
    "links",
    metadata,
    _identifier(),
    _text("url", "Address in canonical form", required=True),
    _text("url_key", "The address folded where its target ignores case: what identifies a link", required=True),
    _text("host", "Host of the address, in lower case", required=True),
    _text("kind", "What the address leads to, told from the address alone", required=True),
    _reference(
        "repository_id", "repositories", "The repository it leads to; null for every other kind", required=False
    ),
    UniqueConstraint("url"),
    UniqueConstraint("url_key"),
    UniqueConstraint("repository_id"),
    Index(None, "host"),
    Index(None, "kind"),
    _not_empty("url", "url_key", "host"),
    _one_of("kind", LINK_KINDS),
    CheckConstraint("(kind = 'repository') = (repository_id IS NOT NULL)", name="repository"),
    comment="Addresses that texts and fields offer, one row for each target",
    sqlite_strict=True,
)

paper_links = Table(
    "paper_links",
    metadata,
    _reference("paper_id", "papers", "The paper"),
    _reference("link_id", "links", "The link", index=True),
    _flag("is_promised", "1 where every source only promises it (`will be released`)", default=0),
    _flag("is_own", "0 where the words say that it is somebody else's work (`built on`), else 1", default=1),
    PrimaryKeyConstraint("paper_id", "link_id"),
    _booleans("is_promised", "is_own"),
    comment="One row for each paper and link, whoever says it; the evidence is in `link_assertions`",
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

paper_link_roles = Table(
    "paper_link_roles",
    metadata,
    _count("paper_id", "The paper", required=True),
    _count("link_id", "The link", required=True),
    _text("role", "What the sentence says is there", required=True),
    PrimaryKeyConstraint("paper_id", "link_id", "role"),
    ForeignKeyConstraint(["paper_id", "link_id"], ["paper_links.paper_id", "paper_links.link_id"]),
    Index(None, "role"),
    _one_of("role", LINK_ROLES),
    comment="What a link is to a paper, as the sentence says; often several roles",
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

link_assertions = Table(
    "link_assertions",
    metadata,
    _identifier(),
    _reference("paper_id", "papers", "The paper"),
    _reference("link_id", "links", "The link", index=True),
    _reference("source_document_id", "source_documents", "The document that says so", index=True),
    _text("asserted_by", "Who says that the paper has the link", required=True),
    _text("verbatim", "The address as it stands, damage included", required=True),
    _text(
        "sub_path", "What follows the canonical address, such as a folder of a shared repository; null where nothing"
    ),
    _count("line", "Line of the document where it stands; null where the source has no lines"),
    _count(
        "char_start", "Characters of that line before it, counted in code points; null where the source has no lines"
    ),
    Index(None, "paper_id", "link_id"),
    _not_empty("verbatim", "sub_path"),
    _one_of("asserted_by", ASSERTERS),
    CheckConstraint("line > 0 AND char_start >= 0", name="place"),
    comment="The evidence: who says that a paper has a link, in which words, and where",
    sqlite_strict=True,
)

rejects = Table(
    "rejects",
    metadata,
    _identifier(),
    _reference("source_document_id", "source_documents", "The document", index=True),
    _count("line_start", "First line of the piece", required=True),
    _count("line_end", "Last line of the piece", required=True),
    _text("text", "The piece, word for word", required=True),
    _text("reason", "Why it could not be understood", required=True),
    _not_empty("text", "reason"),
    CheckConstraint("line_start > 0 AND line_start <= line_end", name="lines"),
    comment="Pieces of a source document that could not be understood, kept with the reason",
    sqlite_strict=True,
)

loads = Table(
    "loads",
    metadata,
    _identifier(),
    _reference("source_document_id", "source_documents", "The document that was loaded", index=True),
    _text("loaded_at", "When, in UTC: the clock, or SOURCE_DATE_EPOCH where that is set", required=True),
    _text("as_of_date", "Day by which the digest is known to have existed: upper bound of its date", required=True),
    _text("catalogue_version", "Version of the software that loaded it", required=True),
    _text("schema_revision", "Revision of the schema at that time", required=True),
    _count("entry_count", "Entries in the document", required=True),
    _count("new_paper_count", "Papers that the load added", required=True),
    _count("known_paper_count", "Papers of the document that were there already", required=True),
    _count(
        "changed_paper_count",
        "Papers there already to which the load added a text, an id, a count or a date",
        required=True,
    ),
    _count("link_count", "Assertions of a link that the load added", required=True),
    _count("reject_count", "Pieces that could not be understood", required=True),
    _count("dated_digest_count", "Digests whose date or bounds the load set or tightened", required=True),
    comment="One row for each document loaded: when, by which version, what it added. No other table tells the time",
    sqlite_strict=True,
)

SEARCH_TABLE = "papers_fts"
SEARCH_INDEX_DDL = (
    'CREATE VIRTUAL TABLE "papers_fts" USING FTS5 (\n'
    '    "title", "abstract",\n'
    "    tokenize='porter unicode61 remove_diacritics 2',\n"
    '    content="papers", content_rowid="id"\n)',
    'CREATE TRIGGER "papers_ai" AFTER INSERT ON "papers" BEGIN\n'
    '  INSERT INTO "papers_fts" (rowid, "title", "abstract") VALUES (new."id", new."title", new."abstract");\nEND',
    'CREATE TRIGGER "papers_ad" AFTER DELETE ON "papers" BEGIN\n'
    '  INSERT INTO "papers_fts" ("papers_fts", rowid, "title", "abstract")\n'
    '  VALUES (\'delete\', old."id", old."title", old."abstract");\nEND',
    'CREATE TRIGGER "papers_au" AFTER UPDATE OF "id", "title", "abstract" ON "papers" BEGIN\n'
    '  INSERT INTO "papers_fts" ("papers_fts", rowid, "title", "abstract")\n'
    '  VALUES (\'delete\', old."id", old."title", old."abstract");\n'
    '  INSERT INTO "papers_fts" (rowid, "title", "abstract") VALUES (new."id", new."title", new."abstract");\nEND',
)
"""The search index over `papers` and the triggers that keep it, in the spelling by which Datasette finds it."""

for _statement in SEARCH_INDEX_DDL:
    event.listen(papers, "after_create", DDL(_statement))  # type: ignore[no-untyped-call]
