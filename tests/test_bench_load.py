"""The benchmark of the load: what it compares holds the same rows, and it runs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.loads.grown import grow
from benchmarks.loads.rivals import load_by_hand, load_floor
from catalog.migrate import create_catalog
from tests.catalogues import FERN, MOSS_NET, document, good_catalogue, load
from tests.conftest import ROOT, dump, rows


def test_the_floor_holds_every_row(tmp_path: Path) -> None:
    made = good_catalogue(tmp_path / "made.db")

    watch = load_floor(made, tmp_path / "floor.db")

    assert dump(tmp_path / "floor.db") == dump(made)
    found = "SELECT count(*) FROM papers_fts WHERE papers_fts MATCH 'moss'"
    assert rows(tmp_path / "floor.db", found) == rows(made, found) == [(1,)]
    indexes = "SELECT count(*) FROM sqlite_master WHERE type IN ('index', 'trigger')"
    assert rows(tmp_path / "floor.db", indexes) >= [(40,)]
    assert watch.wall > 0


def test_by_hand_the_same_papers_come_out(tmp_path: Path) -> None:
    made = good_catalogue(tmp_path / "made.db")

    load_by_hand(made, tmp_path / "by-hand.db")

    assert rows(tmp_path / "by-hand.db", "SELECT count(*) FROM entries") == [(5,)]
    assert rows(tmp_path / "by-hand.db", "SELECT title FROM papers ORDER BY 1") == rows(
        made, "SELECT title FROM papers ORDER BY 1"
    )


def test_a_grown_catalogue_takes_a_new_digest(tmp_path: Path) -> None:
    large = tmp_path / "large.db"

    assert grow(good_catalogue(tmp_path / "small.db"), large, 30) == 32

    assert rows(large, "SELECT count(*), count(DISTINCT title_key) FROM papers") == [(32, 32)]
    assert rows(large, "SELECT count(*) FROM papers_fts WHERE papers_fts MATCH 'moss'") == [(8,)]
    (account,) = load(large, document("new.txt", MOSS_NET, FERN))
    assert (account.new_paper_count, account.known_paper_count) == (0, 2)
    assert rows(large, "PRAGMA foreign_key_check") == []


def test_figures_are_drawn_again(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is an extra of who develops")
    ways = {way: {"wall": wall, "cpu": wall, "peak_bytes": 1e8} for way, wall in (("ours", 2.0), ("floor", 1.0))}
    figures, picture = tmp_path / "load.json", tmp_path / "load.svg"
    figures.write_text(json.dumps({"bulk": {"1000": ways, "20000": ways}, "digest": {}}))
    command = [sys.executable, str(ROOT / "benchmarks" / "bench_load.py"), "--figures", figures, "--plot", picture]

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=600, check=True)

    assert "| 20,000 | ours | 2.00 | 100 | 2.00 |" in done.stdout
    drawn = picture.read_text("utf-8")
    assert "20,000" in drawn or "10,000" in drawn
    assert ">ours<" in drawn
    assert ">floor<" in drawn


@pytest.mark.slow
def test_the_benchmark_runs(tmp_path: Path) -> None:
    figures = tmp_path / "load.json"
    script = ROOT / "benchmarks" / "bench_load.py"
    empty = tmp_path / "empty.db"
    create_catalog(empty)
    sizes = ["--entries", "200", "--papers", "200", "--papers", "400", "--into", str(empty)]
    command = [sys.executable, str(script), *sizes, "--json", str(figures)]

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=600, check=True)

    assert "| 200 | ours |" in done.stdout
    measured = json.loads(figures.read_text("utf-8"))
    assert set(measured["bulk"]["200"]) == {"ours", "reading", "floor", "sqlite-utils"}
    assert len(measured["digest"]) == 3
    assert rows(empty, "SELECT count(*) FROM papers") == [(0,)]
