"""Tables and questions -> files, or one of them -> a stream."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO, Literal, get_args

from catalog.damage import shown
from catalog.errors import CatalogError, ExitCode
from catalog.export.outputs import Drafts
from catalog.export.rows import Rows, WrongValueError, one_state, rows_of, step_count
from catalog.export.sources import Source

FormatName = Literal["csv", "jsonl", "parquet"]
"""Also the ending of a file."""

FORMATS: tuple[FormatName, ...] = get_args(FormatName)

Write = Callable[[BinaryIO, Rows], None]
Progress = Callable[[int], AbstractContextManager[Callable[[], None]]]


def no_progress(_length: int) -> AbstractContextManager[Callable[[], None]]:
    """Show nothing."""
    return nullcontext(lambda: None)


def export_files(
    database: Path,
    targets: Sequence[tuple[Source, Path]],
    format_name: FormatName,
    *,
    progress: Progress = no_progress,
) -> None:
    """Write each table or question to its path, all from one state of the catalogue at `database`.

    Files that are there already are replaced, all of them together when the new ones are whole and on the disk.
    `progress` gets the number of steps and gives what is called after each. Raises CatalogError where the catalogue
    cannot be read or a file cannot be written; then every file is as it was.
    """
    write = _writer(format_name)
    for _, path in targets:
        _keep_catalogue(database, path)
    with one_state(database) as connection:
        length = sum(step_count(connection, source) for source, _ in targets)
        with progress(length) as on_step, Drafts() as drafts:
            for source, path in targets:
                with drafts.file(path) as file, _told_of(database, source):
                    write(file, rows_of(connection, source, on_step))


def export_stream(
    database: Path, source: Source, file: BinaryIO, format_name: FormatName, *, progress: Progress = no_progress
) -> None:
    """Write one table or question to `file`, as it is read. Raises CatalogError where the catalogue cannot be read."""
    write = _writer(format_name)
    with (
        one_state(database) as connection,
        progress(step_count(connection, source)) as on_step,
        _told_of(database, source),
    ):
        write(file, rows_of(connection, source, on_step))


@contextmanager
def _told_of(database: Path, source: Source) -> Iterator[None]:
    try:
        yield
    except WrongValueError as error:
        damaged = f"{database}: is damaged (in {source.name}: {shown(str(error))})"
        raise CatalogError(
            f"{damaged}; run `catalog check -d {database}`, which says what to do.", ExitCode.BAD_DATA
        ) from error


def _writer(format_name: FormatName) -> Write:
    if format_name == "csv":
        from catalog.export.csv_file import write_csv

        return write_csv
    if format_name == "jsonl":
        from catalog.export.jsonl_file import write_jsonl

        return write_jsonl
    from catalog.export.parquet_file import write_parquet

    return write_parquet


def _keep_catalogue(database: Path, path: Path) -> None:
    # These are False where nobody may look.
    if os.path.exists(database) and os.path.exists(path) and os.path.samefile(path, database):
        raise CatalogError(f"{path}: is the catalogue itself; name another file.")
