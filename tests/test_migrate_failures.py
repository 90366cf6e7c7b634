"""Revisions that fail, are killed or rebuild a table: undone whole, or nothing is missing afterwards.

The revisions of these tests stand in a copy of the migrations; the real ones are never touched.
"""

from __future__ import annotations

import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.database import CatalogError, file_revision
from catalog.migrate import migrate_catalog
from tests.catalogues import damage, good_catalogue
from tests.checkouts import ADD_COLUMN, AFTER_NEXT, FAIL, HEAD, KILL, NEXT, Checkout, run, seen_checkout
from tests.conftest import dump, rows
from tests.revisions import failed_checks

BREAK_A_RULE = """
    op.add_column("papers", sa.Column("note", sa.Text))
    op.execute("UPDATE papers SET title = ''")
"""
# Two entries and three assertions name the digest, and one paper does as its first and its latest.
BREAK_FOREIGN_KEYS = """
    op.add_column("papers", sa.Column("note", sa.Text))
    op.execute("DELETE FROM digests WHERE id = 1")
"""
REBUILD = """
    for name in ("papers_ai", "papers_ad", "papers_au"):
        op.execute(f"DROP TRIGGER {name}")
    bind = op.get_bind()
    odd = "tbl_name = 'papers' AND (sql LIKE '%recency%' OR sql LIKE '%coalesce%')"  # no batch knows such an index
    parts = f"SELECT type, name, sql FROM sqlite_master WHERE type = 'view' OR (type = 'index' AND {odd})"
    parts = bind.exec_driver_sql(parts).all()
    for kind, name, _ in parts:
        op.execute(f"DROP {kind} {name}")
    op.execute("ALTER TABLE papers DROP COLUMN recency")
    with op.batch_alter_table("papers", recreate="always") as batch:
        batch.add_column(sa.Column("venue", sa.Text))
    op.execute(
        "ALTER TABLE papers ADD COLUMN recency INTEGER NOT NULL GENERATED ALWAYS AS "
        "(coalesce(CAST(replace(publication_date, '-', '') AS INTEGER), 0) * 100000000 + id) VIRTUAL"
    )
    for _, _, sql in parts:
        bind.exec_driver_sql(sql)
    for statement in TRIGGERS:
        op.get_bind().exec_driver_sql(statement)
    op.execute("INSERT INTO papers_fts (papers_fts) VALUES ('rebuild')")
"""


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Checkout]:
    """A checkout whose revisions the code of this process sees, too."""
    with seen_checkout(tmp_path / "checkout", monkeypatch) as copy:
        yield copy


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A catalogue with papers, alone in its folder, at the last revision."""
    folder = tmp_path / "library"
    folder.mkdir()
    return good_catalogue(folder / "catalog.db")


def columns_of(path: Path, table: str) -> list[str]:
    return [name for (name,) in rows(path, f"SELECT name FROM pragma_table_info('{table}')")]


# A revision that fails


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (FAIL, "the moss is missing"),
        (BREAK_A_RULE, "CHECK constraint failed: ck_papers_no_empty_text"),
        (
            BREAK_FOREIGN_KEYS,
            f"after revision {NEXT} there would be rows that refer to missing rows, in link_assertions (3), ",
        ),
        ('op.execute("DROP TABLE missing")', "no such table: missing"),
    ],
)
def test_a_revision_that_fails_is_undone_whole(checkout: Checkout, database: Path, broken: str, reason: str) -> None:
    checkout.add_revision(broken)
    before = database.read_bytes()

    result = run("migrate", "-d", str(database))

    assert result.exit_code == 1
    backup = database.with_name(f"catalog.db.backup-{HEAD}-1")
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"Error: {database}: could not be upgraded (")
    assert reason in line
    assert line.endswith(f"so it stays at revision {HEAD}; please report it, and keep {backup}, the file as it was.")
    assert database.read_bytes() == before
    assert dump(backup) == dump(database)

    checkout.add_revision(ADD_COLUMN)
    assert migrate_catalog(database).after == NEXT


def test_of_several_revisions_those_before_the_failure_stay(checkout: Checkout, database: Path) -> None:
    checkout.add_revision(ADD_COLUMN)
    checkout.add_revision(FAIL, number=int(AFTER_NEXT))
    before = dump(database)

    with pytest.raises(CatalogError, match=rf"moss is missing.*stays at revision {NEXT}"):
        migrate_catalog(database)

    assert file_revision(database) == NEXT
    assert rows(database, "PRAGMA user_version") == [(int(NEXT),)]
    assert dump(database, without={"papers": ("word_count",)}) == before


def test_a_kill_in_a_revision_leaves_the_old_schema_and_every_row(checkout: Checkout, database: Path) -> None:
    checkout.add_revision(KILL)
    before = dump(good_catalogue(checkout.folder / "before.db"))

    killed = checkout.run("migrate", "-d", str(database))

    assert killed.returncode == -signal.SIGKILL
    assert database.with_name("catalog.db-journal").stat().st_size > 0  # it had begun to write
    assert file_revision(database) == HEAD
    assert dump(database) == before
    assert "note" not in columns_of(database, "papers")

    checkout.add_revision(ADD_COLUMN)
    done = checkout.run("migrate", "-d", str(database))

    assert done.returncode == 0, done.stderr
    assert dump(database, without={"papers": ("word_count",)}) == before


# A table that is rebuilt


def test_a_rebuilt_table_keeps_its_children_its_rules_and_its_search_index(checkout: Checkout, database: Path) -> None:
    checkout.add_revision(REBUILD)
    before = dump(database)
    objects = "SELECT type, name FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name = 'papers' ORDER BY 1, 2"
    objects_before = rows(database, objects)

    migrate_catalog(database)

    assert dump(database, without={"papers": ("venue",)}) == before
    assert "venue" in columns_of(database, "papers")
    assert rows(database, objects) == objects_before
    assert rows(database, "SELECT strict FROM pragma_table_list WHERE name = 'papers'") == [(1,)]
    assert failed_checks(database) == []
    assert rows(database, "SELECT rowid FROM papers_fts WHERE papers_fts MATCH 'ferns'") == [(3,)]
    with pytest.raises(sqlite3.IntegrityError, match="ck_papers_no_empty_text"):
        damage(database, "UPDATE papers SET title = ''")


def test_a_rebuild_that_forgets_the_search_index_is_noticed(checkout: Checkout, database: Path) -> None:
    checkout.add_revision(
        REBUILD.partition("for statement")[0] + "    op.execute(\"UPDATE papers SET title = 'Moss'\")"
    )

    migrate_catalog(database)

    assert failed_checks(database) == ["search index"]
