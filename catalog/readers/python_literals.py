r"""Parse what Python's `repr` writes for data of the JSON kind: dict, list, str, int, float, True, False, None. Pure.

Some saved API answers hold such text in the place of JSON objects. Nothing is evaluated, and nothing else is taken: a
call such as `datetime.datetime(…)`, a name, a tuple or a bytes literal is refused. The string escapes are those that
`repr` writes: `\\`, `\'`, `\"`, `\n`, `\r`, `\t`, `\xXX`, `\uXXXX`, `\UXXXXXXXX`
(https://docs.python.org/3/reference/lexical_analysis.html#escape-sequences).
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from json.encoder import encode_basestring
from typing import Any, Final

MOST_DEPTH: Final = 64

_TOKEN = re.compile(
    r"""[ \t\r\n]*+
    (?:
        (?P<string>'[^'\\\r\n]*+(?:\\.[^'\\\r\n]*+)*+'|"[^"\\\r\n]*+(?:\\.[^"\\\r\n]*+)*+")
      | (?P<number>-?[0-9][0-9.e+-]{0,399})(?![0-9A-Za-z_.])
      | (?P<name>[A-Za-z_][A-Za-z0-9_.]{0,99})(?P<call>\()?
      | (?P<mark>[{}\[\],:])
    )""",
    re.VERBOSE | re.ASCII,
)
_WHITE_SPACE = re.compile(r"[ \t\r\n]*+")
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,399})", re.ASCII)
_FLOAT = re.compile(r"-?(?:0|[1-9][0-9]{0,399})(?:\.[0-9]{1,399})?(?:e[+-][0-9]{2,3})?", re.ASCII)
_ESCAPE = re.compile(r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|(.))", re.DOTALL)
_SHORT_ESCAPES: Final = {"\\": "\\", "'": "'", '"': '"', "n": "\n", "r": "\r", "t": "\t"}
_NAMES: Final[dict[str, bool | None]] = {"True": True, "False": False, "None": None}

# What differs from JSON, and every run of characters of which numbers and names are made.
_TO_JSON = re.compile(
    r"""(?P<string>'[^'\\\r\n]*+(?:\\.[^'\\\r\n]*+)*+'|"[^"\\\r\n]*+(?:\\.[^"\\\r\n]*+)*+")
      | (?P<number>-?(?:0|[1-9][0-9]{0,399})(?:\.[0-9]{1,399})?(?:e[+-][0-9]{2,3})?)(?![0-9A-Za-z_.+-])
      | [0-9A-Za-z_.+-]++""",
    re.VERBOSE | re.ASCII,
)
_JSON_NAMES: Final = {"True": "true", "False": "false", "None": "null"}


def parse_literal(text: str) -> Any:
    """Return the value whose `repr` is `text`.

    Raises ValueError, which says in a few words what stands there instead, for anything else, also for what is nested
    deeper than `MOST_DEPTH`. Takes time in proportion to the length of the text.
    """
    with suppress(ValueError, KeyError, RecursionError):
        value = _DECODER.decode(_TO_JSON.sub(_as_json, text))
        if not _is_too_deep(value):
            return value
    # What is wrong is said by the way that looks at each token.
    parser = _Parser(text)
    value = parser.value(0)
    parser.end()
    return value


def _as_json(token: re.Match[str]) -> str:
    """A string or name of Python's as JSON writes it, a number as it is; raises for anything else."""
    written = token[0]
    if token["string"] is not None:
        return encode_basestring(_string(written))
    return written if token["number"] is not None else _JSON_NAMES[written]


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice in one dict")
    return found


def _is_too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MOST_DEPTH):
        level = [
            inner
            for outer in level
            if isinstance(outer, (list, dict))
            for inner in (outer if isinstance(outer, list) else outer.values())
        ]
        if not level:
            return False
    return any(isinstance(inner, (list, dict)) for inner in level)


class _Parser:
    """A text and how far it is read."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0

    def value(self, depth: int) -> Any:
        token = self._next()
        if token["string"] is not None:
            return _string(token["string"])
        if token["number"] is not None:
            return _number(token["number"])
        if token["name"] is not None:
            return _named(token["name"], is_call=token["call"] is not None)
        if token["mark"] not in ("[", "{"):
            raise ValueError(f'a "{token["mark"]}" stands where a value is expected')
        if depth == MOST_DEPTH:
            raise ValueError("it is nested too deeply")
        return self._list(depth + 1) if token["mark"] == "[" else self._dict(depth + 1)

    def end(self) -> None:
        """Raise ValueError where text is left."""
        rest = _WHITE_SPACE.match(self._text, self._position)
        if rest is not None and rest.end() != len(self._text):
            raise ValueError("text follows the value")

    def _list(self, depth: int) -> list[Any]:
        found: list[Any] = []
        if self._takes("]"):
            return found
        while True:
            found.append(self.value(depth))
            if not self._continues("]"):
                return found

    def _dict(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if self._takes("}"):
            return found
        while True:
            key = self.value(depth)
            if not isinstance(key, str):
                raise ValueError("a key is no string")
            if key in found:
                raise ValueError(f"the key {key[:80]!a} stands twice in one dict")
            if self._next()["mark"] != ":":
                raise ValueError("a key has no value")
            found[key] = self.value(depth)
            if not self._continues("}"):
                return found

    def _next(self) -> re.Match[str]:
        token = _TOKEN.match(self._text, self._position)
        if token is None:
            raise ValueError(_what_stands(self._text, self._position))
        self._position = token.end()
        return token

    def _takes(self, mark: str) -> bool:
        token = _TOKEN.match(self._text, self._position)
        if token is None or token["mark"] != mark:
            return False
        self._position = token.end()
        return True

    def _continues(self, closing: str) -> bool:
        mark = self._next()["mark"]
        if mark not in (",", closing):
            raise ValueError(f'neither a comma nor "{closing}" follows a value')
        return bool(mark == ",")


def _string(literal: str) -> str:
    return _ESCAPE.sub(_unescaped, literal[1:-1]) if "\\" in literal else literal[1:-1]


def _unescaped(escape: re.Match[str]) -> str:
    digits = escape[1] or escape[2] or escape[3]
    if digits is None:
        if escape[4] not in _SHORT_ESCAPES:
            raise ValueError(f"repr writes no escape {escape[0]!a}")
        return _SHORT_ESCAPES[escape[4]]
    code_point = int(digits, 16)
    if code_point > 0x10FFFF:
        raise ValueError(f"{escape[0]!a} is no character")
    return chr(code_point)


def _number(text: str) -> int | float:
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    raise ValueError(f"{text[:80]!a} is no number that repr writes")


def _named(name: str, *, is_call: bool) -> bool | None:
    if is_call:
        raise ValueError(f'a call of "{name}" stands where a value is expected')
    if name not in _NAMES:
        raise ValueError(f'the name "{name}" stands where a value is expected')
    return _NAMES[name]


def _what_stands(text: str, position: int) -> str:
    blank = _WHITE_SPACE.match(text, position)
    position = blank.end() if blank else position
    if position == len(text):
        return "it is cut short"
    if text[position] in "'\"":
        return "a string is not closed"
    if text[position] in "-0123456789":
        return "a number is no number that repr writes, or is too long"
    return f"the character {text[position]!a} stands where a value is expected"


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_object)
