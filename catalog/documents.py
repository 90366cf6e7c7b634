"""Find and open source documents: bytes, content hash, unpacking, decoding.

Nothing here interprets what a document says. A text that fits into memory is opened whole; a larger one, such as a list
of all papers with code, is gone through once for its hash, and given in pieces whenever it is read.
"""

from __future__ import annotations

import codecs
import errno
import gzip
import hashlib
import io
import os
import stat
import sys
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from catalog.errors import ExitCode

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

STANDARD_INPUT: Final = "-"
STANDARD_INPUT_NAME: Final = "standard input"

MAX_BYTES: Final = 32 * 1024**2
"""The text of a larger document, unpacked, is not held in memory."""

MAX_STREAM_BYTES: Final = 8 * 1024**3
"""The most that any text takes, unpacked: gzip can hold a thousand times its own size."""

OPENING_LENGTH: Final = 64 * 1024
"""How many characters of a text that is not held are there to tell its format."""

# A pasted text may carry a stray control character; a file that is not text carries many.
MAX_CONTROL_SHARE: Final = 0.005

_CHUNK: Final = 256 * 1024
_BLANKS: Final = "\ufeff \t\r\n\v\f\u00a0\u200b"
_GZIP: Final = b"\x1f\x8b"

_CONTROLS: Final = bytes([*range(0x01, 0x09), *range(0x0E, 0x1B), *range(0x1C, 0x20), 0x7F])

_BYTE_ORDER_MARKS: Final = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_SIGNATURES: Final = (
    (b"%PDF-", "is a PDF"),
    (_GZIP, "is compressed twice (gzip)"),
    (b"PK\x03\x04", "is a zip archive or an office document"),
    (b"\x89PNG\r\n", "is an image"),
    (b"\xff\xd8\xff", "is an image"),
    (b"GIF8", "is an image"),
    (b"SQLite format 3\x00", "is an SQLite database"),
)


class DocumentError(ValueError):
    """A document that cannot be used: one sentence that names the file (and the line) and says what to do.

    `exit_code` is that of a command that reads nothing else.
    """

    def __init__(self, sentence: str, exit_code: ExitCode = ExitCode.BAD_DATA) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


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
            text = _Text(file, self.shown)
            if os.fstat(file.fileno()).st_size == self.byte_count:
                yield from text.pieces()
            if text.sha256 != self.sha256:
                raise DocumentError(f"{self.shown}: was changed while it was being read; load it again")


def with_line_feeds(text: str) -> str:
    r"""Return a text with `\n` for its line ends, which may be `\r\n` and lone `\r` too."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def split_lines(text: str) -> list[str]:
    r"""Split a text at `\n`, `\r\n` and lone `\r`, and at nothing else; a final line end does not start a line."""
    lines = with_line_feeds(text).split("\n")
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


def open_document(path: str | Path) -> Document | DocumentStream:
    """Read one file, or standard input for `-`, unpack it where it is gzip, and decode it.

    A file of more than MAX_BYTES of text is given as a DocumentStream. Raises DocumentError where the document is
    missing, unreadable, not a regular file, empty, binary, damaged gzip, not UTF-8 or more than MAX_STREAM_BYTES, or
    standard input of more than MAX_BYTES.
    """
    source = str(path)
    if source == STANDARD_INPUT:
        content = io.BytesIO(_read_standard_input())
        return _read_through(_Text(content, STANDARD_INPUT_NAME), STANDARD_INPUT_NAME, None)
    absolute = os.path.abspath(source)
    with _opened(source, printable(source)) as file:
        return _read_through(_Text(file, printable(source)), printable(Path(absolute).name), absolute)


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
        return [DocumentError(_why_not_opened(shown, error), ExitCode.NO_INPUT)]
    if not stat.S_ISDIR(mode):
        return [path]
    return _in_folder(path, shown)


def _in_folder(folder: Path, shown: str) -> list[Path | DocumentError]:
    errors: list[Path | DocumentError] = []
    files: list[Path] = []

    def note(error: OSError) -> None:
        sentence = _why_not_opened(printable(error.filename or shown), error)
        errors.append(DocumentError(sentence, ExitCode.NO_INPUT))

    for parent, folders, names in os.walk(folder, onerror=note):
        folders[:] = [name for name in folders if not name.startswith(".")]
        files.extend(Path(parent, name) for name in names if not name.startswith("."))
    if not files and not errors:
        sentence = f"{shown}: is a folder without documents; name a folder or file that holds some"
        return [DocumentError(sentence, ExitCode.NO_INPUT)]
    return [*sorted(files), *errors]


def _read_through(text: _Text, name: str, path: str | None) -> Document | DocumentStream:
    """Return what `text` is, held where it is small enough; without a `path` it cannot be read again and must be."""
    held: list[str] = []
    opening = ""
    for piece in text.pieces():
        opening += piece[: OPENING_LENGTH - len(opening)]
        if text.unpacked_count <= MAX_BYTES:
            held.append(piece)
        elif path is None:
            raise DocumentError(_too_large_to_hold(text.shown))
    known = (name, text.sha256, text.byte_count)
    if path is None or text.unpacked_count <= MAX_BYTES:
        return Document(*known, text="".join(held), line_count=text.line_count, source=text.shown)
    return DocumentStream(*known, line_count=text.line_count, opening=opening, path=path, source=text.shown)


class _Text:
    """The text of one open file, to be read once from front to back: hashed, unpacked, decoded and counted."""

    def __init__(self, file: io.FileIO | io.BytesIO, shown: str) -> None:
        self.shown = shown
        self.unpacked_count = 0
        self._raw = _HashedFile(file)
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._lines = _LineCount()
        self._length = self._control_count = 0
        self._is_blank = True

    @property
    def sha256(self) -> str:
        """The hash of the file, as it is, as far as it was read."""
        return self._raw.hash.hexdigest()

    @property
    def byte_count(self) -> int:
        """The size of the file, as it is, as far as it was read."""
        return self._raw.byte_count

    @property
    def line_count(self) -> int:
        """How many lines were read; as `split_lines` counts them."""
        return self._lines.count

    def pieces(self) -> Iterator[str]:
        """Give the text in consecutive pieces, none of them empty; raises DocumentError where it is no text."""
        try:
            for chunk in self._chunks():
                yield from self._decode(chunk)
        except EOFError:
            raise self._error(f"is gzip that is cut short in line {self._lines.current}; fetch it again") from None
        except (gzip.BadGzipFile, zlib.error):
            raise self._error(f"is gzip that is damaged in line {self._lines.current}; fetch it again") from None
        yield from self._decode(b"", is_last=True)
        if self._is_blank:
            raise self._error("is empty; paste the page into it and save it again")
        if self._control_count > self._length * MAX_CONTROL_SHARE:
            raise self._error("is binary, not text; save its text as UTF-8")

    def _chunks(self) -> Iterator[bytes]:
        buffered = io.BufferedReader(self._raw, _CHUNK)
        is_packed = buffered.peek(len(_GZIP)).startswith(_GZIP)
        unpacked = gzip.GzipFile(fileobj=buffered) if is_packed else buffered
        sample = b""
        # One read at a time, so that what stands before damage is counted.
        while chunk := unpacked.read1(_CHUNK):
            self.unpacked_count += len(chunk)
            if self.unpacked_count > MAX_STREAM_BYTES:
                raise self._error(f"is larger than {_size(MAX_STREAM_BYTES)}; split it into smaller documents")
            if not sample:
                sample = chunk[:4096]
                _refuse_known_binary(sample, self.shown)
            if b"\x00" in chunk:
                raise self._error(_why_binary(sample))
            yield chunk

    def _decode(self, chunk: bytes, *, is_last: bool = False) -> Iterator[str]:
        try:
            piece = self._decoder.decode(chunk, final=is_last)
        except UnicodeDecodeError as error:
            self._lines.pass_over(error.object[: error.start].decode())
            raise self._error(f"line {self._lines.current} is not UTF-8; save it as UTF-8") from None
        if piece:
            self._lines.pass_over(piece)
            self._length += len(piece)
            self._control_count += len(chunk) - len(chunk.translate(None, _CONTROLS))
            self._is_blank = self._is_blank and not piece.strip(_BLANKS)
            yield piece

    def _error(self, what: str) -> DocumentError:
        return DocumentError(f"{self.shown}: {what}")


class _HashedFile(io.RawIOBase):
    """A file that is being read: what was read of it is hashed and counted."""

    def __init__(self, file: io.FileIO | io.BytesIO) -> None:
        self.hash = hashlib.sha256()
        self.byte_count = 0
        self._file = file

    def readable(self) -> bool:
        """Whether it can be read: yes."""
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Read into `buffer` and return how many bytes were read, 0 at the end."""
        count = self._file.readinto(buffer) or 0
        self.hash.update(memoryview(buffer)[:count])
        self.byte_count += count
        return count


class _LineCount:
    """How many lines the pieces of a text have together; the two characters of one line end may be in two pieces."""

    def __init__(self) -> None:
        self._ended = 0
        self._last = ""

    @property
    def count(self) -> int:
        """How many lines there are; a final line end does not start a line."""
        return self._ended + (self._last not in ("", "\r", "\n"))

    @property
    def current(self) -> int:
        """The line in which the next character stands."""
        return self._ended + 1

    def pass_over(self, piece: str) -> None:
        """Count the next piece."""
        self._ended += piece.count("\n") + piece.count("\r") - piece.count("\r\n")
        self._ended -= self._last == "\r" and piece.startswith("\n")
        self._last = piece[-1:] or self._last


def _read_standard_input() -> bytes:
    try:
        content = sys.stdin.buffer.read(MAX_BYTES + 1)
    except (OSError, ValueError, AttributeError) as error:
        sentence = f"{STANDARD_INPUT_NAME}: cannot be read; pipe a document in or name a file"
        raise DocumentError(sentence, ExitCode.NO_INPUT) from error
    if len(content) > MAX_BYTES:
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
                sentence = f"{shown}: is not a regular file; save its content to a file or pipe it in with -"
                raise DocumentError(sentence, ExitCode.NO_INPUT)
            yield file
    except DocumentError:
        raise
    except (OSError, ValueError) as error:
        code = ExitCode.IO if isinstance(error, OSError) and error.errno == errno.EIO else ExitCode.NO_INPUT
        raise DocumentError(_why_not_opened(shown, error), code) from error


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


def _too_large_to_hold(shown: str) -> str:
    return f"{shown}: is larger than {_size(MAX_BYTES)}; save it to a file and load that"


def _size(limit: int) -> str:
    return f"{limit // 1024**3} GiB" if limit >= 1024**3 else f"{limit // 1024**2} MiB"


def _refuse_known_binary(sample: bytes, shown: str) -> None:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if sample.startswith(mark):
            raise DocumentError(f"{shown}: is {encoding}; save it as UTF-8")
    for signature, what in _SIGNATURES:
        if sample.startswith(signature):
            raise DocumentError(f"{shown}: {what}, not text; save its text as UTF-8")


def _why_binary(sample: bytes) -> str:
    if _looks_like_utf16(sample):
        return "looks like UTF-16; save it as UTF-8"
    return "is binary, not text; save its text as UTF-8"


def _looks_like_utf16(sample: bytes) -> bool:
    """Text in UTF-16 without a mark has a NUL in nearly every second byte, on one side only."""
    sides = sample[0::2].count(0), sample[1::2].count(0)
    return max(sides) > len(sample) // 2 * 0.4 and min(sides) <= max(sides) * 0.2
