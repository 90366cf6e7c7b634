"""`catalog fetch` as a person meets it: what goes wrong on the way to a file, and what is printed and loaded."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from catalog.errors import CatalogError
from catalog.fetch import command as fetch_command
from catalog.fetch.command import fetch
from catalog.fetch.store import store
from tests import api_server as api
from tests.api_server import ApiServer, Fetch, entries, entry
from tests.conftest import ROOT, SHARED

RECORDED = SHARED / "inputs" / "daily-papers-api"


@pytest.fixture(scope="module")
def _server() -> Iterator[ApiServer]:
    with api.api_server() as server:
        yield server


@pytest.fixture
def server(_server: ApiServer, monkeypatch: pytest.MonkeyPatch) -> ApiServer:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    _server.answers.clear()
    _server.requests.clear()
    return _server


@pytest.fixture
def run(server: ApiServer, tmp_path: Path) -> Fetch:
    return Fetch(server, tmp_path)


def test_a_folder_that_is_none_is_one_sentence(run: Fetch) -> None:
    run.server.on("/api/daily_papers?date=2026-08-19", api.data(entries(1)))
    run.documents.write_bytes(b"a file")

    with pytest.raises(CatalogError, match="cannot be written to"):
        store(run.documents, "a.json", b"[]")
    # Click notices too, before anything is asked.
    assert run("daily", "2026-08-19").exit_code == 2


def test_a_folder_that_may_not_be_written_ends_the_fetch(run: Fetch) -> None:
    for day in ("2026-08-19", "2026-08-20"):
        run.server.on(f"/api/daily_papers?date={day}", api.data(entries(1)))
    run.documents.symlink_to(run.folder / "gone" / "\udc80" / ("x" * 300))

    done = run("daily", "2026-08-19..2026-08-20")

    assert done.exit_code == 73
    assert "cannot be written to" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert len(run.server.requests) == 1


def test_a_kill_leaves_no_document(run: Fetch) -> None:
    begun, released = threading.Event(), threading.Event()
    slow = api.silence(released, json.dumps(entries(500)).encode())

    def play(handler: Any) -> None:
        begun.set()
        slow(handler)

    run.server.on("/api/daily_papers?date=2026-08-19", play)
    program = "from catalog.fetch.command import fetch; fetch()"
    arguments = ["daily", "2026-08-19", "--no-load", "--base-url", run.server.url, "--folder", str(run.documents)]
    started = subprocess.Popen([sys.executable, "-c", program, *arguments], cwd=ROOT)
    try:
        assert begun.wait(20)
        time.sleep(0.1)
        started.send_signal(signal.SIGKILL)
        assert started.wait(20) == -signal.SIGKILL
    finally:
        started.kill()
        released.set()

    assert [path for path in run.folder.rglob("*") if path.is_file()] == []


def test_an_interrupted_fetch_ends_in_one_word(run: Fetch) -> None:
    run.server.on("/api/daily_papers?date=2026-08-19", api.data(entries(1)))
    run.server.on("/api/daily_papers?date=2026-08-20", api.data(entries(1)))

    class Impatient(list[float]):
        def append(self, seconds: float) -> None:
            raise KeyboardInterrupt

    run.slept = Impatient()
    done = run("daily", "2026-08-19..2026-08-20")

    assert (done.exit_code, done.stderr.strip()) == (1, "Aborted!")
    assert run.stored() == ["2026-08-19.json"]


# The command.


def test_a_base_url_that_is_none_is_a_usage_error(run: Fetch) -> None:
    assert run("daily", "2026-08-19", "--base-url", "huggingface.co").exit_code == 2


@pytest.mark.parametrize("rate", ["0", "-1", "nan", "1000"])
def test_a_rate_that_is_none_is_a_usage_error(run: Fetch, rate: str) -> None:
    assert run("daily", "2026-08-19", "--rate", rate).exit_code == 2
    assert run.server.requests == []


def test_words_of_a_search_cannot_write_to_the_terminal(run: Fetch) -> None:
    run.server.on("/api/papers/search?q=%1B%5B31mred", api.data([]))

    assert "\x1b" not in run("search", "\x1b[31mred").output


def test_fetch_starts_without_what_is_heavy() -> None:
    program = (
        "import sys, catalog.fetch.command; print([m for m in ('httpx', 'sqlalchemy', 'ssl') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_pauses_are_told_on_a_terminal_only(run: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
    plays = (api.status(503), api.status(503), api.data(entries(1)))
    for day in ("2026-08-19", "2026-08-20"):
        run.server.on(f"/api/daily_papers?date={day}", *plays)
    assert run("daily", "2026-08-19").stderr == ""

    monkeypatch.setattr(fetch_command, "_is_terminal", lambda: True)
    told = run("daily", "2026-08-20").stderr.splitlines()

    assert [line.partition("; ")[2] for line in told] == ["trying again in 1 s", "trying again in 2 s"]


def test_load_is_given_what_was_fetched_or_there(run: Fetch) -> None:
    given: list[tuple[Any, ...]] = []

    @click.command()
    @click.argument("sources", nargs=-1)
    @click.option("--year", type=int)
    @click.option("--database")
    def load(sources: tuple[str, ...], year: int | None, database: Path) -> None:
        given.append((sources, year, database))

    run.commands = click.Group(commands={"fetch": fetch, "load": load})
    run.server.on("/api/daily_papers?date=2026-08-19", api.data(entries(1)))
    run.server.on("/api/daily_papers?date=2026-08-20", api.status(404))
    run.server.on("/api/daily_papers?date=2026-08-21", api.data(entries(2)))
    run.server.on("/api/daily_papers?date=2026-08-22", api.data([]))
    run("daily", "2026-08-19")
    assert given == []

    done = run("daily", "2026-08-19..2026-08-22", load=True)

    stored = tuple(str(run.documents / f"2026-08-{day}.json") for day in (19, 21))
    assert given == [(stored, None, run.folder / "c.db")]
    assert done.exit_code == 1  # for the one that was not found


def test_where_nothing_came_nothing_is_loaded(run: Fetch) -> None:
    run.server.on("/api/daily_papers?date=2026-08-22", api.data([]))

    assert run("daily", "2026-08-22", load=True).exit_code == 0
    assert list(run.folder.iterdir()) == []


def test_what_is_fetched_is_loaded_for_good(run: Fetch) -> None:
    day = [{**entry(number, "2026-08-19"), "publishedAt": "2026-08-18T00:00:00.000Z"} for number in (1, 2)]
    run.server.on("/api/daily_papers?date=2026-08-19", api.data(day))

    first = run("daily", "2026-08-19", load=True)
    second = run("daily", "2026-08-19", load=True)

    assert (first.exit_code, first.stderr) == (0, "")
    assert first.stdout.splitlines()[-1].split()[:2] == ["2026-08-19.json", "2"]
    assert (second.exit_code, second.stderr) == (0, "")
    assert "already loaded, nothing changed" in second.stdout
    assert len(run.server.requests) == 1


@pytest.mark.parametrize(
    "path", sorted(RECORDED.glob("*.json")) or [RECORDED / "none.json"], ids=lambda path: path.stem
)
def test_recorded_answers_are_stored_byte_for_byte(run: Fetch, path: Path) -> None:
    if not path.exists():
        pytest.skip("the recorded answers are not at hand")
    recorded = path.read_bytes()
    answer = json.loads(recorded)
    papers = answer["data"] if isinstance(answer, dict) else answer  # one is in the form of a mirror
    run.server.on(f"/api/daily_papers?date={path.stem}", api.content(recorded))

    done = run("daily", path.stem)

    assert (done.exit_code, done.stderr) == (0, "")
    assert f"stored, {len(papers)} papers" in done.stdout
    (stored,) = run.documents.iterdir()
    assert stored.name == path.name
    assert hashlib.sha256(stored.read_bytes()).digest() == hashlib.sha256(recorded).digest()
