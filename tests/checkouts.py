"""Copies of the checkout with revisions after the real ones, and what such a revision may do."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent, indent

import pytest
from click.testing import CliRunner, Result

from catalog import check_schema
from catalog import database as database_module
from catalog import migrate as migrate_module
from catalog.cli import main
from catalog.database import known_revisions
from catalog.fresh import Fresh
from catalog.models import SEARCH_INDEX_DDL
from tests.conftest import ROOT

HEAD = known_revisions()[-1]
NEXT, AFTER_NEXT = (f"{int(HEAD) + step:04}" for step in (1, 2))
"""The numbers of the revisions that tests add."""

ADD_COLUMN = """
    op.add_column("papers", sa.Column("word_count", sa.Integer))
    op.execute("UPDATE papers SET word_count = length(title) - length(replace(title, ' ', '')) + 1")
"""
FAIL = """
    op.create_table("notes", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("DELETE FROM loads")
    op.execute("UPDATE papers SET title = 'Gone'")
    raise RuntimeError("the moss is missing")
"""
KILL = """
    import os, signal
    op.get_bind().exec_driver_sql("PRAGMA cache_size = 1")
    op.add_column("papers", sa.Column("note", sa.Text))
    op.execute("UPDATE papers SET title = hex(randomblob(20000)), note = 'moss'")
    op.execute("DELETE FROM loads")
    os.kill(os.getpid(), signal.SIGKILL)
"""


class Checkout:
    """A copy of what the package needs, to which a test adds revisions; the code itself is the real one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        (folder / "pyproject.toml").touch()
        (folder / "catalog").symlink_to(ROOT / "catalog", target_is_directory=True)
        shutil.copytree(ROOT / "migrations", folder / "migrations", ignore=shutil.ignore_patterns("__pycache__"))

    def resource(self, name: str) -> Path:
        """What `catalog.resources.resource` returns in this checkout."""
        return self.folder / name

    def add_revision(self, upgrade: str, number: int = int(HEAD) + 1, downgrade: str = "pass") -> None:
        """Add a revision after the last one, with the body of its `upgrade`."""
        revision = f"{number:04}"
        text = dedent(
            f"""\
            \"\"\"Change something for a test.\"\"\"

            import sqlalchemy as sa
            from alembic import op

            revision = "{revision}"
            down_revision = "{number - 1:04}"
            TRIGGERS = {SEARCH_INDEX_DDL[1:]!r}

            """
        )
        text += f"\ndef upgrade():\n{indent(dedent(upgrade), '    ')}\n\ndef downgrade():\n    {downgrade}\n"
        path = self.folder / "migrations" / "versions" / f"{revision}_change_something.py"
        path.write_text(text, encoding="utf-8")
        shutil.rmtree(path.parent / "__pycache__", ignore_errors=True)
        known_revisions.cache_clear()

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of this checkout in a process of its own."""
        return subprocess.run(
            [sys.executable, "-c", "from catalog.cli import main; main()", *arguments],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=60,
        )


@contextmanager
def seen_checkout(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Checkout]:
    """Make a checkout in `folder` whose revisions the code of this process sees, too."""
    copy = Checkout(folder)
    monkeypatch.setattr(database_module, "resource", copy.resource)
    monkeypatch.setattr(migrate_module, "resource", copy.resource)
    monkeypatch.setattr(check_schema, "fresh_catalogue", _freshly_made)
    known_revisions.cache_clear()
    yield copy
    known_revisions.cache_clear()


def _freshly_made() -> Fresh:
    """What `make docs` would write into `catalog/fresh.json` of the checkout."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "catalog.db")
        migrate_module.create_catalog(path)
        engine = database_module.create_catalog_engine(path, read_only=True)
        try:
            with engine.connect() as connection:
                return Fresh.of(connection)
        finally:
            engine.dispose()


def run(*arguments: str) -> Result:
    """Run a command of the catalogue in this process."""
    return CliRunner().invoke(main, arguments)


def make_page(folder: Path) -> Path:
    page = folder / "page.txt"
    page.write_text(
        "Daily Papers\n\nMar 4\n\nMoss-Net: Counting\n\nMoss grows slowly. We count it.\n", encoding="utf-8"
    )
    return page
