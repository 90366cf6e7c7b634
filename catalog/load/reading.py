"""Documents -> records, where it pays in processes beside the one that stores; order and result are the same."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import cycle
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from threading import Condition, Thread
from typing import Final, TypeGuard

from catalog.documents import STANDARD_INPUT, DocumentError, DocumentStream, open_document
from catalog.errors import ExitCode
from catalog.readers import read_document
from catalog.records import DocumentRecord
from catalog.rows import prepared

PARALLEL_BYTES: Final = 8 * 1024 * 1024
"""From this size on, a second's reading, documents are read in other processes: to start one takes half a second."""

MOST_READERS: Final = 8
_MOST_WAITING: Final = 16 * 1024 * 1024
"""How many bytes of answers one process holds while what came before is being stored, and one answer more."""

Outcome = DocumentRecord | DocumentError
"""What a document says, or what is wrong with it."""

_Answer = DocumentRecord | tuple[str, ExitCode] | None


def read_all(paths: Sequence[Path | DocumentError], format_name: str | None) -> Iterator[Outcome]:
    """Yield what each document says, or what is wrong with it, in the order of `paths`.

    Raises ValueError for an unknown format.
    """
    others = [path for path in paths if _is_file(path)]
    count = _reader_count(others)
    if count < 2:
        yield from (_read(path, format_name) for path in paths)
        return
    readers = [_Reader(others[place::count], format_name) for place in range(count)]
    turns = cycle(readers)
    try:
        for path in paths:
            yield _outcome(next(turns).answer() if _is_file(path) else None, path, format_name)
    finally:
        for reader in readers:
            reader.end()


def _is_file(path: Path | DocumentError) -> TypeGuard[Path]:
    """Whether another process can read it as well: standard input is that of this one."""
    return isinstance(path, Path) and str(path) != STANDARD_INPUT


def _reader_count(paths: Sequence[Path]) -> int:
    """How many processes are worth it: as many as there are cores for, and none for a few small documents."""
    if sum(map(_size, paths)) < PARALLEL_BYTES:
        return 0
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, len(paths), MOST_READERS)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _read(path: Path | DocumentError, format_name: str | None) -> Outcome:
    if isinstance(path, DocumentError):
        return path
    try:
        return read_document(open_document(path), format_name)
    except DocumentError as error:
        return error


def _outcome(answer: _Answer, path: Path | DocumentError, format_name: str | None) -> Outcome:
    if answer is None:
        return _read(path, format_name)
    return DocumentError(*answer) if isinstance(answer, tuple) else answer


class _Reader:
    """A process that reads documents one after another and sends what they say, over a pipe of its own.

    It ends when nobody has the other end any more: it outlives nobody, however the process that started it ends.
    """

    def __init__(self, paths: Sequence[Path], format_name: str | None) -> None:
        context = get_context("spawn")  # a fork would have the catalogue file open, too
        self._pipe, theirs = context.Pipe(duplex=False)
        self._process = context.Process(target=_answer_all, args=(theirs, paths, format_name), daemon=True)
        self._process.start()
        theirs.close()

    def answer(self) -> _Answer:
        """Return the next answer, or None where whoever asks has to read the document, also because this has ended."""
        try:
            answer: _Answer = self._pipe.recv()
        except (EOFError, OSError):
            return None
        return answer

    def end(self) -> None:
        """Let the process end, also in the middle of its work."""
        self._pipe.close()
        self._process.terminate()
        self._process.join()


def _answer_all(pipe: Connection, paths: Sequence[Path], format_name: str | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who pressed Ctrl-C means the process that asks
    outbox = _Outbox(pipe)
    for path in paths:
        outbox.put(bytes(ForkingPickler.dumps(_answer_to(path, format_name))))
    outbox.flush()


class _Outbox:
    """Answers that wait to be sent while the next document is read, of bounded size."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._waiting: deque[bytes] = deque()
        self._size = 0
        self._changed = Condition()
        Thread(target=self._send, daemon=True).start()

    def put(self, answer: bytes) -> None:
        """Add an answer, as soon as there is room."""
        with self._changed:
            self._changed.wait_for(lambda: self._size < _MOST_WAITING)
            self._waiting.append(answer)
            self._size += len(answer)
            self._changed.notify_all()

    def flush(self) -> None:
        """Return when everything was sent."""
        with self._changed:
            self._changed.wait_for(lambda: self._size == 0)

    def _send(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._waiting))
                answer = self._waiting.popleft()
            try:
                self._pipe.send_bytes(answer)
            except OSError:
                os._exit(0)  # nobody is there to read it
            with self._changed:
                self._size -= len(answer)
                self._changed.notify_all()


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
