"""Compares what a file is made of with a file made just now: schema, its number, and the rows that explain it."""

from __future__ import annotations

import difflib
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from catalog.database import create_catalog_engine
from catalog.migrate import create_catalog
from catalog.models import schema_comments, source_licences
from catalog.schema import schema_statements

EXPLAINED: Final = (schema_comments, source_licences)
"""The tables whose rows the migrations write: the same in every file of one version."""

EXPLAINED_BY: Final = "rows of"
"""What a difference is that is none of the schema but of rows that explain it."""

_NAME: Final = re.compile(r'CREATE (?:UNIQUE |VIRTUAL )?(?:TABLE|INDEX|VIEW|TRIGGER) "?(\w+)')

_Parts = dict[tuple[str, str], list[str]]


def schema_differences(connection: Connection) -> Iterator[tuple[str, str, str]]:
    """Yield each difference from the schema of this version, tables first: what it is, its name, and how it differs.

    What is there and is another one is told by its lines: after "- " what this version has, after "+ " what is found.
    """
    expected, found = _expected(), _parts(connection)
    for kind, name in sorted({*expected, *found}, key=lambda part: (part[0] != "table", part)):
        if (kind, name) not in found:
            yield kind, name, "is missing"
        elif (kind, name) not in expected:
            yield kind, name, "is none of this version"
        elif found[kind, name] != expected[kind, name]:
            lines = difflib.ndiff(expected[kind, name], found[kind, name])
            yield from ((kind, name, line) for line in lines if line.startswith(("- ", "+ ")))


def _expected() -> _Parts:
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder, "catalog.db")
        create_catalog(fresh)
        engine = create_catalog_engine(fresh, read_only=True)
        try:
            with engine.connect() as connection:
                return _parts(connection)
        finally:
            engine.dispose()


def _parts(connection: Connection) -> _Parts:
    """Return everything that is the same in each file of one version, in lines, by what it is and its name."""
    parts = {(kind, _name(sql)): sql.splitlines() for kind, sql in schema_statements(connection)}
    parts["number of the schema", "user_version"] = [str(connection.exec_driver_sql("PRAGMA user_version").scalar())]
    for table in EXPLAINED:
        try:
            rows = connection.exec_driver_sql(f"SELECT * FROM {table.name} ORDER BY 1, 2")  # noqa: S608 - of ours
            parts[EXPLAINED_BY, table.name] = [str(tuple(row)) for row in rows]
        except DatabaseError:
            continue  # the table is missing or damaged, and what looks for that names it
    return parts


def _name(sql: str) -> str:
    match = _NAME.match(sql)
    return sql if match is None else match[1]
