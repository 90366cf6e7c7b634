"""Loads beside each other and beside a reader, and disks and folders that have no room or no right for one."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.catalogues import FERN, damage, document, good_catalogue, load, ordinary_user, snapshot
from tests.checkouts import run
from tests.conftest import ROOT, dump, rows
from tests.revisions import at_revision, failed_checks

_LOADERS, _PAGES, _CARDS = 8, 2, 4
_SEEN = """
SELECT (SELECT count(*) FROM source_documents), (SELECT count(*) FROM loads), (SELECT count(*) FROM digest_entries),
  (SELECT count(*) FROM papers)
"""

# A process for each folder; they begin at one moment, because what a load imports is imported before they part.
_AT_ONCE = """
import os, sys
import alembic.command, catalog.load, catalog.readers
from catalog.cli import main

def load(database, folder):
    child = os.fork()
    if child == 0:
        try:
            main(["load", "-d", database, folder])
        except SystemExit as end:
            os._exit(end.code or 0)
        finally:
            os._exit(99)
    return child

database, *folders = sys.argv[1:]
children = [load(database, folder) for folder in folders]
codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
sys.exit(str(codes) if any(codes) else 0)
"""


def _page(folder: Path, name: str, count: int = _CARDS) -> Path:
    folder.mkdir(exist_ok=True)
    abstract = "We look at ferns with great patience and care. " * 8
    cards = "".join(f"Ferns of Garden {name} Number {card}\n\n{abstract}\n\n" for card in range(count))
    path = folder / f"{name}.txt"
    path.write_text(f"Daily Papers\n\nMar 4\n\n{cards}", encoding="utf-8")
    return path


def test_eight_loaders_at_once_end_well_and_a_reader_sees_whole_documents(database: Path, tmp_path: Path) -> None:
    for number in range(_LOADERS):
        for page in range(_PAGES):
            _page(tmp_path / str(number), f"{number}-{page}")
    folders = [str(tmp_path / str(number)) for number in range(_LOADERS)]

    loaders = subprocess.Popen([sys.executable, "-c", _AT_ONCE, str(database), *folders], cwd=ROOT)
    seen = set()
    while loaders.poll() is None:
        if database.exists():
            seen.update(rows(database, _SEEN))

    assert loaders.returncode == 0
    assert {(count, count, _CARDS * count, _CARDS * count) for count, *_ in seen} == seen
    assert len(seen) > 2  # it did look in between
    assert rows(database, "SELECT count(*) FROM source_documents") == [(_LOADERS * _PAGES,)]
    assert failed_checks(database) == []
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["catalog.db"]


def _refused(*arguments: str | Path) -> str:
    result = run(*map(str, arguments))
    assert result.exit_code not in (0, 2), result.output
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: ")
    return line


@contextmanager
def _small_disk(folder: Path, size: str) -> Iterator[None]:
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", folder], capture_output=True).returncode:
        pytest.skip("a small disk cannot be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def _grow_disk(folder: Path) -> None:
    subprocess.run(["mount", "-o", "remount,size=64m", folder], check=True)


def test_a_load_on_a_full_disk_is_one_sentence_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    page, disk = _page(tmp_path, "long", count=60), tmp_path / "disk"
    disk.mkdir()
    with _small_disk(disk, "400k"):
        path = good_catalogue(disk / "catalog.db")
        before = dump(path)

        assert "the disk is full" in _refused("load", page, "-d", path)

        assert dump(path) == before
        assert list(snapshot(disk)) == ["catalog.db"]
        _grow_disk(disk)
        assert run("load", str(page), "-d", str(path)).exit_code == 0
        assert failed_checks(path) == []


def test_a_catalogue_that_has_no_room_is_not_made(tmp_path: Path) -> None:
    page, disk = _page(tmp_path, "short"), tmp_path / "disk"
    disk.mkdir()
    with _small_disk(disk, "200k"):
        assert "the disk is full" in _refused("load", page, "-d", disk / "catalog.db")

        assert snapshot(disk) == {}


@pytest.mark.parametrize("size", ["100k", "180k"])
def test_an_upgrade_on_a_full_disk_is_one_sentence_and_goes_on_when_there_is_room(tmp_path: Path, size: str) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    with _small_disk(disk, size):
        path = at_revision(disk / "catalog.db", "0001")

        assert "make room there first" in _refused("migrate", "-d", path)

        assert rows(path, "PRAGMA integrity_check") == [("ok",)]
        _grow_disk(disk)
        assert run("migrate", "-d", str(path)).exit_code == 0
        assert failed_checks(path) == []


def test_a_file_that_may_not_grow_is_one_sentence(tmp_path: Path) -> None:
    limits = pytest.importorskip("resource")
    page, path = _page(tmp_path, "long", count=60), good_catalogue(tmp_path / "catalog.db")
    damage(path, "VACUUM")  # a rollback does not restore what stood in pages that were free
    before = snapshot(tmp_path)
    unlimited = limits.getrlimit(limits.RLIMIT_FSIZE)

    limits.setrlimit(limits.RLIMIT_FSIZE, (path.stat().st_size + 20_000, unlimited[1]))
    try:
        line = _refused("load", page, "-d", path)
    finally:
        limits.setrlimit(limits.RLIMIT_FSIZE, unlimited)

    assert "could not be read or written" in line
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("command", ["load", "migrate"])
def test_a_folder_without_room_for_a_journal_by_its_rights_is_one_sentence(command: str) -> None:
    with tempfile.TemporaryDirectory() as name:  # the folders of pytest may be entered by one user alone
        folder = Path(name)
        page = _page(folder / "pages", "one")
        (folder / "library").mkdir()
        path = folder / "library" / "catalog.db"
        load(path, document("a.txt", FERN)) if command == "load" else at_revision(path, "0001")
        before = snapshot(folder)
        for one in (folder, folder / "pages"):
            one.chmod(0o755)
        path.chmod(0o666)
        (folder / "library").chmod(0o555)

        with ordinary_user():
            line = _refused(*(("load", page) if command == "load" else ("migrate",)), "-d", path)

        assert str(path) in line
        assert snapshot(folder) == before
