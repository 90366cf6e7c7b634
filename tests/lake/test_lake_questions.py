"""The questions asked of a lake, in DuckDB and in Spark SQL: the rows that SQLite gives, or a reason why not."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from benchmarks.made.documents import made_documents
from catalog.documents import find_documents
from catalog.errors import CatalogError
from catalog.load import load_documents, load_terms
from catalog.models import metadata
from catalog.questions import NAMES
from tests.conftest import ROOT
from tests.question_example import ADDRESS, ODD, answers, make_question_catalogue, question
from tests.sampling import sample
from tests.test_questions import EXAMPLES, NAMING

pytest.importorskip("duckdb", reason="DuckDB is not installed")
pytest.importorskip("sqlglot", reason="sqlglot is not installed")
pytest.importorskip("pyarrow", reason="pyarrow is not installed")

from catalog.lake.questions import NOT_ASKED, ask_duckdb, ask_spark, lake_sql, open_in_duckdb, open_in_spark
from tests.lake.lakes import LEFT_OUT, lake_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from pyspark.sql import SparkSession

ASKED = [name for name in NAMES if name not in NOT_ASKED]
UNANSWERED = ("new_in_digest",)
"""The last of the made digests lists nothing new; others and the catalogue of kites do."""
TABLES = tuple(name for name in sorted(metadata.tables) if name not in LEFT_OUT)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalogue of kites."""
    return make_question_catalogue(tmp_path_factory.mktemp("questions") / "catalog.db")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue of made digests: every question has many rows, many of them alike."""
    folder = tmp_path_factory.mktemp("made")
    for name, content in made_documents(400, seed=7):
        (folder / name).write_bytes(content)
    path = tmp_path_factory.mktemp("large") / "catalog.db"
    list(load_documents(find_documents([folder]), path, load_terms(as_of=date(2026, 7, 1)), on_error=pytest.fail))
    return path


@pytest.fixture(scope="module")
def duckdb(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBPyConnection]:
    with closing(open_in_duckdb(lake_of(library, tmp_path_factory.mktemp("kites"), TABLES))) as connection:
        yield connection


@pytest.fixture(scope="module")
def large_lake(large: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lake_of(large, tmp_path_factory.mktemp("lake"), TABLES)


@pytest.fixture(scope="module")
def spark(session: SparkSession) -> SparkSession:
    """A session with views of its own."""
    return session.newSession()


def same(path: Path, name: str, found: list[dict[str, Any]], **asked: str) -> bool:
    """Whether `found` are the rows of SQLite, in their order and with their types: 2.0 is no 2."""
    return repr(found) == repr(answers(path, name, **asked))


def known(path: Path) -> dict[str, str]:
    """What a person would ask of a catalogue: things that are in it."""
    with closing(sqlite3.connect(path)) as connection:

        def one(sql: str) -> str:
            ((value,),) = connection.execute(sql)
            return str(value)

        in_most = "SELECT {0} FROM {1} WHERE {0} IS NOT NULL GROUP BY {0} ORDER BY count(*) DESC, {0} LIMIT 1"
        return {
            "year": one(in_most.format("publication_year", "papers")),
            "digest": one("SELECT name FROM digests WHERE digest_date IS NOT NULL ORDER BY id LIMIT 1"),
            "paper": one("SELECT upper(title) FROM papers WHERE digest_count > 2 ORDER BY id LIMIT 1"),
            "owner": one(in_most.format("owner", "repositories")).upper(),
            "repository": "",
        }


def asked_of(path: Path, name: str) -> list[dict[str, str]]:
    """The question without parameters, and with what is there."""
    there = {key: value for key, value in known(path).items() if key in question(name).parameters}
    return [{}, there] if there else [{}]


def test_every_question_is_asked_of_a_lake_or_the_docs_say_why_not() -> None:
    page = (ROOT / "docs" / "lake-questions.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(\w+)` \| (.+?) \|$", page, re.MULTILINE)
    assert {name: reason for name, reason in listed if name in NAMES} == NOT_ASKED
    for name in NOT_ASKED:
        with pytest.raises(CatalogError, match="cannot be asked of a lake"):
            lake_sql(name, "duckdb")
    for name in NAMES:
        assert ("papers_fts match escape_fts(" in question(name).sql) == (name in NOT_ASKED), name


@pytest.mark.parametrize(("name", "asked", "expected"), EXAMPLES, ids=lambda value: str(value)[:40])
def test_duckdb_gives_the_answers_told_by_hand(
    duckdb: DuckDBPyConnection, name: str, asked: dict[str, str], expected: list[tuple[Any, ...]]
) -> None:
    if name not in NOT_ASKED:
        assert [tuple(row.values()) for row in ask_duckdb(duckdb, name, asked)] == expected


def test_duckdb_gives_the_rows_of_sqlite(large: Path, large_lake: Path) -> None:
    with closing(open_in_duckdb(large_lake)) as connection:
        for name in ASKED:
            for asked in asked_of(large, name):
                found = ask_duckdb(connection, name, {"_site_address": ADDRESS, **asked})
                assert found or (name in UNANSWERED and not asked), name
                assert same(large, name, found, **asked), (name, asked)


@pytest.fixture(scope="module")
def large_spark(spark: SparkSession, large_lake: Path) -> SparkSession:
    """The lake of made digests in Spark."""
    open_in_spark(spark, large_lake)
    return spark


@pytest.mark.parametrize("name", sample(ASKED, 4))
def test_spark_gives_the_rows_of_sqlite(large_spark: SparkSession, large: Path, name: str) -> None:
    for asked in asked_of(large, name):
        found = ask_spark(large_spark, name, {"_site_address": ADDRESS, **asked})
        assert found or (name in UNANSWERED and not asked)
        assert same(large, name, found, **asked), asked


@pytest.mark.slow
def test_spark_gives_the_answers_told_by_hand_and_nothing_for_odd_parameters(
    session: SparkSession, library: Path, tmp_path: Path
) -> None:
    kites = session.newSession()
    open_in_spark(kites, lake_of(library, tmp_path / "lake", TABLES))
    for name, asked, expected in EXAMPLES:
        if name not in NOT_ASKED:
            assert [tuple(row.values()) for row in ask_spark(kites, name, asked)] == expected, (name, asked)
    for name, parameter in NAMING:
        if name not in NOT_ASKED:
            for odd in ODD[::4]:
                assert ask_spark(kites, name, {parameter: odd}) == [], (name, parameter, ascii(odd[:30]))


@pytest.mark.parametrize(
    ("name", "parameter"),
    sample([pair for pair in NAMING if pair[0] not in NOT_ASKED], 3),
    ids=lambda value: str(value),
)
def test_an_odd_parameter_finds_nothing_in_duckdb_and_is_no_error(
    duckdb: DuckDBPyConnection, name: str, parameter: str
) -> None:
    for odd in ODD:
        assert ask_duckdb(duckdb, name, {parameter: odd}) == [], ascii(odd[:30])


@given(text=st.text() | st.text("KITESkitesHARPharp0123456789 \t\x00", max_size=40))
@example(text="HARPS FOR THE deaf")
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_duckdb_finds_what_sqlite_finds_for_any_text(duckdb: DuckDBPyConnection, library: Path, text: str) -> None:
    for name, parameter in NAMING:
        if name not in NOT_ASKED:
            asked = {parameter: text.encode("utf-8", "replace").decode()}
            assert same(library, name, ask_duckdb(duckdb, name, asked), **asked)


def test_a_view_has_the_columns_of_its_table(large: Path, large_lake: Path) -> None:
    with closing(open_in_duckdb(large_lake)) as connection, closing(sqlite3.connect(large)) as catalogue:
        for table in TABLES:
            listed = [name for name, *_ in connection.execute(f"DESCRIBE {table}").fetchall()]
            assert listed == list(metadata.tables[table].columns.keys())
            key = ", ".join(column.name for column in metadata.tables[table].primary_key)
            sql = f"SELECT {', '.join(listed)} FROM {table} ORDER BY {key}"
            assert connection.execute(sql).fetchall() == catalogue.execute(sql).fetchall(), table


def test_a_folder_that_is_no_lake_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="is no lake"):
        open_in_duckdb(tmp_path)


def test_the_docs_run_in_duckdb(
    large_lake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    in_duckdb, _ = examples()
    (tmp_path / "my-lake").symlink_to(large_lake)
    monkeypatch.chdir(tmp_path)
    exec(in_duckdb, {})
    said = capsys.readouterr().out
    assert "github.com" in said


@pytest.mark.slow
def test_the_docs_run_in_spark(
    session: SparkSession,
    library: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, in_spark = examples()
    lake_of(library, tmp_path / "my-lake", TABLES)
    monkeypatch.chdir(tmp_path)
    exec(in_spark, {})
    said = capsys.readouterr().out
    assert "github.com" in said
    assert "Kites That Steer Themselves invented-lab/kite, kite-fans/kite" in said


def examples() -> list[str]:
    page = (ROOT / "docs" / "lake-questions.md").read_text(encoding="utf-8")
    return re.findall(r"```python\n(.+?)```", page, re.DOTALL)
