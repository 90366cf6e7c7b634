"""The engine and the file under it: two processes at once, transactions, and what a killed process left."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from catalog import database as database_module
from catalog.database import CatalogError, create_catalog_engine, file_revision, known_revisions, translated_errors
from catalog.models import metadata
from tests.catalogues import damage, good_catalogue, plain

# Two at once


def test_a_writer_begins_at_once_and_a_second_one_waits(tmp_path: Path) -> None:
    path = good_catalogue(tmp_path / "catalog.db")
    one, other = create_catalog_engine(path), create_catalog_engine(path)
    seen: list[int] = []

    def write_second() -> None:
        with other.begin() as connection:
            seen.append(connection.exec_driver_sql("SELECT count(*) FROM loads").scalar_one())

    with one.begin() as connection:
        second = threading.Thread(target=write_second)
        second.start()
        second.join(0.2)
        assert second.is_alive()
        connection.exec_driver_sql("DELETE FROM loads")
    second.join(10)

    assert seen == [0]


def test_a_second_writer_is_told_after_the_time_is_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "BUSY_TIMEOUT_SECONDS", 0.05)
    path = good_catalogue(tmp_path / "catalog.db")
    one, other = create_catalog_engine(path), create_catalog_engine(path)

    with (
        one.begin(),
        pytest.raises(CatalogError, match="is in use by another process"),
        translated_errors(path),
        other.begin(),
    ):
        pytest.fail("two transactions that may write are open")


def test_nobody_writes_while_the_file_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that grew between two looks would seem damaged."""
    path = good_catalogue(tmp_path / "catalog.db")
    check_size = database_module._check_size
    refusals: list[str] = []

    def check_size_while_another_writes(*arguments: Any) -> None:
        try:
            damage(path, "CREATE TABLE notes (text TEXT)")
        except sqlite3.OperationalError as error:
            refusals.append(str(error))
        check_size(*arguments)

    monkeypatch.setattr(database_module, "_check_size", check_size_while_another_writes)
    file_revision(path)

    assert refusals == ["database is locked"]


def test_what_a_wal_file_holds_elsewhere_is_no_damage(tmp_path: Path) -> None:
    path = good_catalogue(tmp_path / "catalog.db")
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("UPDATE papers SET title = title || hex(randomblob(9000))")

        assert file_revision(path) == known_revisions()[-1]


# The engine


def test_foreign_keys_are_on(tmp_path: Path) -> None:
    path = good_catalogue(tmp_path / "catalog.db")
    before = path.read_bytes()
    engine = create_catalog_engine(path)

    with engine.begin() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
    with pytest.raises(IntegrityError, match="FOREIGN KEY"), engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO paper_variants (paper_id, abstract) VALUES (99, 'M')")

    assert path.read_bytes() == before


def test_a_rollback_undoes_changes_of_the_schema_too(tmp_path: Path) -> None:
    path = good_catalogue(tmp_path / "catalog.db")
    before = path.read_bytes()
    engine = create_catalog_engine(path)

    with engine.connect() as connection:
        transaction = connection.begin()
        connection.exec_driver_sql("ALTER TABLE papers ADD COLUMN note TEXT")
        connection.exec_driver_sql("CREATE TABLE notes (id INTEGER PRIMARY KEY)")
        connection.exec_driver_sql("DELETE FROM loads")
        transaction.rollback()
        names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()

    assert path.read_bytes() == before
    assert set(metadata.tables) <= set(names)
    assert "notes" not in names


def test_a_read_only_engine_writes_nothing_and_makes_no_file(tmp_path: Path) -> None:
    path = good_catalogue(tmp_path / "catalog.db")
    engine = create_catalog_engine(path, read_only=True)

    with pytest.raises(OperationalError, match="readonly"), engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM loads")
    with pytest.raises(OperationalError, match="unable to open"):
        create_catalog_engine(tmp_path / "missing.db", read_only=True).connect()

    assert [file.name for file in tmp_path.iterdir()] == ["catalog.db"]


@pytest.mark.parametrize("name", ["a b.db", "a%20b.db", "a?mode=memory.db", "a#b.db", "苔.db", "-d"])
def test_a_file_may_have_any_name(tmp_path: Path, name: str) -> None:
    path = good_catalogue(tmp_path / name)

    assert file_revision(path) == known_revisions()[-1]
    with create_catalog_engine(path).begin() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM papers").scalar_one() == 4
    assert [file.name for file in tmp_path.iterdir()] == [name]


# What a killed process left


def test_what_a_killed_writer_left_is_rolled_back(tmp_path: Path) -> None:
    path = good_catalogue(tmp_path / "catalog.db")
    killed = tmp_path / "killed"
    killed.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("PRAGMA cache_size = 1")
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE papers SET title = title || hex(randomblob(9000))")
        for file in tmp_path.glob("catalog.db*"):  # as the disk is when the process is gone
            shutil.copy(file, killed)
        writer.execute("ROLLBACK")
    left = killed / "catalog.db"
    assert (killed / "catalog.db-journal").stat().st_size > 0
    assert left.read_bytes() != path.read_bytes()

    assert file_revision(left) == known_revisions()[-1]

    with plain(left) as connection:
        assert connection.execute("SELECT max(length(title)) FROM papers").fetchone()[0] < 100
    assert left.read_bytes()[:24] + left.read_bytes()[28:] == path.read_bytes()[:24] + path.read_bytes()[28:]
