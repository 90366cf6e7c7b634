"""The trailer of a card on a pasted page: count of authors, publication date, count of comments. Pure.

      • 5 authors
    ·
    Mar 2, 2025 2

The same may stand on one line, with other bullets, with blank lines between, without the date or without the count.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from catalog.dates import NoSuchDayError, parse_printed_date

# Anything longer is prose that happens to begin like a trailer.
MAX_TRAILER_LINE: Final = 120

# Beyond this a line is taken as it is.
_LONGEST_CLEANED: Final = 4 * MAX_TRAILER_LINE

# Blank lines allowed between two lines of one trailer.
_MAX_GAP: Final = 4
_MAX_LINES: Final = 8

_INVISIBLE: Final = "\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u2060\u2800\u3164\ufeff"
_BULLETS: Final = "•·∙●▪◦‣*-–—|"
_BLANKS: Final = _INVISIBLE + "".join(char for char in map(chr, range(0x3001)) if char.isspace())
_SILENT: Final = _BULLETS + _BLANKS
_TO_NOTHING: Final = dict.fromkeys(map(ord, _INVISIBLE))

_DATE: Final = (
    r"(?P<date>[A-Za-z]{3,9}\.? (?P<day>[0-9]{1,2})(?:,? (?:19|20)[0-9]{2})?)"
    rf"(?: (?:[{re.escape(_BULLETS)}] ?)?(?P<comments>[0-9]{{1,5}})(?: comments?)?)?"
)
_AUTHORS_LINE = re.compile(
    rf"(?P<authors>[0-9]{{1,3}},?[0-9]{{0,3}}) authors?(?:(?: ?[{re.escape(_BULLETS)}] ?| ){_DATE})?", re.IGNORECASE
)
_DIGIT = re.compile(r"[0-9]")
# How the first line of a trailer begins, in ASCII: after bullets a count, or a month and its day, or nothing more.
_OPENING = re.compile(r"[\s*|-]*+(?:[0-9]|[A-Za-z]{3,9}\.?\s++[0-9]|$)")
_DATE_LINE = re.compile(_DATE)
_COMMENTS_LINE = re.compile(r"(?P<comments>[0-9]{1,3})(?: comments?)?")


class DateLine(NamedTuple):
    """A date as it stands, and in ISO 8601 where the year stands with it."""

    text: str
    iso: str | None


class Trailer(NamedTuple):
    """The lines from `start` up to `end`, and what they say; None where they do not say it."""

    start: int
    end: int
    author_count: int | None = None
    publication_date: DateLine | None = None
    comment_count: int | None = None


def strip_blanks(line: str) -> str:
    """Return the line without white space and characters without width at both ends."""
    return line.strip(_BLANKS)


def leading_blanks(text: str) -> int:
    """Return how many characters `strip_blanks` takes away before a text."""
    return len(text) - len(text.lstrip(_BLANKS))


def read_date_line(line: str) -> DateLine | None:
    """Return the date where the line is one and nothing else (`Mar 11`, `March 11, 2025`), else None."""
    if len(line) > _LONGEST_CLEANED or _DIGIT.search(line) is None:
        return None
    match = _DATE_LINE.fullmatch(_plain(line))
    if match is None or match["comments"] is not None:
        return None
    return _date_line(match["date"])


def is_no_day(line: str) -> bool:
    """Whether the line is a date and nothing else, but of a day that the calendar does not have (`Feb 30`)."""
    match = _DATE_LINE.fullmatch(_plain(line))
    if match is None:
        return False
    try:
        parse_printed_date(match["date"])
    except ValueError as error:
        return isinstance(error, NoSuchDayError)
    return False


def read_trailer(lines: Sequence[str], start: int) -> Trailer | None:
    """Return the trailer that begins on the line `start` (not a blank one), or None where none does."""
    if not _may_open(lines[start]):
        return None
    parts = _Parts()
    at = start
    end = start
    while at < len(lines):
        plain = _plain(lines[at])
        if plain:
            core = plain.strip(_BULLETS + " ")
            if parts.line_count == _MAX_LINES or not parts.take(core):
                break
            parts.has_bullet |= core != plain
            parts.line_count += 1
            end = at + 1
        elif at - end >= _MAX_GAP:
            break
        at += 1
    if not parts.is_trailer or (parts.is_bare and end < len(lines) and _plain(lines[end])):
        return None
    return Trailer(start, end, parts.author_count, parts.date, parts.comment_count)


def _may_open(line: str) -> bool:
    """Whether a line may be the first of a trailer: bullets alone, a count, or a date, which holds a digit."""
    if len(line) > _LONGEST_CLEANED:
        return len(line.strip(_BULLETS + " ")) <= MAX_TRAILER_LINE
    if line.isascii():
        return _OPENING.match(line) is not None
    return _DIGIT.search(line) is not None or not line.strip(_SILENT)


class _Parts:
    """What a trailer has said so far; each part once and in order."""

    def __init__(self) -> None:
        self.author_count: int | None = None
        self.date: DateLine | None = None
        self.comment_count: int | None = None
        self.has_bullet = False
        self.line_count = 0

    @property
    def is_trailer(self) -> bool:
        return self.author_count is not None or self.date is not None

    @property
    def is_bare(self) -> bool:
        """One line without a bullet: it may be a line of wrapped prose, unless the paragraph ends with it."""
        return self.line_count == 1 and not self.has_bullet

    def take(self, core: str) -> bool:
        """Take one line without its bullets; False where it is no further part of this trailer."""
        if not core:
            return self.date is None
        if len(core) > MAX_TRAILER_LINE:
            return False
        if self.author_count is None and self.date is None and (match := _AUTHORS_LINE.fullmatch(core)):
            if match["date"] is not None and not self._take_date(match):
                return False
            self.author_count = int(match["authors"].replace(",", ""))
            return True
        if self.date is None and (match := _DATE_LINE.fullmatch(core)):
            return self._take_date(match)
        if self.date is not None and self.comment_count is None and (match := _COMMENTS_LINE.fullmatch(core)):
            self.comment_count = int(match["comments"])
            return True
        return False

    def _take_date(self, match: re.Match[str]) -> bool:
        self.date = _date_line(match["date"])
        if self.date is not None and match["comments"] is not None:
            self.comment_count = int(match["comments"])
        return self.date is not None


def _plain(line: str) -> str:
    """The line without invisible characters, its white space made single blanks."""
    if len(line) > _LONGEST_CLEANED:
        return line
    return " ".join(line.translate(_TO_NOTHING).split())


def _date_line(text: str) -> DateLine | None:
    try:
        printed = parse_printed_date(text)
    except ValueError:
        return None
    day = printed.in_year(printed.year) if printed.year is not None else None
    return DateLine(text, day.isoformat() if day else None)
