"""What was sent, in a file beside the operator's: one line of JSON for each mail, on disk before the next is sent.

A mail is written down after the server has taken it. Whoever is killed between the two sends it again: at least once,
because news that never come are worse than news that come twice. The second has the Message-ID of the first, by which
many servers and clients show it once; RFC 1047 explains why no protocol does better.
"""

from __future__ import annotations

import errno
import json
import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from io import FileIO
from pathlib import Path
from typing import Final

from catalog.errors import CatalogError, ExitCode, exit_code_of_writing
from catalog.syncing import sync_folder

_MODE: Final = 0o600


class Journal:
    """An open journal, locked for this process. `sent` are the Message-IDs of the mails that servers took."""

    def __init__(self, path: Path, file: FileIO) -> None:
        self._path = path
        self._file = file
        self.sent = self._read()

    def add(self, message_id: str, moment: datetime) -> None:
        """Write down, durably, that a server took a mail. Raises CatalogError where that cannot be."""
        line = json.dumps({"message_id": message_id, "sent": moment.strftime("%Y-%m-%dT%H:%M:%SZ")})
        written = f"{line}\n".encode("ascii")
        try:
            if self._file.write(written) != len(written):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(self._file.fileno())
        except OSError as error:
            raise CatalogError(
                f"{self._path}: cannot be written to ({error.strerror}), so that the mail {message_id} was sent and "
                "would be sent again; make room, then run the same command.",
                exit_code_of_writing(error),
            ) from error
        self.sent.add(message_id)

    def _read(self) -> set[str]:
        sent = set()
        content = self._file.read()
        for number, line in enumerate(content.splitlines(keepends=True), start=1):
            if not line.endswith(b"\n"):
                # What a kill cut short says nothing, and the next line must not begin in the middle of it.
                self._file.truncate(self._file.seek(len(content) - len(line)))
                break
            sent.add(self._message_id(line, number))
        return sent

    def _message_id(self, line: bytes, number: int) -> str:
        try:
            return str(json.loads(line)["message_id"])
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise CatalogError(
                f"{self._path}, line {number}: is no line of this journal; delete the line, or restore the file.",
                ExitCode.BAD_DATA,
            ) from error


@contextmanager
def open_journal(path: Path) -> Iterator[Journal]:
    """Open the journal at `path`, made where nothing is, for one block in one process.

    Raises CatalogError where it cannot be written to, another process has it, or it is no journal.
    """
    with ExitStack() as stack:
        try:
            is_new = not path.exists()
            file = stack.enter_context(open(os.open(path, os.O_RDWR | os.O_CREAT, _MODE), "r+b", buffering=0))
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise CatalogError(f"{path}: is no file; name another as journal.")
            _lock(path, file)
            if is_new:
                sync_folder(path.parent)
            journal = Journal(path, file)
        except OSError as error:
            sentence = f"{path}: cannot be used ({error.strerror}), and nothing is sent without it."
            raise CatalogError(sentence, exit_code_of_writing(error)) from error
        yield journal


def _lock(path: Path, file: FileIO) -> None:
    try:
        import fcntl
    except ImportError:  # not on Windows; there nobody is kept from running the command twice at a time
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise CatalogError(f"{path}: another process is sending; wait until it has ended.", ExitCode.BUSY) from error
