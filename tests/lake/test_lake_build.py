"""`catalog lake`: the lake of documents, grown and exported, is the catalogue that a load makes of them."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from click.testing import CliRunner, Result

from benchmarks.made_digests import made_documents
from catalog.checks import check_catalog
from catalog.cli import main
from catalog.documents import find_documents
from catalog.lake.layout import TABLES, Lake
from catalog.load import load_documents, load_terms
from catalog.models import metadata
from tests.conftest import SHARED, rows
from tests.contents import contents

pytestmark = pytest.mark.xdist_group("spark")

AS_OF = date(2026, 11, 20)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["lake", *map(str, arguments)])


def build(lake: Path, *sources: Path) -> Result:
    return run("build", *sources, "--out", lake, "--as-of", AS_OF.isoformat())


def loaded(database: Path, *sources: Path) -> Path:
    """Load the same documents into one file, as `catalog load` does."""
    paths = [path for path in find_documents(sources) if isinstance(path, Path)]
    list(load_documents(paths, database, load_terms(as_of=AS_OF), on_error=lambda fault: None))
    return database


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Invented documents of all kinds, and one that nobody can read."""
    folder = tmp_path_factory.mktemp("made")
    for name, content in made_documents(60, entries=90):
        (folder / name).write_bytes(content)
    (folder / "nothing.txt").write_bytes(b"")
    return folder


@pytest.fixture(scope="module")
def more(tmp_path_factory: pytest.TempPathFactory, made: Path) -> Path:
    """Further documents, the real pages and answers where they are at hand, and a copy under another name."""
    folder = tmp_path_factory.mktemp("more")
    for name, content in made_documents(40, seed=2):
        (folder / f"second-{name}").write_bytes(content)
    first = min(path for path in made.iterdir() if path.name != "nothing.txt")
    shutil.copy(first, folder / f"0-copy-of-{first.name}")
    for source in (SHARED / "seeds", SHARED / "inputs"):
        if source.exists():
            shutil.copytree(source, folder / source.name)
    return folder


@pytest.fixture(scope="module")
def lakes(session: Any, tmp_path_factory: pytest.TempPathFactory, made: Path, more: Path) -> dict[str, Any]:
    """A lake of all documents, and what was printed."""
    lake = tmp_path_factory.mktemp("lakes") / "lake"
    return {"lake": lake, "built": build(lake, made, more)}


def test_documents_that_cannot_be_read_are_told_and_the_others_are_there(
    lakes: dict[str, Any], made: Path, more: Path
) -> None:
    count = sum(path.is_file() for folder in (made, more) for path in folder.rglob("*")) - 1

    assert lakes["built"].exit_code == 1
    assert f"Read {count} new documents;" in lakes["built"].output
    assert "nothing.txt: is empty" in lakes["built"].output
    # The copy is another name of a document, and no other one.
    assert Lake(lakes["lake"]).manifest().document_count == count - 1


@pytest.mark.slow
def test_a_lake_grows_by_what_is_new(session: Any, tmp_path: Path, made: Path, more: Path) -> None:
    lake = tmp_path / "lake"
    build(lake, made)
    before = Lake(lake).manifest()

    assert "Read 0 new documents;" in build(lake, made).output
    assert Lake(lake).manifest() == before

    read = sum(path.is_file() for path in more.rglob("*"))
    assert f"Read {read} new documents;" in build(lake, made, more).output
    assert Lake(lake).manifest().document_count == before.document_count + read - 1
    assert run("export", lake, "-d", tmp_path / "lake.db").exit_code == 0
    assert contents(tmp_path / "lake.db") == contents(loaded(tmp_path / "load.db", made, more))


def test_an_export_is_what_a_load_makes(lakes: dict[str, Any], made: Path, more: Path, tmp_path: Path) -> None:
    exported = run("export", lakes["lake"], "-d", tmp_path / "lake.db")

    assert exported.exit_code == 0, exported.output
    of_lake, of_load = contents(tmp_path / "lake.db"), contents(loaded(tmp_path / "load.db", made, more))
    for about, facts in of_load.items():
        assert of_lake[about] == facts, about
    assert [result.name for result in check_catalog(tmp_path / "lake.db") if result.broken] == []


@pytest.mark.slow
def test_a_slice_is_what_a_load_of_its_documents_makes(
    lakes: dict[str, Any], made: Path, more: Path, tmp_path: Path
) -> None:
    whole = loaded(tmp_path / "whole.db", made, more)
    ((owner, _),) = rows(whole, "SELECT owner, count(*) FROM repositories GROUP BY owner ORDER BY 2 DESC, 1 LIMIT 1")

    exported = run("export", lakes["lake"], "-d", tmp_path / "slice.db", "--where", f"owner={owner.upper()}")

    assert exported.exit_code == 0, exported.output
    names = {name for (name,) in rows(tmp_path / "slice.db", "SELECT name FROM source_documents")}
    assert 0 < len(names) < len(rows(whole, "SELECT 1 FROM source_documents"))
    sources = [path for folder in (made, more) for path in folder.rglob("*") if path.name in names]
    # Copies of these documents under other names are no further documents.
    assert contents(tmp_path / "slice.db") == contents(loaded(tmp_path / "load.db", *sources))


def test_the_tables_have_the_columns_of_the_models(lakes: dict[str, Any]) -> None:
    manifest = Lake(lakes["lake"]).manifest()
    for name in TABLES:
        file = lakes["lake"] / manifest.files[name][0].path
        of_spark = json.loads(pyarrow.parquet.read_schema(file).metadata[b"org.apache.spark.sql.parquet.row.metadata"])
        comments = {field["name"]: field["metadata"].get("comment") for field in of_spark["fields"]}
        partition = {"publication_year"} if name == "papers" else set()
        assert comments == {
            column.name: column.comment for column in metadata.tables[name].columns if column.name not in partition
        }


def test_a_lake_that_was_changed_is_refused(lakes: dict[str, Any], tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    shutil.copytree(lakes["lake"], lake)
    manifest = Lake(lake).manifest()
    path = lake / manifest.files["papers"][0].path
    path.write_bytes(path.read_bytes()[:-1] + b"?")

    refused = run("export", lake, "-d", tmp_path / "lake.db")

    assert refused.exit_code == 65
    assert "is not as the manifest of the lake says" in refused.output
    assert not (tmp_path / "lake.db").exists()


def test_what_a_stopped_build_left_is_cleared(lakes: dict[str, Any], tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    shutil.copytree(lakes["lake"], lake)
    for left in ("tables-000009/papers", "staging-000009", "evidence/build=000009"):
        (lake / left).mkdir(parents=True)
        (lake / left / "part.parquet").write_bytes(b"half")
    manifest = Lake(lake).manifest()

    assert Lake(lake).clear(manifest)

    assert Lake(lake).manifest() == manifest
    assert not list(lake.rglob("*000009*"))
    assert not Lake(lake).clear(manifest)
