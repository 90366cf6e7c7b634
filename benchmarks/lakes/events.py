"""What Spark tells of a job in its event log, summed up."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Final

Step = tuple[str, int, float, float, float]

_SQL_START: Final = "org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionStart"
_WRITTEN: Final = re.compile(r"Execute InsertIntoHadoopFsRelationCommand\n(?:Input[^\n]*\n)?Arguments: ([^\s,]+),")


@dataclass(slots=True)
class Job:
    """Sums over all tasks that succeeded: bytes, seconds, and the seconds in which so many tasks ran at once.

    `steps` are (what is written or asked, tasks, seconds of its tasks, its longest task in seconds, the highest ratio
    of the longest task of a stage to the median of that stage).
    """

    tasks: int = 0
    failed_tasks: int = 0
    task_seconds: float = 0.0
    shuffled_bytes: int = 0
    spilled_bytes: int = 0
    written_bytes: int = 0
    peak_memory_bytes: int = 0
    seconds_by_running: dict[int, float] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)

    def slowest_steps(self, count: int) -> list[Step]:
        """Return the steps with most seconds of tasks."""
        return sorted(self.steps, key=lambda step: step[2], reverse=True)[:count]


def read_events(folder: Path) -> Job:
    """Return what the event logs in `folder` tell; they must be neither rolled nor compressed."""
    job = Job()
    asked: dict[int, str] = {}
    names: dict[int, str] = {}
    seconds: dict[tuple[int, int], list[float]] = defaultdict(list)
    spans: list[tuple[int, int]] = []
    bounds: list[int] = []
    for event in _events(folder):
        kind = event["Event"].removeprefix("SparkListener")
        if kind in ("ApplicationStart", "ApplicationEnd"):
            bounds.append(event["Timestamp"])
        elif kind == _SQL_START:
            asked[event["executionId"]] = _what(event)
        elif kind == "JobStart":
            what = asked.get(int(event["Properties"].get("spark.sql.execution.id", -1)), "outside of SQL")
            names.update((stage, what) for stage in event["Stage IDs"] if stage not in names)
        elif kind == "TaskEnd":
            info = event["Task Info"]
            spans.append((info["Launch Time"], info["Finish Time"]))
            if event["Task End Reason"]["Reason"] != "Success":
                job.failed_tasks += 1
                continue
            _add(job, event["Task Metrics"])
            took = (info["Finish Time"] - info["Launch Time"]) / 1000
            seconds[event["Stage ID"], event["Stage Attempt ID"]].append(took)
    job.steps = _steps(names, seconds)
    job.seconds_by_running = _running(spans, min(bounds, default=0), max(bounds, default=0))
    return job


def _what(event: dict[str, Any]) -> str:
    """Return the folder that a query writes, or what it is called, without the places of this machine."""
    written = _WRITTEN.search(event["physicalPlanDescription"])
    return Path(written[1]).name if written else str(event["description"]).partition(" at ")[0]


def _steps(names: dict[int, str], seconds: dict[tuple[int, int], list[float]]) -> list[Step]:
    stages: dict[str, list[list[float]]] = defaultdict(list)
    for (stage, _), took in seconds.items():
        stages[names.get(stage, "?")].append(took)
    return [
        (
            what,
            sum(map(len, found)),
            sum(map(sum, found)),
            max(map(max, found)),
            max(max(took) / max(median(took), 0.001) for took in found),
        )
        for what, found in stages.items()
    ]


def _add(job: Job, metrics: dict[str, Any]) -> None:
    job.tasks += 1
    job.task_seconds += metrics["Executor Run Time"] / 1000
    job.shuffled_bytes += metrics["Shuffle Write Metrics"]["Shuffle Bytes Written"]
    job.spilled_bytes += metrics["Disk Bytes Spilled"]
    job.written_bytes += metrics["Output Metrics"]["Bytes Written"]
    job.peak_memory_bytes = max(job.peak_memory_bytes, metrics["Peak Execution Memory"])


def _events(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.iterdir()):
        with path.open(encoding="utf-8") as file:
            for line in file:
                yield json.loads(line)


def _running(spans: Iterable[tuple[int, int]], start: int, end: int) -> dict[int, float]:
    """Return for each number of tasks how many seconds between `start` and `end` (ms) just so many ran."""
    changes = sorted([(begin, 1) for begin, _ in spans] + [(finish, -1) for _, finish in spans] + [(end, 0)])
    found: dict[int, float] = defaultdict(float)
    running, before = 0, start
    for moment, change in changes:
        found[running] += max(moment - before, 0) / 1000
        before = max(moment, before)
        running += change
    return dict(found)
