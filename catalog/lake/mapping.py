"""Functions of ours on the rows of a DataFrame, where SQL has no word for the rule."""

# pyarrow has no types.
# mypy: disable-error-code="import-untyped"
from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pyarrow

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_TYPES = {"BIGINT": pyarrow.int64(), "STRING": pyarrow.string(), "BOOLEAN": pyarrow.bool_()}


def mapped(rows: DataFrame, function: Callable[[dict[str, Any]], dict[str, Any]], columns: str) -> DataFrame:
    """Return what `function` makes of each row, as the named `columns` with their types (`id BIGINT, name STRING`)."""
    schema = pyarrow.schema([(name, _TYPES[kind]) for name, kind in map(str.split, columns.split(","))])

    def apply(batches: Iterator[Any]) -> Iterator[Any]:
        for batch in batches:
            made = [function(row) for row in batch.to_pylist()]
            arrays = [pyarrow.array([row[field.name] for row in made], field.type) for field in schema]
            yield pyarrow.RecordBatch.from_arrays(arrays, schema=schema)

    return rows.mapInArrow(apply, columns)
