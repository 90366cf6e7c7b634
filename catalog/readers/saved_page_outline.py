"""The HTML of a saved page -> its outline: what it says of itself, the JSON it carries, and its cards. Pure.

The outline goes by structure alone (`article`, headings, links, `time`), since class names change with every release of
the site. What a piece means is not decided here. Scripts, styles and drawings hold nothing that a page shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from lxml import etree

from catalog.readers.saved_page_places import MAX_TAG, Places, Span
from catalog.values import value

# libxml2 counts lines in 16 bits; a card or an attribute with JSON takes one line of the text that it is given.
MAX_MARKS: Final = 65_000
# A listing page has some thousands; the limit bounds the memory of the tree.
MAX_TAGS: Final = 1_000_000
MAX_ADDRESS: Final = 2_000

_BLANKS = re.compile(r"[ \t\n\r\f]+")
_WEB = re.compile(r"https?://[^\s/]\S{0,2000}", re.IGNORECASE)
# Browsers write the first form (the number is the length), SingleFile the second.
_SAVED_FROM = re.compile(
    r"<!--\s{0,99}(?:saved from url=\([0-9]{1,9}\)(\S{1,2000})"
    r"|Page saved with SingleFile\s{1,99}url:\s{1,99}(\S{1,2000}))"
)
_LOOKED_AT: Final = 1 << 13

_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_MAY_NAME: Final = ("article", "a", *sorted(_HEADINGS))
_UNSEEN: Final = frozenset({"script", "style", "svg", "template", "noscript", "textarea", "select", "iframe"})


class OutlineError(ValueError):
    """A page that is not taken apart: what is wrong with it and what to do, without its name."""


@dataclass(slots=True)
class Part:
    """A heading, a link or a `time`: its tag, its `href` or `datetime`, and its text in pieces as they stand."""

    tag: str
    address: str | None = None
    texts: list[str] = field(default_factory=list)
    heading: Part | None = None

    @property
    def text(self) -> str:
        """The text on one line, as a browser shows it."""
        return shown("".join(self.texts))


@dataclass(slots=True)
class Scope:
    """A card, or the page around the cards.

    `texts` are the pieces of text of a card that are not blank, in order; `box_at` is how many of them stand before its
    first checkbox. Both stay empty for the page. `reach` is where its last heading or link stands: beyond its own end
    tag, where damage left elements open.
    """

    span: Span
    is_card: bool = True
    parts: list[Part] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    box_at: int | None = None
    reach: Span | None = None

    @property
    def whole(self) -> Span:
        """From its beginning to the end of its reach."""
        own, reach = self.span, self.reach
        if reach is None or reach.end <= own.end:
            return own
        return Span(own.start, reach.end, own.line_start, reach.line_end)

    def tagged(self, *tags: str) -> Iterator[Part]:
        """Give the parts with one of these tags, in order."""
        return (part for part in self.parts if part.tag in tags)


@value()
class Properties:
    """The JSON that one element carries for its scripts: the element's name, the text, and where it stands."""

    target: str | None
    text: str
    span: Span


@dataclass(slots=True)
class Outline:
    """What a page holds. `canonical`, `og_url` and `saved_from` are its address, as three places state it.

    `strays` are the links outside of every card, each in a scope of its own that reaches from the last tag of a card
    in the text: where damage swallowed that tag, this is its card. `hidden` are cards inside of an element
    that no browser shows, such as one whose end tag is lost.
    """

    page: Scope
    places: Places
    cards: list[Scope] = field(default_factory=list)
    strays: list[Scope] = field(default_factory=list)
    hidden: list[Scope] = field(default_factory=list)
    properties: list[Properties] = field(default_factory=list)
    targets: set[str] = field(default_factory=set)
    title: str | None = None
    canonical: str | None = None
    og_url: str | None = None
    saved_from: str | None = None


def shown(text: str) -> str:
    """Return a text as a browser shows it: a run of blanks and line ends is one blank, none at the ends."""
    return _BLANKS.sub(" ", text).strip(" ") if _BLANKS.search(text) else text


def outline(text: str) -> Outline:
    """Take the HTML of a page apart.

    Raises OutlineError where it is no HTML, has too many tags or cards, or too long a tag, nests too deep, or holds a
    piece beyond the parser's limit of 10 MB; the parser (libxml2) then drops the rest, and half a page must not pass
    for the whole.
    """
    if text.count("<") > MAX_TAGS:
        raise OutlineError(f"has more than {MAX_TAGS:,} tags; save the listing page alone")
    places = Places(text)
    if len(places.marks) > MAX_MARKS:
        raise OutlineError(f"has more than {MAX_MARKS:,} tags of cards; save the listing page alone")
    if places.longest_tag() > MAX_TAG:
        raise OutlineError(f"has a tag of more than {MAX_TAG:,} characters; save the listing page alone")
    root = _parse(places.marked_text())
    found = _Walk(places).outline(root)
    found.saved_from = _saved_from(text)
    return found


def _parse(text: str) -> etree._Element:
    # The encoding is stated because a <meta> in the page, or an XML declaration, may name another one.
    # A comment kept in the tree would part two texts, and the walk would lose the second.
    parser = etree.HTMLParser(
        encoding="utf-8", recover=True, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError):
        root = None
    if any(entry.level == etree.ErrorLevels.FATAL for entry in parser.error_log):
        raise OutlineError(
            "is an HTML page that nests too deep or holds a piece beyond 10 MB; save the listing page alone"
        )
    if root is None:
        raise OutlineError("is an HTML page without content; save the listing page again")
    return root


class _Context(NamedTuple):
    """What is open around a piece of text."""

    scope: Scope
    heading: Part | None = None
    link: Part | None = None
    time: Part | None = None
    is_title: bool = False
    is_hidden: bool = False


class _Walk:
    """One walk over the tree, which gives each piece of text to the innermost card around it."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._outline = Outline(Scope(places.page(), is_card=False), places)
        self._title: list[str] = []
        self._open = [_Context(self._outline.page)]

    def outline(self, root: etree._Element) -> Outline:
        walker = etree.iterwalk(root, events=("start", "end"))
        for event, element in walker:
            if event == "start":
                self._open.append(self._context_in(element))
                if element.tag in _UNSEEN and next(element.iter(*_MAY_NAME), None) is None:
                    walker.skip_subtree()
                else:
                    self._take(element.text)
            else:
                self._open.pop()
                self._take(element.tail)
        self._outline.title = shown("".join(self._title)) or None
        return self._outline

    def _context_in(self, element: etree._Element) -> _Context:
        outer = self._open[-1]
        self._note_page(element)
        match element.tag:
            case "article":
                card = Scope(self._places.card(element))
                (self._outline.hidden if outer.is_hidden else self._outline.cards).append(card)
                return _Context(card, is_hidden=outer.is_hidden)
            case "title":
                return outer._replace(is_title=not self._title)
            case "time":
                return outer._replace(time=self._part(outer, element, "datetime"))
            case "a" if outer.scope.is_card:
                return outer._replace(link=self._part(outer, element, "href"))
            case "a":
                stray = Scope(self._places.around(element))
                self._outline.strays.append(stray)
                return outer._replace(link=self._part(outer._replace(scope=stray), element, "href"))
            case "input" if outer.scope.is_card and element.get("type") == "checkbox" and outer.scope.box_at is None:
                outer.scope.box_at = len(outer.scope.texts)
            # A browser ends a drawing where other content begins; the parser does not.
            case tag if tag in _UNSEEN and tag != "svg":
                return outer._replace(is_hidden=True)
            case tag if tag in _HEADINGS:
                return outer._replace(heading=self._part(outer, element, None))
        return outer

    def _part(self, outer: _Context, element: etree._Element, attribute: str | None) -> Part:
        part = Part(str(element.tag), element.get(attribute) if attribute else None, heading=outer.heading)
        outer.scope.parts.append(part)
        outer.scope.reach = self._places.around(element)
        return part

    def _take(self, text: str | None) -> None:
        if not text:
            return
        context = self._open[-1]
        for part in (context.heading, context.link, context.time):
            if part is not None:
                part.texts.append(text)
        if context.is_title:
            self._title.append(text)
        if context.scope.is_card and (seen := shown(text)):
            context.scope.texts.append(seen)

    def _note_page(self, element: etree._Element) -> None:
        """Note what an element says of the page; the first one to say it is believed."""
        found = self._outline
        if element.tag == "link" and (element.get("rel") or "").lower() == "canonical":
            found.canonical = found.canonical or _address(element.get("href"))
        elif element.tag == "meta" and element.get("property") == "og:url":
            found.og_url = found.og_url or _address(element.get("content"))
        if target := element.get("data-target"):
            found.targets.add(target)
        if properties := element.get("data-props"):
            # Line ends inside are marks; JSON has none of its own within a string.
            span = self._places.attribute(element)
            found.properties.append(Properties(target, properties.replace("\n", ""), span))


def _saved_from(text: str) -> str | None:
    """The address in the comment that a browser or SingleFile writes at the beginning of a page that it saves."""
    match = _SAVED_FROM.search(text, 0, _LOOKED_AT)
    return _address(match[1] or match[2]) if match else None


def _address(text: str | None) -> str | None:
    """The address where it is one of the web and of sensible length."""
    text = (text or "").strip()
    return text if len(text) <= MAX_ADDRESS and _WEB.fullmatch(text) else None
