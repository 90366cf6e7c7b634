"""Printed dates, and what evidence makes of them: by example, and what must hold for all of them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from catalog.dates import LISTING_START, DigestDate, PrintedDate, digest_date, parse_printed_date, publication_date
from tests.linear import assert_linear, repeated

TODAY = date(2026, 11, 20)
MONTHS = ["January", "February", "March", "April", "May", "June", "July"]
MONTHS += ["August", "September", "October", "November", "December"]
LEAP_DAY = PrintedDate(2, 29)

publication_days = st.dates(date(2022, 1, 1), date(2026, 1, 31))
reading_days = st.dates(date(2026, 1, 1), date(2031, 12, 31))
days = st.dates(LISTING_START - timedelta(days=400), date(2031, 12, 31))
printed_dates = st.builds(lambda day: PrintedDate(day.month, day.day), st.dates(date(2024, 1, 1), date(2024, 12, 31)))


def every_day_of(year: int) -> list[date]:
    return [date(year, 1, 1) + timedelta(days=number) for number in range(366 if year % 4 == 0 else 365)]


def dated(day: date) -> DigestDate:
    return DigestDate(day, day, day, "single candidate")


def open_between(earliest: date | None, latest: date | None) -> DigestDate:
    return DigestDate(None, earliest, latest, "open")


# What a page prints


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("Mar 4", PrintedDate(3, 4)),
        ("Mar 04", PrintedDate(3, 4)),
        ("march 4", PrintedDate(3, 4)),
        ("MAR 4", PrintedDate(3, 4)),
        ("Mar. 4", PrintedDate(3, 4)),
        ("  Mar   4\t", PrintedDate(3, 4)),
        ("Mar\u00a04", PrintedDate(3, 4)),
        ("Sept 30", PrintedDate(9, 30)),
        ("May 31", PrintedDate(5, 31)),
        ("Feb 29", LEAP_DAY),
        ("Feb 29, 2024", PrintedDate(2, 29, 2024)),
        ("Mar 4, 2025", PrintedDate(3, 4, 2025)),
        ("Mar 4 2025", PrintedDate(3, 4, 2025)),
    ],
)
def test_forms_that_listings_print(text: str, printed: PrintedDate) -> None:
    assert parse_printed_date(text) == printed


@pytest.mark.parametrize("abbreviated", [True, False])
def test_every_day_comes_back(abbreviated: bool) -> None:
    for day in every_day_of(2024) + every_day_of(2025):
        name = MONTHS[day.month - 1][: 3 if abbreviated else None]

        assert parse_printed_date(f"{name} {day.day}") == PrintedDate(day.month, day.day)
        assert parse_printed_date(f"{name} {day.day}, {day.year}") == PrintedDate(day.month, day.day, day.year)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "2025-03-04",
        "03/04",
        "4 Mar",
        "4 Mar 2025",
        "Mar",
        "Mar 2025",
        "Mar 0",
        "Feb 30",
        "Apr 31",
        "Mar 32",
        "Feb 29, 2025",
        "Feb 29, 2100",
        "Mar 4, 0000",
        "Mar 4, 25",
        "Mar 4,2025",
        "Mar 4th",
        "Mar4",
        "Mar 4 - Mar 11",
        "Mar 4, 2025 2",
        "Marc 4",
        "Mai 4",
        "ſep 4",
        "Mar ٤",
        "Mar ４",
        "Mar 4\nand more",
        "today",
    ],
)
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_printed_date(text)


@given(st.text(max_size=20) | st.from_regex(r"[A-Z][a-z]{2} \d{1,2}(, \d{4})?", fullmatch=True))
@example("Mar 99")
def test_text_is_a_day_of_the_calendar_or_refused(text: str) -> None:
    try:
        printed = parse_printed_date(text)
    except ValueError:
        return
    assert printed.in_year(printed.year or 2024) is not None


@pytest.mark.parametrize("unit", ["Mar ", " ", "4", "a", "Mar 4, ", "\u00a0"])
def test_long_text_is_refused_in_linear_time(unit: str) -> None:
    def refuse(text: str) -> None:
        with pytest.raises(ValueError, match="no date"):
            parse_printed_date(text + "!")

    assert_linear(refuse, repeated(unit, "Mar 4"), 1_000)


# The year of a digest


@pytest.mark.parametrize(
    ("printed", "latest_publication", "as_of", "known"),
    [
        pytest.param(PrintedDate(3, 4), date(2025, 12, 2), TODAY, dated(date(2026, 3, 4)), id="one year is left"),
        pytest.param(
            PrintedDate(3, 4), date(2025, 1, 1), TODAY, open_between(date(2025, 3, 4), date(2026, 3, 4)), id="two years"
        ),
        pytest.param(
            PrintedDate(3, 4), None, TODAY, open_between(date(2024, 3, 4), date(2026, 3, 4)), id="no evidence"
        ),
        pytest.param(
            PrintedDate(5, 4), None, TODAY, open_between(date(2023, 5, 4), date(2026, 5, 4)), id="first day of all"
        ),
        pytest.param(
            PrintedDate(5, 3), None, TODAY, open_between(date(2024, 5, 3), date(2026, 5, 3)), id="a day too early"
        ),
        pytest.param(PrintedDate(3, 4), date(2026, 3, 4), TODAY, dated(date(2026, 3, 4)), id="published that day"),
        pytest.param(PrintedDate(3, 4), date(2026, 3, 5), TODAY, open_between(None, None), id="published a day later"),
        pytest.param(PrintedDate(11, 20), date(2026, 1, 1), TODAY, dated(date(2026, 11, 20)), id="read that day"),
        pytest.param(
            PrintedDate(11, 21), date(2025, 1, 1), TODAY, dated(date(2025, 11, 21)), id="not of a day to come"
        ),
        pytest.param(LEAP_DAY, None, TODAY, dated(date(2024, 2, 29)), id="29 February has few years"),
        pytest.param(
            LEAP_DAY, None, date(2028, 2, 29), open_between(date(2024, 2, 29), date(2028, 2, 29)), id="and then two"
        ),
        pytest.param(LEAP_DAY, date(2024, 3, 1), TODAY, open_between(None, None), id="29 February and no year"),
        pytest.param(PrintedDate(3, 4), None, date(2023, 5, 3), open_between(None, None), id="read before the listing"),
    ],
)
def test_the_years_that_the_evidence_leaves(
    printed: PrintedDate, latest_publication: date | None, as_of: date, known: DigestDate
) -> None:
    assert digest_date(printed, latest_publication=latest_publication, as_of=as_of) == known


def test_a_printed_year_is_stated_whatever_the_evidence() -> None:
    stated = digest_date(PrintedDate(3, 4, 2025), latest_publication=date(2026, 1, 1), as_of=date(2024, 1, 1))

    assert stated == DigestDate(date(2025, 3, 4), date(2025, 3, 4), date(2025, 3, 4), "stated")


def test_without_a_printed_date_nothing_is_known_but_the_former_bounds() -> None:
    bounds = {"earliest": date(2025, 1, 1), "latest": date(2025, 1, 31)}

    assert digest_date(None, latest_publication=None, as_of=TODAY, **bounds) == open_between(*bounds.values())


def test_former_bounds_stay_when_less_is_known_now() -> None:
    earliest, latest = date(2025, 3, 4), date(2026, 3, 4)

    again = digest_date(
        PrintedDate(3, 4), latest_publication=None, as_of=date(2029, 1, 1), earliest=earliest, latest=latest
    )

    assert again == open_between(earliest, latest)


def test_evidence_that_contradicts_itself_bounds_nothing() -> None:
    earliest, latest = date(2024, 3, 4), date(2025, 3, 4)

    after = digest_date(
        PrintedDate(3, 4), latest_publication=date(2025, 6, 1), as_of=TODAY, earliest=earliest, latest=latest
    )

    assert after == DigestDate(None, None, None, "open")


@given(printed_dates, publication_days, days, reading_days, days)
@example(PrintedDate(3, 4), date(2025, 1, 1), date(2025, 12, 2), TODAY, TODAY)
def test_evidence_never_widens_the_bounds(
    printed: PrintedDate, published: date, published_too: date, as_of: date, as_of_too: date
) -> None:
    before = digest_date(printed, latest_publication=published, as_of=as_of)
    assume(before.earliest is not None)

    after = digest_date(
        printed, latest_publication=published_too, as_of=as_of_too, earliest=before.earliest, latest=before.latest
    )

    is_contradicted = after == DigestDate(None, None, None, "open")
    assert is_contradicted or before.earliest <= after.earliest <= after.latest <= before.latest  # type: ignore[operator]


@given(printed_dates, publication_days, publication_days, reading_days, reading_days)
@example(PrintedDate(3, 4), date(2025, 1, 1), date(2025, 12, 2), TODAY, TODAY)
def test_the_order_of_evidence_does_not_matter(
    printed: PrintedDate, published: date, published_too: date, as_of: date, as_of_too: date
) -> None:
    together = digest_date(printed, latest_publication=max(published, published_too), as_of=min(as_of, as_of_too))
    assume(together.earliest is not None)

    for first, second in (
        ((published, as_of), (published_too, as_of_too)),
        ((published_too, as_of_too), (published, as_of)),
    ):
        known = digest_date(printed, latest_publication=first[0], as_of=first[1])
        known = digest_date(
            printed, latest_publication=second[0], as_of=second[1], earliest=known.earliest, latest=known.latest
        )
        assert known == together


@given(printed_dates, st.none() | days, days)
def test_a_date_fits_its_evidence(printed: PrintedDate, published: date | None, as_of: date) -> None:
    known = digest_date(printed, latest_publication=published, as_of=as_of)

    for day in (known.day, known.earliest, known.latest):
        if day is not None:
            assert (day.month, day.day) == (printed.month, printed.day)
            assert max(LISTING_START, published or LISTING_START) <= day <= as_of
    assert (known.day is not None) == (known.earliest is not None and known.earliest == known.latest)


# The date of a card


@pytest.mark.parametrize(
    ("printed", "digest", "day"),
    [
        pytest.param(PrintedDate(3, 2, 2025), None, date(2025, 3, 2), id="its own year"),
        pytest.param(PrintedDate(3, 2, 2025), date(2026, 3, 4), date(2025, 3, 2), id="its own year, not the page's"),
        pytest.param(PrintedDate(3, 2), date(2026, 3, 4), date(2026, 3, 2), id="the year of its page"),
        pytest.param(PrintedDate(3, 4), date(2026, 3, 4), date(2026, 3, 4), id="the day of its page"),
        pytest.param(PrintedDate(3, 5), date(2026, 3, 4), None, id="after its page"),
        pytest.param(PrintedDate(3, 2), None, None, id="while the year of its page is open"),
        pytest.param(LEAP_DAY, date(2026, 3, 4), None, id="a day that the year has not"),
        pytest.param(LEAP_DAY, date(2024, 3, 4), date(2024, 2, 29), id="a day that the year has"),
    ],
)
def test_the_day_that_a_card_prints(printed: PrintedDate, digest: date | None, day: date | None) -> None:
    assert publication_date(printed, digest=digest) == day
