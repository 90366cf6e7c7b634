"""Runs commands with a fault in each, quickly: it imports the catalogue once and forks a child for every point.

A request is a line of JSON on standard input (`Request`), its answer one on standard output (`Outcome`). It is started
with the library of shim.c preloaded; the child arms it, so what is forked and reported is not counted.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import tempfile
import traceback
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from catalog.cli import main
from tests.faults.shim import Shim

SECONDS = 120
"""A child that takes longer is killed: it hangs."""


@dataclass(frozen=True, slots=True)
class Request:
    """A command (its arguments), the folder whose files count, the fault, and where to record operations."""

    arguments: list[str]
    folder: str
    number: int = 0
    mode: int = 0
    log: str | None = None
    with_data: bool = False
    is_told: bool = False
    """Load the documents `arguments[1:]` into `arguments[0]` one by one, with a remark when each is reported done."""
    explores: str | None = None
    """A folder with two pipes, `asks` and `answers`, and two files, `stdout` and `stderr`: the command asks at each of
    its operations what should fail there, and the server goes on with other requests meanwhile."""
    waits_for: int = 0
    """Do nothing but wait for the command of this number, which explores."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended: exit code (negative: the signal that killed it), what it printed, what was counted.

    `kind` is the kind of the operation that failed, empty after a kill.
    """

    code: int
    stdout: str
    stderr: str
    count: int
    has_fired: bool
    kind: str = ""

    @property
    def is_done(self) -> bool:
        """Whether the command says that it is done: with 0, or with 1 and no complaint where it rejected pieces."""
        return self.code == 0 or (self.code == 1 and not self.stderr)


def serve() -> None:
    """Answer requests until standard input ends."""
    shim = Shim()
    _warm_up()
    gc.collect()
    gc.freeze()  # a collection in a child would copy every page that the child shares
    gc.disable()
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(asdict(_answer(shim, Request(**json.loads(line))))), flush=True)


def _warm_up() -> None:
    """Import what commands import late: run each once."""
    from tests.faults.shelf import run_everything

    with tempfile.TemporaryDirectory() as folder:
        run_everything(Path(folder))


def _answer(shim: Shim, request: Request) -> Outcome:
    if request.waits_for:
        _, status = os.waitpid(request.waits_for, 0)
        return Outcome(os.waitstatus_to_exitcode(status), "", "", 0, False)
    if request.explores is not None:
        names = (Path(request.explores, name) for name in ("stdout", "stderr", "counted"))
        files = [os.open(name, os.O_RDWR | os.O_CREAT | os.O_APPEND) for name in names]
        child = os.fork()
        if child == 0:
            _child(shim, request, *files)
        for file in files:
            os.close(file)
        return Outcome(child, "", "", 0, False)
    files = [os.memfd_create(name) for name in ("stdout", "stderr", "counted")]
    child = os.fork()
    if child == 0:
        _child(shim, request, *files)
    _, status = os.waitpid(child, 0)
    stdout, stderr, counted = (_content(file) for file in files)
    return Outcome(os.waitstatus_to_exitcode(status), stdout, stderr, *json.loads(counted or '[0, true, ""]'))


def _content(descriptor: int) -> str:
    with os.fdopen(descriptor, "rb") as file:
        file.seek(0)
        return file.read().decode(errors="replace")


def _child(shim: Shim, request: Request, stdout: int, stderr: int, counted: int) -> None:
    code: Any = 1
    try:
        signal.alarm(0 if request.explores else SECONDS)
        os.dup2(stdout, 1)
        os.dup2(stderr, 2)
        log = -1 if request.log is None else os.open(request.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        shim.watch(request.folder)
        shim.log(log, with_data=request.with_data)
        shim.arm(request.number, request.mode)
        if request.explores is not None:
            asks, answers = Path(request.explores, "asks"), Path(request.explores, "answers")
            shim.explore(os.open(asks, os.O_WRONLY), os.open(answers, os.O_RDONLY))
        if request.is_told:
            _load_and_tell(shim, request.arguments)
        else:
            main(args=request.arguments, prog_name="catalog")
        code = 0
    except SystemExit as end:
        code = end.code
        if not code or (code == 1 and not os.fstat(stderr).st_size):
            shim.remark("done")
    except BaseException:
        traceback.print_exc()
    finally:
        os.write(counted, json.dumps(shim.counted()).encode())
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 0 if code is None else 1)


def _load_and_tell(shim: Shim, arguments: list[str]) -> None:
    from catalog.load import load_documents, load_terms
    from tests.frozen_files import AS_OF

    def fail(message: str) -> None:
        raise RuntimeError(message)

    database, *documents = map(Path, arguments)
    terms = load_terms(as_of=date.fromisoformat(AS_OF))
    for account in load_documents(documents, database, terms, on_error=fail):
        shim.remark(account.name)


if __name__ == "__main__":
    serve()
