"""Find and open source documents: bytes, content hash, decoding. Nothing here interprets what a document says."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

STANDARD_INPUT: Final = "-"
STANDARD_INPUT_NAME: Final = "standard input"
MAX_BYTES: Final = 32 * 1024 * 1024

# A pasted text may carry a stray control character; a file that is not text carries many.
MAX_CONTROL_SHARE: Final = 0.005

_LINE_END = re.compile(r"\r\n|\n|\r")
_CONTROL = re.compile("[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")

_BYTE_ORDER_MARKS: Final = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_SIGNATURES: Final = (
    (b"%PDF-", "is a PDF"),
    (b"\x1f\x8b", "is compressed (gzip)"),
    (b"PK\x03\x04", "is a zip archive or an office document"),
    (b"\x89PNG\r\n", "is an image"),
    (b"\xff\xd8\xff", "is an image"),
    (b"GIF8", "is an image"),
    (b"SQLite format 3\x00", "is an SQLite database"),
)


class DocumentError(ValueError):
    """A document that cannot be used: one sentence that names the file (and the line) and says what to do."""


@dataclass(frozen=True, slots=True)
class Document:
    """One source document as it was read.

    `name` is the file name, never a path. `text` is the decoded content without a byte order mark, its line ends as
    they stood. `source` is what the user typed: it is for messages alone and is never stored.
    """

    name: str
    sha256: str
    byte_count: int
    text: str
    line_count: int
    source: str = ""

    @property
    def shown(self) -> str:
        """How messages name the document: as the user typed it, else by its file name."""
        return self.source or self.name


def split_lines(text: str) -> list[str]:
    r"""Split a text at `\n`, `\r\n` and lone `\r`, and at nothing else; a final line end does not start a line."""
    lines = _LINE_END.split(text)
    if lines[-1] == "":
        lines.pop()
    return lines


def printable(name: str | os.PathLike[str]) -> str:
    """Return a file name as text that any terminal and any database takes, on one line."""
    decoded = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in decoded)


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


def open_document(path: str | Path) -> Document:
    """Read one file, or standard input for `-`, and decode it.

    Raises DocumentError where it is missing, unreadable, not a regular file, too large, empty, binary or not UTF-8.
    """
    source = str(path)
    if source == STANDARD_INPUT:
        shown = name = STANDARD_INPUT_NAME
        content = _read_standard_input()
    else:
        shown, name = printable(source), printable(Path(os.path.abspath(source)).name)
        content = _read_file(source, shown)
    if len(content) > MAX_BYTES:
        raise DocumentError(f"{shown}: is larger than {MAX_BYTES // 2**20} MiB; split it into smaller documents")
    text = _decode(content, shown)
    return Document(
        name=name,
        sha256=hashlib.sha256(content).hexdigest(),
        byte_count=len(content),
        text=text,
        line_count=len(split_lines(text)),
        source=shown,
    )


def _in_source(source: str | Path) -> Sequence[Path | DocumentError]:
    path = Path(source)
    shown = printable(source)
    if shown == STANDARD_INPUT:
        return [path]
    if not shown:
        # Path("") is the current folder, which nobody asked for.
        return [DocumentError("an empty name names no document; name a file or a folder")]
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        return [DocumentError(_why_not_opened(shown, error))]
    if not stat.S_ISDIR(mode):
        return [path]
    return _in_folder(path, shown)


def _in_folder(folder: Path, shown: str) -> list[Path | DocumentError]:
    errors: list[Path | DocumentError] = []
    files: list[Path] = []

    def note(error: OSError) -> None:
        errors.append(DocumentError(_why_not_opened(printable(error.filename or shown), error)))

    for parent, folders, names in os.walk(folder, onerror=note):
        folders[:] = [name for name in folders if not name.startswith(".")]
        files.extend(Path(parent, name) for name in names if not name.startswith("."))
    if not files and not errors:
        return [DocumentError(f"{shown}: is a folder without documents; name a folder or file that holds some")]
    return [*sorted(files), *errors]


def _read_standard_input() -> bytes:
    try:
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    except (OSError, ValueError, AttributeError) as error:
        raise DocumentError(f"{STANDARD_INPUT_NAME}: cannot be read; pipe a document in or name a file") from error


def _read_file(source: str, shown: str) -> bytes:
    # Without O_NONBLOCK, opening a FIFO waits for somebody to write into it.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(source, flags)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise DocumentError(f"{shown}: is not a regular file; save its content to a file or pipe it in with -")
            return file.read(MAX_BYTES + 1)
    except DocumentError:
        raise
    except (OSError, ValueError) as error:
        raise DocumentError(_why_not_opened(shown, error)) from error


def _why_not_opened(shown: str, error: OSError | ValueError) -> str:
    code = error.errno if isinstance(error, OSError) else None
    if code in (errno.ENOENT, errno.ENOTDIR):
        return f"{shown}: does not exist; check the name"
    if code in (errno.EACCES, errno.EPERM):
        return f"{shown}: may not be read; check its permissions"
    if code == errno.EISDIR:
        return f"{shown}: is a folder; name a file in it"
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"{shown}: cannot be read ({reason}); check the name"


def _decode(content: bytes, shown: str) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            raise DocumentError(f"{shown}: is {encoding}; save it as UTF-8")
    for signature, what in _SIGNATURES:
        if content.startswith(signature):
            raise DocumentError(f"{shown}: {what}, not text; save its text as UTF-8")
    if b"\x00" in content:
        if _looks_like_utf16(content):
            raise DocumentError(f"{shown}: looks like UTF-16; save it as UTF-8")
        raise DocumentError(f"{shown}: is binary, not text; save its text as UTF-8")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The position counts from after a byte order mark.
        bad_from = error.start + (3 if content.startswith(b"\xef\xbb\xbf") else 0)
        line = len(_LINE_END.findall(content[:bad_from].decode("utf-8", "replace"))) + 1
        raise DocumentError(f"{shown}: line {line} is not UTF-8; save it as UTF-8") from None
    if not text.strip("\ufeff \t\r\n\v\f\u00a0\u200b"):
        raise DocumentError(f"{shown}: is empty; paste the page into it and save it again")
    if len(_CONTROL.findall(text)) > len(text) * MAX_CONTROL_SHARE:
        raise DocumentError(f"{shown}: is binary, not text; save its text as UTF-8")
    return text


def _looks_like_utf16(content: bytes) -> bool:
    """Text in UTF-16 without a mark has a NUL in nearly every second byte, on one side only."""
    sample = content[:4096]
    sides = sample[0::2].count(0), sample[1::2].count(0)
    return max(sides) > len(sample) // 2 * 0.4 and min(sides) <= max(sides) * 0.2
