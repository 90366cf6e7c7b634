"""Links of a load: one row for each target, whoever names it and however it is spelt, and what is said of it."""

from __future__ import annotations

import itertools
import sqlite3
from contextlib import closing
from pathlib import Path

from catalog.records import LinkRecord
from tests.catalogues import damage
from tests.conftest import Query
from tests.test_load import document, entry, load


def test_two_spellings_of_one_repository_are_one_row(database: Path, query: Query) -> None:
    here, there = (
        "Code: https://github.com/moss-lab/Moss.git",
        "Code: http://www.GitHub.com/Moss-Lab/moss/tree/main/src",
    )
    load(database, document("a.txt", entry("Moss-Net", here)), document("b.txt", entry("Fern-Net", there)))

    assert query("SELECT lower(url) FROM repositories") == [("https://github.com/moss-lab/moss",)]
    assert query("SELECT count(*) FROM links") == [(1,)]
    assert query("SELECT sub_path FROM link_assertions ORDER BY id") == [(None,), ("tree/main/src",)]


def test_the_spelling_shown_does_not_depend_on_the_order(tmp_path: Path) -> None:
    documents = [
        document(f"{number}.txt", entry(f"Paper {number}", f"Code: https://github.com/{spelling}"))
        for number, spelling in enumerate(("moss/NET", "Moss/net", "MOSS/net"))
    ]
    urls = set()
    for number, order in enumerate(itertools.permutations(documents)):
        database = tmp_path / f"{number}.db"
        load(database, *order)
        with closing(sqlite3.connect(database)) as connection:
            urls.add(connection.execute("SELECT r.url, l.url FROM repositories r JOIN links l").fetchone())

    assert urls == {("https://github.com/MOSS/net", "https://github.com/MOSS/net")}


def test_a_promise_ends_when_one_source_says_it_is_there(database: Path, query: Query) -> None:
    url = "https://github.com/moss/net"

    def offered(is_promised: bool) -> LinkRecord:
        return LinkRecord("listing field", url, url, line=3, char_start=0, is_promised=is_promised)

    load(database, document("a.txt", entry("Moss-Net", links=(offered(True),))))
    assert query("SELECT is_promised FROM paper_links") == [(1,)]

    load(database, document("b.txt", entry("Moss-Net", links=(offered(False),))))
    assert query("SELECT is_promised FROM paper_links") == [(0,)]
    assert query("SELECT count(*) FROM link_assertions") == [(2,)]


def test_a_link_in_a_wrapped_abstract_says_its_own_line(database: Path, query: Query) -> None:
    abstract = (
        "We grow moss.\nThe code is at https://github.com/moss/net and\nthe data at https://github.com/moss/data."
    )
    load(database, document("a.txt", entry("Moss-Net", abstract)))

    assert query("SELECT verbatim, line, char_start FROM link_assertions ORDER BY id") == [
        ("https://github.com/moss/net", 6, 15),
        ("https://github.com/moss/data", 7, 12),
    ]


def test_what_a_paper_has_follows_the_kind_that_its_link_is_stored_as(database: Path, query: Query) -> None:
    text = "Code: https://github.com/moss/net"
    load(database, document("a.txt", entry("Moss-Net")))
    load(database, document("b.txt", entry("Fern-Net", text)))
    damage(database, "UPDATE links SET kind = 'other', repository_id = NULL", "UPDATE papers SET has_repository = 0")

    load(database, document("c.txt", entry("Dew-Net", text)))

    assert query("SELECT sum(has_repository) FROM papers") == [(0,)]


def test_many_entries_at_once_keep_their_links_and_what_is_unknown(database: Path, query: Query) -> None:
    count = 39
    entries = [entry(f"Moss {place}", f"Code: https://github.com/moss/n{place % 38}") for place in range(count)]

    load(database, document("a.txt", *entries))

    assert query("SELECT count(*), count(upvote_count), max(position) FROM digest_entries") == [(count, 0, count)]
    assert query("SELECT count(*), count(DISTINCT link_id), count(field) FROM link_assertions") == [(count, 38, 0)]
    assert query("SELECT count(*) FROM link_assertions JOIN links ON links.id = link_id WHERE verbatim <> url") == [
        (0,)
    ]
