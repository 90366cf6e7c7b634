"""A paper, a repository or a digest -> the lines that show it in the terminal. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from catalog.results import (
    Appearance,
    Assertion,
    DigestDetails,
    Entry,
    OtherText,
    Paper,
    PaperDetails,
    PaperLink,
    RepositoryDetails,
    Source,
)
from catalog.show.days import day_reason, digest_day
from catalog.terminal import plain

_WIDTH = 100
_MOST_NAMES = 20


def lines(found: PaperDetails | RepositoryDetails | DigestDetails) -> Iterator[str]:
    """Yield the lines that show what was found; no character of a stranger's text can steer the terminal."""
    if isinstance(found, PaperDetails):
        return _paper_lines(found)
    return _repository_lines(found) if isinstance(found, RepositoryDetails) else _digest_lines(found)


def counted(count: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun: `1 paper`, `2 papers`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _wrapped(text: str, indent: str = "  ") -> Iterator[str]:
    yield from textwrap.wrap(
        plain(text),
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _section(title: str, body: Iterable[str]) -> Iterator[str]:
    """Yield the body under its title, and nothing where it is empty."""
    shown = list(body)
    if shown:
        yield ""
        yield title
        yield from shown


def _paper_lines(paper: PaperDetails) -> Iterator[str]:
    yield from _wrapped(paper.title, "")
    yield f"  {_facts(paper)}"
    if paper.arxiv_id is not None:
        yield f"  https://arxiv.org/abs/{plain(paper.arxiv_id)}"
    if paper.doi is not None:
        yield f"  https://doi.org/{plain(paper.doi)}"
    if paper.authors:
        yield from _wrapped(_names(paper.authors))
    if paper.categories:
        yield from _wrapped(", ".join(paper.categories))
    if paper.abstract is not None:
        yield ""
        yield from _wrapped(paper.abstract)
    yield from _section("Links", (line for link in paper.links for line in _link_lines(link)))
    yield from _section("Seen in", map(_appearance, paper.appearances))
    yield from _section("Other texts", (line for text in paper.other_texts for line in _other_text(text)))
    yield from _section("Sources", map(_source, paper.sources))


def _facts(paper: Paper) -> str:
    published = f"published {paper.publication_date}" if paper.publication_date else "publication date not printed"
    authors = "" if paper.author_count is None else f", {counted(paper.author_count, 'author')}"
    return f"paper {paper.id}, {published}{authors}, in {counted(paper.digest_count, 'digest')}"


def _names(names: tuple[str, ...]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f", and {counted(more, 'more author')}" if more > 0 else "")


def _link_lines(link: PaperLink) -> Iterator[str]:
    yield f"  {plain(link.url)}"
    yield f"    {_what_it_is(link)}"
    yield from (f"    {_said(assertion)}" for assertion in link.assertions)


def _what_it_is(link: PaperLink) -> str:
    notes = [*link.roles, *(["only promised"] if link.is_promised else []), *([] if link.is_own else ["not its own"])]
    return f"{link.kind}: {', '.join(notes)}" if notes else link.kind


_SAYS = {
    "abstract": "the abstract",
    "listing field": "the listing",
    "listing's own search": "the listing's own search",
    "published list": "a published list",
}


def _said(assertion: Assertion) -> str:
    who = _SAYS.get(assertion.asserted_by, assertion.asserted_by)
    field = f" in {plain(assertion.field)}" if assertion.field else ""
    by = f", filled in by {plain(assertion.added_by)}" if assertion.added_by else ""
    official = {True: ", as official", False: ", as not official", None: ""}[assertion.is_official]
    return f"{who}{field} says so{by}{official}: {_place(assertion.document, assertion.line, assertion.line)}"


def _place(document: str, start: int | None, end: int | None) -> str:
    if start is None or end is None:
        return plain(document)
    return f"{plain(document)}, " + (f"line {start:,}" if start == end else f"lines {start:,} to {end:,}")


def _appearance(appearance: Appearance) -> str:
    digest = appearance.digest
    repeats = f", which repeats {plain(digest.repeats)}" if digest.repeats else ""
    return (
        f"  {plain(digest.name)} ({plain(digest_day(digest))}), position {appearance.position} of "
        f"{digest.entry_count}{_votes(appearance)}{repeats}"
    )


def _votes(place: Appearance | Entry) -> str:
    upvotes = "" if place.upvote_count is None else f", {counted(place.upvote_count, 'upvote')}"
    return upvotes + ("" if place.comment_count is None else f", {counted(place.comment_count, 'comment')}")


def _other_text(other: OtherText) -> Iterator[str]:
    yield f"  {other.field} in {plain(', '.join(other.documents))}"
    yield from _wrapped(other.text, "    ")


def _source(source: Source) -> str:
    printed = f", printed {plain(source.printed_publication_date)}" if source.printed_publication_date else ""
    stated = f", states {source.publication_date}" if source.publication_date and not printed else ""
    version = f", version {source.arxiv_version}" if source.arxiv_version else ""
    place = _place(source.document, source.line_start, source.line_end)
    return f"  {place} ({plain(source.format)}){printed}{stated}{version}"


def _repository_lines(repository: RepositoryDetails) -> Iterator[str]:
    yield plain(f"{repository.owner}/{repository.name}")
    yield f"  repository {repository.id}, of {counted(repository.paper_count, 'paper')}"
    yield f"  {plain(repository.url)}"
    for each in repository.papers:
        yield ""
        yield from _wrapped(each.paper.title)
        yield f"    {_facts(each.paper)}"
        yield f"    {_what_it_is(each.link)}"
        yield from (f"    {_said(assertion)}" for assertion in each.link.assertions)


def _digest_lines(digest: DigestDetails) -> Iterator[str]:
    yield plain(f"{digest.title}: {digest.name}" if digest.title else digest.name)
    yield f"  digest {digest.id}, {digest.kind}, {counted(digest.entry_count, 'paper')}"
    if digest.curator is not None:
        yield f"  chosen by {plain(digest.curator)}"
    if digest.query is not None:
        yield f"  search for {plain(digest.query)}"
    if digest.url is not None:
        yield f"  {plain(digest.url)}"
    yield f"  {plain(digest_day(digest))}"
    yield from _wrapped(day_reason(digest))
    if digest.repeats is not None:
        yield f"  It repeats {plain(digest.repeats)}."
    yield f"  from {plain(digest.document)}"
    yield ""
    for entry in digest.entries:
        yield from _entry_lines(entry)


def _entry_lines(entry: Entry) -> Iterator[str]:
    yield f"{entry.position:>4}. {plain(entry.paper.title)}"
    yield f"      paper {entry.paper.id}{_votes(entry)}{', first in this digest' if entry.is_new else ''}"
    yield from (f"      {plain(url)}" for url in entry.paper.repositories)
