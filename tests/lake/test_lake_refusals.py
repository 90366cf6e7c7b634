"""What a person can get wrong with a lake ends in one sentence, and changes nothing. No Spark is started here."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from catalog.cli import main
from catalog.database import known_revisions
from catalog.lake.layout import FORMAT, Lake, Manifest
from tests.lake.conftest import require_spark


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["lake", *map(str, arguments)])


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.txt"
    path.write_text("a page", encoding="utf-8")
    return path


def manifest(**changes: object) -> Manifest:
    values: dict[str, object] = {
        "format": FORMAT,
        "catalogue_version": "0.1.0",
        "schema_revision": known_revisions()[-1],
        "build": 1,
        "document_count": 0,
        "tables_folder": "tables-000001",
        "evidence": [],
        "row_counts": {},
        "files": {},
    }
    return Manifest(**{**values, **changes})  # type: ignore[arg-type]


def test_no_such_lake(tmp_path: Path) -> None:
    refused = run("export", tmp_path / "lake", "-d", tmp_path / "lake.db")
    assert refused.exit_code == 66
    assert "is no lake (it has no manifest.json)" in refused.output


def test_a_lake_of_another_revision(tmp_path: Path) -> None:
    Lake(tmp_path).commit(manifest(schema_revision="0001"))
    refused = run("export", tmp_path, "-d", tmp_path / "lake.db")
    assert refused.exit_code == 78
    assert "is a lake of schema revision '0001' and this version needs" in refused.output


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"format": "other"}'])
def test_a_manifest_that_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "manifest.json").write_bytes(content)
    refused = run("export", tmp_path, "-d", tmp_path / "lake.db")
    assert refused.exit_code == 78
    assert "is no manifest of this version's lakes" in refused.output


def test_a_lake_of_an_earlier_format(tmp_path: Path) -> None:
    Lake(tmp_path).commit(manifest(format="paper-catalogue-lake/1"))
    refused = run("export", tmp_path, "-d", tmp_path / "lake.db")
    assert refused.exit_code == 78
    assert f"(its format is 'paper-catalogue-lake/1', not '{FORMAT}'); name another folder, or build" in refused.output


@pytest.mark.parametrize("name", ["../elsewhere", "/etc", "tables-000001/../../elsewhere"])
def test_a_manifest_that_leads_out_of_the_lake(tmp_path: Path, name: str) -> None:
    Lake(tmp_path).commit(manifest(tables_folder=name))
    refused = run("export", tmp_path, "-d", tmp_path / "lake.db")
    assert refused.exit_code == 78
    assert "outside of the lake" in refused.output


def test_a_folder_of_other_files(tmp_path: Path, page: Path) -> None:
    refused = run("build", page, "--out", tmp_path)
    assert refused.exit_code == 73
    assert "holds other files and is no lake" in refused.output
    assert page.read_text(encoding="utf-8") == "a page"


@pytest.mark.parametrize("name", ["lake*", "la[k]e", "{lake}", "la:ke"])
def test_a_path_that_spark_takes_for_a_pattern(tmp_path: Path, page: Path, name: str) -> None:
    refused = run("build", page, "--out", tmp_path / name)
    assert refused.exit_code == 2
    assert "in a path for part of a pattern" in refused.output
    assert not (tmp_path / name).exists()


def test_two_builds_at_once(tmp_path: Path, page: Path) -> None:
    lake = Lake(tmp_path / "lake")
    with lake.alone():
        refused = run("build", page, "--out", lake.folder)
    assert refused.exit_code == 75
    assert "another build is at work there" in refused.output


def test_standard_input(tmp_path: Path) -> None:
    refused = run("build", "-", "--out", tmp_path / "lake")
    assert refused.exit_code == 2
    assert "no standard input" in refused.output


@pytest.mark.parametrize("condition", ["year", "year=24", "year=", "owner=", "title=Moss", "year=2024 OR 1=1"])
def test_a_condition_that_is_none(tmp_path: Path, condition: str) -> None:
    refused = run("export", tmp_path / "lake", "--where", condition)
    assert refused.exit_code == 2


def test_a_setting_that_is_none(tmp_path: Path, page: Path) -> None:
    assert run("build", page, "--out", tmp_path / "lake", "--conf", "memory=1g").exit_code == 2


def test_an_export_over_a_file(tmp_path: Path, page: Path) -> None:
    Lake(tmp_path / "lake").folder.mkdir()
    Lake(tmp_path / "lake").commit(manifest())
    refused = run("export", tmp_path / "lake", "-d", page)
    assert refused.exit_code == 73
    assert "is there already" in refused.output


def test_an_export_needs_no_spark() -> None:
    without = "import sys; sys.modules['pyspark'] = None; import catalog.lake.export, catalog.lake.slices"
    assert subprocess.run([sys.executable, "-c", without], check=False).returncode == 0


def test_no_java(tmp_path: Path, page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyspark")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "nowhere"))
    refused = run("build", page, "--out", tmp_path / "lake")
    assert refused.exit_code == 1
    assert "Spark needs Java 17 or newer, and there is none in JAVA_HOME" in refused.output


def test_nobody_at_the_master(tmp_path: Path, page: Path) -> None:
    require_spark()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: whoever connects is refused
        address = f"spark://127.0.0.1:{taken.getsockname()[1]}"
        refused = run("build", page, "--out", tmp_path / "lake", "--master", address)
    assert refused.exit_code == 74
    assert f"{address}: nobody answers there" in refused.output


def test_what_java_says_is_told_and_logged(tmp_path: Path) -> None:
    pytest.importorskip("pyspark")
    from py4j.protocol import Py4JError

    from catalog.errors import CatalogError
    from catalog.lake.session import told_as_sentence

    log = tmp_path / "spark.log"
    raised = "An error occurred while calling o931.parquet.\n: org.invented.TooLarge: The table is large.\n\tat moss"
    with pytest.raises(CatalogError) as told, told_as_sentence("The build", log):
        raise Py4JError(raised)
    assert str(told.value) == (
        "The build failed in Spark (org.invented.TooLarge: The table is large), so nothing was changed; "
        f"{log} says more."
    )
    assert log.read_text(encoding="utf-8") == f"{raised}\n"
