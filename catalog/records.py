"""What readers give and the loader takes: the content of one source document, raw text kept.

Lines are counted from 1 and characters in a line from 0, both in code points of the decoded document.
A value the document does not give is None, never an empty string.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from catalog.values import value

AssertedBy = Literal["abstract", "listing field", "listing's own search", "published list"]
AddedBy = Literal["user", "admin", "auto"]
DigestKind = Literal["daily", "weekly", "monthly", "trending", "search", "listing"]
LinkRole = Literal[
    "code",
    "data",
    "model",
    "project page",
    "demo",
    "video",
    "benchmark",
    "leaderboard",
    "survey list",
    "website",
    "tools",
    "other",
]
DateBasis = Literal["stated", "stated by its entries", "file name", "given", "single candidate", "open"]


@value()
class LinkRecord:
    """One place where a document offers an address for a paper.

    `verbatim` is the text as it stands, `url` the same address mended (no blank inside, scheme added) but not yet in
    canonical form, unless `sub_path` says what followed the canonical one. `field` is the name of the field in which it
    stands, as the source calls it (`githubRepo`), and None in running text; `added_by` says who filled that field. The
    last four are what a published list of paper-and-code pairs says of the pair.
    """

    asserted_by: AssertedBy
    verbatim: str
    url: str
    line: int | None = None
    char_start: int | None = None
    sub_path: str | None = None
    roles: tuple[str, ...] = ()
    is_promised: bool = False
    is_own: bool = True
    field: str | None = None
    added_by: AddedBy | None = None
    is_official: bool | None = None
    is_mentioned_in_paper: bool | None = None
    is_mentioned_in_repository: bool | None = None
    framework: str | None = None


@value(kw_only=True)
class Mention:
    """What a document says of one paper in one place, in a digest or outside of any.

    `arxiv_id` is without version and given only where the document states it. `authors` are the names in their order,
    empty where the document names none; `author_count` is a printed count. `abstract` keeps the line breaks of the
    document, so that a place in it can be told as a place in the document; it starts at character `abstract_char` of
    line `abstract_line`, or at an unknown one where that is None; where it stands escaped, as a JSON string on one
    line, `abstract_raw` is what stands there. `publication_date` is ISO 8601 and given only where the document states
    year, month and day; `printed_publication_date` is the text that stands there. `links` are those that the document
    itself lists; those inside an abstract are found later, from its text.
    """

    position: int
    title: str
    line_start: int
    line_end: int
    abstract: str | None = None
    abstract_line: int | None = None
    abstract_char: int | None = 0
    abstract_raw: str | None = None
    arxiv_id: str | None = None
    authors: tuple[str, ...] = ()
    author_count: int | None = None
    publication_date: str | None = None
    printed_publication_date: str | None = None
    links: tuple[LinkRecord, ...] = ()


@value(kw_only=True)
class EntryRecord(Mention):
    """One place in a digest: the paper and what the page said of it that day."""

    upvote_count: int | None = None
    comment_count: int | None = None
    submitted_by: str | None = None
    organization: str | None = None


@value(kw_only=True)
class PaperRecord(Mention):
    """A paper that a document describes outside of any digest: an arXiv Atom entry, a row of a published list.

    `position` counts from 1 in the document. `updated_date` is the day of the version that it describes, ISO 8601.
    `categories` are arXiv's, the primary one first.
    """

    arxiv_version: int | None = None
    updated_date: str | None = None
    doi: str | None = None
    categories: tuple[str, ...] = ()
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class DigestRecord:
    """One dated, ordered list of papers.

    `printed_date` is the text as it stands (`Mar 11`). `digest_date` and its basis are set only where the document,
    its name or a person states the full date; `earliest_date` and `latest_date` bound it where the document says so.
    `url` is the address of the page, where the document states it.
    """

    entries: tuple[EntryRecord, ...]
    kind: DigestKind = "listing"
    title: str | None = None
    curator: str | None = None
    query: str | None = None
    printed_date: str | None = None
    digest_date: str | None = None
    date_basis: DateBasis | None = None
    earliest_date: str | None = None
    latest_date: str | None = None
    url: str | None = None


@value()
class RejectRecord:
    """A piece of a document that could not be understood, word for word, with the reason in one sentence."""

    line_start: int
    line_end: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Origin:
    """The source document that the facts come from: its file name (never a path), content hash and size."""

    name: str
    sha256: str
    byte_count: int
    line_count: int
    format: str


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """Everything one reader understood of one source document.

    `is_complete` is False where only facts came, in an export without prose: reading the document itself adds to
    it. `furniture_line_count` counts the lines that are page furniture or blank, so that every line is accounted for.
    `papers` are those outside of any digest, in order; it is read once and may be lazy, so that a list of any length
    takes little memory, and a piece that could not be understood stands among them as its reject.
    """

    origin: Origin
    digests: tuple[DigestRecord, ...] = ()
    rejects: tuple[RejectRecord, ...] = ()
    papers: Iterable[PaperRecord | RejectRecord] = ()
    furniture_line_count: int = 0
    is_complete: bool = True

    @property
    def entry_count(self) -> int:
        """How many entries the digests of this document have together."""
        return sum(len(digest.entries) for digest in self.digests)
