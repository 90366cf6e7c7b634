"""The catalogue's own JSON: one declaration from which it is read, written, checked and documented.

One file holds one source document with its digests. `catalog export` writes it and `catalog load` reads it; with
`--facts` it holds no prose (no abstract, no rejected text), only facts and where they stood.
`docs/interchange.schema.json` is generated from these classes.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta

from catalog.records import AddedBy, AssertedBy, DateBasis, DigestKind, LinkRole

FORMAT_VERSION: Literal["paper-catalogue/2"] = "paper-catalogue/2"
"""What is written. `paper-catalogue/1` is read, too: it lacks what 2 added, and has nothing else."""

Text = Annotated[str, Meta(min_length=1)]
Line = Annotated[int, Meta(ge=1, le=2**53)]
Count = Annotated[int, Meta(ge=0, le=2**53)]
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$", description="ISO 8601 date")]


class _Part(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A part of the format: unknown values are left out, unknown keys are refused."""


class Link(_Part, frozen=True):
    """One place where the document offers an address for the paper."""

    verbatim: Annotated[Text, Meta(description="The address as it stands, damage included")]
    url: Annotated[Text, Meta(description="The same address in canonical form")]
    asserted_by: AssertedBy
    line: Line | None = None
    char_start: Annotated[Count, Meta(description="Characters of that line before it, in code points")] | None = None
    sub_path: Annotated[Text, Meta(description="What follows the canonical address")] | None = None
    roles: Annotated[list[LinkRole], Meta(description="What the sentence says is there")] = []
    is_promised: bool = False
    is_own: bool = True
    field: Annotated[Text, Meta(description="The field in which it stands, as the source calls it")] | None = None
    added_by: Annotated[AddedBy, Meta(description="Who filled that field, as the listing says")] | None = None
    is_official: bool | None = None
    is_mentioned_in_paper: bool | None = None
    is_mentioned_in_repository: bool | None = None
    framework: Text | None = None


class _Mention(_Part, frozen=True):
    """What the document says of a paper in one place."""

    title: Text
    line_start: Line
    line_end: Line
    abstract_line: Annotated[Line, Meta(description="Line where the abstract begins in the document")] | None = None
    abstract: Annotated[Text, Meta(description="Left out with --facts")] | None = None
    arxiv_id: Text | None = None
    authors: Annotated[list[Text], Meta(description="Names in their order; empty where the document names none")] = []
    author_count: Line | None = None
    publication_date: Day | None = None


class Entry(_Mention, frozen=True):
    """One place in the digest; entries stand in the order of the digest, from position 1."""

    printed_publication_date: Annotated[Text, Meta(description="As it stands, such as `Mar 2`")] | None = None
    upvote_count: Count | None = None
    comment_count: Count | None = None
    submitted_by: Text | None = None
    organization: Text | None = None
    links: list[Link] = []


class Paper(_Mention, frozen=True, kw_only=True):
    """A paper that the document describes outside of any digest, such as an arXiv Atom entry."""

    position: Annotated[Line, Meta(description="Place in the document")]
    arxiv_version: Line | None = None
    updated_date: Day | None = None
    doi: Text | None = None
    categories: Annotated[list[Text], Meta(description="arXiv's, the primary one first")] = []
    comment: Annotated[Text, Meta(description="The authors' comment at arXiv; left out with --facts")] | None = None
    links: list[Link] = []


class Digest(_Part, frozen=True, kw_only=True):
    """One dated, ordered list of papers."""

    kind: DigestKind
    title: Text | None = None
    curator: Text | None = None
    query: Text | None = None
    url: Annotated[Text, Meta(description="Address of the page, as the document states it")] | None = None
    printed_date: Annotated[Text, Meta(description="As it stands on the page, such as `Mar 11`")] | None = None
    digest_date: Day | None = None
    date_basis: DateBasis = "open"
    earliest_date: (
        Annotated[Day, Meta(description="Earliest day that the evidence left when this was written")] | None
    ) = None
    latest_date: Annotated[Day, Meta(description="Latest day that the evidence left when this was written")] | None = (
        None
    )
    entries: Annotated[list[Entry], Meta(min_length=1)]


class Reject(_Part, frozen=True):
    """A piece of the document that could not be understood; left out with --facts."""

    line_start: Line
    line_end: Line
    text: Text
    reason: Text


class Source(_Part, frozen=True):
    """The document that the facts come from; lines are counted in it."""

    name: Annotated[Text, Meta(description="File name, without folder")]
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of its bytes")]
    byte_count: Line
    line_count: Line
    format: Text


class Interchange(_Part, frozen=True):
    """One source document of a paper catalogue, with everything read from it or with its facts alone."""

    catalogue: Annotated[
        Literal["paper-catalogue/1", "paper-catalogue/2"], Meta(description="Name and version of this format")
    ]
    source: Source
    is_complete: Annotated[bool, Meta(description="False where prose was left out")]
    digests: list[Digest] = []
    papers: list[Paper] = []
    rejects: list[Reject] = []


def decode(text: str) -> Interchange:
    """Return what `text` says. Raises ValueError, with the place in the JSON, where it is not in this format."""
    try:
        return msgspec.json.decode(text.encode("utf-8", "surrogatepass"), type=Interchange)
    except msgspec.MsgspecError as error:  # a ValueError only in newer versions
        raise ValueError(str(error)) from error


_PartT = TypeVar("_PartT", bound=_Part)


def checked(part: _PartT) -> _PartT:
    """Return `part` as it would be read again. Raises ValueError where it breaks the format.

    What is built in Python is not checked by itself, only what is read.
    """
    try:
        return msgspec.json.decode(msgspec.json.encode(part), type=type(part))
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from error


def encode(document: Interchange) -> str:
    """Return `document` as indented JSON that ends in a line break: the same text for the same content."""
    return msgspec.json.format(msgspec.json.encode(document), indent=1).decode() + "\n"


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the format."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(Interchange)}
