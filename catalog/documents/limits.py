"""How much of a document is held, and how much of one is read at all. Tests make these smaller."""

from __future__ import annotations

from typing import Final

MAX_BYTES: Final = 32 * 1024**2
"""The text of a larger document, unpacked, is not held in memory."""

MAX_STREAM_BYTES: Final = 8 * 1024**3
"""The most that any text takes, unpacked: gzip can hold a thousand times its own size."""

OPENING_LENGTH: Final = 64 * 1024
"""How many characters of a text that is not held are there to tell its format."""

CHUNK: Final = 256 * 1024
"""How many bytes are read at a time."""


def size(limit: int) -> str:
    """Return a number of bytes as people write it."""
    return f"{limit // 1024**3} GiB" if limit >= 1024**3 else f"{limit // 1024**2} MiB"
