"""A digest's day in words, on the site and in the terminal: the site needs no package, so both are compared."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from catalog.lookup.digests import possible_dates
from catalog.results import DigestDetails
from catalog.show.days import day_reason, digest_day
from tests.question_example import site_plugin

OPEN = ("open", "single candidate")
KNOWN = ("stated", "stated by its entries", "file name", "given")
days = st.dates(date(2023, 5, 4), date(2040, 12, 31))


@st.composite
def digests(draw: st.DrawFn) -> DigestDetails:
    """A digest of which the day is known, or open between two bounds, or not known at all."""
    printed_day = draw(st.none() | days)
    printed = printed_day and f"{printed_day:%b} {printed_day.day}"
    basis = draw(st.sampled_from(OPEN + KNOWN))
    if basis in KNOWN or (basis == "single candidate" and printed):
        first = last = draw(days) if printed_day is None else printed_day
        known: date | None = first
    else:
        known, first, last = None, *_bounds(draw, printed_day)
    return _digest(
        printed_date=printed,
        digest_date=known and known.isoformat(),
        earliest_date=first and first.isoformat(),
        latest_date=last and last.isoformat(),
        date_basis=basis,
        newest_publication=draw(st.none() | days.map(date.isoformat)),
        read_by=draw(st.none() | days.map(date.isoformat)),
    )


def _digest(**facts: Any) -> DigestDetails:
    unknown = ("title", "curator", "query", "url", "repeats", "digest_date", "newest_publication", "read_by")
    named = {"id": 1, "name": "moss", "kind": "daily", "entry_count": 0, "document": "moss.txt", "entries": ()}
    return DigestDetails(
        **{**dict.fromkeys(unknown), **named, "date_basis": "open", "possible_dates": (), **facts}  # type: ignore[arg-type]
    )


def _bounds(draw: st.DrawFn, printed: date | None) -> tuple[date | None, date | None]:
    """The first and the last year that a printed day could be of; nothing where no day is printed, or none fits."""
    years = sorted(draw(st.lists(st.integers(2023, 2040), min_size=2, max_size=2)))
    if printed is None or draw(st.booleans()):
        return None, None
    if (printed.month, printed.day) == (2, 29):
        years = [year + -year % 4 for year in years]
    first, last = (printed.replace(year=year) for year in years)
    return first, last


def test_as_many_years_are_named_on_the_site_as_in_the_terminal() -> None:
    cells = site_plugin("cells")
    for last in range(2024, 2032):
        digest = _digest(printed_date="May 4", earliest_date="2023-05-04", latest_date=f"{last}-05-04")
        assert cells.digest_day(asdict(digest)) == digest_day(digest)


@given(digests())
def test_the_site_and_the_terminal_say_the_same(digest: DigestDetails) -> None:
    cells, row = site_plugin("cells"), asdict(digest)

    said = digest_day(digest)

    assert (cells.digest_day(row) or "day unknown") == said
    assert cells.date_reason(row, digest.newest_publication, digest.read_by) == day_reason(digest)
    assert all(day[:4] in said for day in possible_dates(digest)[:1])
