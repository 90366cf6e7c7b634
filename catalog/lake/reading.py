"""Inside Spark: paths of documents -> evidence, by the unchanged readers, and what tells files apart."""

# pyarrow has no types.
# mypy: disable-error-code="import-untyped"
from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow

from catalog.documents import DocumentError, open_document, printable
from catalog.lake.evidence import evidence_rows, fault_row
from catalog.load.account import LoadTerms
from catalog.readers import read_document
from catalog.rows import Row

Batches = Iterator[Any]
"""Batches of Arrow, as Spark gives and takes them."""


def evidence_of(batches: Batches, terms: LoadTerms, format_name: str | None) -> Iterator[Row]:
    """Yield the evidence of the documents that `batches`, rows with `copy_id` and `path`, name."""
    for batch in batches:
        for copy_id, path in zip(batch.column("copy_id").to_pylist(), batch.column("path").to_pylist(), strict=True):
            yield from _read(path, copy_id, terms, format_name)


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


def _read(path: str, copy_id: int, terms: LoadTerms, format_name: str | None) -> Iterator[Row]:
    try:
        file = open_document(path)
        record = read_document(file, format_name)
        yield from evidence_rows(record, copy_id, terms, file_name=file.name, file_sha256=file.sha256)
    except DocumentError as error:
        yield fault_row(str(error), int(error.exit_code), copy_id)
