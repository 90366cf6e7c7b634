"""Evidence in files is what documents said, and only the files of attempts that Spark named count."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from benchmarks.made_digests import made_documents
from catalog.lake import writing
from catalog.lake.evidence import HASHES, PIECES
from catalog.lake.reading import evidence_of
from catalog.lake.writing import keep, writer
from catalog.load import load_terms

TERMS = load_terms(as_of=date(2026, 7, 1))


@pytest.fixture
def batches(tmp_path: Path) -> list[Any]:
    """Rows that name documents, as Spark hands them on, and one that is not there."""
    paths = [str(tmp_path / name) for name, _ in made_documents(40)]
    for path, (_, content) in zip(paths, made_documents(40), strict=True):
        Path(path).write_bytes(content)
    listed = [*paths, str(tmp_path / "missing.txt")]
    return [pyarrow.RecordBatch.from_pydict({"copy_id": list(range(len(listed))), "path": listed})]


def test_files_hold_what_documents_say(batches: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "_ROWS", 7)
    monkeypatch.setattr(writing, "_GROUP_BYTES", 20_000)
    write = writer(TERMS, None, tmp_path / "evidence")
    keep(tmp_path / "evidence", [name for batch in write(iter(batches)) for name in batch["attempt"].to_pylist()])

    expected: dict[str, list[dict[str, Any]]] = {}
    for row in evidence_of(iter(batches), TERMS, None):
        names = ("copy_id", *PIECES[row["piece"]])
        values = [int(row[name]) if isinstance(row.get(name), bool) else row.get(name) for name in names]
        expected.setdefault(row["piece"], []).append(dict(zip(names, values, strict=True)))
    assert set(expected) == {"document", "digest", "mention", "link", "fault"}
    folders = {path.name.removeprefix("piece="): path for path in (tmp_path / "evidence").iterdir()}
    assert set(folders) == set(expected)
    for piece, rows in expected.items():
        (file,) = folders[piece].iterdir()
        written = pyarrow.parquet.ParquetFile(file)
        assert written.read().to_pylist() == rows, piece
        assert (written.num_row_groups > 1) == (piece == "mention")


def test_a_hash_stands_for_each_text(batches: list[Any]) -> None:
    mentions = [row for row in evidence_of(iter(batches), TERMS, None) if row["piece"] == "mention"]
    for field, name in HASHES.items():
        texts = {row[field] for row in mentions}
        assert {row[name] for row in mentions if row[field] is None} <= {None}
        assert len({(row[field], row[name]) for row in mentions}) == len({row[name] for row in mentions}) == len(texts)
    assert len({row["abstract_hash"] for row in mentions}) > 10


def test_files_of_attempts_that_nobody_named_are_gone(batches: list[Any], tmp_path: Path) -> None:
    folder = tmp_path / "evidence"
    write = writer(TERMS, None, folder)
    first, second, none = (
        [name for batch in write(iter(some)) for name in batch["attempt"].to_pylist()]
        for some in (batches, batches, [])
    )
    assert len({*first, *second}) == 2
    keep(folder, [*second, *none])
    assert {path.stem for path in folder.rglob("*.parquet")} == set(second)
    assert not (folder / "_attempts").exists()
