"""The reader for published lists of pairs of a paper and its code, in the form of Papers with Code.

Such a list is one JSON array with an object for each pair, often gzip and too large to be held: it is read row by row,
and the papers come lazily. docs/lists.md says which field goes where. A row is understood whole or is a reject.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, Final

from catalog.arxiv import parse_arxiv_id
from catalog.documents import Document, DocumentError, DocumentStream
from catalog.links import canonicalize
from catalog.readers.json_elements import DamagedElement, JsonDamage, JsonElement, array_elements
from catalog.readers.json_members import string_place
from catalog.records import DocumentRecord, LinkRecord, Origin, PaperRecord, RejectRecord

FORMAT: Final = "paper and code list"

MAX_TEXT: Final = 2_000
"""The most characters of one title or address."""

_LOOKED_AT: Final = 1 << 16
_OPENING = re.compile(r"\s{0,99}\[\s{0,99}\{")
_REPOSITORY_KEY = re.compile(r'"repo_url"\s{0,9}:')
_PAPER_KEY = re.compile(r'"paper_(?:url|title|arxiv_id)"\s{0,9}:')

_FLAGS: Final = {"true": True, "false": False, "": None}
# JSON can write both, and no UTF-8 text or database takes the second.
_UNUSABLE = re.compile("[\x00\ud800-\udfff]")


class _NotUnderstoodError(ValueError):
    """A row that is no pair of a paper and its code; the text says why."""


def recognizes(text: str) -> bool:
    """Whether `text` begins as an array of objects that name both a paper and a repository, from its first 64 KiB."""
    opening = text[:_LOOKED_AT]
    is_array_of_objects = _OPENING.match(opening) is not None
    return is_array_of_objects and all(key.search(opening) for key in (_REPOSITORY_KEY, _PAPER_KEY))


def read(document: Document) -> DocumentRecord:
    """Return the papers of the list, each with one link, and the rows that are not understood among them.

    Raises DocumentError where the text is no array or holds no row, and while the papers are gone through where the
    array is damaged further on.
    """
    return _read(document, [document.text])


def read_stream(stream: DocumentStream) -> DocumentRecord:
    """Return what `read` does, of a list that is too large to be held; the papers take memory for one row at a time.

    Raises DocumentError as `read` and `DocumentStream.pieces` do.
    """
    return _read(stream, stream.pieces())


def _read(source: Document | DocumentStream, pieces: Iterable[str]) -> DocumentRecord:
    papers = _papers(pieces, source.shown)
    first = next(papers, None)
    if first is None:
        raise DocumentError(f"{source.shown}: is a list without rows; fetch it again")
    return DocumentRecord(
        origin=Origin(source.name, source.sha256, source.byte_count, source.line_count, FORMAT),
        papers=chain([first], papers),
    )


def _papers(pieces: Iterable[str], shown: str) -> Iterator[PaperRecord | RejectRecord]:
    try:
        for position, element in enumerate(array_elements(pieces), start=1):
            try:
                yield _paper(element, position)
            except _NotUnderstoodError as error:
                yield RejectRecord(element.line, element.line_end, element.text, str(error))
    except JsonDamage as error:
        raise DocumentError(f"{shown}: line {error.line} is damaged JSON: {error}; fetch it again") from error


def _paper(element: JsonElement | DamagedElement, position: int) -> PaperRecord:
    if isinstance(element, DamagedElement):
        raise _NotUnderstoodError(f"the row is no JSON: {element.reason}")
    row = element.value
    if not isinstance(row, dict):
        raise _NotUnderstoodError("the row is no object")
    if row and all(value == key for key, value in row.items()):
        raise _NotUnderstoodError("the row repeats the names of the fields")
    title = _text(row, "paper_title")
    if title is None:
        raise _NotUnderstoodError("the row has no paper_title")
    return PaperRecord(
        position=position,
        title=" ".join(title.split()),
        line_start=element.line,
        line_end=element.line_end,
        arxiv_id=_arxiv_id(row),
        links=(_link(element, row),),
    )


def _link(element: JsonElement, row: dict[str, Any]) -> LinkRecord:
    verbatim = _text(row, "repo_url")
    if verbatim is None:
        raise _NotUnderstoodError("the row has no repo_url")
    try:
        canonicalize(verbatim.strip())
    except ValueError as error:
        raise _NotUnderstoodError(f"repo_url is no address: {error}") from error
    framework = _text(row, "framework")
    line, char_start = string_place(element, "repo_url", verbatim) or (element.line, None)
    return LinkRecord(
        asserted_by="published list",
        verbatim=verbatim,
        url=verbatim.strip(),
        line=line,
        char_start=char_start,
        roles=("code",),
        field="repo_url",
        is_official=_flag(row, "is_official"),
        is_mentioned_in_paper=_flag(row, "mentioned_in_paper"),
        is_mentioned_in_repository=_flag(row, "mentioned_in_github"),
        framework=None if framework is None or framework.strip().casefold() == "none" else framework.strip(),
    )


def _arxiv_id(row: dict[str, Any]) -> str | None:
    """Return the id that the row states, by itself or by an address of arXiv; both must name the same paper."""
    stated = _text(row, "paper_arxiv_id")
    ids = set()
    if stated is not None:
        try:
            ids.add(parse_arxiv_id(stated).id)
        except ValueError as error:
            raise _NotUnderstoodError("paper_arxiv_id is no arXiv id") from error
    for key in ("paper_url_abs", "paper_url_pdf"):
        address = _text(row, key) or ""
        # Most papers outside of arXiv have an address elsewhere, which is no damage. One that ends in the stated id
        # names that paper or none.
        if "arxiv.org/" in address.lower() and address.rpartition("/")[2] not in ids:
            ids.update(_id_in_address(address))
    if len(ids) > 1:
        raise _NotUnderstoodError(f"the row names several papers of arXiv: {', '.join(sorted(ids))}")
    return next(iter(ids), None)


def _id_in_address(address: str) -> list[str]:
    try:
        return [parse_arxiv_id(address).id]
    except ValueError:
        return []


def _text(row: dict[str, Any], key: str) -> str | None:
    value = row.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise _NotUnderstoodError(f"{key} is no text")
    if len(value) > MAX_TEXT:
        raise _NotUnderstoodError(f"{key} is longer than {MAX_TEXT} characters")
    # A regular expression takes longer to begin than this takes to end.
    if not value.isprintable() and _UNUSABLE.search(value):
        raise _NotUnderstoodError(f"{key} holds a character that no text has")
    return value if value.strip() else None


def _flag(row: dict[str, Any], key: str) -> bool | None:
    value = row.get(key)
    if value is None or isinstance(value, bool):
        return value
    # Some copies of the list went through a table, where everything is text.
    if isinstance(value, str) and value.strip().casefold() in _FLAGS:
        return _FLAGS[value.strip().casefold()]
    raise _NotUnderstoodError(f"{key} is neither true nor false")
