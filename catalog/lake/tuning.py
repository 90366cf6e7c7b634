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

MIDDLE_BYTES: Final = 5 * SMALL_BYTES
"""Up to this size they are work of middling size: worth to be divided, but not all that Spark and Java do for much."""

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

MIDDLE: Final = {
    # There are few parts, all for the same work, so that nothing is left for it to put together; and it plans each step
    # anew.
    "spark.sql.adaptive.enabled": "false",
}
"""Settings of a session for work of middling size."""

# What such a Java compiles thoroughly it hardly uses, and every worker compiles it anew; and its collector needs no
# threads of its own.
_QUICK_JAVA: Final = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"

# Much work is worth to be compiled thoroughly, but only what runs often: at ten times Java's own thresholds. With those
# of its own the compiler takes more from the cores of every worker than the steps of a build, which differ, give back.
# And a build waits for no answer, so that what collects its garbage need not work beside it.
_PATIENT_JAVA: Final = (
    "-XX:Tier4InvocationThreshold=50000 -XX:Tier4MinInvocationThreshold=6000 -XX:Tier4CompileThreshold=150000 "
    "-XX:Tier4BackEdgeThreshold=400000 -XX:+UseParallelGC"
)


def work_size(before: Manifest | None, paths: Iterable[Path]) -> int:
    """Return how many bytes documents at `paths` and the evidence of a lake have together, gzip as what it may hold."""
    known = sum(file.byte_count for file in before.files["evidence"]) if before else 0
    return known + sum(path.stat().st_size * (_GZIP if path.suffix == ".gz" else 1) for path in paths if path.exists())


def task_count(size: int) -> int:
    """Return into how many tasks `size` bytes of documents or evidence are worth to be divided."""
    return -(-size // _TASK_BYTES)


def start_settings(size: int) -> dict[str, str]:
    """Return the settings with which Spark is started for `size` bytes of documents and evidence."""
    options = _PATIENT_JAVA if size > MIDDLE_BYTES else _QUICK_JAVA
    java = {f"spark.{process}.extraJavaOptions": options for process in ("driver", "executor")}
    if size > SMALL_BYTES:
        return java
    # Of a cluster no more than has work: each executor is a Java to start, too.
    return java | {"spark.cores.max": str(max(1, task_count(size)))}


def tune(session: SparkSession, size: int, evidence: int | None = None) -> None:
    """Let a session work on `size` bytes of documents or evidence, except in what it was started with.

    `evidence` is how much of that is divided where it is not all: documents are larger than what they say.
    """
    started = dict(session.sparkContext.getConf().getAll())
    divided = size if evidence is None else evidence
    wanted = query_settings(size, divided, int(session.sparkContext.defaultParallelism))
    for name in SMALL.keys() - started.keys():
        if name in wanted:
            session.conf.set(name, wanted[name])
        else:
            session.conf.unset(name)


def query_settings(size: int, divided: int, cores: int) -> dict[str, str]:
    """Return the settings of queries for `size` bytes of work, of which `divided` are divided among `cores`."""
    if size <= SMALL_BYTES:
        return SMALL
    tasks = task_count(divided)
    if size <= MIDDLE_BYTES:
        # To begin a task costs, too: each core gets as few as it bears, and all get the same number.
        parts = tasks if tasks < cores else cores * -(-divided // (SMALL_BYTES * cores))
        return MIDDLE | {_PARTS: str(max(1, parts))}
    return {_PARTS: str(max(tasks, cores))}


def is_in_one_part(session: SparkSession) -> bool:
    """Whether all rows go through one task."""
    return bool(session.conf.get(_PARTS) == "1")


def gathered(rows: DataFrame) -> DataFrame:
    """Return `rows` as one part where all go through one task: Spark need not shuffle them any more to know it."""
    return rows.coalesce(1) if is_in_one_part(rows.sparkSession) else rows
