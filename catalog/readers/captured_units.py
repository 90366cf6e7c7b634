"""The text of a captured page -> its units: lines, each with its words and links in order. Pure.

A unit is one line, or several where a link stands on several. Its parts are pieces of plain text and links; a piece is
the words of one line without list bullets, images, and the marks of Markdown. An address on a line of its own belongs
to the words above it where the tool writes addresses so, and `[12]words` is a link where a list of addresses stands
below.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from html import unescape
from itertools import chain
from typing import Final

from catalog.documents import split_lines
from catalog.readers.captured_addresses import Leads, Target, read_address
from catalog.readers.captured_marks import Definitions, Link, Place, find_definitions, find_links
from catalog.readers.trailers import strip_blanks
from catalog.values import value

MAX_FRONT_MATTER: Final = 200

_HEADING = re.compile(r"[ \t>*+-]{0,12}(#{1,6})[ \t]")
_UNDERLINE = re.compile(r"[ \t]{0,3}(?:={3,500}|-{3,500})[ \t]{0,20}")
_RULE = re.compile(r"[ \t>*+-]{0,8}(?:[-*_=]\s{0,3}){3,500}|[ \t]{0,8}`{1,8}[a-z]{0,20}[ \t]{0,8}")
_ONLY_ADDRESS = re.compile(r"[ \t]{0,20}(https?://[^\s<>\"']{1,2000})[ \t]{0,20}")
_NUMBERED = re.compile(r"\[([0-9]{1,6})\](?=[^\s\[(:])")
# What stands for an image, a checkbox or an anchor, and says nothing.
_SILENT = re.compile(
    r"!\[[^\]]{0,500}+\](?:\((?:[^()\s]|\n){0,200000}+(?:\s[^()]{0,500}+)?\)|\[[^\]\n]{0,100}+\])"
    r"|\[(?:[ xX-]|(?i:image|img|picture|photo|avatar|logo|图片|图像|画像|bild)(?=[\s\d:：\]])[^\[\]]{0,300}+)\]"
    r"|<(?:a|br|img|span|div|p)\b[^<>]{0,500}+>|</(?:a|span|div|p)>"
)
_INNER_LINK = re.compile(r"\[([^\[\]]{0,2000}+)\](?:\((?:[^()\s]){0,2000}+\)|\[[^\]\n]{0,100}+\])")
_BULLETS: Final = "•·∙●▪◦‣*-–—|_#>`~\\"
# Signs that open a line of a list; an underscore may open a name.
_LEADING = re.compile(r"(?:\s|[•·∙●▪◦‣|>]|[*+–—-](?=\s|$)|#{1,6}(?=\s)|\\(?=\s|$)){0,500}+")
_ESCAPED = re.compile(r"\\([\[\]()_*~`#+\-.!|<>$&\\\"'])")
_BREAK = re.compile(r"\\{0,2}\s{0,20}\n\s{0,20}|\\ {2}")
_EMPHASIS = re.compile(r"(\*\*|__|\*|_|`)(?=\S)([\s\S]{1,2000}+)(?<=\S)")


@value()
class Part:
    """A piece of plain text, or a link (then `link` and `target` are set), with its words line by line."""

    words: tuple[str, ...]
    start: int
    end: int
    link: Link | None = None
    target: Target | None = None

    @property
    def text(self) -> str:
        """The words on one line."""
        return " ".join(self.words)

    def leads(self, *where: str) -> bool:
        """Whether this is a link that leads to one of the places."""
        return self.target is not None and self.target.leads in where


@value()
class Unit:
    """The lines from `first` up to `end`, counted from 0, and what stands in them.

    `text` is all words on one line, `links` are the parts that are links.
    """

    first: int
    end: int
    parts: tuple[Part, ...] = ()
    text: str = ""
    links: tuple[Part, ...] = ()
    raw: str = ""
    heading: int = 0
    is_rule: bool = False
    is_definition: bool = False

    @property
    def is_blank(self) -> bool:
        """Whether nothing in it can be read: no word, and no address that leads anywhere."""
        return not self.text and not self.links


class Source:
    """A document as one text with `\\n` for its line ends, and the way from a character to its line."""

    def __init__(self, text: str) -> None:
        self.lines = split_lines(text)
        self.text = "\n".join(self.lines)
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)
        self.front_matter = self._find_front_matter()

    def _find_front_matter(self) -> range:
        """The lines between two `---` at the top, with both."""
        seen = next((at for at, line in enumerate(self.lines) if line.strip()), 0)
        if not self.lines or self.lines[seen].strip() != "---":
            return range(0)
        until = min(len(self.lines), seen + MAX_FRONT_MATTER)
        end = next((at for at in range(seen + 1, until) if self.lines[at].strip() == "---"), None)
        return range(seen, end + 1) if end is not None else range(0)

    def line_of(self, place: int) -> int:
        """The line, counted from 0, in which a character stands."""
        return bisect_right(self.starts, place) - 1

    def char_of(self, place: int) -> int:
        """Where in its line a character stands."""
        return place - self.starts[self.line_of(place)]

    def trimmed(self, start: int, end: int) -> tuple[int, int]:
        """The same range without blanks at both ends."""
        text = self.text[start:end]
        kept = strip_blanks(text)
        at = start + text.find(kept) if kept else start
        return at, at + len(kept)


def find_units(source: Source) -> list[Unit]:
    """Return the units of the text in order; together they have every line exactly once. Never raises."""
    definitions = find_definitions(source.text)
    defined = {source.line_of(start) for start, _ in definitions.spans}
    links = [link for link in find_links(source.text, definitions) if source.line_of(link.start) not in defined]
    if definitions.are_listed:
        links = _with_numbered(source, links, definitions)
    units = list(_cut(source, links, defined))
    if any(unit.links and read_only_address(source, unit) and unit.links[0].leads(Leads.VOTE) for unit in units):
        units = list(_with_addresses_below(source, units))
    return units


def clean(text: str) -> str:
    """Return words as a reader sees them: on one line, without escapes, entities, and emphasis around the whole."""
    if "\n" in text or "\\" in text:
        text = _BREAK.sub(" ", text)
    text = " ".join(text.split())
    match = _EMPHASIS.match(text)
    while match and text.endswith(match[1]) and len(text) > 2 * len(match[1]) and match[1] not in _core(text, match[1]):
        text = _core(text, match[1])
        match = _EMPHASIS.match(text)
    if "\\" in text:
        text = _ESCAPED.sub(r"\1", text)
    return strip_blanks(" ".join(unescape(text).split()))


def _core(text: str, mark: str) -> str:
    return text[len(mark) : -len(mark)]


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a piece of Markdown line by line, without images, bullets and empty lines."""
    if "[" in text or "<" in text:
        text = _SILENT.sub(" ", _SILENT.sub(" ", text))
        text = _INNER_LINK.sub(r" \1 ", text)
    lines = (clean(_without_leading(line).rstrip("\\ \t")) for line in text.split("\n"))
    return tuple(line for line in lines if line.strip(_BULLETS + " []"))


def _without_leading(line: str) -> str:
    leading = _LEADING.match(line)
    return line[leading.end() :] if leading else line


def read_only_address(source: Source, unit: Unit) -> str | None:
    """Return the address where a unit is one and nothing else, not even in brackets."""
    if unit.end - unit.first > 1:
        return None
    match = _ONLY_ADDRESS.fullmatch(source.lines[unit.first])
    return match[1] if match else None


def _cut(source: Source, links: Sequence[Link], defined: set[int]) -> Iterator[Unit]:
    at = upcoming = 0
    while at < len(source.lines):
        end, first = at + 1, upcoming
        while upcoming < len(links) and links[upcoming].start < source.starts[end]:
            end = max(end, source.line_of(max(links[upcoming].start, links[upcoming].end - 1)) + 1)
            upcoming += 1
        yield _unit(source, at, end, links[first:upcoming], at in defined)
        at = end


def _unit(source: Source, first: int, end: int, links: Sequence[Link], is_definition: bool) -> Unit:
    line = source.lines[first]
    if not line and not links:
        return Unit(first, end, is_definition=is_definition)
    match = _HEADING.match(line)
    heading = len(match[1]) if match else 0
    is_underlined = end < len(source.lines) and strip_blanks(line) and _UNDERLINE.fullmatch(source.lines[end])
    if not heading and is_underlined and first not in source.front_matter:
        heading = 1 if "=" in source.lines[end] else 2
    if not links and (match_address := _ONLY_ADDRESS.fullmatch(line)) and not is_definition:
        start = source.starts[first]
        place = Place(match_address[1], start + match_address.start(1), start + match_address.end(1))
        links = [Link(place.start, place.end, place.end, place.end, place)]
    parts = tuple(_parts(source, source.starts[first], source.starts[end] - 1, links))
    raw = "\n".join(source.lines[first:end])
    is_rule = not links and _RULE.fullmatch(line) is not None
    return Unit(first, end, parts, *_summary(parts), raw, heading, is_rule, is_definition)


def _summary(parts: Sequence[Part]) -> tuple[str, tuple[Part, ...]]:
    """All words of some parts on one line, and those parts that are links."""
    return " ".join(part.text for part in parts if part.words), tuple(part for part in parts if part.link is not None)


def _parts(source: Source, start: int, end: int, links: Sequence[Link]) -> Iterator[Part]:
    for link in links:
        yield from _plain(source.text, start, link.start)
        start = link.end
        if not link.is_image:
            words = words_of(source.text[link.inner_start : link.inner_end])
            yield Part(words, link.start, link.end, link, read_address(link.place.address))
    yield from _plain(source.text, start, end)


def _plain(text: str, start: int, end: int) -> Iterator[Part]:
    if start < end and (words := words_of(text[start:end])):
        yield Part(words, start, end)


def _with_addresses_below(source: Source, units: Sequence[Unit]) -> Iterator[Unit]:
    """Make one unit of words and the address below them, as a tool writes every link of the page."""
    waiting: list[Unit] = []
    for unit in units:
        if waiting and read_only_address(source, unit):
            yield _linked(source, waiting[0], unit)
            waiting = []
        elif waiting and not unit.raw.strip():
            waiting.append(unit)
        else:
            yield from waiting
            waiting = [unit] if unit.raw.strip() and not unit.links else []
            if not waiting:
                yield unit
    yield from waiting


def _linked(source: Source, words: Unit, address: Unit) -> Unit:
    part = address.links[0]
    inner = source.starts[words.first], source.starts[words.end] - 1
    assert part.link is not None  # for mypy: `links` are the parts that have one
    link = Link(inner[0], part.end, *inner, part.link.place)
    text = tuple(chain.from_iterable(piece.words for piece in words.parts))
    parts = (Part(text, link.start, link.end, link, part.target),)
    return Unit(
        words.first, address.end, parts, *_summary(parts), words.raw, words.heading, words.is_rule, words.is_definition
    )


def _with_numbered(source: Source, links: Sequence[Link], definitions: Definitions) -> list[Link]:
    """Add the links that a number in brackets opens; nothing marks where their words end.

    Where the number opens the paragraph and no other stands in it, they are the whole paragraph, else they reach to
    the next number or to the end of the line.
    """
    text = source.text
    taken = [link.start for link in links]
    marks = [match for match in _NUMBERED.finditer(text) if definitions.get(match[1])]
    found = list(links)
    for at, mark in enumerate(marks):
        line = source.line_of(mark.start())
        end = source.starts[line + 1] - 1
        following = marks[at + 1].start() if at + 1 < len(marks) else len(text)
        opens = not text[source.starts[line] : mark.start()].strip(" \t*+-•o")
        above_is_blank = line == 0 or not source.lines[line - 1].strip()
        if following > end and opens and above_is_blank:
            end = _paragraph_end(source, line, min(following, mark.start() + 40_000))
        place = definitions.get(mark[1])
        nearby = bisect_left(taken, mark.start())
        is_free = nearby == len(taken) or taken[nearby] >= min(end, following)
        if place is not None and is_free:
            found.append(Link(mark.start(), min(end, following), mark.end(), min(end, following), place))
    return sorted(found, key=lambda link: link.start)


def _paragraph_end(source: Source, line: int, limit: int) -> int:
    """Where the paragraph ends; at the end of its first line where something forbids more."""
    end = line + 1
    while end < len(source.lines) and source.lines[end].strip() and source.starts[end + 1] - 1 <= limit:
        end += 1
    if end < len(source.lines) and source.lines[end].strip():
        return source.starts[line + 1] - 1
    return source.starts[end] - 1
