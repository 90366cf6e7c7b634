"""Real files of older versions: `catalog migrate` brings each to this version, with everything that it held."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from catalog.database import file_revision
from catalog.migrate import create_catalog
from tests.checkouts import run
from tests.conftest import CONTENT_TABLES, rows
from tests.contents import contents
from tests.frozen_files import AS_OF, EPOCH, FILES, documents_of, load_documents
from tests.revisions import HEAD, everything, schema_of

# What a file of revision 0001 says, asked in words that hold in every revision. Counts and first and latest digests
# of a paper are not among it: a digest that repeats another is not counted any more.
KEPT = {
    "documents": "SELECT id, name, sha256, byte_count, line_count, format, is_complete FROM source_documents",
    "digests": "SELECT id, source_document_id, name, kind, title, curator, query, printed_date, digest_date, "
    "earliest_date, latest_date, date_basis FROM digests",
    "papers": "SELECT id, title, title_key, abstract, arxiv_id, author_count, publication_date, publication_year, "
    "has_repository FROM papers",
    "entries": "SELECT digest_id, position, paper_id, upvote_count, comment_count, submitted_by, author_count, "
    "printed_publication_date, publication_date, line_start, line_end, abstract_line FROM digest_entries",
    "repositories": "SELECT id, host, owner, name, url FROM repositories",
    "links": "SELECT id, url, url_key, host, kind, repository_id FROM links",
    "links of papers": "SELECT paper_id, link_id, is_promised, is_own FROM paper_links",
    "roles": "SELECT paper_id, link_id, role FROM paper_link_roles",
    "assertions": "SELECT id, paper_id, link_id, source_document_id, asserted_by, verbatim, sub_path, line, char_start "
    "FROM link_assertions",
    "rejects": "SELECT id, source_document_id, line_start, line_end, text, reason FROM rejects",
    "loads": "SELECT id, source_document_id, loaded_at, as_of_date, catalogue_version, schema_revision, entry_count, "
    "new_paper_count, known_paper_count, changed_paper_count, link_count, reject_count, dated_digest_count FROM loads",
}
FIRST_VARIANTS = "SELECT paper_id, source_document_id, {0} FROM paper_variants WHERE {0} IS NOT NULL"
VARIANTS = """
SELECT digest_entries.paper_id, source_document_id, paper_variants.{0} FROM digest_entries
JOIN digests ON digests.id = digest_id JOIN paper_variants ON paper_variants.id = {0}_variant_id
"""
ABSTRACTS = """
SELECT id, abstract FROM papers WHERE abstract IS NOT NULL
UNION SELECT paper_id, abstract FROM paper_variants WHERE abstract IS NOT NULL
"""
# Revision 0001 did not record whether an entry states the arXiv id of its paper, nor what each assertion says by
# itself: it kept, of all words about a paper and a link, every role, and the promise only where all of them promise.
NOT_KNOWN = {
    "0001": {
        "digest_entries": ("arxiv_id",),
        "link_assertions": ("roles", "is_promised"),
        "loads": ("schema_revision",),
    }
}


@pytest.fixture(scope="module", params=FILES, ids=lambda path: path.stem)
def frozen(request: pytest.FixtureRequest) -> Path:
    """A file of an older version; nobody may write to it."""
    return Path(request.param)


@pytest.fixture(scope="module")
def migrated(frozen: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same after `catalog migrate`, with the backup beside it; tests only read it."""
    path = tmp_path_factory.mktemp("migrated") / "catalog.db"
    shutil.copyfile(frozen, path)
    done = run("migrate", "-d", str(path))
    assert done.exit_code == 0, done.output
    return path


@pytest.fixture
def upgraded(migrated: Path, database: Path) -> Path:
    """The same for tests that change it."""
    shutil.copyfile(migrated, database)
    return database


def asked(path: Path, queries: dict[str, str]) -> dict[str, list[tuple[Any, ...]]]:
    return {name: sorted(rows(path, sql), key=repr) for name, sql in queries.items()}


def assert_sound(path: Path) -> None:
    result = run("check", "-d", str(path))
    assert result.exit_code == 0, result.output
    assert {line.split()[0] for line in result.stdout.splitlines()} == {"ok"}


def test_a_frozen_file_holds_rows_in_every_table_that_it_has(frozen: Path) -> None:
    content = everything(frozen)

    assert len(content) >= 13
    assert [table for table, held in content.items() if not held] == []
    assert frozen.stat().st_size < 200_000


def test_the_command_keeps_a_backup_that_is_the_file_as_it_was(frozen: Path, migrated: Path) -> None:
    revision = file_revision(frozen)
    backup = migrated.with_name(f"catalog.db.backup-{revision}-1")

    assert file_revision(migrated) == HEAD
    assert [path.name for path in sorted(migrated.parent.iterdir())] == ["catalog.db", backup.name]
    assert file_revision(backup) == revision
    assert everything(backup) == everything(frozen)


def test_every_row_is_still_there_under_its_id(frozen: Path, migrated: Path) -> None:
    before = asked(frozen, KEPT)

    assert all(before.values())
    assert asked(migrated, KEPT) == before


@pytest.mark.parametrize("field", ["title", "abstract"])
def test_every_text_is_still_there_with_the_document_that_gave_it(frozen: Path, migrated: Path, field: str) -> None:
    ask = FIRST_VARIANTS if file_revision(frozen) == "0001" else VARIANTS
    before = rows(frozen, ask.format(field))

    assert len(before) > 3
    assert sorted(rows(migrated, VARIANTS.format(field))) == sorted(before)


@pytest.mark.parametrize("word", ["moss", "dew", "snails", "gutter", "mathcal", "nothing"])
def test_search_finds_what_it_found(frozen: Path, migrated: Path, word: str) -> None:
    search = "SELECT rowid FROM papers_fts WHERE papers_fts MATCH ? ORDER BY rowid"

    assert rows(migrated, search, word) == rows(frozen, search, word)
    assert bool(rows(migrated, search, word)) == (word not in ("mathcal", "nothing"))


def test_every_check_is_passed(migrated: Path) -> None:
    assert_sound(migrated)


def test_the_schema_is_that_of_a_file_made_today(migrated: Path, tmp_path: Path) -> None:
    create_catalog(tmp_path / "fresh.db")

    assert schema_of(migrated) == schema_of(tmp_path / "fresh.db")
    assert rows(migrated, "PRAGMA user_version") == [(int(HEAD),)]


def test_the_content_is_that_of_the_same_documents_loaded_today(frozen: Path, migrated: Path, database: Path) -> None:
    load_documents(database, documents_of(frozen))

    without = NOT_KNOWN[file_revision(frozen)]
    loaded_today, after = everything(database, without), everything(migrated, without)

    assert set(CONTENT_TABLES) < set(after)
    assert after == loaded_today


def test_what_was_not_known_is_filled_in_and_not_left_out(frozen: Path, migrated: Path, database: Path) -> None:
    """The columns that the comparison leaves out do differ: none is left out without need."""
    load_documents(database, documents_of(frozen))

    for table, columns in NOT_KNOWN[file_revision(frozen)].items():
        for column in columns:
            ask = f"SELECT {column} FROM {table} ORDER BY 1"
            assert rows(migrated, ask) != rows(database, ask), f"{table}.{column}"
    # Spelt in one way, so that texts of JSON can be compared.
    roles = "SELECT DISTINCT roles FROM link_assertions"
    assert set(rows(migrated, roles)) <= set(rows(database, roles))


def test_loading_the_same_documents_again_changes_nothing(frozen: Path, upgraded: Path) -> None:
    before = everything(upgraded)

    said = load_documents(upgraded, documents_of(frozen))

    assert everything(upgraded) == before
    assert all("already loaded, nothing changed" in account for account in said)


def test_a_document_of_which_only_facts_were_there_is_completed(
    frozen: Path, upgraded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)
    fresh = upgraded.with_name("fresh.db")
    load_documents(fresh, documents_of(frozen))

    for path in (upgraded, fresh):
        done = run("load", str(documents_of(frozen) / "herbarium.txt"), "--as-of", AS_OF, "-d", str(path))
        assert done.exit_code in (0, 1), done.output

    assert_sound(upgraded)
    left_out = ("entries", "assertions")  # the columns of NOT_KNOWN are in them
    assert {name: facts for name, facts in contents(upgraded).items() if name not in left_out} == {
        name: facts for name, facts in contents(fresh).items() if name not in left_out
    }
    assert rows(upgraded, "SELECT count(*) FROM source_documents WHERE is_complete = 0") == [(1,)]
    assert rows(upgraded, "SELECT abstract FROM papers WHERE title = 'Pressed Flowers Are Flat'") == [
        ("We press flowers and measure them. They are flat. The code is at https://github.com/herbarium/flat.",)
    ]


def test_a_new_document_that_brings_a_better_text_loses_none(upgraded: Path, tmp_path: Path) -> None:
    page = tmp_path / "autumn.txt"
    page.write_text(
        "Daily Papers\n\nOct 7, 2026\n\nLichen as a Clock\n\nLichen tells the age of walls, of roofs and of anybody "
        "who stands still for long enough to be asked. The code is at https://github.com/other-lab/lichen.\n\n"
        "Counting Dew before Breakfast\n\nDew.\n",
        encoding="utf-8",
    )
    before = set(rows(upgraded, ABSTRACTS))

    done = run("load", str(page), "--as-of", AS_OF, "-d", str(upgraded))

    assert done.exit_code in (0, 1), done.output
    assert_sound(upgraded)
    after = set(rows(upgraded, ABSTRACTS))
    assert len(before) > 10
    assert after > before
    assert len(after) == len(before) + 2
