"""Older files that are odd in a way that an upgrade could stumble over, with the real revisions."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from catalog import database as database_module
from catalog.database import file_revision
from catalog.errors import CatalogError
from catalog.migrate import migrate_catalog
from catalog.release import check_release
from tests.catalogues import damage, snapshot
from tests.conftest import rows
from tests.frozen_files import FROZEN
from tests.revisions import HEAD, REVISIONS, failed_checks
from tests.test_repair import overwrite_root

BEFORE = REVISIONS[-2]


@pytest.fixture
def older(database: Path) -> Path:
    """A file of the revision before the last."""
    shutil.copyfile(FROZEN / f"catalog-{BEFORE}.db", database)
    return database


def test_a_reference_that_leads_nowhere_stops_the_upgrade(older: Path) -> None:
    damage(older, "UPDATE digest_entries SET paper_id = 7777 WHERE digest_id = 1 AND position = 1")
    before = older.read_bytes()

    said = rf"after revision {HEAD} .* missing rows, in digest_entries \(1\); nothing was changed"
    with pytest.raises(CatalogError, match=said):
        migrate_catalog(older)

    assert file_revision(older) == BEFORE
    assert older.read_bytes() == before


def test_a_damage_that_only_a_revision_comes_upon_is_told_as_such(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    overwrite_root(older, "repositories")
    monkeypatch.setattr(database_module, "_QUICK_CHECK_BYTES", 0)  # as of a large file, whose pages nobody looks at
    before = snapshot(older.parent)["catalog.db"]

    with pytest.raises(CatalogError, match=r"is damaged \(.*\); restore it from a backup"):
        migrate_catalog(older)

    after = snapshot(older.parent)
    assert after.keys() == {"catalog.db", f"catalog.db.backup-{BEFORE}-1"}
    assert after["catalog.db"] == before


def test_an_upgraded_release_is_none_any_more(older: Path) -> None:
    damage(older, "INSERT INTO releases (id, catalogue_version) VALUES (1, '0.0.1')")

    migrate_catalog(older)

    assert rows(older, "SELECT * FROM releases") == []
    assert list(check_release(older)) == []
    assert failed_checks(older) == []
