"""Workers of the benchmark that are slow machines: what they get of a processor is their share."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.lakes.shares import held
from tests.lake.cluster import kill_all, processes_of

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are found through /proc")

BUSY = "while True: pass"
# Two that work come later than the one that was named, and end with nobody.
TWO_BUSY = f"""
import subprocess, sys, time
found = [subprocess.Popen([sys.executable, "-c", {BUSY!r}]) for _ in range(2)]
time.sleep(600)
"""
SHARE, SECONDS = 0.2, 3.0


def taken(session: int) -> float:
    """Seconds of processor that the processes of a session took so far, in whole ticks of the kernel."""
    ticks = 0
    for pid in processes_of(session):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / 100


@pytest.mark.slow
def test_all_processes_of_a_worker_together_get_its_share_and_go_on_afterwards() -> None:
    worker = subprocess.Popen([sys.executable, "-c", TWO_BUSY], start_new_session=True)
    try:
        before = time.monotonic()
        with held([worker.pid], SHARE) as workers:
            time.sleep(SECONDS)
        passed = time.monotonic() - before
        at_end = taken(worker.pid)
        # Two that are not held take up to two seconds in each; whoever holds them may come late on a busy machine.
        assert 0 < at_end < 0.5 * passed
        assert abs(workers[0].taken - at_end) < 0.1 + 0.5 * at_end
        while taken(worker.pid) < at_end + 0.5:  # they work again, or the test never ends
            time.sleep(0.05)
    finally:
        assert kill_all(worker) == 3


@pytest.mark.slow
def test_one_process_of_a_machine_with_many_cores_gets_no_more_than_one() -> None:
    busy = subprocess.Popen([sys.executable, "-c", BUSY], start_new_session=True)
    try:
        before = time.monotonic()
        with held([busy.pid], SHARE, cores=4):
            time.sleep(SECONDS)
        passed = time.monotonic() - before
        assert 0 < taken(busy.pid) < 0.5 * passed  # alone it takes all of a core, and four cores would give 0.8
    finally:
        kill_all(busy)
