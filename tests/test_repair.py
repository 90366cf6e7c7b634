"""`catalog check --repair-index`: what can be made again from the tables is, and nothing else is touched."""

from __future__ import annotations

import sqlite3
import stat
import tempfile
import threading
from contextlib import closing
from pathlib import Path

import pytest

from catalog import database as database_module
from catalog import room as room_module
from catalog.checks import check_catalog
from catalog.errors import CatalogError
from catalog.repair import repair_index
from tests.catalogues import damage, not_strict, ordinary_user, plain, snapshot
from tests.checkouts import run
from tests.conftest import rows
from tests.frozen_files import FROZEN
from tests.revisions import HEAD, everything, failed_checks, schema_of

SOUND = FROZEN / f"catalog-{HEAD}.db"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A sound catalogue with rows in every table, alone in its folder, which nobody else may read."""
    folder = tmp_path / "library"
    folder.mkdir()
    path = folder / "catalog.db"
    path.write_bytes(SOUND.read_bytes())
    path.chmod(0o640)
    return path


def overwrite_root(path: Path, name: str, content: bytes = b"\xff" * 200) -> Path:
    """Overwrite the beginning of the first page of a table or index."""
    with plain(path) as connection:
        ((root, size),) = connection.execute(
            "SELECT rootpage, page_size FROM sqlite_master, pragma_page_size() WHERE name = ?", (name,)
        )
    with path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(content)
    return path


def drift(path: Path) -> None:
    damage(path, "INSERT INTO papers_fts (papers_fts) VALUES ('delete-all')")


def other_index(path: Path) -> None:
    damage(
        path,
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET sql = replace(sql, '(publication_date)', '(author_count)') "
        "WHERE name = 'ix_papers_publication_date'",
    )


def emptied_index(path: Path) -> None:
    overwrite_root(path, "ix_papers_publication_date", b"\x0a\x00\x00\x00\x00\x00\x00\x00")


def leaked_page(path: Path) -> None:
    """Add a page that belongs to nothing."""
    content = path.read_bytes()
    page_size, count = int.from_bytes(content[16:18], "big"), int.from_bytes(content[28:32], "big")
    path.write_bytes(content[:28] + (count + 1).to_bytes(4, "big") + content[32:] + bytes(page_size))


def wrong_free_list(path: Path) -> None:
    """Let the header count free pages that are not there."""
    content = path.read_bytes()
    path.write_bytes(content[:36] + b"\x00\x00\x00\x07" + content[40:])


REPAIRABLE = {
    "a page of nothing": (leaked_page, "1 of 39 checks failed (pages)"),
    "free pages that are none": (wrong_free_list, "1 of 39 checks failed (pages)"),
    "a drifted search index": (drift, "search index"),
    "pages of the search index": (lambda path: overwrite_root(path, "papers_fts_data"), "table papers_fts"),
    "an index of other columns": (other_index, "integrity"),
    "pages of an index": (lambda path: overwrite_root(path, "ix_papers_publication_date"), "table papers: "),
    "pages of a unique constraint": (lambda path: overwrite_root(path, "sqlite_autoindex_links_1"), "table links: "),
    "an index without entries": (emptied_index, "table papers: "),
    "a trigger that is gone": (
        lambda path: damage(path, "DROP TRIGGER papers_au", "UPDATE papers SET title = title || ' dew' WHERE id = 1"),
        "schema, search index",
    ),
    "an index that is gone": (lambda path: damage(path, "DROP INDEX ix_links_host"), "schema"),
    "a view that is another": (
        lambda path: damage(path, "DROP VIEW check_title_twice", "CREATE VIEW check_title_twice AS SELECT 1"),
        "schema",
    ),
}


# Each goes through all checks four times.
AT_LENGTH = [name for name in REPAIRABLE if name.startswith(("an index", "free", "pages of the", "pages of a unique"))]


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] * (name in AT_LENGTH)) for name in REPAIRABLE]
)
def test_what_the_tables_tell_is_made_again_and_the_file_as_it_was_is_kept(database: Path, name: str) -> None:
    hurt, told = REPAIRABLE[name]
    hurt(database)
    before = database.read_bytes()
    titles = rows(database, "SELECT id, title FROM papers NOT INDEXED ORDER BY id")
    found = run("check", "-d", str(database))
    assert found.exit_code != 0
    assert told in found.stderr
    assert f"`catalog check --repair-index -d {database}`" in found.stderr

    kept = repair_index(database)

    assert kept == database.with_name("catalog.db.damaged-1")
    assert kept.read_bytes() == before
    assert sorted(database.parent.iterdir()) == [database, kept]
    assert stat.S_IMODE(database.stat().st_mode) == 0o640
    assert failed_checks(database) == []
    assert rows(database, "SELECT id, title FROM papers ORDER BY id") == titles
    assert schema_of(database) == schema_of(SOUND)
    if "trigger" not in name:
        assert everything(database) == everything(SOUND)


def test_the_command_says_what_it_did_and_shows_every_check(database: Path) -> None:
    drift(database)

    done = run("check", "--repair-index", "-d", str(database))

    assert done.exit_code == 0, done.output
    first, *others = done.stdout.splitlines()
    assert first == (
        f"The indexes of {database} were made again from its tables; the file as it was is {database}.damaged-1."
    )
    assert {line.split()[0] for line in others} == {"ok"}

    again = run("check", "--repair-index", "-d", str(database))

    assert again.exit_code == 0
    assert again.stdout.splitlines()[0] == f"{database} passes every check, so nothing was changed."
    assert not database.with_name("catalog.db.damaged-2").exists()


WRONG_TYPE = "UPDATE loads SET entry_count = 'many'"


REFUSED = {
    "pages of a table": (lambda path: overwrite_root(path, "papers"), "the table papers itself is damaged (database"),
    "pages of a table without rowid": (
        lambda path: overwrite_root(path, "paper_links"),
        "the table paper_links itself is damaged",
    ),
    "a word in a column of numbers": (
        lambda path: not_strict(path, "loads", WRONG_TYPE),
        "the table loads itself is damaged (cannot store TEXT value in INTEGER column loads.entry_count)",
    ),
    "a row that a rule forbids": (
        lambda path: damage(path, "PRAGMA ignore_check_constraints = ON", "UPDATE papers SET title = '' WHERE id = 3"),
        "the table papers itself is damaged (CHECK constraint failed: ck_papers_no_empty_text)",
    ),
    "a table that is gone": (
        lambda path: damage(path, "DROP TABLE rejects"),
        "the table rejects itself is damaged (no such table: damaged.rejects)",
    ),
    "an orphan": (
        lambda path: damage(path, "INSERT INTO paper_authors VALUES (99, 1, 1)"),
        "is not sound even with new indexes (foreign keys",
    ),
    "a text that is no UTF-8": (
        lambda path: damage(path, "UPDATE rejects SET text = CAST(x'ff20' AS TEXT)"),
        "is not sound even with new indexes (text",
    ),
    "a column of somebody": (
        lambda path: damage(path, "ALTER TABLE papers ADD COLUMN note TEXT"),
        "holds the column note in papers, which is none of the catalogue's and would be lost",
    ),
    "a table of somebody": (
        lambda path: damage(path, "CREATE TABLE notes (id INTEGER PRIMARY KEY)"),
        "holds the table notes, which is none of the catalogue's and would be lost",
    ),
    "a file cut short": (lambda path: path.write_bytes(path.read_bytes()[:-1]), "is damaged, it has"),
    "another application's": (lambda path: damage(path, "PRAGMA application_id = 7"), "another application"),
    "an older revision": (
        lambda path: path.write_bytes((FROZEN / "catalog-0005.db").read_bytes()),
        f"has schema revision 0005, and only a file of {HEAD} can be repaired",
    ),
    "a release": (
        lambda path: damage(path, "INSERT INTO releases VALUES (1, '0.1.0')", "DROP INDEX ix_links_host"),
        "is a release, which is not repaired; get it anew",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_tables_do_not_tell_is_refused_and_nothing_changes(database: Path, name: str) -> None:
    hurt, told = REFUSED[name]
    hurt(database)
    before = snapshot(database.parent)

    with pytest.raises(CatalogError) as refused:
        repair_index(database)

    assert str(refused.value).startswith(f"{database}: ")
    assert told in str(refused.value)
    assert str(refused.value).endswith(".")
    assert snapshot(database.parent) == before


def test_no_kept_file_is_replaced(database: Path) -> None:
    taken = database.with_name("catalog.db.damaged-1")
    taken.write_bytes(b"moss")
    drift(database)

    assert repair_index(database) == database.with_name("catalog.db.damaged-2")
    assert taken.read_bytes() == b"moss"


def test_a_symbolic_link_stays_one(database: Path) -> None:
    link = database.with_name("link.db")
    link.symlink_to(database.name)
    drift(database)

    kept = repair_index(link)

    assert kept == database.with_name("catalog.db.damaged-1")
    assert link.is_symlink()
    assert failed_checks(link) == []


def test_a_file_system_without_hard_links_keeps_a_copy(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    drift(database)
    before = database.read_bytes()
    monkeypatch.setattr("os.link", refuse)

    kept = repair_index(database)

    assert kept is not None
    assert kept.read_bytes() == before
    assert not [result.name for result in check_catalog(database) if result.broken]


def test_no_room_for_a_second_file_is_one_sentence(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drift(database)
    before = snapshot(database.parent)
    usage = type("Usage", (), {"free": 1000})
    monkeypatch.setattr(room_module.shutil, "disk_usage", lambda _: usage)

    with pytest.raises(CatalogError, match=r"takes [\d,]+ bytes, and the disk of .* has 1,000; make room there first"):
        repair_index(database)

    assert snapshot(database.parent) == before


def test_a_folder_that_may_not_be_written_to_is_one_sentence() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "catalog.db"
        path.write_bytes(SOUND.read_bytes())
        damage(path, "DROP INDEX ix_links_host")
        path.chmod(0o666)
        folder.chmod(0o555)
        before = snapshot(folder)

        with (
            ordinary_user(),
            pytest.raises(CatalogError, match=r"cannot be repaired \(Permission denied\); check"),
        ):
            repair_index(path)

        assert snapshot(folder) == before
        folder.chmod(0o755)


def test_of_a_large_file_the_whole_report_is_given(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the look before each command is left out, the checks go on past a page that cannot be read."""
    monkeypatch.setattr(database_module, "_QUICK_CHECK_BYTES", 0)
    overwrite_root(database, "rejects")
    overwrite_root(database, "ix_links_host")

    broken = {result.name: result for result in check_catalog(database) if result.broken}

    assert {table for table, _ in broken["integrity"].broken} == {"links", "rejects"}
    assert not broken["integrity"].is_rebuildable
    assert broken["place outside the document"].broken == [("database disk image is malformed",)]
    assert "text" not in broken


def test_nobody_writes_while_a_file_is_repaired(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drift(database)
    monkeypatch.setattr(database_module, "BUSY_TIMEOUT_SECONDS", 0.05)
    ready, done = threading.Event(), threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(database, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            ready.set()
            done.wait(60)

    writer = threading.Thread(target=write)
    writer.start()
    ready.wait(60)
    try:
        with pytest.raises(CatalogError, match="is in use by another process"):
            repair_index(database)
    finally:
        done.set()
        writer.join()

    assert [path.name for path in database.parent.iterdir()] == ["catalog.db"]
