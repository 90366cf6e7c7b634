"""The reader for answers of arXiv's API: Atom feeds, each entry of which describes one paper outside of any digest.

The elements are those of https://info.arxiv.org/help/api/user-manual.html#_details_of_atom_results_returned;
docs/lists.md says which of them is kept and where it goes. The head of the feed (what was asked, how much was found) is
furniture. libxml2 reads the XML; where something stands is found in the text itself, because libxml2 knows the line in
which a tag ends and no character.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree

from catalog.arxiv import ArxivId, parse_arxiv_id
from catalog.documents import Document, DocumentError
from catalog.links import find_links
from catalog.readers.daily_papers import stated_day
from catalog.records import DocumentRecord, LinkRecord, Origin, PaperRecord, RejectRecord

FORMAT: Final = "arXiv Atom"

MAX_TAGS: Final = 1_000_000
"""A feed with more is a mistake; the limit bounds the memory that a tree of them takes."""

_LOOKED_AT: Final = 4096
_BLANKS: Final = "\ufeff \t\r\n"
_ATOM: Final = "http://www.w3.org/2005/Atom"
_NAMESPACES: Final = {"atom": _ATOM, "arxiv": "http://arxiv.org/schemas/atom"}
_ERROR_ID = re.compile(r"https?://(?:export\.)?arxiv\.org/api/errors", re.IGNORECASE)

_PROLOG = re.compile(r"<\?.{0,999}?\?>|<!--.{0,999}?-->|[ \t\r\n]{1,999}", re.DOTALL)
_ROOT = re.compile(r"<(?:[A-Za-z]\w{0,20}:)?feed[\s>]")
_OF_ARXIV = re.compile(r"arxiv\.org/(?:api/|schemas/atom)")
_PLACE_IN_MESSAGE = re.compile(r",? line \d{1,10}(?:, column \d{1,10})?")
_LINE_END = re.compile(r"\r\n|\n|\r")
# In XML that is well-formed, `<` begins markup and nothing else, and every quote and comment is closed.
_MARKUP = re.compile(
    r"<(?:!--.*?-->|!\[CDATA\[.*?\]\]>|\?.*?\?>|(?P<end>/)[^>]*+>"
    r"|(?P<start>)[^>\"']*+(?:\"[^\"]*+\"[^>\"']*+|'[^']*+'[^>\"']*+)*+>)",
    re.DOTALL,
)
# arXiv's own categories; it lists the classes of other schemes (`68T07`, `I.2.7`) in elements of the same name.
_CATEGORY = re.compile(r"[a-z]{1,10}(?:-[a-z]{1,10})?(?:\.[A-Za-z]{2,10}(?:-[a-z]{2,10})?)?")


@dataclass(frozen=True, slots=True)
class _Span:
    """Where an element stands in the text, and where its content does."""

    start: int
    content_start: int
    content_end: int
    end: int


def recognizes(text: str) -> bool:
    """Whether `text` opens as an Atom feed that names arXiv, from its first 4,096 characters."""
    opening = text[:_LOOKED_AT].lstrip(_BLANKS)
    position = 0
    while prolog := _PROLOG.match(opening, position):
        position = prolog.end()
    is_feed = _ROOT.match(opening, position) is not None and _ATOM in opening
    return is_feed and _OF_ARXIV.search(opening) is not None


def read(document: Document) -> DocumentRecord:
    """Return the papers that the feed describes; an entry that describes none is a reject.

    Raises DocumentError where the text is no well-formed XML, declares a document type, is no Atom feed, has no entry
    or has more than MAX_TAGS tags.
    """
    feed = _parse(document)
    entries = feed.findall("atom:entry", _NAMESPACES)
    if not entries:
        raise DocumentError(f"{document.shown}: holds no papers; ask arXiv again, for something that it has")
    source = _Source(document.text, feed)
    papers: list[PaperRecord] = []
    rejects: list[RejectRecord] = []
    for position, element in enumerate(entries, start=1):
        entry = _Entry(element, source)
        paper = entry.paper(position)
        if paper is not None:
            papers.append(paper)
        rejects.extend(entry.rejects)
    return DocumentRecord(
        origin=Origin(document.name, document.sha256, document.byte_count, document.line_count, FORMAT),
        papers=tuple(papers),
        rejects=tuple(rejects),
        furniture_line_count=document.line_count - source.line_count(entries),
    )


def _parse(document: Document) -> etree._Element:
    text = document.text.lstrip(_BLANKS)
    if text.count("<") > MAX_TAGS:
        raise DocumentError(f"{document.shown}: has more than {MAX_TAGS:,} tags; ask arXiv for fewer papers at a time")
    # The text is decoded already, whatever encoding it declares.
    parser = etree.XMLParser(encoding="utf-8", resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        line = len(_LINE_END.findall(document.text[: len(document.text) - len(text)])) + (error.lineno or 1)
        reason = " ".join(_PLACE_IN_MESSAGE.sub("", error.msg or "").split())[:200]
        raise DocumentError(
            f"{document.shown}: line {line} is no well-formed XML ({reason}); fetch it again"
        ) from error
    except UnicodeEncodeError as error:
        raise DocumentError(f"{document.shown}: holds half a character; fetch it again") from error
    if root.getroottree().docinfo.doctype:
        raise DocumentError(f"{document.shown}: declares a document type, which no feed of arXiv does; fetch it again")
    if root.tag != f"{{{_ATOM}}}feed":
        raise DocumentError(f"{document.shown}: is XML but no Atom feed; load an answer of arXiv's API")
    return root


class _Source:
    """The text of a feed, and the place of each of its elements."""

    def __init__(self, text: str, feed: etree._Element) -> None:
        self.text = text
        self._line_starts = [0, *(match.end() for match in _LINE_END.finditer(text))]
        self._spans = dict(zip(feed.iter(etree.Element), _spans(text), strict=True))

    def span(self, element: etree._Element) -> _Span:
        """Return where an element stands."""
        return self._spans[element]

    def place(self, index: int) -> tuple[int, int]:
        """Return the line of character `index`, and how many characters of that line are before it."""
        line = bisect_right(self._line_starts, index)
        return line, index - self._line_starts[line - 1]

    def lines(self, element: etree._Element) -> tuple[int, int]:
        """Return the first and the last line of an element."""
        span = self.span(element)
        return self.place(span.start)[0], self.place(span.end - 1)[0]

    def line_count(self, elements: Iterable[etree._Element]) -> int:
        """Return how many lines belong to at least one of the elements, which follow one another."""
        count = last = 0
        for element in elements:
            start, end = self.lines(element)
            count += end - max(start, last + 1) + 1
            last = end
        return count

    def text_place(self, element: etree._Element, text: str) -> tuple[int | None, int | None]:
        """Return line and character of the first character of `text`, the whole text of an element without its blanks.

        Both are given where the text stands in the document as it is. Where it does not, because of `&lt;` or CDATA, no
        character of it can be told from the first, and its line only where the whole element is on one.
        """
        span = self.span(element)
        raw = self.text[span.content_start : span.content_end]
        stands = raw.strip()
        line, char = self.place(span.content_start + len(raw) - len(raw.lstrip()))
        if _LINE_END.sub("\n", stands) == text:
            return line, char
        first, last = self.lines(element)
        return (first, None) if first == last else (None, None)


class _Entry:
    """One entry of the feed, and what in it is not understood."""

    def __init__(self, element: etree._Element, source: _Source) -> None:
        self.rejects: list[RejectRecord] = []
        self._element = element
        self._source = source

    def paper(self, position: int) -> PaperRecord | None:
        """Return the paper that the entry describes; None, and a reject, where it describes none."""
        identity, title = self._identity(), self._line("atom:title")
        if isinstance(identity, str) or title is None:
            self._refuse(self._element, identity if isinstance(identity, str) else "the entry has no title")
            return None
        line_start, line_end = self._source.lines(self._element)
        abstract, abstract_line, abstract_char = self._text("atom:summary")
        return PaperRecord(
            position=position,
            title=title,
            line_start=line_start,
            line_end=line_end,
            abstract=abstract,
            abstract_line=abstract_line,
            abstract_char=abstract_char,
            arxiv_id=identity.id,
            arxiv_version=identity.version,
            authors=self._authors(),
            publication_date=self._day("atom:published"),
            updated_date=self._day("atom:updated"),
            doi=self._line("arxiv:doi"),
            categories=self._categories(),
            comment=self._line("arxiv:comment"),
            links=tuple(self._links_in_comment()),
        )

    def _identity(self) -> ArxivId | str:
        """Return the id of the paper, or why there is none."""
        text = self._line("atom:id")
        if text is None:
            return "the entry has no id"
        if _ERROR_ID.match(text):
            return "the entry is no paper but an error that arXiv reports"
        try:
            return parse_arxiv_id(text)
        except ValueError:
            return "the id of the entry is none of a paper at arXiv"

    def _authors(self) -> tuple[str, ...]:
        names = (_collapsed(name) for name in self._element.iterfind("atom:author/atom:name", _NAMESPACES))
        return tuple(name for name in names if name)

    def _categories(self) -> tuple[str, ...]:
        found = [
            *self._element.iterfind("arxiv:primary_category", _NAMESPACES),
            *self._element.iterfind("atom:category", _NAMESPACES),
        ]
        terms = (element.get("term", "").strip() for element in found)
        return tuple(dict.fromkeys(term for term in terms if _CATEGORY.fullmatch(term)))

    def _day(self, path: str) -> str | None:
        element = self._element.find(path, _NAMESPACES)
        text = None if element is None else _collapsed(element)
        if element is None or not text:
            return None
        try:
            return stated_day(text)
        except ValueError:
            self._refuse(element, f"{path.partition(':')[2]} is no date of the calendar")
            return None

    def _links_in_comment(self) -> Iterator[LinkRecord]:
        text, line, char = self._text("arxiv:comment")
        if text is None:
            return
        line_starts = [0, *(match.end() for match in _LINE_END.finditer(text))]
        for found in find_links(text):
            lines_before = bisect_right(line_starts, found.start) - 1
            place: tuple[int | None, int | None] = (line, None)
            if line is not None and char is not None:
                in_line = found.start - line_starts[lines_before]
                place = line + lines_before, in_line if lines_before else in_line + char
            yield LinkRecord(
                asserted_by="listing field",
                verbatim=found.verbatim,
                url=found.url,
                line=place[0],
                char_start=place[1],
                roles=found.roles,
                is_promised=found.is_promised,
                is_own=found.is_own,
                field="arxiv:comment",
            )

    def _line(self, path: str) -> str | None:
        element = self._element.find(path, _NAMESPACES)
        return None if element is None else _collapsed(element) or None

    def _text(self, path: str) -> tuple[str | None, int | None, int | None]:
        """Return a text with its line breaks and without blanks around it, and its place, as far as it is exact."""
        element = self._element.find(path, _NAMESPACES)
        text = "" if element is None else _text_of(element).strip()
        if element is None or not text:
            return None, None, None
        return text, *self._source.text_place(element, text)

    def _refuse(self, element: etree._Element, reason: str) -> None:
        span = self._source.span(element)
        text = self._source.text[span.start : span.end]
        self.rejects.append(RejectRecord(*self._source.lines(element), text, reason))


def _spans(text: str) -> list[_Span]:
    """Return where the elements of well-formed XML stand, in the order in which they begin."""
    found: list[_Span | None] = []
    is_open: list[tuple[int, re.Match[str]]] = []
    for markup in _MARKUP.finditer(text):
        kind = markup.lastgroup
        if kind == "start":
            is_open.append((len(found), markup))
            found.append(None)
        if kind == "end" or (kind == "start" and text[markup.end() - 2] == "/"):
            index, opening = is_open.pop()
            content_end = markup.start() if kind == "end" else markup.end()
            found[index] = _Span(opening.start(), opening.end(), content_end, markup.end())
    return [span for span in found if span is not None]


def _text_of(element: etree._Element) -> str:
    if len(element) == 0:
        return str(element.text or "")
    return "".join(str(piece) for piece in element.itertext())


def _collapsed(element: etree._Element) -> str:
    return " ".join(_text_of(element).split())
