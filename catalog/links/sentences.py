"""The words that speak of an address: its clause before it, its tail after it, and whether it shares them.

Everything here looks at a bounded stretch before and after the address.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_BEFORE = 600
_AFTER = 200
_NEAR = 150
# Both patterns begin with a set of characters: a text is searched for one many times faster than for alternatives.
_BOUNDARY = re.compile(
    r"[.!?\n。！？TOCAWPDS](?:"
    r"(?<=[a-z0-9)\]}%\"'”][.!?])(?=[A-Z][a-z])"
    r"|(?<=[a-z][TOCAWPDS])(?:(?<=T)(?:he|his)|(?<=O)ur|(?<=C)odes?|(?<=A)(?:n|ll)?|(?<=W)e|(?<=P)roject|(?<=D)ata"
    r"|(?<=S)ource)(?P<word>)(?=\s)"
    r"|(?<=[.!?])[\"')\]}”’]{0,2}\s{1,20}(?=[A-Z(\[{\\\"'“‘*#0-9])"
    r"|(?<=\n)\s{0,10}\n|(?<=[。！？]))"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|et al|vs|fig|cf|approx|resp|sec|eq|no|dr|prof|etc|a\.k\.a|w\.r\.t)|\b[A-Z])\.$", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"[.!?。！？\n](?:(?<!\n)(?=[\s)\"'}\]]|$|[A-Z])|(?<=\n)\s{0,10}\n)")
_SMALL_LETTER = re.compile(r"[a-z]")
_MARKS = r"[\s,;:/&|(){}\[\]<>~*\"'`+.-]{0,20}"
_JOINING_WORD = r"\b(?:and|or|as well as|also|at|on|respectively|mirror|mirrored|via|in)\b"
_CONNECTIVE = re.compile(rf"{_MARKS}(?:{_JOINING_WORD}{_MARKS}){{0,3}}", re.IGNORECASE)


class Surroundings(NamedTuple):
    """What stands round one address: `before` and `after` within its sentence, and whether it shares another's words.

    `shares_previous` is True where only a comma, "and" or the like stands between it and the address before.
    """

    before: str
    after: str
    shares_previous: bool


def surroundings(text: str, start: int, end: int, previous_end: int | None, next_start: int | None) -> Surroundings:
    """The words round the address at `text[start:end]`, given its neighbours in the same text."""
    begin = max(0, start - _BEFORE)
    shares_previous = False
    if previous_end is not None and previous_end >= begin:
        begin = previous_end
        between = text[begin:start]
        shares_previous = len(between) <= 60 and _CONNECTIVE.fullmatch(between) is not None
    before = text[begin:start]
    before = before[_sentence_start(before) :]
    stop = min(len(text), end + _AFTER)
    if next_start is not None:
        stop = min(stop, next_start)
    after = text[end:stop]
    closing = _SENTENCE_END.search(after)
    if closing:
        after = after[: closing.start()]
    return Surroundings(_one_line(before), _one_line(after), shares_previous)


def _sentence_start(before: str) -> int:
    # Most sentences are short. No boundary but a glued word reaches over a small letter, and none begins in one.
    near = _SMALL_LETTER.search(before, max(0, len(before) - _NEAR))
    start = _last_boundary(before, near.start()) if near is not None else None
    return start if start is not None else _last_boundary(before, 0) or 0


def _last_boundary(before: str, position: int) -> int | None:
    """Where the last sentence starts that begins after `position`."""
    end = len(before.rstrip())
    for match in reversed(list(_BOUNDARY.finditer(before, position))):
        if match["word"] is not None:
            # A sentence that was glued to the word before it.
            return match.start()
        if match.end() < end and not _ABBREVIATION.search(before, max(0, match.start() - 8), match.start() + 1):
            return match.end()
    return None


def _one_line(text: str) -> str:
    return " ".join(text.split())
