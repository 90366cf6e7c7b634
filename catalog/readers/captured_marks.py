"""The text of a captured page -> its links, each with the places of its words and of its address. Pure.

Tools write one link in several ways: `[words](address)`, `[words][12]` with `[12]: address` at the end, `<address>`,
an address on the line below its words, and `[12]words` with a numbered list of addresses under `References`. The words
may stand on several lines. Places are characters of the whole text, counted from 0.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from catalog.readers.captured_addresses import Leads, read_address
from catalog.values import value

# An abstract in a link is some thousand characters; a longer link is an opening bracket that nobody closed.
MAX_LINK: Final = 40_000

# Each begins with a character or a set of them, for which a text is searched many times faster than for alternatives.
_HEADING = re.compile(r"\n[ \t>*+-]{0,12}#{1,6}[ \t]")
_MARK = re.compile(r"[\\!\[\]<](?:(?<=[\[\]])|(?<=!)\[|(?<=\\)[\s\S]|(?<=<)https?://[^\s<>]{1,2000}+>)")
# An address that a tool wrapped goes on in the next line; an image may be written out as its data.
_ADDRESS = (
    r"(?:<(?P<angled>[^<>\n]{0,2000}+)>"
    r"|(?P<plain>(?:[^\s()<>]|\([^\s()]{0,200}+\)|\n(?=[^\s()]))(?:[^\s()]|\([^\s()]{0,200}+\)|\n(?=[^\s()])){0,200000}+)?)"
)
_INLINE = re.compile(rf"\(\s{{0,3}}{_ADDRESS}(?:\s{{1,3}}(?:\"[^\"]{{0,500}}+\"|'[^']{{0,500}}+'))?\s{{0,3}}\)")
_REFERENCE = re.compile(r"\[(?P<label>[^\[\]\n]{0,100}+)\]")
_DEFINITION = re.compile(
    r"^[ \t]{0,8}\[(?P<label>[^\[\]\n]{1,100}+)\]:[ \t]{1,20}<?(?P<address>(?:https?://|/|mailto:)[^\s<>]{0,2000}+)>?"
    r"(?:[ \t]{1,20}[\"'(][^\n]{0,500}+)?[ \t]{0,20}$",
    re.MULTILINE,
)
_LISTED = re.compile(
    r"[ \t]{0,8}(?P<label>[0-9]{1,6})\.[ \t]{1,20}(?P<address>[a-z]{3,10}:[^\s<>]{1,2000}+)[ \t]{0,20}"
)
_LIST_HEAD = re.compile(r"^[ \t#*]{0,12}(?:References|Links|Visible links|Hidden links):?[ \t*]{0,12}$", re.MULTILINE)


@value()
class Place:
    """An address as it stands, and the first and last character of where it stands."""

    address: str
    start: int
    end: int


@value()
class Link:
    """A link from `start` up to `end`, its words from `inner_start` up to `inner_end`, and its address."""

    start: int
    end: int
    inner_start: int
    inner_end: int
    place: Place
    is_image: bool = False


@dataclass(slots=True)
class Definitions:
    """The addresses that numbers or names stand for, and the places of the lines that say so.

    A label that is defined twice with different addresses stands for none.
    """

    places: dict[str, Place | None] = field(default_factory=dict)
    spans: list[tuple[int, int]] = field(default_factory=list)
    are_listed: bool = False

    def add(self, label: str, place: Place, span: tuple[int, int]) -> None:
        """Note one definition."""
        key = " ".join(label.casefold().split())
        known = self.places.get(key, place)
        self.places[key] = place if known is not None and known.address == place.address else None
        self.spans.append(span)

    def get(self, label: str) -> Place | None:
        """Return the address that a label stands for."""
        return self.places.get(" ".join(label.casefold().split()))


def find_definitions(text: str) -> Definitions:
    """Return the addresses that the text defines: `[12]: address` lines, or a numbered list under `References`."""
    found = Definitions()
    for match in _DEFINITION.finditer(text) if "]:" in text else ():
        place = Place(match["address"], *match.span("address"))
        found.add(match["label"], place, match.span())
    if found.places:
        return found
    done = 0
    for head in _LIST_HEAD.finditer(text) if "References" in text or "inks" in text else ():
        if head.start() < done:
            continue
        listed, done = _listed_below(text, head.end())
        if listed:
            found.spans.append(head.span())
        for match in listed:
            found.add(match["label"], Place(match["address"], *match.span("address")), match.span())
    found.are_listed = bool(found.places)
    return found


def _listed_below(text: str, at: int) -> tuple[list[re.Match[str]], int]:
    """The lines of a numbered list of addresses, with blank lines and captions between them, and where it ends."""
    listed = []
    while at < len(text):
        end = text.find("\n", at + 1)
        end = len(text) if end < 0 else end
        start = at + 1 if text[at] == "\n" else at
        match = _LISTED.fullmatch(text, start, end)
        if match is not None:
            listed.append(match)
        elif text[start:end].strip() and not _LIST_HEAD.fullmatch(text, start, end):
            break
        at = end
    return listed, at


def find_links(text: str, definitions: Definitions) -> list[Link]:
    """Return the outermost links of the text in order, images among them. Never raises; the time is linear."""
    scan = _Scan(text, definitions)
    # The line end before a heading is not part of it.
    headings = ((match.start(), match.end(), "#") for match in _HEADING.finditer("\n" + text))
    marks = [(match.start(), match.end(), match[0]) for match in _MARK.finditer(text)]
    done = 0
    for start, end, mark in sorted([*((start, end - 1, mark) for start, end, mark in headings), *marks]):
        if start >= done:
            done = scan.take(start, end, mark)
    return scan.links


class _Scan:
    """Pairs brackets. A heading ends whatever is open, so that one stray bracket cannot take a page with it."""

    def __init__(self, text: str, definitions: Definitions) -> None:
        self.links: list[Link] = []
        self._text = text
        self._definitions = definitions
        # Where each open bracket stands, whether it opens an image and whether it opens its line.
        self._open: list[tuple[int, bool, bool]] = []
        # Which of them open a line and no image.
        self._line_openers: list[int] = []
        # An opening bracket of a line that a bracket without address closed: "[0, 1] is an interval](address)".
        self._closed_plainly: int | None = None

    def take(self, start: int, end: int, mark: str) -> int:
        """Take one mark from `start` up to `end`; return where to go on."""
        if mark[0] == "\\":
            return end
        if mark[0] == "<":
            self._add(Link(start, end, end, end, Place(mark[1:-1], start + 1, end - 1)))
            return end
        if mark == "]":
            return self._close(start)
        if mark.endswith("["):
            is_image = mark[0] == "!"
            opens_line = not is_image and self._opens_line(start)
            if opens_line:
                self._line_openers.append(len(self._open))
            self._open.append((start, is_image, opens_line))
            return end
        self._open.clear()
        self._line_openers.clear()
        self._closed_plainly = None
        return end

    def _opens_line(self, at: int) -> bool:
        line_start = self._text.rfind("\n", max(0, at - 16), at) + 1
        before = self._text[line_start if line_start else max(0, at - 16) : at]
        return (line_start > 0 or at <= 16) and not before.strip(" \t>*+-#")

    def _close(self, at: int) -> int:
        place, end = self._address(at + 1)
        if place is None:
            if self._open:
                start, _, opens_line = self._pop(-1)
                self._closed_plainly = start if opens_line else self._closed_plainly
            return at + 1
        opener = self._opener(place)
        if opener is None:
            # The words of this link are elsewhere: html2text writes a linked heading so.
            self._add(Link(at, end, at, at, place))
            return end
        start, is_image = opener
        inner = start + (2 if is_image else 1)
        if at - start <= MAX_LINK:
            self._add(Link(start, end, inner, at, place, is_image))
        return end

    def _opener(self, place: Place) -> tuple[int, bool] | None:
        leads_to_paper = read_address(place.address).leads == Leads.PAPER
        if not self._open:
            start, self._closed_plainly = self._closed_plainly, None
            return (start, False) if start is not None and leads_to_paper else None
        _, is_image, opens_line = self._open[-1]
        # A bracket left open inside the words of a title or an abstract hides the one that opens the line.
        is_hidden = leads_to_paper and not opens_line and not is_image and self._line_openers
        start, is_image, _ = self._pop(self._line_openers[0] if is_hidden else -1)
        return start, is_image

    def _pop(self, at: int) -> tuple[int, bool, bool]:
        """Take the open bracket at a place of the stack off it, with all that were opened after it."""
        opener = self._open[at]
        del self._open[at:]
        while self._line_openers and self._line_openers[-1] >= len(self._open):
            self._line_openers.pop()
        return opener

    def _address(self, at: int) -> tuple[Place | None, int]:
        text = self._text
        if text.startswith("(", at):
            match = _INLINE.match(text, at)
            if match is None:
                return None, at
            group = "angled" if match["angled"] is not None else "plain"
            address = match[group] or ""
            return Place("".join(address.split()), *match.span(group)), match.end()
        if text.startswith("[", at):
            match = _REFERENCE.match(text, at)
            place = self._definitions.get(match["label"]) if match else None
            if match and place is None and match["label"].isdecimal():
                # The list of addresses at the end was cut off.
                place = Place("", match.start(), match.start())
            return (place, match.end()) if match and place else (None, at)
        return None, at

    def _add(self, link: Link) -> None:
        while self.links and self.links[-1].start >= link.start:
            self.links.pop()
        self.links.append(link)
