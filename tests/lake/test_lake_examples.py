"""The examples in the help of `catalog lake` and in docs/lake.md work, on this machine's own cores."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from benchmarks.lakes.skewed import skewed_documents
from benchmarks.made_digests import made_documents
from catalog.cli import main
from tests.conftest import ROOT
from tests.test_commands import ON_SPARK

pytestmark = [pytest.mark.xdist_group("spark"), pytest.mark.slow]

IN_DOCS = re.findall(r"^catalog lake [^#\n]+", (ROOT / "docs" / "lake.md").read_text(encoding="utf-8"), re.MULTILINE)


def test_the_examples_work(session: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my-digests").mkdir()
    owned = "A Moss to Count\n\nCode: https://github.com/invented-lab/moss.\n"
    (tmp_path / "my-digests" / "page.txt").write_text(
        f"Daily Papers\n\nMar 4, 2026\n\n{owned}\nA Dew to Count\n\nDew is counted at dawn, and again later.\n",
        encoding="utf-8",
    )
    name, content = next(iter(skewed_documents("paper", 1)))
    dated = json.loads(content)
    dated["digests"][0]["entries"][0]["publication_date"] = "2024-05-06"
    (tmp_path / "my-digests" / name).write_text(json.dumps(dated), encoding="utf-8")
    for name, content in made_documents(200):
        (tmp_path / "my-digests" / name).write_bytes(content)
    ordered = dict.fromkeys(sorted((line.strip() for line in (*ON_SPARK, *IN_DOCS)), key=lambda line: "export" in line))

    for example in ordered:
        for left in tmp_path.glob("*.db"):
            left.unlink()
        line = re.sub(r"--master \S+", "--master local[2]", example)  # tests of the cluster start a master
        done = CliRunner().invoke(main, shlex.split(line)[1:])
        assert (done.exit_code, done.stderr) == (0, ""), f"{example}: {done.output}"
        assert done.stdout.strip()
