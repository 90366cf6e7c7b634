"""Files that are odd in a way that a check itself could stumble over: it goes on, and what is wrong is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from catalog.checks import check_catalog
from tests.catalogues import damage, good_catalogue
from tests.test_repair import leaked_page


def broken(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    return {result.name: result.broken for result in check_catalog(path) if result.broken}


def test_a_table_that_explains_the_file_may_be_missing(database: Path) -> None:
    damage(good_catalogue(database), "DROP TABLE schema_comments")

    assert broken(database) == {
        "schema": [("table", "schema_comments", "is missing")],
        "explanations": [("rows of", "schema_comments", "is missing")],
    }


def test_a_virtual_table_that_stands_first_hides_no_lost_page(database: Path) -> None:
    damage(good_catalogue(database), "CREATE VIRTUAL TABLE words USING fts5vocab(papers_fts, row)")
    leaked_page(database)

    found = broken(database)

    assert found["schema"] == [("table", "words", "is none of this version")]
    ((lost,),) = found["pages"]
    assert lost.endswith("is never used")


@pytest.mark.parametrize("part", ["config", "data"])
def test_a_search_index_that_cannot_be_opened_is_named_by_its_own_check(database: Path, part: str) -> None:
    damage(
        good_catalogue(database),
        "PRAGMA writable_schema = ON",
        f"DELETE FROM sqlite_master WHERE name = 'papers_fts_{part}'",
    )

    assert broken(database)["search index"] == [("papers_fts", "vtable constructor failed: papers_fts")]
