"""Any text at all as a captured page: every line is accounted for, in linear time."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.documents import Document, DocumentError
from catalog.readers import captured_page
from tests.captured_pages import FORMS, HEAD, SITE, TAIL, cards_text, front_matter, invented_cards, numbered_page, read
from tests.linear import assert_linear, repeated
from tests.pages import document
from tests.sampling import sample

PIECES = st.sampled_from(
    [
        HEAD,
        TAIL,
        front_matter(f"{SITE}/papers/trending"),
        "---",
        "### [Counting Teapots](/papers/2606.00001)",
        "### [Folding Boats](/papers/2606.00002)",
        "### [Counting Teapots][1]",
        "### Counting Teapots",
        "[1]: https://huggingface.co/papers/2606.00001",
        "[Counting Teapots](/papers/2606.00003)",
        f"{SITE}/papers/2606.00001",
        f"{SITE}/login?next=%2Fpapers%2F2606.00001",
        "[12](/login?next=%2Fpapers%2F2606.00001)",
        "[12](/login?next=%2Fpapers%2F2606.00002)",
        "[6](/papers/2606.00001#community)",
        "[",
        "](/papers/2606.00001)",
        "][1]",
        "[[ ]",
        "\\",
        "12",
        "-",
        "·",
        "· 3 authors",
        "Mar 2, 2025",
        "Feb 30",
        "Submitted by",
        "Submitted by nobody",
        "[Acme](/acme)",
        "Acme Lab",
        "[GitHub 3](https://github.com/nobody/teapot)",
        "References",
        "   1. https://huggingface.co/papers/2606.00001",
        "[1]Counting Teapots",
        "We count teapots, and nobody knows why.",
        "Aug",
        "by AK and the research community",
        "Previous",
        "[Previous](/papers?date=0001-01-01)",
        "[Next](/papers?date=9999-12-31)",
        "# Trending Papers",
    ]
)


def read_or_refused(text: str) -> None:
    captured_page.recognizes(text)
    try:
        read(text)
    except DocumentError as error:
        refusal = str(error)
    else:
        refusal = ""
    assert not refusal or refusal.startswith("page.md: ")


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(PIECES, st.sampled_from(["\n\n", "\n", " ", "\r\n", "\r", "\n \n"])), max_size=25))
def test_every_line_of_any_page_is_accounted_for(pieces: list[tuple[str, str]]) -> None:
    read_or_refused("".join(text + gap for text, gap in pieces))


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=200) | st.text(alphabet="[]()!#\\\n*-·<>`:/papers2606.01 ", max_size=200))
def test_any_text_raises_nothing_else(text: str) -> None:
    read_or_refused(text)
    read_or_refused(f"{HEAD}### [{text}](/papers/2606.00001)\n\n{text}\n")


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1000), st.sampled_from(FORMS), st.data())
def test_a_page_cut_anywhere_is_accounted_for(seed: int, form: str, data: st.DataObject) -> None:
    text = HEAD + cards_text(invented_cards(3, seed=seed), form) + TAIL
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))

    read_or_refused(text[:start] + text[end:])
    read_or_refused(text[start:end])


CARD = f"{HEAD}[0](/login?next=%2Fpapers%2F2606.00001)\n\n### [a](/papers/2606.00001)\n\n"
HOSTILE = [
    "[",
    "]",
    "![",
    "](",
    "](/papers/2606.00001)",
    "x[](/papers/2606.00001)",
    "[x[](/papers/2606.00001)\n",
    "\n[",
    "\n[x] ",
    "<https://a",
    "[a](",
    "](aaaaaaaa",
    "![](data:",
    "\\",
    "\\\\\n",
    "*_`",
    "### [",
    "### a\n",
    "### [a](/papers/2606.00001)\n",
    "### [a](/papers/2606.00001)\n\nb\n\n",
    "References\n1. http://a\n",
    "   1. http://a\n",
    "References\n",
    "[1]a ",
    "[1]: /papers/2606.00001\n",
    "[a][1]",
    "Submitted by\n",
    "12\n",
    "---\n",
    "- - - ",
    "\n\n",
    "a: b\n",
    "([",
    "https://huggingface.co/papers/2606.00001\n",
    "https://huggingface.co/login?next=%2Fpapers%2F2606.00001\n\na\n\n",
    "<a <br ",
    "&amp;",
    "a\n---\n",
    "· Mar 2\n",
]


@pytest.mark.parametrize("piece", sample(HOSTILE, 5), ids=repr)
@pytest.mark.parametrize("above", ["", CARD], ids=["alone", "in a card"])
def test_the_time_for_anything_is_linear(piece: str, above: str) -> None:
    def attempt(source: Document) -> None:
        captured_page.recognizes(source.text)
        with suppress(DocumentError):
            captured_page.read(source)

    make = repeated(piece, above)
    assert_linear(attempt, lambda length: document(make(length)), 1 << 9)


@pytest.mark.parametrize("form", sample([*FORMS, "numbered"], 2))
def test_the_time_for_pages_is_linear(form: str) -> None:
    def make(count: int) -> Document:
        cards = invented_cards(count)
        return document(numbered_page(cards) if form == "numbered" else HEAD + cards_text(cards, form))

    assert_linear(captured_page.read, make, 3)
