"""`catalog check` of a release: its form and what stands beside it, and every way in which that can be wrong."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from catalog.checks import CHECKS
from catalog.release import check_release, release_catalog
from tests.catalogues import FERN, LICHEN, damage, document, good_catalogue, load, snapshot
from tests.checkouts import run
from tests.conftest import rows

ALL = ["release form", "release checksum", "release description", "release inspect data"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a working catalogue and a release of it; nobody may write to it."""
    folder = tmp_path_factory.mktemp("made")
    release_catalog(good_catalogue(folder / "catalog.db"), folder / "papers.db")
    return folder


@pytest.fixture
def release(made: Path, tmp_path: Path) -> Path:
    """The release with what stands beside it, for tests that change it."""
    for path in made.glob("papers.db*"):
        shutil.copyfile(path, tmp_path / path.name)
    return tmp_path / "papers.db"


def wrong(release: Path) -> dict[str, list[tuple[object, ...]]]:
    return {result.name: result.broken for result in check_release(release) if result.broken}


def test_a_release_passes_and_no_byte_changes(release: Path) -> None:
    before = snapshot(release.parent)

    results = list(check_release(release))

    assert [result.name for result in results] == ALL
    assert [result.broken for result in results] == [[]] * len(ALL)
    for arguments in ((str(release),), ("-d", str(release))):
        done = run("check", *arguments)
        assert done.exit_code == 0, done.output
        assert [line.split(":")[0].split(maxsplit=1)[1] for line in done.stdout.splitlines()][-4:] == ALL
    assert snapshot(release.parent) == before


def test_a_working_catalogue_is_no_release(made: Path) -> None:
    assert list(check_release(made / "catalog.db")) == []


def test_a_release_that_has_lost_the_table_that_says_so_is_none(release: Path) -> None:
    damage(release, "DROP TABLE releases")

    assert wrong(release) == {
        "release checksum": [("papers.db.sha256", "states another SHA-256 than that of the file")]
    }


def test_two_files_at_once_are_a_question_of_usage(release: Path) -> None:
    done = run("check", str(release), "-d", str(release))

    assert done.exit_code == 2
    assert "Name one file" in done.stderr


def test_a_release_that_travelled_alone_or_has_another_name_passes(release: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone" / "other.db"
    alone.parent.mkdir()
    shutil.copyfile(release, alone)
    assert wrong(alone) == {}
    assert [result.rule for result in check_release(alone)][1] == "no other.db.sha256 is here to compare with"

    for path in release.parent.glob("papers.db.*"):
        shutil.copyfile(path, alone.parent / path.name.replace("papers.db", "other.db"))
    assert wrong(alone) == {}


FORMS = [
    ("INSERT INTO authors (id, name) VALUES (7, 'Ada Moss')", "authors"),
    ("UPDATE rejects SET id = 9", None),
    ("UPDATE repositories SET id = id + 1", "repositories"),
    ("UPDATE loads SET loaded_at = '2026-11-20T12:00:00Z'", "loads"),
    ("UPDATE loads SET new_paper_count = 1", "loads"),
    ("UPDATE loads SET id = id + 5", "loads"),
    ("PRAGMA user_version = 6", "pages"),
]


@pytest.mark.parametrize(("statement", "where"), FORMS)
def test_another_form_is_seen(release: Path, statement: str, where: str | None) -> None:
    damage(release, statement)

    found = wrong(release)

    places = [row[0] for row in found.get("release form", [])]
    # Whatever is written, SQLite's counters tell of it, where anything was written at all.
    assert places == [] if where is None else {where, "pages"} <= {*places, "pages"}
    assert ("release form" in found) == (where is not None)
    assert ("release checksum" in found) == (where is not None)


def test_another_layout_of_the_same_schema_is_seen(release: Path) -> None:
    damage(
        release,
        "DROP INDEX ix_papers_publication_date",
        "CREATE INDEX ix_papers_publication_date\n  ON papers (publication_date)",
    )

    assert ("schema", "CREATE INDEX ix_papers_publication_date ON papers is not laid out as in a release") in wrong(
        release
    )["release form"]
    assert "FAILED  schema" not in run("check", str(release)).stdout


def test_papers_in_another_order_are_seen(release: Path) -> None:
    damage(release, "UPDATE papers SET id = 100 WHERE id = 1", "UPDATE papers SET id = 1 WHERE id = 2")

    assert ("papers", "row 1 is not at its place in the natural order") not in wrong(release)["release form"]
    assert any(row[0] == "papers" for row in wrong(release)["release form"])


@pytest.mark.parametrize("end", ["-journal", "-wal", "-shm"])
def test_a_journal_beside_it_is_seen(release: Path, end: str) -> None:
    release.with_name(release.name + end).write_bytes(b"")

    assert (release.name + end, "is beside it") in wrong(release)["release form"]


def test_a_journal_mode_that_needs_another_file_is_seen(release: Path) -> None:
    damage(release, "PRAGMA journal_mode = WAL")

    assert any(row[0] == "pages" for row in wrong(release)["release form"])


def test_pages_of_another_size_are_seen(release: Path) -> None:
    damage(release, "PRAGMA page_size = 2048", "VACUUM")

    assert ("pages", "are of 2,048 bytes where so many papers have 1,024") in wrong(release)["release form"]


def test_the_package_has_no_other_names() -> None:
    import catalog.release

    with pytest.raises(AttributeError, match=r"module 'catalog.release' has no attribute 'moss'"):
        _ = catalog.release.moss


def test_free_pages_are_seen(release: Path) -> None:
    damage(release, "CREATE TABLE notes (text)", "DROP TABLE notes")

    assert ("pages", "it has free pages or a pointer map") in wrong(release)["release form"]


def test_a_byte_that_means_nothing_is_seen(release: Path) -> None:
    content = bytearray(release.read_bytes())
    start = 1024 * 2
    cells = int.from_bytes(content[start + 3 : start + 5], "big")
    content[start + 8 + 4 * cells + 20] = 77
    release.write_bytes(content)

    assert wrong(release) == {
        "release form": [("pages", "1 of them hold bytes that mean nothing, or the header is another one")],
        "release checksum": [("papers.db.sha256", "states another SHA-256 than that of the file")],
        "release description": [("papers.db.json", "states another sha256 than that of the file")],
        "release inspect data": [("papers.db.inspect.json", "states another hash than that of the file")],
    }


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("sha256", "0" * 64),
        ("byte_count", 1),
        ("catalogue_version", "9"),
        ("schema_revision", "9"),
        ("counts", {}),
        ("documents", []),
        ("licences", None),
        ("format", "moss"),
    ],
)
def test_a_description_that_is_not_of_the_file_is_seen(release: Path, key: str, value: object) -> None:
    path = release.with_name("papers.db.json")
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), key: value}), encoding="utf-8")

    said = key.replace("_", " ")
    assert wrong(release) == {
        "release description": [("papers.db.json", f"states another {said} than that of the file")]
    }
    assert run("check", str(release)).exit_code == 1


@pytest.mark.parametrize("text", ["", "[]", "7", "{", "[" * 100_000, '{"a": {}, "b": {}}', "\ud800"])
@pytest.mark.parametrize("suffix", [".sha256", ".json", ".inspect.json"])
def test_anything_else_beside_it_is_seen(release: Path, suffix: str, text: str) -> None:
    release.with_name(release.name + suffix).write_bytes(text.encode("utf-8", "surrogatepass"))

    (rows_found,) = wrong(release).values()
    assert rows_found


def test_a_release_that_was_loaded_into_is_a_catalogue_with_a_wrong_checksum(release: Path) -> None:
    load(release, document("third.txt", LICHEN, FERN, printed_date="Mar 12"))

    done = run("check", str(release))

    assert done.exit_code == 1
    assert "1 of" in done.stderr
    assert list(wrong(release)) == ["release checksum"]
    release.with_name("papers.db.sha256").unlink()
    assert run("check", str(release)).exit_code == 0


def test_a_release_without_a_table_is_told_without_a_traceback(release: Path) -> None:
    damage(release, "DROP TABLE rejects")

    done = run("check", str(release))

    assert done.exit_code == 1
    assert isinstance(done.exception, SystemExit)
    assert "no such table: rejects" in done.stdout


# What a person has who has only the file


def test_the_file_explains_itself_in_plain_sqlite(made: Path) -> None:
    if shutil.which("sqlite3") is None:
        pytest.skip("the sqlite3 command is not installed")

    def ask(sql: str) -> str:
        done = subprocess.run(["sqlite3", made / "papers.db", sql], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    views = ask("SELECT name FROM sqlite_master WHERE type = 'view' ORDER BY name").split()
    assert len(views) == len(CHECKS) + 1
    assert [ask(f"SELECT * FROM {view}") for view in views] == [""] * len(views)
    assert ask("SELECT comment FROM schema_comments WHERE name = 'papers' AND column_name = 'doi'").startswith("DOI")
    assert ask("SELECT count(*) FROM source_licences WHERE attribution <> ''") == "6\n"
    assert ask("SELECT catalogue_version FROM releases") == "0.1.0\n"
    assert ask("PRAGMA journal_mode") == "delete\n"
    assert (
        ask("SELECT version_num = printf('%04d', (SELECT user_version FROM pragma_user_version)) FROM alembic_version")
        == "1\n"
    )


def test_datasette_shows_it_with_its_inspect_data(made: Path) -> None:
    if "pysqlite3" in sys.modules:
        pytest.skip("the driver of a wheel lacks what Datasette needs")
    from datasette.app import Datasette

    inspected = json.loads((made / "papers.db.inspect.json").read_text(encoding="utf-8"))
    datasette = Datasette(immutables=[str(made / "papers.db")], inspect_data=inspected)
    response = asyncio.run(datasette.client.get("/papers/papers.json?_shape=objects&_search=moss"))

    assert response.status_code == 200
    assert [row["title"] for row in response.json()["rows"]] == ["Moss-Net: Counting Moss with Graph Networks"]
    assert datasette.databases["papers"].cached_table_counts["papers"] == 4
    assert datasette.databases["papers"].hash == inspected["papers"]["hash"]


def test_the_site_shows_it(made: Path) -> None:
    if "pysqlite3" in sys.modules:
        pytest.skip("the driver of a wheel lacks what Datasette needs")
    from catalog.serve import site
    from tests.site_example import getter

    datasette = site(made / "papers.db")
    get = getter(datasette)
    for path in (
        "/",
        "/catalog",
        "/catalog/papers/1",
        "/catalog/digests/1",
        "/catalog/source_documents/1",
        "/catalog/loads",
        "/catalog/schema_comments",
        "/catalog/source_licences",
        "/catalog/releases",
    ):
        response = get(path, follow_redirects=True)
        assert response.status_code == 200, path


def test_it_may_be_opened_for_reading_alone(made: Path) -> None:
    with closing(sqlite3.connect(f"{(made / 'papers.db').as_uri()}?immutable=1", uri=True)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert rows(made / "papers.db", "PRAGMA freelist_count") == [(0,)]
    assert (made / "papers.db").read_bytes()[96:100] == (3_037_000).to_bytes(4, "big")
