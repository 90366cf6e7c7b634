"""Starts the process that forks a child for every point (server.py), and asks it."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from tests.conftest import ROOT
from tests.faults.server import Outcome, Request
from tests.faults.shim import Mode, library
from tests.frozen_files import EPOCH

_NUMBER = struct.Struct("i")
_PRINTED = ("stdout", "stderr")


def _number(asks: IO[bytes]) -> int | None:
    """Read a number from the command that explores; None where it has ended."""
    read = asks.read(_NUMBER.size)
    return _NUMBER.unpack(read)[0] if read else None


class Fork:
    """An operation, by its number, at which a command stands: each fault is tried by a child of its own."""

    def __init__(self, number: int, place: Path, asks: IO[bytes], answers: IO[bytes]) -> None:
        self.number = number
        self._place, self._asks, self._answers = place, asks, answers
        self._is_asked = False

    def failed(self, modes: Sequence[Mode]) -> Iterator[tuple[Mode, Outcome]]:
        """Let the operation fail in these ways, in turn; yield each with how the command ended.

        Before it takes the next, the caller puts back what the command changed. To be called once.
        """
        self._is_asked = True
        lengths = [(self._place / name).stat().st_size for name in _PRINTED]
        self._answer(sum(1 << mode for mode in modes))
        for mode in sorted(modes):
            status = _number(self._asks)
            if status is None:
                raise RuntimeError("the command that explores ended")
            counted = self._place / "counted"
            told = json.loads(counted.read_text(encoding="utf-8") or '[0, true, ""]')
            counted.write_bytes(b"")
            stdout, stderr = ((self._place / name).read_text(encoding="utf-8", errors="replace") for name in _PRINTED)
            yield mode, Outcome(os.waitstatus_to_exitcode(status), stdout, stderr, *told)
            for name, length in zip(_PRINTED, lengths, strict=True):
                os.truncate(self._place / name, length)
            self._answer(0)

    def go_on(self) -> None:
        """Let the command go on to its next operation."""
        if not self._is_asked:
            self._answer(0)

    def _answer(self, number: int) -> None:
        self._answers.write(_NUMBER.pack(number))


class Server:
    """A running server; use it in a `with` block. Commands make their temporary files in the folder `temporary`."""

    def __init__(self, temporary: Path) -> None:
        self.temporary = temporary

    def __enter__(self) -> Self:
        environment = {**os.environ, "LD_PRELOAD": str(library()), "PYTHONPATH": str(ROOT), "SOURCE_DATE_EPOCH": EPOCH}
        environment["TMPDIR"] = str(self.temporary)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.server"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._line()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)

    def ask(self, request: Request) -> Outcome:
        """Let a command run, and return how it ended."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asdict(request)) + "\n")
        self._process.stdin.flush()
        return Outcome(**json.loads(self._line()))

    def operations(self, arguments: list[str], folder: Path, log: Path) -> list[tuple[str, str]]:
        """Run a command without a fault, and return kind and path of each operation in order."""
        outcome = self.ask(Request(arguments, str(folder), log=str(log)))
        if not outcome.is_done:
            raise RuntimeError(outcome.stderr)
        fields = [line.split("\t") for line in log.read_text(encoding="utf-8").splitlines()]
        return [(kind, path) for kind, _, _, _, path, _ in fields if kind != "remark"]

    def explore(self, request: Request, place: Path) -> Iterator[Fork]:
        """Run a command that stops at each of its operations, and yield a fork there; `place` is an empty folder.

        At a fork the caller lets the command fail in as many ways as it likes. In between the server may be asked for
        other commands. Raises RuntimeError where the command, which itself meets no fault, fails.
        """
        for name in ("asks", "answers"):
            os.mkfifo(place / name)
        for name in _PRINTED:
            (place / name).touch()
        child = self.ask(replace(request, explores=str(place))).code
        with (place / "asks").open("rb", buffering=0) as asks, (place / "answers").open("wb", buffering=0) as answers:
            while (number := _number(asks)) is not None:
                fork = Fork(number, place, asks, answers)
                yield fork
                fork.go_on()
        code = self.ask(Request([], "", waits_for=child)).code
        if code not in (0, 1):
            raise RuntimeError(f"exit code {code}: {(place / 'stderr').read_text(encoding='utf-8')}")

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the server of faults ended")
        return line
