"""Well-formed XML of arXiv's feeds -> what its entries hold, with the place of each text. Pure.

libxml2 reads the XML; where something stands is found in the text itself, because libxml2 knows the line in which a tag
ends and no character. An entry of the form that arXiv writes is read from the text too, by one pattern for the whole;
any other is read from the tree of libxml2.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import Final, NamedTuple

from lxml import etree

ATOM: Final = "http://www.w3.org/2005/Atom"
ARXIV: Final = "http://arxiv.org/schemas/atom"
_ENTRY: Final = f"{{{ATOM}}}entry"

LINE_END = re.compile(r"\r\n|\n|\r")
# In XML that is well-formed, `<` begins markup and nothing else, and every quote and comment is closed.
_MARKUP = re.compile(
    r"<(?:!--.*?-->|!\[CDATA\[.*?\]\]>|\?.*?\?>|(?P<end>/)[^>]*+>"
    r"|(?P<start>)[^>\"']*+(?:\"[^\"]*+\"[^>\"']*+|'[^']*+'[^>\"']*+)*+>)",
    re.DOTALL,
)

_DECLARATIONS: Final = (
    f'xmlns="{ATOM}"',
    f'xmlns:arxiv="{ARXIV}"',
    'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"',
)
_ATTRIBUTES: Final = r"((?:\s++[\w:.-]++=\"[^\"<>]*+\")*+)\s*+"
# After a tag and text without markup, an end tag is that of the same element.
_LEAF: Final = rf"([\w:]++){_ATTRIBUTES}(?:/>|>([^<]*+)</[^>]*+>)"
_AUTHOR: Final = (
    rf"author>\s*+<name>([^<]*+)</name>(?:\s*+<arxiv:affiliation{_ATTRIBUTES}>[^<]*+</[^>]*+>)*+\s*+</author>"
)
_PLAIN_ENTRY = re.compile(rf"<entry>(?:\s*+<(?:(?!author>){_LEAF}|{_AUTHOR}))*+\s*+</entry>")
_LEAVES = re.compile(rf"<(?!name>|link\b){_LEAF}")
_NAMES = re.compile(r"<author>\s*+<name>([^<]*+)<")
_TERM = re.compile(r"\sterm=\"([^\"]*+)\"")
_ENTITIES: Final = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&"))


class Span(NamedTuple):
    """Where an element stands in the text, and where its content does."""

    start: int
    content_start: int
    content_end: int
    end: int


class Element(NamedTuple):
    """An element's text, and where it stands."""

    text: str
    span: Span


class Entry(NamedTuple):
    """What an entry holds: the first of its elements of each name, the names of the authors, the terms of categories.

    An element of Atom goes by its name (`summary`), one of arXiv's own with `arxiv:` before it. The primary category
    comes first.
    """

    span: Span
    elements: dict[str, Element]
    authors: list[str]
    terms: list[str]


class Lines:
    """The lines of a text, and which of them a character stands in."""

    def __init__(self, text: str) -> None:
        ends = LINE_END.finditer(text) if "\r" in text else ()
        lengths = (len(line) + 1 for line in text.split("\n")) if "\r" not in text else ()
        self._starts = [*accumulate(lengths, initial=0), *(match.end() for match in ends)]

    def place(self, index: int) -> tuple[int, int]:
        """Return the line of character `index`, and how many characters of that line are before it."""
        line = bisect_right(self._starts, index)
        return line, index - self._starts[line - 1]

    def of(self, span: Span) -> tuple[int, int]:
        """Return the first and the last line of an element."""
        return self.place(span.start)[0], self.place(span.end - 1)[0]


def entries(text: str, feed: etree._Element) -> list[Entry]:
    """Return the entries of a feed, which `text` was parsed to."""
    plain = list(_plain_entries(text)) if _has_plain_names(text, feed) else [None]
    if None not in plain:
        return [entry for entry in plain if entry is not None]
    spans = dict(zip(feed.iter(etree.Element), _spans(text), strict=True))
    return [_tree_entry(element, spans) for element in feed.iterchildren(_ENTRY)]


def _has_plain_names(text: str, feed: etree._Element) -> bool:
    """Whether each `<entry>` in the text is an entry of the feed, and names in it mean what they mean to arXiv."""
    if "\r" in text or feed.prefix is not None or text.count("xmlns") != sum(map(text.count, _DECLARATIONS)):
        return False
    count = sum(1 for _ in feed.iterchildren(_ENTRY))
    return text.count("<entry") == count == text.count("<entry>")


def _plain_entries(text: str) -> Iterator[Entry | None]:
    """The entries, where they hold nothing but elements with text and authors with names; None for another one."""
    start = text.find("<entry>")
    while start >= 0:
        entry = _PLAIN_ENTRY.match(text, start)
        if entry is None or text.find("&#", start, entry.end()) >= 0:
            yield None
            return
        yield _plain_entry(text, start, entry.end())
        start = text.find("<entry>", entry.end())


def _plain_entry(text: str, start: int, end: int) -> Entry:
    elements: dict[str, Element] = {}
    primary: list[str] = []
    terms: list[str] = []
    for leaf in _LEAVES.finditer(text, start, end):
        name, attributes, content = leaf.groups()
        if name == "category" or name == "arxiv:primary_category":
            term = _TERM.search(attributes)
            (terms if name == "category" else primary).append(term[1] if term else "")
        elif name not in elements:
            place = leaf.span(3) if content is not None else (leaf.end(), leaf.end())
            elements[name] = Element(_decoded(content or ""), Span(leaf.start(), *place, leaf.end()))
    authors = [_decoded(name) for name in _NAMES.findall(text, start, end)]
    return Entry(Span(start, start, end, end), elements, authors, primary + terms)


def _decoded(content: str) -> str:
    """The content of an element without references to characters by their number."""
    if "&" in content:
        for entity, character in _ENTITIES:
            content = content.replace(entity, character)
    return content


def _tree_entry(entry: etree._Element, spans: dict[etree._Element, Span]) -> Entry:
    elements: dict[str, Element] = {}
    for element in entry.iterchildren(etree.Element):
        namespace, _, name = str(element.tag).rpartition("}")
        known = {f"{{{ATOM}": name, f"{{{ARXIV}": f"arxiv:{name}"}.get(namespace)
        if known is not None and known not in elements:
            elements[known] = Element(_text_of(element), spans[element])
    categories = (*entry.iterfind(f"{{{ARXIV}}}primary_category"), *entry.iterfind(f"{{{ATOM}}}category"))
    return Entry(
        spans[entry],
        elements,
        [_text_of(name) for name in entry.iterfind(f"{{{ATOM}}}author/{{{ATOM}}}name")],
        [element.get("term", "") for element in categories],
    )


def _text_of(element: etree._Element) -> str:
    if len(element) == 0:
        return str(element.text or "")
    return "".join(str(piece) for piece in element.itertext())


def _spans(text: str) -> list[Span]:
    """Return where the elements of well-formed XML stand, in the order in which they begin."""
    found: list[Span | None] = []
    is_open: list[tuple[int, re.Match[str]]] = []
    for markup in _MARKUP.finditer(text):
        kind = markup.lastgroup
        if kind == "start":
            is_open.append((len(found), markup))
            found.append(None)
        if kind == "end" or (kind == "start" and text[markup.end() - 2] == "/"):
            index, opening = is_open.pop()
            content_end = markup.start() if kind == "end" else markup.end()
            found[index] = Span(opening.start(), opening.end(), content_end, markup.end())
    return [span for span in found if span is not None]
