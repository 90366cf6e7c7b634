"""The reader for answers of arXiv's API: Atom feeds, each entry of which describes one paper outside of any digest.

The elements are those of https://info.arxiv.org/help/api/user-manual.html#_details_of_atom_results_returned;
docs/lists.md says which of them is kept and where it goes. The head of the feed (what was asked, how much was found) is
furniture. What an entry holds, and where, is found in arxiv_atom_entries.py.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Final

from lxml import etree

from catalog.arxiv import ArxivId, parse_arxiv_id
from catalog.documents import Document, DocumentError
from catalog.links import find_links
from catalog.readers.arxiv_atom_entries import ATOM, LINE_END, Entry, Lines, Span, entries
from catalog.readers.daily_papers import stated_day
from catalog.records import DocumentRecord, LinkRecord, Origin, PaperRecord, RejectRecord

FORMAT: Final = "arXiv Atom"

MAX_TAGS: Final = 1_000_000
"""A feed with more is a mistake; the limit bounds the memory that a tree of them takes."""

_LOOKED_AT: Final = 4096
_BLANKS: Final = "\ufeff \t\r\n"
_ERROR_ID = re.compile(r"https?://(?:export\.)?arxiv\.org/api/errors", re.IGNORECASE)

_PROLOG = re.compile(
    r"<\?.{0,999}?\?>|<!--.{0,999}?-->|<!DOCTYPE[^<>\[]{0,500}+(?:\[[^\]]{0,3000}+\]\s{0,99}+)?>|[ \t\r\n]{1,999}",
    re.DOTALL,
)
_ROOT = re.compile(r"<(?:[A-Za-z]\w{0,20}:)?feed[\s>]")
_OF_ARXIV = re.compile(r"arxiv\.org/(?:api/|schemas/atom)")
_PLACE_IN_MESSAGE = re.compile(r",? line \d{1,10}(?:, column \d{1,10})?")
# arXiv's own categories; it lists the classes of other schemes (`68T07`, `I.2.7`) in elements of the same name.
_CATEGORY = re.compile(r"[a-z]{1,10}(?:-[a-z]{1,10})?(?:\.[A-Za-z]{2,10}(?:-[a-z]{2,10})?)?")


def recognizes(text: str) -> bool:
    """Whether `text` opens as an Atom feed that names arXiv, from its first 4,096 characters."""
    opening = text[:_LOOKED_AT].lstrip(_BLANKS)
    position = 0
    while prolog := _PROLOG.match(opening, position):
        position = prolog.end()
    is_feed = _ROOT.match(opening, position) is not None and ATOM in opening
    return is_feed and _OF_ARXIV.search(opening) is not None


def read(document: Document) -> DocumentRecord:
    """Return the papers that the feed describes; an entry that describes none is a reject.

    Raises DocumentError where the text is no well-formed XML, declares a document type, is no Atom feed, has no entry
    or has more than MAX_TAGS tags.
    """
    found = entries(document.text, _parse(document))
    if not found:
        raise DocumentError(f"{document.shown}: holds no papers; ask arXiv again, for something that it has")
    lines = Lines(document.text)
    papers: list[PaperRecord] = []
    rejects: list[RejectRecord] = []
    for position, entry in enumerate(found, start=1):
        reading = _Reading(entry, document.text, lines)
        paper = reading.paper(position)
        if paper is not None:
            papers.append(paper)
        rejects.extend(reading.rejects)
    return DocumentRecord(
        origin=Origin(document.name, document.sha256, document.byte_count, document.line_count, FORMAT),
        papers=tuple(papers),
        rejects=tuple(rejects),
        furniture_line_count=document.line_count - _line_count(lines.of(entry.span) for entry in found),
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
        line = len(LINE_END.findall(document.text[: len(document.text) - len(text)])) + (error.lineno or 1)
        reason = " ".join(_PLACE_IN_MESSAGE.sub("", error.msg or "").split())[:200]
        raise DocumentError(
            f"{document.shown}: line {line} is no well-formed XML ({reason}); fetch it again"
        ) from error
    except UnicodeEncodeError as error:
        raise DocumentError(f"{document.shown}: holds half a character; fetch it again") from error
    if root.getroottree().docinfo.doctype:
        raise DocumentError(f"{document.shown}: declares a document type, which no feed of arXiv does; fetch it again")
    if root.tag != f"{{{ATOM}}}feed":
        raise DocumentError(f"{document.shown}: is XML but no Atom feed; load an answer of arXiv's API")
    return root


def _line_count(stretches: Iterable[tuple[int, int]]) -> int:
    """Return how many lines belong to at least one of the stretches, which follow one another."""
    count = last = 0
    for start, end in stretches:
        count += end - max(start, last + 1) + 1
        last = end
    return count


class _Reading:
    """What one entry of the feed describes, and what in it is not understood."""

    def __init__(self, entry: Entry, text: str, lines: Lines) -> None:
        self.rejects: list[RejectRecord] = []
        self._entry = entry
        self._source = text
        self._lines = lines

    def paper(self, position: int) -> PaperRecord | None:
        """Return the paper that the entry describes; None, and a reject, where it describes none."""
        identity, title = self._identity(), self._line("title")
        if isinstance(identity, str) or title is None:
            self._refuse(self._entry.span, identity if isinstance(identity, str) else "the entry has no title")
            return None
        line_start, line_end = self._lines.of(self._entry.span)
        abstract, abstract_line, abstract_char = self._text("summary")
        terms = (term.strip() for term in self._entry.terms)
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
            authors=tuple(filter(None, map(_collapsed, self._entry.authors))),
            publication_date=self._day("published"),
            updated_date=self._day("updated"),
            doi=self._line("arxiv:doi"),
            categories=tuple(dict.fromkeys(term for term in terms if _CATEGORY.fullmatch(term))),
            comment=self._line("arxiv:comment"),
            links=tuple(self._links_in_comment()),
        )

    def _identity(self) -> ArxivId | str:
        """Return the id of the paper, or why there is none."""
        text = self._line("id")
        if text is None:
            return "the entry has no id"
        if _ERROR_ID.match(text):
            return "the entry is no paper but an error that arXiv reports"
        try:
            return parse_arxiv_id(text)
        except ValueError:
            return "the id of the entry is none of a paper at arXiv"

    def _day(self, name: str) -> str | None:
        text = self._line(name)
        if text is None:
            return None
        try:
            return stated_day(text)
        except ValueError:
            self._refuse(self._entry.elements[name].span, f"{name} is no date of the calendar")
            return None

    def _links_in_comment(self) -> Iterator[LinkRecord]:
        text, line, char = self._text("arxiv:comment")
        if text is None:
            return
        line_starts = [0, *(match.end() for match in LINE_END.finditer(text))]
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

    def _line(self, name: str) -> str | None:
        element = self._entry.elements.get(name)
        return None if element is None else _collapsed(element.text) or None

    def _text(self, name: str) -> tuple[str | None, int | None, int | None]:
        """Return a text with its line breaks and without blanks around it, and its place, as far as it is exact."""
        element = self._entry.elements.get(name)
        text = "" if element is None else element.text.strip()
        if element is None or not text:
            return None, None, None
        return text, *self._place(element.span, text)

    def _place(self, span: Span, text: str) -> tuple[int | None, int | None]:
        """Return line and character of the first character of `text`, the whole text of an element without its blanks.

        Both are given where the text stands in the document as it is. Where it does not, because of `&lt;` or CDATA, no
        character of it can be told from the first, and its line only where the whole element is on one.
        """
        raw = self._source[span.content_start : span.content_end]
        stands = raw.strip()
        line, char = self._lines.place(span.content_start + len(raw) - len(raw.lstrip()))
        if stands == text or LINE_END.sub("\n", stands) == text:
            return line, char
        first, last = self._lines.of(span)
        return (first, None) if first == last else (None, None)

    def _refuse(self, span: Span, reason: str) -> None:
        self.rejects.append(RejectRecord(*self._lines.of(span), self._source[span.start : span.end], reason))


def _collapsed(text: str) -> str:
    return " ".join(text.split())
