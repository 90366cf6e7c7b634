"""An abstract with its links where they stand, and the words that a search found."""

from __future__ import annotations

import re
from html import unescape
from types import SimpleNamespace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.site.plugins.cells import date_reason, plain, web_link
from catalog.site.plugins.prose import linked, marked

ENV = SimpleNamespace(filters={"plain": plain, "web_link": web_link})


def said(verbatim: str, url: str, asserted_by: str = "abstract") -> dict[str, str]:
    return {"asserted_by": asserted_by, "verbatim": verbatim, "url": url}


def link(url: str, words: str) -> str:
    return f'<a href="{url}" rel="nofollow noopener noreferrer">{words}</a>'


def test_an_address_becomes_a_link_as_it_stands() -> None:
    text = "See github. com/a/b and github.com/a/b-more, or mail <us>."
    shown = linked(
        text,
        [
            said("github. com/a/b", "https://github.com/a/b"),
            said("github.com/a/b-more", "https://github.com/a/b-more"),
            said("mail", "https://nowhere.example", "listing field"),
        ],
        ENV,
    )
    assert shown == (
        '<p class="abstract">See '
        + link("https://github.com/a/b", "github. com/a/b")
        + " and "
        + link("https://github.com/a/b-more", "github.com/a/b-more")
        + ", or mail &lt;us&gt;.</p>"
    )


def test_the_longest_address_wins_where_two_begin_alike() -> None:
    shown = linked(
        "x github.com/a/bc y",
        [said("github.com/a/b", "https://b.example"), said("github.com/a/bc", "https://bc.example")],
        ENV,
    )
    assert "https://bc.example" in shown
    assert "https://b.example" not in shown


def test_a_blank_line_ends_a_paragraph_and_a_wrapped_line_does_not() -> None:
    assert linked("One\ntwo\n \nthree", [], ENV) == '<p class="abstract">One\ntwo</p>\n<p class="abstract">three</p>'


def test_a_hostile_address_is_words() -> None:
    assert "href" not in linked("click me", [said("click me", "javascript:alert(1)")], ENV)


@settings(deadline=None)
@given(st.text(), st.lists(st.text(min_size=1, max_size=5), max_size=5))
def test_no_word_of_an_abstract_is_lost_and_no_tag_is_let_in(text: str, addresses: list[str]) -> None:
    shown = linked(text, [said(address, "https://x.example/") for address in addresses], ENV)
    without_ours = re.sub(r'</?p( class="abstract")?>|<a href="https://x\.example/" rel="[^"]*">|</a>', "", shown)
    assert "<" not in without_ours
    assert "".join(unescape(without_ours).split()) == "".join(plain(text).split())


def test_marks_are_kept_and_nothing_else() -> None:
    assert marked("a <b>word</b> and <i>x</i> </b> <b>", ENV) == (
        "a <mark>word</mark> and &lt;i&gt;x&lt;/i&gt; &lt;/b&gt; &lt;b&gt;"
    )


@settings(deadline=None)
@given(st.text(alphabet="<>b/ x&"))
def test_marks_are_always_closed(text: str) -> None:
    shown = marked(text, ENV)
    assert shown.count("<mark>") == shown.count("</mark>")
    assert "<" not in re.sub(r"</?mark>", "", shown)


def reason(basis: str, printed: str | None = "Mar 11", **bounds: Any) -> str:
    digest = {"date_basis": basis, "printed_date": printed, "earliest_date": None, "latest_date": None, **bounds}
    return date_reason(digest, "2024-02-01", "2026-11-20")


def test_a_digest_says_why_it_has_its_day() -> None:
    bounds = {"earliest_date": "2024-03-11", "latest_date": "2026-03-11"}
    assert reason("stated") == "The document states the day."
    assert reason("open", **bounds) == (
        "The document prints “Mar 11” without a year. Its newest paper is of 2024-02-01 and it was read by 2026-11-20: "
        "several years fit."
    )
    assert reason("single candidate", **bounds).endswith("only one year fits.")
    assert (
        reason("open")
        == "The document prints “Mar 11” without a year. The evidence contradicts itself, so that no year fits."
    )
    assert reason("open", None).startswith("The document prints no day.")
