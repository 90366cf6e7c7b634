"""One file -> a document: its text where that fits into memory, else what gives it piece by piece."""

from __future__ import annotations

import io
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from catalog.documents import limits
from catalog.documents.decode import Text
from catalog.documents.errors import DocumentError, not_opened, not_regular, printable
from catalog.documents.find import STANDARD_INPUT
from catalog.errors import ExitCode

STANDARD_INPUT_NAME: Final = "standard input"


@dataclass(frozen=True, slots=True)
class Document:
    """One source document as it was read.

    `name` is the file name, never a path; `sha256` and `byte_count` are those of the file, packed or not. `text` is the
    decoded content without a byte order mark, its line ends as they stood. `source` is what the user typed: it is for
    messages alone and is never stored.
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


@dataclass(frozen=True, slots=True)
class DocumentStream:
    """One source document whose text is too large to be held; otherwise as a Document.

    `opening` are the first OPENING_LENGTH characters of the text. The text is read from `path`, which is never stored.
    """

    name: str
    sha256: str
    byte_count: int
    line_count: int
    opening: str = field(repr=False)
    path: str = field(repr=False)
    source: str = ""

    @property
    def shown(self) -> str:
        """How messages name the document: as the user typed it, else by its file name."""
        return self.source or self.name

    def pieces(self) -> Iterator[str]:
        """Read the file again and give its text in consecutive pieces of bounded size.

        Raises DocumentError where the file cannot be read any more or is not the one that was opened, which may show
        only after the last piece.
        """
        with _opened(self.path, self.shown) as file:
            text = Text(file, self.shown)
            if os.fstat(file.fileno()).st_size == self.byte_count:
                yield from text.pieces()
            if text.sha256 != self.sha256:
                raise DocumentError(f"{self.shown}: was changed while it was being read; load it again")


def open_document(path: str | Path) -> Document | DocumentStream:
    """Read one file, or standard input for `-`, unpack it where it is gzip, and decode it.

    A file of more than MAX_BYTES of text is given as a DocumentStream. Raises DocumentError where the document is
    missing, unreadable, not a regular file, empty, binary, damaged gzip, not UTF-8 or more than MAX_STREAM_BYTES, or
    standard input of more than MAX_BYTES.
    """
    source = str(path)
    if source == STANDARD_INPUT:
        content = io.BytesIO(_read_standard_input())
        return _read_through(Text(content, STANDARD_INPUT_NAME), STANDARD_INPUT_NAME, None)
    absolute = os.path.abspath(source)
    with _opened(source, printable(source)) as file:
        return _read_through(Text(file, printable(source)), printable(Path(absolute).name), absolute)


def _read_through(text: Text, name: str, path: str | None) -> Document | DocumentStream:
    """Return what `text` is, held where it is small enough; without a `path` it cannot be read again and must be."""
    held: list[str] = []
    opening = ""
    for piece in text.pieces():
        opening += piece[: limits.OPENING_LENGTH - len(opening)]
        if text.unpacked_count <= limits.MAX_BYTES:
            held.append(piece)
        elif path is None:
            raise DocumentError(_too_large_to_hold(text.shown))
    known = (name, text.sha256, text.byte_count)
    if path is None or text.unpacked_count <= limits.MAX_BYTES:
        return Document(*known, text="".join(held), line_count=text.line_count, source=text.shown)
    return DocumentStream(*known, line_count=text.line_count, opening=opening, path=path, source=text.shown)


def _read_standard_input() -> bytes:
    try:
        content = sys.stdin.buffer.read(limits.MAX_BYTES + 1)
    except (OSError, ValueError, AttributeError) as error:
        sentence = f"{STANDARD_INPUT_NAME}: cannot be read; pipe a document in or name a file"
        raise DocumentError(sentence, ExitCode.NO_INPUT) from error
    if len(content) > limits.MAX_BYTES:
        raise DocumentError(_too_large_to_hold(STANDARD_INPUT_NAME))
    return content


@contextmanager
def _opened(source: str, shown: str) -> Iterator[io.FileIO]:
    """Open a regular file; what goes wrong, also while it is being read, is raised as DocumentError."""
    # Without O_NONBLOCK, opening a FIFO waits for somebody to write into it.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(source, flags)
        with os.fdopen(descriptor, "rb", buffering=0) as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise not_regular(shown)
            yield file
    except DocumentError:
        raise
    except (OSError, ValueError) as error:
        raise not_opened(shown, error) from error


def _too_large_to_hold(shown: str) -> str:
    return f"{shown}: is larger than {limits.size(limits.MAX_BYTES)}; save it to a file and load that"
