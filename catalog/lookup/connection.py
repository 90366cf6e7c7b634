"""A catalogue file opened for reading alone."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from catalog.database import BUSY_TIMEOUT_SECONDS, require_current, translated_errors

_PRAGMAS = ("query_only = ON", "trusted_schema = OFF", "cell_size_check = ON")


def connect(database: Path) -> sqlite3.Connection:
    """Open the catalogue at `database` read-only; the caller closes it. Rows are known by name.

    The file may come from a stranger: its schema is not trusted with functions that have effects, and damaged pages
    are noticed. Raises CatalogError where it is no catalogue of this version.
    """
    require_current(database)
    uri = f"{database.absolute().as_uri()}?mode=ro"
    with translated_errors(database):
        connection = sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_SECONDS)
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
    connection.row_factory = sqlite3.Row
    return connection


@contextmanager
def opened(database: Path) -> Iterator[sqlite3.Connection]:
    """Open the catalogue at `database` as `connect` does, for one block."""
    with translated_errors(database), closing(connect(database)) as connection:
        yield connection


def listed(array: str | None) -> tuple[Any, ...]:
    """Return what a JSON array holds, or nothing for None."""
    return () if array is None else tuple(json.loads(array))


def flag(value: int | None) -> bool | None:
    """Return a stored 0 or 1 as a truth value; None stays None."""
    return None if value is None else bool(value)
