"""Rows -> CSV (RFC 4180): text in quotes, numbers without, nothing at all for null."""

from __future__ import annotations

from typing import Any, BinaryIO

from catalog.export.rows import Rows
from catalog.export.spreadsheets import defused


def write_csv(file: BinaryIO, rows: Rows) -> None:
    """Write a line of column names and a line for each row to `file`, in UTF-8, with texts defused."""
    file.write(_line([column.name for column in rows.columns]))
    for row in rows.rows:
        file.write(_line(row))


def _line(row: Any) -> bytes:
    return (",".join(map(_cell, row)) + "\r\n").encode("utf-8")


def _cell(value: str | float | None) -> str:
    # What the standard library calls QUOTE_STRINGS, which it has from Python 3.12 on.
    if value is None:
        return ""
    if isinstance(value, str):
        return '"' + defused(value).replace('"', '""') + '"'
    return str(value)
