"""JSON in pieces: every element and its place, through escapes, any cut, any length and any damage."""

from __future__ import annotations

import json
from collections import deque
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.documents import split_lines
from catalog.escapes import EscapedText
from catalog.readers.json_elements import (
    DamagedElement,
    JsonDamage,
    JsonElement,
    RawJson,
    array_elements,
    decode_element,
)
from catalog.readers.json_members import array_members, object_members, string_literal, string_place
from tests.linear import assert_linear, repeated

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
LINE_ENDS = st.sampled_from(["\n", "\r\n", "\r", ""])


def chunks(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


def only(text: str) -> JsonElement:
    element = decode_element(text)
    assert isinstance(element, JsonElement)
    return element


def stands_at(text: str, piece: RawJson) -> bool:
    lines = split_lines(text)
    begin = lines[piece.line - 1][piece.char :]
    return begin.startswith(split_lines(piece.text)[0]) and piece.line_end <= len(lines)


@given(st.lists(VALUES, max_size=5), LINE_ENDS, st.booleans(), st.integers(1, 9))
def test_elements_are_those_of_the_array_however_it_is_cut(
    values: list[Any], line_end: str, is_ascii: bool, size: int
) -> None:
    text = json.dumps(values, ensure_ascii=is_ascii, indent=2 if line_end else None).replace("\n", line_end or "\n")
    whole = list(array_elements([text]))
    assert [element.value for element in whole if isinstance(element, JsonElement)] == values
    assert all(stands_at(text, element) for element in whole)
    assert list(array_elements(chunks(text, size))) == whole


@given(st.text(alphabet='[]{},:"\\ \r\n19eaN-', max_size=60), st.integers(1, 5))
def test_any_text_gives_elements_or_damage_and_is_the_same_however_it_is_cut(text: str, size: int) -> None:
    def outcome(pieces: list[str]) -> list[object]:
        found: list[object] = []
        try:
            found.extend(array_elements(pieces))
        except JsonDamage as damage:
            found.append((damage.line, str(damage)))
        return found

    assert outcome([text]) == outcome(chunks(text, size))
    lines = [found[0] for found in outcome([text]) if isinstance(found, tuple)]
    assert all(1 <= line <= max(len(split_lines(text)), 1) for line in lines)
    try:
        is_array = isinstance(json.loads(text, parse_constant=float), list)
    except ValueError:
        is_array = False
    if is_array:
        assert not any(isinstance(piece, tuple) for piece in outcome([text]))


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "the text is no array"),
        ("{}", 1, "the text is no array"),
        ('"[1]"', 1, "the text is no array"),
        ("[1,\n2", 2, "the array is cut short"),
        ('[1,\n"2]\n', 2, "the array is cut short"),
        ("[1,\n]", 2, "an element is missing before a comma or bracket"),
        ("[,1]", 1, "an element is missing before a comma or bracket"),
        ("[1}", 1, "a bracket does not match"),
        ("[1]\r\n2", 2, "text follows the array"),
        ("[1][2]", 1, "text follows the array"),
    ],
)
def test_an_array_that_is_damaged_as_a_whole_says_where(text: str, line: int, reason: str) -> None:
    with pytest.raises(JsonDamage) as caught:
        list(array_elements([text]))
    assert (caught.value.line, str(caught.value)) == (line, reason)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("NaN", "NaN is no number of JSON"),
        ('{"fern": -Infinity}', "-Infinity is no number of JSON"),
        ("9" * 5000, "a number is too long"),
        ("[" * 100_000 + "]" * 100_000, "it is nested too deeply"),
        ('{"fern": 1, "fern": 2}', "the name 'fern' stands twice in one object"),
        ('{"fern": 1,}', "expecting property name enclosed in double quotes at character 13 of line 2"),
        ('{"fern"\n: }', "expecting value at character 3 of line 3"),
        ('"two\nlines"', "invalid control character at character 6 of line 2"),
    ],
)
def test_a_damaged_element_stands_in_its_place_and_the_next_one_is_read(text: str, reason: str) -> None:
    first, damaged, last = array_elements([f"[0,\n {text}, 2]"])
    assert isinstance(first, JsonElement)
    assert isinstance(last, JsonElement)
    assert isinstance(damaged, DamagedElement)
    assert (damaged.line, damaged.char, damaged.text, damaged.reason) == (2, 1, text, reason)
    assert last.value == 2
    assert last.line == damaged.line_end


def test_what_came_before_the_damage_is_given_and_an_element_is_bounded() -> None:
    elements = array_elements(["[1, 2,\n", '"' + "x" * 50, "x" * 50, '"]'], most=90)
    assert [next(elements).text, next(elements).text] == ["1", "2"]
    with pytest.raises(JsonDamage, match="an element is longer than 90 characters") as caught:
        next(elements)
    assert caught.value.line == 2


def test_blanks_between_elements_are_no_part_of_an_element() -> None:
    blanks = " \n" * 500
    assert [
        element.text for element in array_elements([blanks, "[", blanks, "1", ",", blanks, "2]", blanks], most=5)
    ] == [
        "1",
        "2",
    ]


def test_a_line_end_in_two_pieces_is_one() -> None:
    (element,) = array_elements(["[\r", "\n", " 1", "]"])
    assert (element.line, element.char) == (2, 1)


@given(st.dictionaries(st.text(), VALUES, max_size=4), LINE_ENDS)
def test_members_of_an_object_stand_where_they_are_said_to(value: dict[str, Any], line_end: str) -> None:
    text = json.dumps(value, indent=1 if line_end else None).replace("\n", line_end or "\n")
    members = object_members(RawJson(text=text, line=1, char=0))
    assert {name: json.loads(member.text) for name, member in members.items()} == value
    assert all(stands_at(text, member) for member in members.values())


@given(st.text(alphabet='[]{},:"\\ \n1a', max_size=40))
def test_members_of_any_text_are_found_or_refused(text: str) -> None:
    raw = RawJson(text=text, line=1, char=0)
    for look in (object_members, array_members):
        lines = [1]
        try:
            look(raw)
        except JsonDamage as damage:
            lines.append(damage.line)
        assert all(1 <= line <= text.count("\n") + 1 for line in lines)


def test_a_string_is_found_under_its_key_and_nowhere_else() -> None:
    inside = '"summary": "We count ferns."'
    text = json.dumps({"note": inside, "summary": "No ferns.", "paper": {"sum\nmary": 1, "summary": "We count ferns."}})
    element = only(text)
    line, char = string_place(element, "summary", "We count ferns.") or (0, 0)
    assert line == 1
    assert text[char:].startswith('We count ferns."}}')
    assert text[char - 12 : char] == '"summary": "'
    assert string_place(element, "summary", "We count mosses.") is None
    assert string_place(element, "note", "We count ferns.") is None


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_place_is_told_through_escapes_and_line_ends(line_end: str) -> None:
    abstract = 'A "fern"\n\\ ﬁ \U0001f33f\u2028 at https://fern.example.org/\u00e9 and \U0001f33f x'
    for is_ascii in (True, False):
        document = json.dumps([{"summary": abstract}], indent=1, ensure_ascii=is_ascii).replace("\n", line_end)
        (element,) = array_elements([document])
        assert isinstance(element, JsonElement)
        place = string_place(element, "summary", abstract)
        raw = string_literal(element, "summary", abstract)
        assert place is not None
        assert raw is not None
        line = split_lines(document)[place[0] - 1]
        assert line[place[1] :].startswith(raw)
        at = abstract.index("https:")
        assert line[place[1] + EscapedText(raw).offset(at) :].startswith("https://fern")


@given(st.text(), st.booleans(), st.data())
def test_each_character_of_a_text_stands_where_the_offset_says(text: str, is_ascii: bool, data: st.DataObject) -> None:
    raw = json.dumps(text, ensure_ascii=is_ascii)[1:-1]
    escaped = EscapedText(raw)
    ends = [escaped.offset(index) for index in range(len(text) + 1)]
    assert ends[-1] == len(raw)
    assert [json.loads(f'"{raw[start:end]}"') for start, end in pairwise(ends)] == list(text)
    indexes = data.draw(st.lists(st.integers(0, len(text)), max_size=6))
    assert [escaped.offset(index) for index in indexes] == [ends[index] for index in indexes]


def test_halves_of_a_pair_that_do_not_belong_together_are_one_character_each() -> None:
    raw = r"\udf3f\ud83c\ud83c\udf3fx"
    assert [EscapedText(raw).offset(index) for index in range(5)] == [0, 6, 12, 24, 25]
    assert len(json.loads(f'"{raw}"')) == 4


def read_all(pieces: list[str]) -> None:
    deque(array_elements(pieces), maxlen=0)


@pytest.mark.parametrize("size", [1 << 30, 64])
def test_time_is_in_proportion_to_the_length(size: int) -> None:
    def pieces(length: int) -> list[str]:
        return chunks(json.dumps([{"summary": 'a "fern"\n' * 20, "n": [1, {"a": []}]}] * length), size)

    assert_linear(read_all, pieces, 16)


@pytest.mark.parametrize(("opening", "piece"), [("[", '"\\'), ("", "["), ("[", "{"), ('["', "\\n")])
def test_the_time_for_hostile_text_is_linear(opening: str, piece: str) -> None:
    def refuse(text: str) -> None:
        with pytest.raises(JsonDamage):
            read_all([text])

    assert_linear(refuse, repeated(piece, opening), 1_000)


def test_the_time_for_many_offsets_in_one_long_text_is_linear() -> None:
    def find_offsets(raw: str) -> None:
        escaped = EscapedText(raw)
        assert escaped.offset(0) == 0
        assert [escaped.offset(index) for index in range(1, len(raw) * 4 // 5, 2)][-1] > len(raw) * 3 // 5

    assert_linear(find_offsets, lambda length: "\\n" + "x" * 3 * length + "\\n" * length, 250)
