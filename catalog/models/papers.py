"""Papers, their texts, and the places that speak of them: entries of digests and records outside of any."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Computed,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    text,
)

from catalog.models.columns import (
    added_text,
    booleans,
    flag,
    identifier,
    iso_dates,
    metadata,
    not_empty,
    number,
    reference,
    textual,
)


def _listed(*filters: str) -> tuple[Index, ...]:
    """For each filter of the list of papers an index that sorts it by date and counts the other facets without rows."""
    return tuple(
        Index(
            None,
            name,
            "recency",
            *(other for other in filters if other != name),
            "latest_digest_id",
        )
        for name in filters
    )


papers = Table(
    "papers",
    metadata,
    identifier(),
    textual("title", "Title as a source prints it", required=True),
    textual(
        "title_key", "The title's letters and digits, folded: what identifies a paper without arXiv id", required=True
    ),
    textual("abstract", "Abstract as a source prints it (`summary` in the listing's API); null where none was read"),
    textual("arxiv_id", "arXiv id without version; null where no source names it"),
    number("author_count", "Number of authors that a source prints or names; null where none does"),
    textual(
        "publication_date",
        "Day of first publication, ISO 8601 (`publishedAt` in the listing's API); null where no source prints it",
    ),
    number("publication_year", "Derived: year of `publication_date`; null where that is"),
    flag("has_repository", "Derived: 1 where a link of the paper leads to a repository", default=0),
    Column(
        "digest_count",
        Integer,
        nullable=False,
        server_default=text("0"),
        comment="Derived: number of digests that list the paper; a digest that repeats another does not count again",
    ),
    reference(
        "first_digest_id",
        "digests",
        "Derived: earliest digest that lists the paper; null while open dates leave it undecided",
        required=False,
        index=True,
    ),
    reference(
        "latest_digest_id",
        "digests",
        "Derived: latest digest that lists the paper; null while open dates leave it undecided",
        required=False,
        index=True,
    ),
    added_text("authors", "Names of the authors in their order, as a JSON array; null where no source names them"),
    added_text("doi", "DOI that arXiv gives for the paper; null where no source names it"),
    Column(
        "recency",
        Integer,
        # Below 2^53, so that JavaScript reads it exactly, for up to 100,000,000 papers.
        Computed("coalesce(CAST(replace(publication_date, '-', '') AS INTEGER), 0) * 100000000 + id", persisted=False),
        nullable=False,
        comment="Derived: the order of the list of papers: publication date, then row number; those without date last",
    ),
    UniqueConstraint("arxiv_id"),
    # One index for both: it finds papers by title, and no two without arXiv id have one title.
    Index("ux_papers_title_key_arxiv_id", "title_key", text("coalesce(arxiv_id, '')"), unique=True),
    Index(None, "publication_date"),
    Index(None, "recency"),
    *_listed("has_repository", "publication_year", "digest_count"),
    not_empty("title", "title_key", "abstract", "arxiv_id"),
    iso_dates("publication_date"),
    CheckConstraint("author_count > 0", name="author_count"),
    CheckConstraint("publication_year IS CAST(substr(publication_date, 1, 4) AS INTEGER)", name="publication_year"),
    booleans("has_repository"),
    comment="One work, however many digests list it and in whatever words",
    sqlite_strict=True,
)

paper_variants = Table(
    "paper_variants",
    metadata,
    identifier(),
    reference("paper_id", "papers", "The paper", index=True),
    textual("title", "A title of the paper other than `papers.title`; null where the row holds another text"),
    textual("title_key", "That title's letters and digits, folded; null where the row holds another text"),
    textual("abstract", "An abstract other than `papers.abstract`; null where the row holds another text"),
    textual("authors", "A list of authors other than `papers.authors`; null where the row holds another text"),
    Index(None, "title_key"),
    not_empty("title", "title_key", "abstract", "authors"),
    CheckConstraint("(title IS NOT NULL) + (abstract IS NOT NULL) + (authors IS NOT NULL) = 1", name="holds_one_text"),
    CheckConstraint("(title IS NULL) = (title_key IS NULL)", name="title_has_key"),
    comment="Texts that a source gave and `papers` does not show, one row each: nothing read is lost. "
    "Entries and records that gave one point to it",
    sqlite_strict=True,
)


def _variants() -> tuple[Column[int], ...]:
    """The pointers of an entry or record to the texts that it gave, where `papers` shows others."""
    return tuple(
        reference(
            f"{field}_variant_id",
            "paper_variants",
            f"The {what} given there, where it is not the one in `papers`; else null",
            required=False,
        )
        for field, what in (("title", "title"), ("abstract", "abstract"), ("authors", "list of authors"))
    )


def _variant_indexes() -> tuple[Index, ...]:
    names = [f"{field}_variant_id" for field in ("title", "abstract", "authors")]
    return tuple(Index(None, name, sqlite_where=text(f"{name} IS NOT NULL")) for name in names)


def _stated() -> tuple[Column[Any], ...]:
    """What an entry or record states of its paper, besides its texts."""
    return (
        textual("arxiv_id", "arXiv id stated there; null where none is"),
        number("author_count", "Number of authors printed or named there; null where none is"),
        textual("publication_date", "Day of first publication given there, ISO 8601; null while its year is open"),
        number("line_start", "First line in the document", required=True),
        number("line_end", "Last line in the document", required=True),
        number("abstract_line", "Line where the abstract begins there; null where there is none"),
        flag("has_abstract", "1 where an abstract was read there; 0 too where only facts were loaded", default=0),
        flag("has_authors", "1 where the authors are named there", default=0),
    )


def _stated_rules() -> tuple[CheckConstraint, ...]:
    return (
        CheckConstraint("position > 0", name="position"),
        CheckConstraint("line_start > 0 AND line_start <= line_end", name="lines"),
        CheckConstraint("abstract_line BETWEEN line_start AND line_end", name="abstract_line"),
        booleans("has_abstract", "has_authors"),
    )


digest_entries = Table(
    "digest_entries",
    metadata,
    reference("digest_id", "digests", "The digest"),
    number("position", "Place in the digest, from 1", required=True),
    reference("paper_id", "papers", "The paper that stands there", index=True),
    number("upvote_count", "Upvotes that the page printed that day; null where it printed none"),
    number("comment_count", "Comments that the page printed that day; null where it printed none"),
    textual("submitted_by", "Who submitted the paper to the listing; null where the page does not say"),
    textual("organization", "Organisation that the listing names for the paper; null where it names none"),
    textual("printed_publication_date", "Publication date as it stands there, such as `Mar 2`; null where none does"),
    *_stated(),
    *_variants(),
    PrimaryKeyConstraint("digest_id", "position"),
    not_empty("submitted_by", "organization", "printed_publication_date", "arxiv_id"),
    iso_dates("publication_date"),
    CheckConstraint("upvote_count >= 0 AND comment_count >= 0 AND author_count > 0", name="counts"),
    *_stated_rules(),
    *_variant_indexes(),
    comment="One place in a digest: the paper, and what the page said of it that day",
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

paper_records = Table(
    "paper_records",
    metadata,
    reference("source_document_id", "source_documents", "The document"),
    number("position", "Place in the document, from 1", required=True),
    reference("paper_id", "papers", "The paper that is described there", index=True),
    number("arxiv_version", "Version at arXiv that is described; null where none is stated"),
    textual("updated_date", "Day of that version, ISO 8601 (`updated` in arXiv's Atom); null where none is stated"),
    textual("doi", "DOI stated there; null where none is"),
    textual("categories", "arXiv categories stated there, the primary one first, as a JSON array; null where none is"),
    textual("comment", "The authors' comment at arXiv; null where there is none"),
    *_stated(),
    *_variants(),
    PrimaryKeyConstraint("source_document_id", "position"),
    not_empty("doi", "categories", "comment", "arxiv_id"),
    iso_dates("updated_date", "publication_date"),
    CheckConstraint("arxiv_version > 0 AND author_count > 0", name="counts"),
    *_stated_rules(),
    *_variant_indexes(),
    comment="One place outside of any digest where a document describes a paper: an arXiv Atom entry, "
    "a row of a published list",
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

authors = Table(
    "authors",
    metadata,
    identifier(),
    textual("name", "Name as a source gives it. Two people of one name are one row", required=True),
    UniqueConstraint("name"),
    not_empty("name"),
    comment="Names of authors, one row for each spelling",
    sqlite_strict=True,
)

paper_authors = Table(
    "paper_authors",
    metadata,
    reference("paper_id", "papers", "The paper"),
    number("position", "Place among its authors, from 1", required=True),
    reference("author_id", "authors", "The author", index=True),
    PrimaryKeyConstraint("paper_id", "position"),
    CheckConstraint("position > 0", name="position"),
    comment="Derived: the authors of a paper in their order, from `papers.authors`",
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

paper_categories = Table(
    "paper_categories",
    metadata,
    reference("paper_id", "papers", "The paper"),
    textual("category", "Category at arXiv, such as `cs.LG`", required=True),
    flag("is_primary", "1 for the primary category of the latest version that a document describes", default=0),
    PrimaryKeyConstraint("paper_id", "category"),
    Index(None, "category"),
    not_empty("category"),
    booleans("is_primary"),
    comment="Derived: the arXiv categories of a paper, from `paper_records`",
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
