"""Datasette's inspect data: what it would otherwise count and hash for visitors, made once for a finished file."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from catalog.models import metadata


def inspect_data(path: Path, name: str, *, sha256: str | None = None) -> dict[str, Any]:
    """Return Datasette's inspect data for the catalogue file at `path`, shown as the database `name`.

    `sha256` is that of the file, where whoever asks has it already.

    Size in bytes, SHA-256 of the content, rows of each table: what `datasette inspect` writes. Rows of the search
    index's own tables are not counted (None): that would read the whole index.
    """
    if sha256 is None:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        tables = {table: {"count": _count(connection, table)} for table in names}
    return {name: {"hash": sha256, "size": path.stat().st_size, "file": path.name, "tables": tables}}


def _count(connection: sqlite3.Connection, table: str) -> int | None:
    if table not in metadata.tables:
        return None
    (count,) = connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()  # noqa: S608 - a table of ours
    return int(count)
