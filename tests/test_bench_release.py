"""The benchmark of releases: it runs, and compares with a floor that holds everything."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.bench_release import FLOOR, WAYS, _downgraded, _floor
from catalog.database import file_revision, known_revisions
from tests.catalogues import good_catalogue
from tests.conftest import ROOT, dump, rows


def test_the_floor_is_a_whole_copy_that_searches(tmp_path: Path) -> None:
    made = good_catalogue(tmp_path / "made.db")

    _floor(made, tmp_path / "floor.db")

    assert dump(tmp_path / "floor.db") == dump(made)
    assert rows(tmp_path / "floor.db", "SELECT count(*) FROM papers_fts WHERE papers_fts MATCH 'moss'") == [(1,)]


def test_what_is_upgraded_is_of_an_older_revision(tmp_path: Path) -> None:
    made = good_catalogue(tmp_path / "made.db")

    _downgraded(made, tmp_path / "older.db", known_revisions()[-2])

    assert file_revision(tmp_path / "older.db") == known_revisions()[-2]
    assert rows(tmp_path / "older.db", "SELECT count(*) FROM papers") == [(4,)]


@pytest.mark.slow
def test_the_benchmark_runs(tmp_path: Path) -> None:
    figures = tmp_path / "release.json"
    script = ROOT / "benchmarks" / "bench_release.py"
    command = [sys.executable, str(script), "--entries", "200", "--rounds", "2", "--json", str(figures)]

    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    found = json.loads(figures.read_text(encoding="utf-8"))
    assert list(found["results"]) == list(WAYS)
    assert done.stdout.count("\n| ") == 1 + len(WAYS)  # and the heading
    assert all(one["cpu"] > 0 for one in found["results"].values())
    assert found["results"][FLOOR]["peak_bytes"] > 0
