"""The reader for listing pages of Hugging Face papers that a tool captured as Markdown or as text.

Such a page has what a pasted page (pasted_page.py) has lost: the address of each paper, the votes and comments, who
submitted it, links to code, and often the address of the page. docs/captured-pages.md shows the forms. Unlike there,
nothing is weighed here: a card is known by the link to its paper, or by its heading.

Every line of the document ends as part of an entry (from the first line that belongs to its title to the last line of
its small print), as part of a reject, or as page furniture: navigation, what the tool wrote above the page, the lines
that define links, and the second of two places where a page shows the same card twice.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Final

from catalog.dates import parse_printed_date
from catalog.documents import Document, DocumentError, split_lines
from catalog.readers.captured_addresses import Leads
from catalog.readers.captured_cards import Card, Refused, Walk, find_cards
from catalog.readers.captured_facts import is_known
from catalog.readers.captured_head import Head, find_bounds, only_day, read_head
from catalog.readers.captured_prose import links_in_prose, plain_prose
from catalog.readers.captured_titles import Title, find_titles, is_page_title
from catalog.readers.captured_units import Part, Source, Unit, find_units
from catalog.readers.trailers import DateLine
from catalog.records import (
    DateBasis,
    DigestKind,
    DigestRecord,
    DocumentRecord,
    EntryRecord,
    LinkRecord,
    Origin,
    RejectRecord,
)
from catalog.values import value

FORMAT: Final = "captured page"

# A page with more is a mistake; the limit bounds the memory that a reading takes.
MAX_LINES: Final = 2_000_000

_LOOKED_AT: Final = 1 << 17
_MARKUP_OPENING = re.compile(r"\s{0,99}(?:<[!?a-zA-Z]|\{\s{0,99}[\"}]|\[\s{0,99}[{\"])")
_ABOUT_PAPER = re.compile(r"(?:papers/|papers%2F|(?:Daily|Trending) Papers)", re.IGNORECASE)

_UNKNOWN_ABOVE: Final = "the text stands above the first card and is none that the listing is known to print"
_UNKNOWN_BELOW: Final = "the text belongs to no card and is none that the listing is known to print"
_OTHER_TELLING: Final = "the page has this paper twice, and the two places contradict each other"


@dataclass(frozen=True, slots=True)
class _Page:
    """What was read of one page of the document; `lines` of the refused do not overlap those of the cards."""

    head: Head
    cards: tuple[Card, ...]
    refused: tuple[Refused, ...]


_TakenApart = tuple[Source, list[Unit], dict[int, Title]]


def recognizes(text: str) -> bool:
    """Whether the text is a captured page, from its first and last 128 KiB.

    A heading that links to a paper is enough. Headings without a link and links without a heading count on a page
    that shows itself to be the listing: by its own heading, or by a button that votes for a paper.
    """
    if _MARKUP_OPENING.match(text) or not _ABOUT_PAPER.search(text, 0, _LOOKED_AT):
        return False
    looked_at = text if len(text) <= 2 * _LOOKED_AT else f"{text[:_LOOKED_AT]}\n{text[-_LOOKED_AT:]}"
    _, units, titles = _taken_apart(looked_at)
    if any(units[at].heading and units[at].links for at in titles):
        return True
    has_papers = any(part.leads(Leads.VOTE) for unit in units for part in unit.links)
    has_headings = any(units[at].heading for at in titles) and any(
        unit.heading and is_page_title(unit) for unit in units
    )
    return bool(titles) and (has_papers or has_headings)


def _taken_apart(text: str) -> _TakenApart:
    # A page that is looked at as a whole, as nearly all are, is taken apart once to be recognised and to be read.
    return _taken_apart_once(text) if len(text) <= 2 * _LOOKED_AT else _take_apart(text)


def _take_apart(text: str) -> _TakenApart:
    source = Source(text)
    units = find_units(source)
    return source, units, find_titles(source, units)


_taken_apart_once = lru_cache(maxsize=1)(_take_apart)


def read(document: Document) -> DocumentRecord:
    """Return the digests, entries and rejects of a captured page.

    Raises DocumentError where the text holds no card.
    """
    if len(split_lines(document.text)) > MAX_LINES:
        raise DocumentError(f"{document.shown}: has more than {MAX_LINES:,} lines; split it into smaller documents")
    source, units, titles = _taken_apart(document.text)
    _taken_apart_once.cache_clear()
    bounds = [*find_bounds(units, sorted(titles)), len(units)]
    pages = [
        _read_page(source, units[start:end], {at - start: title for at, title in titles.items() if start <= at < end})
        for start, end in pairwise(bounds)
    ]
    digests = tuple(_digest(page, source) for page in pages if page.cards)
    if not digests:
        raise DocumentError(f"{document.shown}: holds no card, a title that leads to a paper; capture the page again")
    rejects = tuple(
        RejectRecord(
            refused.first + 1, refused.end, "\n".join(source.lines[refused.first : refused.end]), refused.reason
        )
        for page in pages
        for refused in page.refused
    )
    entry_lines = sum(card.end - card.first for page in pages for card in page.cards)
    reject_lines = sum(reject.line_end - reject.line_start + 1 for reject in rejects)
    return DocumentRecord(
        origin=Origin(document.name, document.sha256, document.byte_count, len(source.lines), FORMAT),
        digests=digests,
        rejects=rejects,
        furniture_line_count=len(source.lines) - entry_lines - reject_lines,
    )


def _read_page(source: Source, units: Sequence[Unit], titles: dict[int, Title]) -> _Page:
    walk = find_cards(source, units, titles)
    begun = [card.first for card in walk.cards] + [refused.first for refused in walk.refused]
    first_card = min(begun, default=len(source.lines))
    before = [unit for unit in walk.outside if unit.first < first_card]
    after = [unit for unit in walk.outside if unit.first >= first_card]
    head = read_head(source, before, after)
    unknown = [Refused(unit.first, unit.end, _UNKNOWN_ABOVE) for unit in before if unit.first not in head.known]
    last_card = max(begun, default=0)
    unknown += [
        Refused(unit.first, unit.end, _UNKNOWN_BELOW)
        for unit in after
        if not is_known(unit, trusts_links=last_card < unit.first and unit.end < len(source.lines))
    ]
    cards, contradicting = _merged(source, walk)
    return _Page(head, cards, _joined(units, [*unknown, *walk.refused, *contradicting]))


def _merged(source: Source, walk: Walk) -> tuple[tuple[Card, ...], list[Refused]]:
    """Each paper once: the second place adds what the first does not say."""
    cards: dict[str, Card] = {}
    refused = []
    for card in walk.cards:
        key = card.title.arxiv_id or "".join(card.title.text.split())
        known = cards.setdefault(key, card)
        if known is card:
            continue
        if not _says_the_same(source, known, card) or not known.facts.merge(card.facts):
            refused.append(Refused(card.first, card.end, _OTHER_TELLING))
        elif known.abstract is None and card.abstract is not None:
            # An entry's abstract stands in the entry's lines, so the second place is the better one.
            cards[key] = replace(card, facts=known.facts)
    return tuple(cards.values()), refused


def _says_the_same(source: Source, known: Card, card: Card) -> bool:
    texts = [source.text[slice(*each.abstract)].split() for each in (known, card) if each.abstract]
    return known.title.text == card.title.text and (len(texts) < 2 or texts[0] == texts[1])


def _joined(units: Sequence[Unit], refused: Sequence[Refused]) -> tuple[Refused, ...]:
    """Refused lines in order, as one piece where only blank ones stand between them."""
    blank = {line for unit in units if unit.is_blank for line in range(unit.first, unit.end)}
    joined: list[Refused] = []
    for item in sorted(refused, key=lambda each: each.first):
        last = joined[-1] if joined else None
        if last is not None and all(line in blank for line in range(last.end, item.first)):
            joined[-1] = replace(last, end=max(last.end, item.end))
        else:
            joined.append(item)
    return tuple(joined)


def _digest(page: _Page, source: Source) -> DigestRecord:
    head, listing = page.head, page.head.listing
    day, earliest, latest = _date(head)
    is_trending = (head.title or "").casefold() == "trending papers"
    kind: DigestKind = "trending" if is_trending else "listing"
    basis: DateBasis | None = "stated" if day else None
    return DigestRecord(
        entries=tuple(_entry(position, card, source) for position, card in enumerate(page.cards, start=1)),
        kind=listing.kind if listing else kind,
        title=head.title,
        curator=head.curator,
        query=listing.query if listing else None,
        printed_date=head.printed.text if head.printed else None,
        digest_date=day,
        date_basis=basis,
        earliest_date=earliest,
        latest_date=latest,
        url=listing.url if listing else None,
    )


def _date(head: Head) -> tuple[str | None, str | None, str | None]:
    """The day of the digest where the page states it, else its bounds."""
    listing = head.listing
    if head.printed is not None and head.printed.iso is not None:
        return head.printed.iso, None, None
    if listing is not None and listing.day is not None:
        # The address of a day without a digest shows another day's page.
        return (listing.day, None, None) if _agrees(head.printed, listing.day) else (None, None, None)
    if listing is not None and listing.earliest is not None:
        return None, listing.earliest, listing.latest
    if day := only_day(head.printed, head.earliest, head.latest):
        return day, None, None
    return None, head.earliest, head.latest


def _agrees(printed: DateLine | None, day: str) -> bool:
    if printed is None:
        return True
    parsed = parse_printed_date(printed.text)
    return (parsed.month, parsed.day) == (int(day[5:7]), int(day[8:10]))


def _entry(position: int, card: Card, source: Source) -> EntryRecord:
    facts = card.facts
    abstract = _abstract(card.abstract, source) if card.abstract else _NO_ABSTRACT
    return EntryRecord(
        position=position,
        title=card.title.text,
        line_start=card.first + 1,
        line_end=card.end,
        abstract=abstract.text,
        abstract_line=abstract.line,
        abstract_char=abstract.char,
        arxiv_id=card.title.arxiv_id,
        author_count=facts.author_count,
        publication_date=facts.date.iso if facts.date else None,
        printed_publication_date=facts.date.text if facts.date else None,
        links=(*(_code_link(part, source) for part in facts.code), *abstract.links),
        upvote_count=facts.vote_count,
        comment_count=facts.comment_count,
        submitted_by=facts.submitted_by,
        organization=facts.organization,
    )


@value()
class _Abstract:
    text: str | None = None
    line: int | None = None
    char: int | None = 0
    links: tuple[LinkRecord, ...] = ()


_NO_ABSTRACT = _Abstract()


def _abstract(place: tuple[int, int], source: Source) -> _Abstract:
    start, end = place
    raw, line = source.text[start:end], source.line_of(start) + 1
    plain = plain_prose(raw)
    if plain == raw:
        return _Abstract(raw, line, source.char_of(start))
    return _Abstract(plain, line, None, links_in_prose(source, start, end))


def _code_link(part: Part, source: Source) -> LinkRecord:
    assert part.link is not None  # for mypy: only links are taken for code
    place = part.link.place
    return LinkRecord(
        asserted_by="listing field",
        verbatim=source.text[place.start : place.end],
        url=place.address,
        line=source.line_of(place.start) + 1,
        char_start=source.char_of(place.start),
        roles=("code",),
        field="GitHub",
    )
