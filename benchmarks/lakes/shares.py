"""What each worker takes of processors, and workers that are slow machines: they get a share of a core. Linux alone."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final

from tests.lake.cluster import processes_of

_TICK: Final = 0.01
_LOOK: Final = 0.25
_MOST_SAVED: Final = 0.05


class Held:
    """The processes of one session, which may take `share` seconds of processor in a second, or all that they get.

    `taken` are the seconds that all of them took so far, but for the last moments of those that have ended.
    """

    def __init__(self, session: int, share: float | None) -> None:
        self.taken = 0.0
        self._session, self._share = session, share
        self._seen = dict.fromkeys(processes_of(session), 0.0)
        self._credit, self._runs = 0.0, True
        self._used()

    def look(self) -> None:
        """Find the processes that there are now; what a new one took before it was seen counts, too."""
        now = set(processes_of(self._session))
        self._seen = {pid: self._seen.get(pid, 0.0) for pid in now}
        if not self._runs:
            self._signal(signal.SIGSTOP)

    def tick(self, passed: float) -> None:
        """Add what `passed` seconds allow, take off what was used, and stop the processes or let them go on."""
        used = self._used()
        self.taken += used
        if self._share is None:
            return
        self._credit = min(self._credit + passed * self._share, _MOST_SAVED) - used
        if self._runs != (self._credit > 0):
            self._runs = not self._runs
            self._signal(signal.SIGCONT if self._runs else signal.SIGSTOP)

    def let_go(self) -> None:
        """Let all processes go on."""
        if not self._runs:
            self._signal(signal.SIGCONT)

    def _used(self) -> float:
        used = 0.0
        for pid, before in self._seen.items():
            # Between two looks a process may have ended.
            with suppress(OSError):
                self._seen[pid] = time.clock_gettime(_clock(pid))
                used += self._seen[pid] - before
        return used

    def _signal(self, number: signal.Signals) -> None:
        for pid in self._seen:
            with suppress(ProcessLookupError):
                os.kill(pid, number)


def _clock(pid: int) -> int:
    """Return the clock of what all threads of a process took of processors (clock_getcpuclockid(3) makes it so)."""
    return ~pid << 3 | 2


@contextmanager
def held(sessions: Sequence[int], share: float | None = None) -> Iterator[list[Held]]:
    """Watch all processes of each of `sessions`, which their leaders name, and hold them to `share` of a core.

    Gives what is known of each session. With a share, they are stopped (SIGSTOP) whenever they have taken more, and go
    on (SIGCONT) when their time has come again, as under `cpu.max` of a control group: how many threads ran at once
    does not matter, and nor does what else the machine does.
    """
    done = threading.Event()
    workers = [Held(session, share) for session in sessions]
    holding = threading.Thread(target=_hold, args=(workers, done))
    holding.start()
    try:
        yield workers
    finally:
        done.set()
        holding.join()


def _hold(workers: list[Held], done: threading.Event) -> None:
    before, looked = time.monotonic(), float("-inf")
    while not done.wait(_TICK):
        now = time.monotonic()
        if now - looked >= _LOOK:
            looked = now
            for worker in workers:
                worker.look()
        for worker in workers:
            worker.tick(now - before)
        before = now
    for worker in workers:
        worker.let_go()
