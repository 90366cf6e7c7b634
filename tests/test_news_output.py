"""The news as text, Markdown, HTML and Atom: what they say, and that no title can be more than a title."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree, html

from catalog.news.atom import atom_feed
from catalog.news.contents import Group, Item, News
from catalog.news.html import html_page
from catalog.news.markdown import markdown_lines
from catalog.news.text import text_lines
from catalog.news.words import one_line, web_address
from tests.atom_faults import ATOM, faults, parsed, texts
from tests.browser import CUT_OFF, chromium, needs_browser
from tests.catalogues import AS_OF
from tests.news_example import ALARMING, HOSTILE, kite_catalogue, made_news, paper, select
from tests.question_example import HARP, KITE, LADDER, SPOON

SITE = "https://papers.example"


@pytest.fixture(scope="module")
def kites(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return kite_catalogue(tmp_path_factory.mktemp("news"))


def hostile_news(text: str = HOSTILE) -> News:
    """News in which every text is one that a stranger may have written."""
    bad = paper(
        title=text,
        abstract=text,
        authors=(text, text),
        arxiv_id=text,
        publication_date=text,
        repositories=(f"javascript:{text}", f"https://x.example/{text}", text),
    )
    item = Item(key=f"tag:paper-catalogue.invalid,2026:title/{text}", paper=bad, first_day=text)
    return made_news(title=text, groups=(Group(heading=text, items=(item,)),), notes=(text,), count=1)


def outputs(news: News, site: str | None = SITE) -> dict[str, str]:
    return {
        "text": "\n".join(text_lines(news, site)),
        "markdown": "\n".join(markdown_lines(news, site)),
        "html": html_page(news, site),
        "atom": atom_feed(news, site).decode("utf-8"),
    }


# What they say


def test_the_text(kites: Path) -> None:
    assert list(text_lines(select(kites, since="2026-03-05"), SITE)) == [
        "New papers since 2026-03-05 (2)",
        "",
        "2026-03-09 (2026-03-09)",
        "",
        "  Ladders Without Rungs",
        "    Nobody climbed. It is built on https://github.com/other-lab/Steps.",
        "    https://papers.example/catalog/papers/4",
        "    https://github.com/other-lab/Steps",
        "",
        "2026-03-05 (2026-03-05)",
        "",
        "  Spoons as Mirrors",
        "    published 2026-03-01",
        "    A spoon shows the kite upside down.",
        "    https://papers.example/catalog/papers/3",
        "",
        "2 more papers may be new: the day is not known of open (Mar 11, 2025 or",
        "2026).",
    ]


def test_trending_papers_tell_why(kites: Path) -> None:
    lines = list(text_lines(select(kites, is_trending=True)))

    assert lines[:6] == [
        "Trending papers (3)",
        "",
        "  Kites That Steer Themselves",
        "    Ada Tail, Bo Cord, published 2026-02-27, from 10 to 3 upvotes, in 3",
        "    digests",
        "    Our kite flies in circles. Code: https://github.com/invented-lab/kite",
    ]
    assert "    https://arxiv.org/abs/2602.00001" in lines


def test_no_paper_is_told_as_such(kites: Path) -> None:
    news = select(kites, since="2027-01-01")
    for name, text in outputs(news).items():
        assert "No paper" in text, name
    assert faults(atom_feed(news)) == ["feed: names no address of its own"]


def test_the_markdown(kites: Path) -> None:
    assert list(markdown_lines(select(kites, since="2026-03-05", with_code=True), SITE)) == [
        r"# New papers with code since 2026\-03\-05 \(1\)",
        "",
        r"## 2026\-03\-09 \(2026\-03\-09\)",
        "",
        "- **[Ladders Without Rungs](<https://papers.example/catalog/papers/4>)**",
        r"  - Nobody climbed\. It is built on https\://github\.com/other\-lab/Steps\.",
        r"  - [https\://github\.com/other\-lab/Steps](<https://github.com/other-lab/Steps>)",
        "",
        r"2 more papers may be new\: the day is not known of open \(Mar 11, 2025 or 2026\)\.",
    ]


def test_the_html_says_what_the_text_says(kites: Path) -> None:
    news = select(kites, since="2026-03-05", has_undecided=True)
    page = html.document_fromstring(html_page(news, SITE))

    assert [node.text_content() for node in page.iter("h1", "h2", "h3")] == [
        "New papers since 2026-03-05 (2)",
        "2026-03-09 (2026-03-09)",
        LADDER.title,
        "2026-03-05 (2026-03-05)",
        SPOON.title,
        "May be new: open (Mar 11, 2025 or 2026)",
        HARP.title,
        "Shoes That Wait",
    ]
    shown = " ".join(page.text_content().split())
    for line in text_lines(news):
        assert " ".join(line.split()) in shown


def test_the_feed_has_the_ids_of_the_sites_feeds(kites: Path) -> None:
    feed = atom_feed(select(kites, since="2026-03-02"), SITE)
    entries = parsed(feed).findall(f"{ATOM}entry")

    # A file does not know where it will be.
    assert faults(feed) == ["feed: names no address of its own"]
    assert texts(parsed(feed), "id") == ["tag:paper-catalogue.invalid,2026:news/new"]
    assert texts(parsed(feed), "updated") == ["2026-03-09T00:00:00Z"]
    kite = next(entry for entry in entries if texts(entry, "title") == [KITE.title])
    assert texts(kite, "id") == ["tag:paper-catalogue.invalid,2026:arxiv/2602.00001"]
    assert texts(kite, "updated") == ["2026-03-02T00:00:00Z"]
    assert [author.findtext(f"{ATOM}name") for author in kite.findall(f"{ATOM}author")] == ["Ada Tail", "Bo Cord"]
    assert [(link.get("rel"), link.get("href")) for link in kite.findall(f"{ATOM}link")] == [
        (None, "https://arxiv.org/abs/2602.00001"),
        ("related", "https://github.com/invented-lab/kite"),
        ("related", "https://github.com/kite-fans/kite"),
    ]


def test_the_same_file_gives_the_same_bytes_and_no_clock_is_in_them(kites: Path) -> None:
    for asked in ({"since": "2026-03-02"}, {"since": "digest 2", "clock": "load"}, {"is_trending": True}):
        first, second = (outputs(select(kites, **asked)) for _ in range(2))  # type: ignore[arg-type]
        assert first == second
    assert AS_OF.isoformat() not in outputs(select(kites, since="2026-03-02"))["atom"]


# Texts of strangers


@pytest.mark.parametrize("name", ["text", "markdown", "html", "atom"])
def test_no_text_of_a_stranger_is_more_than_text(name: str) -> None:
    output = outputs(hostile_news())[name]

    assert not (set(ALARMING) - {"\n"}) & set(output)
    assert {unicodedata.category(character) for character in output if character != "\n"} & {"Cc", "Cf"} == set()


def test_the_html_has_no_more_elements_and_links_for_a_hostile_title() -> None:
    def skeleton(news: News) -> list[tuple[Any, list[str]]]:
        page = html.document_fromstring(html_page(news, None))
        return [(node.tag, sorted(node.attrib)) for node in page.iter()]

    # What is no address is no link, neither in the one nor in the other.
    assert skeleton(hostile_news()) == skeleton(hostile_news("Moss § clocks"))
    page = html.document_fromstring(html_page(hostile_news(), None))
    assert "<script>alert(1)</script>" in page.findtext(".//h3")


def test_nothing_in_the_html_comes_from_elsewhere_or_runs(kites: Path) -> None:
    page = html.document_fromstring(
        html_page(select(kites, since="2023-01-01", has_undecided=True), SITE, "https://x/")
    )

    tags = {node.tag for node in page.iter() if isinstance(node.tag, str)}
    assert tags <= {"html", "head", "meta", "title", "body", "table", "tr", "td", "h1", "h2", "h3", "p", "a"}
    attributes = {name for node in page.iter() for name in node.attrib}
    of_tables = {"role", "width", "cellpadding", "cellspacing", "border", "align"}
    assert attributes <= {"lang", "charset", "name", "content", "style", "dir", "href"} | of_tables
    assert not any("url(" in node.get("style", "") for node in page.iter())
    assert {re.match(r"[a-z]+:", node.get("href"))[0] for node in page.iter("a")} == {"https:"}  # type: ignore[index]


@settings(deadline=None, max_examples=40)
@given(st.text(st.characters() | st.sampled_from("<>&\"'[]()`*_\\!#\r\n"), max_size=80))
def test_any_title_comes_back_from_html_and_atom_as_it_is_shown(text: str) -> None:
    news = made_news(paper(title=text))
    shown = one_line(text) or "(a title that cannot be shown)"

    assert html.document_fromstring(html_page(news)).findtext(".//h3") == shown
    assert etree.fromstring(atom_feed(news)).findtext(f"{ATOM}entry/{ATOM}title") == shown
    (line,) = (line for line in markdown_lines(news) if line.startswith("- **"))
    assert re.sub(r"\\(.)", r"\1", line) == f"- **{shown}**"
    assert not re.search(r"(?<!\\)(?:\\\\)*[<>\[\]`]", line)


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [
        ("one two", 7, "one two"),
        ("one two", 6, "one…"),
        ("onetwothree", 6, "onetw…"),
        ("a" + "b" * 99, 10, "a" + "b" * 8 + "…"),
        (" \n one\t\u202etwo ", 20, r"one \u202etwo"),
        ("\x00\u2028", 20, r"\x00"),
    ],
)
def test_a_text_is_one_line_of_bounded_length(text: str, most: int, expected: str) -> None:
    assert one_line(text, most) == expected


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//x.example",
        "https://x y",
        "https://x/>",
        "https://x/\n",
        "https://苔.example",
    ],
)
def test_what_is_no_web_address_is_no_link(text: str) -> None:
    assert web_address(text) is None


# In a browser


@pytest.mark.slow
@needs_browser
def test_the_page_fits_a_wide_and_a_narrow_client() -> None:
    long = paper(title="Antidisestablishmentarianism" * 9, repositories=("https://x.example/" + "a" * 400,))
    content = html_page(made_news(long, paper(title=HOSTILE, abstract=HOSTILE)), SITE, "https://papers.example/leave")
    with chromium() as browser:
        for width in (600, 400):
            page = browser.new_page(viewport={"width": width, "height": 900})
            said: list[str] = []
            page.on("console", lambda message, said=said: said.append(message.text))
            page.on("request", lambda request, said=said: said.append(request.url))
            page.set_content(content)
            found = page.evaluate(CUT_OFF)
            assert found["document"] <= 0, width
            assert (found["outside"], found["cut"], said) == ([], [], []), width
