"""Every revision up, down and up again with rows in every table, and what it refuses or leaves undone."""

from __future__ import annotations

import difflib
import itertools
import re
import shutil
from pathlib import Path

import pytest

from catalog.database import file_revision
from tests.checkouts import run
from tests.conftest import rows
from tests.frozen_files import FROZEN
from tests.revisions import REVISIONS, at_revision, downgrade, everything, schema_of, upgrade, write

STEPS = list(itertools.pairwise(REVISIONS))

# Going down from 0005 is refused where a digest repeats another; as a list of another kind it repeats none.
NO_REPETITION = "UPDATE digests SET kind = 'trending' WHERE name = 'walls-again'"

ADD_AUTHORS = "INSERT INTO paper_variants (paper_id, authors) VALUES (1, '[\"Ada Moss\"]')"
ADD_RECORD = (
    "INSERT INTO paper_records (source_document_id, position, paper_id, line_start, line_end) VALUES (1, 1, 1, 1, 1)"
)


def dew_gave(field: str, *numbers: int) -> str:
    """Let the three entries of one paper in one document give its other texts by number; 0 is what it shows."""
    text = "(SELECT id FROM paper_variants WHERE paper_id = 9 AND {0} IS NOT NULL ORDER BY {0} LIMIT 1 OFFSET {1})"
    texts = {number: text.format(field, number - 1) for number in (1, 2)} | {0: "NULL"}
    cases = " ".join(f"WHEN {entry} THEN {texts[number]}" for entry, number in enumerate(numbers, start=1))
    return (
        f"UPDATE digest_entries SET {field}_variant_id = CASE position {cases} END WHERE digest_id = 7 AND paper_id = 9"
    )


REFUSED = {
    "0002": (
        "UPDATE papers SET authors = '[\"Ada Moss\"]' WHERE id = 1",
        "UPDATE papers SET doi = '10.1000/moss' WHERE id = 1",
        ADD_AUTHORS,
        "UPDATE digest_entries SET organization = 'Invented Lab' WHERE digest_id = 1 AND position = 1",
        "UPDATE digest_entries SET arxiv_id = NULL WHERE digest_id = 1 AND position = 1",
        "UPDATE digest_entries SET has_abstract = 0 WHERE digest_id = 1 AND position = 1",
        "UPDATE digest_entries SET has_abstract = 1 WHERE digest_id = 9 AND position = 1",
        # A text that no entry gave.
        "INSERT INTO paper_variants (paper_id, abstract) VALUES (1, 'Moss is green.')",
        # Two entries of one document that gave one text, and one after them that gave another.
        dew_gave("title", 1, 1, 2),
        dew_gave("abstract", 1, 1, 2),
        # Entries that gave other texts, and one after them that gave what the paper shows.
        dew_gave("title", 1, 2, 0),
        dew_gave("abstract", 1, 2, 0),
    ),
    "0003": (
        ADD_RECORD,
        "INSERT INTO authors (name) VALUES ('Ada Moss')",
        "INSERT INTO paper_authors (paper_id, position, author_id) VALUES (1, 1, 1)",
        "INSERT INTO paper_categories (paper_id, category) VALUES (1, 'cs.LG')",
    ),
    "0004": (
        "UPDATE link_assertions SET field = 'githubRepo' WHERE id = 12",
        "UPDATE link_assertions SET added_by = 'auto' WHERE id = 12",
        "UPDATE link_assertions SET is_official = 0 WHERE id = 12",
        "UPDATE link_assertions SET is_mentioned_in_paper = 0 WHERE id = 12",
        "UPDATE link_assertions SET is_mentioned_in_repository = 0 WHERE id = 12",
        "UPDATE link_assertions SET framework = 'moss' WHERE id = 12",
        "UPDATE link_assertions SET digest_id = NULL WHERE id = 12",
        "UPDATE link_assertions SET roles = '[]' WHERE id = 1",
        "UPDATE link_assertions SET is_promised = 1 WHERE id = 1",
        "UPDATE link_assertions SET is_own = 0 WHERE id = 1",
        # It stands in the second entry of its paper there, and no line says so.
        "UPDATE link_assertions SET position = 2 WHERE id = 12",
    ),
    "0005": (
        "UPDATE digests SET url = 'https://example.org/papers' WHERE id = 1",
        "UPDATE digests SET date_basis = 'stated by its entries' WHERE id = 1",
        "UPDATE digests SET date_basis = 'file name' WHERE id = 1",
        "UPDATE digests SET repeats_digest_id = 4 WHERE id = 3",
        "UPDATE loads SET record_count = 1 WHERE id = 1",
        "UPDATE loads SET merged_paper_count = 1 WHERE id = 1",
    ),
    "0006": (),  # only indexes: nothing can be lost
    "0007": (
        "INSERT INTO releases (id, catalogue_version) VALUES (1, '0.1.0')",
        *(
            f"UPDATE loads SET {column} = NULL WHERE id = 1"
            for column in (
                "loaded_at",
                "as_of_date",
                "catalogue_version",
                "schema_revision",
                "new_paper_count",
                "known_paper_count",
                "changed_paper_count",
                "link_count",
                "dated_digest_count",
                "merged_paper_count",
            )
        ),
    ),
    "0008": (),  # only what the file says of itself
    "0009": (),  # nothing that was not said elsewhere
}
BY_DIGEST_COUNT = "ix_papers_digest_count_recency_has_repository_publication_year_latest_digest_id"
# What lets a late statement of the revision fail, and what the sentence says of it.
SABOTAGE = {
    "0002": (
        "CREATE INDEX ix_digest_entries_title_variant_id ON papers (title)",
        "index ix_digest_entries_title_variant_id already exists",
    ),
    "0003": ("CREATE TABLE paper_categories (id INTEGER PRIMARY KEY)", "table paper_categories already exists"),
    "0004": (
        "INSERT INTO link_assertions (paper_id, link_id, source_document_id, asserted_by, verbatim) "
        "VALUES (1, 1, 4, 'abstract', 'github.com/invented-lab/moss-net')",
        "NOT NULL constraint failed: new_link_assertions.position",
    ),
    "0005": ("ALTER TABLE loads ADD COLUMN merged_paper_count INTEGER", "duplicate column name: merged_paper_count"),
    "0006": (f"CREATE INDEX {BY_DIGEST_COUNT} ON papers (title)", f"index {BY_DIGEST_COUNT} already exists"),
    "0007": ("CREATE VIEW check_title_twice AS SELECT 1", "view check_title_twice already exists"),
    "0008": (
        "CREATE TRIGGER stop BEFORE INSERT ON schema_comments BEGIN SELECT RAISE(ABORT, 'the moss is missing'); END",
        "the moss is missing",
    ),
    "0009": ("CREATE TABLE new_repositories (id INTEGER PRIMARY KEY)", "table new_repositories already exists"),
}


def without_repetition(path: Path, revision: str) -> Path:
    """Put a file of `revision` at `path` of which no digest repeats another."""
    at_revision(path, REVISIONS[0])
    write(path, NO_REPETITION)
    if revision != REVISIONS[0]:
        upgrade(path, revision)
    return path


def assert_same(one: str, other: str) -> None:
    assert not "\n".join(difflib.unified_diff(one.splitlines(), other.splitlines(), lineterm="", n=1))


def frozen_file(path: Path, revision: str) -> Path:
    """Put the real file of `revision`, with rows in every table, at `path`."""
    shutil.copyfile(FROZEN / f"catalog-{revision}.db", path)
    return path


def master_of(path: Path) -> str:
    """Return the text of `sqlite_master`, of every object, but for blanks and the quotes that a rebuilt table gets."""
    found = rows(path, "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master ORDER BY 1, 2")
    return "\n".join(re.sub(r'"(\w+)"', r"\1", " ".join(" ".join(row).split())) for row in found)


@pytest.mark.parametrize(("lower", "upper"), STEPS)
def test_up_down_and_up_again(database: Path, lower: str, upper: str) -> None:
    frozen_file(database, lower)
    below = master_of(database), everything(database)

    upgrade(database, upper)
    above = master_of(database), everything(database)
    assert above[0] != below[0]
    assert above[1] != below[1]

    downgrade(database, lower)
    assert file_revision(database) == lower
    assert_same(below[0], master_of(database))
    assert everything(database) == below[1]

    upgrade(database, upper)
    assert file_revision(database) == upper
    assert_same(above[0], master_of(database))
    assert everything(database) == above[1]
    assert rows(database, "PRAGMA foreign_key_check") == []
    assert rows(database, "PRAGMA integrity_check") == [("ok",)]


# Going down from a real file of the revision: what the one below has no place for, or None where all goes back.
GOES_DOWN = {"0003": "rows in", "0004": "assertions", "0005": "repetitions"} | dict.fromkeys(
    ("0002", "0006", "0007", "0008", "0009")
)


@pytest.mark.parametrize(("lower", "upper"), STEPS)
def test_down_from_a_real_file_is_refused_or_loses_nothing(database: Path, lower: str, upper: str) -> None:
    frozen_file(database, upper)
    before, content, schema = database.read_bytes(), everything(database), schema_of(database)

    if GOES_DOWN[upper] is None:
        downgrade(database, lower)
        upgrade(database, upper)
    else:
        with pytest.raises(RuntimeError, match=rf"{GOES_DOWN[upper]}.*so nothing was changed; go back to the backup"):
            downgrade(database, lower)
        assert database.read_bytes() == before

    assert everything(database) == content
    assert_same(schema, schema_of(database))


def test_all_the_way_down_and_up_again(database: Path) -> None:
    without_repetition(database, REVISIONS[0])
    at_the_foot = schema_of(database), everything(database)
    upgrade(database)
    at_the_head = schema_of(database), everything(database)

    downgrade(database, REVISIONS[0])
    assert (schema_of(database), everything(database)) == at_the_foot

    upgrade(database)
    assert (schema_of(database), everything(database)) == at_the_head


def test_texts_of_one_document_come_back_to_the_entries_that_gave_them(database: Path) -> None:
    write(without_repetition(database, "0002"), dew_gave("title", 0, 2, 1), dew_gave("abstract", 0, 2, 1))
    before = everything(database)
    assert before != everything(without_repetition(database.with_name("other.db"), "0002"))

    downgrade(database, "0001")
    upgrade(database, "0002")

    assert everything(database) == before


@pytest.mark.parametrize(
    ("lower", "upper", "statement"),
    [(lower, upper, statement) for lower, upper in STEPS for statement in REFUSED[upper]],
)
def test_a_downgrade_that_would_lose_data_is_refused(database: Path, lower: str, upper: str, statement: str) -> None:
    without_repetition(database, upper)
    write(database, statement)
    before = database.read_bytes()

    with pytest.raises(RuntimeError) as refused:
        downgrade(database, lower)

    assert re.fullmatch(
        r"the file holds [^.;]+, so nothing was changed; go back to the backup that [^.;]+", str(refused.value)
    )
    assert f"revision {lower}" in str(refused.value)
    assert database.read_bytes() == before


def test_a_digest_that_repeats_another_is_refused_too(database: Path) -> None:
    """The counts of its papers were others before."""
    at_revision(database, "0005")
    before = database.read_bytes()

    with pytest.raises(RuntimeError, match="repetitions"):
        downgrade(database, "0004")

    assert database.read_bytes() == before


@pytest.mark.parametrize(("lower", "upper"), STEPS)
def test_a_revision_that_fails_half_way_leaves_the_file_as_it_was(database: Path, lower: str, upper: str) -> None:
    statement, reason = SABOTAGE[upper]
    write(at_revision(database, lower), statement)
    before = database.read_bytes()

    result = run("migrate", "-d", str(database))

    assert result.exit_code == 1
    backup = database.with_name(f"{database.name}.backup-{lower}-1")
    (line,) = result.stderr.splitlines()
    assert line == (
        f"Error: {database}: could not be upgraded ({reason}), so it stays at revision {lower}; "
        f"please report it, and keep {backup}, the file as it was."
    )
    assert database.read_bytes() == before
    assert everything(backup) == everything(database)
    assert sorted(path.name for path in database.parent.iterdir()) == [database.name, backup.name]


def test_a_later_revision_that_fails_leaves_what_the_ones_before_it_made(database: Path) -> None:
    write(at_revision(database, "0001"), SABOTAGE["0004"][0])

    result = run("migrate", "-d", str(database))

    assert "so it stays at revision 0003" in result.stderr
    assert file_revision(database) == "0003"
    assert rows(database, "SELECT count(*) FROM link_assertions WHERE source_document_id = 4 AND line IS NULL") == [
        (1,)
    ]
