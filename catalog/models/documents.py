"""Source documents, their digests, what was not understood of them, and their loads."""

from __future__ import annotations

from typing import get_args

from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    Integer,
    Table,
    UniqueConstraint,
    text,
)

from catalog.models.columns import (
    booleans,
    flag,
    identifier,
    iso_dates,
    metadata,
    not_empty,
    number,
    one_of,
    reference,
    textual,
)
from catalog.records import DateBasis, DigestKind

DIGEST_KINDS = get_args(DigestKind)
DATE_BASES = get_args(DateBasis)

source_documents = Table(
    "source_documents",
    metadata,
    identifier(),
    textual("name", "File name of the document as it was read, without its folder", required=True),
    textual("sha256", "SHA-256 of the document's bytes, in hexadecimal: what identifies it", required=True),
    number("byte_count", "Size of the document in bytes", required=True),
    number("line_count", "Lines of the document; lines elsewhere are counted from 1", required=True),
    textual("format", "Form in which the document was recognised, such as `pasted page`", required=True),
    flag(
        "is_complete",
        "1 where the document itself was read; 0 where only its facts came, in an export without prose",
        default=1,
    ),
    UniqueConstraint("sha256"),
    Index(None, "name"),
    not_empty("name", "format"),
    CheckConstraint("length(sha256) = 64 AND sha256 NOT GLOB '*[^0-9a-f]*'", name="sha256"),
    CheckConstraint("byte_count > 0 AND line_count > 0", name="counts"),
    booleans("is_complete"),
    comment="One file as it was read: a pasted page, a saved page, an API answer. Every fact comes from one of them",
    sqlite_strict=True,
)

digests = Table(
    "digests",
    metadata,
    identifier(),
    reference("source_document_id", "source_documents", "The document that the digest stands in", index=True),
    textual("name", "Name for people: the document's file name without its ending", required=True),
    textual("kind", "What the list is; `listing` where no kind is stated", required=True),
    textual("title", "Heading of the page; null where it prints none"),
    textual("curator", "Who chose the papers, as the page says; null where it does not"),
    textual("query", "Search words that the list answers; null where it is no search, or does not say"),
    textual("url", "Address of the page, as the document states it; null where it does not"),
    textual("printed_date", "Digest date as it stands on the page, such as `Mar 11`; null where none is printed"),
    textual(
        "digest_date", "Day that the page stands for, ISO 8601; null while the year is open. Not a publication date"
    ),
    textual("earliest_date", "Earliest day that the evidence leaves for the digest date; null where nothing bounds it"),
    textual("latest_date", "Latest day that the evidence leaves for the digest date; null where nothing bounds it"),
    textual(
        "date_basis",
        "Why the digest date is what it is: stated by the document, stated by its entries (`submittedOnDailyAt`), "
        "in the document's file name, given by a person, single candidate among the possible years, or open",
        required=True,
    ),
    reference(
        "repeats_digest_id",
        "digests",
        "Derived: the digest of which this is a repetition: of the same kind, with the same papers, and earlier; "
        "null where it is none",
        required=False,
        index=True,
    ),
    UniqueConstraint("name"),
    Index(None, "digest_date"),
    not_empty("name", "title", "curator", "query", "url", "printed_date"),
    one_of("kind", DIGEST_KINDS),
    one_of("date_basis", DATE_BASES),
    iso_dates("digest_date", "earliest_date", "latest_date"),
    CheckConstraint("(date_basis = 'open') = (digest_date IS NULL)", name="open_has_no_date"),
    CheckConstraint("earliest_date <= latest_date", name="bounds_in_order"),
    CheckConstraint("digest_date BETWEEN earliest_date AND latest_date", name="date_within_bounds"),
    comment="One dated, ordered list of papers inside a source document",
    sqlite_strict=True,
)

rejects = Table(
    "rejects",
    metadata,
    identifier(),
    reference("source_document_id", "source_documents", "The document", index=True),
    number("line_start", "First line of the piece", required=True),
    number("line_end", "Last line of the piece", required=True),
    textual("text", "The piece, word for word", required=True),
    textual("reason", "Why it could not be understood", required=True),
    not_empty("text", "reason"),
    CheckConstraint("line_start > 0 AND line_start <= line_end", name="lines"),
    comment="Pieces of a source document that could not be understood, kept with the reason",
    sqlite_strict=True,
)

loads = Table(
    "loads",
    metadata,
    identifier(),
    reference("source_document_id", "source_documents", "The document that was loaded", index=True),
    textual("loaded_at", "When, in UTC: the clock, or SOURCE_DATE_EPOCH where that is set; null in a release"),
    textual(
        "as_of_date",
        "Day by which the digest is known to have existed: upper bound of its date. In a release the last day that it "
        "leaves for a digest without a year, and null where the document has none",
    ),
    textual("catalogue_version", "Version of the software that loaded it; null in a release"),
    textual("schema_revision", "Revision of the schema at that time; null in a release"),
    number("entry_count", "Entries of digests in the document", required=True),
    number("new_paper_count", "Papers that the load added; null in a release"),
    number("known_paper_count", "Papers of the document that were there already; null in a release"),
    number(
        "changed_paper_count",
        "Papers there already to which the load added a text, an id, a count or a date; null in a release",
    ),
    number("link_count", "Assertions of a link that the load added; null in a release"),
    number("reject_count", "Pieces that could not be understood", required=True),
    number("dated_digest_count", "Digests whose date or bounds the load set or tightened; null in a release"),
    Column(
        "record_count",
        Integer,
        nullable=False,
        server_default=text("0"),
        comment="Papers that the document describes outside of any digest",
    ),
    number(
        "merged_paper_count",
        "Papers that turned out to be others and were merged into them, with all that is known of them; "
        "null in a release",
    ),
    comment="One row for each load: when, by which version, what it added. No other table tells the time. "
    "A release has one row for each document, without what depends on the clock or on the order of loading",
    sqlite_strict=True,
)
