"""Text read through the marks that LaTeX, HTML and PDF leave in addresses, with the way back to the original.

Only marks that stand for one known character (or for nothing) are undone; letters that were lost are not guessed.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from html import unescape
from typing import NamedTuple

_MARK = re.compile(
    r"(?P<tilde>\$\s?\{?\\(?:sim|textasciitilde|tilde\{\s?\})\}?\s?\$|\{\\(?:textasciitilde|sim)(?:\{\s?\})?\}"
    r"|\\textasciitilde\b(?:\s?\{\s?\}|\s(?=[A-Za-z]))?|\\string~|\\~\{\s?\}|\\~|\\sim\b|\{~\}|[∼˜～])"
    r"|(?P<under>(?<=[A-Za-z0-9/._~-])\{\\_(?=[A-Za-z0-9])"
    r"|\$\s?\\?_\s?\$|\{\\?_\}|\{\\textunderscore\}|\\textunderscore\b(?:\{\s?\}|\s(?=[A-Za-z]))?)"
    r"|(?P<hyphen>\{-\}|\$-\$|[‐‑−﹣－]|(?<=[A-Za-z0-9])–(?=[A-Za-z0-9]))"
    r"|(?P<nothing>[\u200b-\u200d\u2060\ufeff\u00ad]|\\-|\\(?:allowbreak|linebreak|nolinkurl)\b(?:\{\})?"
    r"|\\discretionary\{-?\}\{\}\{\}|\\hspace\{0pt\}|\\penalty\d{1,5}\b|\\{1,2}(?=\r?\n)|\{\}(?=[A-Za-z0-9/._~-]))"
    r"|\\{1,2}(?P<escaped>[_#%&/:.=?@+])"
    r"|(?P<entity>&(?:amp|lt|gt|quot|nbsp|#(?:3[3-9]|[4-9]\d|1[01]\d|12[0-6])|#[xX][2-7][0-9a-fA-F]);)"
    r"|(?P<ligature>[\ufb00-\ufb04])"
    r"|(?P<wide>(?<=[A-Za-z0-9/])[．／：](?=[A-Za-z0-9/／]))"
)
# Every mark begins with one of these: looking for them first is many times faster than trying every mark everywhere.
_BEGINNING = re.compile(
    r"[\\${&∼˜～‐‑−﹣－–\u200b-\u200d\u2060\ufeff\u00ad\ufb00-\ufb04．／：](?:(?<![{&])|(?<=\{)[-~_}\\]|(?<=&)[a-z#])"
)
_STANDS_FOR = {"tilde": "~", "under": "_", "hyphen": "-", "nothing": ""}
# The letters that a typesetter drew as one, by the code points of Unicode's block "Alphabetic Presentation Forms".
_LIGATURES = {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl"}
_WIDE = {"．": ".", "／": "/", "：": ":"}


class MendedText(NamedTuple):
    """A text with its marks undone. `starts`, `origins` and `ends` map pieces of it to places in the original."""

    text: str
    starts: tuple[int, ...]
    origins: tuple[int, ...]
    is_copied: tuple[bool, ...]
    ends: tuple[int, ...]

    def original_start(self, position: int) -> int:
        """Where in the original the character at `position` begins."""
        piece = bisect_right(self.starts, position) - 1
        return self.origins[piece] + (position - self.starts[piece] if self.is_copied[piece] else 0)

    def original_end(self, position: int) -> int:
        """Where in the original the character before `position` ends."""
        piece = bisect_right(self.starts, position - 1) - 1
        if self.is_copied[piece]:
            return self.origins[piece] + (position - self.starts[piece])
        return self.ends[piece]


def mend(text: str) -> MendedText:
    """Undo the marks in `text`. Never raises; time is linear, as every quantifier in the patterns is capped."""
    if not _may_have_marks(text):
        return MendedText(text, (0,), (0,), (True,), (len(text),))
    pieces: list[str] = []
    places: list[tuple[int, int, bool, int]] = []
    length = last = 0
    for beginning in _BEGINNING.finditer(text):
        start = beginning.start()
        match = _MARK.match(text, start) if start >= last else None
        if match is None:
            continue
        if start > last:
            places.append((length, last, True, start))
            pieces.append(text[last:start])
            length += start - last
        replacement = _replacement(match)
        if replacement:
            places.append((length, start, False, match.end()))
            pieces.append(replacement)
            length += len(replacement)
        last = match.end()
    places.append((length, last, True, len(text)))
    pieces.append(text[last:])
    starts, origins, is_copied, ends = zip(*places, strict=True)
    return MendedText("".join(pieces), starts, origins, is_copied, ends)


def _may_have_marks(text: str) -> bool:
    if text.isascii():
        return "\\" in text or "$" in text or "{" in text or "&" in text
    return _BEGINNING.search(text) is not None


def _replacement(match: re.Match[str]) -> str:
    group = match.lastgroup or ""
    if group == "escaped":
        return match["escaped"]
    if group == "entity":
        return unescape(match["entity"]).replace("\xa0", " ")  # `&nbsp;` is a blank like any other
    if group == "ligature":
        return _LIGATURES[match["ligature"]]
    if group == "wide":
        return _WIDE[match["wide"]]
    return _STANDS_FOR[group]
