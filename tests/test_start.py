"""Commands import what they need and no more: what is heavy waits until it is needed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.catalogues import good_catalogue
from tests.conftest import ROOT

HEAVY = {"alembic", "asyncio", "datasette", "httpx", "lxml", "msgspec", "sqlalchemy", "sqlite_utils", "tabulate"}
OUR_HEAVY = {"catalog.readers", "catalog.links", "catalog.load", "catalog.models", "catalog.migrate"}
WITHOUT_LINKS = OUR_HEAVY - {"catalog.links"}

_RUN = """
import sys
from catalog.cli import main
try:
    main(sys.argv[1:])
finally:
    print(*sorted(sys.modules), file=sys.stderr)
"""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small catalogue."""
    return good_catalogue(tmp_path_factory.mktemp("start") / "catalog.db")


def modules(*arguments: str | Path) -> set[str]:
    """Run a command and return what it had imported at its end."""
    done = subprocess.run(
        [sys.executable, "-c", _RUN, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout
    return set(done.stderr.split())


def test_help_imports_nothing_heavy() -> None:
    assert modules("--help") & (HEAVY | OUR_HEAVY) == set()


def test_search_imports_nothing_heavy(database: Path) -> None:
    imported = modules("search", "moss", "-d", database)

    assert imported & (HEAVY | OUR_HEAVY) == {"sqlite_utils"}, "it quotes the words"
    assert "catalog.fetch.command" not in imported, "another command"


def test_show_needs_the_links_to_tell_an_address_and_no_table(database: Path) -> None:
    assert modules("show", "1", "-d", database) & (HEAVY | WITHOUT_LINKS) == set()


@pytest.mark.slow
def test_check_reads_no_document(database: Path) -> None:
    imported = modules("check", database)

    assert "sqlalchemy" in imported, "the list of heavy modules is that of their real names"
    assert imported & {"lxml", "catalog.readers", "datasette", "sqlite_utils", "alembic"} == set()


@pytest.mark.slow
def test_load_into_a_file_that_is_there_runs_no_migration(database: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text("Daily Papers\n\nMar 4\n\nMoss-Net: Counting\n\nMoss grows slowly. We count it on stones.\n")

    assert "alembic" not in modules("load", page, "-d", database)
