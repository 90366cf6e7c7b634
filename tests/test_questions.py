"""The questions on a small catalogue: exact answers, any spelling of a parameter, the same rows by every way."""

from __future__ import annotations

import csv
import io
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import catalog.questions
from catalog.questions import NAMES, _parsed, questions
from catalog.serve import DATABASE_NAME, site
from tests.question_example import (
    ODD,
    PRINTABLE,
    QUOTED,
    answers,
    make_empty_catalogue,
    make_question_catalogue,
    question,
)
from tests.sampling import sample
from tests.site_example import Get, getter


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalogue of kites; tests only read it."""
    return make_question_catalogue(tmp_path_factory.mktemp("questions") / "catalog.db")


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue that the migrations made and nothing was loaded into."""
    return make_empty_catalogue(tmp_path_factory.mktemp("empty") / "catalog.db")


@pytest.fixture(scope="module")
def ask(library: Path) -> Iterator[Get]:
    """Ask the site of the catalogue of kites."""
    datasette = site(library)
    yield getter(datasette)
    datasette.get_database(DATABASE_NAME).close()


KITE, BUTTON, SPOON = "Kites That Steer Themselves", "Buttons for Left Hands", "Spoons as Mirrors"
LADDER, HARP, SHOES = "Ladders Without Rungs", "Harps for the Deaf", "Shoes That Wait"
D1, D2, D3 = "2026-03-02", "2026-03-05", "2026-03-09"
KITES = "invented-lab/kite, kite-fans/kite"
KITE_URLS = "https://github.com/invented-lab/kite https://github.com/kite-fans/kite"
PASSAGE = "Our <b>kite</b> flies in circles. Code: https://github.com/invented-lab/<b>kite</b>"

EXAMPLES: list[tuple[str, dict[str, str], list[tuple[Any, ...]]]] = [
    (
        "search",
        {"words": "kite"},
        [
            (KITE, "2026-02-27", 3, KITE_URLS, "<b>Kites</b> That Steer Themselves", PASSAGE, 1),
            (SPOON, "2026-03-01", 1, None, SPOON, "A spoon shows the <b>kite</b> upside down.", 3),
        ],
    ),
    ("search", {}, []),
    (
        "papers_with_code",
        {},
        [
            (KITE, "2026-02-27", KITES, 3, 1),
            (BUTTON, "2026-02-20", "invented-lab/button", 2, 2),
            (HARP, "2024-05-01", "other-lab/harp", 2, 5),
            (SHOES, None, "shoe-lab/waiting", 1, 6),
            (LADDER, None, "other-lab/Steps", 1, 4),
        ],
    ),
    ("papers_with_code", {"year": "2024"}, [(HARP, "2024-05-01", "other-lab/harp", 2, 5)]),
    ("papers_with_code", {"year": "2025"}, []),
    (
        "newest_digest",
        {},
        [
            (1, BUTTON, None, None, None, D3, D3, 2, 3),
            (2, KITE, None, 3, None, D3, D3, 1, 3),
            (3, LADDER, "new", None, None, D3, D3, 4, 3),
            # The digest whose year is open may have listed it before.
            (4, HARP, None, None, None, D3, D3, 5, 3),
        ],
    ),
    ("new_in_digest", {}, [(3, LADDER, None, "other-lab/Steps", None, D3, 4, 3)]),
    (
        "new_in_digest",
        {"digest": D1},
        [
            (1, KITE, "2026-02-27", KITES, 10, D1, 1, 1),
            (2, BUTTON, "2026-02-20", "invented-lab/button", None, D1, 2, 1),
        ],
    ),
    ("new_in_digest", {"digest": "open"}, [(2, SHOES, None, "shoe-lab/waiting", None, "open", 6, 4)]),
    (
        "recurring_papers",
        {},
        [
            (KITE, 3, f"{D1} (1), {D2} (2), {D3} (2)", 1),
            (HARP, 2, f"open (1), {D3} (4)", 5),
            (BUTTON, 2, f"{D1} (2), {D3} (1)", 2),
        ],
    ),
    (
        "rank_over_time",
        {},
        [
            (D1, D1, 1, 2, 10, 1, KITE, 1, 1),
            (D2, D2, 2, 2, 25, 4, KITE, 1, 2),
            (D3, D3, 2, 4, 3, None, KITE, 1, 3),
        ],
    ),
    *(
        (
            "rank_over_time",
            {"paper": spelling},
            [("open", "Mar 11", 1, 2, None, None, HARP, 5, 4), (D3, D3, 4, 4, None, None, HARP, 5, 3)],
        )
        for spelling in (HARP, HARP.upper(), "5")
    ),
    ("rank_over_time", {"paper": "Harps"}, []),
    (
        "papers_of_owner",
        {},
        [
            ("invented-lab/button", BUTTON, "2026-02-20", None, None, 2, 2),
            ("invented-lab/kite", KITE, "2026-02-27", None, None, 1, 1),
        ],
    ),
    (
        "papers_of_owner",
        {"owner": "OTHER-lab"},
        [
            ("other-lab/harp", HARP, "2024-05-01", None, None, 5, 5),
            ("other-lab/Steps", LADDER, None, None, "somebody else's work", 4, 4),
        ],
    ),
    (
        "papers_of_owner",
        {"repository": "Kite"},
        [
            ("invented-lab/kite", KITE, "2026-02-27", None, None, 1, 1),
            ("kite-fans/kite", KITE, "2026-02-27", None, None, 3, 1),
        ],
    ),
    (
        "papers_of_owner",
        {"owner": "kite-fans", "repository": "kite"},
        [("kite-fans/kite", KITE, "2026-02-27", None, None, 3, 1)],
    ),
    (
        "papers_of_owner",
        {"owner": "shoe-lab"},
        [("shoe-lab/waiting", SHOES, None, "promised", None, 6, 6)],
    ),
    (
        "link_disagreements",
        {},
        [
            (KITE, "invented-lab/kite", "abstract", 1, 1),
            (KITE, "kite-fans/kite", "listing field", 1, 3),
            (BUTTON, "invented-lab/button", "abstract: promised; listing field", 2, 2),
            (HARP, "other-lab/harp", "abstract; published list: not official", 5, 5),
        ],
    ),
    ("promised_links", {}, [(SHOES, None, "https://github.com/shoe-lab/waiting", "repository", 6, 6)]),
    (
        "coverage",
        {},
        [
            (D3, 4, 0, 1, 4, 3, 3, 3, 1, 3),
            (D2, 2, 0, 0, 2, 1, 1, 1, 0, 2),
            (D1, 2, 0, 0, 2, 1, 1, 1, 0, 1),
            ("open", 2, 0, 1, 2, 2, 2, 2, 0, 4),
        ],
    ),
    ("digest_overlap", {}, [(D1, D1, 2, 2, D3, 1), (D2, D2, 1, 2, D3, 2), ("open", "Mar 11", 1, 2, D3, 4)]),
    ("digest_overlap", {"digest": D2}, [(D1, D1, 1, 2, D2, 1), (D3, D3, 1, 4, D2, 3)]),
    ("publication_lag", {}, [(D3, D3, 3, 10, 17.0, 677, 3), (D2, D2, 2, 4, 5.0, 6, 2), (D1, D1, 2, 3, 6.5, 10, 1)]),
    ("papers_per_year", {}, [(2026, 3, 2, 66.7), (2024, 1, 1, 100.0), (None, 2, 2, 100.0)]),
    ("open_digest_dates", {}, [("open", "Mar 11", "2025-03-11", "2026-03-11", 2, 4)]),
]


@pytest.mark.parametrize(("name", "asked", "expected"), EXAMPLES, ids=lambda value: str(value)[:40])
def test_answers_are_those_told_by_hand(
    library: Path, name: str, asked: dict[str, str], expected: list[tuple[Any, ...]]
) -> None:
    assert [tuple(row.values()) for row in answers(library, name, **asked)] == expected


def test_every_question_has_an_example() -> None:
    told = {name for name, _, expected in EXAMPLES if expected}
    assert {name for name in NAMES if not name.startswith("feed_")} == told


# The same rows by every way


def asked_of(name: str) -> dict[str, str]:
    return {"words": "kite"} if "words" in question(name).parameters else {}


@pytest.mark.parametrize("name", NAMES)
def test_html_json_and_csv_give_the_rows_of_plain_sqlite(library: Path, ask: Get, name: str) -> None:
    asked = asked_of(name)
    expected = answers(library, name, **asked, **({"_site_address": "http://localhost"}))
    assert expected

    assert ask(f"/catalog/{name}.json", params={**asked, "_shape": "array"}).json() == expected

    lines = list(csv.reader(io.StringIO(ask(f"/catalog/{name}.csv", params=asked).text)))
    assert lines[0] == list(expected[0])
    assert [[cell.replace("\r\n", "\n") for cell in line] for line in lines[1:]] == [
        ["" if value is None else str(value) for value in row.values()] for row in expected
    ]

    page = ask(f"/catalog/{name}", params=asked)
    assert page.status_code == 200
    if name == "search":
        assert page.text.count("<li>\n        <h2>") == len(expected)
    else:
        assert page.text.count("<tr>") == len(expected) + 1


@pytest.mark.parametrize("name", NAMES)
def test_a_reader_without_our_functions_can_ask_what_is_no_search_and_no_feed(library: Path, name: str) -> None:
    asked = question(name)
    needs_ours = "escape_fts(" in asked.sql or "printable(" in asked.sql
    assert needs_ours == (name == "search" or name.startswith("feed_"))
    if needs_ours:
        return
    with closing(sqlite3.connect(library)) as connection:
        rows = connection.execute(asked.sql, dict.fromkeys(asked.parameters, "")).fetchall()
    assert rows == [tuple(row.values()) for row in answers(library, name)]


# Any text as a parameter

OF_WORDS_THERE = ("invented-lab\x00", f"{KITE}\x00")
"""A search takes the character 0 for a blank, so that these find something."""
WITH_PARAMETERS = [(each.name, name) for each in questions() for name in each.parameters]
NAMING = [pair for pair in WITH_PARAMETERS if pair[1] != "most"]
"""Parameters that say which rows; the other says how many, and is fifty where it is no number."""


@pytest.mark.parametrize(("name", "parameter"), sample(NAMING, 4))
def test_an_odd_parameter_finds_nothing_and_is_no_error(library: Path, ask: Get, name: str, parameter: str) -> None:
    nothing = answers(library, name, words="zebra") if name.startswith("feed_") else []
    assert len(nothing) == name.startswith("feed_")
    for odd in ODD:
        if parameter == "words" and odd in OF_WORDS_THERE:
            continue
        asked = {**asked_of(name), parameter: odd}
        assert answers(library, name, **asked) == nothing, ascii(odd[:30])
        for ending in ("", ".json", ".csv"):
            assert ask(f"/catalog/{name}{ending}", params=asked).status_code == 200, ascii(odd[:30])


@given(text=st.text() | st.text("\"'*^:(){}+-. \t\x00KITESkites0123456789", max_size=40))
@example(text='title : "')
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_at_all_is_an_error(library: Path, text: str) -> None:
    for name, parameter in WITH_PARAMETERS:
        given_text = text.encode("utf-8", "replace").decode()
        assert len(answers(library, name, **{**asked_of(name), parameter: given_text})) <= 6


# Order and bounds

LAST_TERM = {
    "search": "papers.id",
    "papers_with_code": "papers.recency desc",
    "newest_digest": "digest_entries.position",
    "new_in_digest": "digest_entries.position",
    "recurring_papers": "recurring.id desc",
    # One digest lists a paper in one position; the name before it is the digest's alone.
    "rank_over_time": "digest_entries.position",
    # A paper and a repository are one row.
    "papers_of_owner": "chosen.id",
    "link_disagreements": "repositories.id",
    "promised_links": "links.id",
    "coverage": "newest.name desc",
    "digest_overlap": "digests.name",
    "publication_lag": "newest.name desc",
    "papers_per_year": "publication_year desc",
    "open_digest_dates": "digests.name",
    "feed_of_papers": "atom_id",
    "feed_of_papers_with_code": "atom_id",
    "feed_of_search": "atom_id",
}
"""What each question orders by last: it tells any two rows apart that are alike in what comes before."""
BOUNDED_OTHERWISE = {
    "search": "ranked holds fifty, or as many as are asked for, at most a thousand",
    "recurring_papers": "recurring holds two hundred",
    "coverage": "newest holds a hundred digests",
    "publication_lag": "newest holds a hundred digests",
    "papers_per_year": "one row a year",
}


@pytest.mark.parametrize("name", NAMES)
def test_the_order_is_stated_to_the_last_row_and_the_rows_are_bounded(name: str) -> None:
    found = re.search(r"\norder by ([^()\n]|\([^()]*\))*?(?P<last>[\w. ]+)(?P<limit>\nlimit \d+)?$", question(name).sql)
    assert found, name
    assert found["last"].strip() == LAST_TERM[name]
    assert bool(found["limit"]) is (name not in BOUNDED_OTHERWISE)


@pytest.mark.parametrize("name", NAMES)
def test_whatever_is_cut_off_is_ordered_first(name: str) -> None:
    sql = re.sub(r"'[^']*'|--[^\n]*", "", question(name).sql)
    while "(" in sql:
        inner = re.search(r"\(([^()]*)\)", sql)
        assert inner
        # Rows that are only counted need no order.
        is_counted = inner[1].startswith("select 1 ")
        assert is_counted or "limit" not in inner[1].split() or "order by" in inner[1], inner[1]
        sql = sql.replace(inner[0], " ")


@pytest.mark.parametrize("name", NAMES)
def test_no_row_and_no_list_in_a_row_is_in_an_order_left_to_chance(library: Path, name: str) -> None:
    asked = question(name)
    parameters = {**dict.fromkeys(asked.parameters, ""), **asked_of(name), "_site_address": ""}
    found = []
    for is_reversed in (0, 1):
        with closing(sqlite3.connect(library)) as connection:
            connection.create_function("escape_fts", 1, QUOTED)
            connection.create_function("printable", 1, PRINTABLE)
            # SQLite's own way to find queries that count on an order nobody promised.
            connection.execute(f"PRAGMA reverse_unordered_selects = {is_reversed}")
            found.append(connection.execute(asked.sql, parameters).fetchall())
    assert found[0] == found[1]


# Nothing there yet


def test_an_empty_catalogue_is_no_error(empty: Path) -> None:
    for name in NAMES:
        rows = answers(empty, name, **asked_of(name))
        assert [row["atom_title"] for row in rows] == ["Nothing yet"] if name.startswith("feed_") else rows == []


def test_every_page_of_an_empty_catalogue_opens(empty: Path) -> None:
    datasette = site(empty)
    get = getter(datasette)
    tables = [table["name"] for table in get("/catalog.json").json()["tables"]]
    assert "papers" in tables
    paths = ["/", "/catalog", "/catalog.json", "/catalog/papers?_search=kite"]
    paths += [f"/catalog/{name}{ending}" for name in (*tables, *NAMES) for ending in ("", ".json", ".csv")]
    paths += [f"/catalog/{name}.atom" for name in NAMES if name.startswith("feed_")]
    assert {path: get(path).status_code for path in paths} == dict.fromkeys(paths, 200)
    datasette.get_database(DATABASE_NAME).close()


# The files


def test_every_file_of_a_question_is_one_of_the_list() -> None:
    folder = Path(catalog.questions.__file__).parent
    assert {path.stem for path in folder.glob("*.sql")} == set(NAMES)


def test_parameters_are_found_and_quoted_text_is_none() -> None:
    asked = _parsed("x", "-- Title\n-- One\n-- sentence.\n\nselect ':a', :b, :c, ':d' || :b || x::e\n")
    assert (asked.title, asked.description) == ("Title", "One sentence.")
    assert asked.parameters == ("b", "c")
    with pytest.raises(ValueError, match=r"x\.sql must begin"):
        _parsed("x", "select 1")
