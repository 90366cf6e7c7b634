"""Digests that repeat another are recognised, told, and not counted twice."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import pytest

from catalog.checks import check_catalog
from catalog.database import create_catalog_engine
from catalog.load.repeats import settle_repeats
from catalog.load.staging import driver
from catalog.records import DocumentRecord
from catalog.terminal import account_table
from tests.catalogues import FERN, LICHEN, MOSS_NET, PUDDLE, document, load
from tests.conftest import Query
from tests.contents import contents
from tests.sampling import sample

REPEATS = "SELECT digests.name, first.name FROM digests JOIN digests AS first ON first.id = digests.repeats_digest_id"


def _day(day: str, *entries: object, kind: str = "daily") -> DocumentRecord:
    return document(f"{day}.json", *entries, kind=kind, digest_date=day, date_basis="file name")  # type: ignore[arg-type]


FRIDAY = _day("2026-06-19", MOSS_NET, LICHEN, FERN)
SATURDAY = _day("2026-06-20", replace(LICHEN, upvote_count=9), MOSS_NET, FERN)
SUNDAY = _day("2026-06-21", FERN, MOSS_NET, LICHEN)
MONDAY = _day("2026-06-22", MOSS_NET, PUDDLE, FERN)


ORDERS = map(pytest.param, itertools.permutations((FRIDAY, SATURDAY, SUNDAY, MONDAY)))


@pytest.mark.parametrize("order", sample(ORDERS, 4), ids=lambda _: "")
def test_a_weekend_repeats_friday_in_any_order(database: Path, query: Query, order: tuple[DocumentRecord, ...]) -> None:
    load(database, *order)

    assert sorted(query(REPEATS)) == [("2026-06-20", "2026-06-19"), ("2026-06-21", "2026-06-19")]
    counts = (
        "SELECT papers.title, digest_count, name FROM papers JOIN digests ON digests.id = latest_digest_id ORDER BY 1"
    )
    assert query(counts) == [
        ("Fern Folding without Supervision", 2, "2026-06-22"),
        ("Lichen as a Clock", 1, "2026-06-19"),
        ("Moss-Net: Counting Moss with Graph Networks", 2, "2026-06-22"),
        ("Puddle Depth from One Photograph", 1, "2026-06-22"),
    ]
    assert query("SELECT count(*), count(upvote_count) FROM digest_entries") == [(12, 1)]
    assert not [result.name for result in check_catalog(database) if result.broken]


def test_the_account_says_what_is_repeated(database: Path) -> None:
    accounts = load(database, FRIDAY, SATURDAY)

    assert accounts[1].repeats == (("2026-06-20", "2026-06-19"),)
    assert "repeats 2026-06-19" in account_table(accounts)


def test_the_account_says_what_is_repeated_when_that_comes_last(database: Path) -> None:
    accounts = load(database, SATURDAY, FRIDAY)

    assert [account.repeats for account in accounts] == [(), ()]
    assert [account.repeated_by for account in accounts] == [(), (("2026-06-19", "2026-06-20"),)]
    assert "2026-06-19 is repeated by 2026-06-20" in account_table(accounts)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(_day("2026-06-20", MOSS_NET, LICHEN), id="fewer papers"),
        pytest.param(_day("2026-06-20", MOSS_NET, LICHEN, FERN, PUDDLE), id="more papers"),
        pytest.param(_day("2026-06-20", MOSS_NET, LICHEN, PUDDLE), id="another paper"),
        pytest.param(_day("2026-06-20", MOSS_NET, LICHEN, FERN, kind="trending"), id="another kind"),
    ],
)
def test_what_is_only_alike_repeats_nothing(database: Path, query: Query, other: DocumentRecord) -> None:
    load(database, FRIDAY, other)

    assert query(REPEATS) == []


def test_a_digest_of_one_paper_repeats_nothing(database: Path, query: Query) -> None:
    load(database, _day("2026-06-19", MOSS_NET), _day("2026-06-20", MOSS_NET))

    assert query(REPEATS) == []
    assert query("SELECT digest_count FROM papers") == [(2,)]


def test_papers_that_turn_out_to_be_one_make_digests_the_same(tmp_path: Path, query: Query, database: Path) -> None:
    by_title = _day("2026-06-19", MOSS_NET, LICHEN)
    by_id = _day("2026-06-20", replace(MOSS_NET, title="Moss-Net", arxiv_id="2406.00001"), LICHEN)
    telling = document("telling.json", replace(MOSS_NET, arxiv_id="2406.00001"))
    load(database, by_title, by_id)
    assert query(REPEATS) == []

    load(database, telling)

    assert query(REPEATS) == [("2026-06-20", "2026-06-19")]
    load(tmp_path / "other.db", telling, by_id, by_title)
    assert contents(tmp_path / "other.db") == contents(database)


def test_a_page_that_was_saved_twice_repeats_itself(database: Path, query: Query) -> None:
    first = document("page.txt", MOSS_NET, LICHEN, printed_date="Mar 4")
    second = document("copy.txt", MOSS_NET, LICHEN, printed_date="Mar 4")
    load(database, first, second)

    assert len(query(REPEATS)) == 1
    assert query("SELECT digest_count FROM papers") == [(1,), (1,)]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_the_same_bytes_under_several_names_are_one_document_of_the_first(
    database: Path, query: Query, order: tuple[int, ...]
) -> None:
    """An answer for Saturday may be Friday's, byte for byte: the name that dates it first counts."""

    def named(name: str, day: str | None) -> DocumentRecord:
        (digest,) = FRIDAY.digests
        dated = replace(digest, digest_date=day, date_basis="file name" if day else None)
        return replace(FRIDAY, origin=replace(FRIDAY.origin, name=name), digests=(dated,))

    copies = [named("2026-06-19.json", "2026-06-19"), named("2026-06-20.json", "2026-06-20"), named("0.json", None)]
    accounts = load(database, *(copies[place] for place in order))

    assert query("SELECT name, digest_date FROM digests") == [("2026-06-19", "2026-06-19")]
    assert query("SELECT name FROM source_documents") == [("2026-06-19.json",)]
    assert [account.is_known for account in accounts] == [False, True, True]
    assert "the same bytes as" in account_table(accounts)
    assert not [result.name for result in check_catalog(database) if result.broken]


def test_many_repeats_of_one_list_take_time_in_proportion(tmp_path: Path) -> None:
    """What one more digest costs is counted in SQLite's own steps, which are the same on every machine."""
    steps = {count: _steps_to_compare(tmp_path / f"{count}.db", count) for count in (20, 40)}

    assert steps[40] < 2.5 * steps[20]


def _steps_to_compare(path: Path, count: int) -> int:
    load(path, *(document(f"{place}.txt", MOSS_NET, LICHEN) for place in range(count)))
    steps: list[None] = []
    engine = create_catalog_engine(path)
    with engine.begin() as connection:
        driver(connection).set_progress_handler(lambda: steps.append(None), 10)
        settle_repeats(connection, [1])
    engine.dispose()
    return len(steps)
