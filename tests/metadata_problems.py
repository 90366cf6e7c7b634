"""What can be wrong with metadata.yml and Datasette ignores without a word: each check returns sentences."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from catalog.site.descriptions import described
from tests.site_example import Get

# The keys that Datasette 0.65 documents, in "Metadata", "Canned queries", "Custom pages and templates",
# "Authentication and permissions" and "Full-text search" (https://docs.datasette.io/en/0.65/).
_ANYWHERE: Final = frozenset(
    {
        "title",
        "description",
        "description_html",
        "license",
        "license_url",
        "source",
        "source_url",
        "about",
        "about_url",
        "allow",
        "plugins",
        "extra_css_urls",
        "extra_js_urls",
    }
)
KEYS: Final = {
    "the site": _ANYWHERE | {"databases", "allow_sql"},
    "a database": _ANYWHERE | {"tables", "queries", "allow_sql"},
    "a table": _ANYWHERE
    | {
        "columns",
        "units",
        "sort",
        "sort_desc",
        "size",
        "sortable_columns",
        "label_column",
        "hidden",
        "facets",
        "facet_size",
        "fts_table",
        "fts_pk",
        "searchmode",
    },
    # What a writable query may have beside these has no place in a catalogue that is only read.
    "a query": frozenset(
        {"sql", "title", "description", "description_html", "params", "hide_sql", "fragment", "allow"}
    ),
}
# Our own: what catalog/site/plugins/pages.py reads of `plugins: catalog-site:`.
PLUGIN_KEYS: Final = {
    "the site": {"datasette-atom": frozenset[str](), "datasette-block-robots": frozenset({"allow_only_index"})},
    "a database": {"catalog-site": frozenset({"parameters"})},
    "a table": {"catalog-site": frozenset({"hidden_columns"})},
}
_PARAMETER_KEYS: Final = frozenset({"label", "hint", "choices"})
_PARAMETER: Final = re.compile(r"'[^']*'|--[^\n]*|(?<![:\w]):(?P<name>[A-Za-z]\w*)")

Node = Mapping[str, Any]


@dataclass(frozen=True)
class TableShape:
    """The columns of a table, and those that come first in the primary key or in an index over all rows."""

    columns: frozenset[str]
    leading: frozenset[str]


def shapes(path: Path) -> dict[str, TableShape]:
    """Return every table of a catalogue file with its shape."""
    with closing(sqlite3.connect(path)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: _shape(connection, name) for name in names}


def _shape(connection: sqlite3.Connection, table: str) -> TableShape:
    columns = connection.execute("SELECT name, pk FROM pragma_table_xinfo(?)", (table,)).fetchall()
    # A partial index knows only some rows, and serves no page over all of them.
    first = """SELECT info.name FROM pragma_index_list(?) AS list JOIN pragma_index_info(list.name) AS info
        WHERE list.partial = 0 AND info.seqno = 0"""
    leading = {name for name, place in columns if place == 1}
    leading.update(row[0] for row in connection.execute(first, (table,)))
    return TableShape(frozenset(name for name, _ in columns), frozenset(leading))


def problems(metadata: Node, tables: Mapping[str, TableShape], database: str) -> list[str]:
    """Return one sentence for each thing in `metadata` that Datasette would ignore or break on, for this file."""
    found = [*_unknown_keys("the site", metadata, "the site")]
    if list(metadata.get("databases", {})) != [database]:
        found.append(f"databases: must be {database} alone")
    for name, part in metadata.get("databases", {}).items():
        found += _unknown_keys("a database", part, name)
        found += _of_tables(part.get("tables", {}), tables)
        found += _of_queries(part)
    return found


def _unknown_keys(kind: str, node: Node, name: str) -> Iterator[str]:
    for key in node:
        if key not in KEYS[kind]:
            yield f"{name}: {key} is no key of {kind}"
    for plugin, settings in node.get("plugins", {}).items():
        known = PLUGIN_KEYS.get(kind, {}).get(plugin)
        if known is None:
            yield f"{name}: {plugin} is no plugin with settings for {kind}"
        for key in settings if known is not None else ():
            if key not in known:
                yield f"{name}: {key} is no setting of {plugin} for {kind}"


def _of_tables(described_tables: Node, tables: Mapping[str, TableShape]) -> Iterator[str]:
    for name, table in described_tables.items():
        yield from _unknown_keys("a table", table, name)
        if name not in tables:
            yield f"{name}: no such table"
        else:
            yield from _of_columns(name, table, tables[name])
    for name in tables:
        is_hidden = name.startswith("papers_fts")
        if name not in described_tables and not is_hidden:
            yield f"{name}: is neither described nor hidden"


def _of_columns(name: str, table: Node, shape: TableShape) -> Iterator[str]:
    sorts = [table[key] for key in ("sort", "sort_desc") if key in table]
    facets = table.get("facets", [])
    hidden = table.get("plugins", {}).get("catalog-site", {}).get("hidden_columns", [])
    labels = [table["label_column"]] if "label_column" in table else []
    for use, columns in (("sort", sorts), ("facet", facets), ("hidden", hidden), ("label", labels)):
        for column in columns:
            if column not in shape.columns:
                yield f"{name}: {use} column {column} does not exist"
            elif use in ("sort", "facet") and column not in shape.leading:
                yield f"{name}: {use} column {column} leads no index"
    if table.get("hidden"):
        return
    for key in ("title", "description"):
        if not table.get(key):
            yield f"{name}: has no {key}"
    about = table.get("columns", {})
    for column in sorted(shape.columns - {key for key, text in about.items() if text}):
        yield f"{name}: column {column} is not described"
    for column in about:
        if column not in shape.columns:
            yield f"{name}: described column {column} does not exist"


def _of_queries(database: Node) -> Iterator[str]:
    parameters = database.get("plugins", {}).get("catalog-site", {}).get("parameters", {})
    used = set()
    for name, query in database.get("queries", {}).items():
        yield from _unknown_keys("a query", query, name)
        for key in ("title", "description", "sql"):
            if not query.get(key):
                yield f"{name}: has no {key}"
        named = {match["name"] for match in _PARAMETER.finditer(query.get("sql", "")) if match["name"]}
        used |= named
        if named != set(query.get("params", [])):
            yield f"{name}: params and the SQL name different parameters"
    for name in sorted(used - set(parameters)):
        yield f"parameter {name}: is not described"
    for name, about in parameters.items():
        if name not in used:
            yield f"parameter {name}: no question has it"
        for key in ("label", "hint"):
            if not about.get(key):
                yield f"parameter {name}: has no {key}"
        for key in set(about) - _PARAMETER_KEYS:
            yield f"parameter {name}: {key} is no key of a parameter"


def drift(metadata_yaml: str) -> list[str]:
    """Return a sentence where the generated parts of metadata.yml are not what the models and questions say."""
    return [] if described(metadata_yaml) == metadata_yaml else ["metadata.yml is out of date; run `make docs`"]


def query_problems(get: Get, names: Iterable[str]) -> list[str]:
    """Ask a site each of its questions, and return a sentence for each that fails or runs into a limit."""
    found = []
    for name in names:
        answer = get(f"/catalog/{name}.json", params={"words": "the"})
        if answer.status_code != 200:
            found.append(f"{name}: {answer.json()['error']}")
        elif answer.json()["truncated"]:
            found.append(f"{name}: more rows than the site shows")
    return found


def comment_problems(columns: Iterable[tuple[str, str, bool]]) -> list[str]:
    """Return a sentence for each column (name, comment, whether it can be null) that leaves a reader guessing."""
    found = []
    for name, comment, is_nullable in columns:
        if is_nullable and not re.search(r"\bnull\b", comment):
            found.append(f"{name}: does not say what null means")
        column = name.split(".")[-1]
        if column.startswith(("is_", "has_")) and not re.match(r"(Derived: )?[01] ", comment):
            found.append(f"{name}: does not say what 1 or 0 means")
        if column.endswith("_date") and not re.search(r"\b(day|date)\b", comment, re.IGNORECASE):
            found.append(f"{name}: does not say that it is a day")
    return found
