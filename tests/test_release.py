"""A release: the same documents give the same bytes, whatever became of the working file before."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from catalog.checks import check_catalog
from catalog.export.documents import export_documents
from catalog.migrate import migrate_catalog, upgrade
from catalog.models import metadata
from catalog.records import DocumentRecord
from catalog.release import STEP_COUNT, release_catalog
from catalog.release.order import ORDER, OWN_TABLES, referred
from tests.catalogues import load as load_records
from tests.conftest import ROOT, rows
from tests.contents import contents
from tests.releases import fill, load, released
from tests.revisions import FIRST_FILE, REVISIONS, downgrade, write
from tests.test_load_order import documents as any_documents


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Documents of every kind."""
    return fill(tmp_path_factory.mktemp("shelf"))


@pytest.fixture(scope="module")
def plain_history(shelf: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalogue of one load of all documents; nobody may write to it."""
    return load(tmp_path_factory.mktemp("plain") / "catalog.db", shelf)


@pytest.fixture(scope="module")
def expected(plain_history: Path) -> str:
    """The SHA-256 of its release."""
    return released(plain_history)


def test_the_shelf_reaches_every_table(plain_history: Path, expected: str) -> None:
    release = plain_history.parent / "released-catalog.db" / "papers.db"

    assert [name for name, found in contents(plain_history).items() if not found] == []
    assert contents(release) == contents(plain_history)
    assert rows(release, "SELECT count(*) FROM digests WHERE date_basis = 'open' AND printed_date IS NOT NULL") != [
        (0,)
    ]
    assert rows(release, "SELECT count(*) FROM digests WHERE repeats_digest_id IS NOT NULL") != [(0,)]


# Histories


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (2, 3))])
def test_any_order_one_by_one_and_some_twice(shelf: list[Path], database: Path, expected: str, seed: int) -> None:
    chance = random.Random(seed)
    for document in chance.sample(shelf, len(shelf)) + chance.sample(shelf, 3):
        load(database, [document])

    assert released(database) == expected


@settings(deadline=None, max_examples=2, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(any_documents, st.randoms(use_true_random=False))
def test_any_documents_in_any_order(documents: list[DocumentRecord], chance: random.Random) -> None:
    _same_bytes_in_any_order(documents, chance)


@pytest.mark.slow
@settings(deadline=None, max_examples=300, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(any_documents, st.randoms(use_true_random=False))
def test_any_documents_in_any_order_at_length(documents: list[DocumentRecord], chance: random.Random) -> None:
    _same_bytes_in_any_order(documents, chance)


def _same_bytes_in_any_order(documents: list[DocumentRecord], chance: random.Random) -> None:
    with tempfile.TemporaryDirectory() as folder:
        first, second = Path(folder, "first.db"), Path(folder, "second.db")
        load_records(first, *documents)
        for document in chance.sample(documents, len(documents)):
            load_records(second, document)

        assert released(first) == released(second)


def test_batches_in_reverse(shelf: list[Path], database: Path, expected: str) -> None:
    backwards = shelf[::-1]
    for start in range(0, len(backwards), 4):
        load(database, backwards[start : start + 4])

    assert released(database) == expected


_KILLED_LOAD = """
import os, signal, sys
from pathlib import Path
from catalog.load import load_documents, load_terms, session
from tests.releases import AS_OF
real, seen = session.load_document, []

def load_document(connection, *others):
    connection.exec_driver_sql("PRAGMA cache_size = 1")  # so that half of it is in the file when the kill comes
    account = real(connection, *others)
    seen.append(account)
    if len(seen) == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return account

session.load_document = load_document
list(load_documents([Path(p) for p in sys.argv[2:]], Path(sys.argv[1]), load_terms(as_of=AS_OF), on_error=print))
"""


def test_a_load_that_was_killed_and_resumed(shelf: list[Path], database: Path, expected: str) -> None:
    command = [sys.executable, "-c", _KILLED_LOAD, str(database), *map(str, shelf)]
    killed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)

    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert database.with_name("catalog.db-journal").exists()
    load(database, shelf)

    assert released(database) == expected


def test_migrations_in_between(shelf: list[Path], database: Path, expected: str) -> None:
    load(database, shelf[:5])
    downgrade(database, REVISIONS[-2])
    migrate_catalog(database)
    load(database, shelf[5:])

    assert released(database) == expected


def test_an_old_file_upgraded_at_once_or_step_by_step(tmp_path: Path) -> None:
    at_once, by_steps = tmp_path / "at-once.db", tmp_path / "by-steps.db"
    for path in (at_once, by_steps):
        shutil.copyfile(FIRST_FILE, path)
    upgrade(at_once)
    for revision in REVISIONS[1:]:
        upgrade(by_steps, revision)
        write(by_steps, "VACUUM")

    assert at_once.read_bytes() != by_steps.read_bytes()
    assert released(at_once) == released(by_steps)


def test_exported_and_loaded_again(shelf: list[Path], plain_history: Path, database: Path, expected: str) -> None:
    written = list(export_documents(plain_history, database.parent / "export", facts_only=False))
    assert len(written) == len(shelf)
    load(database, written)

    assert released(database) == expected


def test_a_release_that_more_is_loaded_into(shelf: list[Path], database: Path, expected: str) -> None:
    half = released(load(database.with_name("half.db"), shelf[::2]))
    shutil.copyfile(database.parent / "released-half.db" / "papers.db", database)
    load(database, shelf)

    assert rows(database, "SELECT count(*) FROM releases") == [(0,)]
    assert half != expected
    assert released(database) == expected


def test_a_release_of_a_release(plain_history: Path, database: Path, expected: str) -> None:
    shutil.copyfile(plain_history.parent / "released-catalog.db" / "papers.db", database)

    assert released(database) == expected


def test_loads_on_other_days(shelf: list[Path], database: Path, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any day between the last `Mar 4` and the next leaves the same years."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1234567890")
    for number, document in enumerate(shelf):
        load(database, [document], as_of=date(2026, 11, 21 + number % 5))

    assert rows(database, "SELECT DISTINCT loaded_at FROM loads") == [("2009-02-13T23:31:30Z",)]
    assert released(database) == expected


@pytest.mark.parametrize(
    "statements",
    [
        ("PRAGMA page_size = 8192", "VACUUM"),
        ("PRAGMA auto_vacuum = FULL", "VACUUM"),
        ("PRAGMA journal_mode = WAL",),
        ("UPDATE papers SET title = title || ' moss'", "UPDATE papers SET title = substr(title, 1, length(title) - 5)"),
        ("ANALYZE",),
        ("INSERT INTO papers_fts (papers_fts) VALUES ('optimize')",),
        ("UPDATE schema_comments SET comment = 'moss'", "DELETE FROM source_licences"),
    ],
)
def test_what_became_of_the_file(
    plain_history: Path, database: Path, expected: str, statements: tuple[str, ...]
) -> None:
    shutil.copyfile(plain_history, database)
    write(database, *statements)

    assert database.read_bytes() != plain_history.read_bytes()
    assert released(database, "another name.sqlite") == expected


def test_another_document_makes_other_bytes(shelf: list[Path], database: Path, expected: str) -> None:
    load(database, shelf[1:])

    assert released(database) != expected


_RELEASE = """
import sqlite3, sys
from pathlib import Path
from catalog.release import release_catalog
print(sqlite3.sqlite_version)
print(release_catalog(Path(sys.argv[1]), Path(sys.argv[2])))
"""


def test_another_sqlite_makes_the_same_bytes(plain_history: Path, tmp_path: Path, expected: str) -> None:
    """Whichever of the two this process is, the other one of the repository's two environments."""
    other = ROOT / (".venv" if "pysqlite3" in sys.modules else ".venv-newest")
    here = other / "bin" / "python"
    if not (other / "test").exists():  # written when everything is installed
        pytest.skip(
            f"the other environment is not there: make {'lint' if '.venv/' in str(here) else 'test-newest-sqlite'}"
        )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    if here.parts[-3] == ".venv-newest":
        environment["PYTHONPATH"] = os.pathsep.join((str(ROOT / "tests" / "newest_sqlite"), str(ROOT)))
    done = subprocess.run(
        [here, "-c", _RELEASE, plain_history, tmp_path / "papers.db"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        env=environment,
    )

    assert done.returncode == 0, done.stderr
    version, sha256 = done.stdout.split()
    assert version != rows(plain_history, "SELECT sqlite_version()")[0][0]
    assert sha256 == expected


# Content


def test_a_release_passes_every_check_and_searches(plain_history: Path, expected: str) -> None:
    release = plain_history.parent / "released-catalog.db" / "papers.db"

    assert [result.name for result in check_catalog(release) if result.broken] == []
    found = (
        "SELECT papers.title FROM papers_fts JOIN papers ON papers.id = papers_fts.rowid "
        "WHERE papers_fts MATCH ? ORDER BY 1"
    )
    for word in ("moss", "socks", "walls", "nothing"):
        assert rows(release, found, word) == rows(plain_history, found, word)
        assert bool(rows(release, found, word)) == (word != "nothing")
    assert rows(release, "SELECT id FROM papers ORDER BY arxiv_id IS NULL, arxiv_id, title_key") == [
        (number,) for number in range(1, 1 + rows(release, "SELECT count(*) FROM papers")[0][0])
    ]


def test_a_load_of_the_same_documents_into_a_release_changes_nothing(
    shelf: list[Path], plain_history: Path, database: Path, expected: str
) -> None:
    shutil.copyfile(plain_history.parent / "released-catalog.db" / "papers.db", database)
    before = database.read_bytes()

    load(database, shelf, as_of=date(2031, 1, 1))

    assert database.read_bytes() == before


def test_a_release_dates_as_the_working_file_does(plain_history: Path, database: Path, shelf: list[Path]) -> None:
    """What a later document tightens, it tightens to the same dates in both, also years after."""
    copy = database.with_name("release.db")
    shutil.copyfile(plain_history, database)
    released(database)
    shutil.copyfile(database.parent / "released-catalog.db" / "papers.db", copy)
    later = database.with_name("later.json")
    later.write_text(
        '[{"paper_title": "Counting Ferns", "paper_arxiv_id": "2602.00001", '
        '"paper_url_abs": "http://arxiv.org/abs/2602.00001", "repo_url": "https://github.com/invented-lab/ferns"}]',
        encoding="utf-8",
    )
    for path in (database, copy):
        load(path, [later], as_of=date(2031, 1, 1))

    assert contents(copy) == contents(database)


def test_every_step_is_told(plain_history: Path, tmp_path: Path) -> None:
    steps: list[None] = []
    release_catalog(plain_history, tmp_path / "papers.db", on_step=lambda: steps.append(None))

    assert len(steps) == STEP_COUNT


def test_every_table_has_its_place_in_the_order() -> None:
    with_ids = {name for name, table in metadata.tables.items() if "id" in table.c}

    assert set(ORDER) == with_ids - set(OWN_TABLES)
    placed: set[str] = set()
    for name, keys in ORDER.items():
        columns = metadata.tables[name].c
        used = {word for key in keys for word in key.split()} & set(columns.keys())
        # Whatever the order is made of has its own order already.
        assert {target for column in used if (target := referred(columns[column]))} <= placed
        placed.add(name)
