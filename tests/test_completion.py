"""Completion as a shell asks for it: bash runs the script that the command prints."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from catalog.cli import main
from tests.catalogues import MOSS_NET, damage, document, good_catalogue, load
from tests.conftest import ROOT

# What a press of the tab key does: the words so far go into COMP_WORDS, the function that the script registered is
# called, and its answers are in COMPREPLY. Only `compopt` would notice that nobody pressed it.
_PRESS_TAB = """
compopt() { COMPREPLY+=("<$2>"); }
eval "$(catalog completion bash)"
read -r _ _ _ _ function _ <<< "$(complete -p catalog)"
press() {
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
    "$function" catalog
    printf '%s\\n' "${COMPREPLY[@]}" --
}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a catalogue, and the command `catalog` as an installation has it."""
    made = tmp_path_factory.mktemp("completion")
    (made / "bin").mkdir()
    command = made / "bin" / "catalog"
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m catalog "$@"\n')
    command.chmod(0o755)
    load(good_catalogue(made / "catalog.db"), document("digest of 100% moss.txt", MOSS_NET))
    damage(
        made / "catalog.db", "INSERT INTO repositories (id, host, owner, name, url) SELECT 99, 'h', 'dig', '$(id)', 'u'"
    )
    return made


def pressed(folder: Path, *lines: list[str]) -> list[list[str]]:
    """Return what bash offers for each line of words, the last of which is being completed."""
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("there is no bash here")
    script = _PRESS_TAB + "".join(f"press {shlex.join(line)}\n" for line in lines)
    environment = {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [bash, "-c", script], cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, done.stderr) == (0, "")
    return [answer.split("\n") for answer in done.stdout.removesuffix("\n--\n").split("\n--\n")]


def test_bash_completes_commands_options_files_formats_and_names(folder: Path) -> None:
    commands, options, files, formats, names = pressed(
        folder,
        ["catalog", "me"],
        ["catalog", "search", "--l"],
        ["catalog", "check", "-d", "cat"],
        ["catalog", "load", "--format", "pas"],
        ["catalog", "show", "-d", "catalog.db", "dig"],
    )

    assert commands == ["merge"]
    assert options == ["--limit"]
    assert files == ["<default>"]  # bash then completes names of files
    assert formats == [r"pasted\ page"]
    assert names == [r"digest\ of\ 100%\ moss"]  # and not dig/$(id), which the shell would run


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("dig", ["plain,digest\\\\ of\\\\ 100%\\\\ moss"]),
        ("invented-lab/m", ["plain,invented-lab/moss-net"]),
        ("%", [""]),
        ("_", [""]),
        ("zeppelin", [""]),
    ],
)
def test_names_begin_with_what_was_typed(folder: Path, typed: str, offered: list[str]) -> None:
    words = f"catalog\nshow\n-d\n{folder / 'catalog.db'}\n{typed}"
    asked = {"_CATALOG_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": "4"}

    done = CliRunner().invoke(main, env=asked, prog_name="catalog")

    assert done.stdout.splitlines() == offered


@pytest.mark.parametrize("content", [None, b"", b"moss"])
def test_without_a_catalogue_nothing_is_offered_and_nothing_is_made(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "catalog.db"
    if content is not None:
        path.write_bytes(content)
    asked = {"_CATALOG_COMPLETE": "zsh_complete", "COMP_WORDS": f"catalog show -d {path} m", "COMP_CWORD": "4"}

    done = CliRunner().invoke(main, env=asked, prog_name="catalog")

    assert (done.exit_code, done.stdout.strip(), done.stderr) == (0, "", "")
    assert path.exists() == (content is not None)


@pytest.mark.parametrize(("shell", "registers"), [("zsh", "#compdef catalog"), ("fish", "--command catalog")])
def test_other_shells_get_their_script(shell: str, registers: str) -> None:
    done = CliRunner().invoke(main, ["completion", shell])

    assert (done.exit_code, done.stderr) == (0, "")
    assert registers in done.stdout
    assert "_CATALOG_COMPLETE" in done.stdout
    # Where the shell is there, it must at least understand the script.
    if found := shutil.which(shell):
        subprocess.run([found, "-n", "/dev/stdin"], input=done.stdout, text=True, check=True)
