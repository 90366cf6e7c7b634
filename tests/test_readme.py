"""Every command in the README is run, and prints what the README says."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from contextlib import chdir
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from catalog.cli import main
from tests.api_server import api_server, data
from tests.browser import BUSY, MOST_VISITS
from tests.conftest import ROOT, rows
from tests.installation import clone, skip_without_packages

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(console|sh)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
SHOWN = [block for kind, block in BLOCKS if kind == "console"]
SCRIPTS = [block for kind, block in BLOCKS if kind == "sh"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where the first command of the tour was run."""
    made = tmp_path_factory.mktemp("tour")
    _run("catalog load", made)
    return made


def _run(command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command as the shell would; one of ours that needs no shell in this process, which has imported it."""
    if command.startswith("catalog ") and not re.search(r"[|<>&$]", command):
        with chdir(cwd):
            ours = CliRunner().invoke(main, shlex.split(command)[1:], prog_name="catalog")
        return subprocess.CompletedProcess(command, ours.exit_code, ours.stdout, ours.stderr)
    beside = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{beside}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(command, shell=True, cwd=cwd, capture_output=True, text=True, timeout=120, env=environment)


@pytest.mark.parametrize("block", SHOWN, ids=lambda block: block.split("\n")[0])
def test_what_the_readme_shows_is_what_is_printed(block: str, folder: Path, tmp_path: Path) -> None:
    first, _, expected = block.partition("\n")
    command = first.removeprefix("$ ")
    if command.startswith("sqlite3") and shutil.which("sqlite3") is None:
        pytest.skip("the sqlite3 command is not installed")
    cwd = tmp_path if command == "catalog load" else folder

    done = _run(command, cwd)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == expected
    assert expected, "an answer of nothing shows nothing"


def test_the_other_commands_of_the_tour_work(folder: Path) -> None:
    (commands,) = [block for block in SCRIPTS if "catalog check" in block]
    for command in commands.splitlines():
        done = _run(command, folder)
        assert (done.returncode, done.stderr) == (0, ""), command


def test_the_files_of_others_are_merged_and_compared(folder: Path) -> None:
    (commands,) = [block for block in SCRIPTS if "catalog merge" in block]
    for name in ("from-ada.db", "last-week.db"):
        shutil.copy(folder / "catalog.db", folder / name)
    for command in commands.splitlines():
        done = _run(command, folder)
        assert (done.returncode, done.stderr) == (0, ""), command
    assert done.stdout.endswith("The two files say the same.\n")


def test_the_answers_that_the_tour_fetches_are_stored_and_loaded(tmp_path: Path) -> None:
    (commands,) = [block for block in SCRIPTS if "catalog fetch" in block]
    paper = {"id": "2401.01234", "title": "Paper Boats", "authors": [{"name": "Ada Tub"}], "summary": "They float."}
    entry = {"paper": {**paper, "submittedOnDailyAt": "2025-08-22T00:00:00.000Z"}, "title": "Paper Boats"}
    with api_server() as server:
        server.on("/api/daily_papers?date=2025-08-22", data([entry]))
        server.on("/api/papers/2401.01234", data(paper))
        server.on(
            "/api/papers/search?q=graph%20prompt",
            data([entry, {**entry, "paper": {**paper, "id": "2401.01235", "title": "Tin Boats"}}]),
        )
        for command in commands.splitlines():
            done = _run(f"{command} --base-url {server.url} --rate 10", tmp_path)
            assert (done.returncode, done.stderr) == (0, ""), command

    assert rows(tmp_path / "catalog.db", "SELECT kind, query FROM digests ORDER BY kind") == [
        ("daily", None),
        ("search", "graph prompt"),
    ]
    assert rows(tmp_path / "catalog.db", "SELECT arxiv_id, digest_count FROM papers ORDER BY 1") == [
        ("2401.01234", 2),
        ("2401.01235", 1),
    ]
    assert len(list((tmp_path / "documents").iterdir())) == 3


def test_serve_shows_the_catalogue(folder: Path) -> None:
    assert "catalog serve\n" in SCRIPTS
    command = [sys.executable, "-m", "catalog", "serve", "--port", "0"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    server = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    )
    try:
        assert server.stdout is not None
        address = re.search(r"http://127\.0\.0\.1:\d+", server.stdout.readline())
        assert address is not None
        assert b"GraphCLIP" in _visit(f"{address[0]}/catalog/papers?_search=GraphCLIP")
    finally:
        server.terminate()
        server.wait(timeout=30)


def _visit(address: str) -> bytes:
    """What the page at `address` says; a site on a busy machine may ask to come again."""
    for _ in range(MOST_VISITS):
        answer = httpx.get(address, timeout=30)
        if answer.status_code != BUSY:
            break
    return answer.raise_for_status().content


@pytest.mark.slow  # .ci/run runs these two commands itself, in its own clean clone
def test_the_two_commands_work_in_a_clean_clone(tmp_path: Path) -> None:
    skip_without_packages(tmp_path)
    (two, without_make) = SCRIPTS[:2]
    assert [line.split("  ")[0].strip() for line in two.splitlines()] == ["make catalog", "make test"]
    checkout = clone(tmp_path)

    made = _run("make catalog", checkout)

    assert made.returncode == 0, made.stderr
    assert re.search(r"^all +421 +341 +80 +139 +0$", made.stdout, re.MULTILINE)
    assert "make serve" in made.stdout
    assert (checkout / "catalog.db").exists()
    # This very run is what `make test` starts: here it must only find its tests.
    installs, loads, tests = without_make.splitlines()
    for command in (installs, loads, f"{tests} --collect-only --quiet".replace("-n auto", "")):
        done = _run(command, checkout)
        assert done.returncode == 0, done.stdout + done.stderr
    assert "test_readme.py" in done.stdout
