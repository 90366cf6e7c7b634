"""Hostile, damaged and foreign texts as saved pages: recognised or not, read or refused, in linear time."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.documents import Document, DocumentError, split_lines
from catalog.readers import saved_page
from catalog.readers.saved_page_outline import MAX_MARKS, MAX_TAGS
from tests.linear import assert_linear
from tests.pages import document
from tests.sampling import sample
from tests.saved_pages import PAPERS, TIME, TITLE, attribute, cards, digest, escaped, expected, names, page, read


@pytest.mark.parametrize(
    "text",
    [
        "<!DOCTYPE html>\n<p>x",
        "\ufeff \n<html>",
        '<?xml version="1.0" encoding="latin-1"?>\n<!DOCTYPE html><html></html>',
        "<!-- saved from url=(0014)about:internet -->\n<HTML lang=en>",
        "<head><title>x</title>",
        "<body class=x>",
    ],
)
def test_html_is_recognised_by_its_opening(text: str) -> None:
    assert saved_page.recognizes(text)


@pytest.mark.parametrize(
    "text",
    ["", "Daily Papers\n<html>", "{}", "<?xml version='1.0'?><feed><html/></feed>", "<htmlx>", "<!-- " * 9999, "<div>"],
)
def test_other_texts_are_not_recognised(text: str) -> None:
    assert not saved_page.recognizes(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (page("<p>Nothing but tea.</p>"), "without papers of the listing; save a page of the listing"),
        (page('<div data-target="PaperContent"></div>'), "is the page of one paper; save a page of the listing"),
        (page("", props=attribute([])), "without papers of the listing"),
        (page("", props=escaped("{")), "holds no paper that can be read (the page's JSON cannot be read: "),
        ("", "is an HTML page without content; save the listing page again"),
        (page("<div>" * 100_000), "nests too deep"),
        (page("", props=escaped("x" * 10_500_000)), "beyond 10 MB"),
        (page(f"<p {' '.join(f'a{n}' for n in range(900))}></p>"), "has a tag of more than 4,000 characters"),
        (
            page(f"""<p x=">" y='{"z" * 9000}' {" ".join(f'a{n}=">"' for n in range(900))}></p>"""),
            "has a tag of more than",
        ),
        (page("<article>" * (MAX_MARKS + 1)), "has more than 65,000 tags of cards"),
        ("<b>" * (MAX_TAGS + 1), "has more than 1,000,000 tags"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else None,
)
def test_a_page_that_cannot_be_read_is_refused_with_a_sentence(text: str, why: str) -> None:
    with pytest.raises(DocumentError, match=r"^page\.html: ") as refusal:
        read(text)
    assert why in str(refusal.value)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("utf-8", "windows-1251"),
        lambda text: '<?xml version="1.0" encoding="utf-16"?>' + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: text.replace("<main>", "<main>\x00\ud800"),
        lambda text: re.sub("</(?:div|ul|li|section|main)>", "", text),
        lambda text: text.replace("<article", "<ARTICLE").replace("<h3>", "<H3\nid='x'>"),
        lambda text: text + "\n" * 70_000 + cards(),
    ],
)
def test_damage_to_a_page_does_not_change_its_papers(change: Callable[[str], str]) -> None:
    assert names(digest(change(page(cards())))) == expected(PAPERS)


def test_a_card_beyond_line_65535_has_its_line() -> None:
    text = page("\n" * 70_000 + cards())

    found = digest(text)

    assert [entry.line_start for entry in found.entries] == [
        number for number, line in enumerate(split_lines(text), start=1) if '<article class="any"' in line
    ]


NO_PAPERS = '{"dailyPapers": [1, null, {}, [], {"paper": {"id": 7, "title": "x", "upvotes": 1e999}}], "date": 9}'
PIECES = st.sampled_from(
    [
        *(paper.card() for paper in PAPERS),
        f"<div {attribute(PAPERS[:1])}>",
        f"<div {escaped('{}')}>",
        f"<div {escaped(NO_PAPERS)}>",
        "<article>",
        "</article>",
        "<article data-props=",
        "<h3>",
        '<a href="/papers/2505.00001">',
        '<a href="/papers/%ff0">',
        '<link rel=canonical href="http://[/papers?q=&date=x">',
        '<meta property="og:url" content="https://x/papers/week/0000-W00">',
        '<time datetime="0000-00-00">',
        TIME,
        TITLE,
        "<!-- ",
        "-->",
        "<script>",
        "<input type=checkbox>",
        "Submitted by",
        "Published on Feb 30, 0000",
        "&#0;&#xD800;&notin",
        "\x00",
        "\ud800",
        "\r\n",
        "99999999999999 authors",
        "<svg><title>",
        "]]><![CDATA[",
        "<?x",
        '"',
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=100))
def test_any_text_is_read_or_refused(text: str) -> None:
    saved_page.recognizes(text)
    for source in (text, page(text), page(cards() + text)):
        with suppress(DocumentError):
            read(source)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_any_part_of_a_page_is_read_or_refused(data: st.DataObject) -> None:
    text = page(cards(), props=attribute(PAPERS))
    start, end = sorted(data.draw(st.lists(st.integers(0, len(text)), min_size=2, max_size=2)))

    for source in (text[start:end], text[:start] + text[end:]):
        with suppress(DocumentError):
            read(source)


@pytest.mark.parametrize(
    "piece",
    sample(
        [
            PAPERS[0].card(),
            '<article><h3><a href="/papers/2505.{n}">Teapot {n}</a></h3>',
            f"<p {attribute(PAPERS[:1])}>x</p>",
            "<article>x</article>",
            "Submitted by <br>",
            "<a href=/papers/" + "x" * 500 + "></a>",
            "<!-- saved from url=(1)https://x -->",
            "data-props='",
            '<a b="',
            "<a b=' =",
            "<script>",
            '<a href="/papers/2505.{n}">',
            "&quot;&#xD800;",
            "<i></i>",
            "<!---->",
        ],
        4,
    ),
    ids=lambda piece: piece[:30],
)
def test_the_time_is_linear(piece: str) -> None:
    def make(length: int) -> Document:
        count = length // len(piece)
        return document(page("".join(piece.replace("{n}", f"{number:05}") for number in range(count))))

    def attempt(source: Document) -> None:
        with suppress(DocumentError):
            saved_page.read(source)

    assert_linear(attempt, make, 1 << 11)
