"""Files that are odd in a way that a check itself could stumble over: it goes on, and what is wrong is named."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

import pytest

from catalog import checks
from catalog.checks import check_catalog
from catalog.errors import CatalogError
from catalog.repair import repair_index
from tests.catalogues import damage, good_catalogue, ordinary_user
from tests.test_repair import leaked_page, overwrite_root


def broken(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    return {result.name: result.broken for result in check_catalog(path) if result.broken}


def told(path: Path) -> str:
    """What the check of the search index says; newer versions of SQLite look into it with their first look already."""
    try:
        ((table, reason),) = broken(path)["search index"]
    except CatalogError as error:
        return str(error)
    return f"{table}: {reason}"


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
    assert lost.endswith("never used")


def test_many_virtual_tables_hide_no_lost_page(database: Path) -> None:
    """Of these names it takes SQLite's hash 80 new tables until one of them stands first."""
    names = [f"birch_{number}" for number in range(200)]
    damage(
        good_catalogue(database), *(f"CREATE VIRTUAL TABLE {name} USING fts5vocab(papers_fts, row)" for name in names)
    )
    leaked_page(database)

    ((lost,),) = broken(database)["pages"]

    assert lost.endswith("never used")


def test_pages_that_cannot_be_looked_at_are_not_taken_for_sound(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damage(good_catalogue(database), "CREATE VIRTUAL TABLE words USING fts5vocab(papers_fts, row)")
    monkeypatch.setattr(checks, "_MOST_PROBES", 0)

    assert broken(database)["pages"] == [
        ("cannot be looked at: a view or virtual table stands first in the list of tables",)
    ]


def test_a_free_list_that_leads_nowhere_is_told(database: Path) -> None:
    """The first look passes over it, because a virtual table stands first; what takes a free page comes upon it."""
    damage(
        good_catalogue(database),
        "CREATE VIRTUAL TABLE words USING fts5vocab(papers_fts, row)",
        "CREATE TABLE notes (text)",
        "INSERT INTO notes VALUES (zeroblob(100000))",
        "DROP TABLE notes",
    )
    content = bytearray(database.read_bytes())
    page_size, first = int.from_bytes(content[16:18], "big"), int.from_bytes(content[32:36], "big")
    count = (first - 1) * page_size + 4  # of the free pages that this one names
    content[count : count + 4] = b"\xff" * 4
    database.write_bytes(content)

    assert broken(database)["pages"] == [("database disk image is malformed",)]


def test_names_in_the_file_are_taken_as_they_are(database: Path) -> None:
    damage(
        good_catalogue(database),
        "CREATE VIRTUAL TABLE words USING fts5vocab(papers_fts, row)",
        'CREATE VIEW "moss "" stone" AS SELECT 1',
        "CREATE TABLE probe_0 (id INTEGER)",
    )

    assert set(broken(database)) == {"schema"}


@pytest.mark.parametrize("part", ["config", "data"])
def test_a_search_index_that_cannot_be_opened_is_named_by_its_own_check(database: Path, part: str) -> None:
    damage(
        good_catalogue(database),
        "PRAGMA writable_schema = ON",
        f"DELETE FROM sqlite_master WHERE name = 'papers_fts_{part}'",
    )

    assert told(database).endswith("vtable constructor failed: papers_fts") or "--repair-index" in told(database)
    repair_index(database)
    assert broken(database) == {}


def test_words_that_a_search_no_longer_finds_are_counted(database: Path) -> None:
    damage(
        good_catalogue(database),
        "INSERT INTO papers_fts (papers_fts, rank) VALUES ('pgsz', 32)",  # many pages of few words
        "INSERT INTO papers_fts (papers_fts) VALUES ('rebuild')",
        "DELETE FROM papers_fts_config WHERE k = 'pgsz'",
    )
    assert broken(database) == {}

    damage(database, "DELETE FROM papers_fts_idx")

    assert re.fullmatch(r"papers_fts: a search misses \d+ of its words", told(database))
    repair_index(database)
    assert broken(database) == {}


def test_a_comment_in_the_sql_of_a_table_makes_no_other_schema(database: Path) -> None:
    damage(
        good_catalogue(database),
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET sql = replace(sql, 'TABLE ', 'TABLE /* moss */ ') WHERE name = 'rejects'",
    )

    assert broken(database) == {}


def test_a_damaged_table_of_the_search_index_can_be_made_again(database: Path) -> None:
    overwrite_root(good_catalogue(database), "papers_fts_data")

    with pytest.raises(CatalogError, match=r"table papers_fts(_data)?: .*makes it again from the tables"):
        list(check_catalog(database))


def test_a_page_of_two_tables_is_found_though_each_table_alone_is_sound(database: Path) -> None:
    damage(
        good_catalogue(database),
        "PRAGMA writable_schema = ON",
        "INSERT INTO sqlite_master "
        "SELECT 'table', 'ghost', 'ghost', rootpage, 'CREATE TABLE ghost (x)' FROM sqlite_master WHERE name = 'links'",
    )

    with pytest.raises(CatalogError, match=r"is damaged \(2nd reference to page \d+\)"):
        list(check_catalog(database))


def test_a_sound_file_passes_in_a_folder_that_takes_no_journal() -> None:
    with tempfile.TemporaryDirectory() as folder:  # those of pytest are closed to others
        path = good_catalogue(Path(folder, "catalog.db"))
        path.chmod(0o666)
        Path(folder).chmod(0o555)
        with ordinary_user():
            found = broken(path)
        Path(folder).chmod(0o755)

    assert found == {}
