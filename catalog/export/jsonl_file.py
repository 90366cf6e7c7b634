"""Rows -> JSON Lines: one object a line."""

from __future__ import annotations

from typing import BinaryIO

import msgspec

from catalog.export.rows import Rows


def write_jsonl(file: BinaryIO, rows: Rows) -> None:
    """Write an object for each row to `file`, in UTF-8. JSON has no infinity: that would be null."""
    encoder = msgspec.json.Encoder()
    names = [column.name for column in rows.columns]
    for row in rows.rows:
        file.write(encoder.encode(dict(zip(names, row, strict=True))) + b"\n")
