"""Every command explains itself with an example, every example works, and docs/commands.md has them all."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from catalog.cli import main
from docs.commands import command_reference, commands, described
from tests import api_server as api
from tests.catalogues import FERN, MOSS_NET, document, good_catalogue, load
from tests.conftest import ROOT
from tests.news_example import write_settings

LEAVES = [(name, command) for name, command, _ in commands() if not isinstance(command, click.Group)]
EXAMPLES = [example for _, command, _ in commands() for example in described(command)[1]]

FIRST = {examples[0] for _, command, _ in commands() if (examples := described(command)[1])}
"""The one of each command that is run each time; `make sweep` runs all."""

# Run by what they need: a server that answers, a server that must be stopped, a shell.
FETCHING = [example for example in EXAMPLES if example.startswith("catalog fetch ")]
SERVING = [example for example in EXAMPLES if example.startswith("catalog serve")]
IN_A_SHELL = [example for example in EXAMPLES if not example.startswith("catalog ") or re.search(r"[|<>$]", example)]
SENDING = [example for example in EXAMPLES if "--mail" in example]
ON_SPARK = [example for example in EXAMPLES if example.startswith("catalog lake ")]  # see tests/lake
PLAIN = sorted({*EXAMPLES}.difference(FETCHING, SERVING, IN_A_SHELL, SENDING, ON_SPARK))


@pytest.fixture(scope="module")
def desk() -> Iterator[Path]:
    """A folder with what the examples name: pages, catalogues of one's own and of others."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        page = "Daily Papers\n\nMar 4\n\nMoss-Net: Counting Moss\n\nMoss grows slowly. We count it on stones.\n"
        (folder / "my-digests").mkdir()
        for place in ("page.txt", "my-digests/other.txt"):
            (folder / place).write_text(page.replace("stones", place), encoding="utf-8")
        good_catalogue(folder / "catalog.db")
        lora = "A graph prompt, or soft prompt tuning. See https://github.com/microsoft/LoRA and https://github.com/invented-lab/moss."
        named = document(
            "named.txt",
            FERN,
            replace(MOSS_NET, title="Moss by Rank", abstract=lora, arxiv_id="2401.01234", publication_date=None),
            kind="daily",
            digest_date="2025-08-22",
            date_basis="stated",
        )
        load(folder / "catalog.db", named)
        load(folder / "other.db", document("older.txt", FERN))
        for copy in ("from-ada.db", "from-bo.db", "last-week.db", "our.db"):
            shutil.copy(folder / "other.db", folder / copy)
        yield folder


@pytest.mark.parametrize(("name", "command"), LEAVES, ids=[name for name, _ in LEAVES])
def test_every_command_has_an_example(name: str, command: click.Command) -> None:
    paragraphs, examples = described(command)

    assert paragraphs, f"{name} says nothing of itself"
    assert [example for example in examples if f"{name} " in f"{example} "], f"{name} has no example of itself"


@pytest.mark.parametrize(("name", "command"), LEAVES, ids=[name for name, _ in LEAVES])
def test_help_shows_the_examples_and_every_option_says_what_it_does(name: str, command: click.Command) -> None:
    done = CliRunner().invoke(main, [*name.split()[1:], "--help"], terminal_width=80)

    assert done.exit_code == 0
    for example in described(command)[1]:
        assert f"  {example}\n" in done.stdout
    for option in command.params:
        assert not isinstance(option, click.Option) or option.help, f"{name} {option.name} is not explained"


@pytest.mark.parametrize(("name", "command"), LEAVES, ids=[name for name, _ in LEAVES])
def test_every_command_that_works_on_one_catalogue_lets_it_be_named(name: str, command: click.Command) -> None:
    named = [option for option in command.params if "--database" in option.opts]

    if name in ("catalog completion", "catalog diff", "catalog lake build"):
        assert named == []
    else:
        assert [(option.opts, str(option.default)) for option in named] == [(["-d", "--database"], "catalog.db")]


def test_the_page_has_every_command_and_option() -> None:
    reference = command_reference()

    for name, command, _ in commands():
        assert f"\n## {name}\n" in reference
        assert all(example in reference for example in described(command)[1])
    assert {name for name, _ in LEAVES} >= {"catalog load", "catalog search", "catalog fetch daily", "catalog show"}
    assert "| `--limit INTEGER RANGE` | Most results to show. [default: 10; 1<=x<=1000] |" in reference
    assert reference == (ROOT / "docs" / "commands.md").read_text(encoding="utf-8"), "run `make docs`"


@pytest.mark.parametrize(
    "example", [pytest.param(each, marks=() if each in FIRST else pytest.mark.slow) for each in PLAIN]
)
def test_the_example_works(desk: Path, example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "desk"
    shutil.copytree(desk, folder)
    monkeypatch.chdir(folder)
    if example == "catalog check papers.db":
        shutil.copy("catalog.db", "papers.db")

    done = CliRunner().invoke(main, shlex.split(example)[1:])

    assert (done.exit_code, done.stderr) == (0, ""), f"{example}: {done.output}"
    assert done.stdout.strip()


@pytest.mark.parametrize("example", FETCHING)
def test_the_example_that_fetches_works(example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    days = [f"2025-08-{day}" for day in range(18, 23)]
    with api.api_server() as server:
        for day in days:
            server.on(f"/api/daily_papers?date={day}", api.data(api.entries(1, day)))
        server.on("/api/daily_papers", api.data(api.entries(1, days[-1])))
        paper = {"id": "2401.01234", "title": "Moss", "authors": [{"name": "Ada Moss"}], "summary": "It grows."}
        server.on("/api/papers/2401.01234", api.data(paper))
        server.on("/api/papers/search?q=graph%20prompt", api.data(api.entries(1)))

        line = [*shlex.split(example)[1:], "--base-url", server.url, "--rate", "10"]
        done = CliRunner().invoke(main, line)

    assert (done.exit_code, done.stderr) == (0, ""), f"{example}: {done.output}"


@pytest.mark.parametrize("example", SENDING)
def test_the_example_that_sends_writes_the_mails(desk: Path, example: str, tmp_path: Path) -> None:
    # That it sends is shown in test_news_sending.py.
    settings = write_settings(tmp_path, None, "ada@readers.example")
    line = shlex.split(example.replace("news.toml", str(settings)))[1:]

    done = CliRunner().invoke(main, [*line, "--eml", str(tmp_path / "mails"), "-d", str(desk / "catalog.db")])

    assert (done.exit_code, done.stderr) == (0, ""), f"{example}: {done.output}"


@pytest.mark.parametrize("example", SERVING)
def test_the_example_that_serves_is_understood(example: str) -> None:
    # That it serves is shown in test_serve.py and test_readme.py; a browser is opened by neither.
    serve = main.get_command(click.Context(main), "serve")
    assert serve is not None
    assert serve.make_context("serve", shlex.split(example)[2:]).params["host"] == "127.0.0.1"


def test_the_examples_for_a_shell_work(desk: Path, tmp_path: Path) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("there is no bash here")
    (tmp_path / ".config" / "fish" / "completions").mkdir(parents=True)
    shutil.copy(desk / "catalog.db", tmp_path)
    script = tmp_path / "catalog"
    script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m catalog "$@"\n')
    script.chmod(0o755)
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    for example in IN_A_SHELL:
        done = subprocess.run([bash, "-c", example], cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, ""), example


@pytest.mark.skipif(os.name != "posix", reason="streams are closed by a POSIX shell")
def test_closed_streams_stop_no_command(tmp_path: Path) -> None:
    good_catalogue(tmp_path / "catalog.db")
    closed = [sys.executable, "-m", "catalog", "search", "moss"]

    done = subprocess.run(
        ["sh", "-c", 'exec "$@" <&- >&-', "sh", *closed],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "moss\udcff"),
        ("release", "moss\udcff.db"),
        ("export", "moss\udcff\u202e\x1b[31m"),
        ("export", "--format", "csv", "moss\udcff\u202e\x1b[31m"),
        ("export", "--format", "csv", "--table", "papers", "--output", "moss\udcff\u202e\x1b[31m.csv"),
        ("release", "moss\u202e\x1b[31m.db"),
        ("migrate", "-d", "cat\udcff\u202e\x1b[31m.db"),
        ("check", "--repair-index", "-d", "cat\udcff\u202e\x1b[31m.db"),
    ],
)
def test_names_that_are_no_text_or_steer_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    good_catalogue(tmp_path / "catalog.db")
    good_catalogue(tmp_path / "cat\udcff\u202e\x1b[31m.db")

    result = CliRunner().invoke(main, list(arguments), color=True)

    assert isinstance(result.exception, SystemExit | None), result.exception
    assert result.exit_code == (2 if "\udcff" in arguments[1] and arguments[0] in ("show", "release") else 0)
    assert all(char.isprintable() or char == "\n" for char in result.output)
