"""The body of an answer, piece by piece and never more than is allowed, whatever the host sends. Pure."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import Final

from catalog.fetch.faults import AnswerError, TryAgainError

ACCEPTED_ENCODING: Final = "gzip"

_GZIP_WINDOW: Final = zlib.MAX_WBITS | 16


def read_body(pieces: Iterable[bytes], encoding: str, most_bytes: int) -> bytes:
    """Return the content that `pieces` carry in the content coding `encoding`.

    Unpacked here and not by httpx, which unpacks each piece whole before anybody can count it: 64 KiB can become
    64 MiB. Raises AnswerError where packed or unpacked more than `most_bytes` come, or the coding was not accepted,
    and TryAgainError where the packed content is damaged or cut short.
    """
    coding = encoding.strip().lower()
    if coding in ("", "identity"):
        return _limited(pieces, most_bytes)
    if coding in ("gzip", "x-gzip"):
        return _gunzipped(pieces, most_bytes)
    raise AnswerError(f"the answer is packed as {coding[:20]!r}, which was not accepted; check --base-url")


def _limited(pieces: Iterable[bytes], most_bytes: int) -> bytes:
    content = bytearray()
    for piece in pieces:
        content += piece
        _check_size(len(content), most_bytes)
    return bytes(content)


def _gunzipped(pieces: Iterable[bytes], most_bytes: int) -> bytes:
    unpacker = zlib.decompressobj(_GZIP_WINDOW)
    content = bytearray()
    packed_count = 0
    for piece in pieces:
        # Empty blocks unpack to nothing, for ever.
        packed_count += len(piece)
        _check_size(packed_count, most_bytes)
        try:
            content += unpacker.decompress(piece, most_bytes + 1 - len(content))
        except zlib.error:
            raise TryAgainError("sent a damaged answer") from None
        _check_size(len(content), most_bytes)
    if not unpacker.eof or unpacker.unused_data:
        raise TryAgainError("sent an answer that is cut short or damaged")
    return bytes(content)


def _check_size(count: int, most_bytes: int) -> None:
    if count > most_bytes:
        raise AnswerError(f"the answer is larger than {most_bytes / 2**20:g} MiB, so it is refused; check --base-url")
