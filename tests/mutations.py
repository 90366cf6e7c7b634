"""Damage to documents, drawn by hypothesis: what people, tools and disks do to a text, and what attackers put in."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import strategies as st

HOSTILE = (
    "\n",
    "\r",
    "\r\n\r\n",
    "\n\n\n",
    " ",
    "\u2028",
    "\x0c",
    "\x0b\x85",
    "\ufeff",
    "\u200b",
    "\x1b[31mred\x1b[0m",
    "\u202egnp.exe\u2066",
    "\\ud800",
    "\\u0000",
    '"',
    "'",
    "\\",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "](",
    "### [",
    "</article>",
    "<article>",
    "<!--",
    "-->",
    "]]>",
    "<entry>",
    "</entry>",
    "&#0;",
    "&amp;lt;",
    "<script>alert(1)</script>",
    "'); DROP TABLE papers; --",
    "javascript:alert(1)",
    "data:text/html,<b>x</b>",
    "https://github.com/invented-lab/",
    "Feb 30",
    "Feb 29",
    "Mar 12",
    "Mar 2, 2031 4",
    "• 3 authors",
    "Daily Papers",
    "new\n\nSubscribe\n\nDaily Papers\n\nMar 12\n\n",
    "99999999999999999999",
    "1e999",
    "null",
    "word " * 400,
    "x" * 3000,
)

Kind = Callable[[str, int, int, str], str]


def _cut(text: str, start: int, end: int, _: str) -> str:
    return text[:start] + text[end:]


def _keep(text: str, start: int, end: int, _: str) -> str:
    return text[start:end]


def _insert(text: str, start: int, _: int, piece: str) -> str:
    return text[:start] + piece + text[start:]


def _overwrite(text: str, start: int, _: int, piece: str) -> str:
    return text[:start] + piece + text[start + len(piece) :]


def _copy(text: str, start: int, end: int, _: str) -> str:
    return text[:end] + text[start:end] + text[end:]


def _move(text: str, start: int, end: int, _: str) -> str:
    return text[end:] + text[start:end] + text[:start]


def _end_lines(text: str, start: int, end: int, piece: str) -> str:
    return text[:start] + text[start:end].replace("\n", piece if piece.isspace() else "\r\n") + text[end:]


def _join_lines(text: str, start: int, end: int, _: str) -> str:
    return text[:start] + text[start:end].replace("\n", " ") + text[end:]


def _part_lines(text: str, start: int, end: int, _: str) -> str:
    return text[:start] + text[start:end].replace(". ", ".\n\n") + text[end:]


def _exchange(text: str, start: int, end: int, piece: str) -> str:
    """Put a piece in the place of each comma, quote or blank there is, whichever stands at `start`."""
    return text[:start] + text[start:end].replace(text[start : start + 1] or ",", piece, 40) + text[end:]


KINDS: tuple[Kind, ...] = (
    _cut,
    _keep,
    _insert,
    _overwrite,
    _copy,
    _move,
    _end_lines,
    _join_lines,
    _part_lines,
    _exchange,
)
GENTLE = (_cut, _keep, _copy, _move, _end_lines)
"""Damage that puts nothing in that was not there."""


@dataclass(frozen=True)
class Mutation:
    """One damage: of a kind, between two places (told as parts of 65,536), at line ends or anywhere, with a piece."""

    kind: Kind
    start: int
    length: int
    is_at_line: bool
    piece: str

    def apply(self, text: str) -> str:
        start = len(text) * self.start >> 16
        end = min(len(text), start + (len(text) * self.length >> 16))
        if self.is_at_line:
            start, end = (text.rfind("\n", 0, place) + 1 for place in (start, end))
        return self.kind(text, start, max(start, end), self.piece)


def mutations(kinds: tuple[Kind, ...] = KINDS) -> st.SearchStrategy[list[Mutation]]:
    """Several damages, one after the other; most of them are to a small part of the text."""
    place = st.integers(0, 65535)
    return st.lists(
        st.builds(
            Mutation,
            st.sampled_from(kinds),
            place,
            st.integers(0, 800) | place,
            st.booleans(),
            st.sampled_from(HOSTILE) | st.text(st.characters(codec="utf-8"), max_size=8),
        ),
        max_size=4,
    )


def mutated(text: str, damages: list[Mutation]) -> str:
    """The text with one damage after the other, never more than four times as long and a little."""
    most = 4 * len(text) + 10_000
    for damage in damages:
        text = damage.apply(text)[:most]
    return text


ByteDamage = tuple[Callable[[bytes, int, int], bytes], int, int] | None


def _flip(content: bytes, place: int, value: int) -> bytes:
    return content[:place] + bytes([value]) + content[place + 1 :]


def _drop(content: bytes, place: int, _: int) -> bytes:
    return content[:place] + content[place + 1 :]


def _pack(content: bytes, place: int, value: int) -> bytes:
    packed = gzip.compress(content, 1, mtime=0)
    return packed if value < 128 else _flip(packed, place % max(1, len(packed)), value)


BYTES: st.SearchStrategy[ByteDamage] = st.one_of(
    st.just(None),
    st.just(None),
    st.just(None),
    st.tuples(st.sampled_from([_flip, _drop, _pack]), st.integers(0, 65535), st.integers(0, 255)),
)
"""Damage to the bytes of a file, or none, which is drawn more often: most of it ends every reading."""


def in_bytes(text: str, damage: ByteDamage) -> bytes:
    """The bytes of a file that holds the text, damaged."""
    content = text.encode("utf-8", "surrogatepass")
    if damage is None or not content:
        return content
    kind, place, value = damage
    return kind(content, len(content) * place >> 16, value)
