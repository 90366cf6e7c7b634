"""Time on the clock and on the processor of one thing done in a process of its own, and the memory that it took."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any


class Stopwatch:
    """Adds up the seconds of the blocks that it is around: `wall` on the clock, `cpu` on the processor."""

    def __init__(self) -> None:
        self.wall = self.cpu = 0.0
        self._start = (0.0, 0.0)

    def __enter__(self) -> Stopwatch:
        self._start = time.perf_counter(), _cpu()
        return self

    def __exit__(self, *exception: object) -> None:
        wall, cpu = self._start
        self.wall += time.perf_counter() - wall
        self.cpu += _cpu() - cpu

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Leave out the seconds of the block, inside one that is counted."""
        self.__exit__()
        try:
            yield
        finally:
            self.__enter__()


def _cpu() -> float:
    """User and system seconds of this process and of those that it started and that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


@contextmanager
def adopted() -> Iterator[None]:
    """Count what processes take whose parent ends before them, too: the Java of a Spark driver does. Linux alone.

    At the end of the block all that was started in it is waited for.
    """
    if sys.platform != "linux":
        yield
        return
    become_subreaper = 36  # PR_SET_CHILD_SUBREAPER, prctl(2)
    ctypes.CDLL(None).prctl(become_subreaper, 1, 0, 0, 0)
    try:
        yield
    finally:
        while True:
            try:
                os.waitpid(-1, 0)
            except ChildProcessError:
                break


def report(watch: Stopwatch) -> None:
    """Print what a process measured, for `in_a_process` to read."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(json.dumps({"wall": watch.wall, "cpu": watch.cpu, "peak_bytes": peak}))


def in_a_process(
    script: Path, *arguments: object, beside: Callable[[int], AbstractContextManager[object]] | None = None
) -> dict[str, Any]:
    """Run `script` with `arguments` and return what it reports: `wall` and `cpu` in seconds, `peak_bytes`.

    `beside` is entered while the script runs, with the session that it then leads.
    """
    command = [sys.executable, str(script), *map(str, arguments)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=beside is not None)
    with process, beside(process.pid) if beside else nullcontext():
        try:
            printed, _ = process.communicate()
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    found: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return found
