"""Real files of older versions: `catalog migrate` brings each to this version, with everything that it held."""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from catalog.database import file_revision
from catalog.migrate import create_catalog
from tests.checkouts import run
from tests.conftest import CONTENT_TABLES, rows
from tests.contents import contents
from tests.frozen_files import AS_OF, EPOCH, FILES, FROZEN, LOADS, load_documents, revision_of
from tests.revisions import HEAD, REVISIONS, everything, schema_of

FIRST_VARIANTS = "SELECT paper_id, source_document_id, {0} FROM paper_variants WHERE {0} IS NOT NULL"
VARIANTS = """
SELECT said.paper_id, source_document_id, paper_variants.{0} FROM (
  SELECT source_document_id, digest_entries.* FROM digest_entries JOIN digests ON digests.id = digest_id
) AS said JOIN paper_variants ON paper_variants.id = {0}_variant_id
"""
ABSTRACTS = """
SELECT id, abstract FROM papers WHERE abstract IS NOT NULL
UNION SELECT paper_id, abstract FROM paper_variants WHERE abstract IS NOT NULL
"""
# What a revision derives anew: a digest that repeats another is not counted any more, and records of a load are.
SETTLED = {
    "papers": ("digest_count", "first_digest_id", "latest_digest_id"),
    "loads": ("record_count",),
    "alembic_version": ("version_num",),
    "schema_comments": ("comment",),
}
# Revision 0001 did not record whether an entry states the arXiv id of its paper, nor what each assertion says by
# itself: it kept, of all words about a paper and a link, every role, and the promise only where all of them promise.
FIRST_NOT_KNOWN = {
    "digest_entries": ("arxiv_id",),
    "link_assertions": ("roles", "is_promised"),
    "loads": ("schema_revision",),
}
NOT_KNOWN = dict.fromkeys(("0001", "0002", "0003", "0004"), FIRST_NOT_KNOWN) | {"0005": {"loads": ("schema_revision",)}}
FIRST, LAST = FILES[0], FILES[-1]


@pytest.fixture(scope="module", params=FILES, ids=lambda path: path.stem)
def frozen(request: pytest.FixtureRequest) -> Path:
    """A file of an older version; nobody may write to it."""
    return Path(request.param)


@cache
def migrated_file(frozen: Path) -> tuple[Path, tempfile.TemporaryDirectory[str]]:
    folder = tempfile.TemporaryDirectory()
    path = Path(folder.name, "catalog.db")
    shutil.copyfile(frozen, path)
    done = run("migrate", "-d", str(path))
    assert done.exit_code == 0, done.output
    return path, folder


@cache
def loaded_today(loads: tuple[tuple[str, ...], ...]) -> tuple[Path, tempfile.TemporaryDirectory[str]]:
    folder = tempfile.TemporaryDirectory()
    path = Path(folder.name, "catalog.db")
    load_documents(path, loads)
    return path, folder


@pytest.fixture
def migrated(frozen: Path) -> Path:
    """The same after `catalog migrate`, with the backup beside it; tests only read it."""
    return migrated_file(frozen)[0]


@pytest.fixture
def today(frozen: Path) -> Path:
    """What this version makes of the same documents; tests only read it."""
    return loaded_today(LOADS[revision_of(frozen)])[0]


@pytest.fixture
def first_upgraded(database: Path) -> Path:
    """The first file of all after `catalog migrate`, for tests that change it."""
    shutil.copyfile(migrated_file(FIRST)[0], database)
    return database


def assert_sound(path: Path) -> None:
    result = run("check", "-d", str(path))
    assert result.exit_code == 0, result.output
    assert {line.split()[0] for line in result.stdout.splitlines()} == {"ok"}


def columns_of(path: Path) -> dict[str, list[str]]:
    """Return the columns of every table by name, hidden and generated ones left out."""
    found = rows(
        path,
        "SELECT listed.name, info.name FROM pragma_table_list AS listed, pragma_table_xinfo(listed.name) AS info "
        "WHERE listed.schema = 'main' AND listed.type = 'table' AND listed.name NOT LIKE 'sqlite%'",
    )
    columns: dict[str, list[str]] = {}
    for table, column in found:
        columns.setdefault(table, []).append(column)
    return columns


def held(path: Path, columns: dict[str, list[str]]) -> dict[str, list[tuple[Any, ...]]]:
    quoted = {table: ", ".join(f'"{name}"' for name in names) for table, names in columns.items()}
    return {table: sorted(rows(path, f"SELECT {names} FROM {table}"), key=repr) for table, names in quoted.items()}


def test_every_revision_has_a_frozen_file() -> None:
    assert tuple(revision_of(path) for path in FILES) == REVISIONS
    assert [file_revision(path) for path in FILES] == list(REVISIONS)
    assert tuple(LOADS) == REVISIONS


def test_a_frozen_file_holds_rows_in_every_table_that_it_has(frozen: Path) -> None:
    content = everything(frozen)

    assert len(content) >= 13
    # A release alone has the row that says so.
    assert [table for table, held in content.items() if not held and table != "releases"] == []
    assert frozen.stat().st_size < 200_000


def test_the_command_keeps_a_backup_that_is_the_file_as_it_was(frozen: Path, migrated: Path) -> None:
    revision = file_revision(frozen)
    backup = migrated.with_name(f"catalog.db.backup-{revision}-1")
    backups = [backup] if revision != HEAD else []

    assert file_revision(migrated) == HEAD
    assert sorted(migrated.parent.iterdir()) == [migrated, *backups]
    for path in backups:
        assert file_revision(path) == revision
        assert everything(path) == everything(frozen)


def test_every_value_is_still_there_under_its_id(frozen: Path, migrated: Path) -> None:
    before, after = columns_of(frozen), columns_of(migrated)
    if revision_of(frozen) == "0001":
        del before["paper_variants"]  # the next test is theirs
    kept = {
        table: [name for name in names if name not in SETTLED.get(table, ())]
        for table, names in before.items()
        if SETTLED.get(table) != tuple(names)
    }

    assert all(set(names) <= set(after[table]) for table, names in kept.items())
    assert held(migrated, kept) == held(frozen, kept)


@pytest.mark.parametrize("field", ["title", "abstract"])
def test_every_text_is_still_there_with_the_document_that_gave_it(frozen: Path, migrated: Path, field: str) -> None:
    ask = FIRST_VARIANTS if file_revision(frozen) == "0001" else VARIANTS
    before = rows(frozen, ask.format(field))

    assert len(before) > 3
    assert sorted(rows(migrated, VARIANTS.format(field))) == sorted(before)


def test_search_finds_what_it_found(frozen: Path, migrated: Path) -> None:
    search = "SELECT rowid FROM papers_fts WHERE papers_fts MATCH ? ORDER BY rowid"

    for word in ("moss", "dew", "snails", "gutter", "mathcal", "nothing"):
        assert rows(migrated, search, word) == rows(frozen, search, word)
        assert bool(rows(migrated, search, word)) == (word not in ("mathcal", "nothing"))


def test_every_check_is_passed_and_the_schema_is_that_of_a_file_made_today(migrated: Path, database: Path) -> None:
    create_catalog(database)

    assert_sound(migrated)
    assert schema_of(migrated) == schema_of(database)
    assert rows(migrated, "PRAGMA user_version") == [(int(HEAD),)]


def test_the_content_is_that_of_the_same_documents_loaded_today(frozen: Path, migrated: Path, today: Path) -> None:
    without = NOT_KNOWN.get(revision_of(frozen), {"loads": ("schema_revision",)})
    loaded, after = everything(today, without), everything(migrated, without)

    assert set(CONTENT_TABLES) < set(after)
    assert after == loaded


def test_what_was_not_known_is_filled_in_and_not_left_out(frozen: Path, migrated: Path, today: Path) -> None:
    """The columns that the comparison leaves out do differ: none is left out without need."""
    for table, columns in NOT_KNOWN.get(revision_of(frozen), {}).items():
        for column in columns:
            ask = f"SELECT {column} FROM {table} ORDER BY 1"
            assert rows(migrated, ask) != rows(today, ask), f"{table}.{column}"
    # Spelt in one way, so that texts of JSON can be compared.
    roles = "SELECT DISTINCT roles FROM link_assertions"
    assert set(rows(migrated, roles)) <= set(rows(today, roles))


@pytest.mark.parametrize(
    "frozen",
    [FIRST, *(pytest.param(path, marks=pytest.mark.slow) for path in FILES[1:-1]), LAST],
    indirect=True,
    ids=lambda path: path.stem,
)
def test_loading_the_same_documents_again_changes_nothing(frozen: Path, migrated: Path, database: Path) -> None:
    shutil.copyfile(migrated, database)
    before = everything(database)

    said = load_documents(database, LOADS[revision_of(frozen)])

    assert everything(database) == before
    assert all("already loaded, nothing changed" in account for account in said)


def test_a_document_of_which_only_facts_were_there_is_completed(
    first_upgraded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)
    fresh = first_upgraded.with_name("fresh.db")
    shutil.copyfile(loaded_today(LOADS["0001"])[0], fresh)

    for path in (first_upgraded, fresh):
        page = FROZEN / "documents-0001" / "herbarium.txt"
        done = run("load", str(page), "--as-of", AS_OF, "-d", str(path))
        assert done.exit_code in (0, 1), done.output

    assert_sound(first_upgraded)
    left_out = ("entries", "assertions")  # the columns of NOT_KNOWN are in them
    assert {name: facts for name, facts in contents(first_upgraded).items() if name not in left_out} == {
        name: facts for name, facts in contents(fresh).items() if name not in left_out
    }
    assert rows(first_upgraded, "SELECT count(*) FROM source_documents WHERE is_complete = 0") == [(1,)]
    assert rows(first_upgraded, "SELECT abstract FROM papers WHERE title = 'Pressed Flowers Are Flat'") == [
        ("We press flowers and measure them. They are flat. The code is at https://github.com/herbarium/flat.",)
    ]


def test_a_new_document_that_brings_a_better_text_loses_none(first_upgraded: Path, tmp_path: Path) -> None:
    page = tmp_path / "autumn.txt"
    page.write_text(
        "Daily Papers\n\nOct 7, 2026\n\nLichen as a Clock\n\nLichen tells the age of walls, of roofs and of anybody "
        "who stands still for long enough to be asked. The code is at https://github.com/other-lab/lichen.\n\n"
        "Counting Dew before Breakfast\n\nDew.\n",
        encoding="utf-8",
    )
    before = set(rows(first_upgraded, ABSTRACTS))

    done = run("load", str(page), "--as-of", AS_OF, "-d", str(first_upgraded))

    assert done.exit_code in (0, 1), done.output
    assert_sound(first_upgraded)
    after = set(rows(first_upgraded, ABSTRACTS))
    assert len(before) > 10
    assert after > before
    assert len(after) == len(before) + 2
