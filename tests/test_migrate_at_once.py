"""Several at one file while it is upgraded: one of them does it, and the others wait and find nothing to do."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from argparse import Namespace
from contextlib import closing, suppress
from pathlib import Path

import pytest
from alembic import command

from catalog import database as database_module
from catalog import migrate as migrate_module
from catalog import room as room_module
from catalog.database import file_revision
from catalog.errors import CatalogError
from catalog.migrate import alembic_config, migrate_catalog, upgrade_step_count
from tests.catalogues import snapshot
from tests.conftest import ROOT, rows
from tests.frozen_files import FROZEN
from tests.revisions import HEAD, everything, failed_checks, write

# Imports first, then waits for the start, so that the processes are at the file together.
MIGRATE = """
import sys
from pathlib import Path
from catalog.cli import main
from catalog.migrate import migrate_catalog
from catalog.load import settle_again
print("ready", flush=True)
sys.stdin.readline()
main()
"""
PAGE = "Daily Papers\n\nMar 4\n\nGravel in Boots\n\nGravel finds its way. We follow it for a day.\n"


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A catalogue of the first revision, alone in its folder."""
    folder = tmp_path / "library"
    folder.mkdir()
    path = folder / "catalog.db"
    shutil.copyfile(FROZEN / "catalog-0001.db", path)
    return path


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", MIGRATE, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def end(process: subprocess.Popen[str]) -> tuple[int, str]:
    out, err = process.communicate("\n", timeout=120)
    return process.returncode, out + err


def test_two_upgrades_and_a_load_at_once(older: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text(PAGE, encoding="utf-8")
    commands = [("migrate",), ("migrate",), ("load", str(page))]
    processes = [start(*command, "-d", str(older)) for command in commands]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()

    (one, said_one), (other, said_other), (loaded, said) = (end(process) for process in processes)

    assert (one, other) == (0, 0), said_one + said_other
    done = [text for text in (said_one, said_other) if f"was upgraded from revision 0001 to {HEAD}" in text]
    idle = [
        text for text in (said_one, said_other) if f"has the schema of this version already (revision {HEAD})" in text
    ]
    assert (len(done), len(idle)) == (1, 1)
    backup = older.with_name("catalog.db.backup-0001-1")
    assert sorted(older.parent.iterdir()) == [older, backup]
    assert everything(backup) == everything(FROZEN / "catalog-0001.db")
    assert failed_checks(older) == []
    # The load came before the upgrade and was told what to do, or after it.
    is_loaded = bool(rows(older, "SELECT 1 FROM papers WHERE title = 'Gravel in Boots'"))
    assert (loaded == 0) == is_loaded
    assert is_loaded or "has schema revision 0001 and this version needs" in said


def test_nobody_else_gets_at_the_file_between_two_revisions(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def look() -> None:
        with closing(sqlite3.connect(older, timeout=0)) as other:
            for statement in ("SELECT count(*) FROM papers", "BEGIN IMMEDIATE"):
                with pytest.raises(sqlite3.OperationalError, match="locked"):
                    other.execute(statement).fetchall()
        seen.append("locked")

    migrate_catalog(older, look)

    assert seen == ["locked"] * (1 + int(HEAD) - 1)
    assert rows(older, "PRAGMA journal_mode") == [("delete",)]


def test_who_waited_for_another_upgrade_does_nothing(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The look without a lock saw the old revision; the one under the lock decides."""
    looked = migrate_module.file_revision

    def look_and_be_overtaken(path: Path) -> str:
        revision = looked(path)
        monkeypatch.setattr(migrate_module, "file_revision", looked)
        assert migrate_catalog(path).backup is not None
        return revision

    monkeypatch.setattr(migrate_module, "file_revision", look_and_be_overtaken)

    done = migrate_catalog(older)

    assert (done.before, done.after, done.backup) == (HEAD, HEAD, None)
    assert [path.name for path in sorted(older.parent.iterdir())] == ["catalog.db", "catalog.db.backup-0001-1"]


def test_a_file_in_use_is_not_upgraded_and_one_sentence(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "BUSY_TIMEOUT_SECONDS", 0.05)
    with closing(sqlite3.connect(older, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        before = snapshot(older.parent)

        with pytest.raises(CatalogError, match=r"is in use by another process, waited 0\.05 seconds; try again"):
            migrate_catalog(older)

        assert snapshot(older.parent) == before


def test_no_room_for_the_backup_is_one_sentence(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type("Usage", (), {"free": 2 * older.stat().st_size - 1})
    monkeypatch.setattr(room_module.shutil, "disk_usage", lambda _: usage)
    before = snapshot(older.parent)

    with pytest.raises(CatalogError, match=r"takes [\d,]+ bytes, and the disk of .* has [\d,]+; make room there first"):
        migrate_catalog(older)

    assert snapshot(older.parent) == before


def test_the_backup_has_the_permissions_of_the_file_and_its_name_outlives_a_loss_of_power(
    older: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older.chmod(0o600)
    synced: list[bool] = []
    sync = os.fsync

    def note(descriptor: int) -> None:
        synced.append(stat.S_ISDIR(os.fstat(descriptor).st_mode))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", note)

    backup = migrate_catalog(older).backup

    assert backup is not None
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert synced == [True]


@pytest.mark.parametrize("taken", [0, 1])
def test_a_file_system_without_hard_links_has_backups_too(
    older: Path, monkeypatch: pytest.MonkeyPatch, taken: int
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    for number in range(1, taken + 1):
        older.with_name(f"catalog.db.backup-0001-{number}").write_bytes(b"moss")

    backup = migrate_catalog(older).backup

    assert backup == older.with_name(f"catalog.db.backup-0001-{taken + 1}")
    assert everything(backup) == everything(FROZEN / "catalog-0001.db")
    assert [path.read_bytes() for path in sorted(older.parent.glob("*.backup-*"))[:taken]] == [b"moss"] * taken


def test_rows_that_a_revision_does_not_expect_are_one_sentence(older: Path) -> None:
    """No load has stored a title of white space, but a file may hold one."""
    write(older, "UPDATE paper_variants SET title = ' ' WHERE id = 1")
    before = older.read_bytes()

    with pytest.raises(CatalogError, match=r"could not be upgraded \(.*\), so it stays at revision 0001; please"):
        migrate_catalog(older)

    assert older.read_bytes() == before


def test_alembic_itself_runs_the_revisions_on_a_file_of_its_own(tmp_path: Path) -> None:
    config = alembic_config()
    config.cmd_opts = Namespace(x=[f"database={tmp_path / 'scratch.db'}"])

    command.upgrade(config, "head")

    assert file_revision(tmp_path / "scratch.db") == HEAD


def test_steps_are_counted_for_the_bar_on_a_terminal(older: Path) -> None:
    steps: list[None] = []
    expected = upgrade_step_count(older)

    migrate_catalog(older, lambda: steps.append(None))

    assert len(steps) == expected == int(HEAD)
    assert upgrade_step_count(older) == 0
    assert file_revision(older) == HEAD


def test_a_terminal_sees_how_far_it_is(older: Path) -> None:
    pty = pytest.importorskip("pty", reason="terminals of this system are others")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "catalog", "migrate", "-d", str(older)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=theirs, text=True, timeout=120)
    os.close(theirs)
    shown = b""
    with closing(os.fdopen(ours, "rb", buffering=0)) as terminal, suppress(OSError):  # the other end is closed
        while part := terminal.read(1000):
            shown += part

    assert done.stdout.startswith(f"{older} was upgraded")
    assert b"Upgrading" in shown
    assert b"100%" in shown
