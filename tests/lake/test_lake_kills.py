"""A build that is killed leaves the former lake; the next one says so, and ends with what an undisturbed one makes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet
import pytest

from benchmarks.made_digests import made_documents
from catalog.lake.layout import TABLES, Lake
from tests.catalogues import snapshot
from tests.lake.conftest import CONF, require_spark

pytestmark = [pytest.mark.xdist_group("spark"), pytest.mark.slow]

PATIENCE = 600


def begin(lake: Path, documents: Path) -> subprocess.Popen[str]:
    """Start a build in a process group of its own, which Java and the Python workers belong to."""
    line = [sys.executable, "-m", "catalog", "lake", "build", documents, "--out", lake, "--as-of", "2026-11-20"]
    return subprocess.Popen(
        [str(part) for part in (*line, "--master", "local[2]", *CONF)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def kill_when(build: subprocess.Popen[str], is_time: Callable[[], bool]) -> None:
    """Kill the build with all that it started, as soon as `is_time`."""
    deadline = time.monotonic() + PATIENCE
    while not is_time():
        assert build.poll() is None, build.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(build.pid, signal.SIGKILL)
    build.communicate()


def finish(lake: Path, documents: Path) -> str:
    out, err = (build := begin(lake, documents)).communicate(timeout=PATIENCE)
    assert build.returncode == 0, err
    return out + err


def tables(lake: Path) -> dict[str, list[str]]:
    """Return the rows of every table of a lake, without what tells the time."""
    manifest = Lake(lake).manifest()
    found = {}
    for name in TABLES:
        files = [pyarrow.parquet.ParquetFile(lake / file.path).read() for file in manifest.files[name]]
        found[name] = sorted(
            repr({**row, "loaded_at": None} if name == "loads" else row) for file in files for row in file.to_pylist()
        )
    return found


@pytest.mark.parametrize("moment", ["evidence/build=000002", "staging-000002", "tables-000002"])
def test_a_killed_build_leaves_the_former_lake(tmp_path: Path, moment: str) -> None:
    require_spark()
    documents, lake = tmp_path / "documents", tmp_path / "lake"
    documents.mkdir()
    made = list(made_documents(300))
    for name, content in made[: len(made) // 2]:
        (documents / name).write_bytes(content)
    finish(lake, documents)
    before, former = Lake(lake).manifest(), tables(lake)
    for name, content in made:
        (documents / name).write_bytes(content)

    kill_when(begin(lake, documents), lambda: (lake / moment).exists())

    assert Lake(lake).manifest() == before
    assert tables(lake) == former
    assert "An earlier build" in finish(lake, documents)
    undisturbed = tmp_path / "undisturbed"
    finish(undisturbed, documents)
    assert tables(lake) == tables(undisturbed)
    assert not [name for name in snapshot(lake) if name.startswith("staging-")]
