"""`kill -9` of the real command at moments nobody chose, while it writes."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from tabulate import tabulate

from tests.conftest import ROOT
from tests.faults.bench import open_bench
from tests.faults.server import Outcome
from tests.faults.shelf import SCENARIOS
from tests.faults.trials import Trial
from tests.frozen_files import EPOCH

_LOOK_SECONDS = 0.0005


def random_kills(count: int, seed: int) -> int:
    """Kill `count` commands, each scenario in turn; print a table and return how many were bad."""
    chance = random.Random(seed)
    counted: Counter[tuple[str, str]] = Counter()
    with open_bench() as bench:
        trials = [Trial.of(one.name, bench) for one in SCENARIOS]
        writing = [_seconds_of_writing(trial) for trial in trials]
        number = killed = 0
        while killed < count:
            trial, seconds = trials[number % len(trials)], writing[number % len(trials)]
            name, number = trial.scenario.name, number + 1
            outcome, problems = kill_once(trial, chance.uniform(0, seconds))
            killed += outcome.code < 0
            counted[name, "killed" if outcome.code < 0 else "ended before"] += 1
            if problems:
                counted[name, "bad"] += 1
                print("BAD", name, *problems, sep="\n    ", flush=True)
            if number % 20 == 0:
                print(f"{killed} killed", file=sys.stderr, flush=True)
    columns = ("killed", "ended before", "bad")
    rows = [[one.name, *(counted[one.name, column] for column in columns)] for one in SCENARIOS]
    totals = [sum(counted[one.name, column] for one in SCENARIOS) for column in columns]
    print(tabulate([*rows, ["all", *totals]], headers=["kill -9 of a command", *columns]), flush=True)
    return totals[-1]


def kill_once(trial: Trial, delay: float) -> tuple[Outcome, list[str]]:
    """Start the command, kill it `delay` seconds after it changed the first file, and judge what it left."""
    trial.restart()
    with _started(trial) as process:
        _wait_for_change(trial.folder, process)
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        stdout, stderr = process.communicate(timeout=120)
    outcome = Outcome(process.returncode, stdout, stderr, 0, True)
    if outcome.code > 0 and not outcome.is_done:
        return outcome, [f"exit code {outcome.code}: {stderr}"]
    return outcome, trial.judged(outcome, may_leave=True)


def _started(trial: Trial) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "catalog", *trial.command()],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SOURCE_DATE_EPOCH": EPOCH},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _names(folder: Path) -> set[str]:
    return {entry.name for entry in os.scandir(folder)}


def _wait_for_change(folder: Path, process: subprocess.Popen[str]) -> None:
    before = _names(folder)
    while _names(folder) == before and process.poll() is None:
        time.sleep(_LOOK_SECONDS)


def _seconds_of_writing(trial: Trial) -> float:
    trial.restart()
    with _started(trial) as process:
        _wait_for_change(trial.folder, process)
        started = time.monotonic()
        process.communicate(timeout=120)
        return time.monotonic() - started
