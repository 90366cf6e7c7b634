"""A release checks, copies and indexes at one time: what is copied is what was checked, and what is wrong is told."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from catalog import database as database_module
from catalog.errors import CatalogError
from catalog.release import command, release_catalog, scratch
from catalog.release.meanwhile import Checking
from catalog.release.search_index import make_search_index
from tests.catalogues import damage, good_catalogue, not_strict, snapshot
from tests.conftest import rows


@pytest.fixture
def working(tmp_path: Path) -> Path:
    folder = tmp_path / "working"
    folder.mkdir()
    return good_catalogue(folder / "catalog.db")


@pytest.fixture
def release(tmp_path: Path) -> Path:
    folder = tmp_path / "shared"
    folder.mkdir()
    return folder / "papers.db"


def refusal(working: Path, release: Path) -> str:
    before = working.read_bytes()
    with pytest.raises(CatalogError) as error:
        release_catalog(working, release)
    assert snapshot(release.parent) == {}
    assert working.read_bytes() == before
    return str(error.value)


class FastChecking(Checking):
    """Checks that are done before the first row is copied."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.results()


@pytest.mark.parametrize("mode", ["DELETE", "WAL"])
def test_nobody_commits_between_what_is_checked_and_what_is_copied(
    working: Path, release: Path, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(sqlite3.connect(working)) as connection:
        connection.execute(f"PRAGMA journal_mode = {mode}")
    told = []

    def intruding(*arguments: Any) -> Path:
        """Try to write when the checks have read everything, and the index and the rows have not begun."""
        with (
            closing(sqlite3.connect(working, timeout=0)) as connection,
            pytest.raises(sqlite3.OperationalError, match="locked") as error,
            connection,
        ):
            connection.execute("UPDATE papers SET title = 'An Intruder among the Mosses'")
        told.append(error)
        return make_search_index(*arguments)

    monkeypatch.setattr(command, "Checking", FastChecking)
    monkeypatch.setattr(command, "make_search_index", intruding)
    release_catalog(working, release)

    assert len(told) == 1
    assert rows(release, "SELECT count(*) FROM papers WHERE title GLOB '*Intruder*'") == [(0,)]


@pytest.mark.parametrize("gives_up", [False, True])
def test_a_commit_that_waits_for_readers_is_told_as_use_by_another(
    working: Path, release: Path, gives_up: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who waits to commit keeps new readers away (PENDING): the index, and the rows where nobody gives up."""
    monkeypatch.setattr(scratch, "BUSY_TIMEOUT_SECONDS", 0.05)
    with (
        closing(sqlite3.connect(working)) as reader,
        closing(sqlite3.connect(working, timeout=0, isolation_level=None, check_same_thread=False)) as writer,
    ):
        reader.execute("BEGIN")
        reader.execute("SELECT 1 FROM papers").fetchone()
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE papers SET title = 'An Intruder among the Mosses' WHERE id = 1")

        def overtaken(*arguments: Any) -> Path:
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                writer.execute("COMMIT")
            try:
                return make_search_index(*arguments)
            finally:
                if gives_up:
                    writer.execute("ROLLBACK")

        monkeypatch.setattr(command, "make_search_index", overtaken)

        assert f"{working}: is in use by another process" in refusal(working, release)


def without_a_quick_look(path: Path, hurt: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Hurt a file and let it be taken for a large one, whose pages nobody looks at before."""
    hurt(path)
    monkeypatch.setattr(database_module, "_QUICK_CHECK_BYTES", 0)


def an_empty_title(path: Path) -> None:
    damage(path, "PRAGMA ignore_check_constraints = ON", "UPDATE papers SET title = '' WHERE id = 3")


def a_word_for_a_number(path: Path) -> None:
    not_strict(path, "loads", "UPDATE loads SET entry_count = 'many'")


def an_index_of_another_column(path: Path) -> None:
    damage(
        path,
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET sql = replace(sql, '(publication_date)', '(author_count)') "
        "WHERE name = 'ix_papers_publication_date'",
    )


@pytest.mark.parametrize("hurt", [an_empty_title, a_word_for_a_number, an_index_of_another_column])
def test_rows_that_cannot_be_copied_are_told_as_the_checks_tell_them(
    working: Path, release: Path, hurt: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    without_a_quick_look(working, hurt, monkeypatch)

    assert f"{working}: does not pass every check (integrity" in refusal(working, release)


def test_a_file_that_fails_a_check_is_not_copied_to_the_end(
    working: Path, release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damage(working, "DELETE FROM loads WHERE id = 1")
    steps: list[None] = []

    monkeypatch.setattr(command, "Checking", FastChecking)
    with pytest.raises(CatalogError, match="document without load"):
        release_catalog(working, release, on_step=lambda: steps.append(None))

    assert steps == []
    assert snapshot(release.parent) == {}


def test_texts_that_are_missing_in_the_index_are_told(
    working: Path, release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forgetful(database: Path, scratch: Path, *arguments: Any) -> Path:
        index = make_search_index(database, scratch, *arguments)
        with closing(sqlite3.connect(scratch)) as connection, connection:
            connection.execute("DELETE FROM papers_fts_docsize WHERE id = 2")
        return index

    monkeypatch.setattr(command, "make_search_index", forgetful)

    assert "could not be made (3 of 4 texts in the search index were copied)" in refusal(working, release)


def test_an_index_that_cannot_be_made_ends_the_release(
    working: Path, release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*arguments: Any) -> Path:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(command, "make_search_index", failing)

    assert "cannot be written (database or disk is full)" in refusal(working, release)
