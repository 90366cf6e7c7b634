"""Real faults on a real cluster: workers and drivers that die in the middle, and a lake that never shows it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from benchmarks.made.documents import made_documents
from catalog.documents import find_documents
from catalog.load import load_documents, load_terms
from catalog.models import metadata
from catalog.release import release_catalog
from tests.conftest import CONTENT_TABLES, rows
from tests.lake.cluster import PATIENCE, Cluster, cluster, environment, kill_all, until
from tests.lake.conftest import SMALL, require_spark

pytest.importorskip("duckdb", reason="DuckDB is not installed")
pytest.importorskip("sqlglot", reason="sqlglot is not installed")

from catalog.lake.questions import open_in_duckdb

# A cluster, a driver and its executors take two minutes of processor for one build: too long for every submission.
pytestmark = pytest.mark.slow

AS_OF = date(2026, 7, 1)
PAPERS = 300

Facts = dict[str, list[tuple[Any, ...]]]
Build = subprocess.Popen[str]
Load = Callable[[str], Facts]


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A master and two workers; a test that kills one starts another."""
    require_spark()
    if not Path("/proc/self/stat").exists():
        pytest.skip("processes are found through /proc")
    with cluster(tmp_path_factory.mktemp("cluster")) as started:
        yield started


@pytest.fixture(scope="module")
def digests(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made documents, some in the folder `first`."""
    folder = tmp_path_factory.mktemp("digests")
    (folder / "first").mkdir()
    for number, (name, content) in enumerate(made_documents(PAPERS, seed=3)):
        (folder / ("first" if number < 2 else ".") / name).write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def loaded(digests: Path, tmp_path_factory: pytest.TempPathFactory) -> Load:
    """What `catalog load` makes of a part of the documents, in the order of ids that files to share have."""

    def load(part: str) -> Facts:
        folder = tmp_path_factory.mktemp("loaded")
        return in_file(released(load_file(folder / "catalog.db", find_documents([digests / part]))))

    return load


def load_file(path: Path, documents: Iterator[Any]) -> Path:
    list(load_documents(documents, path, load_terms(as_of=AS_OF), on_error=pytest.fail))
    return path


def released(working: Path) -> Path:
    """The same catalogue with the ids that follow from what it holds, which are those of a lake."""
    target = working.with_name("papers.db")
    release_catalog(working, target)
    return target


def every_row(table: str) -> str:
    key = ", ".join(column.name for column in metadata.tables[table].primary_key)
    return f"SELECT {', '.join(metadata.tables[table].columns.keys())} FROM {table} ORDER BY {key}"


def in_file(path: Path) -> Facts:
    return {table: rows(path, every_row(table)) for table in CONTENT_TABLES}


def in_lake(lake: Path) -> Facts:
    """What the lake says, read without Spark."""
    with closing(open_in_duckdb(lake)) as connection:
        return {table: connection.execute(every_row(table)).fetchall() for table in CONTENT_TABLES}


def start_build(spark: Cluster, sources: Path, lake: Path, events: Path) -> Build:
    """Start `catalog lake build` on the cluster; Spark tells in `events` what happens."""
    events.mkdir(exist_ok=True)
    told = SMALL | {
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": events.absolute().as_uri(),
        "spark.eventLog.rolling.enabled": "false",
        "spark.eventLog.compress": "false",
        "spark.executor.memory": "700m",
        "spark.driver.memory": "700m",
        # Some tasks for each worker in each stage, however few documents there are.
        "spark.sql.shuffle.partitions": "4",
        "spark.cores.max": "2",
    }
    conf = [part for name, value in told.items() for part in ("--conf", f"{name}={value}")]
    arguments = ["lake", "build", sources, "--out", lake, "--as-of", AS_OF.isoformat(), "--master", spark.master, *conf]
    return subprocess.Popen(
        [sys.executable, "-m", "catalog", *map(str, arguments)],
        env=environment(),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def finish(build: Build, lake: Path) -> str:
    """Wait for the build, which must do its work; return what it says besides."""
    try:
        _, said = build.communicate(timeout=PATIENCE)
    finally:
        kill_all(build)
    log = lake / "spark.log"
    assert build.returncode == 0, said + (log.read_text(errors="replace")[-4000:] if log.exists() else "")
    return said


def events_of(folder: Path, kind: str) -> list[dict[str, Any]]:
    """What Spark told of this kind."""
    lines = [line for path in folder.iterdir() for line in path.read_text(encoding="utf-8").splitlines()]
    # A driver that was killed leaves half a line.
    found = [json.loads(line) for line in lines if line.endswith("}")]
    return [event for event in found if event["Event"] == f"SparkListener{kind}"]


MOMENTS = {
    "documents are read": "evidence/build={:06}/_attempts/*",
    "steps in between are written": "staging-{:06}/*",
    "tables are written": "tables-{:06}/*",
}
"""What is there when a build of that number has come so far."""


def wait_for(moment: str, build: Build, lake: Path, number: int = 1) -> None:
    pattern = MOMENTS[moment].format(number)
    until(lambda: any(lake.glob(pattern)) or build.poll() is not None, moment)
    assert build.poll() is None, finish(build, lake)


def lose_a_worker(spark: Cluster, digests: Path, folder: Path, moment: str, delay: float = 0.0) -> Facts:
    """Build on two workers, kill one with its executor at `moment`, and return the lake that the other finishes."""
    lake, events = folder / "lake", folder / "events"
    spark.be(2)
    build = start_build(spark, digests, lake, events)
    try:
        until(lambda: spark.cores_used() == 2, "both workers have an executor")
        wait_for(moment, build, lake)
        time.sleep(delay)
        # The worker, its executor, and the Python of this.
        assert spark.kill_worker() >= 2
        finish(build, lake)
    finally:
        kill_all(build)
    assert [event["Removed Reason"] for event in events_of(events, "ExecutorRemoved")]
    return in_lake(lake)


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("delay", [0.0, 1.5])
def test_a_worker_that_dies_in_the_middle_costs_nothing_and_doubles_nothing(
    spark: Cluster, digests: Path, loaded: Load, tmp_path: Path, moment: str, delay: float
) -> None:
    assert lose_a_worker(spark, digests, tmp_path, moment, delay) == loaded(".")


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_driver_that_dies_leaves_the_former_lake_and_begins_again(
    spark: Cluster, digests: Path, loaded: Load, tmp_path: Path, moment: str
) -> None:
    lake = tmp_path / "lake"
    spark.be(2)
    finish(start_build(spark, digests / "first", lake, tmp_path / "events"), lake)
    before = in_lake(lake)
    assert before == loaded("first")
    manifest = (lake / "manifest.json").read_bytes()

    build = start_build(spark, digests, lake, tmp_path / "killed")
    try:
        wait_for(moment, build, lake, number=2)
    finally:
        kill_all(build)
    assert (lake / "manifest.json").read_bytes() == manifest
    assert in_lake(lake) == before

    said = finish(start_build(spark, digests, lake, tmp_path / "again"), lake)
    assert "stopped before its end" in said
    assert in_lake(lake) == loaded(".")
