"""The day and the kind of a saved page, by what it states and by its address."""

from __future__ import annotations

import html
from dataclasses import replace

import pytest

from catalog.readers.saved_page_head import Address, read_address
from tests.saved_pages import PAPERS, TIME, TITLE, address, attribute, cards, digest, page


def test_the_day_is_that_of_the_json_then_of_the_time_then_of_the_address() -> None:
    properties = attribute(PAPERS, date="2025-05-14T00:00:00.000Z")
    og_url = address("https://huggingface.co/papers/date/2025-05-16")

    for text, day in (
        (page("", props=properties, head=og_url), "2025-05-14"),
        (page("", props=attribute(PAPERS, dateString="2025-05-15", periodType="day")), "2025-05-15"),
        (page("", props=attribute(PAPERS, date="2025-13-45"), head=og_url), "2025-05-12"),
        (page(cards(), head=og_url), "2025-05-12"),
        (page(cards(), head=og_url, top=TITLE), "2025-05-16"),
        (page(cards(), head=address("https://huggingface.co/papers?date=2025-05-17"), top=TITLE), "2025-05-17"),
    ):
        found = digest(text)
        assert (found.digest_date, found.date_basis, found.kind) == (day, "stated", "daily")
        assert (found.earliest_date, found.latest_date) == (None, None)


def test_a_printed_date_stays_as_it_stands_unless_the_page_states_another_day() -> None:
    no_day = TIME.replace("2025-05-12T00:00:00.000Z", "")

    assert digest(page(cards())).printed_date == "May 12"
    assert digest(page(cards(), props=attribute(PAPERS, date="2025-05-14"))).printed_date is None
    assert (digest(page(cards(), top=no_day)).printed_date, digest(page(cards(), top=no_day)).digest_date) == (
        "May 12",
        None,
    )


def test_the_day_on_which_a_page_was_saved_is_not_its_day() -> None:
    browser = "<!-- saved from url=(0047)https://huggingface.co/papers/date/2025-05-18 -->\n"
    single_file = (
        "<!--\n Page saved with SingleFile \n url: https://huggingface.co/papers \n saved date: 2025-05-19\n-->"
    )
    moment = '<time datetime="2025-05-20T14:23:00.000Z">2 hours ago</time>'
    two_days = '<time datetime="2025-05-20"></time><time datetime="2025-05-21"></time>'

    for text in (
        browser + page(cards(), top=TITLE),
        page(cards(), top=TITLE, head=single_file),
        page(cards(), top=moment),
        page(cards(), top=two_days),
        page(cards() + moment, top=TITLE),
    ):
        found = digest(text)
        assert (found.digest_date, found.date_basis, found.kind) == (None, None, "listing")
    assert digest(browser + page(cards())).url == "https://huggingface.co/papers/date/2025-05-18"
    assert digest(page(cards(), head=single_file)).url == "https://huggingface.co/papers"


def test_entries_that_agree_state_the_day_only_where_the_page_does_not() -> None:
    agreed = [replace(paper, submitted="2025-05-13T04:36:37.800Z") for paper in PAPERS]
    apart = [*agreed[:2], replace(PAPERS[2], submitted="2025-05-14T01:00:00.000Z")]

    for properties in (attribute(agreed), attribute(agreed, periodType="day")):
        found = digest(page("", props=properties, top=TITLE))
        assert (found.digest_date, found.date_basis, found.kind) == ("2025-05-13", "stated by its entries", "daily")
    assert digest(page("", props=attribute(agreed))).digest_date == "2025-05-12"
    for papers in (apart, [*agreed[:2], PAPERS[2]], PAPERS):
        assert digest(page("", props=attribute(papers), top=TITLE)).digest_date is None
    for printed, day in (("May 13", "2025-05-13"), ("May 12", None)):
        found = digest(page("", props=attribute(agreed), top=f"<time>{printed}</time>"))
        assert (found.printed_date, found.digest_date) == (printed, day)
    trending = address("https://huggingface.co/papers/trending")
    assert digest(page("", props=attribute(agreed), top=TITLE, head=trending)).digest_date is None


@pytest.mark.parametrize(
    ("url", "kind", "query", "bounds"),
    [
        ("https://huggingface.co/papers/week/2025-W20", "weekly", None, ("2025-05-12", "2025-05-18")),
        ("https://huggingface.co/papers/month/2024-02", "monthly", None, ("2024-02-01", "2024-02-29")),
        ("https://huggingface.co/papers/month/2024-12", "monthly", None, ("2024-12-01", "2024-12-31")),
        ("https://huggingface.co/papers/trending", "trending", None, (None, None)),
        ("https://huggingface.co/papers?q=tea+pots%20%26c", "search", "tea pots &c", (None, None)),
        ("https://huggingface.co/papers?q=tea%00pots", "search", None, (None, None)),
    ],
)
def test_the_address_tells_the_kind_of_page(
    url: str, kind: str, query: str | None, bounds: tuple[str | None, str | None]
) -> None:
    any_page = "https://huggingface.co/papers"
    canonical = '<link rel="canonical" href="{}">'.format
    for head in (
        address(url),
        canonical(html.escape(url)) + address(any_page),
        canonical(any_page) + address(url),
    ):
        found = digest(page(cards(), head=head, top=TITLE))
        assert (found.kind, found.query, found.url, found.digest_date) == (kind, query, url, None)
        assert (found.earliest_date, found.latest_date) == bounds


def test_a_week_has_no_day_although_its_json_gives_one() -> None:
    properties = attribute(PAPERS, periodType="week", dateString="2025-05-11")
    found = digest(page("", props=properties, head=address("https://huggingface.co/papers/week/2025-W20")))

    assert (found.kind, found.digest_date, found.printed_date) == ("weekly", None, None)
    assert (found.earliest_date, found.latest_date) == ("2025-05-12", "2025-05-18")
    assert digest(page(cards(), head=address("https://huggingface.co/papers/week/2025-W20"))).printed_date is None
    assert digest(page("", props=attribute(PAPERS, periodType="month", dateString="2025-05-01"))).kind == "monthly"


@pytest.mark.parametrize("path", ["week/2025-W60", "week/0000-W01", "week/9999-W52", "month/2025-13", "month/9999-12"])
def test_a_period_that_the_calendar_does_not_have_is_none(path: str) -> None:
    found = digest(page(cards(), head=address(f"https://huggingface.co/papers/{path}"), top=TITLE))

    assert (found.kind, found.earliest_date, found.latest_date) == ("listing", None, None)


def test_an_archive_of_the_web_keeps_the_address_of_the_page() -> None:
    archived = "https://archive.example/2025/https://huggingface.co/papers?date=2025-05-12"
    elsewhere = "https://teapots.example/papers/2505.00001"

    assert read_address(archived) == Address(archived, day="2025-05-12")
    assert read_address(elsewhere) == Address(elsewhere)
