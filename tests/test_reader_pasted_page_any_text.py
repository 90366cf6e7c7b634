"""Any text at all as a pasted page: every line is accounted for, in linear time."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.documents import Document, DocumentError
from catalog.readers import pasted_page
from tests.linear import assert_linear, repeated
from tests.pages import (
    HEAD,
    TRAILER,
    document,
    invented_cards,
    page,
    read,
)
from tests.sampling import sample

CARDS = invented_cards(6)
CARDS_WITH_TRAILER = invented_cards(6, TRAILER)


# Any text at all


PARAGRAPHS = st.sampled_from(
    [
        *HEAD,
        "  • 5 authors\n·\nMar 2, 2025 2",
        "• 3 authors",
        "·",
        "Mar 2, 2025",
        "12",
        "Previous",
        "Next",
        "Counting Teapots",
        "Do Hamsters Dream?",
        "Hamsters are all you need.",
        "A title\nthat is wrapped\nto three lines",
        CARDS[0].words,
        CARDS[1].words,
        "We count. " * 30,
        "one line\n" * 5 + "the end.",
        "\u200b",
        "\u00a0\t",
        "x" * 700,
        "- a list\n- of things",
        "https://github.com/nobody/teapot",
        "# Markdown",
    ]
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(PARAGRAPHS, st.sampled_from(["\n\n", "\n", "\r\n\r\n", "\n \n", "\r", "\n\n\n"])), max_size=30)
)
def test_every_line_of_any_page_is_accounted_for(pieces: list[tuple[str, str]]) -> None:
    read_or_refused("".join(text + gap for text, gap in pieces))


@settings(max_examples=300, deadline=None)
@given(
    st.text(alphabet=st.characters(codec="utf-8"), max_size=300) | st.text(alphabet="aA.·• 12\n\r,\u200b", max_size=80)
)
def test_every_line_of_any_text_is_accounted_for(text: str) -> None:
    read_or_refused(text)
    pasted_page.recognizes(text)


def read_or_refused(text: str) -> None:
    try:
        read(text)
    except DocumentError as error:
        refusal = str(error)
    else:
        refusal = ""
    assert not refusal or refusal.startswith("page.txt: ")


@pytest.mark.parametrize(
    "piece",
    sample(
        [
            "a\n\n",
            "·\n",
            "·\n\n",
            "Mar 2, 2025\n",
            "• 5 authors\n\n",
            "new\n",
            "12\n\n",
            "\u200b ",
            "a.b-",
            "-",
            "\n",
            "A b\nc d.\n\n",
        ],
        4,
    ),
    ids=repr,
)
def test_the_time_for_anything_is_linear(piece: str) -> None:
    def attempt(source: Document) -> None:
        pasted_page.recognizes(source.text)
        with suppress(DocumentError):
            pasted_page.read(source)

    make = repeated(piece)
    assert_linear(attempt, lambda length: document(make(length)), 1 << 10)


def test_the_time_is_linear() -> None:
    assert_linear(pasted_page.read, lambda count: document(page(invented_cards(count))), 8)
