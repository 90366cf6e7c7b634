"""What can be exported: tables, and the answers to questions. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import sqlalchemy

from catalog.models import metadata
from catalog.questions import Question, question

Kind = Literal["integer", "real", "text"]

SITE_ADDRESS: Final = "_site_address"
"""A parameter of feeds that the site fills in: its own address. A file has none, so it is empty unless it is given."""

_INTEGERS: Final = (
    *("entries", "without_abstract", "without_publication_date", "without_author_count", "without_author_names"),
    *("without_arxiv_id", "without_upvotes", "rejects", "shared_papers", "papers", "fewest_days", "most_days"),
    *("year", "with_code"),
)
_REALS: Final = ("median_days", "percent_with_code")
_TEXTS: Final = (
    *("repositories", "marked_title", "passage", "note", "digest", "digests_and_positions", "day", "repository"),
    *("whose", "who_says_what", "shared_with"),
    *("atom_id", "atom_title", "atom_updated", "atom_link", "atom_content", "atom_author_name"),
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `is_required` where it is never null, `comment` what it means where that is known."""

    name: str
    kind: Kind
    is_required: bool = False
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """One table or question: `comment` says what its rows are, `sql` gives them in a stable order.

    `columns` are those of a table. What a question answers has the columns that its statement names: `answer_column`.
    """

    name: str
    comment: str
    sql: str
    columns: tuple[Column, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)


def table_names() -> tuple[str, ...]:
    """Return the tables that people query: neither the search index nor what SQLite and Alembic keep for themselves."""
    return tuple(sorted(metadata.tables))


def table_source(name: str) -> Source:
    """Return the table of that name, every column, in the order of its primary key. Raises KeyError where none is."""
    table = metadata.tables[name]
    columns = tuple(Column(column.name, _kind(column), not column.nullable, column.comment) for column in table.columns)
    listed = ", ".join(f'"{column.name}"' for column in columns)
    key = ", ".join(f'"{column.name}"' for column in table.primary_key)
    sql = f'SELECT {listed} FROM "{name}" ORDER BY {key}'  # noqa: S608 - names of ours
    return Source(name, table.comment or "", sql, columns)


def question_source(name: str, given: Mapping[str, str]) -> Source:
    """Return the question of that name, asked with what is `given`; a parameter left out is empty, as on the site."""
    asked = question(name)
    parameters = {parameter: given.get(parameter, "") for parameter in parameters_of(asked)}
    return Source(asked.name, f"{asked.title}. {asked.description}", asked.sql, parameters=parameters)


def parameters_of(asked: Question) -> tuple[str, ...]:
    """Return the names that the question takes."""
    return (*asked.parameters, *([SITE_ADDRESS] if f":{SITE_ADDRESS}" in asked.sql else []))


def answer_column(name: str) -> Column:
    """Return a column of an answer; the same name is the same thing as in a table. Raises KeyError for others."""
    in_tables = {column.name: _kind(column) for table in metadata.tables.values() for column in table.columns}
    kinds: dict[str, Kind] = {
        **dict.fromkeys(_INTEGERS, "integer"),
        **dict.fromkeys(_REALS, "real"),
        **dict.fromkeys(_TEXTS, "text"),
        **in_tables,
    }
    return Column(name, kinds[name])


def _kind(column: sqlalchemy.Column[Any]) -> Kind:
    return "integer" if isinstance(column.type, sqlalchemy.Integer) else "text"
