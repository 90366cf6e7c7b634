"""Long commands show how far they are on a terminal, and nothing in a pipe."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import pytest
from click.testing import CliRunner

from catalog.accounts import progress
from catalog.cli import main
from catalog.errors import CatalogError
from tests.catalogues import FERN, LICHEN, document, good_catalogue, load


class Terminal:
    """A real one: what is written to `file` is what a person would see."""

    def __init__(self, controller: int, file: TextIO) -> None:
        self.file = file
        self._controller = controller

    def seen(self) -> str:
        """Return what was written, line ends as they came."""
        self.file.flush()
        text = b""
        os.set_blocking(self._controller, False)
        while True:
            try:
                part = os.read(self._controller, 65536)
            except BlockingIOError:
                return text.decode()
            text += part


@contextmanager
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    """Put a terminal behind standard error; not as a fixture, because pytest puts its own there after all of them."""
    pty = pytest.importorskip("pty")
    controller, side = pty.openpty()
    with os.fdopen(side, "w") as file, monkeypatch.context() as patch:
        assert file.isatty()
        patch.setattr(sys, "stderr", file)
        patch.setenv("TERM", "xterm")
        yield Terminal(controller, file)
    os.close(controller)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with two catalogues."""
    monkeypatch.chdir(tmp_path)
    good_catalogue(tmp_path / "catalog.db")
    load(tmp_path / "other.db", *(document(f"{number}.txt", FERN, LICHEN) for number in range(3)))
    return tmp_path


COMMANDS = [
    (["check"], "Checking"),
    (["diff", "catalog.db", "other.db"], "Comparing"),
    (["merge", "other.db"], "Merging"),
    pytest.param(["release", "papers.db"], "Releasing", marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("arguments", "label"), COMMANDS)
def test_a_terminal_shows_how_far_it_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], label: str
) -> None:
    with terminal(monkeypatch) as screen:
        main(arguments, standalone_mode=False)
        shown = screen.seen()

    shares = [int(share) for share in re.findall(rf"{label} .*?(\d+)%", shown)]
    assert shares[0] == 0
    assert shares == sorted(shares), "it only ever goes forward"
    assert len(set(shares)) > 2
    assert shares[-1] == 100
    assert shown.endswith("\x1b[?25h\r\n"), "the next line is one's own, the cursor is back"


def test_a_pipe_shows_nothing_of_it(folder: Path) -> None:
    piped = CliRunner().invoke(main, ["check"])

    assert "Checking" not in piped.output
    assert piped.stderr == ""


def test_a_bar_ends_where_the_work_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def work() -> None:
        with progress(3, "Counting") as step:
            step()
            raise CatalogError("moss")

    with terminal(monkeypatch) as screen:
        with pytest.raises(CatalogError):
            work()
        assert screen.seen().endswith("\x1b[?25h\r\n")


def test_a_length_may_become_known_later(monkeypatch: pytest.MonkeyPatch) -> None:
    with terminal(monkeypatch) as screen:
        with progress(2, "Counting") as step:
            step()
            step.expect(4)
            step()
        assert [int(share) for share in re.findall(r"(\d+)%", screen.seen())][-1] == 50


def test_a_single_step_has_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    with terminal(monkeypatch) as screen:
        with progress(1, "Counting") as step:
            step()
        assert screen.seen() == ""
