"""What a release leaves out, what it refuses, and what stays when it cannot be written."""

from __future__ import annotations

import getpass
import json
import os
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from catalog import database as database_module
from catalog.errors import CatalogError, ExitCode
from catalog.release import release_catalog
from tests.catalogues import FERN, LICHEN, damage, document, good_catalogue, load, ordinary_user, snapshot
from tests.checkouts import run
from tests.conftest import ROOT, rows
from tests.revisions import FIRST_FILE

BESIDE = ["papers.db", "papers.db.inspect.json", "papers.db.json", "papers.db.sha256"]
SECRET = "Xyzzyquux"


@pytest.fixture
def database(database: Path) -> Path:
    """A sound catalogue, in a folder of its own."""
    database = database.with_name("working") / "catalog.db"
    database.parent.mkdir()
    return good_catalogue(database)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where releases go."""
    made = tmp_path / "shared"
    made.mkdir()
    return made


def everything_in(folder: Path) -> bytes:
    return b"".join(content for content in snapshot(folder).values() if content)


# Traces


def test_a_release_and_three_files_beside_it_and_nothing_else(database: Path, folder: Path) -> None:
    before = snapshot(database.parent)

    sha256 = release_catalog(database, folder / "papers.db")

    assert sorted(snapshot(folder)) == BESIDE
    assert snapshot(database.parent) == before
    done = subprocess.run(["sha256sum", "--check", "papers.db.sha256"], cwd=folder, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "papers.db: OK\n")
    described = json.loads((folder / "papers.db.json").read_text(encoding="utf-8"))
    assert described["sha256"] == sha256
    assert described["counts"]["papers"] == 4
    assert [one["name"] for one in described["documents"]] == ["dated.txt", "open.txt"]
    assert described["licences"][0]["attribution"].startswith("Daily Papers")
    inspected = json.loads((folder / "papers.db.inspect.json").read_text(encoding="utf-8"))
    assert inspected["papers"]["hash"] == sha256
    assert inspected["papers"]["tables"]["papers"] == {"count": 4}


def test_no_path_name_of_user_or_host_or_clock_is_in_it(database: Path, folder: Path) -> None:
    release_catalog(database, folder / "papers.db")

    found = everything_in(folder)
    # What an entry of the shelf or a load could bring in: where, who, when.
    hidden = [str(database.parent), str(folder), "/tmp", "2026-11-20", "catalog.db", "T12:00"]
    # A short name could be a word of the papers.
    hidden += [name for name in (socket.gethostname(), f"home/{getpass.getuser()}", str(Path.home())) if len(name) > 6]
    assert "T12:00" in rows(database, "SELECT loaded_at FROM loads")[0][0]
    assert [text for text in hidden if text.encode() in found] == []
    assert rows(folder / "papers.db", "SELECT as_of_date FROM loads") == [("2026-03-04",), ("2026-03-11",)]


def test_what_was_deleted_leaves_no_trace(database: Path, folder: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA secure_delete = OFF")
        for number in range(200):
            title = f"{SECRET} number {number}"
            connection.execute(
                "INSERT INTO papers (id, title, title_key, abstract) VALUES (?, ?, ?, ?)",
                (100 + number, title, f"{SECRET}{number}", f"{title} " * 500),
            )
        connection.commit()
        connection.execute("DELETE FROM papers WHERE id >= 100")
        connection.commit()
    before = database.read_bytes()
    assert SECRET.encode() in before
    assert SECRET.lower().encode() in before

    release_catalog(database, folder / "papers.db")

    assert SECRET.lower().encode() not in everything_in(folder).lower()
    assert database.read_bytes() == before


# Refusals


def refused(database: Path, release: Path) -> str:
    before = snapshot(release.parent), database.read_bytes()
    with pytest.raises(CatalogError) as error:
        release_catalog(database, release)
    assert (snapshot(release.parent), database.read_bytes()) == before
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize(
    ("statement", "check"),
    [
        ("DELETE FROM loads WHERE id = 1", "document without load"),
        ("UPDATE papers SET digest_count = 7", "derived columns"),
        ("UPDATE digest_entries SET position = 9 WHERE position = 2", "gap in positions"),
        ("INSERT INTO paper_authors VALUES (1, 1, 77)", "foreign keys"),
        ("UPDATE digests SET repeats_digest_id = 77 WHERE id = 1", "foreign keys"),
        ("UPDATE paper_links SET paper_id = 77 WHERE paper_id = 1", "foreign keys"),
        ("INSERT INTO loads (source_document_id, entry_count, reject_count) VALUES (77, 1, 0)", "foreign keys"),
        ("DROP INDEX ix_papers_publication_date", "schema"),
        ("CREATE TABLE notes (id INTEGER PRIMARY KEY)", "schema"),
    ],
)
def test_a_file_that_breaks_a_rule_is_refused(database: Path, folder: Path, statement: str, check: str) -> None:
    damage(database, statement)

    message = refused(database, folder / "papers.db")

    assert message.startswith(f"{database}: does not pass every check (")
    assert check in message
    assert f"catalog check -d {database}" in message


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1000])


def overwritten(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[2 * 4096 : 3 * 4096] = b"moss" * 1024
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("hurt", "reason"),
    [
        (cut_short, "is damaged"),
        (overwritten, "is damaged"),
        (lambda path: path.write_bytes(b""), "is empty"),
        (lambda path: path.write_text("moss"), "is not an SQLite database"),
        (lambda path: shutil.copyfile(FIRST_FILE, path), "catalog migrate"),
    ],
)
def test_a_file_that_is_no_sound_catalogue_is_refused(
    database: Path, folder: Path, hurt: Callable[[Path], object], reason: str
) -> None:
    hurt(database)

    assert reason in refused(database, folder / "papers.db")


def test_a_name_that_is_no_utf_8_is_refused(database: Path, folder: Path) -> None:
    release = folder / os.fsdecode(b"papers-\xff.db")

    with pytest.raises(
        CatalogError, match="is no UTF-8, and what lies beside it names it; name another file"
    ) as caught:
        release_catalog(database, release)

    assert caught.value.exit_code == ExitCode.USAGE
    assert list(folder.iterdir()) == []


def test_a_catalogue_that_is_not_there_is_refused(folder: Path) -> None:
    done = run("release", str(folder / "papers.db"), "-d", str(folder / "catalog.db"))

    assert (done.exit_code, done.stdout) == (66, "")
    assert "does not exist" in done.stderr
    assert snapshot(folder) == {}


def test_nothing_but_an_earlier_release_is_replaced(database: Path, folder: Path) -> None:
    notes, other = folder / "notes.txt", good_catalogue(folder / "other.db")
    notes.write_text("moss\n")

    assert "is no release, so it stays" in refused(database, notes)
    assert "is no release, so it stays" in refused(database, other)
    assert "is the working catalogue itself" in refused(database, database)
    assert "is no file" in refused(database, folder)
    (folder / "a.db.json").mkdir()
    assert "is a folder where a file must go" in refused(database, folder / "a.db")
    (folder / "papers.db-journal").write_bytes(b"moss")
    assert "delete it" in refused(database, folder / "papers.db")


def test_an_earlier_release_is_replaced_by_a_whole_one(database: Path, folder: Path) -> None:
    first = release_catalog(database, folder / "papers.db")
    load(database, document("third.txt", LICHEN, FERN, printed_date="Mar 12"))

    second = release_catalog(database, folder / "papers.db")

    assert first != second
    assert sorted(snapshot(folder)) == BESIDE
    assert run("check", str(folder / "papers.db")).exit_code == 0


def test_a_catalogue_in_use_is_one_sentence(database: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "BUSY_TIMEOUT_SECONDS", 0.05)
    with closing(sqlite3.connect(database, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")

        with pytest.raises(CatalogError, match="is in use by another process"):
            release_catalog(database, folder / "papers.db")
    assert snapshot(folder) == {}


# What stays


def in_a_process(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


_KILLED = """
import os, signal, sys
from catalog.release import command
from catalog.cli import main
def kill(*_): os.kill(os.getpid(), signal.SIGKILL)
setattr(command, sys.argv.pop(1), kill)
main()
"""


@pytest.mark.parametrize(
    "step",
    ["_put_in_place", *(pytest.param(step, marks=pytest.mark.slow) for step in ("normalise_pages", "texts_beside"))],
)
def test_a_kill_leaves_the_earlier_release(database: Path, folder: Path, step: str) -> None:
    release_catalog(database, folder / "papers.db")
    before = snapshot(folder)
    load(database, document("third.txt", LICHEN, FERN, printed_date="Mar 12"))

    killed = in_a_process(_KILLED, step, "release", folder / "papers.db", "-d", database)

    assert killed.returncode == -signal.SIGKILL, killed.stderr
    after = snapshot(folder)
    assert {name: after[name] for name in BESIDE} == before
    assert all(name.startswith(".papers.db.") for name in after.keys() - before.keys())

    release_catalog(database, folder / "papers.db")
    assert run("check", str(folder / "papers.db")).exit_code == 0
    assert rows(folder / "papers.db", "SELECT count(*) FROM digests") == [(3,)]


def assert_one_sentence(done: subprocess.CompletedProcess[str], release: Path) -> None:
    assert (done.returncode, done.stdout) == (74, ""), done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"Error: {release}: cannot be written (")
    assert "so nothing was released, and what was there is as it was" in line


def with_a_long_text(database: Path) -> None:
    """Let the catalogue be of more than a megabyte, so that an empty one fits where it does not."""
    load(database, document("long.txt", replace(FERN, abstract="Ferns fold their leaves. " * 50_000)))


_MAIN = "from catalog.cli import main; main()"


def test_a_file_that_may_not_grow_is_one_sentence(database: Path, folder: Path) -> None:
    release_catalog(database, folder / "papers.db")
    before = snapshot(folder)
    code = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (800_000, {resource.RLIM_INFINITY})); {_MAIN}"
    with_a_long_text(database)

    done = in_a_process(code, "release", folder / "papers.db", "-d", database)

    assert_one_sentence(done, folder / "papers.db")
    assert snapshot(folder) == before


def test_a_full_disk_is_one_sentence(database: Path, folder: Path) -> None:
    with_a_long_text(database)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip("a small disk cannot be mounted here")
    try:
        (folder / "notes.txt").write_text("moss\n")
        before = snapshot(folder)

        done = in_a_process(_MAIN, "release", folder / "papers.db", "-d", database)

        assert_one_sentence(done, folder / "papers.db")
        assert snapshot(folder) == before
    finally:
        subprocess.run(["umount", folder], check=True)


@pytest.mark.parametrize("mode", [0o555, 0o000])
def test_a_folder_that_may_not_be_written_to_is_one_sentence(database: Path, mode: int) -> None:
    with tempfile.TemporaryDirectory() as name:  # the folders of pytest may be entered by one user alone
        outer = Path(name)
        folder, working = outer / "shared", outer / "catalog.db"
        folder.mkdir()
        shutil.copyfile(database, working)
        release_catalog(working, folder / "papers.db")
        before = snapshot(folder)
        outer.chmod(0o755)
        folder.chmod(mode)

        with ordinary_user():
            done = run("release", str(folder / "papers.db"), "-d", str(working))

        folder.chmod(0o755)
        assert done.exit_code == 73
        (line,) = done.stderr.splitlines()
        assert line.startswith(f"Error: {folder / 'papers.db'}: cannot be written (Permission denied)")
        assert snapshot(folder) == before


def test_a_folder_that_is_taken_meanwhile_for_what_stands_beside_it_is_told(database: Path, folder: Path) -> None:
    def intrude() -> None:
        (folder / "papers.db.json").mkdir(exist_ok=True)

    with pytest.raises(CatalogError, match=r"is the new release, but not everything beside it could be put in place"):
        release_catalog(database, folder / "papers.db", on_step=intrude)

    assert sorted(snapshot(folder)) == ["papers.db", "papers.db.json", "papers.db.sha256"]
    assert rows(folder / "papers.db", "SELECT count(*) FROM papers") == [(4,)]


def test_a_catalogue_of_others_and_a_folder_that_cannot_be_listed_are_enough(database: Path, folder: Path) -> None:
    """Nothing is asked of the file but to be read, and of the folder but to be written to."""
    expected = release_catalog(database, folder / "papers.db")
    with tempfile.TemporaryDirectory() as name:  # the folders of pytest may be entered by one user alone
        outer = Path(name)
        drop, working = outer / "shared", outer / "catalog.db"
        drop.mkdir()
        shutil.copyfile(database, working)
        working.chmod(0o444)
        outer.chmod(0o755)
        drop.chmod(0o333)

        with ordinary_user():
            assert not os.access(working, os.W_OK)
            with pytest.raises(PermissionError):
                os.listdir(drop)
            sha256 = release_catalog(working, drop / "papers.db")

        drop.chmod(0o755)
        assert sha256 == expected
        assert sorted(snapshot(drop)) == BESIDE


@pytest.mark.parametrize("name", ["missing/papers.db", "notes.txt/papers.db", "x" * 250])
def test_a_place_where_nothing_can_be_is_one_sentence(database: Path, folder: Path, name: str) -> None:
    (folder / "notes.txt").write_text("moss\n")
    before = snapshot(folder)

    done = run("release", str(folder / name), "-d", str(database))

    assert done.exit_code == 73
    assert "cannot be written (" in done.stderr
    assert snapshot(folder) == before


@pytest.mark.parametrize("name", ["papers", "a b%20c?d#e.db", "ünïcode.db", "-dash.db"])
def test_any_name_is_taken_as_it_is(database: Path, folder: Path, name: str) -> None:
    release_catalog(database, folder / name)

    assert (folder / name).read_bytes()[:15] == b"SQLite format 3"
    done = subprocess.run(["sha256sum", "--check", "--", f"./{name}.sha256"], cwd=folder, capture_output=True)
    assert done.returncode == 0
    assert run("check", "-d", str(folder / name)).exit_code == 0
