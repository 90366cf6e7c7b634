"""A card of a saved page -> an entry of its digest, or a reject with the reason. Pure.

A card names its paper by a link `/papers/ID`, and its title stands in a heading. Everything else is taken where it
stands in a form that is certain, and is None elsewhere: `94` after the checkbox of the vote, `Submitted by` and the
next text, `5 authors`, the text of the link to `#community`, `Published on May 2, 2025`, links to an organisation's
page and to repositories. The summaries on some cards are cut short or machine-made and are no abstracts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple
from urllib.parse import unquote

from catalog.arxiv import parse_arxiv_id
from catalog.dates import parse_printed_date
from catalog.links import canonicalize
from catalog.links.hubs import HUB_PAGES
from catalog.readers.saved_page_outline import Part, Scope
from catalog.records import EntryRecord, LinkRecord
from catalog.titles import title_key
from catalog.values import value

MAX_TITLE: Final = 2_000
MAX_NAME: Final = 200

_SITE: Final = r"(?:https?://(?:www\.)?(?:huggingface\.co|hf\.co))?"
_PAPER = re.compile(r".{0,400}/papers/(?P<id>(?:[A-Za-z.-]{2,20}/)?[^/]{0,60}[0-9][^/]{0,60})/?", re.DOTALL)
_ACCOUNT = re.compile(rf"{_SITE}/([a-z0-9][a-z0-9._-]{{0,95}})/?", re.IGNORECASE | re.ASCII)
_LOGIN = re.compile(rf"{_SITE}/login\?", re.IGNORECASE)
_WEB = re.compile(r"https?://[^\s/]\S{0,1990}", re.IGNORECASE)

_COUNT = re.compile(r"[0-9]{1,3}(?:,[0-9]{3}){1,2}|[0-9]{1,9}", re.ASCII)
_AUTHORS = re.compile(
    r"[·•]?\s{0,9}(?P<count>[0-9]{1,3}(?:,[0-9]{3})?|[0-9]{1,6})\s{1,9}authors?", re.IGNORECASE | re.ASCII
)
_SUBMITTED_BY = re.compile(r"submitted by(?:[:\s]\s{0,9}(?P<value>.{0,400}))?", re.IGNORECASE | re.DOTALL)
_PUBLISHED_ON = re.compile(r"published on(?:[:\s]\s{0,9}(?P<value>.{0,400}))?", re.IGNORECASE | re.DOTALL)


class CardError(ValueError):
    """A card that is not understood: the reason as one sentence."""


class CardName(NamedTuple):
    """What names the paper of a card: its title, and its arXiv id where the card has one."""

    title: str
    arxiv_id: str | None


@value()
class _Paper:
    """The paper that a link names: the link, the name, and the arXiv id where that is one."""

    link: Part
    name: str
    arxiv_id: str | None


def is_empty(card: Scope) -> bool:
    """Whether a card shows no text and names no paper: the grey shape that stands there until the page is filled."""
    return not card.texts and _find_paper(card) is None


def name_shown(scope: Scope) -> CardName | None:
    """Return what names the paper of a hidden card or of a link in no card; the title is empty where none is shown."""
    paper = _find_paper(scope)
    return CardName(paper.link.text if paper.link.heading else "", paper.arxiv_id) if paper is not None else None


def card_name(card: Scope) -> CardName:
    """Return the title of a card and the arXiv id of its paper.

    Raises CardError where it names no paper, or several, or has no title, or several.
    """
    papers = [paper for link in card.tagged("a") if (paper := _paper(link))]
    paper = _headed_first(papers)
    if paper is None:
        raise CardError("the card links to no paper")
    if len({each.arxiv_id or each.name for each in papers}) > 1:
        raise CardError("the links of the card name several papers")
    if len({each.link.text for each in papers if each.link.heading is not None}) > 1:
        raise CardError("the headings of the card name several papers")
    return CardName(_title(card, paper.link), paper.arxiv_id)


def card_entry(card: Scope, name: CardName, position: int) -> EntryRecord:
    """Return what a card with this name says of its paper; `position` is the entry's place in the digest."""
    submitted_by = _after(card, _SUBMITTED_BY)
    printed_date, publication_date = _publication_date(card)
    return EntryRecord(
        position=position,
        title=name.title,
        line_start=card.span.line_start,
        line_end=card.span.line_end,
        arxiv_id=name.arxiv_id,
        author_count=_author_count(card.texts),
        publication_date=publication_date,
        printed_publication_date=printed_date,
        links=tuple(_links(card)),
        upvote_count=_upvote_count(card),
        comment_count=next((_count(link.text) for link in card.tagged("a") if _is_community(link)), None),
        submitted_by=submitted_by,
        organization=_organization(card, submitted_by),
    )


def _find_paper(card: Scope) -> _Paper | None:
    """The paper of the link in the heading, else of the first link to a paper."""
    return _headed_first([paper for link in card.tagged("a") if (paper := _paper(link))])


def _headed_first(papers: Sequence[_Paper]) -> _Paper | None:
    return min(papers, key=lambda paper: paper.link.heading is None, default=None)


def _paper(link: Part) -> _Paper | None:
    match = _PAPER.fullmatch(re.split(r"[?#]", (link.address or "")[:600].strip(), maxsplit=1)[0])
    if match is None:
        return None
    name = unquote(match["id"])
    try:
        return _Paper(link, name, parse_arxiv_id(name).id)
    except ValueError:
        # `/papers/date/2024-08-01` is a page of the listing, and an id has no slash but arXiv's old ones.
        return None if "/" in name else _Paper(link, name, None)


def _title(card: Scope, link: Part) -> str:
    """The text of the link in the heading, else of the first heading that has any."""
    headings = (heading.text for heading in card.tagged("h1", "h2", "h3", "h4", "h5", "h6"))
    title = (link.text if link.heading else "") or next(filter(None, headings), "")
    if len(title) > MAX_TITLE:
        raise CardError(f"the title of the card is longer than {MAX_TITLE:,} characters")
    try:
        title_key(title)
    except ValueError:
        raise CardError("the card has no heading with a title") from None
    return title


def _upvote_count(card: Scope) -> int | None:
    """The number right after the checkbox of the vote, else the text of the link to log in; `-` is none."""
    if card.box_at is not None:
        return _count(card.texts[card.box_at]) if card.box_at < len(card.texts) else None
    logins = (link for link in card.tagged("a") if _LOGIN.match(link.address or ""))
    return next((count for link in logins if (count := _count(link.text)) is not None), None)


def _author_count(texts: Sequence[str]) -> int | None:
    for text in texts:
        if match := _AUTHORS.fullmatch(text):
            return int(match["count"].replace(",", "")) or None
    return None


def _publication_date(card: Scope) -> tuple[str | None, str | None]:
    """The date after `Published on`, as it stands and, where its year stands with it, in ISO 8601."""
    text = _after(card, _PUBLISHED_ON) or ""
    try:
        printed = parse_printed_date(text)
    except ValueError:
        return None, None
    day = printed.in_year(printed.year) if printed.year is not None else None
    return text, day.isoformat() if day else None


def _after(card: Scope, label: re.Pattern[str]) -> str | None:
    """What follows a label in its piece of text, or the whole next piece, unless the vote stands between."""
    for at, text in enumerate(card.texts):
        match = label.fullmatch(text)
        if match is not None:
            following = card.texts[at + 1 : at + 2] if at + 1 != card.box_at else []
            value = match["value"] or "".join(following)
            return value if 0 < len(value) <= MAX_NAME else None
    return None


def _organization(card: Scope, submitted_by: str | None) -> str | None:
    """The text of the first link to a page of one name, which may be the submitter's own."""
    for link in card.tagged("a"):
        name, account = link.text, _ACCOUNT.fullmatch(link.address or "")
        is_other = account is not None and account[1].casefold() not in HUB_PAGES
        if is_other and 0 < len(name) <= MAX_NAME and name != submitted_by:
            return name
    return None


def _is_community(link: Part) -> bool:
    return (link.address or "").endswith("#community") and _COUNT.fullmatch(link.text) is not None


def _links(card: Scope) -> Iterator[LinkRecord]:
    """The repositories that a card offers, each once; its other addresses lead about the site."""
    seen: set[str] = set()
    for link in card.tagged("a"):
        url = (link.address or "").strip()
        if url not in seen and _is_repository(url):
            seen.add(url)
            yield LinkRecord(asserted_by="listing field", verbatim=url, url=url, line=card.span.line_start)


def _is_repository(url: str) -> bool:
    try:
        return _WEB.fullmatch(url) is not None and canonicalize(url).kind == "repository"
    except ValueError:
        return False


def _count(text: str) -> int | None:
    return int(text.replace(",", "")) if _COUNT.fullmatch(text) else None
