"""`make migration` starts a revision and its test; here in a copy of the checkout."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.checkouts import HEAD, NEXT, seen_checkout
from tests.conftest import ROOT

COLUMN = '    textual("note", "What a person says of it"),\n'


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the checkout whose models have a column that no revision makes."""
    for name in ("catalog", "migrations", "tests", "docs"):
        ignored = shutil.ignore_patterns("__pycache__", "test_*.py", "static", "labelled")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    for name in ("pyproject.toml", "Makefile", "metadata.yml"):
        shutil.copy(ROOT / name, tmp_path)
    models = tmp_path / "catalog" / "models" / "documents.py"
    text = models.read_text(encoding="utf-8")
    before, found, after = text.partition('    textual("reason"')
    assert found
    models.write_text(before + COLUMN + found + after, encoding="utf-8")
    return tmp_path


def run(copy: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=copy, env=environment, capture_output=True, text=True, timeout=120
    )


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_revision_and_its_test_are_started_from_a_fresh_file(copy: Path) -> None:
    real = names(ROOT / "migrations" / "versions"), names(ROOT / "tests")

    done = run(copy, "-m", "migrations.start", "add a note to rejects")

    assert done.returncode == 0, done.stderr
    stem = f"{NEXT}_add_a_note_to_rejects"
    assert done.stdout.splitlines()[-2:] == [f"migrations/versions/{stem}.py", f"tests/test_migration_{stem}.py"]
    text = (copy / "migrations" / "versions" / f"{stem}.py").read_text(encoding="utf-8")
    assert text.startswith(f'"""Add a note to rejects.\n\nRevision: {NEXT}, after {HEAD}.\n')
    assert re.findall(r"^    (op\.\w+\(.*)", text, re.MULTILINE) == [
        "op.add_column('rejects', sa.Column('note', sa.Text(), nullable=True, comment='What a person says of it'))",
        "op.drop_column('rejects', 'note')",
    ]
    generated = run(copy, "-m", "docs.generate")  # `make docs`, as the author of a revision does
    assert "Wrote catalog/fresh.json." in generated.stdout, generated.stderr
    tested = run(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"tests/test_migration_{stem}.py")
    assert "2 passed" in tested.stdout, tested.stdout
    assert (names(ROOT / "migrations" / "versions"), names(ROOT / "tests")) == real


def test_models_and_file_that_are_the_same_make_an_empty_revision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(ROOT)
    from migrations import start

    with seen_checkout(tmp_path / "checkout", monkeypatch) as checkout:
        (checkout.folder / "tests").mkdir()
        monkeypatch.setattr(start, "resource", checkout.resource)
        revision, test = start.start("change nothing at all")

        text = revision.read_text(encoding="utf-8")
        assert revision.name == f"{NEXT}_change_nothing_at_all.py"
        assert text.count("\n    pass\n") == 2
        assert f"def test_{NEXT}_goes_up_and_down_and_up_again" in test.read_text(encoding="utf-8")


@pytest.mark.parametrize("message", ["", "column", "add column", "add a `column`", 'add a "column"'])
def test_a_revision_without_a_real_sentence_is_refused(message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT)
    from catalog.errors import CatalogError
    from migrations.start import start

    with pytest.raises(CatalogError, match="says too little; name what changes"):
        start(message)

    assert not list((ROOT / "migrations" / "versions").glob(f"{NEXT}_*"))


def test_make_gives_the_message_to_it() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    (recipe,) = re.findall(r"^migration: .*\n\t(.*)", makefile, re.MULTILINE)
    assert "-m migrations.start" in recipe  # which takes MESSAGE from the environment
