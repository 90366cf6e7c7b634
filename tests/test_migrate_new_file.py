"""Making a catalogue file: whole or not at all, and never in the place of another.

The revisions of these tests stand in a copy of the migrations; the real ones are never touched.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.database import CatalogError, file_revision, known_revisions
from catalog.migrate import create_catalog
from tests.catalogues import snapshot
from tests.checkouts import ADD_COLUMN, FAIL, KILL, Checkout, make_page, seen_checkout
from tests.conftest import CONTENT_TABLES, rows


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Checkout]:
    """A checkout whose revisions the code of this process sees, too."""
    with seen_checkout(tmp_path / "checkout", monkeypatch) as copy:
        yield copy


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
