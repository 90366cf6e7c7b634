"""Lines of a text: where they end, and how many there are. Pure."""

from __future__ import annotations


def with_line_feeds(text: str) -> str:
    r"""Return a text with `\n` for its line ends, which may be `\r\n` and lone `\r` too."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def split_lines(text: str) -> list[str]:
    r"""Split a text at `\n`, `\r\n` and lone `\r`, and at nothing else; a final line end does not start a line."""
    lines = with_line_feeds(text).split("\n")
    if lines[-1] == "":
        lines.pop()
    return lines


class LineCount:
    """How many lines the pieces of a UTF-8 text have together; the two bytes of one line end may be in two pieces."""

    def __init__(self) -> None:
        self._ended = 0
        self._last = b""

    @property
    def count(self) -> int:
        """How many lines there are; a final line end does not start a line."""
        return self._ended + (self._last not in (b"", b"\r", b"\n"))

    @property
    def current(self) -> int:
        """The line in which the next character stands."""
        return self._ended + 1

    def pass_over(self, piece: bytes) -> None:
        """Count the next piece."""
        self._ended += piece.count(b"\n")
        if b"\r" in piece:
            self._ended += piece.count(b"\r") - piece.count(b"\r\n")
        self._ended -= self._last == b"\r" and piece.startswith(b"\n")
        self._last = piece[-1:] or self._last
