"""Catalogue files of any revision: how to reach one, and what one holds, read without the code under test."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from alembic import command

from catalog.checks import check_catalog
from catalog.database import create_catalog_engine, known_revisions
from catalog.migrate import alembic_config, upgrade
from catalog.schema import schema_sql
from tests.conftest import rows
from tests.frozen_files import FROZEN

REVISIONS = known_revisions()
HEAD = REVISIONS[-1]
FIRST_FILE = FROZEN / "catalog-0001.db"
POINTERS = {"title_variant_id": "title", "abstract_variant_id": "abstract", "authors_variant_id": "authors"}

Content = dict[str, list[tuple[Any, ...]]]


def at_revision(path: Path, revision: str) -> Path:
    """Put the frozen file of revision 0001 at `path`, upgrade it to `revision`, and return `path`."""
    shutil.copyfile(FIRST_FILE, path)
    if revision != REVISIONS[0]:
        upgrade(path, revision)
    return path


def downgrade(path: Path, revision: str) -> None:
    engine = create_catalog_engine(path, foreign_keys=False)
    try:
        with engine.connect() as connection:
            config = alembic_config()
            config.attributes["connection"] = connection
            command.downgrade(config, revision)
    finally:
        engine.dispose()


def failed_checks(path: Path) -> list[str]:
    """Return the names of the checks that the file, which is of the last revision, does not pass."""
    return [result.name for result in check_catalog(path) if result.broken]


def schema_of(path: Path) -> str:
    engine = create_catalog_engine(path, read_only=True)
    with engine.connect() as connection:
        text = schema_sql(connection)
    engine.dispose()
    return text


def everything(path: Path, without: dict[str, tuple[str, ...]] | None = None) -> Content:
    """Return every row of every table, without the columns that `without` names by table.

    Row numbers of texts mean nothing by themselves, and a text that comes back has another one: they are left out, and
    a pointer to a text is that text.
    """
    left_out = {"paper_variants": ("id",)} | (without or {})
    tables = rows(path, "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")
    content = {}
    for (table,) in tables:
        if table.startswith("sqlite_"):
            continue
        columns = [name for (name,) in rows(path, f"SELECT name FROM pragma_table_info('{table}')")]
        kept = ", ".join(_value(name) for name in columns if name not in left_out.get(table, ()))
        content[table] = sorted(rows(path, f"SELECT {kept} FROM {table} AS row"), key=repr)
    return content


def _value(column: str) -> str:
    field = POINTERS.get(column)
    return (
        f'row."{column}"' if field is None else f"(SELECT {field} FROM paper_variants AS text WHERE id = row.{column})"
    )


def write(path: Path, *statements: str) -> Path:
    """Run `statements` on the file without foreign keys, each with a commit of its own, and return `path`."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)
    return path
