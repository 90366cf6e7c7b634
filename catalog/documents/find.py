"""Which files the sources name. Nothing is opened."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from catalog.documents.errors import DocumentError, not_opened, printable
from catalog.errors import ExitCode

STANDARD_INPUT: Final = "-"


def find_documents(sources: Iterable[str | Path]) -> Iterator[Path | DocumentError]:
    """Give the files that the sources name, in the order of the sources, each once.

    A source is a file, a folder (its files at any depth, sorted by path; names that start with a dot and symbolic
    links to folders are left out) or `-` for standard input, given as `Path("-")`. A source that cannot be used
    comes as a DocumentError in its place, and the others go on. Raises nothing.
    """
    seen: set[str] = set()
    for source in sources:
        for found in _in_source(source):
            if isinstance(found, DocumentError):
                yield found
                continue
            key = STANDARD_INPUT if str(found) == STANDARD_INPUT else os.path.realpath(found)
            if key not in seen:
                seen.add(key)
                yield found


def _in_source(source: str | Path) -> Sequence[Path | DocumentError]:
    path = Path(source)
    shown = printable(source)
    if shown == STANDARD_INPUT:
        return [path]
    if not shown:
        # Path("") is the current folder, which nobody asked for.
        return [DocumentError("an empty name names no document; name a file or a folder", ExitCode.NO_INPUT)]
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        return [not_opened(shown, error)]
    if not stat.S_ISDIR(mode):
        return [path]
    return _in_folder(path, shown)


def _in_folder(folder: Path, shown: str) -> list[Path | DocumentError]:
    errors: list[Path | DocumentError] = []
    files: list[Path] = []

    def note(error: OSError) -> None:
        errors.append(not_opened(printable(error.filename or shown), error))

    for parent, folders, names in os.walk(folder, onerror=note):
        folders[:] = [name for name in folders if not name.startswith(".")]
        files.extend(Path(parent, name) for name in names if not name.startswith("."))
    if not files and not errors:
        sentence = f"{shown}: is a folder without documents; name a folder or file that holds some"
        return [DocumentError(sentence, ExitCode.NO_INPUT)]
    return [*sorted(files), *errors]
