"""Losses of power: commands are recorded once, and thousands of disks that they may have left are looked at."""

from __future__ import annotations

import random
import shutil
import sys
from collections import Counter

from tabulate import tabulate

from tests.faults.bench import Bench, open_bench
from tests.faults.images import cut, image
from tests.faults.judge import ABSENT
from tests.faults.record import Recording, record
from tests.faults.server import Outcome, Request
from tests.faults.shelf import DATABASE, SCENARIOS
from tests.faults.trials import Trial

_KILLED = Outcome(-9, "", "", 0, True)
_REPORTED = Outcome(0, "", "", 0, True)


class Outage:
    """A scenario that was recorded, and whatever a loss of power may make of it."""

    def __init__(self, name: str, bench: Bench) -> None:
        self._trial = Trial.of(name, bench)
        self.scenario = self._trial.scenario
        self._trial.restart()
        self.recording = self._recorded(bench)

    def _recorded(self, bench: Bench) -> Recording:
        trial = self._trial
        arguments = trial.command()
        is_told = arguments[0] == "load"  # the command reports all documents at its end, the function one by one
        if is_told:
            documents = [part for part in arguments[1:] if part.endswith((".txt", ".json"))]
            arguments = [str(trial.folder / DATABASE), *documents]
        log = str(trial.folder.with_name("recorded"))
        request = Request(arguments, str(trial.folder), log=log, with_data=True, is_told=is_told)
        recording = record(bench.server, request)
        if not trial.is_end(trial.state()):
            raise RuntimeError(f"{self.scenario.name}: the recorded run made something else")
        return recording

    def problems(self, chance: random.Random) -> list[str]:
        """Make one image, open it, and return what is not as it must be."""
        length = cut(self.recording, chance)
        folder = self._trial.folder
        shutil.rmtree(folder)
        folder.mkdir()
        for name, content in image(self.recording, length, chance).items():
            (folder / name).write_bytes(content)
        state = self._trial.state()
        remarks = [one.path for one in self.recording.operations[:length] if one.kind == "remark"]
        problems = self._trial.after(_REPORTED if "done" in remarks else _KILLED, state)
        reported = len([remark for remark in remarks if remark != "done"])
        stored = 0 if state.look.content == ABSENT else self._trial.stored(state)
        if reported and (stored is None or stored < reported):
            problems.append(f"{reported} documents had been reported as loaded, and {stored} are there")
        return [f"after {length} operations: {problem}" for problem in problems]


def lose_power(count: int, seed: int) -> int:
    """Look at `count` images, of each scenario in turn; print a table and return how many were bad."""
    chance = random.Random(seed)
    images: Counter[str] = Counter()
    bad: Counter[str] = Counter()
    with open_bench() as bench:
        outages = [Outage(one.name, bench) for one in SCENARIOS]
        for number in range(count):
            outage = outages[number % len(outages)]
            problems = outage.problems(chance)
            images[outage.scenario.name] += 1
            if number % 1000 == 999:
                print(f"{number + 1:,} images", file=sys.stderr, flush=True)
            if problems:
                bad[outage.scenario.name] += 1
                print("BAD", outage.scenario.name, *problems, sep="\n    ", flush=True)
    rows = [
        [one.scenario.name, len(one.recording.operations), images[one.scenario.name], bad[one.scenario.name]]
        for one in outages
    ]
    rows.append(["all", sum(row[1] for row in rows), images.total(), bad.total()])
    print(tabulate(rows, headers=["loss of power", "operations", "images", "bad"]), flush=True)
    return bad.total()
