"""The schema of a catalogue file as text: the same text for the same schema, whatever made the file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlalchemy import Connection

# What Alembic and SQLite keep for themselves is no part of the schema that people query. The tables are listed once and
# not joined: where views are not trusted, SQLite works out the columns of each of them anew for every row.
_OBJECTS = """
SELECT schema.type, schema.name, schema.sql
FROM sqlite_master AS schema
WHERE schema.sql IS NOT NULL
    AND schema.name NOT IN (SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow')
    AND schema.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
    AND schema.name <> 'alembic_version'
ORDER BY
    CASE WHEN schema.sql LIKE 'CREATE VIRTUAL%' THEN 2
        ELSE CASE schema.type WHEN 'table' THEN 1 WHEN 'index' THEN 3 WHEN 'view' THEN 4 ELSE 5 END END,
    schema.name
"""

_TOKEN = re.compile(
    r"""(?P<comment>--[^\n]*|/\*.*?\*/)|(?P<blank>\s+)|'(?:[^']|'')*'|"(?:[^"]|"")*"|[(),]|[^\s'"(),]+|['"]""",
    re.DOTALL,
)
_CONSTRAINT = re.compile(r"CONSTRAINT\s+(?P<name>\S+)\s+(?P<kind>PRIMARY|UNIQUE|CHECK|FOREIGN)", re.IGNORECASE)
_KINDS = ("PRIMARY", "UNIQUE", "CHECK", "FOREIGN")


def schema_sql(connection: Connection) -> str:
    """Return the statements that make the schema: tables, the search index, indexes, views, triggers, each by name.

    A table is laid out one column or constraint a line, constraints after columns, by kind and name, because SQLite
    keeps the text of whoever wrote it, and a rebuilt table has another text for the same schema.
    """
    return "\n\n".join(f"{statement};" for _, statement in schema_statements(connection)) + "\n"


def schema_statements(connection: Connection) -> list[tuple[str, str]]:
    """Return the same statements one by one, each with what it makes: table, index, view or trigger."""
    found = connection.exec_driver_sql(_OBJECTS).all()
    return [(kind, _pretty(kind, name, sql)) for kind, name, sql in found if sql is not None]


def table_parts(sql: str) -> tuple[list[str], list[str], str]:
    """Return the column definitions of a `CREATE TABLE`, its constraints, and what follows (STRICT …)."""
    parts, depth = [""], 0
    for piece in _tokens(sql):
        if piece == ")":
            depth -= 1
        if (depth == 1 and piece == ",") or (depth == 0 and piece == ")"):
            parts.append("")
        elif depth >= 1 or len(parts) > 1:
            parts[-1] += piece
        if piece == "(":
            depth += 1
    *items, ending = (part.strip() for part in parts)
    columns = [item for item in items if not _CONSTRAINT.match(item)]
    constraints = sorted((item for item in items if _CONSTRAINT.match(item)), key=_constraint_order)
    return columns, constraints, ending


def _pretty(kind: str, name: str, sql: str) -> str:
    if kind != "table" or sql.upper().startswith("CREATE VIRTUAL"):
        return sql.strip() if kind != "index" else "".join(_tokens(sql)).strip()
    columns, constraints, ending = table_parts(sql)
    lines = ",\n".join(f"    {item}" for item in (*columns, *constraints))
    return f"CREATE TABLE {name} (\n{lines}\n) {ending}".rstrip()


def _tokens(sql: str) -> Iterator[str]:
    """Yield the tokens of `sql` without comments, with every blank as one space."""
    for match in _TOKEN.finditer(sql):
        if match["blank"]:
            yield " "
        elif not match["comment"]:
            yield match[0]


def _constraint_order(item: str) -> tuple[int, str]:
    match = _CONSTRAINT.match(item)
    return (0, item) if match is None else (_KINDS.index(match["kind"].upper()), match["name"].strip('"'))
