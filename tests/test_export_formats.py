"""Exported values survive: what CSV, JSON Lines and Parquet hold is what SQLite says, and no spreadsheet runs it."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.export import parquet_file
from catalog.export.csv_file import write_csv
from catalog.export.jsonl_file import write_jsonl
from catalog.export.parquet_file import write_parquet
from catalog.export.rows import Rows
from catalog.export.sources import Column, table_names
from catalog.export.spreadsheets import armed, defused
from catalog.models import metadata
from catalog.site.plugins import streams
from tests.conftest import rows
from tests.exported import as_cells, csv_cells, csv_rows, export, jsonl_rows, nulls, parquet_rows
from tests.question_example import make_question_catalogue

FIRST = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
TEXTS = st.one_of(
    st.text(max_size=20),
    st.builds("".join, st.tuples(st.sampled_from(["", "'", "''"]), st.sampled_from(FIRST), st.text(max_size=20))),
    st.text(alphabet="\",\r\n'; \0", max_size=8),
    st.integers().map(str),
)
ROWS = st.lists(
    st.tuples(
        st.integers(-(2**63), 2**63 - 1),
        st.none() | st.integers(-(2**63), 2**63 - 1),
        st.none() | st.floats(allow_nan=False, allow_infinity=False),
        TEXTS,
        st.none() | TEXTS,
    ),
    max_size=5,
)
COLUMNS = (
    Column("id", "integer", is_required=True),
    Column("count", "integer"),
    Column("share", "real"),
    Column("title", "text", is_required=True, comment="As a source prints it"),
    Column("=note", "text"),
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_question_catalogue(tmp_path_factory.mktemp("library") / "catalog.db")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("formats")


def stored(values: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return the rows as SQLite gives them back: it knows one zero alone."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE made (id INTEGER, count INTEGER, share REAL, title TEXT, note TEXT)")
        connection.executemany("INSERT INTO made VALUES (?, ?, ?, ?, ?)", values)
        return connection.execute("SELECT * FROM made ORDER BY rowid").fetchall()


def kinds(values: list[tuple[Any, ...]]) -> list[list[type]]:
    return [[type(value) for value in row] for row in values]


def source(values: list[tuple[Any, ...]]) -> Rows:
    return Rows("Made rows", COLUMNS, iter(values))


@settings(deadline=None, max_examples=40)
@given(ROWS)
def test_every_value_comes_back(folder: Path, values: list[tuple[Any, ...]]) -> None:
    said = stored(values)
    for name, write in (("csv", write_csv), ("jsonl", write_jsonl), ("parquet", write_parquet)):
        with (folder / f"made.{name}").open("wb") as file:
            write(file, source(said))

    assert csv_rows(folder / "made.csv") == as_cells(said)
    assert jsonl_rows(folder / "made.jsonl") == said
    assert parquet_rows(folder / "made.parquet") == said
    assert kinds(jsonl_rows(folder / "made.jsonl")) == kinds(parquet_rows(folder / "made.parquet")) == kinds(said)


def test_null_is_nothing_and_an_empty_text_is_two_quotes(tmp_path: Path) -> None:
    values = [(1, None, None, "", None), (2, 0, -0.5, "a\r\n\"b\", 'c'", ""), (3, None, 1e300, "\u2028🪁", "x")]
    path = tmp_path / "made.csv"
    with path.open("wb") as file:
        write_csv(file, source(values))

    assert path.read_bytes().startswith(b'"id","count","share","title","\'=note"\r\n1,,,"",\r\n2,0,-0.5,"a\r\n""b"", ')
    assert nulls(path) == [tuple(value is None for value in row) for row in values]


def test_a_number_that_json_cannot_write_is_null(tmp_path: Path) -> None:
    out = io.BytesIO()
    write_jsonl(out, Rows("", (Column("share", "real"),), iter([(float("inf"),), (float("-inf"),)])))
    assert out.getvalue() == b'{"share":null}\n{"share":null}\n'


@settings(deadline=None)
@given(TEXTS)
def test_a_cell_is_defused_as_on_the_site_and_can_be_had_back(text: str) -> None:
    cell = defused(text)

    written = io.StringIO()
    csv.writer(written).writerow(["x", text])
    ((_, on_site),) = csv.reader(io.StringIO(streams.defused(written.getvalue()), newline=""))
    assert cell == on_site
    assert armed(cell) == text


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", "\n=1", "-", "\uff1d1", "'=1"])
def test_what_a_spreadsheet_would_run_is_text(text: str) -> None:
    assert defused(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-3", "+4.5", "-1e-07", "2401.01234", "it's", "a=b", "", "'quoted'"])
def test_numbers_and_harmless_texts_stay(text: str) -> None:
    assert defused(text) == text
    assert armed(text) == text


def test_parquet_has_types_nullability_comments_and_groups_of_bounded_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_file, "CHARACTERS_IN_GROUP", 4_000)
    path = tmp_path / "made.parquet"
    long = "x" * 1_000
    with path.open("wb") as file:
        write_parquet(file, source([(number, None, None, long, None) for number in range(12)]))

    with pyarrow.parquet.ParquetFile(path) as read:
        assert [(field.name, str(field.type), field.nullable) for field in read.schema_arrow] == [
            ("id", "int64", False),
            ("count", "int64", True),
            ("share", "double", True),
            ("title", "string", False),
            ("=note", "string", True),
        ]
        assert read.schema_arrow.metadata[b"comment"] == b"Made rows"
        assert read.schema_arrow.field("title").metadata[b"comment"] == b"As a source prints it"
        groups = [read.metadata.row_group(number) for number in range(read.num_row_groups)]
    assert [group.num_rows for group in groups] == [5, 5, 2]
    assert {groups[0].column(number).compression for number in range(5)} == {"ZSTD"}


@pytest.fixture(scope="module")
def exported(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All tables in each format."""
    folder = tmp_path_factory.mktemp("exported")
    for name in ("csv", "jsonl", "parquet"):
        done = export(library, folder / name, "--format", name)
        assert (done.exit_code, done.output) == (0, f"Wrote {len(table_names())} files to {folder / name}.\n")
    return folder


def queried(library: Path) -> list[str]:
    """The tables that a person with nothing but sqlite3 would name."""
    kinds = rows(library, "SELECT name, type FROM pragma_table_list WHERE schema = 'main'")
    return sorted(n for n, kind in kinds if kind == "table" and n != "alembic_version" and "sqlite_" not in n)


def test_every_table_is_one_file(library: Path, exported: Path) -> None:
    for name in ("csv", "jsonl", "parquet"):
        assert sorted(path.name for path in (exported / name).iterdir()) == [f"{t}.{name}" for t in queried(library)]


def _statements(library: Path) -> Iterator[tuple[str, list[str], list[tuple[Any, ...]]]]:
    for table in queried(library):
        names = [name for (name,) in rows(library, f"SELECT name FROM pragma_table_xinfo('{table}')")]
        key = rows(library, f"SELECT name FROM pragma_table_xinfo('{table}') WHERE pk ORDER BY pk")
        yield table, names, rows(library, f"SELECT * FROM {table} ORDER BY {', '.join(name for (name,) in key)}")


def test_every_table_holds_what_sqlite_says(library: Path, exported: Path) -> None:
    filled = 0
    for table, names, said in _statements(library):
        filled += bool(said)
        assert csv_cells(exported / "csv" / f"{table}.csv")[0] == names
        assert csv_rows(exported / "csv" / f"{table}.csv") == as_cells(said)
        assert jsonl_rows(exported / "jsonl" / f"{table}.jsonl") == said
        assert parquet_rows(exported / "parquet" / f"{table}.parquet") == said
        if said:
            assert nulls(exported / "csv" / f"{table}.csv") == [tuple(v is None for v in row) for row in said]
    assert filled > 12


def test_the_schema_of_parquet_is_that_of_the_table(library: Path, exported: Path) -> None:
    for table in queried(library):
        schema = pyarrow.parquet.read_schema(exported / "parquet" / f"{table}.parquet")
        declared = rows(library, f"SELECT name, type, \"notnull\" FROM pragma_table_xinfo('{table}') ORDER BY cid")
        kinds = {pyarrow.int64(): "INTEGER", pyarrow.string(): "TEXT"}
        assert [(field.name, kinds[field.type], int(not field.nullable)) for field in schema] == [
            # A computed column has no rule of its own that it is never null.
            (name, kind, 1 if name == "recency" else required)
            for name, kind, required in declared
        ]
        for field in schema:
            assert field.metadata[b"comment"].decode() == metadata.tables[table].c[field.name].comment


def test_exporting_again_gives_the_same_bytes(library: Path, exported: Path, tmp_path: Path) -> None:
    for name in ("csv", "jsonl", "parquet"):
        assert export(library, "--format", name, "--table", "papers", "-o", tmp_path / "again").exit_code == 0
        assert (tmp_path / "again").read_bytes() == (exported / name / f"papers.{name}").read_bytes()
