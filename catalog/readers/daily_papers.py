"""One object of the Daily Papers listing -> an entry, and rejects for what in it is not understood. Pure.

The listing's API and its pages carry the same objects, in two forms: wrapped, `{paper: {...}, title, numComments}` and
more, and the bare paper, `{id, title, summary, authors}` and more. docs/daily-papers.md says which field goes where.
https://huggingface.co/docs/hub/api#paper-pages-api names the addresses, not the fields: they are those of 30 answers
from 2024 to 2026.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Final, get_args

from catalog.arxiv import parse_arxiv_id
from catalog.links import canonicalize
from catalog.readers.daily_papers_fields import Fields, Notes, Path
from catalog.readers.json_elements import JsonElement
from catalog.readers.python_literals import parse_literal
from catalog.records import AddedBy, EntryRecord, LinkRecord, LinkRole, Mention, PaperRecord, RejectRecord
from catalog.values import value

MAX_TITLE: Final = 2_000
MAX_NAME: Final = 500
MAX_ADDRESS: Final = 2_000
MAX_ABSTRACT: Final = 100_000

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,20}://", re.IGNORECASE | re.ASCII)
_TIMESTAMP = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?)?",
    re.ASCII,
)
_WORD = re.compile(r"\w{1,100}")
_FILLED_BY: Final[Mapping[str, AddedBy]] = {name: name for name in get_args(AddedBy)}


@value()
class EntryReading:
    """What one object gives: its entry, None where it has no title, the rejects, and the day it was listed.

    `listed_day` is the UTC day of `submittedOnDailyAt`, ISO 8601: the day of the digest in which the paper first stood.
    """

    entry: EntryRecord | None
    rejects: tuple[RejectRecord, ...] = ()
    listed_day: str | None = None
    is_bare: bool = False


def entry_record(element: JsonElement, position: int, *, span: tuple[int, int] | None = None) -> EntryReading:
    """Return what one object of the listing gives, as the entry at `position` of its digest.

    `span` are the first and last line to give as its place where the element's own are not those of the document, as in
    an attribute; then no character is told. An element that is a string holds what Python's `repr` wrote. A fact that
    is of another type than the listing's, or impossible, is None and its piece a reject; an element without a title is
    a reject as a whole. Raises nothing.
    """
    value = element.value
    is_literal = isinstance(value, str)
    if isinstance(value, str):
        try:
            value = parse_literal(value)
        except ValueError as error:
            return _refused(element, span, f"the string is no object as Python writes one: {error}")
    notes = Notes(element, span, value if is_literal else None)
    if not isinstance(value, dict):
        return _refused(element, span, "the element is no object of the listing")
    top = Fields(value, (), notes)
    paper = top
    if "paper" in value:
        if not isinstance(value["paper"], dict):
            return _refused(element, span, "paper is no object")
        paper = top.object("paper")
        if "title" not in value["paper"]:
            top.refuse("paper", "paper has no field for its title; that of the object around it was taken")
    for key, member in value.items():
        if key != "paper" and isinstance(member, dict) and "title" in member:
            top.refuse(key, "the field is none of the listing's, and holds a title")
    entry = _entry(top, paper, position, notes)
    if entry is None:
        return _refused(element, span, "the object has no title")
    listed = _day(paper, "submittedOnDailyAt")
    return EntryReading(entry, tuple(notes.rejects), listed, is_bare=paper is top)


def paper_record(entry: EntryRecord) -> PaperRecord:
    """Return what an entry says of its paper: outside of a digest there is no place for upvotes and comments."""
    return PaperRecord(**{field.name: getattr(entry, field.name) for field in fields(Mention)})


def listed_days(readings: Iterable[EntryReading]) -> list[str]:
    """Return the days on which the entries say that they were listed, each once, the earliest first."""
    return sorted({reading.listed_day for reading in readings if reading.listed_day is not None})


def stated_day(text: str) -> str:
    """Return the UTC day of a timestamp such as `2025-05-02T01:12:33.949Z`, or of a bare date, ISO 8601.

    Raises ValueError for anything else, and for what the calendar does not have.
    """
    if _TIMESTAMP.fullmatch(text) is None:
        raise ValueError(f"{text[:80]!a} is no date")
    moment = datetime.fromisoformat(text)
    try:
        is_utc = moment.tzinfo is None or text[-1] == "Z"
        return (moment if is_utc else moment.astimezone(UTC)).date().isoformat()
    except OverflowError as error:
        raise ValueError(f"{text!a} is outside of the calendar") from error


def _refused(element: JsonElement, span: tuple[int, int] | None, reason: str) -> EntryReading:
    start, end = span or (element.line, element.line_end)
    return EntryReading(None, (RejectRecord(start, end, element.text, reason),))


def _entry(top: Fields, paper: Fields, position: int, notes: Notes) -> EntryRecord | None:
    # The paper's own fields first: they alone stand in both forms.
    own, listed = paper.line("title", MAX_TITLE), top.line("title", MAX_TITLE)
    title = own or listed
    if title is None:
        return None
    if listed and listed != title and _is_other(listed, title):
        top.refuse("title", "title is not that of the paper, which was taken")
    abstract, abstract_path = _abstract(top, paper)
    line, char = notes.string_place(abstract_path) if abstract_path is not None else (None, None)
    authors, author_count = _authors(paper)
    return EntryRecord(
        position=position,
        title=title,
        line_start=notes.line_start,
        line_end=notes.line_end,
        abstract=abstract,
        abstract_line=line,
        abstract_char=char if abstract is not None else 0,
        abstract_raw=notes.raw_string(abstract_path) if abstract_path is not None else None,
        arxiv_id=_arxiv_id(paper),
        authors=authors,
        author_count=author_count,
        publication_date=_day(paper, "publishedAt"),
        links=tuple(_links(paper, notes)),
        upvote_count=paper.count("upvotes"),
        comment_count=top.count("numComments"),
        submitted_by=_submitted_by(top, paper),
        organization=_organization(top, paper),
    )


def _is_other(title: str, own: str) -> bool:
    """Whether a title is that of another paper: the two of one differ in spelling, and share most of their words."""
    words = set(_WORD.findall(title.casefold()))
    return 2 * len(words.intersection(_WORD.findall(own.casefold()))) < len(words)


def _abstract(top: Fields, paper: Fields) -> tuple[str | None, Path | None]:
    for place in (paper, top):
        abstract = place.text("summary", MAX_ABSTRACT)
        if abstract is not None or top is paper:
            return abstract, place.path("summary") if abstract is not None else None
    return None, None


def _arxiv_id(paper: Fields) -> str | None:
    text = paper.line("id", MAX_NAME)
    if text is None:
        return None
    try:
        return parse_arxiv_id(text).id
    except ValueError:
        paper.refuse("id", "id is no arXiv id")
        return None


def _authors(paper: Fields) -> tuple[tuple[str, ...], int | None]:
    """The names in their order, and how many authors there are; an author without a readable name is counted."""
    listed = paper.lines_in_elements("authors", "name", MAX_NAME)
    names = []
    for index, plain in enumerate(listed):
        if plain is not None:
            names.append(plain)
            continue
        author = paper.element("authors", index)
        if author is None:
            continue
        name = author.line("name", MAX_NAME)
        if name is not None:
            names.append(name)
        elif not author.is_refused("name"):
            paper.refuse_element("authors", index, "an author has no name")
    return tuple(names), len(listed) or None


def _day(place: Fields, key: str) -> str | None:
    text = place.line(key, MAX_NAME)
    if text is None:
        return None
    try:
        return stated_day(text)
    except ValueError:
        place.refuse(key, f"{key} is no date of the calendar")
        return None


def _submitted_by(top: Fields, paper: Fields) -> str | None:
    return (
        top.object("submittedBy").line("name", MAX_NAME)
        or paper.object("submittedOnDailyBy").line("user", MAX_NAME)
        or paper.object("submittedOnDailyBy").line("name", MAX_NAME)
    )


def _organization(top: Fields, paper: Fields) -> str | None:
    for place in (top, paper):
        organization = place.object("organization")
        name = organization.line("fullname", MAX_NAME) or organization.line("name", MAX_NAME)
        if name is not None or top is paper:
            return name
    return None


def _links(paper: Fields, notes: Notes) -> Iterable[LinkRecord]:
    added_by = _added_by(paper)
    repository = _link(paper, "githubRepo", "code", notes, added_by)
    page = _link(paper, "projectPage", "project page", notes, None)
    return [link for link in (repository, page) if link is not None]


def _added_by(paper: Fields) -> AddedBy | None:
    text = paper.line("githubRepoAddedBy", MAX_NAME)
    if text is not None and text not in _FILLED_BY:
        paper.refuse("githubRepoAddedBy", "githubRepoAddedBy is none of " + ", ".join(_FILLED_BY))
    return _FILLED_BY.get(text or "")


def _link(paper: Fields, key: str, role: LinkRole, notes: Notes, added_by: AddedBy | None) -> LinkRecord | None:
    verbatim = paper.text(key, MAX_ADDRESS)
    if verbatim is None:
        return None
    url = verbatim.strip()
    try:
        canonicalize(url)
        url = url if _SCHEME.match(url) else f"https://{url.lstrip('/')}"
        canonicalize(url)
    except ValueError:
        paper.refuse(key, f"{key} is no address")
        return None
    line, char_start = notes.string_place(paper.path(key))
    return LinkRecord(
        asserted_by="listing's own search" if added_by == "auto" else "listing field",
        verbatim=verbatim,
        url=url,
        line=line,
        char_start=char_start,
        roles=(role,),
        field=key,
        added_by=added_by,
    )
