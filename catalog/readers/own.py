"""The catalogue's own readers, each imported when a text may be in its format: most loads need one of them.

What a text may be is told here from little: a necessary condition, where `recognizes` of the reader decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from catalog.documents import Document, with_line_feeds
from catalog.records import DocumentRecord

_MARKUP_OPENING = re.compile(r"[\s\ufeff]*+<")
_JSON_OPENING = re.compile(r"[\s\ufeff]*+[{\[]")
# A captured page has titles that are headings, or links with words. A link needs brackets with an address or a label
# right after, or an address on a line of its own, or a list of addresses.
_LINK_MARKS: Final = ("](", "][")
_OPENS_TITLE = re.compile(
    r"\n(?=[ \t>*+#=hRLVH-])(?:[ \t>*+-]{0,12}#{1,6}[ \t]|[ \t]{0,20}(?:={3}|-{3}|https?://)"
    r"|[ \t#*]{0,12}(?:References|Links|Visible links|Hidden links))"
)


@dataclass(frozen=True, slots=True)
class OwnReader:
    """A reader by the name of its module; `may_be` is False only where the reader would not recognise a text."""

    FORMAT: str
    module: str
    may_be: Callable[[str], bool]

    def recognizes(self, text: str) -> bool:
        """Whether the text is in this format."""
        return self.may_be(text) and bool(self._imported().recognizes(text))

    def read(self, document: Document) -> DocumentRecord:
        """Return the document's records or raise DocumentError."""
        record: DocumentRecord = self._imported().read(document)
        return record

    def __getattr__(self, name: str) -> Any:
        if name != "read_stream":
            raise AttributeError(name)
        return getattr(self._imported(), name)

    def _imported(self) -> Any:
        return import_module(f"catalog.readers.{self.module}")


def _opens_as_json(text: str) -> bool:
    return _JSON_OPENING.match(text) is not None


def _opens_as_markup(text: str) -> bool:
    return _MARKUP_OPENING.match(text) is not None


def may_have_titles(text: str) -> bool:
    """Whether anything in the text may be a title of a captured page."""
    # One character is looked for ten times faster than two.
    has_links = "]" in text and any(mark in text for mark in _LINK_MARKS)
    return has_links or _OPENS_TITLE.search("\n" + with_line_feeds(text)) is not None


def _any_text(_: str) -> bool:
    return True


OWN_READERS: Final = (
    OwnReader("catalogue JSON", "catalogue_json", _opens_as_json),
    OwnReader("Daily Papers API", "daily_papers_api", _opens_as_json),
    OwnReader("paper and code list", "paper_code_list", _opens_as_json),
    OwnReader("arXiv Atom", "arxiv_atom", _opens_as_markup),
    OwnReader("saved page", "saved_page", _opens_as_markup),
    OwnReader("captured page", "captured_page", may_have_titles),
)
FALLBACK: Final = OwnReader("pasted page", "pasted_page", _any_text)
