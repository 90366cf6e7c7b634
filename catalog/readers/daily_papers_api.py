"""The reader for answers of the Daily Papers API, saved as they came, one after another as JSON Lines, or by others.

An answer is a list of the listing's objects (daily_papers.py), an object `{status, date, count, data}` with such a
list, or one object alone, which is a paper outside of any digest. In the place of an object some saved answers hold a
string that Python's `repr` wrote. JSON Lines hold any of these a line; consecutive lines with one object each are one
list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Final

from catalog.documents import Document, DocumentError, split_lines
from catalog.readers.daily_papers import EntryReading, entry_record, listed_days, paper_record, stated_day
from catalog.readers.daily_papers_dates import FileName, dated, read_name
from catalog.readers.json_elements import (
    DamagedElement,
    JsonDamage,
    JsonElement,
    RawJson,
    array_elements,
    decode_element,
)
from catalog.readers.json_members import object_members
from catalog.records import DigestRecord, DocumentRecord, EntryRecord, Mention, Origin, RejectRecord

FORMAT: Final = "Daily Papers API"

_LOOKED_AT: Final = 1 << 16
_WHITE_SPACE: Final = " \t\r\n"
_HEAD_OF_ANSWER: Final = frozenset({"status", "date", "count"})
# `id` and `title` stand in any list of publications; these are the listing's.
_FIELDS_OF_PAPER: Final = frozenset({"publishedAt", "summary", "upvotes", "submittedOnDailyAt"})

_TOKEN = re.compile(r'"([^"\\]*+(?:\\.[^"\\]*+)*+)"([ \t\r\n]*+:[ \t\r\n]*+)?|["{}\[\]]', re.DOTALL)
_SEEN_LINE = re.compile(r"[^ \t\r\n][^\r\n]*+")
_LITERAL_OPENING = re.compile(r"\"\{'[A-Za-z]{1,40}': ")


def recognizes(text: str) -> bool:
    """Whether `text` begins as an answer of the API does: its first object, or the first in its `data`, is a paper.

    An empty list is not recognised: nothing in it tells what it lists.
    """
    opening = text[:_LOOKED_AT].lstrip(_WHITE_SPACE)
    if _begins_with_paper(opening, is_cut=len(text) > _LOOKED_AT):
        return True
    members = _first_members(opening) if opening.startswith("{") else {}
    if "data" not in members or not members.keys() & _HEAD_OF_ANSWER:
        return False
    data = opening[members["data"] :]
    return data.startswith("[") and _begins_with_paper(data, is_cut=len(text) > _LOOKED_AT)


def read(document: Document) -> DocumentRecord:
    """Return the digests of the answers in a document, or the papers of answers about one paper.

    Raises DocumentError where the JSON is cut short or malformed as a whole, and where no paper can be read.
    """
    answers = _Answers()
    lines = _json_lines(document.text)
    if lines:
        for line in lines:
            answers.add_line(line)
    else:
        try:
            answers.add(_whole(document.text))
        except JsonDamage as damage:
            raise DocumentError(
                f"{document.shown}: line {damage.line} is damaged or cut short ({damage}); save it again"
            ) from damage
    record = _document_record(document, answers.lists)
    if not record.digests and not record.papers:
        raise DocumentError(f"{document.shown}: {_why_empty(record.rejects)}")
    return record


@dataclass(slots=True)
class _List:
    """One list of the listing's objects, and what its answer says of it; `is_single` where it is one object alone."""

    readings: list[EntryReading] = field(default_factory=list)
    rejects: list[RejectRecord] = field(default_factory=list)
    stated_date: RawJson | None = None
    stated_day: str | None = None
    is_single: bool = False

    @property
    def entries(self) -> tuple[EntryRecord, ...]:
        """The entries that were read, numbered from 1."""
        return tuple(
            entry if entry.position == position else replace(entry, position=position)
            for position, entry in enumerate((read.entry for read in self.readings if read.entry), start=1)
        )


class _Answers:
    """The lists of a document as they come together."""

    def __init__(self) -> None:
        self.lists: list[_List] = []
        self._run: _List | None = None

    def add_line(self, raw: RawJson) -> None:
        """Take one line of JSON Lines; a damaged one becomes a reject."""
        try:
            self.add(raw)
            if not self.lists[-1].readings:
                self.lists[-1].rejects.append(_rejected(raw, "the list holds no papers"))
        except JsonDamage as damage:
            reject = RejectRecord(raw.line, raw.line_end, raw.text, f"the line is no JSON: {damage}")
            self._add_object(EntryReading(None, (reject,)))

    def add(self, raw: RawJson) -> None:
        """Take one answer. Raises JsonDamage where it is no JSON as a whole."""
        if raw.text.startswith("["):
            self._add_list(_List(readings=_readings(raw)))
            return
        members = object_members(raw) if raw.text.startswith("{") else {}
        data = members.get("data")
        if data is not None and data.text.startswith("[") and "paper" not in members:
            self._add_list(_answer(members, data))
            return
        element = decode_element(raw.text, raw.line, raw.char)
        if isinstance(element, DamagedElement):
            raise JsonDamage(raw.line, element.reason)
        self._add_object(entry_record(element, 1))

    def _add_list(self, added: _List) -> None:
        self.lists.append(added)
        self._run = None

    def _add_object(self, reading: EntryReading) -> None:
        if self._run is None:
            self._run = _List()
            self.lists.append(self._run)
        self._run.readings.append(reading)
        self._run.is_single = len(self._run.readings) == 1


def _document_record(document: Document, lists: list[_List]) -> DocumentRecord:
    listed = [found for found in lists if not found.is_single and found.entries]
    # One name cannot tell the days of several digests.
    name = read_name(document.name) if len(listed) == 1 else FileName()
    digests = tuple(_digest(found, name) for found in listed)
    singles = (entry for found in lists if found.is_single for entry in found.entries)
    papers = tuple(paper_record(replace(entry, position=at)) for at, entry in enumerate(singles, start=1))
    rejects = tuple(reject for found in lists for reject in _rejects(found))
    entries = (entry for digest in digests for entry in digest.entries)
    return DocumentRecord(
        origin=Origin(document.name, document.sha256, document.byte_count, document.line_count, FORMAT),
        digests=digests,
        rejects=rejects,
        papers=papers,
        furniture_line_count=document.line_count - _line_count([*entries, *papers, *rejects]),
    )


def _readings(raw: RawJson) -> list[EntryReading]:
    """The objects of an array. Raises JsonDamage where it is malformed as a whole; a malformed object is a reject."""
    # The document is bounded, so that no element needs to be.
    elements = array_elements([raw.text], most=len(raw.text), line=raw.line, char=raw.char)
    readings: list[EntryReading] = []
    position = 1
    for element in elements:
        readings.append(_reading(element, position))
        position += readings[-1].entry is not None
    return readings


def _reading(element: JsonElement | DamagedElement, position: int) -> EntryReading:
    if isinstance(element, JsonElement):
        return entry_record(element, position)
    return EntryReading(None, (_rejected(element, f"the element is no JSON: {element.reason}"),))


def _answer(members: Mapping[str, RawJson], data: RawJson) -> _List:
    """The list of an answer `{status, date, count, data}`."""
    found = _List(readings=_readings(data))
    count = members.get("count")
    if count is not None and _value(count) not in (None, len(found.readings)):
        reason = f"count is not {len(found.readings)}, the number of objects in data"
        found.rejects.append(_rejected(count, reason, "count"))
    stated = members.get("date")
    value = None if stated is None else _value(stated)
    if stated is None or value is None:
        return found
    try:
        found.stated_day = stated_day(value if isinstance(value, str) else "")
        found.stated_date = stated
    except ValueError:
        found.rejects.append(_rejected(stated, "date is no date of the calendar", "date"))
    return found


def _value(raw: RawJson) -> object:
    """The decoded value; what is no JSON is the empty list, which is neither a count nor a date nor null."""
    element = decode_element(raw.text)
    return [] if isinstance(element, DamagedElement) else element.value


def _rejected(raw: RawJson, reason: str, name: str = "") -> RejectRecord:
    """The reject of a value; of one that is missing after its colon the text is its `name`."""
    return RejectRecord(raw.line, raw.line_end, raw.text or name, reason)


def _rejects(found: _List) -> Iterator[RejectRecord]:
    yield from found.rejects
    days = [] if _is_bare(found) else listed_days(found.readings)
    if found.stated_date is not None and found.stated_day is not None and days:
        if len(days) == 1 and found.stated_day != days[0]:
            yield _rejected(found.stated_date, f"date is not {days[0]}, the day that the entries state")
        elif found.stated_day < days[-1]:
            yield _rejected(found.stated_date, f"date is before {days[-1]}, a day that entries state")
    for reading in found.readings:
        yield from reading.rejects


def _is_bare(found: _List) -> bool:
    return all(reading.is_bare for reading in found.readings if reading.entry)


def _digest(found: _List, name: FileName) -> DigestRecord:
    digest = DigestRecord(entries=found.entries)
    listed = listed_days(found.readings)
    return dated(digest, listed=listed, stated=found.stated_day, name=name, is_search=_is_bare(found))


def _line_count(pieces: Iterable[Mention | RejectRecord]) -> int:
    """How many lines the pieces take together; pieces may share lines."""
    count = reached = 0
    for start, end in sorted((piece.line_start, piece.line_end) for piece in pieces):
        count += max(end - max(start - 1, reached), 0)
        reached = max(reached, end)
    return count


def _json_lines(text: str) -> list[RawJson]:
    """The lines of JSON Lines without blank ones; none where the text is one JSON value.

    In one value, no line that ends with a closing bracket is followed by one that opens something.
    """
    seen = [match[0].rstrip(_WHITE_SPACE) for match in islice(_SEEN_LINE.finditer(text), 2)]
    if len(seen) < 2 or seen[0][0] not in "[{" or seen[0][-1] not in "]}" or seen[1][0] not in '[{"':
        return []
    lines = []
    for number, line in enumerate(split_lines(text), start=1):
        stripped = line.lstrip(_WHITE_SPACE)
        if stripped:
            lines.append(RawJson(text=stripped.rstrip(_WHITE_SPACE), line=number, char=len(line) - len(stripped)))
    return lines


def _whole(text: str) -> RawJson:
    stripped = text.lstrip(_WHITE_SPACE)
    line, char = RawJson(text=text, line=1, char=0).place(len(text) - len(stripped))
    return RawJson(text=stripped.rstrip(_WHITE_SPACE), line=line, char=char)


def _why_empty(rejects: Sequence[RejectRecord]) -> str:
    if rejects:
        return f"holds no paper that can be read ({rejects[0].reason}); save it again"
    return "holds no papers; name an answer that lists some"


def _begins_with_paper(opening: str, *, is_cut: bool) -> bool:
    """Whether the first object that begins here, at once or in a list, is one of the listing's."""
    start = opening[1:].lstrip(_WHITE_SPACE) if opening.startswith("[") else opening
    if start.startswith('"'):
        return opening.startswith("[") and _LITERAL_OPENING.match(start) is not None
    if not start.startswith("{"):
        return False
    members = _first_members(start, last="paper")
    if "paper" in members:
        return start.startswith("{", members["paper"])
    # Hundreds of authors may fill all that is looked at.
    is_paper = bool(members.keys() & _FIELDS_OF_PAPER) or (is_cut and "authors" in members)
    return "id" in members and is_paper


def _first_members(opening: str, last: str | None = None) -> dict[str, int]:
    """The names in the object that begins here, which may be cut off, and where their values begin; up to `last`."""
    members: dict[str, int] = {}
    depth = 0
    for token in _TOKEN.finditer(opening):
        if token[0] in ("{", "["):
            depth += 1
        elif token[0] in ("}", "]"):
            depth -= 1
            if depth <= 0:
                break
        elif token[1] is None:
            break  # a string that is cut off
        elif depth == 1 and token[2] is not None:
            members.setdefault(token[1], token.end())
            if token[1] == last:
                break
    return members
