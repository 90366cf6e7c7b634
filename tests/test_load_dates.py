"""Digest dates whose evidence contradicts itself, and the days and years that a load is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from catalog.database import create_catalog_engine
from catalog.errors import CatalogError, ExitCode, Fault
from catalog.load import Account, load_document, load_documents, load_terms
from catalog.load.batch import Batch
from catalog.records import DocumentRecord
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


@pytest.mark.parametrize("is_complete", [True, False])
def test_a_digest_whose_evidence_contradicts_itself_has_no_day_and_takes_back_what_it_gave(
    database: Path, query: Query, is_complete: bool
) -> None:
    load(database, replace(SUMMER, is_complete=is_complete), as_of=READ)
    load(database, document("spring.txt", PUDDLE, LICHEN, printed_date="May 20"), as_of=date(2024, 6, 1))
    assert query(DATES) == [
        ("spring", "2024-05-20", "2024-05-20", "single candidate"),
        ("summer", "2023-06-04", "2023-06-04", "single candidate"),
    ]

    load(database, LATER)

    assert query(DATES) == [("spring", None, "2024-05-20", "open"), ("summer", None, None, "open")]
    assert query(CARDS) == [("summer", None)]
    assert query("SELECT publication_date FROM papers WHERE title LIKE 'Puddle%'") == [(None,)]


def test_what_a_digest_without_day_once_gave_is_taken_back_when_it_never_had_one(tmp_path: Path) -> None:
    """The summer dates the spring, which dates a card against the summer; then the summer loses its day at once."""
    cards = (FERN, LICHEN, replace(PUDDLE, printed_publication_date="Jun 1"))
    summer = document("summer.txt", *cards, printed_date="Jun 11"), date(2025, 1, 1)
    card = replace(LICHEN, printed_publication_date="Mar 1")
    spring = document("spring.txt", PUDDLE, card, printed_date="Mar 4"), date(2025, 6, 1)
    early = document("early.txt", replace(FERN, publication_date="2024-02-01")), AS_OF
    late = document("late.txt", replace(FERN, publication_date="2025-02-01")), AS_OF

    without_day = ("summer", None, None, "open")
    path = tmp_path / "catalog.db"
    assert _stored(path, [summer, spring, early])[:2] == [
        ("spring", "2025-03-04", "2025-03-04", "single candidate"),
        without_day,
    ]
    never = [("spring", None, "2025-03-04", "open"), without_day, ("spring", None), ("summer", None)]
    assert _stored(path, [summer, spring, early, late]) == never
    assert _stored(path, [late, early, summer, spring]) == never
    assert _stored(path, [summer, spring, early, late], Batch()) == never


def _stored(
    path: Path, documents: list[tuple[DocumentRecord, date]], batch: Batch | None = None
) -> list[tuple[str | None, ...]]:
    """Load each document as of its day into a new catalogue, in one transaction; return its dates and its cards."""
    engine = create_catalog_engine(empty_catalogue(path))
    with engine.begin() as connection:
        for one, day in documents:
            load_document(connection, one, load_terms(as_of=day), batch)
        if batch is not None:
            batch.settle(connection)
    engine.dispose()
    return rows(path, DATES) + rows(path, CARDS)


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
