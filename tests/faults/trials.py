"""One point: a command with one fault, what it left, and the same command again without a fault."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from catalog.migrate import create_catalog, upgrade
from tests.catalogues import snapshot
from tests.faults.bench import Bench
from tests.faults.judge import ABSENT, Look, digest_of
from tests.faults.keeper import Kept
from tests.faults.server import Outcome, Request
from tests.faults.shelf import DATABASE, RELEASE, SCENARIOS, Scenario
from tests.faults.shim import KILLS, OF_WRITES, Mode
from tests.revisions import REVISIONS

_NOTHING_CHANGED = (
    "so nothing was released, and what was there is as it was",
    "it was not upgraded",
)
_RAW_EVERY: Final = 7
"""So often the second run after a kill meets a folder that nobody has looked at, though the like was seen."""

_NOTHING_STORED = "nothing of this document was stored"


@dataclass(frozen=True, slots=True)
class Point:
    """One fault: the operation (kind, number from 1, path of its file) and what becomes of it."""

    scenario: str
    kind: str
    number: int
    path: str
    mode: Mode


@dataclass(frozen=True, slots=True)
class State:
    """What a folder holds: its catalogue, or the bytes of a release and of what is beside it."""

    files: dict[str, str]
    look: Look


class Trial:
    """A scenario with everything that its points share: where it starts, and where it may end."""

    def __init__(self, scenario: Scenario, bench: Bench) -> None:
        self.scenario, self.bench = scenario, bench
        self.shelf, work = bench.shelf, bench.folder / scenario.name.replace(" ", "-")
        self.folder, self._template = work / "folder", work / "template"
        self._template.mkdir(parents=True)
        scenario.start(self._template, self.shelf)
        self._watched = DATABASE if DATABASE in " ".join(scenario.arguments) else RELEASE
        self.start = self.restart()
        self._states = [self.start]
        self._second: dict[str, list[str]] = {}
        for arguments in scenario.steps:
            self.restart()
            self.run(arguments=arguments)
            self._states.append(self.state())
        self.restart()
        self.operations = bench.server.operations(self.command(), self.folder, work / "log")
        self.end = self.state()
        self._states.append(self.end)
        # What may be said, with the rules that it breaks: an upgraded file that is not merged yet breaks some.
        self._may_be = {look.content: look.problems for look in (*self._between(), *(s.look for s in self._states))}

    @classmethod
    def of(cls, name: str, bench: Bench) -> Trial:
        """Return the trial of the scenario of this name, which is made once on a bench."""
        if name not in bench.trials:
            bench.trials[name] = cls(next(one for one in SCENARIOS if one.name == name), bench)
        found: Trial = bench.trials[name]
        return found

    def points(self) -> list[Point]:
        """Return every point of the scenario."""
        return [
            Point(self.scenario.name, kind, number, path, mode)
            for number, (kind, path) in enumerate(self.operations, start=1)
            for mode in Mode
            if mode != Mode.NONE and (kind == "write" or mode not in OF_WRITES)
        ]

    def problems(self, point: Point) -> list[str]:
        """Run the command with this fault and then without one; return what was not as it must be."""
        self.restart()
        return self._of_point(point, self.run(point))

    def tried(self, points: Sequence[Point]) -> Iterator[tuple[Point, list[str]]]:
        """Try these points in the way that is quickest for this command, and yield each as `problems` does."""
        if self.scenario.has_threads:
            return ((point, self.problems(point)) for point in points)
        return self.explored(points)

    def explored(self, points: Sequence[Point]) -> Iterator[tuple[Point, list[str]]]:
        """Try these points in one run, whose every operation is the start of its faults; yield each as `problems` does.

        A child of the command takes the fault and goes on alone. What came before is not done again for every point.
        """
        wanted: dict[int, list[Mode]] = {}
        for point in points:
            wanted.setdefault(point.number, []).append(point.mode)
        named = {(point.number, point.mode): point for point in points}
        for key, outcome in self.forks(wanted):
            yield named[key], self._of_point(named[key], outcome)

    def forks(self, wanted: Mapping[int, Sequence[Mode]]) -> Iterator[tuple[tuple[int, Mode], Outcome]]:
        """Run the command once, and yield how it ends with each of the `wanted` faults, modes by operation.

        The folder is as the command left it, until the next is asked for. Raises RuntimeError where the run itself,
        which meets no fault, is not like others.
        """
        spare, place = self.folder.with_name("spare"), self.folder.with_name("explored")
        for folder in (spare, place):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
        self.restart()
        number = 0
        for fork in self.bench.server.explore(Request(self.command(), str(self.folder)), place):
            number = fork.number
            if number not in wanted:
                continue
            with Kept((self.folder, self.bench.server.temporary), spare) as kept:
                for mode, outcome in fork.failed(tuple(wanted[number])):
                    yield (number, mode), outcome
                    kept.put_back()
        if number != len(self.operations) or not self.is_end(self.state()):
            raise RuntimeError(f"{self.scenario.name}: the run that was explored did something else")

    def _of_point(self, point: Point, outcome: Outcome) -> list[str]:
        may_leave = point.mode in KILLS or point.mode == Mode.EIO_EVER or outcome.kind == "unlink"
        is_raw = point.number % _RAW_EVERY == 0
        return [*_said(outcome, point), *self.judged(outcome, may_leave=may_leave, is_raw=is_raw)]

    def judged(self, outcome: Outcome, *, may_leave: bool, is_raw: bool = True) -> list[str]:
        """Look at what a command left, then run it again without a fault; return what was not as it must be.

        What was looked at is rolled back, which every command does first of all, and in the same way. Where `is_raw` or
        where nobody has seen the like, the second run of a command that was killed meets what that left itself.
        """
        left = self._copy() if outcome.code < 0 else None  # the next command has to roll back by itself
        state = self.state()
        key = None if is_raw else self._key()
        problems = self.after(outcome, state)
        if snapshot(self.shelf) != self.bench.shelf_before:
            problems.append("what is only read was changed")
        if not may_leave:
            problems += [f"left lying about: {name}" for name in state.files if name.startswith(".")]
        if left is not None and key in self._second:
            shutil.rmtree(left)
        elif left is not None:
            shutil.rmtree(self.folder)
            left.rename(self.folder)
        return [*problems, *self.again(key)]

    # Steps of it, for trials of other kinds, too

    def restart(self) -> State:
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self._template, self.folder)
        return self.state()

    def _copy(self) -> Path:
        return shutil.copytree(self.folder, self.folder.with_name("left"))

    def run(self, point: Point | None = None, arguments: tuple[str, ...] | None = None) -> Outcome:
        number, mode = (0, 0) if point is None else (point.number, int(point.mode))
        return self.bench.server.ask(Request(self.command(arguments), str(self.folder), number, mode))

    def command(self, arguments: tuple[str, ...] | None = None) -> list[str]:
        """Return the arguments of the command, or of another one, for the folders of this trial."""
        return self.scenario.command(self.folder, self.shelf, arguments)

    def state(self) -> State:
        look = self.bench.catalogues.look(self.folder / self._watched)
        return State({name: digest_of(content) for name, content in snapshot(self.folder).items()}, look)

    def _between(self) -> list[Look]:
        """Return what a catalogue may say on the way: nothing in a new file, in an older one what each revision is."""
        self.restart()
        path = self.folder / DATABASE
        if self._watched == DATABASE and not path.exists():
            create_catalog(path)
            return [self.state().look]
        found = []
        if self.scenario.arguments[0] == "migrate":
            for revision in REVISIONS[REVISIONS.index(self.start.look.revision) + 1 :]:
                upgrade(path, revision)
                found.append(self.state().look)
        return found

    def after(self, outcome: Outcome, state: State) -> list[str]:
        look = state.look
        problems = [problem for problem in look.problems if problem not in self._may_be.get(look.content, ())]
        if look.content not in self._may_be:
            problems.append("holds a part of a document, or something else")
        problems += self._mixed(state) if self._watched == RELEASE else self._bad_backups(state)
        if outcome.is_done and not self.is_end(state):
            problems.append("success was reported and is not so")
        return problems + self._untrue(outcome, state)

    def _mixed(self, state: State) -> list[str]:
        """Each file of a release is wholly the old one or the new one."""
        old, new = self.start.files, self.end.files
        return [
            f"{name} is neither the old one nor the new one"
            for name, content in state.files.items()
            if not name.startswith(".") and content not in (old.get(name), new.get(name))
        ]

    def _bad_backups(self, state: State) -> list[str]:
        """A backup is the file as it was, and is there before the file is another one."""
        found = sorted(self.folder.glob(f"{DATABASE}.backup-*"))
        problems = [
            f"{path.name} is not the file as it was"
            for path in found
            if self.bench.catalogues.look(path).content != self.start.look.content
        ]
        if self.scenario.arguments[0] == "migrate" and not found and state.look.content != self.start.look.content:
            problems.append("the file was changed and there is no backup")
        return problems

    def is_end(self, state: State) -> bool:
        if self._watched == RELEASE:
            return {name: state.files.get(name) for name in self.end.files} == self.end.files
        return state.look.content == self.end.look.content

    def _untrue(self, outcome: Outcome, state: State) -> list[str]:
        """Compare what the command said of the file with the file."""
        problems = []
        old = {name: content for name, content in state.files.items() if not name.startswith(".")}
        if any(claim in outcome.stderr for claim in _NOTHING_CHANGED) and old != self.start.files:
            problems.append(f"says that nothing changed, and it has: {outcome.stderr.strip()}")
        if _NOTHING_STORED in outcome.stderr and self.scenario.arguments[0] not in ("load", "merge"):
            problems.append(f"speaks of a document: {outcome.stderr.strip()}")
        stays = re.search(r"stays at revision (\d+)", outcome.stderr)
        if stays and stays[1] != state.look.revision:
            problems.append(f"says revision {stays[1]}, and it is {state.look.revision}")
        told = sum(line.split(" ")[0] in _names(self.scenario) for line in outcome.stdout.splitlines())
        stored = self.stored(state)
        if stored is not None and self.scenario.arguments[0] != "migrate":
            if stored < told:
                problems.append(f"reports {told} documents as loaded, and there are {stored}")
            if _NOTHING_STORED in outcome.stderr and stored > told:
                problems.append(f"says that nothing was stored, and it was: {outcome.stderr.strip()}")
        return problems

    def stored(self, state: State) -> int | None:
        if state.look.content not in {one.look.content for one in self._states} | {ABSENT}:
            return 0 if self.start.look.content == ABSENT else None
        known = [one.look.content for one in self._states]
        return known.index(state.look.content)

    def _key(self) -> str:
        """What is in the folder, as a short name: the same left twice gives the same.

        What is in the draft of a process that ended is read by nobody: it counts that the draft is there.
        """
        return digest_of(
            [
                (_without_process(name), "a draft" if name.startswith(".") else digest_of(content))
                for name, content in snapshot(self.folder).items()
            ]
        )

    def again(self, key: str | None = None) -> list[str]:
        """Run the command without a fault on what was left: once for each `key`, what was left then."""
        key = self._key() if key is None else key
        if key not in self._second:
            self._second[key] = self._second_run()
        return self._second[key]

    def _second_run(self) -> list[str]:
        outcome = self.run()
        state = self.state()
        problems = [f"second run: {problem}" for problem in state.look.problems]
        if not outcome.is_done:
            problems.append(f"second run: exit code {outcome.code}: {outcome.stderr.strip()[-200:]}")
        if not self.is_end(state):
            problems.append("second run: another content than that of a run without a fault")
        problems += [f"second run: leaves {name}" for name in state.files if name == f"{self._watched}-journal"]
        return problems


def _names(scenario: Scenario) -> set[str]:
    """The names of the documents that the scenario loads, as the account of a load shows them."""
    if scenario.arguments[0] == "merge":
        return {"june.txt", "answers.json"}
    return {Path(part).name for part in scenario.arguments[1:] if part.endswith((".txt", ".json"))}


def _without_process(name: str) -> str:
    return re.sub(r"\.\d+\.", ".N.", name)


def _said(outcome: Outcome, point: Point) -> list[str]:
    """What is wrong with how the command ended."""
    if not outcome.has_fired:
        return ["the fault was not reached"]
    if point.mode in KILLS:
        return [] if outcome.code == -9 else [f"was not killed: {outcome.code}"]
    if outcome.code < 0:
        return [f"was ended by signal {-outcome.code}"]
    lines = outcome.stderr.splitlines()
    if "Traceback" in outcome.stderr:
        return [f"a traceback: {lines[-1]}"]
    if not outcome.is_done and (len(lines) != 1 or not lines[0].startswith("Error: ")):
        return [f"not one sentence: {outcome.stderr}"]
    if outcome.code == 0 and outcome.stderr:
        return [f"success with a complaint: {outcome.stderr}"]
    return []
