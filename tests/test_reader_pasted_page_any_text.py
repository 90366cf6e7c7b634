"""Any text at all as a pasted page: every line is accounted for, in linear time."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.documents import DocumentError
from catalog.readers import pasted_page
from tests.pages import (
    HEAD,
    TRAILER,
    document,
    invented_cards,
    page,
    read,
)

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
    ids=repr,
)
def test_a_megabyte_of_anything_takes_seconds(piece: str) -> None:
    text = (piece * ((1 << 20) // len(piece)))[: 1 << 20]
    started = time.process_time()

    pasted_page.recognizes(text)
    with suppress(DocumentError):
        pasted_page.read(document(text))

    assert time.process_time() - started < 20


def test_the_time_is_linear() -> None:
    def seconds(count: int) -> float:
        text = page(invented_cards(count))
        # Time of this process alone, the best of three: other work on the machine must not fail the test.
        times = []
        for _ in range(3):
            started = time.process_time()
            pasted_page.read(document(text))
            times.append(time.process_time() - started)
        return min(times)

    # Sixteen times the cards: linear takes about 16 times as long, quadratic 256 times.
    assert seconds(3200) < 64 * max(seconds(200), 0.01)
