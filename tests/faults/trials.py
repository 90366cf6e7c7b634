"""One point: a command with one fault, what it left, and the same command again without a fault."""

from __future__ import annotations

import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from catalog.migrate import create_catalog, upgrade
from tests.catalogues import snapshot
from tests.faults.client import Server
from tests.faults.judge import ABSENT, Catalogues, Look, digest_of
from tests.faults.server import Outcome, Request
from tests.faults.shelf import DATABASE, RELEASE, Scenario, make_shelf
from tests.faults.shim import KILLS, OF_WRITES, Mode
from tests.revisions import REVISIONS

_NOTHING_CHANGED = (
    "so nothing was released, and what was there is as it was",
    "so it was not upgraded",
)
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
class _State:
    """What a folder says: its catalogue, or the bytes of a release and of what is beside it."""

    files: dict[str, str]
    look: Look


class Trial:
    """A scenario with everything that its points share: where it starts, and where it may end."""

    def __init__(self, scenario: Scenario, server: Server, catalogues: Catalogues, work: Path) -> None:
        self.scenario, self._server, self._catalogues = scenario, server, catalogues
        self._folder, self._shelf, self._template = work / "folder", work / "shelf", work / "template"
        self._log = work / "log"
        for made in (self._shelf, self._template):
            made.mkdir(parents=True)
        make_shelf(self._shelf)
        scenario.start(self._template, self._shelf)
        self._watched = DATABASE if DATABASE in " ".join(scenario.arguments) else RELEASE
        self._start = self._restart()
        self._states = [self._start]
        self._second: dict[str, list[str]] = {}
        self._shelf_before = snapshot(self._shelf)
        for arguments in scenario.steps:
            self._restart()
            self._run(arguments=arguments)
            self._states.append(self._state())
        self._restart()
        self.operations = server.operations(scenario.command(self._folder, self._shelf), self._folder, self._log)
        self._end = self._state()
        self._states.append(self._end)
        # What may be said, with the rules that it breaks: an upgraded file that is not merged yet breaks some.
        self._may_be = {look.content: look.problems for look in (*self._between(), *(s.look for s in self._states))}

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
        self._restart()
        outcome = self._run(point)
        problems = _said(outcome, point)
        is_killed = point.mode in KILLS
        left = self._copy() if is_killed else None  # the next command has to roll back by itself
        state = self._state()
        problems += self._after(outcome, state)
        if not is_killed and point.kind != "unlink" and point.mode != Mode.EIO_EVER:
            problems += [f"left lying about: {name}" for name in state.files if name.startswith(".")]
        if left is not None:
            shutil.rmtree(self._folder)
            left.rename(self._folder)
        return [*problems, *self._again()]

    # The parts of it

    def _restart(self) -> _State:
        shutil.rmtree(self._folder, ignore_errors=True)
        shutil.copytree(self._template, self._folder)
        return self._state()

    def _copy(self) -> Path:
        return shutil.copytree(self._folder, self._folder.with_name("left"))

    def _run(self, point: Point | None = None, arguments: tuple[str, ...] | None = None) -> Outcome:
        command = self.scenario.command(self._folder, self._shelf, arguments)
        number, mode = (0, 0) if point is None else (point.number, int(point.mode))
        return self._server.ask(Request(command, str(self._folder), number, mode))

    def _state(self) -> _State:
        look = self._catalogues.look(self._folder / self._watched)
        return _State({name: digest_of(content) for name, content in snapshot(self._folder).items()}, look)

    def _between(self) -> list[Look]:
        """Return what a catalogue may say on the way: nothing in a new file, in an older one what each revision is."""
        self._restart()
        path = self._folder / DATABASE
        if self._watched == DATABASE and not path.exists():
            create_catalog(path)
            return [self._state().look]
        found = []
        if self.scenario.arguments[0] == "migrate":
            for revision in REVISIONS[REVISIONS.index(self._start.look.revision) + 1 :]:
                upgrade(path, revision)
                found.append(self._state().look)
        return found

    def _after(self, outcome: Outcome, state: _State) -> list[str]:
        look = state.look
        problems = [problem for problem in look.problems if problem not in self._may_be.get(look.content, ())]
        if snapshot(self._shelf) != self._shelf_before:
            problems.append("what is only read was changed")
        if look.content not in self._may_be:
            problems.append("holds a part of a document, or something else")
        if self._watched == RELEASE:
            problems += self._mixed(state)
        if outcome.code == 0 and not self._is_end(state):
            problems.append("success was reported and is not so")
        return problems + self._untrue(outcome, state)

    def _mixed(self, state: _State) -> list[str]:
        """Each file of a release is wholly the old one or the new one."""
        old, new = self._start.files, self._end.files
        return [
            f"{name} is neither the old one nor the new one"
            for name, content in state.files.items()
            if not name.startswith(".") and content not in (old.get(name), new.get(name))
        ]

    def _is_end(self, state: _State) -> bool:
        if self._watched == RELEASE:
            return {name: state.files.get(name) for name in self._end.files} == self._end.files
        return state.look.content == self._end.look.content

    def _untrue(self, outcome: Outcome, state: _State) -> list[str]:
        """Compare what the command said of the file with the file."""
        problems = []
        old = {name: content for name, content in state.files.items() if not name.startswith(".")}
        if any(claim in outcome.stderr for claim in _NOTHING_CHANGED) and old != self._start.files:
            problems.append(f"says that nothing changed, and it has: {outcome.stderr.strip()}")
        stays = re.search(r"stays at revision (\d+)", outcome.stderr)
        if stays and stays[1] != state.look.revision:
            problems.append(f"says revision {stays[1]}, and it is {state.look.revision}")
        told = sum(line.split(" ")[0] in _names(self.scenario) for line in outcome.stdout.splitlines())
        stored = self._stored(state)
        if stored is not None and self.scenario.arguments[0] != "migrate":
            if stored < told:
                problems.append(f"reports {told} documents as loaded, and there are {stored}")
            if _NOTHING_STORED in outcome.stderr and stored > told:
                problems.append(f"says that nothing was stored, and it was: {outcome.stderr.strip()}")
        return problems

    def _stored(self, state: _State) -> int | None:
        if state.look.content not in {one.look.content for one in self._states} | {ABSENT}:
            return 0 if self._start.look.content == ABSENT else None
        known = [one.look.content for one in self._states]
        return known.index(state.look.content)

    def _again(self) -> list[str]:
        """Run the command without a fault on what was left. The same left twice gives the same: it is run once."""
        key = digest_of([(_without_process(name), content) for name, content in snapshot(self._folder).items()])
        if key not in self._second:
            self._second[key] = self._second_run()
        return self._second[key]

    def _second_run(self) -> list[str]:
        outcome = self._run()
        state = self._state()
        problems = [f"second run: {problem}" for problem in state.look.problems]
        if outcome.code:
            problems.append(f"second run: exit code {outcome.code}: {outcome.stderr.strip()[-200:]}")
        if not self._is_end(state):
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
    if outcome.code and (len(lines) != 1 or not lines[0].startswith("Error: ")):
        return [f"not one sentence: {outcome.stderr}"]
    if outcome.code == 0 and outcome.stderr:
        return [f"success with a complaint: {outcome.stderr}"]
    return []


def work_folder() -> tempfile.TemporaryDirectory[str]:
    """Return a folder to work in, in memory where that is possible: nothing here depends on the disk itself."""
    memory = Path("/dev/shm")
    return tempfile.TemporaryDirectory(prefix="faults-", dir=memory if memory.is_dir() else None)
