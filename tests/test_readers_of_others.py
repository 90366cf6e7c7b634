"""A reader that another package brings: a tiny one is installed with pip, and `catalog load` reads its format."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from catalog.readers import readers
from tests.checkouts import run
from tests.conftest import rows

Others = Callable[[Path], None]

READER = '''
"""Reads lists of invented papers, a title a line, after a first line that says "titles of DATE"."""

import re

from catalog.documents import Document, DocumentError
from catalog.records import DigestRecord, DocumentRecord, EntryRecord, Origin

FORMAT = "title list"


def recognizes(text):
    return text.startswith("titles of ")


def read(document: Document) -> DocumentRecord:
    head, *titles = document.text.splitlines()
    if not titles:
        raise DocumentError(f"{document.shown}: lists no titles; add some")
    day = head.removeprefix("titles of ")
    entries = tuple(
        EntryRecord(position=place, title=title, line_start=place + 1, line_end=place + 1)
        for place, title in enumerate(titles, start=1)
    )
    origin = Origin(document.name, document.sha256, document.byte_count, document.line_count, FORMAT)
    return DocumentRecord(origin, (DigestRecord(entries, kind="daily", digest_date=day, date_basis="stated"),))
'''


def _wheel(folder: Path, code: str, target: str = "tiny_reader") -> Path:
    """Make the wheel of a package with one module and the entry point."""
    wheel = folder / "tiny_reader-1.0-py3-none-any.whl"
    info = "tiny_reader-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("tiny_reader.py", code)
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny-reader\nVersion: 1.0\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: a test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/entry_points.txt", f"[catalog.readers]\ntitles = {target}\n")
        archive.writestr(f"{info}/RECORD", "")
    return wheel


def _install(folder: Path) -> Path:
    site = folder / "site"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", str(site)]
    subprocess.run([*install, str(_wheel(folder, READER))], check=True, capture_output=True, timeout=120)
    return site


def _catalog(site: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(site), *filter(None, [os.environ.get("PYTHONPATH")])])
    return subprocess.run(
        [sys.executable, "-m", "catalog", *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
        timeout=120,
    )


@pytest.fixture
def others(monkeypatch: pytest.MonkeyPatch) -> Iterator[Others]:
    """What makes the reader of a wheel importable here, packed as it is, and forgets it at the end."""

    def install(wheel: Path) -> None:
        monkeypatch.syspath_prepend(wheel)
        readers.cache_clear()

    yield install
    readers.cache_clear()
    sys.modules.pop("tiny_reader", None)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    page = tmp_path / "moss.txt"
    page.write_text("titles of 2026-03-04\nCounting Moss\nLichen as a Clock\n", encoding="utf-8")
    return page


def test_an_installed_reader_is_tried_and_named(tmp_path: Path, page: Path, database: Path) -> None:
    site = _install(tmp_path)

    loaded = _catalog(site, "load", page, "-d", database)

    assert (loaded.returncode, loaded.stderr) == (0, "")
    assert rows(database, "SELECT format FROM source_documents") == [("title list",)]
    assert rows(database, "SELECT digest_date, papers.title FROM digests, papers ORDER BY papers.id") == [
        ("2026-03-04", "Counting Moss"),
        ("2026-03-04", "Lichen as a Clock"),
    ]


def test_an_installed_reader_has_a_name_for_its_format(tmp_path: Path, page: Path, others: Others) -> None:
    others(_wheel(tmp_path, READER))

    named = run("load", str(page), "--format", "title list", "-d", str(tmp_path / "catalog.db"))

    assert (named.exit_code, named.stderr) == (0, "")


@pytest.mark.parametrize(
    ("code", "target", "why"),
    [
        ("import nothing_of_that_name", "tiny_reader", "No module named 'nothing_of_that_name'"),
        ("FORMAT = 7", "tiny_reader", "recognizes"),
        (READER, "tiny_reader:missing", "missing"),
    ],
)
def test_a_reader_that_cannot_be_used_is_one_sentence(
    tmp_path: Path, page: Path, database: Path, others: Others, code: str, target: str, why: str
) -> None:
    others(_wheel(tmp_path, code, target))

    loaded = run("load", str(page), "-d", str(database))

    assert loaded.exit_code == 1
    assert loaded.stderr.startswith("Error: The reader 'titles' that tiny-reader brings cannot be used (")
    assert why in loaded.stderr
    assert loaded.stderr.count("\n") == 1
    assert not database.exists()
