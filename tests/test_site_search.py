"""The search page: what it finds and in which order, what it marks, and that no words are an error."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urlencode

import pytest

from catalog.records import EntryRecord
from catalog.serve import DATABASE_NAME, site
from tests.atom_faults import ATOM, faults, parsed, texts
from tests.catalogues import document, load
from tests.question_example import ODD
from tests.site_example import Get, getter

HOSTILE = 'Why <b>Knots</b> Slip & <script>alert(1)</script> "Hold" <img src=x onerror=alert(2)> <mark>'
SHOWN = HOSTILE.replace("<b>", "").replace("</b>", "")
"""A title's own <b> cannot be told from those that say what matched, and becomes a mark."""
PEBBLES = 55


def _entry(title: str, abstract: str | None = None, date: str | None = None) -> EntryRecord:
    return EntryRecord(position=1, title=title, abstract=abstract, publication_date=date, line_start=1, line_end=3)


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Get]:
    """A site with papers about gravel and networks, one with a hostile title, and more pebbles than a page holds."""
    path = tmp_path_factory.mktemp("search") / "catalog.db"
    load(
        path,
        document(
            "page.txt",
            _entry(
                "Stones", "Gravel on gravel on gravel: gravel, and gravel after the gravel of gravel.", "2024-02-03"
            ),
            _entry(
                "A Long and Careful Survey of Gravel",
                "Nothing of it here. Code: https://github.com/gravel-lab/gravel",
                "2025-06-07",
            ),
            _entry("Graph Networks of Brooks", "Water runs through a network. Naïve swimmers drown.", "2025-01-02"),
            _entry(HOSTILE, f"{HOSTILE} The rope </mark> was wet; see javascript:alert(3).", "2024-09-09"),
            *(_entry(f"Pebble Number {number}") for number in range(PEBBLES)),
        ),
    )
    datasette = site(path)
    yield getter(datasette)
    datasette.get_database(DATABASE_NAME).close()


def page(get: Get, **asked: str) -> str:
    answer = get("/catalog/search", params=asked)
    assert answer.status_code == 200
    assert 'role="alert"' not in answer.text
    return str(answer.text)


def titles(text: str) -> list[str]:
    found = re.findall(r'<h2><a href="/catalog/papers/\d+">(.*?)</a></h2>', text)
    return [unescape(re.sub("</?mark>", "", each)) for each in found]


def results(text: str) -> str:
    return re.sub(r'(?s)^.*<ol class="papers results">|</ol>.*$', "", text)


# What is found, and in which order


def test_one_match_in_the_title_comes_before_many_in_the_abstract(ask: Get) -> None:
    assert titles(page(ask, words="gravel")) == ["A Long and Careful Survey of Gravel", "Stones"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("GRAVELS", ["A Long and Careful Survey of Gravel", "Stones"]),
        ("networking", ["Graph Networks of Brooks"]),
        ("naive", ["Graph Networks of Brooks"]),
        ("gravel survey", ["A Long and Careful Survey of Gravel"]),
        ("gravel brooks", []),
        ('"graph networks"', ["Graph Networks of Brooks"]),
        ('"networks graph"', []),
        ("networks graph", ["Graph Networks of Brooks"]),
        ('brooks "through a network"', ["Graph Networks of Brooks"]),
        ('"graph networks', ["Graph Networks of Brooks"]),
        ("water AND swimmers", []),
        ("gravel OR brooks", []),
        ("NOT gravel", []),
        ("grav*", []),
        ("title:gravel", []),
        ("graph-networks", ["Graph Networks of Brooks"]),
        ("gravel!?", ["A Long and Careful Survey of Gravel", "Stones"]),
        ("javascript:alert", [SHOWN]),
        ("zebra", []),
        ("", []),
        ("  ", []),
    ],
)
def test_words_and_phrases_find(ask: Get, words: str, found: list[str]) -> None:
    text = page(ask, words=words)
    assert titles(text) == found
    if not found:
        nothing = "No paper has all of these words" if words.strip() else "Every word must be there"
        assert nothing in text


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"year": "2024"}, ["Stones"]),
        ({"year": "2025"}, ["A Long and Careful Survey of Gravel"]),
        ({"year": "1999"}, []),
        ({"code": "yes"}, ["A Long and Careful Survey of Gravel"]),
        ({"code": "no"}, ["Stones"]),
        ({"code": "no", "year": "2025"}, []),
        ({"code": "", "year": ""}, ["A Long and Careful Survey of Gravel", "Stones"]),
    ],
)
def test_year_and_code_filter(ask: Get, asked: dict[str, str], found: list[str]) -> None:
    text = page(ask, words="gravel", **asked)
    assert titles(text) == found
    assert f'name="year" value="{asked.get("year", "")}"' in text
    assert re.findall(r'<option value="(\w*)" selected>', text) == [asked.get("code", "")]


@pytest.mark.parametrize("name", ["year", "code"])
@pytest.mark.parametrize("odd", ["x", "2025x", "2025\x00", " 2025", "-1", "maybe", "yes\x00", "'", '"', "9" * 40])
def test_an_odd_filter_lets_nothing_through(ask: Get, name: str, odd: str) -> None:
    text = page(ask, words="gravel", **{name: odd})
    assert titles(text) == []
    assert "with these filters" in text


def test_fifty_are_shown_and_the_page_says_so(ask: Get) -> None:
    text = page(ask, words="pebble")
    # Papers that match equally come in their order.
    assert titles(text) == [f"Pebble Number {number}" for number in range(50)]
    assert "The <strong>50</strong> best matches" in text
    assert titles(page(ask, words="pebble", most="2")) == ["Pebble Number 0", "Pebble Number 1"]
    assert len(titles(page(ask, words="pebble", most="9999"))) == PEBBLES
    for odd in ("0", "-1", "x", "", " 2"):
        assert len(titles(page(ask, words="pebble", most=odd))) == 50
    assert "<strong>2</strong> papers" in page(ask, words="gravel")
    assert "<strong>1</strong> paper</p>" in page(ask, words="brooks")


@pytest.mark.parametrize("words", [*ODD, " ".join(ODD), '"' * 501, "AND", "a OR", "{", "-", "<>&"])
def test_no_words_are_an_error(ask: Get, words: str) -> None:
    assert len(titles(page(ask, words=words))) <= 50
    assert ask("/catalog/search.json", params={"words": words}).json()["ok"] is True


# What is shown


def test_matched_words_are_marked_in_title_and_passage(ask: Get) -> None:
    text = results(page(ask, words="network"))
    assert ">Graph <mark>Networks</mark> of Brooks</a></h2>" in text
    assert '<p class="passage">Water runs through a <mark>network</mark>. Naïve swimmers drown.</p>' in text


def test_a_result_says_when_it_was_published_and_leads_to_its_code(ask: Get) -> None:
    text = results(page(ask, words="survey"))
    assert "published <time>2025-06-07</time> · in 1 digest" in text
    assert (
        '<a href="https://github.com/gravel-lab/gravel" rel="nofollow noopener noreferrer">gravel-lab/gravel</a>'
        in text
    )
    assert "publication date not printed" in results(page(ask, words='"number 7"'))


def test_what_a_stranger_wrote_stays_text(ask: Get) -> None:
    for words in ("knots", "slip", "script", "rope"):
        text = results(page(ask, words=words))
        assert "alert(" in text
        assert not re.search(r"<(script|img|b)\b", text)
        assert text.count("<mark>") == text.count("</mark>")
        assert "&lt;" in text
        assert not re.search(r'href="(javascript|data):', text)


@pytest.mark.parametrize("words", ['"><script>alert(9)</script>', "' onfocus=alert(9) '", "</title><script>alert(9)"])
def test_what_a_visitor_typed_stays_text(ask: Get, words: str) -> None:
    for asked in ({"words": words}, {"words": "gravel", "year": words}, {"words": "gravel", "code": words}):
        text = ask("/catalog/search", params=asked).text
        assert "<script>alert(9)" not in text
        assert not re.search(r"""=["'][^"']*["'] onfocus""", text)


# Where it leads


def test_the_same_for_programs_has_the_same_papers(ask: Get) -> None:
    asked = {"words": "gravel", "year": "2024", "code": "no"}
    (exports,) = re.findall(r'(?s)<p class="exports">(.*?)</p>', page(ask, **asked))
    found = {name: unescape(href) for href, name in re.findall(r'<a href="([^"]+)">([^<]+)</a>', exports)}
    assert list(found) == ["JSON", "CSV", "SQL", "Atom feed of the newest", "every match as a table"]
    answers = {name: ask(href) for name, href in found.items()}
    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(found, 200)

    rows = answers["JSON"].json()["rows"]
    assert [row[0] for row in rows] == ["Stones"]
    assert [row["title"] for row in csv.DictReader(io.StringIO(answers["CSV"].text))] == ["Stones"]
    assert re.search(r">\s*Stones\s*<", answers["SQL"].text)
    assert "<textarea" in answers["SQL"].text
    feed = answers["Atom feed of the newest"].content
    assert faults(feed) == []
    # A feed and a table know no filters: they are of all matches.
    assert [texts(entry, "title")[0] for entry in parsed(feed).findall(f"{ATOM}entry")] == [
        "A Long and Careful Survey of Gravel",
        "Stones",
    ]
    assert answers["every match as a table"].text.count("/catalog/papers/") >= 2


def test_the_json_is_that_of_any_question(ask: Get) -> None:
    (row,) = ask("/catalog/search.json", params={"words": "brooks", "_shape": "array"}).json()
    assert list(row) == [
        "title",
        "publication_date",
        "digest_count",
        "repositories",
        "marked_title",
        "passage",
        "paper_id",
    ]
    assert row["marked_title"] == "Graph Networks of <b>Brooks</b>"


def test_the_box_of_every_page_asks_here(ask: Get) -> None:
    for path in ("/", "/catalog", "/catalog/papers", "/catalog/papers/1"):
        text = ask(path).text
        assert 'action="/catalog/search"' in text
        assert 'name="words"' in text


# The search box of the table of papers, which Datasette brings


@pytest.mark.parametrize(
    ("words", "count"), [("gravel", 2), ("gravel survey", 1), ('"survey of gravel"', 1), ('"gravel survey"', 0)]
)
def test_the_table_of_papers_finds_the_same(ask: Get, words: str, count: int) -> None:
    rows = ask("/catalog/papers.json", params={"_search": words, "_shape": "array"}).json()
    assert len(rows) == count


@pytest.mark.parametrize("words", ["", "   "])
def test_a_blank_search_shows_all_papers(ask: Get, words: str) -> None:
    answer = ask("/catalog/papers.json", params={"_search": words})
    assert answer.json()["filtered_table_rows_count"] == 4 + PEBBLES


@pytest.mark.parametrize("words", [*ODD, " ".join(ODD), '"' * 501])
def test_odd_words_in_the_table_are_never_an_error(ask: Get, words: str) -> None:
    assert ask("/catalog/papers", params={"_search": words}).status_code == 200
    assert ask("/catalog/papers", params={"_search_title": words}).status_code == 200


def test_the_form_of_the_table_as_a_browser_sends_it_works(ask: Get) -> None:
    form = [
        ("_search", ""),
        ("_filter_column", "has_repository"),
        ("_filter_op", "exact"),
        ("_filter_value", "1"),
        ("_sort", "publication_date"),
        ("_sort_by_desc", "on"),
    ]
    answer = ask(f"/catalog/papers?{urlencode(form)}", follow_redirects=True)
    assert answer.status_code == 200
    assert "has_repository__exact=1" in str(answer.url)
    assert answer.text.count('<td class="col-title">') == 1


@pytest.mark.parametrize(
    "query",
    [
        "_searchmode=raw&_search=*",
        "_search_nope=x",
        "_sort=nope",
        "_facet=nope",
        "_size=-1",
        "_where=zeroblob(9)",
        "_where=1+in+(select+seq+from+pragma_database_list)",
        "_where=(",
    ],
)
def test_what_a_visitor_got_wrong_is_his_error(ask: Get, query: str) -> None:
    assert ask(f"/catalog/papers?{query}").status_code == 400


def test_a_parameter_that_means_nothing_is_ignored(ask: Get) -> None:
    assert ask("/catalog/papers?_searching=1").status_code == 200
