"""The pictures of the home page: what they show, and that they are sound SVG whatever the data."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from catalog.site.plugins.charts import bars, digests_over_time, means_over_time


def digest(number: int, day: str | None, count: int, *, bounds: tuple[str, str] | None = None) -> dict[str, Any]:
    earliest, latest = bounds or (day, day)
    return {
        "id": number,
        "digest_date": day,
        "printed_date": "Mar 11",
        "earliest_date": earliest,
        "latest_date": latest,
        "entry_count": count,
    }


def circles(picture: str) -> list[tuple[str, float, float]]:
    found = re.findall(r'<circle class="(\w+)" cx="([\d.]+)" cy="([\d.]+)"', picture)
    return [(kind, float(x), float(y)) for kind, x, y in found]


def test_each_dated_digest_is_a_dot_that_leads_to_it() -> None:
    picture = digests_over_time([digest(7, "2024-01-01", 10), digest(9, "2025-01-01", 20)], "/catalog/digests")
    (_, x, y), (_, later, higher) = circles(picture)
    assert x < later
    assert higher < y
    assert 'href="/catalog/digests/7"' in picture
    assert "<title>2025-01-01: 20 papers</title>" in picture


def test_an_open_digest_is_hollow_at_both_its_bounds() -> None:
    rows = [digest(1, None, 5, bounds=("2024-03-11", "2026-03-11")), digest(2, "2025-03-11", 5)]
    kinds = [kind for kind, _, _ in circles(digests_over_time(rows, ""))]
    assert kinds == ["open", "open", "dated"]
    assert "Mar 11, year open (2024-03-11 to 2026-03-11): 5 papers" in digests_over_time(rows, "")


def test_nothing_is_drawn_where_nothing_is_known() -> None:
    assert digests_over_time([], "") == ""
    assert digests_over_time([digest(1, None, 5, bounds=(None, None))], "") == ""  # type: ignore[arg-type]
    assert bars([], "host", "link_count", "x") == ""


def test_the_mean_of_each_month_is_a_bar_at_its_place() -> None:
    months = [
        {"month": "2020-01-01", "digest_count": 31, "mean_entry_count": 10.4},
        {"month": "2020-03-01", "digest_count": 2, "mean_entry_count": 20.0},
    ]
    picture = means_over_time(months)
    bars_drawn = re.findall(r'<rect x="([-\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"', picture)
    (x, _, width, height), (later, top, _, higher) = (tuple(map(float, bar)) for bar in bars_drawn)
    assert x + width < later
    assert higher > height * 1.9
    assert top == 12
    assert "2020-01: 10 papers on average in 31 digests" in picture
    assert means_over_time([]) == ""


def test_bars_are_as_long_as_their_counts_and_names_are_escaped() -> None:
    picture = bars([{"host": "<b>", "n": 40}, {"host": "y.example", "n": 10}], "host", "n", 'a "label"')
    lengths = [float(length) for length in re.findall(r'<rect [^>]*width="([\d.]+)"', picture)]
    assert lengths == [190.0, 47.5]
    assert "<b>" not in picture
    assert 'aria-label="a &#34;label&#34;"' in picture


days = st.dates(date(2000, 1, 1), date(2100, 1, 1)).map(date.isoformat)
rows = st.builds(
    lambda number, day, other, count, is_open: digest(
        number, None if is_open else day, count, bounds=(min(day, other), max(day, other)) if is_open else None
    ),
    st.integers(1, 10**9),
    days,
    days,
    st.integers(0, 10**6),
    st.booleans(),
)


@settings(deadline=None)
@given(st.lists(rows, max_size=200))
def test_every_picture_is_well_formed_and_inside_its_frame(digests: list[dict[str, Any]]) -> None:
    picture = digests_over_time(digests, "/catalog/digests")
    if not digests:
        return
    svg = etree.fromstring(str(picture).encode())
    width, height = (float(number) for number in svg.get("viewBox", "").split()[2:])
    for element in svg.iter():
        for name in ("x", "x1", "x2", "cx"):
            assert 0 <= float(element.get(name, 0)) <= width
        for name in ("y", "y1", "y2", "cy"):
            assert 0 <= float(element.get(name, 0)) <= height


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(max_size=60).filter(str.isprintable), st.integers(1, 10**9)), max_size=8))
def test_every_row_of_bars_is_well_formed(pairs: list[tuple[str, int]]) -> None:
    picture = bars([{"host": host, "n": count} for host, count in pairs], "host", "n", "label")
    if pairs:
        assert len(etree.fromstring(str(picture).encode()).findall("rect")) == len(pairs)
