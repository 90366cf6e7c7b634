"""The reader for pages of the listing that somebody saved from a browser as HTML.

The papers are those of the JSON that the page carries (saved_page_json.py), which tells more than the page shows, then
those cards that the JSON does not have (saved_page_cards.py): a page that grew while somebody scrolled has more cards
than JSON, and an old or stripped one has no JSON. One paper is one entry, however often the page shows it. What is not
understood is a reject; everything else on the page, such as navigation and scripts, is furniture.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from catalog.arxiv import parse_arxiv_id
from catalog.documents import Document, DocumentError
from catalog.readers.daily_papers import entry_record
from catalog.readers.json_elements import DamagedElement
from catalog.readers.saved_page_cards import CardError, CardName, card_entry, card_name, is_empty, name_shown
from catalog.readers.saved_page_head import Head, is_printed_as, read_head
from catalog.readers.saved_page_json import Listing, ListingError, is_listing, read_listing
from catalog.readers.saved_page_outline import Outline, OutlineError, Scope, outline
from catalog.readers.saved_page_places import Places, Span
from catalog.records import DateBasis, DigestRecord, DocumentRecord, EntryRecord, Origin, RejectRecord
from catalog.titles import title_key

FORMAT: Final = "saved page"

_LOOKED_AT: Final = 1 << 12
_BLANKS: Final = "\ufeff \t\r\n\f"
_OPENING = re.compile(r"<(?:!doctype\s{1,99}html|html|head|body)(?=[\s/>])", re.IGNORECASE)
_PAPER_ADDRESS = re.compile(r"/papers/([0-9][^\s\"'<>?#&]{0,60})")
# The components of a page about one paper.
_PAPER_PAGE: Final = frozenset({"PaperPage", "PaperContent"})

_NO_CARD: Final = "the title of a paper stands outside of every card that a browser shows"
_SWALLOWED: Final = "the tag of the card stands inside of damaged markup"
_LOST_JSON: Final = "JSON of papers stands in damaged markup"
_OTHER_TITLE: Final = "the paper is on the page before, under another title"


def recognizes(text: str) -> bool:
    """Whether the text opens as an HTML page does, after comments that a browser may have put before."""
    opening = text[:_LOOKED_AT].lstrip(_BLANKS)
    while opening.startswith(("<!--", "<?")):
        _, end, opening = opening.partition("-->" if opening.startswith("<!--") else ">")
        if not end:
            return False
        opening = opening.lstrip(_BLANKS)
    return _OPENING.match(opening) is not None


def read(document: Document) -> DocumentRecord:
    """Return the one digest of a saved page, and its rejects.

    Raises DocumentError where the page lists no paper, or is too large or too deep to be read whole.
    """
    try:
        found = outline(document.text)
    except OutlineError as error:
        raise DocumentError(f"{document.shown}: {error}") from error
    page = _Page(document.text)
    of_page = page.add_listings(found)
    page.add_cards(found.cards)
    page.refuse_others([*found.strays, *found.hidden])
    page.refuse_swallowed(found.places.swallowed())
    page.refuse_traces(found.places)
    if not page.entries:
        raise DocumentError(f"{document.shown}: {_why_empty(found, page.rejects)}")
    return DocumentRecord(
        origin=Origin(document.name, document.sha256, document.byte_count, document.line_count, FORMAT),
        digests=(_digest(read_head(found, of_page), page),),
        rejects=tuple(page.rejects),
        furniture_line_count=document.line_count - _line_count([*page.entries, *page.rejects]),
    )


class _Page:
    """The entries and rejects of a page as they come together, each paper once."""

    def __init__(self, text: str) -> None:
        self.entries: list[EntryRecord] = []
        self.rejects: list[RejectRecord] = []
        self._days: set[str | None] = set()
        # Where what was refused ends, by where it begins.
        self._refused: dict[int, int] = {}
        self._text = text
        self._titles: dict[str, str] = {}

    def add_listings(self, found: Outline) -> Mapping[str, Any]:
        """Take the papers of the listings in JSON; return what the first of them says of the page."""
        of_page: Mapping[str, Any] | None = None
        for candidate in filter(is_listing, found.properties):
            try:
                listing = read_listing(candidate)
            except ListingError as error:
                self._refuse(candidate.span, str(error))
                continue
            of_page = listing.of_page if of_page is None else of_page
            self._add_listing(listing)
        return of_page or {}

    def add_cards(self, cards: Iterable[Scope]) -> None:
        """Take the papers of cards that are not there yet."""
        for card in cards:
            if is_empty(card):
                continue
            try:
                name = card_name(card)
            except CardError as error:
                self._refuse(card.whole, str(error))
                continue
            # Of nearly all papers the JSON has said more than the card does.
            if self._titles.get(name.arxiv_id or "") != title_key(name.title):
                entry = card_entry(card, name, len(self.entries) + 1)
                self._add(entry, self._text[card.whole.start : card.whole.end])

    def refuse_others(self, scopes: Iterable[Scope]) -> None:
        """Refuse papers that are named outside of every card, or where no browser shows them, as damage leaves them."""
        spans = [scope.whole for scope in scopes if (name := name_shown(scope)) and not self._is_known(name)]
        for span in dict.fromkeys(spans):
            self._refuse(span, _NO_CARD)

    def refuse_swallowed(self, spans: Iterable[Span]) -> None:
        """Refuse stretches that begin as a card, unless the paper that they name is there."""
        for span in spans:
            match = _PAPER_ADDRESS.search(self._text, span.start, span.end)
            if match is not None and match[1] not in self._titles and span.start not in self._refused:
                self._refuse(span, _SWALLOWED)

    def refuse_traces(self, places: Places) -> None:
        """Refuse what stands around links to papers that are not there, and around JSON that no element carries."""
        refused = sorted(self._refused.items())
        at = reached = 0
        for trace in places.traces():
            while at < len(refused) and refused[at][0] <= trace.offset:
                reached = max(reached, refused[at][1])
                at += 1
            if trace.offset >= reached and not self._has(trace.name):
                span = places.between(trace.offset)
                self._refuse(span, _NO_CARD if trace.name else _LOST_JSON)
                reached = span.end

    def _has(self, name: str | None) -> bool:
        try:
            return name is not None and parse_arxiv_id(name).id in self._titles
        except ValueError:
            return True

    def agreed_day(self, printed_date: str | None) -> str | None:
        """The day on which all papers of the JSON were submitted, unless the page prints another one."""
        day = next(iter(self._days)) if len(self._days) == 1 else None
        return day if day and (printed_date is None or is_printed_as(printed_date, day)) else None

    def _add_listing(self, listing: Listing) -> None:
        span = (listing.span.line_start, listing.span.line_end)
        for element in listing.papers:
            if isinstance(element, DamagedElement):
                self.rejects.append(RejectRecord(*span, element.text, f"the element is no JSON: {element.reason}"))
                continue
            reading = entry_record(element, len(self.entries) + 1, span=span)
            self.rejects.extend(reading.rejects)
            if reading.entry is not None:
                self._days.add(reading.listed_day)
                self._add(reading.entry, element.text)

    def _add(self, entry: EntryRecord, text: str) -> None:
        key = title_key(entry.title)
        known = self._titles.get(entry.arxiv_id or key)
        if known is None:
            self.entries.append(entry)
            self._titles[key] = key
            if entry.arxiv_id is not None:
                self._titles[entry.arxiv_id] = key
        elif known != key:
            self.rejects.append(RejectRecord(entry.line_start, entry.line_end, text, _OTHER_TITLE))

    def _is_known(self, name: CardName) -> bool:
        """Whether a paper is there: by its title, where one is shown, else by its arXiv id."""
        if not name.title:
            return name.arxiv_id is None or name.arxiv_id in self._titles
        try:
            return title_key(name.title) in self._titles
        except ValueError:
            return True

    def _refuse(self, span: Span, reason: str) -> None:
        self._refused[span.start] = max(span.end, self._refused.get(span.start, 0))
        self.rejects.append(RejectRecord(span.line_start, span.line_end, self._text[span.start : span.end], reason))


def _digest(head: Head, page: _Page) -> DigestRecord:
    """The digest; where the page states no day, that on which all of its papers were submitted to the listing."""
    day, kind = head.day, head.kind
    basis: DateBasis | None = "stated" if day else None
    if day is None and kind in ("listing", "daily") and (agreed := page.agreed_day(head.printed_date)):
        kind, day, basis = "daily", agreed, "stated by its entries"
    earliest, latest = head.bounds or (None, None)
    return DigestRecord(
        entries=tuple(page.entries),
        kind=kind,
        title=head.title,
        curator=head.curator,
        query=head.query,
        printed_date=head.printed_date,
        digest_date=day,
        date_basis=basis,
        earliest_date=earliest,
        latest_date=latest,
        url=head.url,
    )


def _why_empty(found: Outline, rejects: Sequence[RejectRecord]) -> str:
    if found.targets & _PAPER_PAGE:
        return "is the page of one paper; save a page of the listing, such as that of a day"
    if rejects:
        return f"holds no paper that can be read ({rejects[0].reason}); save the page again"
    return "is an HTML page without papers of the listing; save a page of the listing, or paste the text of the page"


def _line_count(pieces: Iterable[EntryRecord | RejectRecord]) -> int:
    """How many lines the pieces take together; pieces may share lines."""
    count = reached = 0
    for start, end in sorted((piece.line_start, piece.line_end) for piece in pieces):
        count += max(end - max(start - 1, reached), 0)
        reached = max(reached, end)
    return count
