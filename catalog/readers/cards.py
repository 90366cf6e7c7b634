"""Paragraphs and trailers of a pasted page -> what each one is. Pure.

Nothing on a pasted page says where a card begins: an abstract in two paragraphs looks like an abstract and a new
title. So the whole page is read at once, by one rule:

    The reading of the page that needs the fewest exceptions wins. Where two readings need equally few, the pieces
    on which they differ are doubtful, and the rest of the page stays in step.

A page without exceptions is title, abstract, title, abstract, each followed by its trailer where the page has
trailers. Each exception costs a small whole number, named here and in looks.py. Costs are coarse, so readings that
are no more than DOUBT apart count as equal. The cheapest reading is found by going over the pieces once forwards
and once backwards, so the time is linear: a piece has few labels and a page is in one of few states between pieces.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from catalog.readers.looks import (
    SENTENCE_GOES_ON,
    SHORT_ABSTRACT_LENGTH,
    abstract_cost,
    continuation_cost,
    ends_as_sentence,
    goes_on,
    is_prose,
    title_cost,
)
from catalog.readers.paragraphs import Piece
from catalog.readers.trailers import Trailer, strip_blanks

NO_ABSTRACT: Final = 7  # as much as a further paragraph like a title: between the two there is doubt
NO_ABSTRACT_BEFORE_TRAILER: Final = 5  # the trailer shows that a card ended here
NO_TRAILER: Final = 3  # on a page that has trailers; some cards lack theirs
NO_CARD: Final = 7  # as much as a title without abstract: rather in doubt than a card made of a banner
MORE_NO_CARD: Final = 5  # a banner of several lines is one exception with some more
BRIEF: Final = 1  # a page of short paragraphs is one exception as a whole
GLUED: Final = 2  # a blank line lost between title and abstract
NOT_GLUED: Final = 5  # to read such a paragraph as one although a line in it looks like a title of its own
GLUED_BY_WRAPPING: Final = 12  # further, where the line ends there because the next word had no room
SHORTEST_TITLE: Final = 20  # a shorter line above a paragraph is a heading rather
WIDEST_WRAPPING: Final = 160  # nobody wraps at more
DOUBT: Final = 2  # readings that are this close are equally good

_IMPOSSIBLE: Final = 1 << 40


class Label(Enum):
    """What a piece is; the values are the words of the reasons for rejects."""

    TITLE = "a title"
    ABSTRACT = "an abstract"
    CONTINUATION = "a further paragraph of the abstract above"
    TITLE_AND_ABSTRACT = "a title and its abstract without a blank line between"
    ABSTRACT_AND_TITLE = "an abstract and the next title without a blank line between"
    TRAILER = "the trailer of the card above"
    NO_CARD = "no part of any card"
    FURNITURE = "page furniture"


# Where a reading stands between two pieces: the last thing it read.
_HEAD, _TITLE, _ABSTRACT, _TRAILER, _NO_CARD, _TAIL = _STATES = range(6)
# States in which a card may begin.
_BEFORE_CARD: Final = (_HEAD, _TITLE, _ABSTRACT, _TRAILER, _NO_CARD)

# One step of a reading: (state before, label, state after, cost).
_Step = tuple[int, Label, int, int]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A piece, what it is, and what else it may be just as well."""

    piece: Piece
    label: Label
    alternatives: tuple[Label, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """The best reading of a page's pieces, and the sum of its exceptions."""

    pieces: tuple[Labelled, ...]
    cost: int


def read_pieces(pieces: Sequence[Piece], lines: Sequence[str], *, has_date: bool) -> Reading:
    """Return the reading of the page that needs the fewest exceptions.

    `pieces` come in order from `lines`; `has_date` says that a printed date ended the head before them, so that they
    do not begin with furniture.
    """
    page = _Page(pieces, lines, has_date)
    steps = [list(page.steps(at)) for at in range(len(pieces))]
    forward = _forward(steps)
    total = min(map(sum, zip(forward[-1], page.closing, strict=True)))
    after = page.closing
    labelled: list[Labelled] = []
    for at in range(len(pieces) - 1, -1, -1):
        before = [_IMPOSSIBLE for _ in _STATES]
        through: dict[Label, int] = {}
        for state, label, then, cost in steps[at]:
            onwards = cost + after[then]
            before[state] = min(before[state], onwards)
            through[label] = min(through.get(label, _IMPOSSIBLE), forward[at][state] + onwards)
        labelled.append(_label(pieces[at], through, total))
        after = before
    return Reading(tuple(reversed(labelled)), total + (BRIEF if page.is_brief else 0))


def _forward(steps: Sequence[Sequence[_Step]]) -> list[list[int]]:
    """The least cost of coming to each state, before each piece and at the end."""
    here = [_IMPOSSIBLE for _ in _STATES]
    here[_HEAD] = 0
    costs = [here]
    for choices in steps:
        there = [_IMPOSSIBLE for _ in _STATES]
        for state, _, then, cost in choices:
            if here[state] + cost < there[then]:
                there[then] = here[state] + cost
        costs.append(there)
        here = there
    return costs


def _label(piece: Piece, through: dict[Label, int], total: int) -> Labelled:
    best = min(through, key=through.__getitem__)
    others = tuple(label for label, cost in through.items() if cost <= total + DOUBT and label is not best)
    return Labelled(piece, best, others)


class _Page:
    """The pieces of a page with what must be known of all to judge one."""

    def __init__(self, pieces: Sequence[Piece], lines: Sequence[str], has_date: bool) -> None:
        self._pieces = pieces
        self._lines = lines
        self._head_end = 0 if has_date else _furniture_reach(pieces)
        self._tail_start = len(pieces) - _furniture_reach(pieces[::-1])
        self.is_brief = _is_brief(pieces)
        no_trailer = NO_TRAILER if any(isinstance(piece, Trailer) for piece in pieces) else 0
        # What it costs in each state to end a card, other than by its trailer.
        self.closing = [0, NO_ABSTRACT + no_trailer, no_trailer, 0, 0, 0]

    def steps(self, at: int) -> Iterator[_Step]:
        """Give every step that a reading can take over one piece."""
        piece = self._pieces[at]
        yield from self._without_card(at, piece)
        if isinstance(piece, Trailer):
            yield _TITLE, Label.TRAILER, _TRAILER, NO_ABSTRACT_BEFORE_TRAILER
            yield _ABSTRACT, Label.TRAILER, _TRAILER, 0
            return
        as_title = title_cost(piece.text, is_furniture=piece.is_furniture)
        above, below = self._paragraph(at - 1), self._paragraph(at + 1)
        as_abstract = abstract_cost(
            piece.text,
            as_title,
            goes_on=below is not None and goes_on(piece.text, below),
            is_furniture=piece.is_furniture,
            may_be_short=self.is_brief,
        )
        as_more = continuation_cost(piece.text, as_title, self._length_before(at))
        if above is not None and goes_on(above, piece.text):
            as_more += SENTENCE_GOES_ON
        if piece.end - piece.start > 1:
            glued = _Glued([strip_blanks(line) for line in self._lines[piece.start : piece.end]])
            as_more += glued.against_continuation
            as_abstract += glued.against_abstract
            both = GLUED + glued.title_first
            yield from ((s, Label.TITLE_AND_ABSTRACT, _ABSTRACT, both + self.closing[s]) for s in _BEFORE_CARD)
            yield _TITLE, Label.ABSTRACT_AND_TITLE, _TITLE, GLUED + glued.title_last + self.closing[_ABSTRACT]
        yield from ((state, Label.TITLE, _TITLE, as_title + self.closing[state]) for state in _BEFORE_CARD)
        yield _TITLE, Label.ABSTRACT, _ABSTRACT, as_abstract
        yield _ABSTRACT, Label.CONTINUATION, _ABSTRACT, as_more

    def _paragraph(self, at: int) -> str | None:
        """The text of the piece, if there is one and it is no trailer."""
        if not 0 <= at < len(self._pieces):
            return None
        piece = self._pieces[at]
        return None if isinstance(piece, Trailer) else piece.text

    def _length_before(self, at: int) -> int:
        """How long the two paragraphs above are: an abstract and perhaps a title, or two paragraphs of an abstract."""
        length = 0
        for piece in reversed(self._pieces[max(0, at - 2) : at]):
            if isinstance(piece, Trailer):
                break
            length += len(piece.text)
        return length

    def _without_card(self, at: int, piece: Piece) -> Iterator[_Step]:
        yield from ((state, Label.NO_CARD, _NO_CARD, NO_CARD + self.closing[state]) for state in _BEFORE_CARD[:-1])
        yield _NO_CARD, Label.NO_CARD, _NO_CARD, MORE_NO_CARD
        yield _TAIL, Label.NO_CARD, _TAIL, MORE_NO_CARD
        if isinstance(piece, Trailer) or not piece.is_furniture:
            return
        if at < self._head_end:
            yield _HEAD, Label.FURNITURE, _HEAD, 0
            yield _NO_CARD, Label.FURNITURE, _HEAD, 0
        if at >= self._tail_start:
            yield from ((state, Label.FURNITURE, _TAIL, self.closing[state]) for state in _STATES)


class _Glued:
    """What speaks against a title in the first or the last line of a paragraph, and against none."""

    def __init__(self, lines: Sequence[str]) -> None:
        first, last = lines[0], lines[-1]
        above, below = " ".join(lines[:-1]), " ".join(lines[1:])
        first_cost = title_cost(first) + _wrapping_cost(lines, 1)
        last_cost = title_cost(last) + _wrapping_cost(lines, len(lines) - 1)
        if not ends_as_sentence(above):
            last_cost += GLUED_BY_WRAPPING
        self.title_first = first_cost + _abstract_cost(below)
        self.title_last = last_cost + _abstract_cost(above)
        # "Results" over a paragraph is no title.
        is_heading = len(first) < SHORTEST_TITLE or not is_prose(below)
        self.against_continuation = 0 if is_heading else max(0, NOT_GLUED - first_cost)
        self.against_abstract = max(0, NOT_GLUED - last_cost) if len(last) >= SHORTEST_TITLE else 0


def _is_brief(pieces: Sequence[Piece]) -> bool:
    """Whether the page has far fewer paragraphs of an abstract's length than one for each title."""
    lengths = [len(piece.text) for piece in pieces if not isinstance(piece, Trailer) and not piece.is_furniture]
    return sum(length >= SHORT_ABSTRACT_LENGTH for length in lengths) < len(lengths) / 4


def _abstract_cost(text: str) -> int:
    return abstract_cost(text, title_cost(text))


def _wrapping_cost(lines: Sequence[str], at: int) -> int:
    """What speaks for a line break that only wraps a paragraph: the next word had no room before it."""
    # A long address stands on a line of its own, as long as it is.
    width = max((len(line) for line in lines if " " in line), default=0)
    next_word = lines[at].partition(" ")[0]
    is_wrapped = width <= WIDEST_WRAPPING and len(lines[at - 1]) + 1 + len(next_word) > width
    return GLUED_BY_WRAPPING if is_wrapped else 0


def _furniture_reach(pieces: Sequence[Piece]) -> int:
    """How many pieces from the beginning may be furniture, with no more unknown short lines between than known."""
    known = unknown = reach = 0
    for at, piece in enumerate(pieces):
        if isinstance(piece, Trailer) or is_prose(piece.text):
            break
        if piece.is_furniture:
            known += 1
            if unknown <= known:
                reach = at + 1
        else:
            unknown += 1
    return reach
