"""An export of very many documents is what a load makes of them, by the settings that so many have.

`CATALOG_LAKE_ENTRIES=5000` makes it fewer.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.made.documents import ENTRIES_PER_PAPER, made_documents
from tests.conftest import ROOT, rows
from tests.contents import contents
from tests.lake.conftest import require_spark

pytestmark = [pytest.mark.xdist_group("spark"), pytest.mark.slow]

ENTRIES = int(os.environ.get("CATALOG_LAKE_ENTRIES", "100000"))
AS_OF = ("--as-of", "2026-07-01")


def catalog(*arguments: str | Path) -> None:
    subprocess.run([sys.executable, "-m", "catalog", *map(str, arguments)], cwd=ROOT, check=True, capture_output=True)


def test_an_export_of_many_entries_is_what_a_load_makes(tmp_path: Path) -> None:
    require_spark()
    documents, lake = tmp_path / "documents", tmp_path / "lake"
    documents.mkdir()
    for name, content in made_documents(round(ENTRIES / ENTRIES_PER_PAPER), entries=ENTRIES):
        (documents / name).write_bytes(content)

    catalog("lake", "build", documents, "--out", lake, *AS_OF, "--master", "local[2]")
    catalog("lake", "export", lake, "-d", tmp_path / "lake.db")
    catalog("load", documents, "-d", tmp_path / "load.db", *AS_OF)

    assert rows(tmp_path / "load.db", "SELECT count(*) FROM digest_entries") == [(ENTRIES,)]
    of_lake, of_load = contents(tmp_path / "lake.db"), contents(tmp_path / "load.db")
    for about, facts in of_load.items():
        assert of_lake[about] == facts, about
