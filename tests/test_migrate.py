"""Making and upgrading a catalogue file: whole or not at all, and nobody's rows are lost.

The revisions of these tests stand in a copy of the migrations; the real ones are never touched.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent, indent

import pytest
from alembic import command
from alembic.util.exc import CommandError
from click.testing import CliRunner, Result

from catalog import database as database_module
from catalog import migrate as migrate_module
from catalog.checks import check_catalog
from catalog.cli import main
from catalog.database import CatalogError, create_catalog_engine, file_revision, known_revisions
from catalog.migrate import Migration, alembic_config, create_catalog, migrate_catalog, upgrade
from catalog.models import SEARCH_INDEX_DDL
from tests.catalogues import damage, good_catalogue, snapshot
from tests.conftest import CONTENT_TABLES, ROOT, dump, rows

ADD_COLUMN = """
    op.add_column("papers", sa.Column("word_count", sa.Integer))
    op.execute("UPDATE papers SET word_count = length(title) - length(replace(title, ' ', '')) + 1")
"""
FAIL = """
    op.create_table("notes", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("DELETE FROM loads")
    op.execute("UPDATE papers SET title = 'Gone'")
    raise RuntimeError("the moss is missing")
"""
BREAK_A_RULE = """
    op.add_column("papers", sa.Column("note", sa.Text))
    op.execute("UPDATE papers SET title = ''")
"""
# Two entries name the digest, and one paper does as its first and its latest.
BREAK_FOREIGN_KEYS = """
    op.add_column("papers", sa.Column("note", sa.Text))
    op.execute("DELETE FROM digests WHERE id = 1")
"""
KILL = """
    import os, signal
    op.get_bind().exec_driver_sql("PRAGMA cache_size = 1")
    op.add_column("papers", sa.Column("note", sa.Text))
    op.execute("UPDATE papers SET title = hex(randomblob(20000)), note = 'moss'")
    op.execute("DELETE FROM loads")
    os.kill(os.getpid(), signal.SIGKILL)
"""
REBUILD = """
    for name in ("papers_ai", "papers_ad", "papers_au"):
        op.execute(f"DROP TRIGGER {name}")
    with op.batch_alter_table("papers", recreate="always") as batch:
        batch.add_column(sa.Column("doi", sa.Text))
    for statement in TRIGGERS:
        op.get_bind().exec_driver_sql(statement)
    op.execute("INSERT INTO papers_fts (papers_fts) VALUES ('rebuild')")
"""


class Checkout:
    """A copy of what the package needs, to which a test adds revisions; the code itself is the real one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        (folder / "pyproject.toml").touch()
        (folder / "catalog").symlink_to(ROOT / "catalog", target_is_directory=True)
        shutil.copytree(ROOT / "migrations", folder / "migrations", ignore=shutil.ignore_patterns("__pycache__"))

    def resource(self, name: str) -> Path:
        """What `catalog.resources.resource` returns in this checkout."""
        return self.folder / name

    def add_revision(self, upgrade: str, number: int = 2, downgrade: str = "pass") -> None:
        """Add a revision after the last one, with the body of its `upgrade`."""
        revision = f"{number:04}"
        text = dedent(
            f"""\
            \"\"\"Change something for a test.\"\"\"

            import sqlalchemy as sa
            from alembic import op

            revision = "{revision}"
            down_revision = "{number - 1:04}"
            TRIGGERS = {SEARCH_INDEX_DDL[1:]!r}

            """
        )
        text += f"\ndef upgrade():\n{indent(dedent(upgrade), '    ')}\n\ndef downgrade():\n    {downgrade}\n"
        path = self.folder / "migrations" / "versions" / f"{revision}_change_something.py"
        path.write_text(text, encoding="utf-8")
        shutil.rmtree(path.parent / "__pycache__", ignore_errors=True)
        known_revisions.cache_clear()

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of this checkout in a process of its own."""
        return subprocess.run(
            [sys.executable, "-c", "from catalog.cli import main; main()", *arguments],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=60,
        )


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Checkout]:
    """A checkout whose revisions the code of this process sees, too."""
    copy = Checkout(tmp_path / "checkout")
    monkeypatch.setattr(database_module, "resource", copy.resource)
    monkeypatch.setattr(migrate_module, "resource", copy.resource)
    known_revisions.cache_clear()
    yield copy
    known_revisions.cache_clear()


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A catalogue with papers, alone in its folder, at revision 0001."""
    folder = tmp_path / "library"
    folder.mkdir()
    return good_catalogue(folder / "catalog.db")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def columns_of(path: Path, table: str) -> list[str]:
    return [name for (name,) in rows(path, f"SELECT name FROM pragma_table_info('{table}')")]


def failed_checks(path: Path) -> list[str]:
    return [result.name for result in check_catalog(path) if result.broken]


def make_page(folder: Path) -> Path:
    page = folder / "page.txt"
    page.write_text(
        "Daily Papers\n\nMar 4\n\nMoss-Net: Counting\n\nMoss grows slowly. We count it.\n", encoding="utf-8"
    )
    return page


# Making a file


def test_a_made_catalogue_is_whole_and_alone(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"

    create_catalog(path)

    assert file_revision(path) == known_revisions()[-1]
    assert set(CONTENT_TABLES) <= {name for (name,) in rows(path, "SELECT name FROM sqlite_master")}
    assert list(snapshot(tmp_path)) == ["catalog.db"]


@pytest.mark.parametrize("content", [b"", b"moss"])
def test_a_file_that_is_there_stays(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "catalog.db"
    path.write_bytes(content)

    create_catalog(path)

    assert snapshot(tmp_path) == {"catalog.db": content}


def test_a_link_that_leads_nowhere_yet_names_the_file_to_make(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    path = tmp_path / "catalog.db"
    path.symlink_to("disk/papers.db")

    create_catalog(path)

    assert file_revision(path) == known_revisions()[-1]
    assert path.is_symlink()
    assert (tmp_path / "disk" / "papers.db").is_file()


@pytest.mark.parametrize("name", ["missing/catalog.db", "page.txt/catalog.db"])
def test_a_folder_that_cannot_be_used_is_one_sentence(tmp_path: Path, name: str) -> None:
    make_page(tmp_path)
    before = snapshot(tmp_path)

    with pytest.raises(CatalogError, match=r"catalog\.db: cannot be made \(.*\); check that its folder exists"):
        create_catalog(tmp_path / name)

    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("broken", [FAIL, 'op.execute("DROP TABLE missing")'])
def test_a_revision_that_fails_leaves_no_file(checkout: Checkout, tmp_path: Path, broken: str) -> None:
    folder = tmp_path / "library"
    folder.mkdir()
    checkout.add_revision(broken)

    with pytest.raises(Exception, match=r"moss is missing|no such table"):
        create_catalog(folder / "catalog.db")

    assert snapshot(folder) == {}


def test_a_kill_leaves_no_half_made_file_and_nothing_in_the_way(checkout: Checkout) -> None:
    page = make_page(checkout.folder)
    checkout.add_revision(KILL)

    killed = checkout.run("load", page.name)

    assert killed.returncode == -signal.SIGKILL
    assert not (checkout.folder / "catalog.db").exists()

    checkout.add_revision(ADD_COLUMN)
    done = checkout.run("load", page.name)

    assert done.returncode == 0, done.stderr
    assert rows(checkout.folder / "catalog.db", "SELECT title FROM papers") == [("Moss-Net: Counting",)]


@pytest.mark.parametrize("is_finished", [False, True])
def test_a_draft_of_a_killed_process_of_the_same_number_is_no_obstacle(tmp_path: Path, is_finished: bool) -> None:
    path, draft = tmp_path / "catalog.db", tmp_path / f".catalog.db.{os.getpid()}.new"
    if is_finished:
        create_catalog(path)
        path.rename(draft)
    else:
        draft.touch()

    create_catalog(path)

    assert file_revision(path) == known_revisions()[-1]
    assert list(snapshot(tmp_path)) == ["catalog.db"]


# An older file


def test_a_load_does_not_touch_an_older_file_and_says_what_to_do(checkout: Checkout, database: Path) -> None:
    page = make_page(checkout.folder)
    checkout.add_revision(ADD_COLUMN)
    before = snapshot(database.parent)

    result = run("load", str(page), "-d", str(database))

    assert result.exit_code == 1
    assert result.stderr == (
        f"Error: {database}: has schema revision 0001 and this version needs 0002; "
        f"run `catalog migrate -d {database}` first, it makes a backup.\n"
    )
    assert snapshot(database.parent) == before


def test_migrate_upgrades_and_keeps_every_row(checkout: Checkout, database: Path) -> None:
    checkout.add_revision(ADD_COLUMN)
    before, before_bytes = dump(database), database.read_bytes()

    done = migrate_catalog(database)

    backup = database.parent / "catalog.db.backup-0001-1"
    assert done == Migration("0001", "0002", backup)
    assert dump(database, without={"papers": ("word_count",)}) == before
    assert rows(database, "SELECT word_count FROM papers ORDER BY id") == [(6,), (4,), (4,), (5,)]
    assert failed_checks(database) == []
    assert [path.name for path in sorted(database.parent.iterdir())] == ["catalog.db", backup.name]
    assert dump(backup) == before
    assert file_revision(backup) == "0001"
    assert len(backup.read_bytes()) == len(before_bytes)


def test_the_command_says_what_it_did_and_the_backup_is_the_way_back(checkout: Checkout, database: Path) -> None:
    checkout.add_revision(ADD_COLUMN)
    before = dump(database)

    result = run("migrate", "-d", str(database))

    backup = database.with_name("catalog.db.backup-0001-1")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        f"{database} was upgraded from revision 0001 to 0002.",
        f"The file as it was is {backup}; to go back, put it in the place of {database}.",
    ]
    backup.replace(database)
    assert dump(database) == before
    assert file_revision(database) == "0001"


def test_migrate_on_a_current_file_changes_no_byte(database: Path) -> None:
    before = snapshot(database.parent)

    result = run("migrate", "-d", str(database))

    assert result.exit_code == 0
    assert result.stdout == f"{database} has the schema of this version already (revision 0001).\n"
    assert snapshot(database.parent) == before


def test_no_backup_is_ever_replaced(checkout: Checkout, database: Path) -> None:
    checkout.add_revision(ADD_COLUMN)
    older = database.with_name("catalog.db.backup-0001-1")
    older.write_text("kept", encoding="utf-8")

    done = migrate_catalog(database)

    assert done.backup == database.with_name("catalog.db.backup-0001-2")
    assert older.read_text(encoding="utf-8") == "kept"


@pytest.mark.parametrize("room", [0, 30_000], ids=["no room", "room for a part"])
def test_without_a_whole_backup_there_is_no_upgrade(checkout: Checkout, database: Path, room: int) -> None:
    limits = pytest.importorskip("resource")
    checkout.add_revision(ADD_COLUMN)
    before = snapshot(database.parent)
    unlimited = limits.getrlimit(limits.RLIMIT_FSIZE)

    limits.setrlimit(limits.RLIMIT_FSIZE, (room, unlimited[1]))
    try:
        with pytest.raises(CatalogError) as refused:
            migrate_catalog(database)
    finally:
        limits.setrlimit(limits.RLIMIT_FSIZE, unlimited)

    assert str(refused.value).startswith(f"{database}: cannot be backed up (")
    assert snapshot(database.parent) == before


def test_user_version_follows_the_revision(checkout: Checkout, database: Path) -> None:
    checkout.add_revision(ADD_COLUMN, downgrade='op.execute("ALTER TABLE papers DROP COLUMN word_count")')
    versions = [rows(database, "PRAGMA user_version")]

    migrate_catalog(database)
    versions.append(rows(database, "PRAGMA user_version"))
    downgrade(database, "0001")
    versions.append(rows(database, "PRAGMA user_version"))

    assert versions == [[(1,)], [(2,)], [(1,)]]
    assert file_revision(database) == "0001"
    assert failed_checks_of_older(database) == []


def failed_checks_of_older(path: Path) -> list[tuple[object, ...]]:
    return rows(path, "PRAGMA foreign_key_check") + [
        row for row in rows(path, "PRAGMA integrity_check") if row != ("ok",)
    ]


def downgrade(path: Path, revision: str) -> None:
    engine = create_catalog_engine(path, foreign_keys=False)
    with engine.connect() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
    engine.dispose()


def test_going_below_the_first_revision_is_refused(database: Path) -> None:
    before = snapshot(database.parent)

    with pytest.raises(RuntimeError, match=r"Revision 0001 is the first.*go back to a backup\."):
        downgrade(database, "base")

    assert snapshot(database.parent) == before


def test_an_unknown_revision_is_refused_by_alembic_too(database: Path) -> None:
    damage(database, "UPDATE alembic_version SET version_num = '0099'")
    before = snapshot(database.parent)

    with pytest.raises(CommandError, match="0099"):
        upgrade(database)

    assert snapshot(database.parent) == before


# A revision that fails


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (FAIL, "the moss is missing"),
        (BREAK_A_RULE, "CHECK constraint failed: ck_papers_no_empty_text"),
        (BREAK_FOREIGN_KEYS, "revision 0002 would break 4 foreign keys; nothing was changed"),
        ('op.execute("DROP TABLE missing")', "no such table: missing"),
    ],
)
def test_a_revision_that_fails_is_undone_whole(checkout: Checkout, database: Path, broken: str, reason: str) -> None:
    checkout.add_revision(broken)
    before = database.read_bytes()

    result = run("migrate", "-d", str(database))

    assert result.exit_code == 1
    backup = database.with_name("catalog.db.backup-0001-1")
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"Error: {database}: could not be upgraded (")
    assert reason in line
    assert line.endswith(f"so it stays at revision 0001; please report it, and keep {backup}, the file as it was.")
    assert database.read_bytes() == before
    assert dump(backup) == dump(database)

    checkout.add_revision(ADD_COLUMN)
    assert migrate_catalog(database).after == "0002"


def test_of_several_revisions_those_before_the_failure_stay(checkout: Checkout, database: Path) -> None:
    checkout.add_revision(ADD_COLUMN)
    checkout.add_revision(FAIL, number=3)
    before = dump(database)

    with pytest.raises(CatalogError, match=r"moss is missing.*stays at revision 0002"):
        migrate_catalog(database)

    assert file_revision(database) == "0002"
    assert rows(database, "PRAGMA user_version") == [(2,)]
    assert dump(database, without={"papers": ("word_count",)}) == before


def test_a_kill_in_a_revision_leaves_the_old_schema_and_every_row(checkout: Checkout, database: Path) -> None:
    checkout.add_revision(KILL)
    before = dump(good_catalogue(checkout.folder / "before.db"))

    killed = checkout.run("migrate", "-d", str(database))

    assert killed.returncode == -signal.SIGKILL
    assert database.with_name("catalog.db-journal").stat().st_size > 0  # it had begun to write
    assert file_revision(database) == "0001"
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

    assert dump(database, without={"papers": ("doi",)}) == before
    assert "doi" in columns_of(database, "papers")
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
