"""Exported files, read back by other programs than those that wrote them."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow.csv
import pyarrow.parquet
from click.testing import CliRunner, Result

from catalog.cli import main
from catalog.export.spreadsheets import armed

Rows = list[tuple[Any, ...]]

csv.field_size_limit(10_000_000)


def export(database: Path, *arguments: str | Path) -> Result:
    """Run `catalog export` in this process."""
    return CliRunner().invoke(main, ["export", "-d", str(database), *map(str, arguments)])


def csv_cells(path: Path) -> list[list[str]]:
    """Return the cells of a CSV file as they stand, its heading first."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, strict=True))


def as_cells(rows: Rows) -> list[list[str]]:
    """Return rows as cells of CSV that tell no null from an empty text, without defusing."""
    return [["" if value is None else str(value) for value in row] for row in rows]


def csv_rows(path: Path) -> list[list[str]]:
    """Return the rows of a CSV file below its heading, defusing undone."""
    return [[armed(cell) for cell in cells] for cells in csv_cells(path)[1:]]


def jsonl_rows(path: Path) -> Rows:
    return [tuple(json.loads(line).values()) for line in path.read_bytes().splitlines()]


def parquet_rows(path: Path) -> Rows:
    table = pyarrow.parquet.read_table(path)
    columns = [column.to_pylist() for column in table.columns]
    return list(zip(*columns, strict=True)) if columns else []


def nulls(path: Path) -> list[tuple[bool, ...]]:
    """Return which cells of a CSV file are null, as Arrow reads it: nothing is null, `""` is a text."""
    names = csv_cells(path)[0]
    options = pyarrow.csv.ConvertOptions(
        column_types=dict.fromkeys(names, pyarrow.string()),
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )
    parse = pyarrow.csv.ParseOptions(newlines_in_values=True)
    table = pyarrow.csv.read_csv(path, parse_options=parse, convert_options=options)
    return [tuple(value is None for value in row.values()) for row in table.to_pylist()]
