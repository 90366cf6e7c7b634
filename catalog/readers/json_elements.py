"""JSON, one element of an array at a time, each with its place in the document. Pure.

Python's own decoder gives values without places and wants a whole text at once. Here the array is only cut into its
elements; each is then decoded by that decoder. Lines are those of `catalog.documents`: they end at a line feed, a
carriage return or both. JSON is that of RFC 8259: a name that stands twice in one object, `NaN` and `Infinity` are
refused, because a value would be lost or have no meaning.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal, NoReturn

from catalog.values import value

MOST_CHARACTERS: Final = 4 * 1024 * 1024

WHITE_SPACE: Final = " \t\r\n"
STRING: Final = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_NO_BRACKET: Final = rf'[^"{{}}\[\]]*+(?:{STRING}[^"{{}}\[\]]*+)*+'
_NO_MARK = re.compile(rf'[^"{{}}\[\],]*+(?:{STRING}[^"{{}}\[\],]*+)*+', re.DOTALL)
_BETWEEN_BRACKETS = re.compile(_NO_BRACKET, re.DOTALL)
_REST_OF_STRING = re.compile(r'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_BLANKS = re.compile(r"[ \t\r\n]*+")
_ENDS_ELEMENT = re.compile(r"[ \t\r\n]*+[,\]]")


class JsonDamage(ValueError):
    """JSON that is cut short or malformed: `line` is where it went wrong, the text says how in a few words."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


@value(kw_only=True)
class RawJson:
    """A piece of JSON as it stands; `char` counts the characters of line `line` before it."""

    text: str
    line: int
    char: int

    @property
    def line_end(self) -> int:
        """The line in which it ends."""
        return self.line + _line_breaks(self.text)

    def place(self, index: int) -> tuple[int, int]:
        """Return the line of the document, and the character in it, of character `index` of `text`."""
        if "\r" not in self.text:
            last_break = self.text.rfind("\n", 0, index)
            if last_break < 0:
                return self.line, self.char + index
            return self.line + self.text.count("\n", 0, index), index - last_break - 1
        place = Place(self.line, self.char)
        place.pass_over(self.text[:index])
        return place.line, place.char


@value(kw_only=True)
class JsonElement(RawJson):
    """One JSON value: decoded, and as it stands."""

    value: Any


@value(kw_only=True)
class DamagedElement(RawJson):
    """A piece between two commas of an array that is no JSON value, and in a few words why."""

    reason: str


def decode_element(text: str, line: int = 1, char: int = 0) -> JsonElement | DamagedElement:
    """Decode one JSON value that stands at `line` and `char` of a document; white space around it is not part of it.

    Raises nothing: what is no JSON, is nested too deeply or holds a number that is too long comes as DamagedElement.
    """
    place = Place(line, char)
    stripped = text.lstrip(WHITE_SPACE)
    place.pass_over(text[: len(text) - len(stripped)])
    stripped = stripped.rstrip(WHITE_SPACE)
    try:
        # One decoder for all: json.loads would make one for each value. It also has the words for a byte order mark.
        value = json.loads(stripped) if stripped.startswith("\ufeff") else _DECODER.decode(stripped)
    except json.JSONDecodeError as error:
        what = error.msg[:1].lower() + error.msg[1:].removesuffix(" at").rstrip(": ")
        reached = Place(place.line, place.char)
        reached.pass_over(stripped[: error.pos])
        reason = f"{what} at character {reached.char + 1} of line {reached.line}"
    except RecursionError:
        reason = "it is nested too deeply"
    except ValueError as error:
        # Python refuses to convert an integer of more than 4300 digits.
        reason = "a number is too long" if "integer string conversion" in str(error) else str(error)
    else:
        return JsonElement(text=stripped, line=place.line, char=place.char, value=value)
    return DamagedElement(text=stripped, line=place.line, char=place.char, reason=reason)


def array_elements(
    pieces: Iterable[str], *, most: int = MOST_CHARACTERS, line: int = 1, char: int = 0
) -> Iterator[JsonElement | DamagedElement]:
    """Give the elements of the JSON array that `pieces` make up together, one at a time, each as soon as it is whole.

    The pieces are consecutive and may be cut anywhere; the first stands at `line` and `char`. An element that is no
    JSON, though commas and brackets tell where it ends, comes as DamagedElement in its place. Memory is bounded by one
    piece and `most` characters of one element; time is in proportion to the length of the pieces. Raises JsonDamage
    where the text is no array, is cut short, goes on after the array, or holds an element of more than `most`
    characters; what came before is given first.
    """
    structure = Structure()
    array = _OpenArray(most, Place(line, char))
    for piece in pieces:
        start = array.decode_next(piece, 0)
        while (cut := structure.next_cut(piece, start)) is not None:
            array.add(piece[start:cut])
            element = array.mark(piece[cut])
            if element is not None:
                yield element
            start = array.decode_next(piece, cut + 1)
        array.add(piece[start:])
    array.end()


class Place:
    """A place in the document that moves on over text, given in pieces."""

    def __init__(self, line: int = 1, char: int = 0) -> None:
        self.line = line
        self.char = char
        self._is_after_return = False

    def pass_over(self, text: str) -> None:
        """Move on over the next piece."""
        if not text:
            return
        line_breaks = _line_breaks(text)
        if line_breaks:
            # The two characters of one line end may come in two pieces.
            self.line += line_breaks - (self._is_after_return and text[0] == "\n")
            self.char = len(text) - max(text.rfind("\n"), text.rfind("\r")) - 1
        else:
            self.char += len(text)
        self._is_after_return = text[-1] == "\r"

    @property
    def last_line(self) -> int:
        """The last line so far: a final line end does not start a line."""
        return self.line - 1 if self.char == 0 and self.line > 1 else self.line


class Structure:
    """Which brackets and commas of a JSON text are those of its outermost array; knows nothing of values."""

    def __init__(self) -> None:
        self._depth = 0
        self._is_in_string = False
        self._is_escaped = False

    def next_cut(self, piece: str, position: int = 0) -> int | None:
        """Return the next place, from `position`, of a bracket or comma outside of every element; None at the end.

        Pieces are given one after another, each as often as there are cuts in it.
        """
        if self._is_in_string and piece:
            position = self._after_string(piece, position)
        while position < len(piece):
            between = (_NO_MARK if self._depth <= 1 else _BETWEEN_BRACKETS).match(piece, position)
            position = between.end() if between else position
            mark = piece[position : position + 1]
            if mark == '"':
                # The end of the piece cuts a string.
                position = self._after_string(piece, position + 1)
                continue
            if mark and self._is_cut(mark):
                return position
            position += 1
        return None

    def _after_string(self, piece: str, position: int) -> int:
        """Where in the piece the string ends that is open at `position`."""
        rest = _REST_OF_STRING.match(piece, position + self._is_escaped)
        position = rest.end() if rest else position
        ending = piece[position : position + 1]
        self._is_escaped = ending == "\\"
        self._is_in_string = ending != '"'
        return position + 1

    def _is_cut(self, mark: str) -> bool:
        if mark in "[{":
            self._depth += 1
            return self._depth == 1
        if mark in "]}":
            self._depth = max(self._depth - 1, 0)
            return self._depth == 0
        return self._depth <= 1


class _OpenArray:
    """The array so far: what is expected next, and the text of the element that is not whole yet."""

    def __init__(self, most: int, place: Place) -> None:
        self._most = most
        self._state: Literal["before", "first", "next", "after"] = "before"
        self._place = place
        self._held: list[str] = []
        self._held_length = 0
        self._start = (place.line, place.char)
        self._decoded: JsonElement | None = None

    def decode_next(self, piece: str, start: int) -> int:
        """Take the next element from `start` of the piece if it is whole there; return where it ends, else `start`.

        What is no JSON is left to be cut at brackets.
        """
        if self._state not in ("first", "next") or self._held:
            return start
        begin = _BLANKS.match(piece, start).end()  # type: ignore[union-attr]
        try:
            value, end = _DECODER.raw_decode(piece, begin)
        except (ValueError, RecursionError):
            return start
        ending = _ENDS_ELEMENT.match(piece, end)
        if ending is None or ending.end() - 1 - begin > self._most:
            return start
        self._place.pass_over(piece[start:begin])
        text = piece[begin:end]
        self._decoded = JsonElement(text=text, line=self._place.line, char=self._place.char, value=value)
        self._place.pass_over(text)
        return end

    def add(self, text: str) -> None:
        """Take text that no bracket or comma of the array itself stands in."""
        if not self._held:
            stripped = text.lstrip(WHITE_SPACE)
            self._place.pass_over(text[: len(text) - len(stripped)])
            text = stripped
            self._start = (self._place.line, self._place.char)
        if not text:
            return
        if self._state in ("before", "after"):
            self._fail("the text is no array" if self._state == "before" else "text follows the array")
        self._held.append(text)
        self._held_length += len(text)
        if self._held_length > self._most:
            raise JsonDamage(self._start[0], f"an element is longer than {self._most} characters")
        self._place.pass_over(text)

    def mark(self, mark: str) -> JsonElement | DamagedElement | None:
        """Take a bracket or comma of the array itself, and return the element that it ends."""
        if (self._state == "before") != (mark == "[") or self._state == "after" or mark in "{}":
            self._fail({"before": "the text is no array", "after": "text follows the array"}.get(self._state))
        element: JsonElement | DamagedElement | None = self._decoded
        self._decoded = None
        if element is not None:
            pass
        elif self._held:
            element = decode_element("".join(self._held), *self._start)
        elif not (self._state == "before" or (self._state == "first" and mark == "]")):
            self._fail("an element is missing before a comma or bracket")
        self._held.clear()
        self._held_length = 0
        self._state = "first" if mark == "[" else "after" if mark == "]" else "next"
        self._place.pass_over(mark)
        return element

    def end(self) -> None:
        """Take the end of the text."""
        if self._state != "after":
            reason = "the text is no array" if self._state == "before" else "the array is cut short"
            raise JsonDamage(self._place.last_line, reason)

    def _fail(self, reason: str | None) -> NoReturn:
        raise JsonDamage(self._place.line, reason or "a bracket does not match")


def _line_breaks(text: str) -> int:
    feeds = text.count("\n")
    return feeds + text.count("\r") - text.count("\r\n") if "\r" in text else feeds


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        raise ValueError(f"the name {counts.most_common(1)[0][0][:80]!a} stands twice in one object")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


_DECODER: Final = json.JSONDecoder(parse_constant=_refuse_constant, object_pairs_hook=_object)
