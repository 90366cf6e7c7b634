"""Any text, any JSON and any length under the reader for the Daily Papers API: read or refused, in time."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.documents import Document, DocumentError
from catalog.readers import daily_papers_api
from tests.daily_papers import assert_sound, document, mentions, wrapped
from tests.linear import assert_linear

TEXTS = ("2026-03-04", "2026-03-04T00:00:00Z", "9901.00001", "https://example.org", "auto", "\ud800", "\0")
NAMES = ("name", "user", "fullname", "x")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(TEXTS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=4,
)  # fmt: skip
FIELDS = ("id", "title", "summary", "authors", "publishedAt", "upvotes", "submittedOnDailyAt", "submittedOnDailyBy",
          "githubRepo", "githubRepoAddedBy", "projectPage", "organization", "numComments", "submittedBy")  # fmt: skip
OBJECTS = st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=8)
ENTRIES = OBJECTS | st.builds(lambda top, inner: {**top, "paper": inner}, OBJECTS, OBJECTS | VALUES) | VALUES
LISTS = st.lists(ENTRIES | ENTRIES.map(repr), max_size=3)
ANSWERS = (
    LISTS
    | ENTRIES
    | st.builds(lambda data, date, count: {"date": date, "count": count, "data": data}, LISTS, VALUES, VALUES)
)


def read_if_possible(source: Document) -> None:
    try:
        record = daily_papers_api.read(source)
    except DocumentError as error:
        message = str(error)
    else:
        message = f"{source.shown}: is read"
        assert_sound(record, source)
        assert mentions(record)
    assert message.startswith(f"{source.shown}: ")


@given(ANSWERS, st.sampled_from([None, 0, 2]), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans())
def test_any_answer_is_read_or_refused(answer: Any, indent: int | None, line_end: str, is_ascii: bool) -> None:
    text = json.dumps(answer, indent=indent, ensure_ascii=is_ascii).replace("\n", line_end)
    read_if_possible(document(text, "2026-03-04.json"))


@given(st.lists(ANSWERS.map(json.dumps) | st.text(max_size=20), min_size=2, max_size=4))
def test_any_lines_are_read_or_refused(lines: list[str]) -> None:
    read_if_possible(document("\n".join(lines)))


@given(st.text() | st.text(alphabet="[]{}:,\"\\ \r\n'datpertil", max_size=60), st.text(max_size=40))
def test_any_text_under_any_name_is_read_or_refused(text: str, name: str) -> None:
    read_if_possible(document(text, name))


@pytest.mark.parametrize("opening", ['[{"paper":', '{"data": [', '[{"title": "a", "authors": [', "[", '{"a":', "[\"['"])
def test_deep_nesting_is_refused(opening: str) -> None:
    with pytest.raises(DocumentError):
        daily_papers_api.read(document(opening * 100_000))


@pytest.mark.parametrize(
    "make",
    [
        lambda n: json.dumps([wrapped(1)] * n, indent=1),
        lambda n: json.dumps([repr(wrapped(1))] * n),
        lambda n: "\n".join([json.dumps(wrapped(1))] * n),
        lambda n: json.dumps([wrapped(paper={"authors": [{"name": 3}] * (10 * n)})], indent=1),
        lambda n: json.dumps([wrapped(paper={"authors": [3] * (10 * n)})], indent=1),
        lambda n: json.dumps([wrapped(paper={f"f{at}": "x" for at in range(20 * n)})]),
    ],
)
def test_time_is_in_proportion_to_the_length(make: Callable[[int], str]) -> None:
    assert_linear(read_if_possible, lambda length: document(make(length)), 8)


@given(st.text() | st.text(alphabet='[]{}:,"\\ \npaperidsum', max_size=60))
def test_recognition_takes_any_text(text: str) -> None:
    assert daily_papers_api.recognizes(text) in (True, False)
