"""What is new, what may be, and what is trending: by the days of digests, and by the time of loading."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from catalog.errors import CatalogError
from catalog.news.contents import News
from catalog.records import EntryRecord
from tests.catalogues import FERN, LICHEN, MOSS_NET, PUDDLE, damage, document, load
from tests.conftest import rows
from tests.news_example import kite_catalogue, select, titles
from tests.question_example import (
    BUTTON,
    HARP,
    KITE,
    LADDER,
    LISTED,
    SPOON,
    UNDATED,
    answers,
    make_empty_catalogue,
)


@pytest.fixture(scope="module")
def kites(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three dated digests, one whose year is open, and a list of papers with code; nobody writes to it."""
    return kite_catalogue(tmp_path_factory.mktemp("news"))


@cache
def _empty_catalogue() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return make_empty_catalogue(Path(folder, "catalog.db")).read_bytes()


def empty(folder: Path) -> Path:
    """Put a catalogue that holds nothing yet into the folder, and return its path."""
    path = folder / "catalog.db"
    path.write_bytes(_empty_catalogue())
    return path


def headings(news: News) -> list[tuple[str | None, list[str]]]:
    return [(group.heading, [item.paper.title for item in group.items]) for group in news.groups]


# By the days of the digests


def test_new_is_what_no_digest_listed_before(kites: Path) -> None:
    news = select(kites, since="2026-03-05")

    assert news.title == "New papers since 2026-03-05"
    assert headings(news) == [("2026-03-09 (2026-03-09)", [LADDER.title]), ("2026-03-05 (2026-03-05)", [SPOON.title])]
    assert news.count == 2
    # The harp is in a digest of that day, too, and in one of an unknown year: before or after.
    assert news.notes == ("2 more papers may be new: the day is not known of open (Mar 11, 2025 or 2026).",)


def test_the_day_itself_counts(kites: Path) -> None:
    assert titles(select(kites, since="2026-03-09")) == [LADDER.title]
    assert titles(select(kites, since="2026-03-10")) == []


def test_before_any_digest_everything_is_new(kites: Path) -> None:
    news = select(kites, since="2023-01-01")

    assert sorted(titles(news)) == sorted(each.title for each in (KITE, BUTTON, SPOON, LADDER, HARP, UNDATED))
    assert news.notes == ()


def test_what_may_be_new_is_listed_where_it_is_asked_for(kites: Path) -> None:
    news = select(kites, since="2026-03-10", has_undecided=True)

    assert [(group.heading, group.is_undecided) for group in news.groups] == [("open (Mar 11, 2025 or 2026)", True)]
    assert titles(news) == [UNDATED.title]
    assert (news.count, news.notes) == (0, ())


def test_since_a_digest_is_what_comes_after_it(kites: Path) -> None:
    news = select(kites, since="2026-03-02.txt")

    assert news.title == "New papers since digest 2026-03-02"
    assert titles(news) == [LADDER.title, SPOON.title]
    assert titles(select(kites, since="digest 2")) == titles(select(kites, since="2")) == [LADDER.title]


def test_since_a_digest_of_an_unknown_year_nothing_of_these_years_is_certain(kites: Path) -> None:
    news = select(kites, since="open", has_undecided=True)

    assert [group.is_undecided for group in news.groups] == [True, True, True]
    assert sorted(titles(news)) == sorted(each.title for each in (KITE, BUTTON, SPOON, LADDER))


def test_digests_of_one_day_are_ordered_by_name(tmp_path: Path) -> None:
    day: dict[str, Any] = {"digest_date": "2026-03-12", "date_basis": "stated"}
    path = empty(tmp_path)
    load(path, document("b.txt", FERN, LICHEN, **day), document("a.txt", MOSS_NET, LICHEN, **day))

    assert titles(select(path, since="a")) == [FERN.title]
    assert titles(select(path, since="b")) == []
    assert titles(select(path, since="2026-03-12")) == [FERN.title, MOSS_NET.title, LICHEN.title]


def test_a_digest_that_repeats_another_brings_no_news(tmp_path: Path) -> None:
    path = empty(tmp_path)
    for name, day in (("first.txt", "2026-03-12"), ("again.txt", "2026-03-19")):
        papers = (MOSS_NET, LICHEN, FERN) if name == "first.txt" else (MOSS_NET, LICHEN, replace(FERN, upvote_count=3))
        load(path, document(name, *papers, digest_date=day, date_basis="stated"))
    assert rows(path, "SELECT name FROM digests WHERE repeats_digest_id IS NOT NULL") == [("again",)]

    assert titles(select(path, since="2026-03-13")) == []
    assert titles(select(path, since="again")) == []
    assert len(titles(select(path, since="2026-03-12"))) == 3


@pytest.mark.parametrize(
    ("since", "reason"),
    [
        ("2026-02-30", "2026-02-30 is no day of the calendar; say one as 2026-03-04."),
        ("2026-13-01", "2026-13-01 is no day"),
        ("yesterday", "'yesterday' names no digest; say a day as 2026-03-04, or the name of a digest."),
        ("99", "'99' names no digest"),
        ("x\x1b\n" * 99, "names no digest"),
        ("", "'' names no digest"),
        ("٢٠٢٦-٠٣-٠٤", "names no digest"),
        ("\udcff", "names no digest"),
    ],
)
def test_what_names_no_day_and_no_digest_is_refused(kites: Path, since: str, reason: str) -> None:
    with pytest.raises(CatalogError) as caught:
        select(kites, since=since)
    assert reason in str(caught.value)
    assert str(caught.value).isprintable()


# Filters


def test_only_papers_with_code(kites: Path) -> None:
    news = select(kites, since="2026-03-05", with_code=True)

    assert news.title == "New papers with code since 2026-03-05"
    assert titles(news) == [LADDER.title]
    assert news.feed_key.endswith(":news/new/with-code")


def test_only_papers_that_match_a_search(kites: Path) -> None:
    news = select(kites, since="2026-03-02", words="kite upside", with_code=False)

    assert news.title == "New papers matching “kite upside” since 2026-03-02"
    assert titles(news) == [SPOON.title]
    assert titles(select(kites, since="2026-03-02", words='"no such thing" OR (')) == []
    assert titles(select(kites, since="2026-03-02", words="kite\udcff upside\n")) == [SPOON.title]
    assert news.feed_key.endswith(":news/new/matching/kite%20upside")


@pytest.mark.parametrize("words", ["", "  ", "\x00", "\n\u202e", "\udcff"])
def test_a_search_for_nothing_is_refused(kites: Path, words: str) -> None:
    with pytest.raises(CatalogError, match="no word to look for"):
        select(kites, since="2026-03-02", words=words)


def test_a_long_list_is_cut_and_says_so(kites: Path) -> None:
    news = select(kites, since="2023-01-01", limit=2)

    assert (len(titles(news)), news.count) == (2, 6)
    assert titles(news) == titles(select(kites, since="2023-01-01"))[:2]
    assert news.notes == ("4 more papers not listed.",)


# By the time of loading


def test_by_load_new_is_what_no_document_named_before(tmp_path: Path) -> None:
    path = empty(tmp_path)
    day: dict[str, Any] = {"digest_date": "2026-03-12", "date_basis": "stated"}
    load(path, document("first.txt", MOSS_NET, LICHEN, **day))
    load(path, document("second.txt", LICHEN, FERN, printed_date="Mar 11"))
    times = ["2026-04-01T10:00:00Z", "2026-04-02T10:00:00Z"]
    damage(path, *(f"UPDATE loads SET loaded_at = '{at}' WHERE id = {row}" for row, at in enumerate(times, start=1)))

    news = select(path, since="2026-04-02", clock="load")
    assert news.title == "New papers loaded since 2026-04-02"
    assert headings(news) == [("second.txt (loaded 2026-04-02)", [FERN.title])]
    assert titles(select(path, since="2026-04-01", clock="load")) == [FERN.title, MOSS_NET.title, LICHEN.title]
    assert titles(select(path, since="first", clock="load")) == [FERN.title]
    assert titles(select(path, since="2026-04-03", clock="load")) == []


def test_by_load_the_order_of_loading_tells(kites: Path) -> None:
    news = select(kites, since="2026-11-20", clock="load")

    assert len(titles(news)) == 6
    # All were loaded in one second: the order of loading tells.
    assert headings(select(kites, since="digest 2", clock="load")) == [
        ("open.txt (loaded 2026-11-20)", [UNDATED.title]),
        ("2026-03-09.txt (loaded 2026-11-20)", [LADDER.title, HARP.title]),
    ]


def test_by_load_a_paper_outside_of_any_digest_is_new_too(tmp_path: Path) -> None:
    path = empty(tmp_path)
    load(path, LISTED, document("first.txt", MOSS_NET))

    assert headings(select(path, since="2026-11-20", clock="load")) == [
        ("first.txt (loaded 2026-11-20)", [MOSS_NET.title]),
        ("list.json (loaded 2026-11-20)", [HARP.title]),
    ]


def test_by_load_a_release_tells_no_time(kites: Path, tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    path.write_bytes(kites.read_bytes())
    damage(path, "UPDATE loads SET loaded_at = NULL")

    for since in ("2026-03-02", "digest 1"):
        news = select(path, since=since, clock="load")
        assert titles(news) == []
        assert "may be new: the time of loading is not known of list.json (time of loading unknown), " in news.notes[0]
        assert news.notes[0].endswith(" and others.")


# Trending


def test_trending_is_what_recurs_then_what_grows(kites: Path) -> None:
    news = select(kites, is_trending=True)

    assert news.title == "Trending papers"
    assert [(item.paper.title, item.listed_count, item.upvote_counts) for item in news.items] == [
        (KITE.title, 3, (10, 3)),
        (BUTTON.title, 2, ()),
        (HARP.title, 2, ()),
    ]


def test_trending_since_a_day_counts_the_digests_since_then(kites: Path) -> None:
    news = select(kites, is_trending=True, since="2026-03-03")

    assert [(item.paper.title, item.listed_count, item.upvote_counts) for item in news.items] == [
        (KITE.title, 2, (25, 3))
    ]
    assert news.notes == ("1 digest left out, the day is not known: open (Mar 11, 2025 or 2026).",)


def test_upvotes_grow_from_the_first_day_to_the_last(tmp_path: Path) -> None:
    path = empty(tmp_path)

    def listing(day: str, *counts: tuple[EntryRecord, int | None]) -> None:
        papers = [replace(entry, upvote_count=count) for entry, count in counts]
        load(path, document(f"{day}.txt", *papers, digest_date=day, date_basis="stated"))

    listing("2026-03-12", (MOSS_NET, 5), (LICHEN, 5), (FERN, 90))
    listing("2026-03-14", (MOSS_NET, 6), (PUDDLE, 1), (LICHEN, None))
    listing("2026-03-13", (LICHEN, 50), (PUDDLE, 2), (MOSS_NET, 99), (FERN, 91))

    news = select(path, is_trending=True)
    assert [(item.paper.title, item.listed_count, item.upvote_counts) for item in news.items] == [
        (LICHEN.title, 3, (5, 50)),
        (MOSS_NET.title, 3, (5, 6)),
        (FERN.title, 2, (90, 91)),
        (PUDDLE.title, 2, (2, 1)),
    ]

    # A list that repeats another is no further digest, but what it prints was seen that day.
    listing("2026-03-16", (MOSS_NET, 206), (PUDDLE, 1), (LICHEN, None))
    (first, *_) = select(path, is_trending=True).items
    assert (first.paper.title, first.listed_count, first.upvote_counts) == (MOSS_NET.title, 3, (5, 206))


def test_trending_with_code_that_matches(kites: Path) -> None:
    assert titles(select(kites, is_trending=True, with_code=True, words="harp")) == [HARP.title]


# Ids and order


def test_a_paper_has_the_id_and_the_day_that_it_has_in_the_feeds_of_the_site(kites: Path) -> None:
    feed = {row["atom_title"]: (row["atom_id"], row["atom_updated"][:10]) for row in answers(kites, "feed_of_papers")}

    news = select(kites, since="2023-01-01")

    assert {item.paper.title: (item.key, item.first_day) for item in news.items} == feed


def test_the_identity_is_that_of_the_papers_in_their_order(kites: Path) -> None:
    spoon, other = select(kites, since="2026-03-05"), select(kites, since="2026-03-02.txt")

    assert (spoon.title, spoon.identity) != (other.title, other.identity)
    assert spoon.identity == other.identity
    assert len({select(kites, since="2023-01-01", limit=limit).identity for limit in (1, 2, 3)}) == 3


_ENTRIES = (MOSS_NET, LICHEN, FERN, PUDDLE)
_LISTINGS = st.lists(
    st.tuples(
        st.sets(st.integers(0, 3), min_size=1),
        st.one_of(st.none(), st.sampled_from(["2026-03-01", "2026-03-02", "2026-03-03"])),
    ),
    min_size=1,
    max_size=4,
)


@settings(
    deadline=None,
    max_examples=4,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(_LISTINGS)
def test_new_is_told_as_by_hand(tmp_path_factory: pytest.TempPathFactory, listings: Any) -> None:
    path = empty(tmp_path_factory.mktemp("by-hand"))
    documents = []
    for number, (chosen, day) in enumerate(listings):
        stated: dict[str, Any] = {"digest_date": day, "date_basis": "stated"} if day else {}
        documents.append(document(f"{number}.txt", *(_ENTRIES[each] for each in sorted(chosen)), **stated))
    load(path, *documents)
    # A repetition is another one's list: by hand only what is none counts.
    repeated = {name for (name,) in rows(path, "SELECT name FROM digests WHERE repeats_digest_id IS NOT NULL")}
    days: dict[str, set[str | None]] = {}
    for number, (chosen, day) in enumerate(listings):
        for each in chosen if str(number) not in repeated else ():
            days.setdefault(_ENTRIES[each].title, set()).add(day)

    news = select(path, since="2026-03-02", has_undecided=True)

    told = {item.paper.title: group.is_undecided for group in news.groups for item in group.items}
    known = {title for title, listed in days.items() if any(day and day < "2026-03-02" for day in listed)}
    assert told == {title: None in listed for title, listed in days.items() if title not in known}
