"""The readers: one module for each format of source document, found by content, never by name.

A reader is a module (or any object) with three names:

`FORMAT`
    the format's name for people and for `--format`, for instance `pasted page`;
`recognizes(text)`
    True where the text is in this format: a cheap look at a bounded part of it;
`read(document)`
    the document's records; raises DocumentError, in one sentence, where it holds none.

Readers are pure: they open no file and know no database. The first reader that recognises a text reads it, so the
list goes from the strictest format to the most generous.
"""

from __future__ import annotations

import json
import re
from typing import Final, Protocol

from catalog.documents import Document, DocumentError
from catalog.readers import catalogue_json, pasted_page
from catalog.records import DocumentRecord


class Reader(Protocol):
    """What the registry asks of a reader; see the module's text."""

    @property
    def FORMAT(self) -> str:
        """The format's name."""

    def recognizes(self, text: str) -> bool:
        """Whether the text is in this format."""

    def read(self, document: Document) -> DocumentRecord:
        """Return the document's records or raise DocumentError."""


READERS: Final[tuple[Reader, ...]] = (catalogue_json, pasted_page)

_HTML_OPENING = re.compile(r"<!doctype html|<html\b|<head\b|<body\b", re.IGNORECASE)
_XML_OPENING = re.compile(r"<\?xml|<feed\b|<rss\b", re.IGNORECASE)
_LOOKED_AT = 4096


def format_names() -> tuple[str, ...]:
    """Return the names that `--format` knows, in the order in which the readers are tried."""
    return tuple(reader.FORMAT for reader in READERS)


def read_document(document: Document, format: str | None = None) -> DocumentRecord:
    """Return the records of a document, read in the named format or in the one that its content shows.

    Raises DocumentError where no reader knows the content or the one that does finds nothing in it, and ValueError
    where the named format is unknown.
    """
    if format is not None:
        return _named_reader(format).read(document)
    for reader in READERS:
        if reader.recognizes(document.text):
            return reader.read(document)
    raise DocumentError(f"{document.shown}: {_why_unknown(document.text)}")


def _named_reader(format: str) -> Reader:
    for reader in READERS:
        if reader.FORMAT.casefold() == format.casefold():
            return reader
    known = ", ".join(f'"{name}"' for name in format_names())
    raise ValueError(f'unknown format "{format}"; known are {known}')


def _why_unknown(text: str) -> str:
    opening = text[:_LOOKED_AT].lstrip("\ufeff \t\r\n")
    if _HTML_OPENING.search(opening) and opening.startswith("<"):
        return "is an HTML page; save the text of the page and load that"
    if _XML_OPENING.match(opening):
        return "is XML of a form that no reader knows; save the text of the page and load that"
    if opening[:1] in ("{", "[") and _is_json(text):
        return "is JSON of a form that no reader knows; load a page, or what catalog export wrote"
    if re.match(r'\{\s{0,99}"|\[\s{0,99}\{', opening):
        return "looks like JSON that is cut short or damaged; save it again"
    return 'holds no card that can be told for certain; if it is a pasted page, say --format "pasted page"'


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
