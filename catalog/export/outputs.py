"""Where an export goes: files that are whole or not there at all, a pipe, or standard output."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from catalog.errors import CatalogError, exit_code_of_writing
from catalog.syncing import sync_folder


class Drafts(AbstractContextManager["Drafts"]):
    """New files, each under another name until all of them are whole and on the disk; then they get their names.

    Where the block fails, none of them is left, and what was there before stays. Raises CatalogError where one cannot
    be written.
    """

    def __init__(self) -> None:
        self._pairs: list[tuple[Path, Path]] = []

    @contextmanager
    def file(self, path: Path) -> Iterator[BinaryIO]:
        """Give what is to become the file at `path`, open for writing."""
        path = Path(os.path.realpath(path))
        draft = path.with_name(f".{path.name}.{os.getpid()}.new")
        with _told(path):
            if path.is_dir():
                raise IsADirectoryError(0, "it is a folder")
            self._pairs.append((draft, path))
            path.parent.mkdir(parents=True, exist_ok=True)
            with draft.open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._put_in_place()
        finally:
            for draft, _ in self._pairs:
                with suppress(OSError):
                    draft.unlink()

    def _put_in_place(self) -> None:
        for draft, path in self._pairs:
            with _told(path):
                draft.replace(path)
        for folder in {path.parent for _, path in self._pairs}:
            sync_folder(folder)


def is_stream(path: Path) -> bool:
    """Whether there is a pipe or a device at `path`: it is written into, and never replaced by a file."""
    return os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path)


@contextmanager
def stream(path: Path) -> Iterator[BinaryIO]:
    """Give the pipe or device at `path`, open for writing. Raises CatalogError where it cannot be written."""
    with _told(path), _until_nobody_reads(), path.open("wb") as file:
        yield file


@contextmanager
def standard_output() -> Iterator[BinaryIO]:
    """Give standard output for bytes. Raises CatalogError where it cannot be written."""
    with _told("standard output"), _until_nobody_reads():
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()


@contextmanager
def _until_nobody_reads() -> Iterator[None]:
    """End the command without a word where the reader of a pipe, such as `head`, has had enough."""
    try:
        yield
    except BrokenPipeError:
        sys.exit(1)


@contextmanager
def _told(place: Path | str) -> Iterator[None]:
    """Turn what the system says of a place into one sentence (CatalogError)."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise CatalogError(
            f"{place}: cannot be written ({reason}), so it was not exported; "
            "check that its folder may be written to and has room, or name another place.",
            exit_code_of_writing(error),
        ) from error
