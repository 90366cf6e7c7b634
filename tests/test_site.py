"""The site as it is served: a file of any name, the same under a plain Datasette, refused files, tables in order."""

from __future__ import annotations

import re
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import yaml
from datasette.app import Datasette

import catalog.site
from catalog.errors import CatalogError
from catalog.resources import resource
from catalog.serve import DATABASE_NAME, site
from tests.site_example import Get, getter


@pytest.fixture(scope="module")
def settings() -> dict[str, Any]:
    """What metadata.yml says of the one database."""
    content = yaml.safe_load(resource("metadata.yml").read_text(encoding="utf-8"))
    return dict(content["databases"][DATABASE_NAME])


def test_internal_tables_are_hidden(get: Get) -> None:
    listing = get("/catalog.json").json()["tables"]
    hidden = {table["name"] for table in listing if table["hidden"]}
    assert hidden == {
        "alembic_version",
        *(table["name"] for table in listing if table["name"].startswith("papers_fts")),
    }
    assert len(hidden) > 4
    page = get("/catalog").text
    assert "papers_fts" not in page
    assert "alembic_version" not in page


def test_tables_stand_in_the_order_of_metadata(get: Get, settings: dict[str, Any]) -> None:
    listing = get("/catalog").text.split('id="tables"')[1].split("</ul>")[0]
    links = re.findall(r'<a href="/catalog/(\w+)">', listing)
    visible = [name for name, table in settings["tables"].items() if not table.get("hidden")]
    assert links == visible


def test_a_file_of_any_name_is_the_catalogue(catalogue: Path, get: Get) -> None:
    assert catalogue.name == "my-papers.db"
    assert get("/catalog/papers").status_code == 200
    assert list(get("/.json").json()) == [DATABASE_NAME]


def test_a_plain_datasette_shows_the_same_site(tmp_path: Path, catalogue: Path, get: Get) -> None:
    folder = tmp_path / "site"
    shutil.copytree(Path(catalog.site.__file__).parent, folder)
    shutil.copy(resource("metadata.yml"), folder)
    shutil.copy(catalogue, folder / "catalog.db")
    plain = Datasette(config_dir=folder)
    assert plain.setting("default_page_size") == 25
    for path in ("/catalog/papers", "/catalog/papers/1"):
        assert _without_times(getter(plain)(path).text) == _without_times(get(path).text)


def _without_times(page: str) -> str:
    return re.sub(r"Queries took [\d.]+ms", "", page)


def test_a_file_that_is_no_catalogue_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="does not exist"):
        site(tmp_path / "none.db")
    other = tmp_path / "other.db"
    sqlite3.connect(other).executescript("create table x (y)")
    with pytest.raises(CatalogError, match="another application"):
        site(other)


def test_a_file_in_wal_mode_is_refused(tmp_path: Path, catalogue: Path) -> None:
    path = tmp_path / "wal.db"
    shutil.copy(catalogue, path)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    with pytest.raises(CatalogError, match="WAL mode"):
        site(path)
