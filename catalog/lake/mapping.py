"""Functions of ours on the rows of a DataFrame, where SQL has no word for the rule."""

# pyarrow has no types.
# mypy: disable-error-code="import-untyped"
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow

from catalog.lake.tuning import is_in_one_part

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import StructType

Batches = Iterator[Any]
"""Batches of Arrow, as Spark gives and takes them."""

_TYPES = {"BIGINT": pyarrow.int64(), "STRING": pyarrow.string(), "BOOLEAN": pyarrow.bool_()}


def mapped(rows: DataFrame, function: Callable[[dict[str, Any]], dict[str, Any]], columns: str) -> DataFrame:
    """Return what `function` makes of each row, as the named `columns` with their types (`id BIGINT, name STRING`)."""
    schema = _arrow_schema(columns)

    def apply(batches: Batches) -> Batches:
        for batch in batches:
            made = [function(row) for row in batch.to_pylist()]
            arrays = [pyarrow.array([row[field.name] for row in made], field.type) for field in schema]
            yield pyarrow.RecordBatch.from_arrays(arrays, schema=schema)

    return applied(rows, apply, columns, is_here=is_in_one_part(rows.sparkSession))


def applied(
    rows: DataFrame, function: Callable[[Batches], Batches], columns: str | StructType, *, is_here: bool
) -> DataFrame:
    """Return what `function` makes of batches of `rows`, as `columns`: on the workers, or, with `is_here`, at once.

    Few rows are done in this process before a Python of a worker has begun.
    """
    if not is_here:
        return rows.mapInArrow(function, columns)
    session = rows.sparkSession
    from pyspark.sql.types import DataType

    kind: Any = DataType.fromDDL(columns) if isinstance(columns, str) else columns
    made = list(function(iter(rows.toArrow().to_batches())))
    return session.createDataFrame(pyarrow.Table.from_batches(made) if made else [], kind)


def few_rows(session: SparkSession, columns: Mapping[str, Sequence[Any]], kinds: str) -> DataFrame:
    """Return values that this process knows as a DataFrame, with the types `kinds` of their columns.

    From a list Spark would make it in a Python of a worker, which takes longer to begin.
    """
    return session.createDataFrame(pyarrow.table(dict(columns), _arrow_schema(kinds)))


def _arrow_schema(kinds: str) -> Any:
    return pyarrow.schema([(name, _TYPES[kind]) for name, kind in map(str.split, kinds.split(","))])
