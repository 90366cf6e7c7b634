"""Files of a lake, with their hashes and rows. Many are asked for inside Spark, where they lie."""

# pyarrow has no types.
# mypy: disable-error-code="import-untyped"
from __future__ import annotations

import os
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog.lake.layout import TABLES, File
from catalog.lake.mapping import few_rows, mapped
from catalog.lake.reading import file_hash
from catalog.lake.tuning import is_in_one_part

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
    listed = [{"path": str(folder.absolute() / name), "name": name} for name in sorted(names)]
    for file in _here(listed) if is_in_one_part(session) else _on_workers(session, listed):
        found[names[file.path]].append(file)
    return found


def _here(listed: list[dict[str, str]]) -> list[File]:
    """Ask for few files in this process: that is done before a worker has begun."""
    with ThreadPoolExecutor() as pool:
        return [File(**row) for row in pool.map(_known, listed)]


def _on_workers(session: SparkSession, listed: list[dict[str, str]]) -> list[File]:
    parts = min(len(listed), 2 * session.sparkContext.defaultParallelism)
    columns = {name: [row[name] for row in listed] for name in ("path", "name")}
    rows = few_rows(session, columns, "path STRING, name STRING").repartition(max(1, parts))
    known = mapped(rows, _known, "path STRING, byte_count BIGINT, sha256 STRING, row_count BIGINT")
    return [File(**row.asDict()) for row in known.orderBy("path").collect()]


def _known(row: dict[str, Any]) -> dict[str, Any]:
    import pyarrow.parquet

    path = Path(row["path"])
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return {
        "path": row["name"],
        "byte_count": path.stat().st_size,
        "sha256": file_hash(path),
        "row_count": pyarrow.parquet.read_metadata(path).num_rows,
    }
