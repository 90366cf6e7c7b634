"""The published site under attack: twelve visitors at once who mean no good, and the real `catalog serve`."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from catalog.resources import resource
from tests.attackers import Answer, ask, attack_in_turn, attack_together, forget_peak, peak_megabytes
from tests.attacks import HEAVY, MEMORY, SIZE, TIME, Attack
from tests.attacks_odd import LIGHT, METHODS, ODD, PRIVATE
from tests.sampling import sample

MOST_MEGABYTES = 400
SECONDS = json.loads(resource("site/settings.json").read_text(encoding="utf-8"))["sql_time_limit_ms"] / 1000
# The promise is twice the limit. A machine that runs other tests at the same time gets this much more.
PATIENCE = 15.0
ORDINARY = Attack("an ordinary page", "/catalog/papers/1.json?_shape=array", frozenset({200}))


@dataclass
class Site:
    """A site that runs, and what it has said."""

    port: int
    process: subprocess.Popen[str]
    said: list[str]


@pytest.fixture(scope="module")
def running(catalogue: Path) -> Iterator[Site]:
    """The small catalogue, served by the command itself in a process of its own."""
    command = [sys.executable, "-m", "catalog", "serve", "--database", str(catalogue), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    first = process.stdout.readline()
    assert "http://" in first, first
    site = Site(int(first.partition("http://")[2].partition("/")[0].rpartition(":")[2]), process, [])
    reader = threading.Thread(target=lambda: site.said.extend(process.stdout or ()), daemon=True)
    reader.start()
    try:
        yield site
    finally:
        process.terminate()
        process.wait(timeout=30)
        reader.join(timeout=30)


def wrong(answers: list[Answer]) -> list[tuple[str, str, int]]:
    return sorted({(a.attack.name[:60], a.attack.path[:60], a.status) for a in answers if not a.is_right})


def ordinary_page(site: Site) -> int:
    """The status of an ordinary page; what attackers left behind may make the first few late."""
    for _ in range(20):
        if (status := ask(site.port, ORDINARY).status) == 200:
            break
    return status


def test_twelve_attackers_at_once_get_answers_and_the_site_goes_on(running: Site) -> None:
    """Each attack on the memory once, twelve at the same time; `make sweep` lets every attacker try all of them."""
    forget_peak(running.process.pid)
    answers = attack_in_turn(running.port, MEMORY)
    assert len(answers) == len(MEMORY)
    _assert_goes_on(running, answers)


@pytest.mark.slow
@pytest.mark.parametrize(
    "attacks",
    [
        pytest.param(MEMORY, id="memory"),
        pytest.param(TIME, id="time"),
        pytest.param(SIZE, id="size"),
    ],
)
def test_twelve_attackers_with_all_they_have(running: Site, attacks: tuple[Attack, ...]) -> None:
    forget_peak(running.process.pid)
    answers = attack_together(running.port, attacks)
    assert len(answers) == 12 * len(attacks)
    _assert_goes_on(running, answers)


def _assert_goes_on(running: Site, answers: list[Answer]) -> None:
    assert wrong(answers) == []
    peak = peak_megabytes(running.process.pid)
    if peak is not None:
        assert peak < MOST_MEGABYTES
    assert ordinary_page(running) == 200


def test_a_query_that_does_not_end_is_ended_for_everybody(running: Site) -> None:
    (endless,) = (attack for attack in TIME if attack.name == "counting without end")
    answers = attack_together(running.port, [endless])
    assert wrong(answers) == []
    # Without the mechanism it would be the sum of them, or never.
    assert max(answer.seconds for answer in answers) < PATIENCE
    assert min(answer.seconds for answer in answers) > SECONDS / 2


@pytest.mark.parametrize("attacks", [PRIVATE, ODD, METHODS], ids=["private", "odd", "methods"])
def test_no_request_makes_a_fault_of_the_site(running: Site, attacks: tuple[Attack, ...]) -> None:
    answers = attack_in_turn(running.port, attacks, clients=3)
    assert wrong(answers) == []
    assert ordinary_page(running) == 200


EVERY = (*LIGHT, *(attack for attack in HEAVY if attack.path.startswith(("/catalog.json", "/catalog?"))))


@pytest.mark.parametrize("attacks", sample([pytest.param(EVERY[place::4]) for place in range(4)], 1), ids=range(4))
def test_every_answer_has_the_headers_and_none_tells_a_path(
    running: Site, catalogue: Path, attacks: tuple[Attack, ...]
) -> None:
    site_folder = Path(str(resource("site/settings.json"))).parent
    secrets = {str(part) for part in (catalogue, catalogue.parent, site_folder, Path(sys.prefix), Path.home())}
    secrets |= {catalogue.name, catalogue.parent.name, "site-packages", "Traceback"}
    secrets -= {"/", "/root"}
    for attack in attacks:
        answer = ask(running.port, attack)
        told = json.dumps(answer.headers) + answer.body.decode("utf-8", "replace")
        assert [secret for secret in secrets if secret in told] == [], attack
        assert answer.headers["content-security-policy"].startswith("default-src 'none'"), attack
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff", attack
        assert answer.headers["x-frame-options"] == "DENY", attack
        assert answer.headers["referrer-policy"] == "no-referrer", attack
        assert "server" not in answer.headers, attack
        assert "x-evil" not in answer.headers, attack
        assert "evil.example" not in answer.headers.get("location", ""), attack


def test_the_terminal_is_not_flooded(running: Site) -> None:
    before = len(running.said)
    attack_together(running.port, [attack for attack in MEMORY if attack.name in {"zeroblob", "printf"}])
    assert running.said[before:] == []
