"""Catalogue files of strangers: refused with one sentence before anything in them could run, and never written to."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from catalog.checks import check_catalog
from catalog.database import known_revisions
from catalog.errors import CatalogError
from catalog.foreign import check_foreign, current_file
from catalog.room import require_room
from tests.catalogues import damage, good_catalogue, ordinary_user, plain, snapshot
from tests.conftest import ROOT

HEAD = known_revisions()[-1]
FROZEN = ROOT / "tests" / "frozen" / "catalog-0001.db"
# A query that never ends: whatever evaluates it is found out.
_ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS version_num FROM n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return good_catalogue(tmp_path / "theirs.db")


def test_a_sound_file_of_any_revision_is_let_in(path: Path) -> None:
    before = path.read_bytes()

    assert (check_foreign(path), check_foreign(FROZEN)) == (HEAD, "0001")
    with current_file(path) as same:
        assert same == path
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_an_older_file_is_given_in_the_schema_of_this_version() -> None:
    before = snapshot(FROZEN.parent)

    with current_file(FROZEN) as copy:
        assert (copy == FROZEN, check_foreign(copy)) == (False, HEAD)

    assert not copy.exists()
    assert snapshot(FROZEN.parent) == before


def test_what_analyze_keeps_is_no_part_of_the_schema(path: Path) -> None:
    damage(path, "ANALYZE")

    assert check_foreign(path) == HEAD


@pytest.mark.parametrize(
    "change",
    [
        pytest.param("CREATE TRIGGER spy AFTER INSERT ON papers BEGIN DELETE FROM loads; END", id="a trigger"),
        pytest.param(f"CREATE VIEW spy AS {_ENDLESS}", id="a view"),
        pytest.param("CREATE TABLE spy (id INTEGER)", id="a table"),
        pytest.param("CREATE INDEX spy ON papers (abs(id))", id="an index over an expression"),
        pytest.param("DROP INDEX ix_links_host", id="an index that is gone"),
        pytest.param("ALTER TABLE papers ADD COLUMN spy TEXT AS (hex(title))", id="a generated column"),
        pytest.param("CREATE VIRTUAL TABLE spy USING fts5 (a)", id="a virtual table"),
        pytest.param("UPDATE alembic_version SET version_num = '0003'", id="another revision than it has"),
    ],
)
def test_what_no_migration_makes_is_refused(path: Path, change: str) -> None:
    damage(path, change)

    with pytest.raises(CatalogError, match=r"its tables, views or triggers are not those of revision \d{4}"):
        check_foreign(path)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param(
            ("DROP TABLE alembic_version", f"CREATE VIEW alembic_version AS {_ENDLESS}"), id="an endless view"
        ),
        pytest.param(("DROP TABLE alembic_version",), id="no table"),
        pytest.param(
            (
                "DROP TABLE alembic_version",
                "CREATE TABLE alembic_version (a, version_num AS (hex(zeroblob(a))))",
                "INSERT INTO alembic_version VALUES (5000000)",
            ),
            id="a large generated column",
        ),
    ],
)
def test_the_revision_is_read_from_alembics_own_table_alone(path: Path, changes: tuple[str, ...]) -> None:
    damage(path, *changes)

    with pytest.raises(CatalogError, match="has no schema revision"):
        check_foreign(path)


def test_a_view_in_the_place_of_a_table_is_never_asked(path: Path) -> None:
    damage(path, "PRAGMA foreign_keys = OFF", "DROP TABLE loads", f"CREATE VIEW loads AS {_ENDLESS}")

    with pytest.raises(CatalogError, match="are not those of revision"):
        check_foreign(path)


def test_a_search_index_with_other_tables_behind_it_is_refused(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_master SET sql = replace(sql, 'block BLOB', 'block BLOB DEFAULT (zeroblob(9))') "
            "WHERE name = 'papers_fts_data'"
        )

    with pytest.raises(CatalogError, match="are not those of revision"):
        check_foreign(path)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param("UPDATE alembic_version SET version_num = '9999'", "made by a newer catalogue", id="newer"),
        pytest.param("DELETE FROM alembic_version", "unknown to this version", id="none"),
        pytest.param("PRAGMA application_id = 7", "belongs to another application", id="another application"),
        pytest.param(
            "DELETE FROM source_documents WHERE id = 1", "a row of .* refers to a row that is missing", id="row"
        ),
        pytest.param("PRAGMA journal_mode = WAL", "is in WAL mode", id="WAL"),
    ],
)
def test_a_file_that_is_no_sound_catalogue_is_refused(path: Path, change: str, told: str) -> None:
    damage(path, change)

    with pytest.raises(CatalogError, match=told):
        check_foreign(path)


def test_a_damaged_page_is_noticed(path: Path) -> None:
    with plain(path) as connection:
        ((root, size),) = connection.execute(
            "SELECT rootpage, page_size FROM sqlite_master, pragma_page_size() WHERE name = 'papers'"
        ).fetchall()
    content = bytearray(path.read_bytes())
    content[(root - 1) * size : (root - 1) * size + 200] = b"\xff" * 200
    path.write_bytes(content)

    with pytest.raises(CatalogError, match="is damaged"):
        check_foreign(path)


def test_a_file_that_is_cut_short_is_refused(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])

    with pytest.raises(CatalogError, match="is damaged"):
        check_foreign(path)


def test_a_file_that_is_longer_than_it_says_is_refused(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"moss")

    with pytest.raises(CatalogError, match="its size is not what its header says; get it anew"):
        check_foreign(path)


def test_an_unfinished_change_that_nobody_may_finish_is_refused() -> None:
    with tempfile.TemporaryDirectory() as name:
        path = good_catalogue(Path(name, "theirs.db"))
        Path(name, "theirs.db-journal").write_bytes(b"moss")
        path.chmod(0o444)
        Path(name).chmod(0o755)

        with ordinary_user(), pytest.raises(CatalogError, match="has an unfinished change beside it"):
            check_foreign(path)


def test_an_unfinished_change_is_told_with_the_way_to_take_it_back(path: Path, tmp_path: Path) -> None:
    killed = tmp_path / "killed.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size = 1")  # so that pages are written before the end of the change
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("CREATE TABLE moss AS SELECT zeroblob(1000000) AS blob")
        shutil.copy(path, killed)
        shutil.copy(f"{path}-journal", f"{killed}-journal")

    with pytest.raises(CatalogError, match=r"unfinished change .*; run `catalog check -d .*killed\.db`, which"):
        check_foreign(killed)
    assert not any(result.broken for result in check_catalog(killed))
    assert check_foreign(killed) == known_revisions()[-1]


def test_text_in_a_column_of_numbers_is_noticed(path: Path) -> None:
    """STRICT is a word in the schema alone: what is on the page is checked against it."""
    with closing(sqlite3.connect(path)) as connection, connection:
        ((sql,),) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'loads'")
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'loads'", (sql.replace("STRICT", ""),))
    damage(path, "UPDATE loads SET entry_count = 'many'")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'loads'", (sql,))

    with pytest.raises(CatalogError, match="is damaged"):
        check_foreign(path)


def test_a_file_that_no_disk_holds_is_refused(path: Path) -> None:
    with pytest.raises(CatalogError, match=r"takes 1,000,000,000,000,000,000 bytes, and the disk of"):
        require_room(path.parent, 10**18, path)
    require_room(path.parent, path.stat().st_size, path)
