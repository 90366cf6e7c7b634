"""The ways by which JSON is read fast give what the plain ways give."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.readers import json_elements, json_members, python_literals
from catalog.readers.json_elements import JsonElement, RawJson, array_elements, decode_element
from catalog.readers.json_members import member_at, object_members, string_place

VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.just('a"b\\c[{')),
    lambda values: st.one_of(st.lists(values, max_size=3), st.dictionaries(st.text(max_size=3), values, max_size=3)),
    max_leaves=12,
)
DAMAGE = st.sampled_from(["", '"', "\\", "{", "}", "[", "]", ",", "x", "\ufeff", "NaN", " \r\n", '{"a":1,"a":2}'])


@settings(deadline=None)
@given(st.lists(VALUES, max_size=4), st.data())
def test_elements_decoded_where_they_stand_are_those_that_are_cut_out(
    values: list[object], data: st.DataObject
) -> None:
    indent = data.draw(st.sampled_from([None, 2]))
    text = json.dumps(values, indent=indent, ensure_ascii=data.draw(st.booleans()))
    at = data.draw(st.integers(0, len(text)))
    text = text[:at] + data.draw(DAMAGE) + text[at:]
    size, most = data.draw(st.integers(1, len(text))), data.draw(st.sampled_from([5, 20, 10_000]))
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    fast = _elements(pieces, most)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_elements._OpenArray, "decode_next", lambda _self, _piece, start: start)
        assert fast == _elements(pieces, most)
    assert _cuts(pieces) == _cuts_one_by_one(text)


def _elements(pieces: Sequence[str], most: int) -> list[object]:
    found: list[object] = []
    try:
        found.extend(map(repr, array_elements(pieces, most=most)))
    except ValueError as error:
        found.append(repr(error))
    return found


def _cuts(pieces: Sequence[str]) -> list[int]:
    structure = json_elements.Structure()
    cuts, before = [], 0
    for piece in pieces:
        at = structure.next_cut(piece, 0)
        while at is not None:
            cuts.append(before + at)
            at = structure.next_cut(piece, at + 1)
        before += len(piece)
    return cuts


def _cuts_one_by_one(text: str) -> list[int]:
    cuts, depth, is_in_string, is_escaped = [], 0, False, False
    for at, character in enumerate(text):
        if is_in_string:
            is_in_string = is_escaped or character != '"'
            is_escaped = character == "\\" and not is_escaped
        elif character == '"':
            is_in_string = True
        elif character in "[{":
            depth += 1
            cuts += [at] * (depth == 1)
        elif character in "]}":
            depth = max(depth - 1, 0)
            cuts += [at] * (depth == 0)
        elif character == ",":
            cuts += [at] * (depth <= 1)
    return cuts


OBJECTS = st.dictionaries(st.text(max_size=3), VALUES, max_size=4)


@settings(deadline=None, max_examples=25)
@given(st.dictionaries(st.text(max_size=3), OBJECTS, max_size=2))
def test_a_member_found_at_once_is_the_one_among_all(value: dict[str, dict[str, object]]) -> None:
    element = decode_element(json.dumps(value, indent=1, ensure_ascii=False))
    assert isinstance(element, JsonElement)
    for outer, inner in itertools.chain(
        object_members(element).items(), [("none", RawJson(text="{}", line=1, char=0))]
    ):
        found = member_at(element, [outer])
        assert found is None or found == inner
        assert found is not None or "\\" in json.dumps(outer, ensure_ascii=False) or outer == "none"
        for name, member in object_members(inner).items():
            deep = member_at(element, [outer, name])
            assert deep is None or deep == member


@settings(deadline=None, max_examples=50)
@given(VALUES, st.data())
def test_members_passed_over_at_once_are_those_between_brackets(value: object, data: st.DataObject) -> None:
    text = json.dumps({"a": value, "b": [value], "c": {}}, indent=data.draw(st.sampled_from([None, 1])))
    at = data.draw(st.integers(0, len(text)))
    raw = RawJson(text=(text[:at] + data.draw(DAMAGE) + text[at:]).strip(), line=3, char=5)
    fast = _members(raw)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_members, "_members_at_once", lambda _: None)
        assert fast == _members(raw)


def _members(raw: RawJson) -> object:
    try:
        return object_members(raw)
    except ValueError as error:
        return str(error)


@given(VALUES, DAMAGE, st.integers(0, 60))
def test_reprs_turned_into_json_are_those_read_token_by_token(value: object, damage: str, at: int) -> None:
    text = repr(value)
    text = text[:at] + damage + text[at:]
    fast = _literal(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(python_literals, "_TO_JSON", re.compile(".", re.DOTALL))
        patch.setattr(python_literals, "_as_json", lambda _: "?")
        assert fast == _literal(text)


def _literal(text: str) -> str:
    try:
        return repr(python_literals.parse_literal(text))
    except ValueError as error:
        return f"refused: {error}"


KEYS = st.sampled_from(["repo_url", "repo", "url", "title"])
TEXTS = st.sampled_from(["https://a.org", "repo_url", 'say "repo_url": "https://a.org"', "a\\b", ""])
ROWS = st.dictionaries(KEYS, st.one_of(TEXTS, st.none(), st.lists(TEXTS, max_size=2), st.dictionaries(KEYS, TEXTS)))


@settings(deadline=None)
@given(ROWS, st.sampled_from([None, 1]), st.booleans())
def test_a_string_found_by_its_name_is_the_one_found_string_by_string(
    row: dict[str, object], indent: int | None, is_escaped: bool
) -> None:
    text = json.dumps(row, indent=indent)
    element = decode_element(text.replace("repo_url", "repo\\u005furl", 1) if is_escaped else text, 3, 5)
    assert isinstance(element, JsonElement)
    fast = _string_places(element)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_members, "_start_by_name", lambda _element, _names: None)
        assert fast == _string_places(element)


def _string_places(element: JsonElement) -> list[object]:
    return [string_place(element, key, value) for key, value in element.value.items() if isinstance(value, str)]
