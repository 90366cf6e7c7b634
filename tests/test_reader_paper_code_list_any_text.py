"""Any JSON and any text at all as a list of papers with code: read, rejected or refused, in linear time."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.documents import Document, DocumentError
from catalog.readers import paper_code_list
from catalog.records import PaperRecord, RejectRecord
from tests.conservation import conserved
from tests.linear import assert_linear, repeated
from tests.paper_code_lists import PRETTY, SOCKS, document, row


@pytest.mark.parametrize("text", [PRETTY, json.dumps([SOCKS]), "\n [ " + json.dumps(row(paper_title=None)) + " ,"])
def test_a_list_is_recognised(text: str) -> None:
    assert paper_code_list.recognizes(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        json.dumps(SOCKS),
        json.dumps([{"id": "2613.00001", "title": "Socks", "summary": "A repo_url is no key here."}]),
        json.dumps([{"paper_url": "https://example.org", "title": "Socks"}]),
        json.dumps([{"title": json.dumps(SOCKS)}]),
        json.dumps([{"repo_url": "https://github.com/a/b"}]),
        "[" + " " * 5_000_000 + json.dumps(SOCKS),
        "[{" + '"' * 5_000_000,
        "Socks: " + PRETTY,
    ],
)
def test_other_texts_are_not_recognised(text: str) -> None:
    assert not paper_code_list.recognizes(text)


@pytest.mark.parametrize(("opening", "piece"), [("[", " "), ("[{", '"'), ("[{", '"a":'), ("[", "{"), ('[{"', "\\")])
def test_the_time_to_recognise_a_list_is_linear(opening: str, piece: str) -> None:
    assert_linear(paper_code_list.recognizes, repeated(piece, opening), 1 << 10)


_VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(list(SOCKS.values())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(SOCKS)), inner),
    max_leaves=8,
)
_ROW = st.dictionaries(st.sampled_from(list(SOCKS)), _VALUE, max_size=3).map(lambda changed: {**SOCKS, **changed})


def check_account(text: str) -> list[PaperRecord | RejectRecord] | None:
    """Read a text and see that every line of what comes out is one of the document."""
    source = document(text)
    try:
        record = paper_code_list.read(source)
        found = list(record.papers)
    except DocumentError:
        return None
    conserved(replace(record, papers=found), source)
    last = 1
    for piece in found:
        assert last <= piece.line_start <= piece.line_end <= source.line_count
        last = piece.line_end
        if isinstance(piece, RejectRecord):
            assert piece.text in text
        else:
            assert piece.title == " ".join(piece.title.split()) != ""
            assert len(piece.links) == 1
    return found


@given(st.lists(_ROW | _VALUE, min_size=1, max_size=4), st.sampled_from([None, 0, 2]))
def test_every_row_is_a_paper_or_a_reject(rows: list[Any], indent: int | None) -> None:
    found = check_account(json.dumps(rows, indent=indent))

    assert found is not None
    assert len(found) == len(rows)
    positions = [(piece.position, index) for index, piece in enumerate(found, 1) if isinstance(piece, PaperRecord)]
    assert all(position == index for position, index in positions)


@given(st.text() | st.text(alphabet='[]{},:"\\ \r\n01e-\x00\ud800'), st.integers(0, len(PRETTY)))
def test_any_text_is_a_list_or_refused(text: str, at: int) -> None:
    paper_code_list.recognizes(text)
    check_account(text)
    check_account(PRETTY[:at] + text + PRETTY[at:])


@pytest.mark.parametrize("value", ["[" * 100_000 + "]" * 100_000, "9" * 100_000, "-1e999999", "NaN", '"\\ud800"'])
def test_hostile_values_are_rejected_or_left_out(value: str) -> None:
    found = check_account(f'[{{"paper_title": {value}, "repo_url": {value}, "unknown": {value}}}, {json.dumps(SOCKS)}]')

    assert found is not None
    assert [type(piece) for piece in found] == [RejectRecord, PaperRecord]


@pytest.mark.parametrize(
    "piece",
    [
        lambda count: json.dumps([SOCKS] * (count // 20)),
        lambda count: "[" + "\r\n" * count * 4 + json.dumps(SOCKS) + " " * count + "]",
        lambda count: json.dumps([row(paper_title="a \\ b " * count)]),
        lambda count: "[" + "{}," * count + "{}]",
        lambda count: json.dumps([row(repo_url="https://github.com/a/b?" + "c=%20&" * count)]),
    ],
)
def test_time_is_in_proportion_to_the_length(piece: Callable[[int], str]) -> None:
    def read_all(source: Document) -> None:
        deque(paper_code_list.read(source).papers, maxlen=0)

    assert_linear(read_all, lambda count: document(piece(count)), 100)
