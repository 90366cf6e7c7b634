"""Upgrading a catalogue file: after a backup, and nobody's rows are lost.

The revisions of these tests stand in a copy of the migrations; the real ones are never touched.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.util.exc import CommandError

from catalog.database import CatalogError, file_revision
from catalog.migrate import Migration, migrate_catalog, upgrade
from tests.catalogues import damage, good_catalogue, snapshot
from tests.checkouts import ADD_COLUMN, HEAD, NEXT, Checkout, make_page, run, seen_checkout
from tests.conftest import dump, rows
from tests.revisions import at_revision, downgrade, failed_checks


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


def test_a_load_does_not_touch_an_older_file_and_says_what_to_do(checkout: Checkout, database: Path) -> None:
    page = make_page(checkout.folder)
    checkout.add_revision(ADD_COLUMN)
    before = snapshot(database.parent)

    result = run("load", str(page), "-d", str(database))

    assert result.exit_code == 78
    assert result.stderr == (
        f"Error: {database}: has schema revision {HEAD} and this version needs {NEXT}; "
        f"run `catalog migrate -d {database}` first, it makes a backup.\n"
    )
    assert snapshot(database.parent) == before


def test_migrate_upgrades_and_keeps_every_row(checkout: Checkout, database: Path) -> None:
    checkout.add_revision(ADD_COLUMN)
    before, before_bytes = dump(database), database.read_bytes()

    done = migrate_catalog(database)

    backup = database.parent / f"catalog.db.backup-{HEAD}-1"
    assert done == Migration(HEAD, NEXT, backup)
    assert dump(database, without={"papers": ("word_count",)}) == before
    assert rows(database, "SELECT word_count FROM papers ORDER BY id") == [(6,), (4,), (4,), (5,)]
    assert failed_checks(database) == []
    assert [path.name for path in sorted(database.parent.iterdir())] == ["catalog.db", backup.name]
    assert dump(backup) == before
    assert file_revision(backup) == HEAD
    assert len(backup.read_bytes()) == len(before_bytes)


def test_the_command_says_what_it_did_and_the_backup_is_the_way_back(checkout: Checkout, database: Path) -> None:
    checkout.add_revision(ADD_COLUMN)
    before = dump(database)

    result = run("migrate", "-d", str(database))

    backup = database.with_name(f"catalog.db.backup-{HEAD}-1")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        f"{database} was upgraded from revision {HEAD} to {NEXT}.",
        f"The file as it was is {backup}; to go back, put it in the place of {database}.",
    ]
    backup.replace(database)
    assert dump(database) == before
    assert file_revision(database) == HEAD


def test_migrate_on_a_current_file_changes_no_byte(database: Path) -> None:
    before = snapshot(database.parent)

    result = run("migrate", "-d", str(database))

    assert result.exit_code == 0
    assert result.stdout == f"{database} has the schema of this version already (revision {HEAD}).\n"
    assert snapshot(database.parent) == before


def test_an_empty_journal_that_a_stopped_upgrade_left_is_removed(database: Path) -> None:
    before = snapshot(database.parent)
    journal = database.with_name("catalog.db-journal")
    journal.touch()
    assert file_revision(database) == HEAD  # whoever reads passes it over, and does not remove it
    assert journal.exists()

    assert migrate_catalog(database) == Migration(HEAD, HEAD, None)

    assert snapshot(database.parent) == before


def test_no_backup_is_ever_replaced(checkout: Checkout, database: Path) -> None:
    checkout.add_revision(ADD_COLUMN)
    older = database.with_name(f"catalog.db.backup-{HEAD}-1")
    older.write_text("kept", encoding="utf-8")

    done = migrate_catalog(database)

    assert done.backup == database.with_name(f"catalog.db.backup-{HEAD}-2")
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
    downgrade(database, HEAD)
    versions.append(rows(database, "PRAGMA user_version"))

    assert versions == [[(int(HEAD),)], [(int(NEXT),)], [(int(HEAD),)]]
    assert file_revision(database) == HEAD
    assert rows(database, "PRAGMA foreign_key_check") == []
    assert rows(database, "PRAGMA integrity_check") == [("ok",)]


def test_going_below_the_first_revision_is_refused(tmp_path: Path) -> None:
    database = at_revision(tmp_path / "catalog.db", "0001")
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
