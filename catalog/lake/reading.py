"""Inside Spark: paths of documents -> evidence, by the unchanged readers, a batch of rows at a time."""

# pyarrow has no types.
# mypy: disable-error-code="import-untyped"
from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import pyarrow

from catalog.documents import DocumentError, open_document, printable
from catalog.lake.evidence import COLUMNS, NUMBERS, PIECES, evidence_rows, fault_row
from catalog.load.account import LoadTerms
from catalog.readers import read_document
from catalog.rows import Row

EVIDENCE: Final = pyarrow.schema([(name, pyarrow.int64() if name in NUMBERS else pyarrow.string()) for name in COLUMNS])
"""Evidence as Arrow: every kind of row in one form."""

_ROWS: Final = 1000

Batches = Iterator[Any]
"""Batches of Arrow, as Spark gives and takes them."""


def reader(terms: LoadTerms, format_name: str | None) -> Callable[[Batches], Batches]:
    """Return the function that makes evidence of rows with `copy_id` and `path`, for `DataFrame.mapInArrow`."""

    def read(batches: Batches) -> Batches:
        yield from in_arrow(
            row for copy_id, path in _pairs(batches) for row in _read(path, copy_id, terms, format_name)
        )

    return read


def hasher() -> Callable[[Batches], Batches]:
    """Return the function that makes of rows with `copy_id` and `path` rows with `copy_id`, `path`, `name`, `sha256`.

    A file that cannot be read has no hash here: reading it says why.
    """

    def hash_all(batches: Batches) -> Batches:
        for batch in batches:
            paths = batch.column("path").to_pylist()
            columns = [
                batch.column("copy_id"),
                batch.column("path"),
                pyarrow.array([printable(Path(path).name) for path in paths], pyarrow.string()),
                pyarrow.array([file_hash(path) for path in paths], pyarrow.string()),
            ]
            yield pyarrow.RecordBatch.from_arrays(columns, names=["copy_id", "path", "name", "sha256"])

    return hash_all


def file_hash(path: str | Path) -> str | None:
    """Return the SHA-256 of a file in hexadecimal, or None where it cannot be read."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def _pairs(batches: Batches) -> Iterator[tuple[int, str]]:
    for batch in batches:
        yield from zip(batch.column("copy_id").to_pylist(), batch.column("path").to_pylist(), strict=True)


def _read(path: str, copy_id: int, terms: LoadTerms, format_name: str | None) -> Iterator[Row]:
    try:
        file = open_document(path)
        record = read_document(file, format_name)
        yield from evidence_rows(record, copy_id, terms, file_name=file.name, file_sha256=file.sha256)
    except DocumentError as error:
        yield fault_row(str(error), int(error.exit_code), copy_id)


def in_arrow(rows: Iterable[Row]) -> Batches:
    """Yield rows of evidence as Arrow, each kind in batches of its own; what a row does not have is null."""
    waiting: dict[str, list[Row]] = {}
    for row in rows:
        some = waiting.setdefault(row["piece"], [])
        some.append(row)
        if len(some) == _ROWS:
            yield _record_batch(waiting.pop(row["piece"]))
    yield from map(_record_batch, waiting.values())


def _record_batch(rows: list[Row]) -> Any:
    """Return rows of one kind as Arrow: columns that only other kinds fill are not looked for in any row."""
    filled = {"piece", "copy_id", *PIECES[rows[0]["piece"]]}
    columns = [
        _column([row.get(field.name) for row in rows], field.type)
        if field.name in filled
        else pyarrow.nulls(len(rows), field.type)
        for field in EVIDENCE
    ]
    return pyarrow.RecordBatch.from_arrays(columns, schema=EVIDENCE)


def _column(values: list[Any], kind: Any) -> Any:
    if kind == pyarrow.int64():
        values = [int(value) if isinstance(value, bool) else value for value in values]
    return pyarrow.array(values, kind)
