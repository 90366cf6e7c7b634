"""`catalog merge`: nothing lost, nothing doubled, and the same as loading both people's documents into one file."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from catalog.checks import check_catalog
from catalog.cli import main
from catalog.database import create_catalog_engine
from catalog.errors import CatalogError
from catalog.load import load_document, load_documents, load_terms
from catalog.merge.session import merge_files
from catalog.records import DocumentRecord, PaperRecord
from tests.catalogues import AS_OF, FERN, LICHEN, MOSS_NET, PUDDLE, damage, document, load, snapshot
from tests.conftest import ROOT, SHARED, rows
from tests.contents import contents
from tests.test_load_order import documents

FROZEN = ROOT / "tests" / "frozen" / "catalog-0001.db"
EARLIER = date(2025, 6, 1)


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    load(tmp_path / "mine.db", document("dated.txt", MOSS_NET, LICHEN, printed_date="Mar 4"))
    return tmp_path / "mine.db"


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    path = tmp_path / "theirs.db"
    load(
        path,
        document("open.txt", LICHEN, FERN, PUDDLE, printed_date="Mar 11"),
        document("dated.txt", MOSS_NET, LICHEN, printed_date="Mar 4"),
    )
    return path


def run(mine: Path, *others: Path) -> Result:
    return CliRunner().invoke(main, ["merge", *map(str, others), "-d", str(mine)])


def merged(mine: Path, *others: Path) -> list[str]:
    faults: list[str] = []
    list(merge_files(others, mine, load_terms(as_of=AS_OF), on_error=faults.append))
    return faults


def broken(path: Path) -> list[tuple[str, list[tuple[object, ...]]]]:
    return [(result.name, sorted(result.broken)) for result in check_catalog(path) if result.broken]


def assert_sound(path: Path) -> None:
    assert broken(path) == []


_QUICK = settings(
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
some = st.lists(st.integers(0, 7), min_size=1, max_size=4)


@settings(_QUICK, max_examples=3)
@given(documents, some, some, st.sampled_from((AS_OF, EARLIER)))
def test_a_merge_is_both_loaded_into_one(
    documents: list[DocumentRecord], ours: list[int], others: list[int], as_of: date
) -> None:
    _both_loaded_into_one(documents, ours, others, as_of)


@pytest.mark.slow
@settings(_QUICK, max_examples=1500)
@given(documents, some, some, st.sampled_from((AS_OF, EARLIER)))
def test_a_merge_is_both_loaded_into_one_at_length(
    documents: list[DocumentRecord], ours: list[int], others: list[int], as_of: date
) -> None:
    _both_loaded_into_one(documents, ours, others, as_of)


def _both_loaded_into_one(documents: list[DocumentRecord], ours: list[int], others: list[int], as_of: date) -> None:
    own, foreign = ([documents[place % len(documents)] for place in places] for places in (ours, others))
    with tempfile.TemporaryDirectory() as folder:
        mine, theirs, both = (Path(folder, f"{name}.db") for name in ("mine", "theirs", "both"))
        load(mine, *own)
        load(theirs, *foreign, as_of=as_of)
        load(both, *own)
        load(both, *foreign, as_of=as_of)

        assert merged(mine, theirs) == []

        assert contents(mine) == contents(both)
        # A document that is older than a paper in it contradicts itself, whoever loads it.
        assert broken(mine) == broken(both)


@pytest.mark.slow
def test_real_documents_split_between_two_people(tmp_path: Path) -> None:
    inputs = sorted([*(SHARED / "seeds").glob("*.txt"), *(SHARED / "inputs").glob("*/*")])
    if not inputs:
        pytest.skip("the real documents are not at hand")
    chance = random.Random(6)
    people = [chance.sample(inputs, 12) for _ in range(2)]
    faults: list[str] = []
    for name, paths in zip(("mine", "theirs", "both"), (*people, people[0] + people[1]), strict=True):
        terms = load_terms(as_of=AS_OF)
        list(load_documents(paths, tmp_path / f"{name}.db", terms, on_error=faults.append))

    faults += merged(tmp_path / "mine.db", tmp_path / "theirs.db")

    assert faults == []
    assert contents(tmp_path / "mine.db") == contents(tmp_path / "both.db")
    assert_sound(tmp_path / "mine.db")


def test_the_account_is_that_of_a_load(mine: Path, theirs: Path) -> None:
    before = theirs.read_bytes()

    first, second = run(mine, theirs), run(mine, theirs)

    assert (first.exit_code, first.stderr, second.exit_code, second.stderr) == (0, "", 0, "")
    assert first.stdout.splitlines() == [
        "document      entries    new papers    known papers    links    rejects  note",
        "----------  ---------  ------------  --------------  -------  ---------  -------------------------------",
        "open.txt            3             2               1        1          0",
        "dated.txt           2             0               0        0          0  already loaded, nothing changed",
        "all                 5             2               1        1          0",
    ]
    assert second.stdout.count("already loaded, nothing changed") == 2
    assert theirs.read_bytes() == before
    assert_sound(mine)


def test_a_file_that_is_not_there_is_made(theirs: Path, tmp_path: Path) -> None:
    assert merged(tmp_path / "new.db", theirs) == []

    assert contents(tmp_path / "new.db") == contents(theirs)


def test_several_files_at_once(mine: Path, theirs: Path, tmp_path: Path) -> None:
    load(tmp_path / "more.db", document("more.txt", FERN))

    assert run(mine, theirs, tmp_path / "more.db", theirs).exit_code == 0

    assert rows(mine, "SELECT name FROM source_documents ORDER BY 1") == [("dated.txt",), ("more.txt",), ("open.txt",)]


def test_a_file_is_not_merged_into_itself(mine: Path, tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(mine)
    before = mine.read_bytes()

    done = run(mine, tmp_path / "link.db")

    assert (done.exit_code, done.stdout) == (2, "")
    assert "is the catalogue that it should be merged into" in done.stderr
    assert mine.read_bytes() == before


def test_a_document_of_which_only_the_facts_are_there_is_completed(tmp_path: Path) -> None:
    whole = document("page.txt", MOSS_NET, LICHEN, printed_date="Mar 4")
    (digest,) = whole.digests
    bare = tuple(replace(entry, abstract=None) for entry in digest.entries)
    facts = replace(whole, digests=(replace(digest, entries=bare),), is_complete=False)
    load(tmp_path / "facts.db", facts)
    load(tmp_path / "whole.db", whole)
    completed = contents(tmp_path / "whole.db")

    assert merged(tmp_path / "facts.db", tmp_path / "whole.db") == []
    assert contents(tmp_path / "facts.db") == completed

    load(tmp_path / "again.db", facts)
    assert merged(tmp_path / "whole.db", tmp_path / "again.db") == []
    assert contents(tmp_path / "whole.db") == completed


def test_a_year_that_a_person_gave_comes_along_and_ones_own_stays(tmp_path: Path) -> None:
    page = document("open.txt", LICHEN, printed_date="Mar 11")
    for name, year in (("open", None), ("given", 2025), ("other", 2024)):
        terms = replace(load_terms(as_of=AS_OF), year=year)
        load(tmp_path / f"{name}.db", document("first.txt", FERN))
        engine = create_catalog_engine(tmp_path / f"{name}.db")
        with engine.begin() as connection:
            load_document(connection, page, terms)
        engine.dispose()

    assert merged(tmp_path / "open.db", tmp_path / "given.db") == []
    assert merged(tmp_path / "other.db", tmp_path / "given.db") == []

    asked = "SELECT digest_date, date_basis FROM digests WHERE name = 'open'"
    assert rows(tmp_path / "open.db", asked) == [("2025-03-11", "given")]
    assert rows(tmp_path / "other.db", asked) == [("2024-03-11", "given")]
    assert_sound(tmp_path / "open.db")


def test_a_year_that_contradicts_what_is_known_is_told_and_changes_nothing(tmp_path: Path) -> None:
    page = document("open.txt", LICHEN, printed_date="Mar 11")
    load(tmp_path / "mine.db", page, document("late.txt", replace(LICHEN, publication_date="2024-12-24")))
    load(tmp_path / "theirs.db", document("first.txt", FERN))
    engine = create_catalog_engine(tmp_path / "theirs.db")
    with engine.begin() as connection:
        load_document(connection, page, replace(load_terms(as_of=AS_OF), year=2024))
    engine.dispose()

    done = run(tmp_path / "mine.db", tmp_path / "theirs.db")

    assert done.exit_code == 1
    assert done.stderr.count("\n") == 1
    assert "gives open.txt the year 2024, which contradicts what is known here" in done.stderr
    asked = "SELECT digest_date, earliest_date, latest_date FROM digests WHERE name = 'open'"
    assert rows(tmp_path / "mine.db", asked) == [(None, "2025-03-11", "2026-03-11")]
    assert rows(tmp_path / "mine.db", "SELECT count(*) FROM source_documents") == [(3,)]


def test_an_earlier_day_by_which_a_document_existed_dates_its_digests(tmp_path: Path) -> None:
    page = document("open.txt", replace(LICHEN, publication_date="2024-12-24"), printed_date="Mar 11")
    load(tmp_path / "mine.db", page)
    load(tmp_path / "theirs.db", page, as_of=EARLIER)
    asked = "SELECT digest_date, earliest_date, latest_date FROM digests"
    assert rows(tmp_path / "mine.db", asked) == [(None, "2025-03-11", "2026-03-11")]

    assert merged(tmp_path / "mine.db", tmp_path / "theirs.db") == []

    assert rows(tmp_path / "mine.db", asked) == [("2025-03-11",) * 3]
    assert_sound(tmp_path / "mine.db")


def test_a_file_of_an_older_revision_is_upgraded_in_a_copy(tmp_path: Path) -> None:
    upgraded = tmp_path / "upgraded.db"
    upgraded.write_bytes(FROZEN.read_bytes())
    assert CliRunner().invoke(main, ["migrate", "-d", str(upgraded)]).exit_code == 0
    before = snapshot(FROZEN.parent)

    faults = merged(tmp_path / "mine.db", FROZEN)

    assert faults == []
    assert snapshot(FROZEN.parent) == before
    counted = (
        "SELECT (SELECT count(*) FROM papers), (SELECT count(*) FROM digest_entries), (SELECT count(*) FROM links)"
    )
    assert rows(tmp_path / "mine.db", counted) == rows(upgraded, counted)
    assert_sound(tmp_path / "mine.db")


@pytest.mark.slow
def test_many_papers_outside_of_digests_are_merged_in_pieces(tmp_path: Path) -> None:
    described = tuple(
        PaperRecord(
            position=place,
            title=f"Invented Moss Number {place}",
            abstract=f"See https://github.com/moss-lab/moss-{place}.",
            abstract_line=place,
            line_start=place,
            line_end=place,
        )
        for place in range(1, 2502)
    )
    one = document("list.json", FERN)
    load(tmp_path / "theirs.db", replace(one, origin=replace(one.origin, line_count=3000), papers=described))

    assert merged(tmp_path / "mine.db", tmp_path / "theirs.db") == []

    assert contents(tmp_path / "mine.db") == contents(tmp_path / "theirs.db")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param("UPDATE source_documents SET name = 'a/b'", "is a path", id="a path as a name"),
        pytest.param("UPDATE link_assertions SET roles = 'no JSON'", "in it is not as it must be", id="no list"),
        pytest.param("""UPDATE link_assertions SET roles = '["evil"]'""", "Invalid enum value", id="an unknown role"),
        pytest.param("UPDATE digest_entries SET line_end = 99999", "are not in a document of", id="lines beyond it"),
        pytest.param("UPDATE digests SET printed_date = 'Undecember 1'", "is no date", id="no day"),
        pytest.param("UPDATE digest_entries SET arxiv_id = '; --'", "is no arXiv id", id="no arXiv id"),
        pytest.param("UPDATE links SET url = 'no address: ' || id", "in it is not as it must be", id="no address"),
    ],
)
def test_a_document_that_is_not_as_it_must_be_is_left_out(mine: Path, tmp_path: Path, change: str, told: str) -> None:
    load(tmp_path / "theirs.db", document("open.txt", MOSS_NET, printed_date="Mar 11"))
    damage(tmp_path / "theirs.db", change)
    before = contents(mine)

    done = run(mine, tmp_path / "theirs.db")

    assert (done.exit_code, done.stdout) == (65, "")
    assert told in done.stderr
    assert done.stderr.count("\n") == 1
    assert contents(mine) == before


def test_a_merge_that_was_killed_goes_on_when_it_is_run_again(mine: Path, tmp_path: Path) -> None:
    pages = [document(f"page-{number}.txt", replace(FERN, title=f"Fern {number}"), LICHEN) for number in range(6)]
    load(tmp_path / "theirs.db", *pages)
    load(tmp_path / "both.db", document("dated.txt", MOSS_NET, LICHEN, printed_date="Mar 4"), *pages)

    killed = subprocess.run(
        [sys.executable, "-c", _KILLED, str(mine), str(tmp_path / "theirs.db")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert rows(mine, "SELECT count(*) FROM source_documents") == [(3,)]
    assert run(mine, tmp_path / "theirs.db").exit_code == 0
    assert contents(mine) == contents(tmp_path / "both.db")
    assert_sound(mine)


# Dies at the fourth document, in the second batch of two.
_KILLED = """
import os, signal, sys
from pathlib import Path
from catalog.load import load_terms, session
from catalog.merge.session import merge_files

session._BATCH_WEIGHT = 10_000
count, load = 0, session.load_document
def dying(*arguments):
    global count
    count += 1
    account = load(*arguments)
    if count == 4:
        os.kill(os.getpid(), signal.SIGKILL)
    return account
session.load_document = dying
list(merge_files([Path(sys.argv[2])], Path(sys.argv[1]), load_terms(), on_error=print))
"""


def test_where_one_file_is_refused_nothing_of_the_others_is_merged(mine: Path, theirs: Path, tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("no database", encoding="utf-8")
    before = mine.read_bytes()

    with pytest.raises(CatalogError, match="is not an SQLite database"):
        merged(mine, theirs, tmp_path / "text.db")

    assert mine.read_bytes() == before
