"""What Python's `repr` writes is read back as it was, and nothing else is taken."""

from __future__ import annotations

import ast
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.readers.python_literals import MOST_DEPTH, parse_literal
from tests.conftest import SHARED
from tests.linear import assert_linear, repeated

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(alphabet=st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@given(VALUES)
def test_a_value_is_what_its_repr_says(value: Any) -> None:
    assert repr(parse_literal(repr(value))) == repr(value)


@given(st.text() | st.text(alphabet="[]{},:'\"\\ \nxuUnN019.e+-TrueFalsNo()_", max_size=60))
def test_any_text_is_refused_or_means_what_python_says(text: str) -> None:
    try:
        value = parse_literal(text)
    except ValueError as error:
        reason = str(error)
    else:
        reason = "none"
        assert repr(ast.literal_eval(text.strip(" \t\r\n"))) == repr(value)
    assert 0 < len(reason) < 300


@pytest.mark.parametrize(
    "literal",
    [
        r"""'it\'s "so"'""",
        '''"it's"''',
        r"'\\ \n \r \t \x00 \xe9 \u2028 \U0001f33f'",
        r"'\ud83c'",
        "[]",
        "{}",
        "[[], {}]",
        "{'a': [1, -2, 3.5, 1e-07, 1.5e+300, True, False, None]}",
        " [ 1 , 2 ] ",
    ],
)
def test_what_repr_writes_is_read(literal: str) -> None:
    assert repr(parse_literal(literal)) == repr(ast.literal_eval(literal.strip()))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is cut short"),
        ("{'at': datetime.datetime(2024, 5, 1)}", 'a call of "datetime.datetime" stands where a value is expected'),
        ("__import__('os')", 'a call of "__import__" stands where a value is expected'),
        ("[ferns]", 'the name "ferns" stands where a value is expected'),
        ("nan", 'the name "nan" stands where a value is expected'),
        ("(1, 2)", "the character '(' stands where a value is expected"),
        ("b'fern'", 'the name "b" stands where a value is expected'),
        ("{'a'}", "a key has no value"),
        ("{1: 2}", "a key is no string"),
        ("{'a': 1, 'a': 2}", "the key 'a' stands twice in one dict"),
        ("[1, 2", "it is cut short"),
        ("[1 2]", 'neither a comma nor "]" follows a value'),
        ("[1]]", "text follows the value"),
        ("[1,]", 'a "]" stands where a value is expected'),
        ("'fern", "a string is not closed"),
        ("'two\nlines'", "a string is not closed"),
        (r"'\N{FERN}'", "repr writes no escape '\\\\N'"),
        (r"'\U00110000'", "'\\\\U00110000' is no character"),
        ("007", "'007' is no number that repr writes"),
        ("1_000", "a number is no number that repr writes, or is too long"),
        ("9" * 5000, "a number is no number that repr writes, or is too long"),
        ("[" * (MOST_DEPTH + 1), "it is nested too deeply"),
        ("[" * 1_000_000, "it is nested too deeply"),
    ],
)
def test_anything_else_is_refused_and_says_what_it_is(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=r"^.") as caught:
        parse_literal(text)
    assert str(caught.value) == reason


def test_time_is_in_proportion_to_the_length() -> None:
    def literal(length: int) -> str:
        return repr([{"a": 'it\'s "a" fern\n' * 20, "b": [1, 2.5, {"c": None}]}] * length)

    assert_linear(parse_literal, literal, 16)


@pytest.mark.parametrize(
    ("opening", "piece"), [("'\\", "\\\\"), ('"', "'"), ("", "1"), ("", "a"), ("", "["), ("[", "'',")]
)
def test_the_time_for_hostile_text_is_linear(opening: str, piece: str) -> None:
    def refuse(text: str) -> None:
        with pytest.raises(ValueError, match=r"^."):
            parse_literal(text)

    assert_linear(refuse, repeated(piece, opening), 1_000)


def test_the_real_answers_that_hold_reprs_are_read_as_python_reads_them() -> None:
    folder = SHARED / "inputs" / "daily-papers-api"
    if not folder.is_dir():
        pytest.skip("the real answers of the API are not at hand")
    literals = [
        *json.loads((folder / "2024-12-11.json").read_text("utf-8")),
        *json.loads((folder / "2025-01-10.json").read_text("utf-8"))["data"],
    ]
    assert len(literals) == 35
    assert all(parse_literal(literal) == ast.literal_eval(literal) for literal in literals)
