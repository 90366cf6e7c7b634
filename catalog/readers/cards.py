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

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from catalog.readers.best_reading import NO_ABSTRACT, Best, Choices, Label, best_reading
from catalog.readers.looks import (
    SENTENCE_GOES_ON,
    SHORT_ABSTRACT_LENGTH,
    abstract_cost,
    continuation_cost,
    ends_as_sentence,
    goes_on,
    is_prose,
    least_title_cost,
    title_cost,
)
from catalog.readers.paragraphs import Paragraph, Piece
from catalog.readers.trailers import Trailer, strip_blanks

BRIEF: Final = 1  # a page of short paragraphs is one exception as a whole
GLUED: Final = 2  # a blank line lost between title and abstract
NOT_GLUED: Final = 5  # to read such a paragraph as one although a line in it looks like a title of its own
GLUED_BY_WRAPPING: Final = 12  # further, where the line ends there because the next word had no room
SHORTEST_TITLE: Final = 20  # a shorter line above a paragraph is a heading rather
WIDEST_WRAPPING: Final = 160  # nobody wraps at more

__all__ = ["NO_ABSTRACT", "Label", "Labelled", "Reading", "read_pieces"]


class Labelled(NamedTuple):
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
    best = best_reading(page.choices(), has_trailers=page.has_trailers)
    if _may_change(best, page):
        best = best_reading(page.choices(is_exact=True), has_trailers=page.has_trailers)
    labelled = (
        Labelled(piece, label, best.alternatives.get(at, ()))
        for at, (piece, label) in enumerate(zip(pieces, best.labels, strict=True))
    )
    return Reading(tuple(labelled), best.cost + (BRIEF if page.is_brief else 0))


class _Page:
    """The pieces of a page with what must be known of all to judge one.

    `bounded` are the places of the pieces whose cost as a title was given as the least that it can be.
    """

    def __init__(self, pieces: Sequence[Piece], lines: Sequence[str], has_date: bool) -> None:
        self._pieces = pieces
        self._lines = lines
        self._head_end = 0 if has_date else _furniture_reach(pieces)
        self._tail_start = len(pieces) - _furniture_reach(pieces[::-1])
        self.is_brief = _is_brief(pieces)
        self.has_trailers = any(isinstance(piece, Trailer) for piece in pieces)
        self.bounded: list[int] = []

    def choices(self, *, is_exact: bool = False) -> list[Choices]:
        """Return what each piece may be; unless `is_exact`, long ones are judged as titles at a glance."""
        texts = [None if isinstance(piece, Trailer) else piece.text for piece in self._pieces]
        # An abstract and perhaps a title, or two paragraphs of an abstract: how long they are together, and the last.
        length_before = length_above = 0
        above: str | None = None
        choices: list[Choices] = []
        for at, (piece, below) in enumerate(zip(self._pieces, [*texts, None][1:], strict=True)):
            if isinstance(piece, Trailer):
                choices.append(Choices(is_trailer=True, is_plain=False))
                length_before = length_above = 0
                above = None
                continue
            choices.append(self._paragraph(at, piece, above, below, length_before, is_exact))
            above = piece.text
            length_before, length_above = length_above + len(above), len(above)
        return choices

    def _paragraph(
        self, at: int, piece: Paragraph, above: str | None, below: str | None, length_before: int, is_exact: bool
    ) -> Choices:
        text = piece.text
        as_title = None if is_exact else least_title_cost(text)
        if as_title is None:
            as_title = title_cost(text, is_furniture=piece.is_furniture)
        else:
            self.bounded.append(at)
        as_abstract = abstract_cost(
            text,
            as_title,
            goes_on=below is not None and goes_on(text, below),
            is_furniture=piece.is_furniture,
            may_be_short=self.is_brief,
        )
        as_more = continuation_cost(text, as_title, length_before)
        if above is not None and goes_on(above, text):
            as_more += SENTENCE_GOES_ON
        choices = Choices(as_title, as_abstract, as_more)
        if piece.end - piece.start > 1:
            self._add_glued(choices, piece)
        if piece.is_furniture:
            choices.is_plain = False
            choices.may_be_head = at < self._head_end
            choices.may_be_tail = at >= self._tail_start
        return choices

    def _add_glued(self, choices: Choices, piece: Paragraph) -> None:
        glued = _Glued([strip_blanks(line) for line in self._lines[piece.start : piece.end]])
        choices.is_plain = False
        choices.may_be_glued = True
        choices.continuation += glued.against_continuation
        choices.abstract += glued.against_abstract
        choices.title_and_abstract = GLUED + glued.title_first
        choices.abstract_and_title = GLUED + glued.title_last


def _may_change(best: Best, page: _Page) -> bool:
    """Whether the exact costs of titles, which are higher, may lead to another reading: it would have one of them."""
    return any(best.labels[at] is Label.TITLE or Label.TITLE in best.alternatives.get(at, ()) for at in page.bounded)


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
