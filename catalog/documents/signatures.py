"""Bytes that are no UTF-8 text, told by how they begin. Pure."""

from __future__ import annotations

from typing import Final

from catalog.documents.errors import DocumentError

GZIP: Final = b"\x1f\x8b"

_BYTE_ORDER_MARKS: Final = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_SIGNATURES: Final = (
    (b"%PDF-", "is a PDF"),
    (GZIP, "is compressed twice (gzip)"),
    (b"PK\x03\x04", "is a zip archive or an office document"),
    (b"\x89PNG\r\n", "is an image"),
    (b"\xff\xd8\xff", "is an image"),
    (b"GIF8", "is an image"),
    (b"SQLite format 3\x00", "is an SQLite database"),
)


def refuse_known_binary(sample: bytes, shown: str) -> None:
    """Raise DocumentError where a document begins as a file of a kind that is no UTF-8 text."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if sample.startswith(mark):
            raise DocumentError(f"{shown}: is {encoding}; save it as UTF-8")
    for signature, what in _SIGNATURES:
        if sample.startswith(signature):
            raise DocumentError(f"{shown}: {what}, not text; save its text as UTF-8")


def why_binary(sample: bytes) -> str:
    """Return what a document with NUL bytes seems to be, from how it begins."""
    if _looks_like_utf16(sample):
        return "looks like UTF-16; save it as UTF-8"
    return "is binary, not text; save its text as UTF-8"


def _looks_like_utf16(sample: bytes) -> bool:
    """Text in UTF-16 without a mark has a NUL in nearly every second byte, on one side only."""
    sides = sample[0::2].count(0), sample[1::2].count(0)
    return max(sides) > len(sample) // 2 * 0.4 and min(sides) <= max(sides) * 0.2
