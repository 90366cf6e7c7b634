"""What a saved page says of itself: its address, its kind, the day it stands for, its title and curator. Pure.

The forms of address are those of the listing: `/papers`, `/papers/date/2024-08-01` (`/papers?date=2024-08-01` in 2024),
`/papers/week/2025-W20`, `/papers/month/2025-05`, `/papers/trending`, and `?q=` for a search. When somebody saved the
page is nowhere taken for its day.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import parse_qs

from catalog.dates import parse_printed_date
from catalog.readers.paragraphs import curator_of
from catalog.readers.saved_page_outline import Outline, Part
from catalog.records import DigestKind

MAX_QUERY: Final = 500
MAX_HEADING: Final = 200

_ADDRESS = re.compile(
    r"/papers(?:/(?:date/(?P<day>[0-9-]{10})|week/(?P<week>[0-9]{4}-W[0-9]{2})|month/(?P<month>[0-9]{4}-[0-9]{2})"
    r"|(?P<trending>trending)|search))?/?(?:\?(?P<query>[^#]*))?(?:#.*)?",
    re.ASCII,
)
# An hour other than midnight is a moment, such as that of a comment, and no day that a page stands for.
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T00:00(?::00(?:\.0{1,9})?)?(?:Z|\+00:00)?)?", re.ASCII)

# `periodType` in the page's JSON; `date` before there was one.
_PERIODS: Final[Mapping[str, DigestKind]] = {"day": "daily", "week": "weekly", "month": "monthly"}


@dataclass(frozen=True, slots=True)
class Address:
    """An address of the listing, and what it says; `day` as ISO 8601, `bounds` the first and last day of a period."""

    url: str
    kind: DigestKind | None = None
    day: str | None = None
    bounds: tuple[str, str] | None = None
    query: str | None = None

    @property
    def is_specific(self) -> bool:
        """Whether it tells more than that the page is one of the listing's."""
        return self.kind is not None or self.day is not None


@dataclass(frozen=True, slots=True)
class Head:
    """What the page says of itself; None where it does not."""

    kind: DigestKind
    title: str | None
    curator: str | None
    url: str | None
    query: str | None
    day: str | None
    printed_date: str | None
    bounds: tuple[str, str] | None


def read_head(outline: Outline, of_page: Mapping[str, Any]) -> Head:
    """Return what the page says of itself, with `of_page`, what the JSON of its listing says of it.

    Its day is that of the JSON, else of its one `time`, else of the address that it states itself. The address noted by
    whoever saved it tells the kind of page alone. A week or month has bounds and no day, whatever day its JSON
    and its `time` begin with.
    """
    stated = [read_address(url) for url in (outline.canonical, outline.og_url) if url]
    noted = [read_address(outline.saved_from)] if outline.saved_from else []
    address = _most_specific([*stated, *noted])
    kind = _kind(address, of_page)
    times = list(outline.page.tagged("time"))
    day = _day_of_json(of_page) or _day_of_times(times) or next((at.day for at in stated if at.day), None)
    is_period = kind in ("weekly", "monthly")
    return Head(
        kind=kind or ("daily" if day else "listing"),
        title=_title(outline),
        curator=next((name for part in outline.page.tagged("h1", "h2", "h3") if (name := _curator(part))), None),
        url=address.url if address else None,
        query=address.query if address else None,
        day=None if is_period else day,
        printed_date=None if is_period else _printed_date(times, day),
        bounds=address.bounds if address and is_period else None,
    )


def read_address(url: str) -> Address:
    """Return what an address says of the page; an address of another site says nothing. Raises nothing."""
    # In an archive of the web the page's own address stands at the end of another one.
    at = url.partition("?")[0].rfind("/papers")
    match = _ADDRESS.fullmatch(url, at) if at >= 0 else None
    if match is None:
        return Address(url)
    parameters = parse_qs(match["query"] or "", errors="replace")
    if match["week"]:
        bounds = _week(match["week"])
        return Address(url, "weekly" if bounds else None, bounds=bounds)
    if match["month"]:
        bounds = _month(match["month"])
        return Address(url, "monthly" if bounds else None, bounds=bounds)
    if match["trending"]:
        return Address(url, "trending")
    if query := parameters.get("q", [""])[0].strip():
        return Address(url, "search", query=query if len(query) <= MAX_QUERY and query.isprintable() else None)
    return Address(url, day=_day(match["day"]) or _day(parameters.get("date", [None])[0]))


def is_printed_as(text: str, day: str | None) -> bool:
    """Whether `text` is a date as the listing prints it and, where a day is given as ISO 8601, that of this day."""
    try:
        printed = parse_printed_date(text)
    except ValueError:
        return False
    known = date.fromisoformat(day) if day else None
    return known is None or printed.in_year(printed.year or known.year) == known


def _most_specific(addresses: Iterable[Address]) -> Address | None:
    known = list(addresses)
    return next((address for address in known if address.is_specific), known[0] if known else None)


def _kind(address: Address | None, of_page: Mapping[str, Any]) -> DigestKind | None:
    if address is not None and address.kind is not None:
        return address.kind
    period = of_page.get("periodType")
    return _PERIODS.get(period) if isinstance(period, str) else None


def _day_of_json(of_page: Mapping[str, Any]) -> str | None:
    return next((day for name in ("date", "dateString") if (day := _day(of_page.get(name)))), None)


def _day_of_times(times: Iterable[Part]) -> str | None:
    """The day of the page's `time`; none where two of them name two days."""
    days = {day for part in times if (day := _day(part.address))}
    return days.pop() if len(days) == 1 else None


def _printed_date(times: Iterable[Part], day: str | None) -> str | None:
    """The first date that the page prints in a `time`, as it stands; none that contradicts the stated day."""
    for part in times:
        if len(part.text) <= MAX_HEADING and is_printed_as(part.text, day):
            return part.text
    return None


def _title(outline: Outline) -> str | None:
    headings = (part.text for part in outline.page.tagged("h1"))
    title = next((text for text in headings if text), outline.title)
    return title if title and len(title) <= MAX_HEADING else None


def _curator(part: Part) -> str | None:
    return curator_of(part.text) if len(part.text) <= MAX_HEADING else None


def _day(value: Any) -> str | None:
    match = _DAY.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    try:
        return date.fromisoformat(match[1]).isoformat()
    except ValueError:
        return None


def _week(text: str) -> tuple[str, str] | None:
    """Monday and Sunday of an ISO week such as `2025-W20`."""
    try:
        monday = date.fromisocalendar(int(text[:4]), int(text[6:]), 1)
        return monday.isoformat(), (monday + timedelta(days=6)).isoformat()
    except (ValueError, OverflowError):
        return None


def _month(text: str) -> tuple[str, str] | None:
    """First and last day of a month such as `2025-05`."""
    try:
        first = date.fromisoformat(f"{text}-01")
        # The 28th and four days are always in the next month.
        following = first.replace(day=28) + timedelta(days=4)
        return first.isoformat(), (following - timedelta(days=following.day)).isoformat()
    except (ValueError, OverflowError):
        return None
