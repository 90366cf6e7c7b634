"""Digest dates whose evidence contradicts itself, and the days and years that a load is told."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from catalog.errors import CatalogError, ExitCode, Fault
from catalog.load import Account, load_documents, load_terms
from tests.catalogues import AS_OF, FERN, LICHEN, PUDDLE, document, empty_catalogue, load
from tests.conftest import Query, rows
from tests.test_cli import page as page_of

DATES = "SELECT name, digest_date, latest_date, date_basis FROM digests WHERE printed_date IS NOT NULL ORDER BY name"
CARDS = """
SELECT name, publication_date FROM digest_entries JOIN digests ON digests.id = digest_id
WHERE printed_publication_date IS NOT NULL ORDER BY name
"""

SUMMER = document("summer.txt", FERN, replace(PUDDLE, printed_publication_date="Jun 1"), printed_date="Jun 4")
READ = date(2024, 3, 1)
"""By this day the listing had one fourth of June."""

LATER = document("later.txt", replace(FERN, publication_date="2025-01-02"))

PAGE = page_of("Counting Ferns", "Counting Mosses")


def test_a_digest_whose_evidence_contradicts_itself_has_no_day_and_takes_back_what_it_gave(
    database: Path, query: Query
) -> None:
    load(database, SUMMER, as_of=READ)
    load(database, document("spring.txt", PUDDLE, LICHEN, printed_date="May 20"), as_of=date(2024, 6, 1))
    assert query(DATES) == [
        ("spring", "2024-05-20", "2024-05-20", "single candidate"),
        ("summer", "2023-06-04", "2023-06-04", "single candidate"),
    ]

    load(database, LATER)

    assert query(DATES) == [("spring", None, "2024-05-20", "open"), ("summer", None, None, "open")]
    assert query(CARDS) == [("summer", None)]
    assert query("SELECT publication_date FROM papers WHERE title LIKE 'Puddle%'") == [(None,)]


def test_where_evidence_contradicts_itself_the_order_does_not_matter(tmp_path: Path) -> None:
    spring = document("spring.txt", PUDDLE, LICHEN, printed_date="May 20")
    loads = [(SUMMER, READ), (spring, date(2024, 6, 1)), (LATER, date(2026, 11, 20))]
    seen = set()
    for order in itertools.permutations(loads):
        database = empty_catalogue(tmp_path / "catalog.db")
        for one, day in order:
            load(database, one, as_of=day)
        seen.add((*rows(database, DATES), *rows(database, CARDS)))
    assert len(seen) == 1


def test_a_year_that_is_given_again_changes_no_byte(database: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text(PAGE, encoding="utf-8")
    (first,), _ = _loaded(page, database, year=2025)
    before = database.read_bytes()

    (again,), faults = _loaded(page, database, year=2025)

    assert (first.dated_digest_count, again.dated_digest_count, again.is_known, faults) == (1, 0, True, [])
    assert database.read_bytes() == before


def test_a_year_that_cannot_be_is_a_fault_of_its_document(database: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text(PAGE, encoding="utf-8")

    accounts, faults = _loaded(page, database, year=2022)

    assert accounts == []
    assert faults == [
        "page.txt: cannot be of 2022, because a paper in it was published on 2024-04-07, after 2022-03-04; "
        "leave out --year or correct it."
    ]
    assert rows(database, "SELECT * FROM source_documents") == []


@pytest.mark.parametrize("epoch", ["today", "", "1" * 30, "1" * 15])
def test_a_clock_that_is_no_number_of_seconds_is_one_sentence(epoch: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)

    with pytest.raises(CatalogError, match=f"SOURCE_DATE_EPOCH is '{epoch}' and must be a number") as refusal:
        load_terms()

    assert refusal.value.exit_code == ExitCode.USAGE


def _loaded(page: Path, database: Path, *, year: int) -> tuple[list[Account], list[str]]:
    faults: list[Fault] = []
    accounts = list(load_documents([page], database, load_terms(as_of=AS_OF, year=year), on_error=faults.append))
    return accounts, [str(fault) for fault in faults]
