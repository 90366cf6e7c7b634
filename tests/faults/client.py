"""Starts the process that forks a child for every point (server.py), and asks it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.conftest import ROOT
from tests.faults.server import Outcome, Request
from tests.faults.shim import library
from tests.frozen_files import EPOCH


class Server:
    """A running server; use it in a `with` block."""

    def __enter__(self) -> Self:
        environment = {**os.environ, "LD_PRELOAD": str(library()), "PYTHONPATH": str(ROOT), "SOURCE_DATE_EPOCH": EPOCH}
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

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the server of faults ended")
        return line
