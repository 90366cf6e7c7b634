"""Revision 0008: let captured links stand apart."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.conftest import rows
from tests.frozen_files import FROZEN
from tests.revisions import downgrade, everything, failed_checks, schema_of, upgrade, write

PLACES = "SELECT * FROM check_place_outside_the_document"
RULE = "SELECT comment FROM schema_comments WHERE name = 'check_place_outside_the_document'"


@pytest.fixture
def database(database: Path) -> Path:
    """A real file with a captured page, whose links stand in a list at its end."""
    shutil.copyfile(FROZEN / "catalog-0008.db", database)
    return database


def test_0008_takes_the_links_of_a_captured_page_for_sound(database: Path) -> None:
    above = schema_of(database), everything(database)

    downgrade(database, "0007")
    assert [(kind, line) for kind, _, line in rows(database, PLACES)] == [("assertion", 51), ("assertion", 54)]
    ((before,),) = rows(database, RULE)

    upgrade(database, "0008")
    assert rows(database, PLACES) == []
    assert (schema_of(database), everything(database)) == above
    ((after,),) = rows(database, RULE)
    assert after.startswith(before)
    assert "captured page" in after


@pytest.mark.parametrize(
    ("damage", "line"),
    [
        ("UPDATE link_assertions SET line = 65 WHERE line = 54", 65),
        ("UPDATE source_documents SET format = 'saved page' WHERE format = 'captured page'", 54),
    ],
    ids=["below the page", "in another format"],
)
def test_0008_still_finds_links_that_stand_nowhere(database: Path, damage: str, line: int) -> None:
    upgrade(database, "head")
    assert failed_checks(database) == []

    write(database, damage)

    assert ("assertion", line) in [(kind, found) for kind, _, found in rows(database, PLACES)]
    assert "place outside the document" in failed_checks(database)
