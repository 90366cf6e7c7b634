"""Where things stand in the text of a saved page: its cards, the JSON it carries, and what damage left of them. Pure.

The parser tells no more of an element than its line, so that it is given a text whose lines are chosen.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, chain, islice, pairwise
from operator import attrgetter
from typing import Final

from lxml import etree

from catalog.values import value

# The parser compares each attribute of a tag with all others, so that their number has to be bounded.
MAX_TAG: Final = 4_000

# The sets of first characters come first, for which a text is searched many times faster than for alternatives.
_MARK = re.compile(r"[<dD][aA](?i:(?<=<a)rticle(?=[\s/>])|(?<=\sda)ta-props(?=[\s=]))")
_CARD_END = re.compile(r"</article\s{0,99}>", re.IGNORECASE)
_PAGE_END = re.compile(r"</(?i:body|html)\s{0,99}>")
_SCRIPT = re.compile(r"<[sS](?i:cript|tyle)(?=[\s/>])")
_SCRIPT_END = re.compile(r"</[sS](?i:cript|tyle)")
_ATTRIBUTE_START = re.compile(r"""data-props\s{0,99}=\s{0,99}(["'])""", re.IGNORECASE)
# Possessive: the time is linear.
_TAG = re.compile(r"""<[a-zA-Z](?:[^>"'=]++|=\s*+(?:"[^"]*+"|'[^']*+')|[="'])*+""")
_VALUE = re.compile(r"""=\s*+(?:"[^"]*+"|'[^']*+')""")
_PAPER_LINK = re.compile(
    r"""href\s{0,9}=\s{0,9}["']?[^\s"'<>?#&/]{0,9}/{0,2}[^\s"'<>?#&/]{0,60}/papers/([0-9][^\s"'<>?#&]{0,60})"""
)
# The name of a member, as an attribute spells it.
_JSON: Final = "&quot;title&quot;"


@value()
class Span:
    """A stretch of the document: its characters from `start` up to `end`, and its lines, counted from 1."""

    start: int
    end: int
    line_start: int
    line_end: int


@value()
class Trace:
    """A place that names a paper (`name`, as the link has it), or holds JSON of papers (None)."""

    name: str | None
    offset: int


_offset = attrgetter("offset")


class Places:
    """Where things stand in the text of a document.

    The parser gets the text with a line end before each mark (a tag or an end tag of a card, an attribute with JSON)
    and with a blank for every other line end, so the line that it tells is the number of the mark, and exact.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._claimed: set[int] = set()
        self._attributes: list[tuple[int, int]] = []
        self._stretches: dict[int, Span] = {}
        begun = [match.start() for match in _MARK.finditer(text)]
        ended = [match.span() for match in _CARD_END.finditer(text)]
        self.marks = sorted([*begun, *(start for start, _ in ended)])
        self._card_starts = [start for start in begun if text[start] == "<"]
        self._card_ends = [end for _, end in ended]
        self._scripts = _scripts(text)
        self._mark_lines = list(accumulate((_line_ends(text, *pair) for pair in pairwise([0, *self.marks])), initial=1))

    def marked_text(self) -> str:
        """The text for the parser."""
        ends = [*self.marks, len(self._text)]
        pieces = (self._text[start:end] for start, end in zip([0, *self.marks], ends, strict=True))
        text = "\n".join(piece.replace("\r", " ").replace("\n", " ") for piece in pieces)
        # A browser shows what follows the end of the page; the parser drops it where elements were left open.
        return _PAGE_END.sub("", text)

    def longest_tag(self) -> int:
        """How many characters the longest tag outside of scripts has, values in quotes left out."""
        between = pairwise([0, *chain.from_iterable(self._scripts), len(self._text)])
        tags = (match for start, end in islice(between, 0, None, 2) for match in _TAG.finditer(self._text, start, end))
        return max((len(_VALUE.sub("=", tag[0])) for tag in tags if tag.end() - tag.start() > MAX_TAG), default=0)

    def page(self) -> Span:
        """The whole text."""
        return self._span(0, len(self._text))

    def card(self, element: etree._Element) -> Span:
        """From the card's tag to its end tag, or to the next card where that comes first."""
        start = self._mark(element)
        self._claimed.add(start)
        return self._card_from(start)

    def attribute(self, element: etree._Element) -> Span:
        """From the attribute's name to its closing quote."""
        start = self._mark(element)
        opening = _ATTRIBUTE_START.match(self._text, start)
        end = self._text.find(opening[1], opening.end()) if opening else -1
        span = self._span(start, end + 1 if end >= 0 else start + 1)
        self._attributes.append((span.start, span.end))
        return span

    def around(self, element: etree._Element) -> Span:
        """From the mark before an element to the next one."""
        return self._between(self._mark(element))

    def swallowed(self) -> list[Span]:
        """The stretches that begin as a card does, with a tag that no element has."""
        lost = [start for start in self._card_starts if start not in self._claimed]
        return [self._card_from(start) for start in lost if not _is_within(self._scripts, start)]

    def traces(self) -> list[Trace]:
        """Return each link to a paper in the text and each place with JSON that is in no attribute for it, in order."""
        found = [Trace(match[1], match.start()) for match in _PAPER_LINK.finditer(self._text)]
        found += [Trace(None, start) for start in self._json_outside()]
        return [trace for trace in sorted(found, key=_offset) if not _is_within(self._scripts, trace.offset)]

    def _json_outside(self) -> Iterator[int]:
        """Give the places with JSON between the attributes for it."""
        done = 0
        for start, end in [*sorted(self._attributes), (len(self._text), 0)]:
            while (done := self._text.find(_JSON, done, start)) >= 0:
                yield done
                done += 1
            done = end

    def between(self, offset: int) -> Span:
        """From the last mark before a place to the next one."""
        number = bisect_right(self.marks, offset)
        return self._between(self.marks[number - 1] if number else 0)

    def _between(self, start: int) -> Span:
        if start not in self._stretches:
            self._stretches[start] = self._span(start, _next(self.marks, start) or len(self._text))
        return self._stretches[start]

    def _card_from(self, start: int) -> Span:
        ends = (_next(self._card_starts, start), _next(self._card_ends, start), len(self._text))
        return self._span(start, min(end for end in ends if end is not None))

    def _mark(self, element: etree._Element) -> int:
        number = min((element.sourceline or 1) - 1, len(self.marks))
        return self.marks[number - 1] if number else 0

    def _span(self, start: int, end: int) -> Span:
        # A blank at the end would be a line end that belongs to the line before or to none.
        end = start + max(len(self._text[start:end].rstrip()), 1)
        return Span(start, end, self._line(start), self._line(end - 1))

    def _line(self, offset: int) -> int:
        """Counted on from the mark before, so that no list of all lines is needed."""
        number = bisect_right(self.marks, offset)
        return self._mark_lines[number] + _line_ends(self._text, self.marks[number - 1] if number else 0, offset)


def _next(places: Sequence[int], offset: int) -> int | None:
    at = bisect_right(places, offset)
    return places[at] if at < len(places) else None


def _scripts(text: str) -> list[tuple[int, int]]:
    """Where scripts and styles begin and end, in order; scripts may write cards of their own.

    A script that holds another one, or does not end, has lost its end, and what follows in it is of the page.
    """
    starts = [match.start() for match in _SCRIPT.finditer(text)]
    ends = [match.start() for match in _SCRIPT_END.finditer(text)]
    firsts = ((start, following, _next(ends, start)) for start, following in pairwise([*starts, len(text)]))
    return [(start, end) for start, following, end in firsts if end is not None and end < following]


def _is_within(stretches: Sequence[tuple[int, int]], offset: int) -> bool:
    at = bisect_right(stretches, (offset, offset)) - 1
    return at >= 0 and offset < stretches[at][1]


def _line_ends(text: str, start: int, end: int) -> int:
    feeds = text.count("\n", start, end)
    if text.find("\r", start, end) < 0:
        return feeds
    return feeds + text.count("\r", start, end) - text.count("\r\n", start, end)
