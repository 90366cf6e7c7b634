"""What machines take of processors, and slow machines: each core of theirs is a share of one of ours. Linux alone."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Final

from tests.lake.cluster import processes_by_session, processes_of

_TICK: Final = 0.01
_LOOK: Final = 0.25
_MOST_SAVED: Final = 0.05


class Credit:
    """The seconds of processor that somebody may take now, who gets `share` of them in each second."""

    def __init__(self, share: float) -> None:
        self._share, self._left = share, 0.0

    def is_left(self, passed: float, used: float) -> bool:
        """Add what `passed` seconds allow, take off what was used, and say whether anything is left."""
        self._left = min(self._left + passed * self._share, _MOST_SAVED) - used
        return self._left > 0


class Held:
    """The processes of one session, which are a machine with `cores` cores that do `share` of what ours do.

    Together they get `cores` times `share` seconds of processor in a second, and none of them more than `share`, as
    if one thread did its work; without a share all that they can. `taken` are the seconds that all of them took so
    far, but for the last moments of those that have ended.
    """

    def __init__(self, session: int, share: float | None, cores: int = 1) -> None:
        self.taken = 0.0
        self._session, self._share = session, share
        self._credit = None if share is None else Credit(cores * share)
        self._credits: dict[int, Credit] = {}
        self._seen = dict.fromkeys(processes_of(session), 0.0)
        self._stopped: set[int] = set()
        self._used()

    def look(self, by_session: Mapping[int, Iterable[int]]) -> None:
        """Know the processes that there are now; what a new one took before it was seen counts, too."""
        now = set(by_session.get(self._session, ()))
        self._seen = {pid: self._seen.get(pid, 0.0) for pid in now}
        self._credits = {pid: self._credits.get(pid) or Credit(self._share) for pid in now if self._share is not None}
        self._stopped &= now

    def tick(self, passed: float) -> None:
        """Stop the processes that have taken what `passed` seconds and those before allow, and let the others go on."""
        used = self._used()
        self.taken += sum(used.values())
        if self._credit is None:
            return
        are_free = self._credit.is_left(passed, sum(used.values()))
        for pid, credit in self._credits.items():
            if credit.is_left(passed, used.get(pid, 0.0)) and are_free:
                self._go_on(pid)
            elif pid not in self._stopped:
                self._stopped.add(pid)
                _signal(pid, signal.SIGSTOP)

    def let_go(self) -> None:
        """Let all processes go on."""
        for pid in tuple(self._stopped):
            self._go_on(pid)

    def _go_on(self, pid: int) -> None:
        if pid in self._stopped:
            self._stopped.remove(pid)
            _signal(pid, signal.SIGCONT)

    def _used(self) -> dict[int, float]:
        used = {}
        for pid, before in self._seen.items():
            # Between two looks a process may have ended.
            with suppress(OSError):
                self._seen[pid] = time.clock_gettime(_clock(pid))
                used[pid] = self._seen[pid] - before
        return used


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _clock(pid: int) -> int:
    """Return the clock of what all threads of a process took of processors (clock_getcpuclockid(3) makes it so)."""
    return ~pid << 3 | 2


@contextmanager
def held(sessions: Sequence[int], share: float | None = None, cores: int = 1) -> Iterator[list[Held]]:
    """Watch all processes of each of `sessions`, which their leaders name, and hold each session to a machine.

    Gives what is known of each session. With a share, processes are stopped (SIGSTOP) whenever they have taken more,
    and go on (SIGCONT) when their time has come again, as under `cpu.max` of a control group: how many threads ran at
    once does not matter, and nor does what else the machine does.
    """
    done = threading.Event()
    machines = [Held(session, share, cores) for session in sessions]
    holding = threading.Thread(target=_hold, args=(machines, done))
    holding.start()
    try:
        yield machines
    finally:
        done.set()
        holding.join()


def _hold(machines: list[Held], done: threading.Event) -> None:
    before, looked = time.monotonic(), float("-inf")
    while not done.wait(_TICK):
        now = time.monotonic()
        if now - looked >= _LOOK:
            looked = now
            processes = processes_by_session()
            for machine in machines:
                machine.look(processes)
        for machine in machines:
            machine.tick(now - before)
        before = now
    for machine in machines:
        machine.let_go()
