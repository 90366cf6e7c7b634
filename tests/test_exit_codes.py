"""How commands end: each code of docs/exit-codes.md by a real cause."""

from __future__ import annotations

import errno
import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from catalog import database as database_module
from catalog.cli import main
from catalog.errors import CatalogError, ExitCode, exit_code_of_writing
from tests.catalogues import damage, good_catalogue, ordinary_user
from tests.conftest import ROOT, rows

PAGE = (ROOT / "docs" / "exit-codes.md").read_text(encoding="utf-8")
GOOD = "Daily Papers\n\nMar 4\n\nMoss-Net: Counting Moss\n\nMoss grows slowly. We count it on stones with a camera.\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: a page, a sound catalogue, a note that is no folder."""
    (tmp_path / "page.txt").write_text(GOOD, encoding="utf-8")
    (tmp_path / "notes").write_text("moss\n", encoding="utf-8")
    good_catalogue(tmp_path / "catalog.db")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.slow
def test_the_script_on_the_page_works(folder: Path) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("there is no bash here")
    (script,) = re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    command = f'catalog() {{ {shlex.quote(sys.executable)} -m catalog "$@"; }}\n'
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    done = subprocess.run([bash, "-c", command + script], env=environment, capture_output=True, text=True, timeout=60)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "all of it is in the catalogue"


def ends(*arguments: str | Path) -> tuple[int, str]:
    """Run a command; return its exit code and what it says on standard error, one sentence."""
    done = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stderr


def test_the_page_lists_the_codes_that_there_are() -> None:
    assert [int(code) for code in re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)] == list(ExitCode)


def test_0_for_what_is_done(folder: Path) -> None:
    assert ends("load", "page.txt") == (0, "")
    assert ends("load", "page.txt") == (0, "")
    assert ends("search", "zeppelin")[0] == 0


def test_1_where_some_documents_are_bad_and_others_loaded(folder: Path) -> None:
    code, said = ends("load", "missing.txt", "page.txt", "-d", "new.db")

    assert (code, said.count("\n")) == (1, 1)
    assert rows(folder / "new.db", "SELECT name FROM source_documents") == [("page.txt",)]


def test_1_where_documents_are_bad_for_different_reasons(folder: Path) -> None:
    (folder / "empty.txt").touch()

    assert ends("load", "missing.txt", "empty.txt", "-d", "new.db")[0] == 1


def test_1_where_a_piece_was_rejected_and_0_when_it_is_known(folder: Path) -> None:
    (folder / "odd.json").write_text('[{"paper": {"id": "2401.00001", "title": "Moss"}, "title": "Moss"}, 7]')

    first = CliRunner().invoke(main, ["load", "odd.json"])

    assert first.exit_code == 1
    assert "1 piece was not understood and kept" in first.stdout
    assert rows(folder / "catalog.db", "SELECT count(*) FROM rejects") == [(1,)]
    assert ends("load", "odd.json") == (0, "")


def test_1_where_a_check_fails_and_where_nothing_is_found(folder: Path) -> None:
    damage(folder / "catalog.db", "UPDATE papers SET digest_count = 7 WHERE id = 1")

    assert ends("check")[0] == 1
    assert ends("show", "zeppelin")[0] == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("load", "--year", "1999", "page.txt"),
        ("merge", "catalog.db"),
        ("release", "catalog.db"),
        ("check", "catalog.db", "-d", "catalog.db"),
        ("completion", "csh"),
    ],
)
def test_2_for_usage(folder: Path, arguments: tuple[str, ...]) -> None:
    assert ends(*arguments)[0] == 2


def test_65_for_bad_data(folder: Path) -> None:
    (folder / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    (folder / "torn.json").write_text('{"catalogue": "paper-catalogue/1", "source": {')
    (folder / "cut.db").write_bytes((folder / "catalog.db").read_bytes()[:-100])

    assert ends("load", "picture.txt", "torn.json", "-d", "new.db")[0] == 65
    assert ends("load", "page.txt", "-d", "cut.db")[0] == 65
    assert ends("merge", "cut.db")[0] == 65


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "--sizes"),
        ("check", "--repair-index"),
        ("search", "moss"),
        ("show", "1"),
        ("export", "out"),
        ("export", "--format", "csv", "out"),
        ("news", "--since", "2024-01-01"),
        ("news", "--trending"),
        ("load", "page.txt"),
        ("migrate",),
        ("merge", "catalog.db"),
        ("serve", "--port", "0"),
    ],
)
def test_65_for_a_file_that_says_its_revision_and_has_no_tables(folder: Path, arguments: tuple[str, ...]) -> None:
    revision = rows(folder / "catalog.db", "SELECT version_num FROM alembic_version")[0][0]
    damage(
        folder / "bare.db",
        f"PRAGMA application_id = {database_module.APPLICATION_ID}",
        "CREATE TABLE alembic_version (version_num TEXT)",
        f"INSERT INTO alembic_version VALUES ('{revision}')",
    )

    code, said = ends(*arguments, "-d", "bare.db")

    assert code == 65
    assert re.search(r"^Error: bare\.db: is damaged.*table authors.*; run `catalog check -d bare\.db`", said)


@pytest.mark.parametrize(
    "arguments",
    [
        ("load", "missing.txt"),
        ("load", "missing.txt", "notes/page.txt", "-d", "new.db"),
        ("search", "moss", "-d", "missing.db"),
        ("diff", "catalog.db", "missing.db"),
        ("merge", "missing.db"),
        ("release", "papers.db", "-d", "missing.db"),
    ],
)
def test_66_for_no_input(folder: Path, arguments: tuple[str, ...]) -> None:
    code, said = ends(*arguments)

    assert code == 66
    assert "does not exist" in said
    assert not (folder / "new.db").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("search", "moss", "-d", "closed/catalog.db"),
        ("search", "moss", "-d", "lost.db"),
        ("diff", "closed.db", "catalog.db"),
        ("merge", "closed.db", "-d", "new.db"),
        ("check", "closed.db"),
        ("load", "closed.txt", "-d", "new.db"),
    ],
)
def test_66_for_what_may_not_be_read_or_is_a_link_to_nothing(folder: Path, arguments: tuple[str, ...]) -> None:
    folder.chmod(0o777)
    (folder / "lost.db").symlink_to("nowhere.db")
    for name in ("closed", "closed.db", "closed.txt"):
        path = folder / name
        path.write_bytes(b"moss") if path.suffix else path.mkdir()
        path.chmod(0)
    with ordinary_user():
        code, said = ends(*arguments)

    assert code == 66, said
    assert re.search(r"; (check its permissions|correct it, or name another file with --database)\.$", said.strip())


@pytest.mark.parametrize(
    "arguments",
    [
        ("export", "notes/out", "--format", "csv"),
        ("export", "--format", "csv", "--table", "papers", "-o", "notes/papers.csv"),
        ("load", "page.txt", "-d", "missing/new.db"),
        ("load", "page.txt", "-d", "notes/new.db"),  # a path under a file stops root, too
        ("export", "notes/out"),
        ("release", "notes/papers.db"),
        ("release", "notes"),
    ],
)
def test_73_where_a_file_cannot_be_made(folder: Path, arguments: tuple[str, ...]) -> None:
    assert ends(*arguments)[0] == 73
    assert (folder / "notes").read_text() == "moss\n"


def test_74_where_a_file_may_not_grow(folder: Path) -> None:
    limits = pytest.importorskip("resource")
    (folder / "page.txt").write_text(GOOD + "Moss grows slowly. " * 5_000, encoding="utf-8")
    soft, hard = limits.getrlimit(limits.RLIMIT_FSIZE)
    limits.setrlimit(limits.RLIMIT_FSIZE, ((folder / "catalog.db").stat().st_size, hard))  # Python ignores its signal
    try:
        code, said = ends("load", "page.txt")
    finally:
        limits.setrlimit(limits.RLIMIT_FSIZE, (soft, hard))

    assert code == 74, said
    assert said.startswith("Error: catalog.db: could not be ")
    assert rows(folder / "catalog.db", "SELECT count(*) FROM source_documents") == [(2,)]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no device here that is always full")
def test_74_where_what_is_printed_cannot_be_written(folder: Path) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "catalog", "search", "moss"],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
        )

    assert (done.returncode, "Traceback" in done.stderr) == (74, False)
    assert done.stderr.startswith("Error: a file or what the command prints: cannot be read or written (No space left")


@pytest.mark.parametrize("command", [("load", "page.txt"), ("show", "1")])
def test_75_where_somebody_holds_the_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setattr(database_module, "BUSY_TIMEOUT_SECONDS", 0.02)
    with closing(sqlite3.connect(folder / "catalog.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")

        code, said = ends(*command)

    assert code == 75
    assert "is in use by another process" in said


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _text(path: Path) -> None:
    path.write_text("moss\n" * 100)


def _of_another(path: Path) -> None:
    damage(good_catalogue(path), "PRAGMA application_id = 42")


def _newer(path: Path) -> None:
    damage(good_catalogue(path), "UPDATE alembic_version SET version_num = '0099'")


def _older(path: Path) -> None:
    shutil.copy(ROOT / "tests" / "frozen" / "catalog-0001.db", path)


@pytest.mark.parametrize(
    "make", [_empty, _text, _of_another, _newer, _older, Path.mkdir], ids=lambda make: make.__name__
)
def test_78_for_the_wrong_file(folder: Path, make: Callable[[Path], None]) -> None:
    make(folder / "other.db")

    assert ends("search", "moss", "-d", "other.db")[0] == 78
    assert ends("load", "page.txt", "-d", "other.db")[0] == 78


def test_78_for_a_file_that_holds_more_than_a_catalogue(folder: Path) -> None:
    damage(good_catalogue(folder / "other.db"), "CREATE VIEW moss AS SELECT 1")

    assert ends("merge", "other.db")[0] == 78


@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.ENOSPC, 74), (errno.EIO, 74), (errno.EACCES, 73), (errno.ENOTDIR, 73), (errno.EROFS, 73)],
)
def test_a_device_that_fails_is_told_from_a_place_that_is_wrong(number: int, code: int) -> None:
    assert exit_code_of_writing(OSError(number, os.strerror(number))) == code


def test_an_error_that_says_nothing_else_ends_with_1() -> None:
    assert (CatalogError("moss").exit_code, str(CatalogError("moss", ExitCode.BUSY))) == (1, "moss")
