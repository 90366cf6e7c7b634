"""A wheel works away from the checkout: migrations, seeds, metadata and site travel inside."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import sysconfig
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from tests.installation import clone, new_environment, run, skip_without_packages
from tests.test_cli import page


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    skip_without_packages(tmp_path)
    pip = (sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", tmp_path)
    built = run(*pip, clone(tmp_path), cwd=tmp_path)
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("paper_catalog-*.whl")
    assert {"catalog/py.typed", "catalog/fresh.json"} <= set(zipfile.ZipFile(wheel).namelist())
    return wheel


def test_a_wheel_loads_and_serves_in_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    """With the packages that are here: what they are on a fresh machine is tried by `make sweep`."""
    environment = _environment_with_our_packages(tmp_path / "environment")
    installed = run(environment / "bin/python", "-m", "pip", "install", "--no-deps", wheel, cwd=tmp_path)
    assert installed.returncode == 0, installed.stderr
    _assert_it_works(environment, tmp_path)


@pytest.mark.slow
def test_a_wheel_brings_all_that_it_needs(wheel: Path, tmp_path: Path) -> None:
    commands = new_environment(tmp_path / "environment")
    installed = run(commands / "pip", "install", wheel, cwd=tmp_path)
    assert installed.returncode == 0, installed.stderr
    _assert_it_works(tmp_path / "environment", tmp_path)


def _environment_with_our_packages(folder: Path) -> Path:
    made = subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    (packages,) = folder.glob("lib/python*/site-packages")
    # A line of such a file is a folder; the file of our own editable installation is not read there.
    (packages / "ours.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return folder


def _assert_it_works(environment: Path, tmp_path: Path) -> None:
    commands, empty = environment / "bin", tmp_path / "empty"
    empty.mkdir()
    (empty / "garden.txt").write_text(page("Counting Ferns"), encoding="utf-8")

    loaded = run(commands / "catalog", "load", "garden.txt", cwd=empty)
    seeded = run(commands / "catalog", "load", cwd=empty)
    checked = run(commands / "catalog", "check", cwd=empty)
    drawn = run(commands / "python", "-c", _SITE, cwd=empty)

    assert (loaded.returncode, loaded.stderr) == (0, "")
    assert (seeded.returncode, seeded.stderr) == (0, "")
    assert (checked.returncode, checked.stderr) == (0, "")
    assert sorted(os.listdir(empty)) == ["catalog.db", "garden.txt"]
    with closing(sqlite3.connect(empty / "catalog.db")) as connection:
        assert connection.execute("SELECT count(*) FROM papers").fetchone() == (342,)
    assert drawn.returncode == 0, drawn.stderr
    assert "Counting Ferns" in drawn.stdout
    assert str(environment) in drawn.stdout.splitlines()[0]


_SITE = """
import asyncio, catalog
from pathlib import Path
from catalog.serve import site
print(catalog.__file__)
response = asyncio.run(site(Path("catalog.db")).client.get("/catalog/papers?_search=ferns"))
assert response.status_code == 200, response.text
print(response.text)
"""
