"""How long each command takes from start to end on a small file, beside `python -c pass`: python bench_start.py."""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent

BASE = "python -c pass"
COMMANDS = {
    BASE: ["-c", "pass"],
    "python -c 'import sqlalchemy'": ["-c", "import sqlalchemy"],
    "catalog --help": ["-m", "catalog", "--help"],
    "catalog search": ["-m", "catalog", "search", "prompt"],
    "catalog show": ["-m", "catalog", "show", "1"],
    "catalog check": ["-m", "catalog", "check"],
    "catalog migrate (nothing to do)": ["-m", "catalog", "migrate"],
    "catalog load (nothing new)": ["-m", "catalog", "load"],
    "catalog load (into a new file)": ["-m", "catalog", "load", "-d", "new.db"],
}

Times = tuple[float, float]
"""Seconds that passed, and seconds on a processor."""


def measured(folder: Path, rounds: int) -> dict[str, list[Times]]:
    """Run all commands in turns, `rounds` times after one to warm up, in a folder with the catalogue of seeds."""
    times: dict[str, list[Times]] = {name: [] for name in COMMANDS}
    _run(folder, ["-m", "catalog", "load"])
    for turn in range(rounds + 1):
        for name, arguments in COMMANDS.items():
            (folder / "new.db").unlink(missing_ok=True)
            taken = _run(folder, arguments)
            if turn:
                times[name].append(taken)
    return times


def _run(folder: Path, arguments: list[str]) -> Times:
    before, started = _processor(), time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - started, _processor() - before


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def table(times: dict[str, list[Times]]) -> Iterator[str]:
    """Yield the lines of a Markdown table: least and median time that passed, processor time, and ratios of it."""
    base = statistics.median(processor for _, processor in times[BASE])
    yield "| command | least, ms | median, ms | processor, ms | ratio |"
    yield "|---|---:|---:|---:|---:|"
    for name, taken in times.items():
        passed = [seconds for seconds, _ in taken]
        processor = statistics.median(seconds for _, seconds in taken)
        yield (
            f"| `{name}` | {min(passed) * 1000:.0f} | {statistics.median(passed) * 1000:.0f} | {processor * 1000:.0f} "
            f"| {processor / base:.1f} |"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        for line in table(measured(Path(folder), rounds)):
            print(line)


if __name__ == "__main__":
    main()
