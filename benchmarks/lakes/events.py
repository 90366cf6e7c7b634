"""What Spark tells of a job in its event log, summed up."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any


@dataclass(slots=True)
class Job:
    """Sums over all tasks that succeeded: bytes, seconds, and the seconds in which so many tasks ran at once.

    `stages` are (name, tasks, seconds of its tasks, its longest task in seconds, its median task in seconds).
    """

    tasks: int = 0
    failed_tasks: int = 0
    task_seconds: float = 0.0
    shuffled_bytes: int = 0
    spilled_bytes: int = 0
    written_bytes: int = 0
    peak_memory_bytes: int = 0
    seconds_by_running: dict[int, float] = field(default_factory=dict)
    stages: list[tuple[str, int, float, float, float]] = field(default_factory=list)

    def slowest_stages(self, count: int) -> list[tuple[str, int, float, float, float]]:
        """Return the stages with most seconds of tasks."""
        return sorted(self.stages, key=lambda stage: stage[2], reverse=True)[:count]


def read_events(folder: Path) -> Job:
    """Return what the event logs in `folder` tell; they must be neither rolled nor compressed."""
    job = Job()
    names: dict[tuple[int, int], str] = {}
    seconds: dict[tuple[int, int], list[float]] = defaultdict(list)
    spans: list[tuple[int, int]] = []
    bounds: list[int] = []
    for event in _events(folder):
        kind = event["Event"].removeprefix("SparkListener")
        if kind in ("ApplicationStart", "ApplicationEnd"):
            bounds.append(event["Timestamp"])
        elif kind == "StageCompleted":
            stage = event["Stage Info"]
            names[stage["Stage ID"], stage["Stage Attempt ID"]] = stage["Stage Name"]
        elif kind == "TaskEnd":
            info = event["Task Info"]
            spans.append((info["Launch Time"], info["Finish Time"]))
            if event["Task End Reason"]["Reason"] != "Success":
                job.failed_tasks += 1
                continue
            _add(job, event["Task Metrics"])
            took = (info["Finish Time"] - info["Launch Time"]) / 1000
            seconds[event["Stage ID"], event["Stage Attempt ID"]].append(took)
    job.stages = [(names.get(key, "?"), len(took), sum(took), max(took), median(took)) for key, took in seconds.items()]
    job.seconds_by_running = _running(spans, min(bounds, default=0), max(bounds, default=0))
    return job


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
