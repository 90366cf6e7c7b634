"""Printed date and evidence -> digest date, and how sure we are. Pure.

Pages print `Mar 11` and leave out the year. A general date parser would fill in the current one, so the few forms that
the listings print are parsed here, and a year comes only from evidence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from catalog.records import DateBasis
from catalog.values import value

LISTING_START = date(2023, 5, 4)
"""The first day of the daily listing: no digest of it can be older."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NAME = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_PRINTED_DATE = re.compile(_MONTH_NAME + r"\s{1,3}(?P<day>[0-9]{1,2})(?:,?\s{1,3}(?P<year>[0-9]{4}))?", re.IGNORECASE)
_LEAP_YEAR = 2024


class NoSuchDayError(ValueError):
    """A date in a form that the listings print, of a day that the calendar does not have (`Feb 30`)."""


@value()
class PrintedDate:
    """A date as a page prints it: month and day, and the year where it stands there."""

    month: int
    day: int
    year: int | None = None

    def in_year(self, year: int) -> date | None:
        """Return the day in `year`, or None where that year has no such day (29 February)."""
        try:
            return date(year, self.month, self.day)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class DigestDate:
    """What is known of the day that a digest stands for: the date or its bounds, and why."""

    day: date | None
    earliest: date | None
    latest: date | None
    basis: DateBasis


def parse_printed_date(text: str) -> PrintedDate:
    """Parse `Mar 11`, `March 11` or `Mar 11, 2025`; the year is None where none stands there.

    Raises ValueError for anything else, NoSuchDayError where it is a day that the calendar does not have.
    """
    match = _PRINTED_DATE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no date as a listing prints it")
    month = _MONTHS.index(match["month"][:3].lower()) + 1
    year = int(match["year"]) if match["year"] else None
    try:
        date(year if year is not None else _LEAP_YEAR, month, int(match["day"]))
    except ValueError as error:
        raise NoSuchDayError(f"{text!r} is no day of the calendar") from error
    return PrintedDate(month, int(match["day"]), year)


def digest_date(
    printed: PrintedDate | None,
    *,
    latest_publication: date | None,
    as_of: date,
    earliest: date | None = None,
    latest: date | None = None,
) -> DigestDate:
    """Return the date of a digest as far as the evidence tells.

    Candidates are the years in which the printed day is not before the listing began, not before `latest_publication`
    (the latest publication date known of its papers), not after `as_of` (the day by which the digest existed), and
    within `earliest` and `latest`, which earlier loads left: later loads only tighten. One candidate is the date;
    several bound it. Evidence that leaves no candidate contradicts itself: then nothing bounds the date.
    """
    if printed is None:
        return DigestDate(None, earliest, latest, "open")
    if printed.year is not None:
        stated = printed.in_year(printed.year)
        return DigestDate(stated, stated, stated, "stated")
    lower = max(day for day in (LISTING_START, latest_publication, earliest) if day is not None)
    upper = min(day for day in (as_of, latest) if day is not None)
    days = (printed.in_year(year) for year in range(lower.year, upper.year + 1))
    candidates = [day for day in days if day is not None and lower <= day <= upper]
    if len(candidates) == 1:
        return DigestDate(candidates[0], candidates[0], candidates[0], "single candidate")
    if candidates:
        return DigestDate(None, candidates[0], candidates[-1], "open")
    return DigestDate(None, None, None, "open")


def publication_date(printed: PrintedDate, *, digest: date | None) -> date | None:
    """Return the day that a card prints. Without a year it is in the year of its page, so None while that is open.

    A day that would fall after its page's is not of that year, and None: which other year is not known.
    """
    if printed.year is not None:
        return printed.in_year(printed.year)
    day = None if digest is None else printed.in_year(digest.year)
    return None if day is None or digest is None or day > digest else day
