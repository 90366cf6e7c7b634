"""Every kind of bad document, loaded as a person does: the outcome and the words are those of docs/bad-documents.md."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from catalog.cli import main
from tests.bad_documents import CASES, LINE_LENGTH, Case
from tests.conftest import ROOT

DOC = ROOT / "docs" / "bad-documents.md"
HEAD = "| in the document | what happens | what it says |\n|---|---|---|\n"
ROW = re.compile(r"\| (?P<what>[^|]+) \| (?P<outcome>[^|]+) \| (?P<says>.*) \|")


def documented() -> dict[str, tuple[str, list[str]]]:
    """The rows of the tables: what stands in the document -> the outcome, and the words that are quoted."""
    tables = DOC.read_text("utf-8").split(HEAD)[1:]
    rows = [row for table in tables for row in map(ROW.fullmatch, table.partition("\n\n")[0].splitlines()) if row]
    return {row["what"]: (row["outcome"], re.findall(r"`([^`]+)`", row["says"])) for row in rows}


DOCUMENTED = documented()


def load(case: Case, folder: Path, empty: Path, monkeypatch: pytest.MonkeyPatch) -> Result:
    monkeypatch.chdir(folder)
    shutil.copy(empty, folder / "catalog.db")
    case.put(folder)
    return CliRunner().invoke(main, ["load", "--as-of", "2026-11-20", *case.arguments], catch_exceptions=False)


def outcome(folder: Path, errors: list[str]) -> str:
    """What became of the documents: entries, rejects, documents that were refused."""
    entries, rejects = (asked(folder, f"SELECT count(*) FROM {table}")[0][0] for table in ("digest_entries", "rejects"))
    records = asked(folder, "SELECT count(*) FROM paper_records")[0][0]
    parts = [
        f"{count} {one if count == 1 else many}"
        for count, one, many in (
            (entries, "entry", "entries"),
            (records, "record", "records"),
            (rejects, "reject", "rejects"),
            (len(errors), "refused", "refused"),
        )
        if count
    ]
    return "refused" if parts == ["1 refused"] else ", ".join(parts)


def asked(folder: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "catalog.db")) as connection:
        return connection.execute(sql).fetchall()


def said(folder: Path, result: Result, errors: list[str]) -> list[str]:
    """The words of the errors, of the notes in the table, and of the reasons of rejects, each once."""
    reasons = [str(reason) for (reason,) in asked(folder, "SELECT DISTINCT reason FROM rejects ORDER BY reason")]
    notes = re.findall(r"(?m) {2}((?:repeats|the same bytes|already).*)$", result.stdout)
    return [*errors, *notes, *reasons]


def test_the_page_and_the_fixtures_speak_of_the_same() -> None:
    assert list(DOCUMENTED) == list(CASES)


@pytest.mark.parametrize("what", [what for what in CASES if what != "a line of 300 MB"])
def test_what_happens_is_what_is_documented(
    tmp_path: Path, empty: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    result = load(CASES[what], tmp_path, empty, monkeypatch)

    errors = [line.removeprefix("Error: ") for line in result.stderr.splitlines()]
    assert (result.exit_code != 0) == bool(errors or asked(tmp_path, "SELECT 1 FROM rejects"))
    assert all(line.startswith("Error: ") for line in result.stderr.splitlines())
    assert (outcome(tmp_path, errors), said(tmp_path, result, errors)) == DOCUMENTED.get(what)


# A process of its own starts the command: one that is started by large tests counts as large itself.
_MEASURED = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stderr=subprocess.PIPE, text=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * (1 if sys.platform == "darwin" else 1024), done.stderr)
"""


def test_a_line_of_300_mb_takes_little_memory(tmp_path: Path, empty: Path) -> None:
    pytest.importorskip("resource", reason="this system does not tell how much memory a process took")
    shutil.copy(empty, tmp_path / "catalog.db")
    million = gzip.compress(b"a" * 1_000_000)  # gzip after gzip is gzip
    (tmp_path / "line.txt").write_bytes(million * (LINE_LENGTH // 1_000_000))
    command = [sys.executable, "-c", _MEASURED, sys.executable, "-m", "catalog", "load", "line.txt"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)

    byte_count, _, said = done.stdout.strip().partition(" ")
    assert said == "Error: " + DOCUMENTED["a line of 300 MB"][1][0]
    assert int(byte_count) < LINE_LENGTH // 2
