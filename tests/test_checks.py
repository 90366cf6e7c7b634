"""What a run of the checks is: all of them, on a file of any condition, and no byte of it changes."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Column, Text

from catalog import check_narrow
from catalog import database as database_module
from catalog.checks import CHECKS, CheckResult, check_catalog
from catalog.database import CatalogError
from tests.catalogues import LICHEN, damage, document, good_catalogue, load, ordinary_user, snapshot
from tests.conftest import rows
from tests.test_checks_damages import EVERY_CHECK, failed


@pytest.fixture
def database(database: Path) -> Path:
    """A sound catalogue."""
    return good_catalogue(database)


def test_a_sound_file_passes_every_check_and_no_byte_changes(database: Path) -> None:
    before = snapshot(database.parent)

    results = list(check_catalog(database))

    assert [result.name for result in results] == EVERY_CHECK
    assert [result.broken for result in results] == [[]] * len(EVERY_CHECK)
    assert all(result.rule for result in results)
    assert snapshot(database.parent) == before


@pytest.mark.parametrize("statement", ["DROP TRIGGER papers_au", "ALTER TABLE papers ADD note TEXT"])
def test_another_schema_fails_its_own_check_alone(database: Path, statement: str) -> None:
    assert list(failed(damage(database, statement))) == ["schema"]


def test_a_missing_table_fails_the_schema_and_the_checks_that_need_it(database: Path) -> None:
    damage(database, "DROP TABLE rejects")

    broken = failed(database)

    assert set(broken) == {"schema", "not what was loaded", "place outside the document"}
    assert broken["place outside the document"] == [("no such table: rejects",)]


def test_damage_that_a_quick_look_sees_is_one_sentence(database: Path) -> None:
    damage(database, "PRAGMA ignore_check_constraints = ON", "UPDATE papers SET title = '' WHERE id = 3")

    with pytest.raises(CatalogError, match=r"is damaged \(table papers: CHECK constraint failed in papers\); restore"):
        list(check_catalog(database))


def test_no_more_rows_are_shown_than_asked_for(database: Path) -> None:
    damage(database, "DELETE FROM loads", "UPDATE papers SET digest_count = 7")
    damage(database, *(f"INSERT INTO paper_authors VALUES ({n}, 1, 1)" for n in range(50, 60)))

    results = {result.name: len(result.broken) for result in check_catalog(database, most=1) if result.broken}

    assert results == {"foreign keys": 1, "derived columns": 1, "document without load": 1}


def test_two_arxiv_ids_may_share_a_title(database: Path) -> None:
    twins = replace(LICHEN, title="Dew", arxiv_id="2501.00001"), replace(LICHEN, title="Dew", arxiv_id="2501.00002")
    load(database, document("twins.txt", *twins))

    assert rows(database, "SELECT count(*) FROM papers WHERE title = 'Dew'") == [(2,)]
    assert failed(database) == {}


def test_a_file_in_use_is_one_sentence(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "BUSY_TIMEOUT_SECONDS", 0.05)
    with closing(sqlite3.connect(database, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")

        with pytest.raises(CatalogError, match="is in use by another process"):
            list(check_catalog(database))


def test_rows_that_a_rule_of_the_schema_forbids_are_seen_in_a_large_file(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody has a quick look at a large file, and SQLite knows no rule of one that it opened for reading alone."""
    damage(database, "PRAGMA ignore_check_constraints = ON", "UPDATE papers SET title = '' WHERE id = 3")
    monkeypatch.setattr(database_module, "_QUICK_CHECK_BYTES", 0)

    assert failed(database)["integrity"] == [("papers", "CHECK constraint failed in papers")]


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        ([], []),
        (["INSERT INTO papers_fts (papers_fts) VALUES ('delete-all')"], ["search index"]),
        (["PRAGMA ignore_check_constraints = ON", "UPDATE papers SET title = '' WHERE id = 3"], ["integrity"]),
    ],
)
def test_a_copy_that_may_only_be_read_can_be_checked(statements: list[str], found: list[str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = good_catalogue(folder / "catalog.db")
        damage(path, *statements)
        path.chmod(0o444)
        folder.chmod(0o555)
        before = snapshot(folder)

        with ordinary_user():
            results: list[CheckResult] = list(check_catalog(path))

        assert [result.name for result in results if result.broken][: len(found) or None] == found
        assert [result.name for result in results] == EVERY_CHECK
        assert snapshot(folder) == before
        folder.chmod(0o755)


@pytest.mark.parametrize("name", CHECKS)
def test_no_check_reads_a_whole_table_for_each_row(database: Path, name: str) -> None:
    plan = rows(database, f"EXPLAIN QUERY PLAN {CHECKS[name][1]}")
    steps = {number: (parent, detail) for number, parent, _, detail in plan}
    repeated = set()  # what is done for each row of something else
    for number, (parent, detail) in steps.items():
        is_inner = any(
            above == parent and other < number and _is_scan(before) for other, (above, before) in steps.items()
        )
        if parent in repeated or detail.startswith("CORRELATED") or (is_inner and _is_scan(detail)):
            repeated.add(number)

    assert [steps[number][1] for number in repeated if _is_scan(steps[number][1])] == []


def _is_scan(step: str) -> bool:
    """Whether a step of a plan reads every row of a table, and not those of a list or of what was found before."""
    return step.startswith("SCAN ") and "VIRTUAL TABLE" not in step and "(subquery" not in step


@pytest.mark.parametrize(
    "statement", ["SELECT 1", "UPDATE papers SET digest_count = 7, doi = '10.1/moss', abstract = NULL"]
)
def test_where_papers_cannot_be_had_without_abstracts_the_checks_say_the_same(
    database: Path, statement: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    damage(database, statement)
    expected = failed(database)

    monkeypatch.setattr(check_narrow, "_COLUMNS", [*check_narrow._COLUMNS, Column("moss", Text)])
    found = failed(database)

    assert found == expected
    assert set(found) == ({"derived columns", "DOI out of line", "text not as given"} if "doi" in statement else set())
