"""The columns of the lake: those of the models, with their types and comments, and those of evidence."""

# Not all of pyspark has types.
# mypy: disable-error-code="import-untyped"
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyspark.sql import functions
from pyspark.sql.types import BinaryType, DataType, LongType, StringType, StructField, StructType
from sqlalchemy import Column, Table

from catalog.lake.evidence import COLUMNS, HASHES, NUMBERS, PIECES

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def evidence_type(piece: str | None = None) -> StructType:
    """Return the Spark type of evidence, or of one kind of it, as it lies in its files (without `piece`)."""
    names = COLUMNS if piece is None else ("copy_id", *PIECES[piece])
    return StructType([StructField(name, _of_evidence(name)) for name in names])


def _of_evidence(name: str) -> DataType:
    if name in HASHES.values():
        return BinaryType()
    return LongType() if name in NUMBERS else StringType()


def shaped(rows: DataFrame, table: Table) -> DataFrame:
    """Return `rows` with exactly the columns of `table`, in its order, with their types and comments."""
    return rows.select(*(_shaped(column) for column in table.columns))


def _shaped(column: Column[Any]) -> Any:
    if column.computed is None:
        value = functions.col(column.name)
    else:
        # SQLite's INTEGER has 64 bits, Spark's has 32.
        value = functions.expr(str(column.computed.sqltext).replace("INTEGER", "BIGINT"))
    kind = LongType() if column.type.python_type is int else StringType()
    return value.cast(kind).alias(column.name, metadata={"comment": column.comment or ""})
