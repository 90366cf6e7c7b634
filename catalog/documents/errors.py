"""What is wrong with a document, as one sentence that names it and says what to do."""

from __future__ import annotations

import errno
import os
from typing import Final

from catalog.errors import ExitCode

_NOT_REGULAR: Final = "is not a regular file; save its content to a file or pipe it in with -"


class DocumentError(ValueError):
    """A document that cannot be used: one sentence that names the file (and the line) and says what to do.

    `exit_code` is that of a command that reads nothing else.
    """

    def __init__(self, sentence: str, exit_code: ExitCode = ExitCode.BAD_DATA) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


def printable(name: str | os.PathLike[str]) -> str:
    """Return a file name as text that any terminal and any database takes, on one line."""
    decoded = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in decoded)


def not_opened(shown: str, error: OSError | ValueError) -> DocumentError:
    """Return why the document that messages call `shown` cannot be opened or read."""
    is_device = isinstance(error, OSError) and error.errno == errno.EIO
    return DocumentError(_why_not_opened(shown, error), ExitCode.IO if is_device else ExitCode.NO_INPUT)


def not_regular(shown: str) -> DocumentError:
    """Return that the document is a pipe, a device or a socket, which may never end."""
    return DocumentError(f"{shown}: {_NOT_REGULAR}", ExitCode.NO_INPUT)


def _why_not_opened(shown: str, error: OSError | ValueError) -> str:
    code = error.errno if isinstance(error, OSError) else None
    if code in (errno.ENOENT, errno.ENOTDIR):
        return f"{shown}: does not exist; check the name"
    if code in (errno.EACCES, errno.EPERM):
        return f"{shown}: may not be read; check its permissions"
    if code == errno.ENXIO:
        return f"{shown}: {_NOT_REGULAR}"  # a socket
    if code == errno.EISDIR:
        return f"{shown}: is a folder; name a file in it"
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"{shown}: cannot be read ({reason}); check the name"
