"""`catalog export` as a command: what it refuses, what it leaves behind, and what it reads while others write."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path

import pytest
from click.testing import CliRunner

from catalog.cli import main
from catalog.export.sources import table_source
from catalog.export.tables import export_files
from tests.catalogues import damage, good_catalogue, not_strict, ordinary_user, snapshot
from tests.conftest import ROOT
from tests.exported import csv_cells, export, jsonl_rows

REJECTS = """
WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < {count})
INSERT INTO rejects (source_document_id, line_start, line_end, text, reason)
SELECT 1, 1, 1, printf('%05d', n) || hex(zeroblob(500)), 'made' FROM number
"""
FORMATS = ("csv", "jsonl", "parquet")


@pytest.fixture
def library(database: Path) -> Path:
    """A catalogue of which `rejects` has 300 KB of text and everything else little."""
    return damage(good_catalogue(database), REJECTS.format(count=300))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--table", "papers"], "--table needs --format csv, jsonl or parquet."),
        (["--question", "search"], "--question needs --format csv, jsonl or parquet."),
        (["--output", "x"], "--output needs --format csv, jsonl or parquet."),
        (["--format", "csv", "--facts"], "--facts goes with --format documents."),
        (["--format", "csv", "--output", "x"], "--output takes one --table or --question."),
        (["--format", "csv", "--table", "papers", "x", "--output", "y"], "Name a FOLDER or --output, not both."),
        (["--format", "csv", "--table", "papers_fts"], "'papers_fts' is not one of 'authors', 'digest_entries', "),
        (["--format", "csv", "--table", "alembic_version"], "'alembic_version' is not one of 'authors', "),
        (["--format", "csv", "--question", "papers"], "'papers' is not one of 'search', "),
        (["--format", "csv", "--question", "search", "--set", "words"], "'words' has no '='; write PARAMETER=VALUE."),
        (
            ["--format", "csv", "--question", "papers_with_code", "--set", "words=x"],
            "'words' is no parameter of the chosen questions; they take year.",
        ),
        (
            ["--format", "csv", "--table", "papers", "--set", "year=1"],
            "'year' is no parameter of the chosen questions; they take none.",
        ),
        (["--format", "csv", "--question", "search", "--set", "words=\udcff"], "the value of 'words' is no UTF-8."),
    ],
)
def test_what_does_not_go_together_is_said(library: Path, arguments: list[str], says: str) -> None:
    before = snapshot(library.parent)
    done = export(library, *arguments)
    assert done.exit_code == 2
    assert says in done.stderr
    assert snapshot(library.parent) == before


def test_a_catalogue_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    done = export(tmp_path / "none.db", tmp_path / "out", "--format", "csv")
    assert (done.exit_code, done.stdout) == (66, "")
    assert done.stderr.startswith(f"Error: {tmp_path / 'none.db'}: does not exist; ")
    assert list(tmp_path.iterdir()) == []


def test_without_pyarrow_parquet_says_what_to_do(
    library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.delitem(sys.modules, "catalog.export.parquet_file", raising=False)
    done = export(library, tmp_path / "out", "--format", "parquet")
    assert (done.exit_code, done.stderr) == (
        1,
        "Error: Parquet needs the package pyarrow, which is not installed here; "
        "run `pip install pyarrow`, or choose --format csv or jsonl.\n",
    )
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", FORMATS)
def test_standard_output_and_a_device_get_what_a_file_gets(library: Path, tmp_path: Path, name: str) -> None:
    whole = tmp_path / "whole"
    assert export(library, "--format", name, "--table", "rejects", "-o", whole).output == f"Wrote {whole}.\n"

    printed = export(library, "--format", name, "--table", "rejects", "-o", "-")
    assert (printed.exit_code, printed.stdout_bytes, printed.stderr) == (0, whole.read_bytes(), "")

    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE) as reader:
        assert reader.stdout is not None
        assert export(library, "--format", name, "--table", "repositories", "-o", pipe).output == ""
        assert reader.stdout.read()
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_full_device_is_one_sentence(library: Path) -> None:
    full = Path("/dev/full")
    if not full.is_char_device():
        pytest.skip("there is no device that is always full")
    for name in FORMATS:
        done = export(library, "--format", name, "--table", "papers", "-o", full)
        assert (done.exit_code, done.stderr) == (
            74,
            "Error: /dev/full: cannot be written (No space left on device), so it was not exported; "
            "check that its folder may be written to and has room, or name another place.\n",
        )
    assert full.is_char_device()


@contextmanager
def files_of_at_most(byte_count: int) -> Iterator[None]:
    """Let the system refuse larger files, as a full disk does half-way."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (byte_count, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("name", FORMATS)
def test_a_disk_that_fills_up_leaves_everything_as_it_was(library: Path, tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    for table in ("papers", "rejects", "repositories"):
        (out / f"{table}.{name}").write_text("of last week", encoding="utf-8")
    before = snapshot(out)

    with files_of_at_most(20 if name == "parquet" else 30_000):
        done = export(library, out, "--format", name)

    assert done.exit_code == 74
    assert done.stderr.startswith(f"Error: {out}/")
    assert "cannot be written (File too large), so it was not exported; " in done.stderr
    assert snapshot(out) == before


def test_where_one_file_cannot_be_put_none_is(library: Path, tmp_path: Path) -> None:
    (tmp_path / "out" / "source_licences.csv").mkdir(parents=True)
    done = export(library, tmp_path / "out", "--format", "csv")
    assert done.exit_code == 73
    assert f"{tmp_path / 'out' / 'source_licences.csv'}: cannot be written (it is a folder), " in done.stderr
    assert snapshot(tmp_path / "out") == {"source_licences.csv": None}


@pytest.mark.parametrize("mode", [0o555, 0o000])
def test_a_folder_that_may_not_be_written_to_is_one_sentence(library: Path, mode: int) -> None:
    with tempfile.TemporaryDirectory() as name:  # the folders of pytest may be entered by one user alone
        outer = Path(name)
        out, working = outer / "out", outer / "catalog.db"
        shutil.copyfile(library, working)
        arguments = ("--format", "csv", "--table", "authors")
        assert export(working, out, *arguments).exit_code == 0
        before = snapshot(out)
        outer.chmod(0o755)
        out.chmod(mode)

        with ordinary_user():
            for place in ([out], ["-o", out / "authors.csv"]):
                done = export(working, *place, *arguments)
                assert done.exit_code == 73
                assert f"{out / 'authors.csv'}: cannot be written (Permission denied), so it was not" in done.stderr

        out.chmod(0o755)
        assert snapshot(out) == before


@pytest.mark.parametrize("name", ["notes.txt/papers.csv", "x" * 250])
def test_a_place_where_nothing_can_be_is_one_sentence(library: Path, name: str) -> None:
    (library.parent / "notes.txt").write_text("moss\n", encoding="utf-8")
    done = export(library, "--format", "csv", "--table", "papers", "-o", library.parent / name)
    (line,) = done.stderr.splitlines()
    assert done.exit_code == 73
    assert line.startswith(f"Error: {library.parent / name}: cannot be written (")


def test_the_catalogue_is_never_written_over(library: Path) -> None:
    link = library.with_name("link.csv")
    link.symlink_to(library)
    before = library.read_bytes()
    for path in (library, link):
        done = export(library, "--format", "csv", "--table", "papers", "-o", path)
        assert (done.exit_code, done.stderr) == (
            1,
            f"Error: {path}: is the catalogue itself; name another file.\n",
        )
    assert library.read_bytes() == before


def test_a_file_is_replaced_where_a_link_leads(library: Path, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "old.csv").write_text("old", encoding="utf-8")
    (tmp_path / "link.csv").symlink_to(tmp_path / "kept" / "old.csv")
    assert export(library, "--format", "csv", "--table", "papers", "-o", tmp_path / "link.csv").exit_code == 0
    assert (tmp_path / "link.csv").is_symlink()
    assert csv_cells(tmp_path / "kept" / "old.csv")[0][0] == "id"


KILLED = """
import os, signal, sys
from contextlib import nullcontext
from pathlib import Path
from catalog.export.sources import table_names, table_source
from catalog.export.tables import export_files

steps = 0
def on_step():
    global steps
    steps += 1
    if steps == 12:
        os.kill(os.getpid(), signal.SIGKILL)

out = Path(sys.argv[2])
targets = [(table_source(name), out / f"{name}.csv") for name in table_names()]
export_files(Path(sys.argv[1]), targets, "csv", progress=lambda _: nullcontext(on_step))
"""


def test_a_kill_leaves_the_files_of_before(library: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "authors.csv").write_text("of last week", encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", KILLED, library, out]

    assert subprocess.run(command, env=environment, timeout=60).returncode == -signal.SIGKILL

    left = snapshot(out)
    assert left.pop("authors.csv") == b"of last week"
    assert len(left) == 12
    assert all(name.startswith(".") and name.endswith(".new") for name in left)


def test_a_pipe_that_is_closed_early_ends_the_command_without_a_word(library: Path) -> None:
    command = [sys.executable, "-m", "catalog", "export", "--format", "jsonl", "--table", "rejects", "-o", "-"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [*command, "-d", library], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as writer:
        assert writer.stdout is not None
        assert writer.stderr is not None
        assert writer.stdout.read(9) == b'{"id":1,"'
        writer.stdout.close()
        assert (writer.stderr.read(), writer.wait(timeout=60)) == (b"", 1)


def test_all_files_show_one_state_while_others_write(library: Path, tmp_path: Path) -> None:
    damage(library, "PRAGMA journal_mode = WAL")  # in which a reader does not keep a writer waiting
    expected = jsonl_rows_of(library, tmp_path / "before", "papers", "rejects")
    written = []

    def write() -> None:
        if not written:
            with closing(sqlite3.connect(library)) as connection, connection:
                written.append(connection.execute("DELETE FROM rejects").rowcount)

    targets = [(table_source(name), tmp_path / f"{name}.jsonl") for name in ("papers", "rejects")]
    export_files(library, targets, "jsonl", progress=lambda _: nullcontext(write))

    assert written == [300]
    assert [jsonl_rows(tmp_path / f"{name}.jsonl") for name in ("papers", "rejects")] == expected
    assert jsonl_rows_of(library, tmp_path / "after", "rejects") == [[]]


def jsonl_rows_of(library: Path, folder: Path, *tables: str) -> list[list[tuple[object, ...]]]:
    options = [word for table in tables for word in ("--table", table)]
    assert export(library, folder, "--format", "jsonl", *options).exit_code == 0
    return [jsonl_rows(folder / f"{table}.jsonl") for table in tables]


def test_progress_takes_as_many_steps_as_it_says(library: Path, tmp_path: Path) -> None:
    damage(library, REJECTS.format(count=1_700))
    said, taken = [], []

    def progress(length: int) -> nullcontext[object]:
        said.append(length)
        return nullcontext(lambda: taken.append(1))

    targets = [(table_source(name), tmp_path / f"{name}.csv") for name in ("papers", "rejects")]
    export_files(library, targets, "csv", progress=progress)  # type: ignore[arg-type]
    assert [len(taken)] == said == [1 + 3]


def test_an_export_shows_its_help_with_examples() -> None:
    done = CliRunner().invoke(main, ["export", "--help"])
    assert done.exit_code == 0
    assert "catalog export --format csv --question papers_with_code" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
def test_memory_does_not_grow_with_the_catalogue(database: Path, tmp_path: Path, name: str) -> None:
    peaks = []
    good_catalogue(database)
    for count in (40_000, 160_000):
        damage(database, REJECTS.format(count=count))
        measured = (
            "import resource, sys; from catalog.cli import main\n"
            "try: main(sys.argv[1:])\n"
            "finally: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
        )
        command = [sys.executable, "-c", measured, "export", "-d", database, tmp_path / "out", "--format", name]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=True)
        peaks.append(int(done.stdout.splitlines()[-1]) * 1024)
    assert peaks[1] < peaks[0] + 30_000_000, "five times the rows, 160 MB more of text"


def test_a_value_that_is_none_of_its_column_is_told(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Large files are not looked through before; here none is."""
    monkeypatch.setattr("catalog.database._QUICK_CHECK_BYTES", 0)
    not_strict(good_catalogue(database), "papers", "UPDATE papers SET author_count = 'many'")
    arguments = ["export", "--format", "parquet", "--table", "papers", "--output"]
    output = database.with_name("out.parquet")

    result = CliRunner().invoke(main, [*arguments, str(output), "-d", str(database)])

    assert result.exit_code == 65
    assert result.stderr.startswith(f"Error: {database}: is damaged (in papers: ")
    assert result.stderr.endswith(f"; run `catalog check -d {database}`, which says what to do.\n")
    assert not output.exists()
