"""What several tests need: the real pages where they are at hand, and catalogues made by the real load."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from datasette.app import Datasette

    from tests.site_example import Get

# An example that takes long says something of the machine, and tests of time have means of their own.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"

CONTENT_TABLES = (
    "source_documents",
    "digests",
    "papers",
    "paper_variants",
    "digest_entries",
    "paper_records",
    "authors",
    "paper_authors",
    "paper_categories",
    "repositories",
    "links",
    "paper_links",
    "paper_link_roles",
    "link_assertions",
    "rejects",
)
"""Every table that no clock and no order of loading may reach."""

# A wheel's driver lacks what the site needs of Python's own, and installations choose their own SQLite.
collect_ignore_glob = (
    [] if hasattr(sqlite3, "SQLITE_LIMIT_LENGTH") else ["test_site*.py", "test_readme.py", "test_wheel.py"]
)

VARIANTS_BY_DOCUMENT = """
SELECT DISTINCT source_documents.name AS document, paper_variants.title, paper_variants.abstract, paper_variants.authors
FROM (
  SELECT source_document_id, title_variant_id, abstract_variant_id, authors_variant_id
  FROM digest_entries JOIN digests ON digests.id = digest_id
  UNION ALL
  SELECT source_document_id, title_variant_id, abstract_variant_id, authors_variant_id FROM paper_records
) AS mention
JOIN paper_variants ON paper_variants.id IN (title_variant_id, abstract_variant_id, authors_variant_id)
JOIN source_documents ON source_documents.id = source_document_id
ORDER BY 1, 2, 3, 4
"""
"""Which document gave which text that its paper does not show."""

LONGEST = (
    "test_site_browser",
    "test_faults",
    "test_release",
    "test_merge",
    "test_release_safety",
    "test_site_attacks",
    "test_site_walk",
    "test_diff",
    "test_wheel",
    "test_readme",
    "test_deployment_restart",
    "test_load_troubles",
)
"""The files whose tests take longest in one worker, the longest first."""

Query = Callable[..., list[tuple[Any, ...]]]


def pytest_report_header() -> str:
    """Say which SQLite the tests run on, and what they leave out on it."""
    left_out = f", left out: {', '.join(collect_ignore_glob)}" if collect_ignore_glob else ""
    return f"SQLite {sqlite3.sqlite_version}{left_out}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take longest first, so that no worker is left with one at the end."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(places)))


@pytest.fixture(autouse=True)
def _no_clock_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)


@pytest.fixture(scope="session")
def pages() -> list[Path]:
    """The five real pages, in order."""
    found = sorted((SHARED / "seeds").glob("*.txt"))
    if not found:
        pytest.skip("the five real pages are not at hand")
    return found


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Where a test's catalogue goes; nothing is there yet."""
    return tmp_path / "catalog.db"


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue without documents, made by the migrations; tests copy it."""
    from tests.catalogues import empty_catalogue

    return empty_catalogue(tmp_path_factory.mktemp("empty") / "catalog.db")


@pytest.fixture
def query(database: Path) -> Query:
    """Ask the test's catalogue with plain sqlite3."""

    def ask(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        return rows(database, sql, *parameters)

    return ask


def rows(database: Path, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Return the rows of a query on a file, read without the code under test."""
    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        return connection.execute(sql, parameters).fetchall()


def dump(database: Path, without: dict[str, tuple[str, ...]] | None = None) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every content table, leaving out the columns that `without` names by table."""
    content = {}
    for table in CONTENT_TABLES:
        left_out = (without or {}).get(table, ())
        columns = [name for (name,) in rows(database, f"SELECT name FROM pragma_table_info('{table}')")]
        kept = ", ".join(f'"{name}"' for name in columns if name not in left_out)
        content[table] = rows(database, f"SELECT {kept} FROM {table} ORDER BY 1, 2")
    return content


# The site. Datasette is imported late: most tests need none of it, and it is slow to import.


@pytest.fixture(scope="session")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small catalogue that the tests of the site show; nobody may write to it."""
    from tests.site_example import make_catalogue

    return make_catalogue(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="session")
def published(catalogue: Path) -> Iterator[Datasette]:
    """The site of that catalogue, as `catalog serve` runs it."""
    from catalog.serve import DATABASE_NAME, site

    datasette = site(catalogue)
    yield datasette
    datasette.get_database(DATABASE_NAME).close()


@pytest.fixture(scope="session")
def get(published: Datasette) -> Get:
    """Ask the site for an address through Datasette's own client."""
    from tests.site_example import getter

    return getter(published)
