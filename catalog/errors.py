"""What goes wrong, as one sentence and an exit code. Apart from the rest, so that commands start quickly."""

from __future__ import annotations

import errno
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalog.documents import DocumentError


class ExitCode(IntEnum):
    """How a command ends: the numbers of `sysexits.h` (BSD, 4.3), but for usage, which is 2 as in every POSIX tool.

    docs/exit-codes.md says which is for what.
    """

    DONE = 0
    FAILED = 1
    USAGE = 2
    BAD_DATA = 65
    NO_INPUT = 66
    CANNOT_CREATE = 73
    IO = 74
    BUSY = 75
    WRONG_FILE = 78


class CatalogError(Exception):
    """One sentence for the person at the terminal: which file, what is wrong, what to do.

    `exit_code` is that of the command which it ends.
    """

    def __init__(self, sentence: str, exit_code: ExitCode = ExitCode.FAILED) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


class Fault(str):
    """What is wrong with one of several documents, as a sentence, while the others go on.

    `exit_code` is that of a command in which nothing else was done.
    """

    exit_code: ExitCode

    @classmethod
    def of(cls, error: CatalogError | DocumentError) -> Fault:
        """Return what `error` says and how it would end a command."""
        fault = cls(error)
        fault.exit_code = error.exit_code
        return fault


_OF_THE_DEVICE = (errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EMFILE, errno.ENFILE, errno.ENOMEM)


def exit_code_of_writing(error: Exception) -> ExitCode:
    """Return the code for a file or folder that could not be made or written, from the OSError or sqlite3.Error.

    A place that is wrong (no such folder, no permission) is CANNOT_CREATE, a device that fails or is full is IO.
    """
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith("SQLITE_BUSY"):
        return ExitCode.BUSY
    is_device = name.startswith(("SQLITE_FULL", "SQLITE_IOERR")) or getattr(error, "errno", None) in _OF_THE_DEVICE
    return ExitCode.IO if is_device else ExitCode.CANNOT_CREATE
