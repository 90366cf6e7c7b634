"""The readers: one module for each format of source document, found by content, never by name.

A reader is a module (or any object) with three names:

`FORMAT`
    the format's name for people and for `--format`, for instance `pasted page`;
`recognizes(text)`
    True where the text is in this format: a cheap look at a bounded part of it;
`read(document)`
    the document's records; raises DocumentError, in one sentence, where it holds none.

A reader of documents of any length has a fourth, `read_stream(stream)`, which gets a DocumentStream and gives records
one after another. Readers are pure: they open no file and know no database. The first reader that recognises a text
reads it, so the list goes from the strictest format to the most generous. Readers that other packages bring, as entry
points of the group `catalog.readers`, come before the most generous one.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.metadata import entry_points
from typing import Any, Final, Protocol

from catalog.documents import MAX_BYTES, Document, DocumentError, DocumentStream
from catalog.errors import CatalogError
from catalog.readers.own import FALLBACK, OWN_READERS
from catalog.records import DocumentRecord

ENTRY_POINTS: Final = "catalog.readers"


class Reader(Protocol):
    """What the registry asks of a reader; see the module's text."""

    @property
    def FORMAT(self) -> str:
        """The format's name."""

    def recognizes(self, text: str) -> bool:
        """Whether the text is in this format."""

    def read(self, document: Document) -> DocumentRecord:
        """Return the document's records or raise DocumentError."""


_HTML_OPENING = re.compile(r"<!doctype html|<html\b|<head\b|<body\b", re.IGNORECASE)
_XML_OPENING = re.compile(r"<\?xml|<feed\b|<rss\b", re.IGNORECASE)
_LOOKED_AT = 4096


@cache
def readers() -> tuple[Reader, ...]:
    """Return all readers in the order in which they are tried.

    Raises CatalogError where another package brings one that cannot be used.
    """
    return (*OWN_READERS, *(_brought(point) for point in entry_points(group=ENTRY_POINTS)), FALLBACK)


def format_names() -> tuple[str, ...]:
    """Return the names that `--format` knows, in the order in which the readers are tried."""
    return tuple(reader.FORMAT for reader in readers())


def read_document(document: Document | DocumentStream, format: str | None = None) -> DocumentRecord:
    """Return the records of a document, read in the named format or in the one that its content shows.

    Raises DocumentError where no reader knows the content or the one that does finds nothing in it, and ValueError
    where the named format is unknown.
    """
    opening = document.text if isinstance(document, Document) else document.opening
    if format is not None:
        return _read(_named_reader(format), document)
    for reader in readers():
        if reader.recognizes(opening):
            return _read(reader, document)
    if isinstance(document, DocumentStream):
        raise DocumentError(_too_large(document))
    raise DocumentError(f"{document.shown}: {_why_unknown(opening)}")


def _read(reader: Reader, document: Document | DocumentStream) -> DocumentRecord:
    if isinstance(document, Document):
        return reader.read(document)
    read_stream = getattr(reader, "read_stream", None)
    if read_stream is None:
        raise DocumentError(_too_large(document))
    record: DocumentRecord = read_stream(document)
    return record


def _too_large(stream: DocumentStream) -> str:
    return f"{stream.shown}: is larger than {MAX_BYTES // 2**20} MiB; split it into smaller documents"


def _brought(point: Any) -> Reader:
    """Return the reader that another package brings: its own faults are told as such."""
    try:
        reader: Reader = point.load()
        if not (isinstance(reader.FORMAT, str) and callable(reader.recognizes) and callable(reader.read)):
            raise TypeError("FORMAT must be a text, recognizes and read must be functions")
    except Exception as error:
        package = point.dist.name if point.dist else "another package"
        raise CatalogError(
            f"The reader {point.name!r} that {package} brings cannot be used ({error}); repair or remove that package."
        ) from error
    return reader


def _named_reader(format: str) -> Reader:
    for reader in readers():
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
        return "is JSON of a form that no reader knows; load a page, an answer of the papers API, or an export"
    if re.match(r'\{\s{0,99}"|\[\s{0,99}\{', opening):
        return "looks like JSON that is cut short or damaged; save it again"
    return 'holds no card that can be told for certain; if it is a pasted page, say --format "pasted page"'


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
