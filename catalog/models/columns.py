"""The kinds of columns and rules that tables of the catalogue are made of, and the names of their constraints."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, MetaData, Text, text

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = MetaData(naming_convention=NAMING_CONVENTION)


def identifier(comment: str = "Row number") -> Column[int]:
    """The row number by which other tables refer to a row."""
    return Column("id", Integer, primary_key=True, comment=comment)


def textual(name: str, comment: str, *, required: bool = False, **options: Any) -> Column[str]:
    """A column of text."""
    return Column(name, Text, nullable=not required, comment=comment, **options)


def added_text(name: str, comment: str) -> Column[str]:
    """A text column that a later revision adds to a table in place, so its rule stands with the column."""
    return Column(name, Text, CheckConstraint(f"{name} <> ''", name=name), comment=comment)


def number(name: str, comment: str, *, required: bool = False) -> Column[int]:
    """A column of whole numbers."""
    return Column(name, Integer, nullable=not required, comment=comment)


def flag(name: str, comment: str, *, default: int) -> Column[int]:
    """A column of 0 and 1."""
    return Column(name, Integer, nullable=False, server_default=text(str(default)), comment=comment)


def reference(name: str, target: str, comment: str, *, required: bool = True, index: bool = False) -> Column[int]:
    """A column that names a row of the table `target`."""
    return Column(name, Integer, ForeignKey(f"{target}.id"), nullable=not required, index=index, comment=comment)


def not_empty(*columns: str) -> CheckConstraint:
    """Unknown is null: no text column holds an empty string."""
    return CheckConstraint(" AND ".join(f"{name} <> ''" for name in columns), name="no_empty_text")


def iso_dates(*columns: str) -> CheckConstraint:
    """ISO 8601 and a real day: `date()` with a modifier turns 2025-02-30 into another text."""
    return CheckConstraint(" AND ".join(f"{name} IS date({name}, '+0 days')" for name in columns), name="iso_dates")


def one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    """The rule that a column holds one of `values`."""
    listed = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def booleans(*columns: str) -> CheckConstraint:
    """The rule that columns hold 0 or 1."""
    return CheckConstraint(" AND ".join(f"{name} IN (0, 1)" for name in columns), name="booleans")
