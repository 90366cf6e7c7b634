"""Files of a lake, with their hashes and rows, asked for where they lie: inside Spark."""

# pyarrow has no types.
# mypy: disable-error-code="import-untyped"
from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog.lake.layout import TABLES, File
from catalog.lake.mapping import mapped
from catalog.lake.reading import file_hash

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def hashed_files(session: SparkSession, folder: Path, tables: str, evidence: str) -> dict[str, list[File]]:
    """Return the Parquet files of the folders `tables` and `evidence` of the lake in `folder`, by table.

    Those of evidence stand under `evidence`. The files are on the disk when this returns.
    """
    found: dict[str, list[File]] = {name: [] for name in ("evidence", *TABLES)}
    names = defaultdict(str)
    for top in (tables, evidence):
        for path in (folder / top).rglob("*.parquet"):
            name = str(path.relative_to(folder))
            names[name] = "evidence" if top == evidence else path.relative_to(folder / top).parts[0]
    listed = [(str(folder.absolute() / name), name) for name in names]
    parts = min(len(listed), 2 * session.sparkContext.defaultParallelism)
    rows = session.createDataFrame(listed, "path STRING, name STRING").repartition(max(1, parts))
    columns = "name STRING, byte_count BIGINT, sha256 STRING, row_count BIGINT"
    for row in mapped(rows, _known, columns).orderBy("name").collect():
        found[names[row.name]].append(File(row.name, row.byte_count, row.sha256, row.row_count))
    return found


def _known(row: dict[str, Any]) -> dict[str, Any]:
    import pyarrow.parquet

    path = Path(row["path"])
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return {
        "name": row["name"],
        "byte_count": path.stat().st_size,
        "sha256": file_hash(path),
        "row_count": pyarrow.parquet.read_metadata(path).num_rows,
    }
