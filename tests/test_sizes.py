"""What tables and indexes take: every byte of the file is told, once, beside the texts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from catalog import sizes as module
from catalog.errors import CatalogError
from catalog.sizes import size_lines, sizes
from tests.catalogues import FERN, damage, good_catalogue
from tests.checkouts import run
from tests.conftest import rows


@pytest.fixture
def has_dbstat(database: Path) -> None:
    """Skip where this SQLite cannot tell."""
    good_catalogue(database)
    if not rows(database, "SELECT 1 FROM pragma_module_list WHERE name = 'dbstat'"):
        pytest.skip("this SQLite is built without dbstat")


@pytest.mark.usefixtures("has_dbstat")
def test_every_byte_is_told_once_and_each_part_by_what_it_is(database: Path) -> None:
    damage(database, "CREATE TABLE notes (text)", "INSERT INTO notes VALUES (zeroblob(99999))", "DROP TABLE notes")
    found = sizes(database)

    ((page_size, free_count),) = rows(database, "SELECT page_size, freelist_count FROM pragma_page_size, "
                                      "pragma_freelist_count")  # fmt: skip
    assert free_count > 20
    assert found.byte_count == database.stat().st_size
    assert found.parts is not None
    assert sum(part.byte_count for part in found.parts) + free_count * page_size == found.byte_count
    named = {(part.table, part.name): part.columns for part in found.parts}
    trees = rows(
        database, "SELECT tbl_name, name FROM sqlite_master WHERE rootpage > 0 AND name NOT LIKE 'papers_fts%'"
    )
    assert {key for key in named if key[0] != "papers_fts"} == {*trees, ("sqlite_schema", "sqlite_schema")}
    assert named["papers_fts", "papers_fts_data"] is None
    assert named["paper_links", "ix_paper_links_link_id"] == "by link_id"
    assert named["authors", "sqlite_autoindex_authors_1"] == "by name (unique)"
    assert named["papers", "ux_papers_title_key_arxiv_id"] == "by title_key, an expression (unique)"


def test_texts_are_those_of_papers_and_the_others_that_sources_gave(database: Path) -> None:
    good_catalogue(database)
    before = sizes(database)
    damage(database, "INSERT INTO paper_variants (paper_id, abstract) VALUES (1, 'Fougère')")
    after = sizes(database)

    ((title_bytes,),) = rows(database, "SELECT sum(length(CAST(title AS BLOB))) FROM papers")
    assert before.title_bytes == title_bytes > len(FERN.title)
    assert after.abstract_bytes - before.abstract_bytes == len("Fougère".encode())
    assert before.text_bytes == before.title_bytes + before.abstract_bytes + before.author_bytes


@pytest.mark.usefixtures("has_dbstat")
def test_the_command_tells_the_whole_the_texts_and_each_table_the_largest_first(database: Path) -> None:
    done = run("check", "--sizes", str(database))

    found = sizes(database)
    lines = done.stdout.splitlines()
    assert done.exit_code == 0
    assert re.fullmatch(rf"file +{found.byte_count:,} bytes, in pages of {found.page_size:,}", lines[0])
    assert re.match(rf"texts +{found.text_bytes:,} bytes: titles {found.title_bytes:,}, ", lines[1])
    assert re.fullmatch(rf"ratio +{found.byte_count / found.text_bytes:.2f}", lines[2])
    tables = [line for line in lines[6:] if not line.startswith(" ")]
    assert tables[-1].startswith("all ")
    told = [int(re.split(r"  +", line)[1].replace(",", "")) for line in tables[:-1]]
    count = len(told) - tables[-2].startswith("free pages")
    assert told[:count] == sorted(told[:count], reverse=True)
    assert sum(told) == found.byte_count == database.stat().st_size
    parts = [int(re.split(r"  +", line.strip())[1].replace(",", "")) for line in lines[6:] if line.startswith(" ")]
    assert 0 < sum(parts) < found.byte_count


def test_a_catalogue_without_texts_has_no_ratio(database: Path) -> None:
    good_catalogue(database)
    damage(database, "DELETE FROM papers", "DELETE FROM paper_variants")

    assert "there are no texts to compare with" in list(size_lines(sizes(database)))[2]


def test_an_sqlite_that_cannot_tell_says_so_and_the_rest(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good_catalogue(database)
    monkeypatch.setattr(module, "_PARTS", module._PARTS.replace("FROM dbstat", "FROM dbstat_of_nobody"))

    found = sizes(database)

    assert found.parts is None
    *whole, last = size_lines(found)
    assert len(whole) == 3
    assert "is not known: this SQLite is built without dbstat" in last


def test_a_file_that_is_no_catalogue_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"moss\.db: does not exist"):
        sizes(tmp_path / "moss.db")
    assert run("check", "--sizes", "--repair-index", str(tmp_path / "moss.db")).exit_code == 2
