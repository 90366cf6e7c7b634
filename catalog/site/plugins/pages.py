"""What the pages show beyond the row itself: answers of the SQL files in `sql/`, a folder for each kind of page."""

# Datasette has no types: its imports and its decorator are unknown to mypy.
# mypy: disable-error-code="import-untyped", disallow-untyped-decorators=False
from __future__ import annotations

import asyncio
import json
import sqlite3
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Final
from weakref import WeakKeyDictionary

from datasette import hookimpl
from datasette.database import QueryInterrupted

_FOLDER: Final = Path(__file__).parents[1] / "sql"
_HOME: Final = "catalog"
"""The database that the home page shows."""

Rows = list[Any]
Variables = dict[str, Any] | Callable[[], Awaitable[dict[str, Any]]]

# A file that nobody may change gives the same home page until the server ends.
_home_facts: WeakKeyDictionary[Any, dict[str, Rows]] = WeakKeyDictionary()


@hookimpl
def startup(datasette: Any) -> Callable[[], Awaitable[None]]:
    """Ask for the facts of the home page before the first visitor does: on a large file they take a while."""

    async def prepare() -> None:
        database = datasette.databases.get(_HOME)
        if database is not None:
            with suppress(sqlite3.Error, QueryInterrupted):  # what fails now is told to the visitor
                await _home(database)

    return prepare


@hookimpl
def extra_template_vars(
    database: str | None, table: str | None, view_name: str, request: Any, datasette: Any
) -> Variables:
    """Give the templates what they need for this page and no more."""
    if view_name == "index" and _HOME in datasette.databases:
        return _with_facts(_home(datasette.databases[_HOME]))
    if not database:
        return {}
    settings = datasette.plugin_config("catalog-site", database=database, table=table) or {}
    variables: dict[str, Any] = {
        "hidden_columns": settings.get("hidden_columns", []),
        "parameters": settings.get("parameters", {}),
        "facts_of": _facts_of(datasette.get_database(database)),
    }
    if view_name == "row" and table and (_FOLDER / table).is_dir():
        key = request.url_vars["pks"]
        return _with_facts(_facts(datasette.get_database(database), table, {"id": key}), variables)
    return variables


def _with_facts(facts: Awaitable[dict[str, Rows]], variables: dict[str, Any] | None = None) -> Variables:
    async def with_facts() -> dict[str, Any]:
        return {**(variables or {}), "facts": await facts}

    return with_facts


async def _home(database: Any) -> dict[str, Rows]:
    if database.is_mutable:
        return await _facts(database, "home", {})
    if database not in _home_facts:
        _home_facts[database] = await _facts(database, "home", {})
    return _home_facts[database]


async def _facts(database: Any, page: str, parameters: dict[str, Any]) -> dict[str, Rows]:
    """The rows that each SQL file of a kind of page gives, by the file's name."""
    statements = _statements(page)
    answers = await asyncio.gather(*(database.execute(sql, parameters) for sql in statements.values()))
    return {name: list(answer.rows) for name, answer in zip(statements, answers, strict=True)}


@cache
def _statements(page: str) -> dict[str, str]:
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted((_FOLDER / page).glob("*.sql"))}


@hookimpl
def prepare_jinja2_environment(env: Any) -> None:
    """Let the templates look rows up by a column, without going through all of them for each."""
    env.filters["by"] = _by


def _by(rows: Iterable[Any], column: str) -> dict[Any, Rows]:
    found = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return found


def _facts_of(database: Any) -> Callable[..., Awaitable[dict[int, Rows]]]:
    async def facts_of(name: str, rows: Iterable[Any], key: str = "id") -> dict[int, Rows]:
        """What a file of `sql/lists/` gives for each row of a list, by the number in the row's column `key`."""
        ids = json.dumps([int(row[key]) for row in rows])
        return _by(await database.execute(_statements("lists")[name], {"ids": ids}), "of_id")

    return facts_of
