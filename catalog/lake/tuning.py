"""Settings of Spark by the size of the work: what pays for much evidence costs more than the work for little."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from catalog.lake.layout import Manifest

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

SMALL_BYTES: Final = 128 * 1024 * 1024
"""Documents and evidence up to this size together are little work."""

_TASK_BYTES: Final = 16 * 1024 * 1024
_GZIP: Final = 10
_PARTS: Final = "spark.sql.shuffle.partitions"

SMALL: Final = {
    # Every step is one task: nothing is shuffled, and no table is sent around to be joined.
    _PARTS: "1",
    "spark.sql.autoBroadcastJoinThreshold": "-1",
    "spark.sql.adaptive.enabled": "false",
    # To generate code for a query and to compile it takes longer than to interpret it for so few rows.
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}
"""Settings of a session for little work."""

# What such a Java compiles thoroughly it hardly uses; and its collector needs no threads of its own.
_SMALL_JAVA: Final = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"


def work_size(before: Manifest | None, paths: Iterable[Path]) -> int:
    """Return how many bytes documents at `paths` and the evidence of a lake have together, gzip as what it may hold."""
    known = sum(file.byte_count for file in before.files["evidence"]) if before else 0
    return known + sum(path.stat().st_size * (_GZIP if path.suffix == ".gz" else 1) for path in paths if path.exists())


def task_count(size: int) -> int:
    """Return into how many tasks `size` bytes of documents or evidence are worth to be divided."""
    return -(-size // _TASK_BYTES)


def start_settings(size: int) -> dict[str, str]:
    """Return the settings with which Spark is started for `size` bytes of documents and evidence."""
    if size > SMALL_BYTES:
        return {}
    java = {f"spark.{process}.extraJavaOptions": _SMALL_JAVA for process in ("driver", "executor")}
    # Of a cluster no more than has work: each executor is a Java to start, too.
    return java | {"spark.cores.max": str(max(1, task_count(size)))}


def tune(session: SparkSession, size: int) -> None:
    """Let a session work on `size` bytes of documents or evidence, except in what it was started with."""
    started = dict(session.sparkContext.getConf().getAll())
    parts = max(session.sparkContext.defaultParallelism, task_count(size))
    large = {_PARTS: str(parts)}
    for name, value in SMALL.items():
        if name in started:
            continue
        if size <= SMALL_BYTES:
            session.conf.set(name, value)
        elif name in large:
            session.conf.set(name, large[name])
        else:
            session.conf.unset(name)


def is_in_one_part(session: SparkSession) -> bool:
    """Whether all rows go through one task."""
    return bool(session.conf.get(_PARTS) == "1")


def gathered(rows: DataFrame) -> DataFrame:
    """Return `rows` as one part where all go through one task: Spark need not shuffle them any more to know it."""
    return rows.coalesce(1) if is_in_one_part(rows.sparkSession) else rows
