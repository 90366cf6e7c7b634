"""Who attacks: clients that ask a running site for what tests/attacks.py lists, and measure what comes back."""

from __future__ import annotations

import http.client
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.attacks import Attack

CLIENTS: Final = 12
_PATIENCE_SECONDS: Final = 60
_SLOW_PAUSE_SECONDS: Final = 0.2


@dataclass(frozen=True)
class Answer:
    """What came back; `seconds` until it began. Status 0 where the connection ended without an answer."""

    attack: Attack
    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float

    @property
    def is_right(self) -> bool:
        """Whether the status is one of those that the attack names."""
        return self.status in self.attack.statuses


def ask(port: int, attack: Attack, most_bytes: int = 1_000_000) -> Answer:
    """Send one attack to the site on this machine and read so much of what it answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_SECONDS)
    begun = time.perf_counter()
    try:
        connection.request(attack.method, attack.path, headers=dict(attack.headers))
        response = connection.getresponse()
        seconds = time.perf_counter() - begun
        body = _read_slowly(response) if attack.reads_slowly else response.read(most_bytes)
        return Answer(attack, response.status, {k.lower(): v for k, v in response.getheaders()}, body, seconds)
    except (OSError, http.client.HTTPException):
        return Answer(attack, 0, {}, b"", time.perf_counter() - begun)
    finally:
        connection.close()


def _read_slowly(response: http.client.HTTPResponse) -> bytes:
    body = b""
    for _ in range(10):
        body += response.read(1_000)
        time.sleep(_SLOW_PAUSE_SECONDS)
    return body


def attack_together(port: int, attacks: Sequence[Attack], clients: int = CLIENTS, seconds: float = 0) -> list[Answer]:
    """Let so many clients send the attacks at the same time, each beginning with another, and again until time is up.

    Every client sends every attack at least once.
    """
    start = threading.Barrier(clients)
    end = time.perf_counter() + seconds

    def client(number: int) -> list[Answer]:
        start.wait()
        order = [attacks[(number + at) % len(attacks)] for at in range(len(attacks))]
        answers = [ask(port, attack) for attack in order]
        while time.perf_counter() < end:
            answers += [ask(port, attack) for attack in order]
        return answers

    with ThreadPoolExecutor(clients) as pool:
        return [answer for answers in pool.map(client, range(clients)) for answer in answers]


def attack_in_turn(port: int, attacks: Sequence[Attack], clients: int = CLIENTS) -> list[Answer]:
    """Let so many clients send the attacks, each once: whoever has an answer sends the next."""
    with ThreadPoolExecutor(clients) as pool:
        return list(pool.map(lambda attack: ask(port, attack), attacks))


def while_attacked(
    port: int, attacks: Sequence[Attack], ordinary: Attack, seconds: float
) -> tuple[list[Answer], list[Answer]]:
    """Attack together, and meanwhile ask for an ordinary page again and again; return both kinds of answers."""
    is_over = threading.Event()

    def visit() -> list[Answer]:
        answers = [ask(port, ordinary)]
        while not is_over.wait(0.05):
            answers.append(ask(port, ordinary))
        return answers

    with ThreadPoolExecutor(1) as pool:
        visitor = pool.submit(visit)
        try:
            answers = attack_together(port, attacks, seconds=seconds)
        finally:
            is_over.set()
        return answers, visitor.result()


def peak_megabytes(pid: int) -> float | None:
    """Return the most memory that a process has had at once, in MB; None where the system does not say."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return None
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024 / 1e6


def forget_peak(pid: int) -> None:
    """Let the measure of `peak_megabytes` begin again; nothing where the system cannot."""
    try:
        Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return


def wait_until_up(port: int, process: subprocess.Popen[str], said: Callable[[], str]) -> None:
    """Return when the site answers; raises RuntimeError with what it said where it ends instead."""
    attack = Attack("ready", "/robots.txt", frozenset({200}))
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError(said())
        if ask(port, attack).status == 200:
            return
        time.sleep(0.1)
    raise RuntimeError(f"no answer: {said()}")
