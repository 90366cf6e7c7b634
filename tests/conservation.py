"""What is true of every reading, whatever the format: nothing that was read is lost.

    lines read = lines in records + furniture + rejects

Each format's own tests say more of its furniture; this is what all of them, and the fuzzing, share.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import msgspec

from catalog.documents import Document, split_lines
from catalog.readers import captured_page, paper_code_list, pasted_page
from catalog.readers.paragraphs import is_blank, is_furniture
from catalog.readers.trailers import read_date_line
from catalog.records import DigestRecord, DocumentRecord, EntryRecord, Mention, RejectRecord

_BETWEEN_ROWS = re.compile(r"[\s\[\],\ufeff]*")


@dataclass(frozen=True)
class Reading:
    """One reading of one document, its lazy parts taken out of it once."""

    digests: tuple[DigestRecord, ...]
    papers: tuple[Mention, ...]
    rejects: tuple[RejectRecord, ...]
    furniture: tuple[int, ...]
    """The lines of no record and no reject, counted from 1."""

    @cached_property
    def entries(self) -> tuple[EntryRecord, ...]:
        return tuple(entry for digest in self.digests for entry in digest.entries)

    @property
    def mentions(self) -> tuple[Mention, ...]:
        return (*self.entries, *self.papers)

    @cached_property
    def words(self) -> str:
        """Every text that the reading kept, without white space."""
        kept = (*self.mentions, *self.rejects)
        return "\n".join(squeezed(text) for piece in kept for text in _texts(piece))


def squeezed(text: str | None) -> str:
    """A text without any white space, to find it where it was wrapped or joined."""
    return "".join((text or "").split())


def conserved(record: DocumentRecord, source: Document) -> Reading:
    """Fail the test unless every line of the document is in a record, in a reject, or furniture; return the reading."""
    pieces = tuple(record.papers)
    entries = tuple(entry for digest in record.digests for entry in digest.entries)
    papers = tuple(piece for piece in pieces if isinstance(piece, Mention))
    rejects = (*record.rejects, *(piece for piece in pieces if isinstance(piece, RejectRecord)))
    taken = _lines_of((*entries, *papers, *rejects), record.origin.line_count)
    for reject in rejects:
        assert reject.text
        assert reject.reason
        assert "\n" not in reject.reason
    for digest in record.digests:
        assert [entry.position for entry in digest.entries] == list(range(1, len(digest.entries) + 1))
    reading = Reading(
        record.digests, papers, rejects, tuple(sorted(set(range(1, record.origin.line_count + 1)) - set(taken)))
    )
    if record.origin.sha256 != source.sha256:
        _conserved_export(record, source, reading)
    else:
        _conserved_lines(record, source, taken, reading)
    return reading


def _conserved_lines(record: DocumentRecord, source: Document, taken: list[int], reading: Reading) -> None:
    lines = split_lines(source.text)
    assert record.origin.line_count == source.line_count == len(lines)
    left = [lines[number - 1] for number in reading.furniture]
    if record.origin.format == paper_code_list.FORMAT:
        # Its rows come one by one, so that nobody can have counted what stands between them.
        assert all(_BETWEEN_ROWS.fullmatch(line) for line in left)
        return
    assert len(set(taken)) + record.furniture_line_count == len(lines)
    if record.origin.format in (pasted_page.FORMAT, captured_page.FORMAT):
        assert len(taken) == len(set(taken))
    if record.origin.format == pasted_page.FORMAT:
        assert all(is_blank(line) or is_furniture(line) or read_date_line(line) is not None for line in left)


def _conserved_export(record: DocumentRecord, source: Document, reading: Reading) -> None:
    """An export speaks of the lines of another document: here everything that it lists is a record or a reject."""
    content = msgspec.json.decode(source.text)
    listed = [entry for digest in content["digests"] for entry in digest["entries"]]
    assert [entry.title for entry in reading.entries] == [entry["title"] for entry in listed]
    assert [paper.title for paper in reading.papers] == [paper["title"] for paper in content.get("papers", [])]
    assert [reject.text for reject in reading.rejects] == [reject["text"] for reject in content.get("rejects", [])]
    assert record.origin.line_count == content["source"]["line_count"]


def _lines_of(pieces: Iterable[Mention | RejectRecord], line_count: int) -> list[int]:
    """Every line that a piece says is its own, with repetitions where several share one."""
    taken: list[int] = []
    for piece in pieces:
        assert 1 <= piece.line_start <= piece.line_end <= line_count
        taken.extend(range(piece.line_start, piece.line_end + 1))
    return taken


def _texts(piece: Any) -> Iterable[str]:
    for each in fields(piece):
        value = getattr(piece, each.name)
        if isinstance(value, str):
            yield value
        elif isinstance(value, tuple):
            yield from (text for item in value for text in ([item] if isinstance(item, str) else _texts(item)))
