"""docs/export.md: every command gives what the page says, and its Python does, too."""

from __future__ import annotations

import doctest
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from catalog.cli import main
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "export.md").read_text(encoding="utf-8")
CONSOLE = "".join(re.findall(r"^```console\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
COMMANDS = re.findall(r"^\$ (.+)\n((?:(?!\$ ).*\n)*)", CONSOLE, re.MULTILINE)


def printed(command: str) -> str:
    """Run a command; those of the catalogue in this process, which has imported it."""
    words = shlex.split(command)
    if words[0] == "catalog":
        done = CliRunner().invoke(main, words[1:])
        assert (done.exit_code, done.stderr) == (0, ""), command
        return done.stdout.replace("\r\n", "\n")
    program = Path(sys.executable).with_name(words[0]) if words[0] == "sqlite-utils" else words[0]
    return subprocess.run([program, *words[1:]], capture_output=True, text=True, check=True, timeout=60).stdout


def test_every_command_prints_what_the_page_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(main, ["load"]).exit_code == 0
    assert len(COMMANDS) == CONSOLE.count("$ ") > 6
    for command, shown in COMMANDS:
        if not command.startswith("sqlite3") or shutil.which("sqlite3"):
            assert printed(command) == shown, command
    assert len(list((tmp_path / "my-tables").iterdir())) == 19

    assert printed("catalog export --format parquet --table papers -o papers.parquet") == "Wrote papers.parquet.\n"
    examples = doctest.DocTestParser().get_doctest(PAGE.replace("```", ""), {}, "export.md", "docs/export.md", 0)
    assert doctest.DocTestRunner().run(examples) == (0, 5)
