"""Evidence -> Parquet files, written where documents are read, and which of them count.

Spark would write the rows itself: but for that each goes from Python to Java with all columns that any kind of row has,
which took longer than to write it here. A task writes into a folder of its own and returns its name. Spark takes the
answer of one attempt of each task, so the files of attempts that died, or were beaten, are in no folder that it named.
"""

# pyarrow has no types.
# mypy: disable-error-code="import-untyped"
from __future__ import annotations

import shutil
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import pyarrow
import pyarrow.parquet

from catalog.lake.evidence import HASHES, NUMBERS, PIECES
from catalog.lake.reading import evidence_of
from catalog.load.account import LoadTerms
from catalog.rows import Row

Batches = Iterator[Any]
"""Batches of Arrow, as Spark gives and takes them."""

WRITTEN: Final = "attempt STRING"
"""What a task returns: the name of the folder that it wrote."""

_ROWS: Final = 1000
_GROUP_BYTES: Final = 16 * 1024 * 1024
_ATTEMPTS: Final = "_attempts"


def writer(terms: LoadTerms, format_name: str | None, folder: Path) -> Callable[[Batches], Batches]:
    """Make `folder`, and return the function that writes the evidence of rows with `copy_id` and `path` below it.

    It is for `DataFrame.mapInArrow`; `keep` makes files of `folder` of what it returns. Raises OSError.
    """
    (folder / _ATTEMPTS).mkdir(parents=True)

    def write(batches: Batches) -> Batches:
        attempt = uuid.uuid4().hex
        write_evidence(evidence_of(batches, terms, format_name), folder / _ATTEMPTS / attempt)
        yield pyarrow.RecordBatch.from_pydict({"attempt": [attempt]})

    return write


def keep(folder: Path, attempts: Iterable[str]) -> None:
    """Let the files of these attempts be those of `folder`, and delete those of others."""
    for attempt in attempts:
        for path in (folder / _ATTEMPTS / attempt).glob("piece=*/*.parquet"):
            place = folder / path.parent.name
            place.mkdir(exist_ok=True)
            path.rename(place / f"{attempt}.parquet")
    # A task that Spark gave up may still write there; nothing reads it.
    shutil.rmtree(folder / _ATTEMPTS, ignore_errors=True)


def write_evidence(rows: Iterable[Row], folder: Path) -> None:
    """Write rows of evidence into the new `folder`, each kind in a file of its own. Raises OSError."""
    folder.mkdir(parents=True)
    waiting: dict[str, list[Row]] = defaultdict(list)
    with ExitStack() as stack:
        files: dict[str, _File] = {}
        for row in rows:
            some = waiting[row["piece"]]
            some.append(row)
            if len(some) == _ROWS:
                _add(files, stack, folder, waiting.pop(row["piece"]))
        for some in waiting.values():
            _add(files, stack, folder, some)


def _add(files: dict[str, _File], stack: ExitStack, folder: Path, rows: list[Row]) -> None:
    piece = rows[0]["piece"]
    if piece not in files:
        files[piece] = _File(folder / f"piece={piece}", piece)
        stack.callback(files[piece].close)
    files[piece].add(rows)


class _File:
    """A Parquet file of rows of one kind, which is written in groups: what a reader takes at once."""

    def __init__(self, folder: Path, piece: str) -> None:
        names = ("copy_id", *PIECES[piece])
        self._schema = pyarrow.schema([(name, _kind(name)) for name in names])
        folder.mkdir()
        # Bounds of long texts help nobody; those of copies say which build a file is of.
        self._file = pyarrow.parquet.ParquetWriter(
            folder / "part.parquet", self._schema, compression="zstd", write_statistics=["copy_id"]
        )
        self._group: list[Any] = []

    def add(self, rows: list[Row]) -> None:
        columns = [_column([row.get(field.name) for row in rows], field.type) for field in self._schema]
        self._group.append(pyarrow.RecordBatch.from_arrays(columns, schema=self._schema))
        if sum(batch.nbytes for batch in self._group) >= _GROUP_BYTES:
            self._write_group()

    def close(self) -> None:
        self._write_group()
        self._file.close()

    def _write_group(self) -> None:
        if self._group:
            group = pyarrow.Table.from_batches(self._group)
            self._group = []
            self._file.write_table(group, row_group_size=group.num_rows)


def _kind(name: str) -> Any:
    if name in HASHES.values():
        return pyarrow.binary()
    return pyarrow.int64() if name in NUMBERS else pyarrow.string()


def _column(values: list[Any], kind: Any) -> Any:
    if kind == pyarrow.int64():
        values = [int(value) if isinstance(value, bool) else value for value in values]
    return pyarrow.array(values, kind)
