"""The schema: models, migrations and docs/schema.sql say the same, and keep the rules of the house."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from alembic.util.exc import CommandError
from datasette.utils import detect_fts
from sqlalchemy import CheckConstraint, Column, Index, MetaData, Table, Text, create_engine

from catalog import models
from catalog.check_views import check_views
from catalog.database import APPLICATION_ID, create_catalog_engine, known_revisions
from catalog.fresh import PATH, Fresh, fresh_catalogue, fresh_text
from catalog.migrate import alembic_config, create_catalog
from catalog.schema import schema_sql, table_parts
from tests.catalogues import damage, empty_catalogue, plain
from tests.conftest import ROOT, rows
from tests.revisions import schema_of

# No digest is ever deleted, and what asks for the assertions of a document has another index.
WITHOUT_INDEX = [("link_assertions", ["digest_id"])]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty catalogue as the migrations make it; tests only read it."""
    path = tmp_path_factory.mktemp("schema") / "catalog.db"
    create_catalog(path)
    return path


@pytest.fixture
def database(database: Path) -> Path:
    """The same for tests that change it."""
    empty_catalogue(database)
    return database


def schema_of_models() -> str:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        models.metadata.create_all(connection)
        for statement in check_views().values():
            connection.exec_driver_sql(statement)
        return schema_sql(connection)


def differences(one: str, other: str, *names: str) -> str:
    return "\n".join(difflib.unified_diff(one.splitlines(), other.splitlines(), *names, lineterm="", n=1))


# One schema, three times


def test_models_are_what_the_migrations_make(made: Path) -> None:
    assert not differences(schema_of_models(), schema_of(made), "catalog/models", "migrations")


def test_the_committed_schema_is_what_the_migrations_make(made: Path) -> None:
    committed = (ROOT / "docs" / "schema.sql").read_text(encoding="utf-8")

    difference = differences(committed, schema_of(made), "docs/schema.sql", "migrations")

    assert not difference, f"docs/schema.sql is out of date, run `make docs`:\n{difference}"


def test_the_package_knows_what_an_empty_file_holds(made: Path) -> None:
    engine = create_catalog_engine(made, read_only=True)
    with engine.connect() as connection:
        assert fresh_catalogue() == Fresh.of(connection), "catalog/fresh.json is out of date, run `make docs`"
    engine.dispose()


def test_what_the_package_knows_is_written_as_it_is_read() -> None:
    assert fresh_text(fresh_catalogue()) == PATH.read_text(encoding="utf-8")


def test_the_text_of_the_schema_makes_the_same_schema(made: Path, tmp_path: Path) -> None:
    text = schema_of(made)
    with plain(tmp_path / "copy.db") as connection:
        connection.executescript(text)

    assert schema_of(tmp_path / "copy.db") == text
    assert text.endswith(";\n")
    assert "papers_fts_data" not in text


def test_every_table_of_the_models_and_no_other_is_in_the_text(made: Path) -> None:
    named = re.findall(r"^CREATE TABLE (\w+) \($", schema_of(made), re.MULTILINE)

    assert named == sorted(models.metadata.tables)


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE papers ADD COLUMN note TEXT",
        "CREATE INDEX ix_papers_title ON papers (title)",
        "DROP INDEX ix_papers_publication_date",
        "DROP TRIGGER papers_au",
        "CREATE VIEW long_titles AS SELECT id FROM papers WHERE length(title) > 100",
        "CREATE TABLE notes (id INTEGER PRIMARY KEY)",
    ],
)
def test_the_text_shows_every_change(database: Path, made: Path, change: str) -> None:
    damage(database, change)

    assert schema_of(database) != schema_of(made)


def test_the_text_does_not_depend_on_how_a_table_was_made(database: Path, made: Path) -> None:
    (sql,) = rows(database, "SELECT sql FROM sqlite_master WHERE name = 'rejects'")[0]
    columns, constraints, ending = table_parts(sql)
    rewritten = ",\t".join([*columns, *reversed(constraints)])
    damage(
        database,
        "DROP INDEX ix_rejects_source_document_id",
        "DROP TABLE rejects",
        f'CREATE TABLE "rejects"({rewritten}\n)\n {ending}',
        "CREATE INDEX ix_rejects_source_document_id\n  ON rejects (source_document_id)",
    )

    assert rows(database, "SELECT sql FROM sqlite_master WHERE name = 'rejects'") != [(sql,)]
    assert schema_of(database) == schema_of(made)


def test_a_table_falls_into_columns_constraints_and_ending() -> None:
    columns, constraints, ending = table_parts(
        """CREATE TABLE "moss" ( -- a comment, with ( and '
            id INTEGER NOT NULL,
            kind TEXT DEFAULT 'a, b)' /* or ''none'' */ NOT NULL,
            CONSTRAINT ck_moss_kind CHECK (kind IN ('(', 'it''s')),
            CONSTRAINT pk_moss PRIMARY KEY (id)
        ) WITHOUT ROWID, STRICT"""
    )

    assert columns == ["id INTEGER NOT NULL", "kind TEXT DEFAULT 'a, b)'  NOT NULL"]
    assert constraints == [
        "CONSTRAINT pk_moss PRIMARY KEY (id)",
        "CONSTRAINT ck_moss_kind CHECK (kind IN ('(', 'it''s'))",
    ]
    assert ending == "WITHOUT ROWID, STRICT"


# Alembic's own comparison


def alembic_check(path: Path) -> None:
    engine = create_catalog_engine(path)
    with engine.connect() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.check(config)
    engine.dispose()


def test_alembic_sees_no_difference(made: Path) -> None:
    alembic_check(made)


def _add_column(metadata: MetaData) -> None:
    metadata.tables["papers"].append_column(Column("note", Text))


def _remove_column(metadata: MetaData) -> None:
    table = metadata.tables["rejects"]
    table._columns.remove(table.c.reason)  # type: ignore[attr-defined]


def _add_check(metadata: MetaData) -> None:
    metadata.tables["papers"].append_constraint(CheckConstraint("length(title) < 10000", name="title_length"))


def _add_index(metadata: MetaData) -> None:
    Index(None, metadata.tables["papers"].c.title)


def _remove_index(metadata: MetaData) -> None:
    table = metadata.tables["papers"]
    table.indexes = {index for index in table.indexes if index.name != "ix_papers_publication_date"}


def _add_table(metadata: MetaData) -> None:
    Table("notes", metadata, Column("id", Text, primary_key=True))


def _require(metadata: MetaData) -> None:
    metadata.tables["papers"].c.abstract.nullable = False


def _change_default(metadata: MetaData) -> None:
    metadata.tables["papers"].c.digest_count.server_default = None


@pytest.mark.parametrize(
    "change",
    [_add_column, _remove_column, _add_check, _add_index, _remove_index, _add_table, _require, _change_default],
)
def test_alembic_notices_models_that_went_on(
    made: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[MetaData], None]
) -> None:
    changed = MetaData(naming_convention=models.NAMING_CONVENTION)
    for table in models.metadata.tables.values():
        table.to_metadata(changed)
    monkeypatch.setattr(models, "metadata", changed)
    alembic_check(made)

    change(changed)

    with pytest.raises(CommandError, match="New upgrade operations detected"):
        alembic_check(made)


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE papers ADD COLUMN note TEXT",
        "CREATE INDEX ix_papers_title ON papers (title)",
        "DROP INDEX ix_papers_publication_date",
        "CREATE TABLE notes (id INTEGER PRIMARY KEY) STRICT",
    ],
)
def test_alembic_notices_a_file_that_went_on(database: Path, change: str) -> None:
    damage(database, change)

    with pytest.raises(CommandError, match="New upgrade operations detected"):
        alembic_check(database)


# Rules of the house


def test_every_table_and_column_has_a_comment() -> None:
    without = [table.name for table in models.metadata.tables.values() if not table.comment]
    without += [str(column) for table in models.metadata.tables.values() for column in table.c if not column.comment]

    assert without == []


def test_every_table_is_strict(made: Path) -> None:
    strict = dict(rows(made, "SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"))

    assert set(models.metadata.tables) <= set(strict)
    assert [name for name in models.metadata.tables if not strict[name]] == []


@pytest.mark.parametrize("table", sorted(models.metadata.tables))
def test_every_constraint_is_named_by_the_convention(made: Path, table: str) -> None:
    ((sql,),) = rows(made, "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", table)
    columns, constraints, _ = table_parts(sql)

    for column in columns:
        named_check = re.sub(rf" CONSTRAINT ck_{table}_[a-z0-9_]+ CHECK\b", "", column)  # as ADD COLUMN leaves it
        assert not re.search(r"\b(PRIMARY|UNIQUE|CHECK|REFERENCES)\b", named_check), f"{column}: has no name of its own"
    assert constraints
    for constraint in constraints:
        name, kind, listed = re.fullmatch(
            r"CONSTRAINT (\w+) (PRIMARY KEY|UNIQUE|CHECK|FOREIGN KEY) ?\((.*)", constraint
        ).groups()  # type: ignore[union-attr]
        named = re.sub(r"\W+", "_", listed.partition(")")[0])
        target = re.search(r"REFERENCES (\w+)", constraint)
        expected = {
            "PRIMARY KEY": f"pk_{table}",
            "UNIQUE": f"uq_{table}_{named}",
            "FOREIGN KEY": f"fk_{table}_{named}_{target[1] if target else ''}",
            "CHECK": rf"ck_{table}_[a-z0-9_]+",
        }[kind]
        assert re.fullmatch(expected, name)


def test_every_index_is_named_by_the_convention(made: Path) -> None:
    indexes = rows(made, "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")

    assert indexes
    for name, table, sql in indexes:
        columns = [column for (column,) in rows(made, f"SELECT name FROM pragma_index_info('{name}')")]
        expected = f"ix_{table}_{'_'.join(column for column in columns if column is not None)}"
        if "UNIQUE" in sql:  # of an expression: elsewhere it would be a constraint
            assert None in columns
            expected = expected.replace("ix", "ux", 1) + "_"
        assert name.startswith(expected)
        assert name == expected or "UNIQUE" in sql


def test_every_foreign_key_is_indexed(made: Path) -> None:
    without, count = [], 0
    for table in models.metadata.tables:
        indexed = [
            [column for (column,) in rows(made, f"SELECT name FROM pragma_index_info('{index}') ORDER BY seqno")]
            for (index,) in rows(made, f"SELECT name FROM pragma_index_list('{table}') WHERE partial = 0")
        ]
        # No reference is searched for null, so an index of all others serves as well.
        indexed += [
            [column]
            for (sql,) in rows(made, "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ?", table)
            for column in re.findall(r"\((\w+)\) WHERE \1 IS NOT NULL$", sql or "")
        ]
        keys: dict[int, list[str]] = {}
        for number, column in rows(
            made, f"SELECT id, \"from\" FROM pragma_foreign_key_list('{table}') ORDER BY id, seq"
        ):
            keys.setdefault(number, []).append(column)
        count += len(keys)
        without += [(table, key) for key in keys.values() if not any(key == columns[: len(key)] for columns in indexed)]

    assert without == WITHOUT_INDEX
    assert count == sum(len(table.foreign_key_constraints) for table in models.metadata.tables.values())


def test_datasette_finds_the_search_index(made: Path) -> None:
    with plain(made) as connection:
        assert detect_fts(connection, "papers") == models.SEARCH_TABLE
        assert detect_fts(connection, "digests") is None


def test_the_header_marks_our_files(made: Path) -> None:
    header = made.read_bytes()[:100]

    assert header[68:72] == b"PAPC" == APPLICATION_ID.to_bytes(4, "big")
    assert rows(made, "PRAGMA user_version") == [(int(known_revisions()[-1]),)]
    assert rows(made, "SELECT version_num FROM alembic_version") == [(known_revisions()[-1],)]
    assert rows(made, "PRAGMA journal_mode") == [("delete",)]
