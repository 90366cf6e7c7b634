"""A copy of the project as a clean clone would have it, and new virtual environments to try it in."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT


def run(*command: str | Path, cwd: Path, timeout: float = 300) -> subprocess.CompletedProcess[str]:
    """Run a command away from this process's environment and return what it printed."""
    return subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, timeout=timeout)


def clone(folder: Path) -> Path:
    """Copy what git knows of (or would add) into `folder`, without anything built."""
    listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard", cwd=ROOT)
    if listed.returncode:
        pytest.skip("this is no git checkout, so what belongs to the project cannot be told")
    target = folder / "clone"
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target / name)
    return target


def new_environment(folder: Path) -> Path:
    """Make an empty virtual environment in `folder` and return its folder of commands."""
    made = run(sys.executable, "-m", "venv", folder, cwd=folder.parent)
    assert made.returncode == 0, made.stderr
    return folder / "bin"


def skip_without_packages(folder: Path) -> None:
    """Skip the test where no package can be had, so that it fails only for reasons of ours."""
    tried = run(sys.executable, "-m", "pip", "download", "--no-deps", "--dest", folder, "click", cwd=folder)
    if tried.returncode:
        pytest.skip("packages cannot be downloaded here, so nothing can be installed from scratch")
