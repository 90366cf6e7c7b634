"""Documents -> records, where it pays in processes beside the one that stores; order and result are the same."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from catalog.documents import STANDARD_INPUT, DocumentError, DocumentStream, open_document
from catalog.errors import ExitCode
from catalog.readers import read_document
from catalog.records import DocumentRecord
from catalog.rows import prepared

PARALLEL_BYTES: Final = 8 * 1024 * 1024
"""From this size on, a second's reading, documents are read in other processes: to start one takes half a second."""

MOST_READERS: Final = 8
_AHEAD: Final = 2  # one that is being read, and one to go on with

Outcome = DocumentRecord | DocumentError
"""What a document says, or what is wrong with it."""

_Answer = DocumentRecord | tuple[str, ExitCode] | None


def read_all(paths: Sequence[Path | DocumentError], format_name: str | None) -> Iterator[Outcome]:
    """Yield what each document says, or what is wrong with it, in the order of `paths`.

    Raises ValueError for an unknown format.
    """
    count = _reader_count(paths)
    if count < 2:
        yield from (_read(path, format_name) for path in paths)
        return
    readers = [_Reader(format_name) for _ in range(count)]
    try:
        yield from _read_beside(paths, readers, format_name)
    finally:
        for reader in readers:
            reader.end()


def _reader_count(paths: Sequence[Path | DocumentError]) -> int:
    """How many processes are worth it: as many as there are cores for, and none for a few small documents."""
    found = [path for path in paths if _is_for_others(path)]
    if sum(_size(path) for path in found) < PARALLEL_BYTES:
        return 0
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, len(found), MOST_READERS)


def _is_for_others(path: Path | DocumentError) -> bool:
    return isinstance(path, Path) and str(path) != STANDARD_INPUT


def _size(path: Path | DocumentError) -> int:
    try:
        return 0 if isinstance(path, DocumentError) else path.stat().st_size
    except OSError:
        return 0


def _read(path: Path | DocumentError, format_name: str | None) -> Outcome:
    if isinstance(path, DocumentError):
        return path
    try:
        return read_document(open_document(path), format_name)
    except DocumentError as error:
        return error


def _read_beside(
    paths: Sequence[Path | DocumentError], readers: Sequence[_Reader], format_name: str | None
) -> Iterator[Outcome]:
    asked: deque[tuple[Path | DocumentError, _Reader | None]] = deque()
    for place, path in enumerate(paths):
        reader = readers[place % len(readers)] if _is_for_others(path) else None
        if reader is not None:
            reader.ask(path)  # type: ignore[arg-type]
        asked.append((path, reader))
        if len(asked) == _AHEAD * len(readers):
            yield _answered(*asked.popleft(), format_name)
    while asked:
        yield _answered(*asked.popleft(), format_name)


def _answered(path: Path | DocumentError, reader: _Reader | None, format_name: str | None) -> Outcome:
    answer = None if reader is None else reader.answer()
    if answer is None:
        return _read(path, format_name)
    return DocumentError(*answer) if isinstance(answer, tuple) else answer


class _Reader:
    """A process that reads documents one after another, over a pipe of its own: it ends when that is closed.

    So it outlives nobody, however the process that asks it ends.
    """

    def __init__(self, format_name: str | None) -> None:
        context = get_context("spawn")  # a fork would have the catalogue file open, too
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_answer_all, args=(theirs, format_name), daemon=True)
        self._process.start()
        theirs.close()

    def ask(self, path: Path) -> None:
        with suppress(OSError):  # it has ended: there will be no answer
            self._pipe.send(path)

    def answer(self) -> _Answer:
        """Return the next answer, or None where whoever asks has to read the document, also because this has ended."""
        try:
            answer: _Answer = self._pipe.recv()
        except (EOFError, OSError):
            return None
        return answer

    def end(self) -> None:
        self._pipe.close()
        self._process.terminate()
        self._process.join()


def _answer_all(pipe: Connection, format_name: str | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who pressed Ctrl-C means the process that asks
    with suppress(EOFError, OSError):
        while True:
            pipe.send(_answer_to(pipe.recv(), format_name))


def _answer_to(path: Path, format_name: str | None) -> _Answer:
    """Read one document; None leaves it to whoever asks, because it is too long to be sent, or for the traceback."""
    try:
        document = open_document(path)
        if isinstance(document, DocumentStream):
            return None
        record = read_document(document, format_name)
        return prepared(record) if isinstance(record.papers, tuple) else None
    except DocumentError as error:
        return str(error), error.exit_code
    except Exception:
        return None
