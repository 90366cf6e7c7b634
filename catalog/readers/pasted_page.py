"""The reader for listing pages that somebody selected in a browser, copied, and pasted into a text file.

A page is a head (lines of navigation, then the printed date) and cards: title, abstract and, on some pages, a
trailer of author count, publication date and comment count. Blank lines part them, and nothing else does. The rule
that cuts a page into cards stands in cards.py:

    The reading of the page that needs the fewest exceptions wins. Where two readings need equally few, the pieces
    on which they differ go to rejects with the reason, and the rest of the page stays in step.

Every line of the document ends as part of an entry (from its title to the last line of its trailer or abstract), as
part of a reject, or as page furniture: known lines of navigation, the printed date, and blank lines. After a doubtful
piece everything up to the next certain title is rejected with it, since nobody knows whose it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from catalog.documents import Document, DocumentError, split_lines
from catalog.readers.cards import NO_ABSTRACT, Label, Labelled, Reading, read_pieces
from catalog.readers.paragraphs import (
    TITLES,
    Head,
    curator_of,
    find_head,
    find_pages,
    find_pieces,
    is_distinctive,
    is_furniture,
)
from catalog.readers.trailers import Trailer, is_no_day, leading_blanks, read_date_line, strip_blanks
from catalog.records import DigestRecord, DocumentRecord, EntryRecord, Origin, RejectRecord

FORMAT: Final = "pasted page"

# A page with more is a mistake; the limit bounds the memory that a reading takes.
MAX_PIECES: Final = 100_000

_LOOKED_AT: Final = 1 << 16
# Nearly every page shows in its first few cards that it is one: the rest is then read once, not twice.
_LOOKED_AT_FIRST: Final = 1 << 12
_MARKUP_OPENING = re.compile(r"\s{0,99}(?:<[!?a-zA-Z]|\{\s{0,99}[\"}]|\[\s{0,99}[\[{\"\]])")
# "Pre- and Post-Training" keeps its blank.
_WRAPPED_HYPHEN = re.compile(r"(?<=\w)- (?!and\b|or\b)(?=\w)")
# With nothing of the listing but a date or a common word, a text is a page if its cards are nearly all regular.
_EXCEPTIONS_PER_ENTRY: Final = 3

_UNKNOWN_IN_HEAD: Final = "the line stands before the page's date and is not one that the listing is known to print"
_NO_CARD: Final = "the text belongs to no card"
_NO_DAY: Final = "the calendar has no such day"
_SECOND_DATE: Final = "the page has its date already, and a digest has one"
# In Python 3.11 a member of an enumeration takes longer to reach than a name.
_IS_TITLE, _IS_FURNITURE, _IS_NO_CARD = Label.TITLE, Label.FURNITURE, Label.NO_CARD
_IS_TITLE_AND_ABSTRACT, _IS_ABSTRACT_AND_TITLE = Label.TITLE_AND_ABSTRACT, Label.ABSTRACT_AND_TITLE
_DOUBTFUL: Final = "the text may be {}; nothing on the page decides"


@dataclass(slots=True)
class _Card:
    """A card as it is being put together; lines are counted from 0."""

    title: str
    start: int
    end: int
    abstract_start: int | None = None
    abstract_end: int = 0
    trailer: Trailer | None = None


@dataclass(frozen=True, slots=True)
class _Reject:
    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class _Page:
    """What was read of one page of the document."""

    head: Head
    reading: Reading
    cards: tuple[_Card, ...]
    rejects: tuple[_Reject, ...]
    furniture: tuple[str, ...]


def recognizes(text: str) -> bool:
    """Whether the text is a pasted page, from its first 64 KiB, or less where that is enough.

    A line that only this listing prints, or a count of authors, is enough. A printed date or common navigation is
    enough where the cards are regular; with none of these the reading must need no exception at all.
    """
    if _MARKUP_OPENING.match(text):
        return False
    if len(text) > _LOOKED_AT_FIRST and _is_sure(_pages_of_opening(text, _LOOKED_AT_FIRST)):
        return True
    pages = _pages_of_opening(text, _LOOKED_AT)
    entry_count = sum(len(page.cards) for page in pages)
    if not entry_count:
        return False
    if _is_sure(pages):
        return True
    exceptions = sum(page.reading.cost for page in pages)
    if any(page.head.printed_date or page.furniture for page in pages):
        return exceptions <= _EXCEPTIONS_PER_ENTRY * entry_count
    # A title whose abstract lies beyond the cut is no exception.
    return exceptions <= (NO_ABSTRACT if len(text) > _LOOKED_AT else 0)


def read(document: Document) -> DocumentRecord:
    """Return the digests, entries and rejects of a pasted page.

    Raises DocumentError where the text holds no card.
    """
    lines = split_lines(document.text)
    pages = [_read_page(lines, start, end, document.shown) for start, end in find_pages(lines)]
    digests = tuple(_digest(page, lines) for page in pages if page.cards)
    if not digests:
        raise DocumentError(
            f"{document.shown}: holds no card, a title with its abstract; paste the page with its cards"
        )
    rejects = tuple(
        RejectRecord(reject.start + 1, reject.end, "\n".join(lines[reject.start : reject.end]), reject.reason)
        for page in pages
        for reject in page.rejects
    )
    entry_lines = sum(card.end - card.start for page in pages for card in page.cards)
    reject_lines = sum(reject.line_end - reject.line_start + 1 for reject in rejects)
    return DocumentRecord(
        origin=Origin(document.name, document.sha256, document.byte_count, len(lines), FORMAT),
        digests=digests,
        rejects=rejects,
        furniture_line_count=len(lines) - entry_lines - reject_lines,
    )


def _read_page(lines: Sequence[str], start: int, end: int, shown: str = "") -> _Page:
    head = find_head(lines, start, end)
    pieces = find_pieces(lines, head.end, end)
    if len(pieces) > MAX_PIECES:
        raise DocumentError(f"{shown}: has more than {MAX_PIECES:,} paragraphs; split it into smaller documents")
    reading = read_pieces(pieces, lines, has_date=head.printed_date is not None)
    assembly = _Assembly(lines, has_date=head.printed_date is not None)
    for item in reading.pieces:
        assembly.add(item)
    assembly.close()
    unknown = [_Reject(at, at + 1, _UNKNOWN_IN_HEAD) for at in head.unknown_lines]
    known = [lines[at] for at in range(head.start, head.end) if is_furniture(lines[at])]
    return _Page(
        head, reading, tuple(assembly.cards), tuple(unknown + assembly.rejects), tuple(known + assembly.furniture)
    )


def _pages_of_opening(text: str, length: int) -> list[_Page]:
    """The pages in the first `length` characters, without a line that is cut there."""
    lines = split_lines(text[:length])
    if len(text) > length:
        del lines[-1:]
    return [_read_page(lines, start, end) for start, end in find_pages(lines)]


def _is_sure(pages: Sequence[_Page]) -> bool:
    """Whether there is a card, and what only this listing prints."""
    cards = [card for page in pages for card in page.cards]
    if not cards:
        return False
    if any(card.trailer is not None and card.trailer.author_count is not None for card in cards):
        return True
    return any(is_distinctive(line) for page in pages for line in page.furniture)


class _Assembly:
    """Puts labelled pieces together into cards and rejects."""

    def __init__(self, lines: Sequence[str], *, has_date: bool) -> None:
        self.cards: list[_Card] = []
        self.rejects: list[_Reject] = []
        self.furniture: list[str] = []
        self._lines = lines
        self._has_date = has_date
        self._card: _Card | None = None
        self._reject: _Reject | None = None

    def add(self, item: Labelled) -> None:
        """Take the next piece of the page."""
        start, end, label = item.piece.start, item.piece.end, item.label
        if item.alternatives:
            labels = sorted({item.label.value, *(label.value for label in item.alternatives)})
            self._refuse(start, end, _DOUBTFUL.format(" or ".join(labels)))
        elif label is _IS_NO_CARD:
            self._refuse(start, end, self._why_no_card(start, end))
        elif label is _IS_FURNITURE:
            self.close()
            self.furniture.append(self._lines[start])
        elif label is _IS_TITLE:
            self._begin(start, end)
        elif label is _IS_TITLE_AND_ABSTRACT:
            self._begin(start, start + 1)
            self._continue(start + 1, end)
        elif label is _IS_ABSTRACT_AND_TITLE:
            self._continue(start, end - 1)
            self._begin(end - 1, end)
        elif isinstance(item.piece, Trailer):
            self._end(item.piece)
        else:
            self._continue(start, end)

    def close(self) -> None:
        """End the open card or reject, if there is one."""
        if self._card is not None:
            self.cards.append(self._card)
        if self._reject is not None:
            self.rejects.append(self._reject)
        self._card = self._reject = None

    def _begin(self, start: int, end: int) -> None:
        self.close()
        self._card = _Card(_joined(self._lines[start:end]), start, end)

    def _continue(self, start: int, end: int) -> None:
        if self._card is None:
            self._refuse(start, end, _NO_CARD)
            return
        if self._card.abstract_start is None:
            self._card.abstract_start = start
        self._card.abstract_end = self._card.end = end

    def _end(self, trailer: Trailer) -> None:
        if self._card is None:
            self._refuse(trailer.start, trailer.end, _NO_CARD)
            return
        self._card.trailer = trailer
        self._card.end = trailer.end

    def _why_no_card(self, start: int, end: int) -> str:
        line = self._lines[start]
        if end - start > 1:
            return _NO_CARD
        if is_no_day(line):
            return _NO_DAY
        return _SECOND_DATE if self._has_date and read_date_line(line) is not None else _NO_CARD

    def _refuse(self, start: int, end: int, reason: str) -> None:
        if self._reject is None:
            self.close()
            self._reject = _Reject(start, end, reason)
        else:
            self._reject = _Reject(self._reject.start, end, self._reject.reason)


def _joined(lines: Sequence[str]) -> str:
    """A title on one line; a word that was wrapped at its hyphen is one word again."""
    joined = " ".join(strip_blanks(line) for line in lines)
    return _WRAPPED_HYPHEN.sub("-", joined) if len(lines) > 1 else joined


def _digest(page: _Page, lines: Sequence[str]) -> DigestRecord:
    date = page.head.printed_date
    titles = (strip_blanks(line) for line in page.furniture)
    curators = (curator_of(line) for line in page.furniture)
    return DigestRecord(
        entries=tuple(_entry(position, card, lines) for position, card in enumerate(page.cards, start=1)),
        kind="listing",
        title=next((title for title in titles if title.casefold() in TITLES), None),
        curator=next((curator for curator in curators if curator), None),
        printed_date=date.text if date else None,
        digest_date=date.iso if date else None,
        date_basis="stated" if date and date.iso else None,
    )


def _entry(position: int, card: _Card, lines: Sequence[str]) -> EntryRecord:
    abstract, abstract_char = _abstract(card, lines)
    trailer = card.trailer
    date = trailer.publication_date if trailer else None
    return EntryRecord(
        position=position,
        title=card.title,
        line_start=card.start + 1,
        line_end=card.end,
        abstract=abstract,
        abstract_line=None if card.abstract_start is None else card.abstract_start + 1,
        abstract_char=abstract_char,
        author_count=trailer.author_count if trailer else None,
        publication_date=date.iso if date else None,
        printed_publication_date=date.text if date else None,
        comment_count=trailer.comment_count if trailer else None,
    )


def _abstract(card: _Card, lines: Sequence[str]) -> tuple[str | None, int]:
    """The abstract with its line breaks as they stood, and where it begins in its first line."""
    if card.abstract_start is None:
        return None, 0
    text = "\n".join(lines[card.abstract_start : card.abstract_end])
    return strip_blanks(text), leading_blanks(text)
