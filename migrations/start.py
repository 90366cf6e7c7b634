"""Start a revision: `make migration MESSAGE="add a column"`.

What the models have and a file made by the migrations has not is what Alembic writes down; the rest is the author's. A test
file stands beside it from the beginning.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from pathlib import Path

from alembic import command

from catalog.database import create_catalog_engine, known_revisions
from catalog.errors import CatalogError
from catalog.migrate import alembic_config, upgrade
from catalog.resources import resource

TEST = '''"""Revision {number}: {message}."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.frozen_files import FROZEN
from tests.revisions import downgrade, everything, failed_checks, schema_of, upgrade


@pytest.fixture
def database(database: Path) -> Path:
    """A real file of the revision before, with rows in every table."""
    shutil.copyfile(FROZEN / "catalog-{before}.db", database)
    return database


def test_{number}_goes_up_and_down_and_up_again(database: Path) -> None:
    below = schema_of(database), everything(database)

    upgrade(database, "{number}")
    above = schema_of(database), everything(database)
    assert above != below

    downgrade(database, "{before}")
    assert (schema_of(database), everything(database)) == below

    upgrade(database, "{number}")
    assert (schema_of(database), everything(database)) == above


def test_{number}_leaves_a_sound_file(database: Path) -> None:
    upgrade(database, "head")

    assert failed_checks(database) == []
'''


def start(message: str) -> list[Path]:
    """Write a revision after the last one, and its test, and return both. Raises CatalogError for no real sentence."""
    words = re.findall(r"[a-z0-9]+", message.lower())
    if len(words) < 3 or not re.fullmatch(r"[A-Za-z][A-Za-z0-9 ,'-]{1,99}", message):
        raise CatalogError(f'{message!r} says too little; name what changes: make migration MESSAGE="add a column".')
    before = known_revisions()[-1]
    number, slug = f"{int(before) + 1:04}", "_".join(words)
    revision = resource("migrations") / "versions" / f"{number}_{slug}.py"
    test = revision.parents[2] / "tests" / f"test_migration_{number}_{slug}.py"
    _write_revision(revision, number, message[0].upper() + message[1:])
    test.write_text(TEST.format(number=number, before=before, message=message), encoding="utf-8")
    return [revision, test]


def _write_revision(path: Path, number: str, message: str) -> None:
    config = alembic_config()
    config.set_main_option("file_template", path.stem)
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder, "catalog.db")
        fresh.touch()
        upgrade(fresh)
        engine = create_catalog_engine(fresh, foreign_keys=False)
        with engine.connect() as connection:
            config.attributes["connection"] = connection
            command.revision(config, message, autogenerate=True, rev_id=number)
        engine.dispose()


if __name__ == "__main__":
    try:
        for written in start(" ".join(sys.argv[1:]) or os.environ.get("MESSAGE", "")):
            print(written.relative_to(Path.cwd()) if written.is_relative_to(Path.cwd()) else written)
    except CatalogError as error:
        sys.exit(f"Error: {error}")
