"""One open file -> its text, read once from front to back: hashed, unpacked, decoded and counted."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from catalog.documents import limits
from catalog.documents.errors import DocumentError
from catalog.documents.lines import LineCount
from catalog.documents.signatures import GZIP, refuse_known_binary, why_binary

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# A pasted text may carry a stray control character; a file that is not text carries many.
MAX_CONTROL_SHARE: Final = 0.005
_BLANKS: Final = "\ufeff \t\r\n\v\f\u00a0\u200b"
# In UTF-8 these bytes are part of no other character.
_CONTROLS: Final = bytes([*range(0x01, 0x09), *range(0x0E, 0x1B), *range(0x1C, 0x20), 0x7F])


class Text:
    """The text of one open file, to be read once from front to back: hashed, unpacked, decoded and counted."""

    def __init__(self, file: io.FileIO | io.BytesIO, shown: str) -> None:
        self.shown = shown
        self.unpacked_count = 0
        self._raw = _HashedFile(file)
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._lines = LineCount()
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
        buffered = io.BufferedReader(self._raw, limits.CHUNK)
        is_packed = buffered.peek(len(GZIP)).startswith(GZIP)
        unpacked = gzip.GzipFile(fileobj=buffered) if is_packed else buffered
        sample = b""
        # One read at a time, so that what stands before damage is counted.
        while chunk := unpacked.read1(limits.CHUNK):
            self.unpacked_count += len(chunk)
            if self.unpacked_count > limits.MAX_STREAM_BYTES:
                raise self._error(
                    f"is larger than {limits.size(limits.MAX_STREAM_BYTES)}; split it into smaller documents"
                )
            if not sample:
                sample = chunk[:4096]
                refuse_known_binary(sample, self.shown)
            if b"\x00" in chunk:
                raise self._error(why_binary(sample))
            # To look for each of them is several times faster than to count them, and hardly a text has any.
            if any(control in chunk for control in _CONTROLS):
                self._control_count += len(chunk) - len(chunk.translate(None, _CONTROLS))
            yield chunk

    def _decode(self, chunk: bytes, *, is_last: bool = False) -> Iterator[str]:
        try:
            piece = self._decoder.decode(chunk, final=is_last)
        except UnicodeDecodeError as error:
            self._lines.pass_over(error.object[: error.start])
            raise self._error(f"line {self._lines.current} is not UTF-8; save it as UTF-8") from None
        self._lines.pass_over(chunk)
        if piece:
            self._length += len(piece)
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
