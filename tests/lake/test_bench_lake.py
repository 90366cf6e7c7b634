"""The benchmark of the lake: its documents have the skew that they promise, and what it adds up is right."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from benchmarks.lakes.events import read_events
from benchmarks.lakes.extrapolated import extrapolated
from benchmarks.lakes.skewed import Skew, skewed_documents
from catalog.documents import find_documents
from catalog.load import load_documents, load_terms
from tests.conftest import ROOT, rows
from tests.lake.conftest import require_spark

SIZE = 40


@pytest.mark.parametrize(
    ("skew", "is_even", "sql", "expected"),
    [
        ("paper", False, "SELECT digest_count FROM papers ORDER BY 1 DESC LIMIT 2", [(SIZE,), (1,)]),
        ("paper", True, "SELECT digest_count, count(*) FROM papers GROUP BY 1", [(1, 2 * SIZE)]),
        ("owner", False, "SELECT owner, count(*) FROM repositories GROUP BY owner", [("giant-owner", SIZE)]),
        ("owner", True, "SELECT count(DISTINCT owner), count(*) FROM repositories", [(SIZE, SIZE)]),
    ],
)
def test_documents_have_the_skew(
    tmp_path: Path, skew: Skew, is_even: bool, sql: str, expected: list[tuple[Any, ...]]
) -> None:
    for name, content in skewed_documents(skew, SIZE, is_even=is_even):
        (tmp_path / name).write_bytes(content)
    loading = load_documents(
        find_documents([tmp_path]), tmp_path / "catalog.db", load_terms(as_of=date(2026, 7, 1)), on_error=pytest.fail
    )
    assert len(list(loading)) == 1
    assert rows(tmp_path / "catalog.db", sql) == expected
    entries = 2 * SIZE if skew == "paper" else SIZE
    assert rows(tmp_path / "catalog.db", "SELECT count(*) FROM digest_entries") == [(entries,)]


def task(start: int, end: int, *, is_good: bool = True, shuffled: int = 0) -> dict[str, Any]:
    """The end of a task, as Spark tells it."""
    return {
        "Event": "SparkListenerTaskEnd",
        "Stage ID": 3,
        "Stage Attempt ID": 0,
        "Task End Reason": {"Reason": "Success" if is_good else "ExecutorLostFailure"},
        "Task Info": {"Launch Time": start, "Finish Time": end},
        "Task Metrics": {
            "Executor Run Time": end - start,
            "Peak Execution Memory": 7,
            "Disk Bytes Spilled": 10,
            "Shuffle Write Metrics": {"Shuffle Bytes Written": shuffled},
            "Output Metrics": {"Bytes Written": 1},
        },
    }


def test_events_are_added_up(tmp_path: Path) -> None:
    events = [
        {"Event": "SparkListenerApplicationStart", "Timestamp": 1_000},
        {
            "Event": "org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionStart",
            "executionId": 8,
            "description": "parquet at somewhere",
            "physicalPlanDescription": "(3) Execute InsertIntoHadoopFsRelationCommand\nInput: []\n"
            "Arguments: file:/here/papers, false",
        },
        {"Event": "SparkListenerJobStart", "Stage IDs": [3], "Properties": {"spark.sql.execution.id": "8"}},
        task(2_000, 6_000, shuffled=100),
        task(3_000, 5_000, shuffled=50),
        task(4_000, 4_500, is_good=False),
        {"Event": "SparkListenerApplicationEnd", "Timestamp": 9_000},
    ]
    (tmp_path / "app").write_text("\n".join(map(json.dumps, events)) + "\n", encoding="utf-8")
    job = read_events(tmp_path)
    assert (job.tasks, job.failed_tasks, job.task_seconds) == (2, 1, 6.0)
    assert (job.shuffled_bytes, job.spilled_bytes, job.written_bytes, job.peak_memory_bytes) == (150, 20, 2, 7)
    # Alone before and after, one task, two of them, and three for half a second.
    assert job.seconds_by_running == {0: 4.0, 1: 2.0, 2: 1.5, 3: 0.5}
    assert job.slowest_steps(1) == [("papers", 2, 6.0, 4.0, 4.0 / 3.0)]


def test_what_is_the_same_for_every_build_is_not_carried_to_a_billion() -> None:
    def build(entries: int) -> dict[str, Any]:
        keys = ("evidence_bytes", "table_bytes", "shuffled_bytes", "spilled_bytes")
        return {
            **dict.fromkeys(keys, 5_000 + 100 * entries),
            "workers": 2,
            "entries": entries,
            "task_seconds": 60 + 0.001 * entries,
            "seconds_by_running": {"0": 30.0, "1": 0.0001 * entries, "2": 9.0},
            "slowest_steps": [["a step", 1, 2.0, 0.0001 * entries, 1.0]],
        }

    measured = [{"name": "made", "source_bytes": 7 * size, "builds": [build(size)]} for size in (1_000, 10_000)]
    said = "\n".join(extrapolated(measured, 10**9))
    assert "| documents | 7 B | 0.01 TB |" in said
    assert "| shuffled | 100 B | 0.10 TB |" in said
    assert "| seconds of tasks | 1,000 µs | 278 core hours |" in said
    assert "| seconds in which one task ran, or none | 100.0 µs | 27.8 h |" in said


@pytest.mark.slow
def test_the_benchmark_runs(tmp_path: Path) -> None:
    require_spark()
    sizes = ("--entries", "400", "--entries", "1000", "--workers", "1", "--memory", "1g", "--load")
    command = [sys.executable, "benchmarks/bench_lake.py", *sizes, "--json", str(tmp_path / "lake.json")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "1,000,000,000 entries (extrapolated)" in done.stdout
    measured = json.loads((tmp_path / "lake.json").read_text(encoding="utf-8"))["measured"]
    assert [one["builds"][0]["entries"] for one in measured] == [400, 1000]
    assert all(one["builds"][0]["shuffled_bytes"] > 0 and one["load"]["wall"] > 0 for one in measured)
