"""What the catalogue answers: papers, repositories and digests, as frozen records for programs and for the terminal.

Days are ISO 8601 text (`2026-03-04`), lines of a document are counted from 1, and what is not known is None.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One paper, as lists show it.

    `arxiv_id` is without version. `authors` are the names in their order, empty where no document names them;
    `author_count` may be known without the names. `digest_count` leaves out digests that repeat another.
    `repositories` are the addresses of the repositories that anybody says the paper has.
    """

    id: int
    title: str
    abstract: str | None
    arxiv_id: str | None
    doi: str | None
    authors: tuple[str, ...]
    author_count: int | None
    publication_date: str | None
    digest_count: int
    repositories: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """Who says that a paper has a link, in which words, and where.

    `asserted_by` is abstract, listing field, listing's own search or published list; `field` and `added_by` name the
    field and who filled it. `verbatim` is the address as it stands in `document`, damage included; `sub_path` what
    follows the canonical address.
    """

    asserted_by: str
    field: str | None
    added_by: str | None
    verbatim: str
    sub_path: str | None
    document: str
    line: int | None
    is_promised: bool
    is_own: bool
    is_official: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperLink:
    """One link of a paper, with the evidence.

    `kind` is told from the address (repository, model, dataset, …), `roles` from the words around it (code, data, …).
    `is_promised` where every source only promises it, `is_own` False where it is somebody else's work.
    """

    url: str
    kind: str
    roles: tuple[str, ...]
    is_promised: bool
    is_own: bool
    assertions: tuple[Assertion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """One digest, as lists show it.

    `digest_date` is None while the year is open; `earliest_date` and `latest_date` bound it as far as the evidence
    goes, and `date_basis` says why. `repeats` is the name of the digest of which this one repeats the list.
    """

    id: int
    name: str
    kind: str
    title: str | None
    curator: str | None
    query: str | None
    url: str | None
    printed_date: str | None
    digest_date: str | None
    earliest_date: str | None
    latest_date: str | None
    date_basis: str
    entry_count: int
    document: str
    repeats: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """One place where a digest lists a paper: position, and what the page said that day."""

    digest: Digest
    position: int
    upvote_count: int | None
    comment_count: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherText:
    """A title, an abstract or a list of authors that a document gave and the paper does not show.

    `field` is title, abstract or authors; authors stand in `text` with commas between them.
    """

    field: str
    text: str
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A place where a document describes a paper, in a digest or outside of any.

    `line_start` and `line_end` are its lines. The others are what the document states there: of several documents each
    may state another publication date.
    """

    document: str
    format: str
    line_start: int
    line_end: int
    arxiv_id: str | None
    arxiv_version: int | None
    publication_date: str | None
    printed_publication_date: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperDetails(Paper):
    """One paper with everything that is known of it; `categories` are arXiv's, the primary one first."""

    categories: tuple[str, ...]
    links: tuple[PaperLink, ...]
    appearances: tuple[Appearance, ...]
    other_texts: tuple[OtherText, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """One repository, as lists show it; `paper_count` counts the papers of which anybody says that they have it."""

    id: int
    host: str
    owner: str
    name: str
    url: str
    paper_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperOfRepository:
    """A paper that has a repository, and what the repository is to it."""

    paper: Paper
    link: PaperLink


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryDetails(Repository):
    """One repository with its papers: their own first, then those that only build on it."""

    papers: tuple[PaperOfRepository, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One place in a digest; `is_new` where no earlier digest of the catalogue lists the paper."""

    position: int
    paper: Paper
    upvote_count: int | None
    comment_count: int | None
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestDetails(Digest):
    """One digest with its list, and the evidence for its date.

    `newest_publication` is the latest publication date that any document states of a paper in it, `read_by` the day by
    which the digest existed: both bound the date. `possible_dates` are the days that it could be of, one where it is
    known.
    """

    newest_publication: str | None
    read_by: str | None
    possible_dates: tuple[str, ...]
    entries: tuple[Entry, ...]
