"""Exported questions: each gives what the site answers, with the types that its columns have."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from catalog.export.sources import table_names
from catalog.questions import NAMES
from catalog.serve import DATABASE_NAME, site
from tests.exported import csv_cells, export, jsonl_rows, parquet_rows
from tests.question_example import KITE, make_question_catalogue
from tests.site_example import Get, getter

ADDRESS = "http://localhost"
GIVEN = {"search": {"words": "kite", "most": "1"}, "feed_of_search": {"words": 'kite "flies in'}}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_question_catalogue(tmp_path_factory.mktemp("library") / "catalog.db")


@pytest.fixture(scope="module")
def ask(library: Path) -> Iterator[Get]:
    datasette = site(library)
    yield getter(datasette)
    datasette.get_database(DATABASE_NAME).close()


def settings(name: str) -> list[str]:
    given = dict(GIVEN.get(name, {}))
    if name.startswith("feed_"):
        given["_site_address"] = ADDRESS
    return [word for parameter, value in given.items() for word in ("--set", f"{parameter}={value}")]


@pytest.mark.parametrize("name", NAMES)
def test_a_question_gives_what_the_site_answers(library: Path, ask: Get, tmp_path: Path, name: str) -> None:
    for ending in ("csv", "jsonl", "parquet"):
        done = export(library, tmp_path, "--format", ending, "--question", name, *settings(name))
        assert (done.exit_code, done.output) == (0, f"Wrote 1 file to {tmp_path}.\n")

    answered = ask(f"/catalog/{name}.json", params={**GIVEN.get(name, {}), "_shape": "arrays"}).json()
    said: list[tuple[Any, ...]] = [tuple(row) for row in answered["rows"]]
    assert said, "an answer of nothing compares nothing"
    assert csv_cells(tmp_path / f"{name}.csv")[0] == answered["columns"]
    for found in (jsonl_rows(tmp_path / f"{name}.jsonl"), parquet_rows(tmp_path / f"{name}.parquet")):
        assert found == said
        assert [[type(value) for value in row] for row in found] == [[type(value) for value in row] for row in said]
    assert pyarrow.parquet.read_schema(tmp_path / f"{name}.parquet").names == answered["columns"]
    on_site = ask(f"/catalog/{name}.csv", params=GIVEN.get(name, {})).text
    assert csv_cells(tmp_path / f"{name}.csv") == list(csv.reader(io.StringIO(on_site, newline="")))


def test_a_question_is_asked_with_what_is_given_and_the_rest_is_empty(library: Path, tmp_path: Path) -> None:
    hostile = "' OR 1=1; DROP TABLE papers; --"
    for value, count in ((KITE.title, 1), (hostile, 0)):
        out = tmp_path / "out.jsonl"
        done = export(
            library, "--format", "jsonl", "--question", "rank_over_time", "--set", f"paper={value}", "-o", out
        )
        assert (done.exit_code, done.output) == (0, f"Wrote {out}.\n")
        assert (len(jsonl_rows(out)) > 0) == bool(count)


def test_several_questions_and_tables_go_into_one_folder(library: Path, tmp_path: Path) -> None:
    names = (
        "--table",
        "papers",
        "--table",
        "papers",
        "--question",
        "papers_per_year",
        "--question",
        "papers_with_code",
    )
    done = export(library, tmp_path / "out", "--format", "csv", *names, "--set", "year=2026")
    assert (done.exit_code, done.output) == (0, f"Wrote 3 files to {tmp_path / 'out'}.\n")
    years = {cells[1][:4] for cells in csv_cells(tmp_path / "out" / "papers_with_code.csv")[1:]}
    assert years == {"2026"}
    assert len(csv_cells(tmp_path / "out" / "papers_per_year.csv")) > 2


def test_no_question_has_the_name_of_a_table() -> None:
    assert not set(NAMES) & set(table_names())
