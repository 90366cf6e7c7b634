"""Rows -> Parquet, with the types that the columns have and what they mean."""

# pyarrow has no types.
# mypy: disable-error-code="import-untyped"
from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from catalog.errors import CatalogError
from catalog.export.rows import Row, Rows, WrongValueError

try:
    import pyarrow
    import pyarrow.parquet
except ImportError as error:
    raise CatalogError(
        "Parquet needs the package pyarrow, which is not installed here; "
        "run `pip install pyarrow`, or choose --format csv or jsonl."
    ) from error

# A group is made in memory. Of papers with their abstracts it is some 20 MB; texts of any length end one early.
ROWS_IN_GROUP: Final = 10_000
CHARACTERS_IN_GROUP: Final = 32 * 1024 * 1024

_TYPES: Final = {"integer": pyarrow.int64(), "real": pyarrow.float64(), "text": pyarrow.string()}


def write_parquet(file: BinaryIO, rows: Rows) -> None:
    """Write the rows to `file` in groups, compressed with Zstandard; comments are metadata of schema and fields.

    Raises WrongValueError where a value is none of its column.
    """
    schema = _schema(rows)
    with pyarrow.parquet.ParquetWriter(_Sink(file), schema, compression="zstd") as writer:
        for group in _groups(rows.rows):
            columns = zip(zip(*group, strict=True), schema.types, strict=True)
            try:
                arrays = [pyarrow.array(values, kind) for values, kind in columns]
                writer.write_batch(pyarrow.record_batch(arrays, schema=schema), row_group_size=ROWS_IN_GROUP)
            except pyarrow.ArrowException as error:
                raise WrongValueError(str(error)) from error


def _schema(rows: Rows) -> Any:
    fields = [
        pyarrow.field(
            column.name,
            _TYPES[column.kind],
            nullable=not column.is_required,
            metadata={"comment": column.comment} if column.comment else None,
        )
        for column in rows.columns
    ]
    return pyarrow.schema(fields, metadata={"comment": rows.comment})


def _groups(rows: Iterator[Row]) -> Iterator[list[Row]]:
    group: list[Row] = []
    characters = 0
    for row in rows:
        group.append(row)
        characters += sum(len(value) for value in row if isinstance(value, str))
        if len(group) == ROWS_IN_GROUP or characters > CHARACTERS_IN_GROUP:
            yield group
            group, characters = [], 0
    if group:
        yield group


class _Sink:
    """A file that only grows and says how long it is by now: a pipe cannot."""

    closed = False

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._length = 0

    def write(self, piece: Any) -> int:
        self._length += self._file.write(piece)
        return len(piece)

    def tell(self) -> int:
        return self._length

    def flush(self) -> None:
        self._file.flush()
