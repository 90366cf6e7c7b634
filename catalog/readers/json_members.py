"""The members of a JSON object or array, each as it stands and with its place; the values are not looked at. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from catalog.readers.json_elements import STRING, WHITE_SPACE, JsonDamage, JsonElement, Place, RawJson, Structure

_NEXT_KEY = re.compile(rf'[ \t\r\n]*+,?[ \t\r\n]*+"({STRING[1:-1]})"[ \t\r\n]*+:[ \t\r\n]*+', re.DOTALL)
_COLON = re.compile(r"[ \t\r\n]*+:[ \t\r\n]*+")
_ESCAPED_LETTER = re.compile(r"\\u00[2-7]")
_STRING_LITERAL = re.compile(r'"([^"\\]*+(?:\\.[^"\\]*+)*+)"([ \t\r\n]*+:[ \t\r\n]*+)?', re.DOTALL)


def object_members(raw: RawJson) -> dict[str, RawJson]:
    """Return the members of a JSON object by name, each value as it stands; the values are not looked at.

    Raises JsonDamage where `raw` is no object, is cut short, or holds a name twice.
    """
    found = _members_at_once(raw)
    if found is not None:
        return found
    found = {}
    for piece in _between_commas(raw, "{}"):
        name = _STRING_LITERAL.match(piece.text)
        key = None if name is None or name[2] is None else _decoded(name[1])
        if name is None or key is None:
            raise JsonDamage(piece.line, "a member of an object has no name")
        if key in found:
            raise JsonDamage(piece.line, f"the name {key[:80]!a} stands twice in one object")
        line, char = piece.place(name.end())
        found[key] = RawJson(text=piece.text[name.end() :], line=line, char=char)
    return found


def _members_at_once(raw: RawJson) -> dict[str, RawJson] | None:
    """The members of an object that Python's decoder can read; None where it cannot, or a name needs a closer look."""
    text, place, end = raw.text, Place(raw.line, raw.char), 1
    found: dict[str, RawJson] = {}
    place.pass_over(text[:1])
    while (key := _NEXT_KEY.match(text, end)) is not None:
        if "\\" in key[1] or key[1] in found or ("," in text[end : key.start(1)]) != bool(found):
            return None
        place.pass_over(text[end : key.end()])
        try:
            end = _pass_over(text, key.end())
        except (ValueError, RecursionError):
            return None
        value = text[key.end() : end]
        found[key[1]] = RawJson(text=value, line=place.line, char=place.char)
        place.pass_over(value)
    return found if text[:1] == "{" and text[end:].lstrip(WHITE_SPACE) == "}" else None


def member_at(element: JsonElement, names: Sequence[str]) -> RawJson | None:
    """Return the value to which `names` lead from the object that an element is, each name in the object before it.

    It is as `object_members` gives it, without a look at all the others; None where it is not found at once.
    """
    text, start = element.text, _start_by_name(element, names)
    try:
        if start is None:
            start = 0
            for name in names:
                start = _member_start(text, start + 1, name)
        end = _pass_over(text, start)
    except (ValueError, RecursionError):
        return None
    line, char = element.place(start)
    return RawJson(text=text[start:end], line=line, char=char)


def _start_by_name(element: JsonElement, names: Sequence[str]) -> int | None:
    """Where that value starts, if the name alone tells it: the last of the names is in letters and `_`, none of them
    escaped.

    Where it stands as often as the objects on the way have that name, nothing else is of that spelling. Where each of
    these objects is the first value of the one before, the last one's comes first.
    """
    if not (names[-1].isascii() and names[-1].replace("_", "").isalpha()):
        return None
    text, literal = element.text, f'"{names[-1]}"'
    value, start, expected = element.value, 0, 0
    for depth, name in enumerate(names):
        if not isinstance(value, dict) or name not in value:
            return None
        expected += names[-1] in value
        if depth == len(names) - 1:
            break
        opening = _NEXT_KEY.match(text, start + 1)
        if opening is None or opening[1] != name:
            return None
        start, value = opening.end(), value[name]
    if text.count(literal) != expected or ("\\u00" in text and _ESCAPED_LETTER.search(text) is not None):
        return None
    colon = _COLON.match(text, text.find(literal, start) + len(literal))
    return None if colon is None else colon.end()


def _member_start(text: str, position: int, name: str) -> int:
    """Where the value with this name starts in the object whose first member is at `position`; raises ValueError."""
    while (key := _NEXT_KEY.match(text, position)) is not None:
        if key[1] == name:
            return key.end()
        position = _pass_over(text, key.end())
    raise ValueError(name)


def array_members(raw: RawJson) -> list[RawJson]:
    """Return the values of a JSON array as they stand, without a look at them; raises as `object_members` does."""
    return list(_between_commas(raw, "[]"))


def refuse_repeated_names(text: str) -> None:
    """Raise JsonDamage, with the line, where an object of a JSON text holds a name twice: one value would be lost.

    `text` is JSON of little depth.
    """
    try:
        _NAMES.decode(text)
    except _RepeatedName:
        start = len(text) - len(text.lstrip(WHITE_SPACE))
        place = Place(1, 0)
        place.pass_over(text[:start])
        _refuse_repeated(RawJson(text=text[start:].rstrip(WHITE_SPACE), line=place.line, char=place.char))
        raise


def _refuse_repeated(raw: RawJson) -> None:
    opening = raw.text[:1]
    members = object_members(raw).values() if opening == "{" else array_members(raw) if opening == "[" else ()
    for member in members:
        _refuse_repeated(member)


def string_place(element: JsonElement, key: str, value: str) -> tuple[int, int] | None:
    """Return line and character of the JSON string `value` under `key`: of its first character inside the quotes.

    Key and value are meant as decoded. Of several such strings in the element it is the first, at any depth. None
    where there is none.
    """
    start = None if "\\" in element.text else _start_by_name(element, (key,))
    if start is not None and element.value[key] == value and element.text[start] == '"':
        # Nothing is escaped and the name stands once: there is no other such string.
        return element.place(start + 1)
    index = _string_index(element.text, key, value)
    return None if index is None else element.place(index)


def string_literal(element: JsonElement, key: str, value: str) -> str | None:
    """Return that string as it stands between its quotes, for `EscapedText`; None where there is none."""
    index = _string_index(element.text, key, value)
    if index is None:
        return None
    match = _STRING_LITERAL.match(element.text, index - 1)
    return None if match is None else match[1]


def _between_commas(raw: RawJson, brackets: str) -> Iterator[RawJson]:
    """Give what stands between the commas of the object or array that `raw` is, without white space around it."""
    text = raw.text
    structure = Structure()
    cuts: list[int] = []
    while (cut := structure.next_cut(text, cuts[-1] + 1 if cuts else 0)) is not None:
        cuts.append(cut)
    if len(cuts) < 2 or cuts[0] != 0 or cuts[-1] != len(text) - 1 or text[0] + text[-1] != brackets:
        raise JsonDamage(raw.line, f"the text is not one {'object' if brackets == '{}' else 'array'}")
    place = Place(raw.line, raw.char)
    for opening, closing in pairwise(cuts):
        piece = text[opening + 1 : closing]
        stripped = piece.lstrip(WHITE_SPACE)
        place.pass_over(text[opening : closing - len(stripped)])
        if stripped:
            yield RawJson(text=stripped.rstrip(WHITE_SPACE), line=place.line, char=place.char)
        elif len(cuts) > 2:
            raise JsonDamage(place.line, "nothing stands between two commas")
        place.pass_over(stripped)


def _string_index(text: str, key: str, value: str) -> int | None:
    is_value_of_key_at = -1
    for match in _STRING_LITERAL.finditer(text):
        if match.start() == is_value_of_key_at and match[2] is None and _decoded(match[1]) == value:
            return match.start(1)
        if match[2] is not None and _decoded(match[1]) == key:
            is_value_of_key_at = match.end()
    return None


def _pass_over(text: str, start: int) -> int:
    """Where the JSON value ends that starts there; raises what Python's decoder does."""
    return _SCANNER.raw_decode(text, start)[1]


def _decoded(literal: str) -> str | None:
    if "\\" not in literal:
        return literal
    try:
        decoded = json.loads(f'"{literal}"')
    except ValueError:
        return None
    return decoded if isinstance(decoded, str) else None


_SCANNER: Final = json.JSONDecoder()


class _RepeatedName(ValueError):
    """A name that stands twice in one object."""


def _refuse_repeated_name(pairs: list[tuple[str, object]]) -> None:
    if len({name for name, _ in pairs}) < len(pairs):
        raise _RepeatedName("a name stands twice in one object")


# Nothing is kept of the values, so that a large text takes no memory.
_NAMES: Final = json.JSONDecoder(object_pairs_hook=_refuse_repeated_name)
