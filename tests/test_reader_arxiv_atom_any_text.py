"""Any XML and any text at all as a feed of arXiv: recognised or not, read or refused, in linear time."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from contextlib import suppress
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.documents import Document, DocumentError
from catalog.readers import arxiv_atom
from tests.atom_feeds import END, HEAD, SOCKS, check_account, document, entry, papers, refusal
from tests.linear import assert_linear, repeated


@pytest.mark.parametrize(
    "text",
    [
        HEAD,
        "\ufeff\n" + HEAD,
        "<!-- saved -->\n" + HEAD.partition("\n")[2],
        '<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:id>http://arxiv.org/api/x</a:id>',
    ],
)
def test_a_feed_of_arxiv_is_recognised(text: str) -> None:
    assert arxiv_atom.recognizes(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<?xml version='1.0'?>",
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>My socks</title>',
        '<feed xmlns="http://www.w3.org/2005/Atom"><link href="https://arxiv.org/abs/2613.00001"/>',
        HEAD.replace("<feed", "<html><feed"),
        "A page that cites " + HEAD,
        "<!--" + "-" * 5_000_000,
        " " * 5_000_000 + HEAD,
    ],
)
def test_other_texts_are_not_recognised(text: str) -> None:
    assert not arxiv_atom.recognizes(text)


@pytest.mark.parametrize(
    ("opening", "piece"), [("<!--", "-"), ("", " "), ("", "<!-- -->"), ("<?", "?"), ("<", "feed:"), (HEAD, "<")]
)
def test_the_time_to_recognise_a_feed_is_linear(opening: str, piece: str) -> None:
    assert_linear(arxiv_atom.recognizes, repeated(piece, opening), 1 << 10)


_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30)
_NAME = st.sampled_from(["entry", "id", "title", "summary", "published", "author", "name", "arxiv:comment", "b"])


def _element(content: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    attribute = st.one_of(st.just(""), _TEXT.map(lambda value: f" title={quoteattr(value)}"))
    filled = st.builds(
        lambda name, attributes, inside: f"<{name}{attributes}>{inside}</{name}>", _NAME, attribute, content
    )
    return filled | st.builds(lambda name, attributes: f"<{name}\n{attributes} />", _NAME, attribute)


_PIECE = st.one_of(
    _TEXT.map(escape),
    _TEXT.map(lambda text: f"<!--{text.replace('-', '')}-->"),
    _TEXT.map(lambda text: f"<![CDATA[{text.replace(']', '<')}]]>"),
    st.sampled_from(
        ["https://github.com/a/b", "2026-01-01T00:00:00Z", "<id>2613.00001</id>", "<title>Socks</title>", "\r\n"]
    ),
)
_XML = st.recursive(_PIECE, lambda inner: st.lists(_PIECE | _element(inner), max_size=5).map("".join), max_leaves=20)


@settings(max_examples=100)
@given(st.lists(_XML, max_size=4))
def test_any_xml_in_an_entry_is_read_or_rejected(contents: list[str]) -> None:
    text = HEAD + "".join(f"<entry>{content}</entry>" for content in contents) + END
    record = check_account(text)
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError:
        assert record is None
        return
    count = len(root.findall("{http://www.w3.org/2005/Atom}entry"))
    assert (record is None) == (count == 0)
    if record is not None:
        rejected = [reject for reject in record.rejects if re.match(r"<entry[\s/>]", reject.text)]
        assert len(papers(record)) + len(rejected) == count


@given(st.text() | st.text(alphabet="<>/!-[]CDATA&;'\" \n\r\ud800\x00feed"))
def test_any_text_is_a_feed_or_refused(text: str) -> None:
    arxiv_atom.recognizes(text)
    check_account(text)
    check_account(HEAD + text + END)
    check_account(HEAD + SOCKS[: len(text) * 3] + text + SOCKS[len(text) * 3 :] + END)


def test_entities_are_never_expanded() -> None:
    laughs = '<!DOCTYPE feed [<!ENTITY a0 "ha">' + "".join(
        f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 20)
    )

    for entities in (
        laughs,
        '<!DOCTYPE feed [<!ENTITY a19 "ha">',
        '<!DOCTYPE feed [<!ENTITY a19 SYSTEM "pyproject.toml">',
    ):
        text = HEAD.replace("<feed", f"{entities}]>\n<feed", 1) + entry("&a19;", title="&a19;") + END
        assert refusal(text).startswith("answer.xml: ")
        assert refusal(text).endswith("; fetch it again")


def test_the_time_for_entities_that_would_be_long_is_linear() -> None:
    def feed(count: int) -> str:
        long = f'<!DOCTYPE feed [<!ENTITY long "{"ha" * count}">]>\n<feed'
        return HEAD.replace("<feed", long, 1) + entry("&long;" * count) + END

    assert_linear(refusal, feed, 1 << 6)


@pytest.mark.parametrize(
    "piece",
    [
        lambda count: SOCKS * (count // 50),
        lambda count: entry("a https://github.com/a/b &lt; " * count),
        lambda count: entry(more="<arxiv:comment>" + "https://github.com/a/b%d\n" * count + "</arxiv:comment>"),
        lambda count: entry("x" * 20 * count),
        lambda count: entry(more="<!-- <entry> --><a b='>'/>\n" * count),
        lambda count: entry(more="<![CDATA[" + "]] >" * count),
    ],
)
def test_time_is_in_proportion_to_the_length(piece: Callable[[int], str]) -> None:
    def attempt(source: Document) -> None:
        with suppress(DocumentError):
            arxiv_atom.read(source)

    assert_linear(attempt, lambda count: document(HEAD + piece(count) + END), 250)
