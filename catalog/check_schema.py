"""Compares what a file is made of with an empty one of this version: schema, its number, rows that explain it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from catalog.fresh import EXPLAINED, fresh_catalogue
from catalog.schema import schema_statements

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
    fresh = fresh_catalogue()
    return _in_lines(fresh.statements, fresh.user_version, {name: map(str, rows) for name, rows in fresh.rows.items()})


def _parts(connection: Connection) -> _Parts:
    """Return everything that is the same in each file of one version, in lines, by what it is and its name."""
    rows: dict[str, Iterable[str]] = {}
    for name in EXPLAINED:
        try:
            found = connection.exec_driver_sql(f"SELECT * FROM {name} ORDER BY 1, 2")  # noqa: S608 - of ours
            rows[name] = [str(tuple(row)) for row in found]
        except DatabaseError:
            continue  # the table is missing or damaged, and what looks for that names it
    version = connection.exec_driver_sql("PRAGMA user_version").scalar()
    return _in_lines(schema_statements(connection), version, rows)


def _in_lines(statements: list[tuple[str, str]], version: object, rows: dict[str, Iterable[str]]) -> _Parts:
    parts = {(kind, _name(sql)): sql.splitlines() for kind, sql in statements}
    parts["number of the schema", "user_version"] = [str(version)]
    parts.update(((EXPLAINED_BY, name), list(lines)) for name, lines in rows.items())
    return parts


def _name(sql: str) -> str:
    match = _NAME.match(sql)
    return sql if match is None else match[1]
