"""The commands as a person types them: the first in a process of its own, the others in this one, which is quicker."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from contextlib import chdir
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from catalog.cli import main
from catalog.database import known_revisions
from tests.conftest import ROOT, Query

ABSTRACT = (
    "We present an entirely invented method for counting the ferns of a garden that does not exist. The method looks "
    "at every leaf twice and never tires. On three made-up benchmarks it counts more ferns than there are, which we "
    "discuss at length. Our code is available at https://github.com/{owner}/fern-counter."
)


def page(*titles: str, printed_date: str = "Mar 4", trailer: str = "  • 3 authors\n·\nApr 7, 2024 2\n\n") -> str:
    head = f"new\n\nSubscribe\n\nDaily Papers\n\nbyAK and the research community\n\n{printed_date}\n\n"
    cards = (
        f"{title}\n\n{ABSTRACT.format(owner=f'garden-{number}')}\n\n{trailer}" for number, title in enumerate(titles)
    )
    return head + "".join(cards)


def catalog(*arguments: str | Path, cwd: Path, stdin: str | None = None, **environment: str) -> Result:
    with chdir(cwd):
        return CliRunner().invoke(
            main, list(map(str, arguments)), input=stdin, env=environment, prog_name="catalog", catch_exceptions=False
        )


@pytest.fixture
def garden(tmp_path: Path) -> Path:
    """A folder with one page of two papers."""
    (tmp_path / "garden.txt").write_text(page("Counting Ferns", "Counting Mosses"), encoding="utf-8")
    return tmp_path


def listing(folder: Path) -> dict[str, str]:
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}


def test_load_prints_the_account(garden: Path, query: Query) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "catalog", "load", "garden.txt"],
        cwd=garden,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "document      entries    new papers    known papers    links    rejects",
        "----------  ---------  ------------  --------------  -------  ---------",
        "garden.txt          2             2               0        2          0",
    ]
    assert query("SELECT count(*) FROM papers") == [(2,)]


def test_load_again_says_that_nothing_changed(garden: Path) -> None:
    catalog("load", "garden.txt", cwd=garden)
    before = listing(garden)

    again = catalog("load", ".", cwd=garden)

    assert again.exit_code == 1  # the folder holds catalog.db too, which is no document
    assert "already loaded, nothing changed" in again.stdout
    assert listing(garden) == before


def test_load_reads_standard_input(tmp_path: Path, query: Query) -> None:
    done = catalog("load", "-", cwd=tmp_path, stdin=page("Counting Ferns"))

    assert (done.exit_code, done.stderr) == (0, "")
    assert query("SELECT name FROM source_documents") == [("standard input",)]


def test_load_without_source_loads_the_seeds(tmp_path: Path, query: Query) -> None:
    done = catalog("load", "--as-of", "2026-11-20", cwd=tmp_path)

    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1].split() == ["all", "421", "341", "80", "139", "0"]
    assert query("SELECT count(*) FROM repositories") == [(98,)]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("missing.txt", None, "does not exist"),
        ("empty.txt", b"", "is empty"),
        ("blank.txt", b" \n\n \n", "is empty"),
        ("picture.txt", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)), "not text"),
        ("nul.txt", b"Daily Papers\n\n\x00\x01\x02\x03", "binary"),
        ("wide.txt", page("Counting Ferns").encode("utf-16"), "is UTF-16; save it as UTF-8"),
        ("latin.txt", page("Caf\xe9 Ferns", trailer="").encode("latin-1"), "line 11 is not UTF-8"),
        ("saved.html", b"<!doctype html><html><body><h1>Daily Papers</h1></body></html>", "is an HTML page"),
        ("head.txt", b"new\n\nSubscribe\n\nDaily Papers\n\nMar 4\n", "card"),
        ("other.json", b'{"papers": []}', "JSON of a form that no reader knows"),
        ("torn.json", b'{"catalogue": "paper-catalogue/1", "source": {', "catalogue JSON"),
    ],
)
def test_a_bad_document_is_one_sentence_and_the_others_are_loaded(
    garden: Path, query: Query, name: str, content: bytes | None, says: str
) -> None:
    if content is not None:
        (garden / name).write_bytes(content)

    done = catalog("load", name, "garden.txt", cwd=garden)

    assert done.exit_code == 1
    (sentence,) = done.stderr.splitlines()
    assert sentence.startswith(f"Error: {name}: ")
    assert says in sentence
    assert sentence.endswith(".")
    assert query("SELECT name FROM source_documents") == [("garden.txt",)]
    assert "garden.txt          2" in done.stdout


@pytest.mark.parametrize(("source", "code"), [("missing.txt", 66), ("empty-folder", 66), ("empty.txt", 65)])
def test_where_nothing_can_be_read_nothing_is_written(tmp_path: Path, source: str, code: int) -> None:
    (tmp_path / "empty-folder").mkdir()
    (tmp_path / "empty.txt").touch()
    before = sorted(tmp_path.rglob("*"))

    done = catalog("load", source, cwd=tmp_path)

    assert done.exit_code == code
    assert done.stdout == ""
    assert done.stderr.startswith(f"Error: {source}: ")
    assert len(done.stderr.splitlines()) == 1
    assert sorted(tmp_path.rglob("*")) == before


def test_a_file_name_cannot_write_to_the_terminal(tmp_path: Path) -> None:
    name = "\x1b[31mred\n.txt"
    (tmp_path / name).touch()

    done = catalog("load", name, cwd=tmp_path)

    assert "\x1b" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("load", "--format", "papyrus", "garden.txt"),
        ("load", "--as-of", "yesterday", "garden.txt"),
        ("load", "--year", "1999", "garden.txt"),
        ("search",),
        ("serve", "--port", "99999"),
        ("mow",),
    ],
)
def test_usage_errors_exit_with_2(garden: Path, arguments: tuple[str, ...]) -> None:
    before = listing(garden)

    done = catalog(*arguments, cwd=garden)

    assert done.exit_code == 2
    assert "Traceback" not in done.stderr
    assert listing(garden) == before


def test_as_of_and_year_bound_the_digest_date(garden: Path, query: Query) -> None:
    catalog("load", "garden.txt", "--as-of", "2026-11-20", cwd=garden)
    bounds = "SELECT digest_date, earliest_date, latest_date, date_basis FROM digests"
    assert query(bounds) == [(None, "2025-03-04", "2026-03-04", "open")]

    refused = catalog("load", "garden.txt", "--year", "2024", cwd=garden)
    assert refused.exit_code == 65
    assert "published on 2024-04-07" in refused.stderr

    catalog("load", "garden.txt", "--year", "2025", cwd=garden)
    assert query(bounds) == [("2025-03-04", "2025-03-04", "2025-03-04", "given")]


def test_source_date_epoch_is_the_day_of_the_load(garden: Path, query: Query) -> None:
    catalog("load", "garden.txt", cwd=garden, SOURCE_DATE_EPOCH="1748736000")

    assert query("SELECT digest_date, date_basis FROM digests") == [("2025-03-04", "single candidate")]
    assert query("SELECT loaded_at, as_of_date FROM loads") == [("2025-06-01T00:00:00Z", "2025-06-01")]


def test_a_bad_source_date_epoch_is_one_sentence(garden: Path) -> None:
    done = catalog("load", "garden.txt", cwd=garden, SOURCE_DATE_EPOCH="today")

    assert done.exit_code == 2
    assert done.stderr == "Error: SOURCE_DATE_EPOCH is 'today' and must be a number of seconds; correct or unset it.\n"


def test_check_search_migrate_and_export_of_a_loaded_file(garden: Path) -> None:
    catalog("load", "garden.txt", cwd=garden)
    before = listing(garden)

    check = catalog("check", cwd=garden)
    search = catalog("search", "mosses", "-d", "catalog.db", cwd=garden)
    nothing = catalog("search", "zeppelin", cwd=garden)
    migrate = catalog("migrate", cwd=garden)

    assert (check.exit_code, check.stderr) == (0, "")
    assert all(line.startswith("ok") for line in check.stdout.splitlines())
    assert search.stdout.splitlines()[:3] == [
        "  1. Counting **Mosses**",
        "     published 2024-04-07, in 1 digest, paper 2",
        "     https://github.com/garden-1/fern-counter",
    ]
    assert (nothing.exit_code, nothing.stdout, nothing.stderr) == (0, "", "No paper matches.\n")
    assert migrate.stdout == f"catalog.db has the schema of this version already (revision {known_revisions()[-1]}).\n"
    assert listing(garden) == before

    export = catalog("export", "out", cwd=garden)
    assert export.stdout == "Wrote 1 document to out.\n"
    assert (garden / "out" / "garden.json").exists()


def test_titles_cannot_write_to_the_terminal(garden: Path) -> None:
    (garden / "garden.txt").write_text(page("Counting \x1b[31mRed\x1b[0m Ferns"), encoding="utf-8")
    catalog("load", "garden.txt", cwd=garden)

    found = catalog("search", "ferns", cwd=garden)

    assert "Red" in found.stdout
    assert "\x1b" not in found.stdout


def test_a_failed_check_names_itself_and_exits_with_1(garden: Path) -> None:
    import sqlite3

    catalog("load", "garden.txt", cwd=garden)
    connection = sqlite3.connect(garden / "catalog.db")
    connection.execute("UPDATE papers SET digest_count = 7 WHERE id = 1")
    connection.commit()
    connection.close()

    done = catalog("check", cwd=garden)

    assert done.exit_code == 1
    assert "FAILED  derived columns" in done.stdout
    assert "derived columns" in done.stderr
    assert "Traceback" not in done.stderr
