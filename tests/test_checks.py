"""Every check sees the damage that it is there for, names the row, and sees no other."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from catalog import database as database_module
from catalog.checks import CHECKS, CheckResult, check_catalog
from catalog.database import CatalogError
from tests.catalogues import LICHEN, damage, document, good_catalogue, load, ordinary_user, snapshot
from tests.conftest import rows

EVERY_CHECK = ["integrity", "schema", "foreign keys", "derived columns", *CHECKS, "search index"]


@pytest.fixture
def database(database: Path) -> Path:
    """A sound catalogue."""
    return good_catalogue(database)


def failed(path: Path) -> dict[str, list[tuple[object, ...]]]:
    return {result.name: result.broken for result in check_catalog(path) if result.broken}


def test_a_sound_file_passes_every_check_and_no_byte_changes(database: Path) -> None:
    before = snapshot(database.parent)

    results = list(check_catalog(database))

    assert [result.name for result in results] == EVERY_CHECK
    assert [result.broken for result in results] == [[]] * len(EVERY_CHECK)
    assert all(result.rule for result in results)
    assert snapshot(database.parent) == before


# Name of the check, the damage, and the rows that must be named.
DAMAGES = [
    pytest.param(
        "schema",
        ["DROP INDEX ix_papers_title_key"],
        [("- CREATE INDEX ix_papers_title_key ON papers (title_key);",), ("- ",)],
        id="index dropped",
    ),
    pytest.param(
        "numbers that no entry prints",
        ["UPDATE papers SET author_count = 99 WHERE id = 1"],
        [(1, "Moss-Net: Counting Moss with Graph Networks")],
        id="author_count",
    ),
    pytest.param(
        "numbers that no entry prints",
        ["UPDATE papers SET publication_date = '2023-01-01', publication_year = 2023 WHERE id = 1"],
        [(1, "Moss-Net: Counting Moss with Graph Networks")],
        id="publication_date",
    ),
    pytest.param(
        "foreign keys",
        ["INSERT INTO paper_variants (paper_id, source_document_id, title) VALUES (99, 1, 'Moss')"],
        [("paper_variants", 1, "papers", 1)],
        id="variant of no paper",
    ),
    pytest.param(
        "derived columns",
        ["UPDATE papers SET digest_count = 7 WHERE id = 2"],
        [(2, "Lichen as a Clock")],
        id="digest_count",
    ),
    pytest.param(
        "derived columns",
        ["UPDATE papers SET has_repository = 0 WHERE id = 1"],
        [(1, "Moss-Net: Counting Moss with Graph Networks")],
        id="has_repository",
    ),
    pytest.param(
        "derived columns",
        ["UPDATE papers SET first_digest_id = NULL WHERE id = 3"],
        [(3, "Fern Folding without Supervision")],
        id="first_digest_id",
    ),
    pytest.param(
        "derived columns",
        ["UPDATE papers SET latest_digest_id = 1 WHERE id = 3"],
        [(3, "Fern Folding without Supervision")],
        id="latest_digest_id",
    ),
    pytest.param(
        "paper without digest",
        ["INSERT INTO papers (id, title, title_key) VALUES (50, 'Dew', 'dew')"],
        [(50,)],
        id="paper in no digest",
    ),
    pytest.param(
        "digest without entries",
        ["INSERT INTO digests (id, source_document_id, name, kind, date_basis) VALUES (9, 1, 'none', 'daily', 'open')"],
        [(9, "none")],
        id="digest without papers",
    ),
    pytest.param(
        "gap in positions",
        ["UPDATE digest_entries SET position = 4 WHERE digest_id = 2 AND position = 3"],
        [(2, 3, 4)],
        id="a position is missing",
    ),
    pytest.param(
        "document without load",
        ["DELETE FROM loads WHERE source_document_id = 1"],
        [(1, "dated.txt")],
        id="no load",
    ),
    pytest.param(
        "link without evidence",
        ["DELETE FROM link_assertions WHERE paper_id = 2"],
        [(2, 2)],
        id="link that nobody asserts",
    ),
    pytest.param(
        "link without evidence",
        [
            "DELETE FROM paper_link_roles WHERE paper_id = 2",
            "DELETE FROM paper_links WHERE paper_id = 2",
        ],
        [(2, 2)],
        id="assertion without its link",
    ),
    pytest.param(
        "link without paper",
        ["INSERT INTO links (id, url, url_key, host, kind) VALUES (9, 'https://a.b/', 'a.b/', 'a.b', 'other')"],
        [(9, "https://a.b/")],
        id="link of no paper",
    ),
    pytest.param(
        "repository without link",
        ["INSERT INTO repositories (id, host, owner, name, url) VALUES (9, 'a.b', 'c', 'd', 'https://a.b/c/d')"],
        [(9, "https://a.b/c/d")],
        id="repository that no link leads to",
    ),
    pytest.param(
        "repository without link",
        ["UPDATE links SET url = 'https://github.com/invented-lab/moss' WHERE kind = 'repository'"],
        [(1, "https://github.com/invented-lab/moss-net")],
        id="link at another address",
    ),
    pytest.param(
        "place outside the document",
        ["UPDATE digest_entries SET line_end = 900 WHERE digest_id = 2 AND position = 3"],
        [("entry", 2, 3)],
        id="entry after the last line",
    ),
    pytest.param(
        "place outside the document",
        ["INSERT INTO rejects VALUES (5, 1, 11, 99, 'moss', 'doubtful')"],
        [("reject", 5, 99)],
        id="reject after the last line",
    ),
    pytest.param(
        "place outside the document",
        ["UPDATE link_assertions SET line = 900 WHERE id = 1"],
        [("assertion", 1, 900)],
        id="assertion after the last line",
    ),
    pytest.param(
        "published after its digest",
        [
            "UPDATE papers SET publication_date = '2026-03-05', publication_year = 2026 WHERE id = 1",
            "UPDATE digest_entries SET publication_date = '2026-03-05' WHERE paper_id = 1",
        ],
        [("dated", "Moss-Net: Counting Moss with Graph Networks", "2026-03-05")],
        id="published after a dated digest",
    ),
    pytest.param(
        "published after its digest",
        [
            "UPDATE papers SET publication_date = '2026-03-12', publication_year = 2026 WHERE id = 3",
            "UPDATE digest_entries SET publication_date = '2026-03-12' WHERE paper_id = 3",
        ],
        [("open", "Fern Folding without Supervision", "2026-03-12")],
        id="published after every day of an open one",
    ),
    pytest.param(
        "open date without bounds",
        [
            "UPDATE digests SET earliest_date = NULL, latest_date = NULL WHERE id = 2",
        ],
        [("open", "Mar 11")],
        id="no year is left",
    ),
    pytest.param(
        "title twice",
        [
            "DROP INDEX ux_papers_title_key_without_arxiv_id",
            "UPDATE papers SET title_key = (SELECT title_key FROM papers WHERE id = 3) WHERE id = 4",
        ],
        [("fernfoldingwithoutsupervision", 2)],
        id="one title of two papers",
    ),
    pytest.param(
        "search index",
        ["DROP TRIGGER papers_au", "UPDATE papers SET title = 'Fern' WHERE id = 3"],
        [("database disk image is malformed",)],
        id="title that the index missed",
    ),
    pytest.param(
        "search index",
        ["INSERT INTO papers_fts (papers_fts) VALUES ('delete-all')"],
        [("database disk image is malformed",)],
        id="index that is empty",
    ),
    pytest.param(
        "integrity",
        [
            "PRAGMA writable_schema = ON",
            "UPDATE sqlite_master SET sql = replace(sql, '(digest_count)', '(author_count)') "
            "WHERE name = 'ix_papers_digest_count'",
        ],
        [("row 1 missing from index ix_papers_digest_count",)],
        id="index of another column",
    ),
]


@pytest.mark.parametrize(("name", "statements", "named"), DAMAGES)
def test_a_damage_fails_exactly_its_check_and_names_the_row(
    database: Path, name: str, statements: list[str], named: list[tuple[object, ...]]
) -> None:
    damage(database, *statements)

    broken = failed(database)

    # Some damage is possible only where a rule of the schema is taken away first.
    through_schema = {"schema"} if any(key in " ".join(statements) for key in ("DROP", "writable_schema")) else set()
    assert set(broken) == {name} | through_schema
    assert broken[name][: len(named)] == named
    assert name == "integrity" or len(broken[name]) == len(named)


def test_every_check_has_its_damage() -> None:
    assert {parameters.values[0] for parameters in DAMAGES} == set(EVERY_CHECK)


@pytest.mark.parametrize("statement", ["DROP TRIGGER papers_au", "ALTER TABLE papers ADD note TEXT"])
def test_another_schema_fails_its_own_check_alone(database: Path, statement: str) -> None:
    assert list(failed(damage(database, statement))) == ["schema"]


def test_a_missing_table_fails_the_schema_and_the_checks_that_need_it(database: Path) -> None:
    damage(database, "DROP TABLE rejects")

    broken = failed(database)

    assert set(broken) == {"schema", "place outside the document"}
    assert broken["place outside the document"] == [("no such table: rejects",)]


def test_damage_that_a_quick_look_sees_is_one_sentence(database: Path) -> None:
    damage(database, "PRAGMA ignore_check_constraints = ON", "UPDATE papers SET title = '' WHERE id = 3")

    with pytest.raises(CatalogError, match=r"is damaged \(CHECK constraint failed in papers\)"):
        list(check_catalog(database))


def test_no_more_rows_are_shown_than_asked_for(database: Path) -> None:
    damage(database, "DELETE FROM loads", "UPDATE papers SET digest_count = 7")
    damage(database, *(f"INSERT INTO paper_variants VALUES (NULL, {n}, 1, 'Moss', NULL)" for n in range(50, 60)))

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


@pytest.mark.parametrize("is_sound", [True, False])
def test_a_copy_that_may_only_be_read_can_be_checked(is_sound: bool) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = good_catalogue(folder / "catalog.db")
        if not is_sound:
            damage(path, "INSERT INTO papers_fts (papers_fts) VALUES ('delete-all')")
        path.chmod(0o444)
        folder.chmod(0o555)
        before = snapshot(folder)

        with ordinary_user():
            results: list[CheckResult] = list(check_catalog(path))

        assert [result.name for result in results if result.broken] == ([] if is_sound else ["search index"])
        assert [result.name for result in results] == EVERY_CHECK
        assert snapshot(folder) == before
        folder.chmod(0o755)
