"""The feeds: what a reader of Atom gets, that it may remember, and that pages announce it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from lxml import etree

from catalog.questions import NAMES
from catalog.serve import DATABASE_NAME, site
from tests.atom_faults import ATOM, faults, parsed, texts
from tests.catalogues import document, load
from tests.question_example import (
    BUTTON,
    FIRST,
    HARP,
    KITE,
    LISTED,
    OPEN,
    PRINTABLE,
    SECOND,
    SPOON,
    THIRD,
    make_empty_catalogue,
    make_question_catalogue,
)
from tests.site_example import Get, getter

PAPERS, WITH_CODE, SEARCH = (f"/catalog/{name}.atom" for name in NAMES if name.startswith("feed_"))
# XML has no place for these, whatever its spelling; a title must not end the feed of all.
UNWRITABLE = "Knots\x01\x08\x0b\x0c\x1b\x7f\x85\u202e\ufffe\uffff that ]]> Slip & <b>Hold</b>"


def opened(path: Path) -> Iterator[Get]:
    datasette = site(path)
    yield getter(datasette)
    datasette.get_database(DATABASE_NAME).close()


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Get]:
    """The site of the catalogue of kites."""
    yield from opened(make_question_catalogue(tmp_path_factory.mktemp("feeds") / "catalog.db"))


def feed(get: Get, path: str, **asked: str) -> Any:
    answer = get(path, params=asked)
    assert answer.status_code == 200
    assert answer.headers["content-type"] in ("application/atom+xml; charset=utf-8", "application/xml; charset=utf-8")
    assert faults(answer.content) == []
    return parsed(answer.content)


def entries(root: Any) -> list[tuple[str, str]]:
    return [(texts(entry, "title")[0], texts(entry, "updated")[0]) for entry in root.findall(f"{ATOM}entry")]


def links(entry: Any) -> list[str]:
    return [link.get("href") for link in entry.findall(f"{ATOM}link")]


# What they say


def test_new_papers_come_with_the_first_day_on_which_a_digest_can_have_listed_them(ask: Get) -> None:
    assert entries(feed(ask, PAPERS)) == [
        ("Ladders Without Rungs", "2026-03-09T00:00:00+00:00"),
        (SPOON.title, "2026-03-05T00:00:00+00:00"),
        (KITE.title, "2026-03-02T00:00:00+00:00"),
        (BUTTON.title, "2026-03-02T00:00:00+00:00"),
        (HARP.title, "2025-03-11T00:00:00+00:00"),
        ("Shoes That Wait", "2025-03-11T00:00:00+00:00"),
    ]


def test_a_feed_is_as_old_as_its_newest_entry_and_no_clock_is_in_it(ask: Get) -> None:
    root = feed(ask, PAPERS)
    assert texts(root, "updated") == ["2026-03-09T00:00:00+00:00"]
    assert ask(PAPERS).content == ask(PAPERS).content


def test_new_papers_with_code_are_those_with_a_repository(ask: Get) -> None:
    found = [title for title, _ in entries(feed(ask, WITH_CODE))]
    assert found == ["Ladders Without Rungs", KITE.title, BUTTON.title, HARP.title, "Shoes That Wait"]


@pytest.mark.parametrize(
    ("words", "found"),
    [("kites", [SPOON.title, KITE.title]), ('"code will be released"', [BUTTON.title, "Shoes That Wait"])],
)
def test_a_search_has_a_feed_of_its_own(ask: Get, words: str, found: list[str]) -> None:
    assert [title for title, _ in entries(feed(ask, SEARCH, words=words))] == found


def test_an_entry_has_abstract_code_authors_and_a_link_that_answers(ask: Get) -> None:
    root = feed(ask, PAPERS)
    (kite,) = (entry for entry in root.findall(f"{ATOM}entry") if texts(entry, "title") == [KITE.title])
    (content,) = texts(kite, "content")
    assert content.startswith(
        "https://github.com/invented-lab/kite https://github.com/kite-fans/kite\n\nOur kite flies"
    )
    assert [texts(author, "name") for author in kite.findall(f"{ATOM}author")] == [["Ada Tail, Bo Cord"]]
    for entry in root.findall(f"{ATOM}entry"):
        (link,) = links(entry)
        page = ask(urlsplit(link).path)
        assert page.status_code == 200
        assert f">{texts(entry, 'title')[0]}</h1>" in page.text


def test_at_most_a_hundred_papers_are_in_a_feed_the_newest(tmp_path: Path) -> None:
    days = [f"2026-03-0{day}" for day in range(1, 7)]
    documents = [
        document(
            f"{day}.txt",
            *(replace(SPOON, title=f"Spoon {place} of {day}", publication_date="2026-02-01") for place in range(20)),
            digest_date=day,
            date_basis="stated",
        )
        for day in days
    ]
    load(tmp_path / "catalog.db", *documents)
    for get in opened(tmp_path / "catalog.db"):
        for root in (feed(get, PAPERS), feed(get, SEARCH, words="spoon")):
            found = entries(root)
            assert len(found) == 100
            assert {moment[:10] for _, moment in found} == set(days[1:])


# What a reader may remember


def ids(get: Get) -> dict[str, str]:
    found = {}
    for entry in feed(get, PAPERS).findall(f"{ATOM}entry"):
        found[texts(entry, "title")[0]] = texts(entry, "id")[0]
    return found


def test_ids_stay_the_same_when_more_is_loaded_and_in_any_order(tmp_path: Path) -> None:
    before: dict[str, str] = {}
    for each in (FIRST, SECOND, THIRD, OPEN, LISTED):
        load(tmp_path / "catalog.db", each)
        (found,) = (ids(get) for get in opened(tmp_path / "catalog.db"))
        assert before.items() <= found.items()
        before = found
    load(tmp_path / "other.db", LISTED, OPEN, THIRD, SECOND, FIRST)
    assert [ids(get) for get in opened(tmp_path / "other.db")] == [before]
    assert len(before) == 6


def test_only_an_arxiv_id_that_comes_later_gives_a_paper_another_id(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    load(path, document("first.txt", SPOON))
    (before,) = (ids(get) for get in opened(path))
    load(path, document("second.txt", replace(SPOON, arxiv_id="2603.00009"), BUTTON))
    (after,) = (ids(get) for get in opened(path))
    assert before == {SPOON.title: "tag:paper-catalogue.invalid,2026:title/spoonsasmirrors"}
    assert after[SPOON.title] == "tag:paper-catalogue.invalid,2026:arxiv/2603.00009"


def test_two_papers_of_one_title_are_two_entries(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    load(path, document("one.txt", replace(SPOON, arxiv_id="2603.00001"), replace(SPOON, arxiv_id="2603.00002")))
    for get in opened(path):
        assert len(feed(get, PAPERS).findall(f"{ATOM}entry")) == 2


# Odd catalogues


@pytest.mark.parametrize("path", [PAPERS, WITH_CODE, SEARCH])
def test_a_feed_of_nothing_is_a_feed(tmp_path: Path, path: str) -> None:
    for get in opened(make_empty_catalogue(tmp_path / "catalog.db")):
        root = feed(get, path, words="kite")
        assert entries(root) == [("Nothing yet", "1970-01-01T00:00:00+00:00")]
        (entry,) = root.findall(f"{ATOM}entry")
        assert links(entry) == ["http://localhost/"]


def test_a_title_that_no_xml_can_hold_does_not_end_the_feed(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    hostile = replace(
        KITE, title=UNWRITABLE, abstract=f"{UNWRITABLE}. Code: https://github.com/knots/knots", authors=(UNWRITABLE,)
    )
    load(path, document("one.txt", hostile, replace(SPOON, abstract=None)))
    for get in opened(path):
        for root in (feed(get, PAPERS), feed(get, SEARCH, words="knots")):
            (knots,) = (entry for entry in root.findall(f"{ATOM}entry") if "Knots" in texts(entry, "title")[0])
            (title,) = texts(knots, "title")
            assert title == "Knots" + 10 * "\ufffd" + " that ]]> Slip & <b>Hold</b>"


@pytest.mark.parametrize("words", ['"', "AND (", "a\x00b", "zebra*", "", " ", "\ufffe", "x" * 3_000, "&<>'", "🪁"])
def test_a_search_of_any_spelling_has_a_feed(ask: Get, words: str) -> None:
    assert entries(feed(ask, SEARCH, words=words)) == [("Nothing yet", "1970-01-01T00:00:00+00:00")]


def test_a_feed_lives_at_the_address_to_which_the_visitor_came(ask: Get) -> None:
    answer = ask(PAPERS, headers={"host": "papers.example:8080"})
    assert faults(answer.content) == []
    hrefs = [link for entry in parsed(answer.content).findall(f"{ATOM}entry") for link in links(entry)]
    assert hrefs
    assert all(href.startswith("http://papers.example:8080/catalog/papers/") for href in hrefs)


# How a reader finds them


def announced(page: str) -> list[str]:
    found = re.findall(r'<link rel="alternate" type="application/atom\+xml" title="[^"]+" href="([^"]+)">', page)
    return [unescape(href) for href in found]


@pytest.mark.parametrize(
    "path",
    ["/", "/catalog", "/catalog/papers", "/catalog/papers/1", "/catalog/digests/1", "/catalog/coverage", "/nowhere"],
)
def test_every_page_announces_the_feeds_of_new_papers(ask: Get, path: str) -> None:
    assert announced(ask(path).text) == [PAPERS, WITH_CODE]


@pytest.mark.parametrize("words", ["kite", '"kites that" + <&>', "苔 100%"])
def test_a_search_announces_its_own_feed(ask: Get, words: str) -> None:
    first, second, own = announced(ask("/catalog/search", params={"words": words}).text)
    assert (first, second) == (PAPERS, WITH_CODE)
    answer = ask(own)
    assert answer.status_code == 200
    assert faults(answer.content) == []
    assert (
        answer.content.split(b"<title>", 1)[1] == ask(SEARCH, params={"words": words}).content.split(b"<title>", 1)[1]
    )


def test_a_search_for_nothing_announces_no_feed_of_its_own(ask: Get) -> None:
    for words in ("", "  "):
        assert announced(ask("/catalog/search", params={"words": words}).text) == [PAPERS, WITH_CODE]


# The check itself fails where it must


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (b"2026-03-09T00:00:00+00:00", b"2026-03-09", "'2026-03-09' is no date"),
        (b"<name>Ada Tail, Bo Cord</name>", b"", "an author without name"),
        (b"arxiv/2602.00001", b"title/spoonsasmirrors", "two entries have the id"),
        (b'href="http://localhost/catalog/papers/1"', b'href="/catalog/papers/1"', "is no absolute link"),
        (b"tag:paper-catalogue.invalid,2026:arxiv/2602.00001", b"paper 1", "'paper 1' is no IRI"),
        (b'rel="self"', b'rel="alternate"', "no address of its own"),
    ],
)
def test_a_damaged_feed_is_noticed(ask: Get, old: bytes, new: bytes, fault: str) -> None:
    content = ask(PAPERS).content
    assert old in content
    assert fault in " ".join(faults(content.replace(old, new)))


def test_whatever_character_is_printable_can_stand_in_xml() -> None:
    node = etree.Element("title")
    for code in (*range(0xD800), *range(0xE000, 0x11000), 0x1F6C1, 0x10FFFF):
        node.text = PRINTABLE(chr(code))
    assert PRINTABLE("\t\n é苔🪁") == "\t\n é苔🪁"
