"""Captured pages: the forms that tools write, what the page says of itself, and which documents are none."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.documents import DocumentError, open_document
from catalog.readers import captured_page, pasted_page
from tests.captured_cards import TITLE, digest
from tests.captured_pages import (
    FORMS,
    HEAD,
    SITE,
    TAIL,
    assert_read,
    cards_text,
    front_matter,
    invented_cards,
    listed_keys,
    numbered_page,
    read,
    url_source,
)
from tests.conftest import SHARED
from tests.pages import document
from tests.pages import invented_cards as pasted_cards
from tests.pages import page as pasted

# Whole pages in every form


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("has_abstract", [True, False])
def test_a_page_is_read_whole(form: str, has_abstract: bool) -> None:
    cards = invented_cards(7, seed=3, has_abstract=has_abstract)
    text = HEAD + cards_text(cards, form) + TAIL
    record = read(text)

    assert captured_page.recognizes(text)
    assert_read(record.digests[0].entries, cards)
    assert record.rejects == ()
    assert (record.digests[0].title, record.digests[0].curator) == ("Daily Papers", "AK and the research community")


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 10_000),
    st.integers(1, 6),
    st.sampled_from(FORMS),
    st.sampled_from([front_matter, url_source, listed_keys, lambda url: ""]),
    st.booleans(),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_any_mix_of_forms_is_read_back(seed, count, form, above, has_abstract, line_end) -> None:  # type: ignore[no-untyped-def]
    cards = invented_cards(count, seed=seed, has_abstract=has_abstract)
    text = above(f"{SITE}/papers/month/2025-03") + HEAD + cards_text(cards, form) + TAIL
    record = read(text.replace("\n", line_end))

    assert_read(record.digests[0].entries, cards)
    assert record.rejects == ()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.lists(st.sampled_from(FORMS[:3]), min_size=1, max_size=4))
def test_forms_may_change_on_one_page(seed: int, forms: list[str]) -> None:
    cards = invented_cards(len(forms), seed=seed)
    text = HEAD + "\n".join(cards_text([card], form) for card, form in zip(cards, forms, strict=True)) + TAIL

    assert_read(read(text).digests[0].entries, cards)


def test_a_text_browsers_dump_is_read_by_its_list_of_addresses() -> None:
    cards = invented_cards(6, seed=5)
    text = numbered_page(cards)

    assert captured_page.recognizes(text)
    assert_read(read(text).digests[0].entries, cards, has_code=False)


def test_two_pages_in_one_document_are_two_digests() -> None:
    first, second = invented_cards(2, seed=1), invented_cards(3, seed=2)
    pages = (url_source(f"{SITE}/papers/date/2025-03-11") + HEAD + cards_text(first, "inline") + TAIL) + (
        url_source(f"{SITE}/papers/date/2025-03-12").replace("Mar 11", "Mar 12") + HEAD.replace("Mar 11", "Mar 12")
    )
    record = read(pages + cards_text(second, "linked"))

    assert [found.digest_date for found in record.digests] == ["2025-03-11", "2025-03-12"]
    assert_read(record.digests[0].entries, first)
    assert_read(record.digests[1].entries, second)


# The page


@pytest.mark.parametrize("above", [front_matter, url_source, listed_keys])
@pytest.mark.parametrize(
    ("path", "kind", "query", "date", "earliest", "latest"),
    [
        ("", "daily", None, None, None, None),
        ("?date=2025-03-11", "daily", None, "2025-03-11", None, None),
        ("/date/2025-03-11", "daily", None, "2025-03-11", None, None),
        ("/date/2025-03-12", "daily", None, None, None, None),
        ("/week/2025-W11", "weekly", None, None, "2025-03-10", "2025-03-16"),
        ("/month/2024-02", "monthly", None, None, "2024-02-01", "2024-02-29"),
        ("/trending", "trending", None, None, None, None),
        ("?q=garden%20gnomes", "search", "garden gnomes", None, None, None),
        ("/2606.00001", "listing", None, None, None, None),
    ],
)
def test_the_address_says_what_the_page_is(  # type: ignore[no-untyped-def]
    above, path: str, kind: str, query: str | None, date: str | None, earliest: str | None, latest: str | None
) -> None:
    found = digest(above(f"{SITE}/papers{path}") + HEAD + TITLE + "\n")

    assert (found.kind, found.query, found.printed_date) == (kind, query, "Mar 11")
    assert (found.digest_date, found.earliest_date, found.latest_date) == (date, earliest, latest)
    assert found.date_basis == ("stated" if date else None)
    assert found.url == (None if kind == "listing" else f"{SITE}/papers{path}")


@pytest.mark.parametrize(
    ("previous", "following", "date", "earliest", "latest"),
    [
        ("2025-03-10", "2025-03-12", "2025-03-11", None, None),
        ("2025-03-07", "2025-03-12", "2025-03-11", None, None),
        ("2025-03-10", None, None, "2025-03-11", None),
        (None, "2025-03-12", None, None, "2025-03-11"),
        ("2025-03-12", "2025-03-10", None, None, None),
    ],
)
def test_the_pages_before_and_after_bound_the_date(
    previous: str | None, following: str | None, date: str | None, earliest: str | None, latest: str | None
) -> None:
    tail = f"[Previous](/papers/date/{previous})\n" if previous else ""
    tail += f"[Next](/papers?date={following})\n" if following else ""
    found = digest(f"{HEAD}{TITLE}\n\nWe count.\n\n{tail}")

    assert (found.digest_date, found.earliest_date, found.latest_date) == (date, earliest, latest)


def test_when_a_page_was_fetched_is_not_its_date() -> None:
    found = digest(url_source(f"{SITE}/papers") + HEAD.replace("Mar 11\n", "") + TITLE + "\n")

    assert (found.digest_date, found.printed_date, found.earliest_date) == (None, None, None)


def test_what_nobody_knows_is_refused_word_for_word() -> None:
    record = read(
        f"{HEAD}Teapots are on sale.\nBuy one.\n\n{TITLE}\n\nWe count.\n\n· 3 authors\n\nThe end of teapots.\n"
    )

    assert [reject.text for reject in record.rejects] == ["Teapots are on sale.\nBuy one.", "The end of teapots."]


# Which documents are captured pages


@pytest.mark.parametrize(
    "text",
    [
        "",
        "We count teapots.",
        "# Counting Teapots\n\nSee [the paper](https://huggingface.co/papers/2606.00001).\n",
        "## Links\n\n- [Paper](https://huggingface.co/papers/2606.00001)\n\n## Licence\n\nNone.\n",
        f"<!doctype html><h3>{TITLE}</h3>",
        f'{{"papers/2606.00001": "{TITLE}"}}',
        "### [Daily Papers](https://huggingface.co/papers)\n\nNothing today.\n",
        pasted(pasted_cards(4)),
    ],
)
def test_other_texts_are_not_captured_pages(text: str) -> None:
    assert not captured_page.recognizes(text)


@pytest.mark.parametrize(
    "text", ["We count teapots.\n", "### [Daily Papers](https://huggingface.co/papers)\n\nNothing.\n"]
)
def test_a_page_without_cards_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(DocumentError, match=r"^page\.md: holds no card, [^.;]*; [^.]*$"):
        captured_page.read(document(text, "page.md"))


def test_the_real_pasted_pages_stay_pasted_pages(pages: list[Path]) -> None:
    for path in pages:
        text = open_document(path).text
        assert pasted_page.recognizes(text)
        assert not captured_page.recognizes(text)


def test_the_beginning_and_the_end_of_a_long_page_are_enough() -> None:
    assert captured_page.recognizes(HEAD + cards_text(invented_cards(900, seed=1), "reference"))


# What real tools make of a real page


@pytest.fixture(scope="module")
def real_html() -> str:
    path = SHARED / "inputs" / "daily-papers-html" / "2024-08-01.html"
    if not path.exists():
        pytest.skip("the saved page of 2024-08-01 is not at hand")
    return path.read_text("utf-8")


def html_facts(html: str) -> list[tuple[str, str, int]]:
    """Id, title and votes of each card of the saved page, without the reader."""
    titles = re.findall(r'<h3[^>]*>\s*<a href="/papers/([0-9.]+)"[^>]*>([^<]*)</a>', html)
    button = r'href="/login\?next=%2Fpapers%2F([0-9.]+)".*?<div class="leading-none">([0-9]+)</div>'
    votes = dict(re.findall(button, html, re.DOTALL))
    return [(paper, " ".join(title.split()), int(votes[paper])) for paper, title in titles]


@pytest.mark.parametrize("tool", ["html2text", "html2text references", "html2text without links", "markdownify"])
def test_what_tools_make_of_a_real_page_is_read(real_html: str, tool: str) -> None:
    module = pytest.importorskip(tool.split()[0], reason=f"{tool.split()[0]} is not installed")
    if tool == "markdownify":
        text = module.markdownify(real_html, heading_style="ATX")
    else:
        converter = module.HTML2Text(baseurl="" if tool == "html2text" else SITE)
        converter.inline_links = tool != "html2text references"
        converter.ignore_links = converter.ignore_images = tool.endswith("without links")
        text = converter.handle(real_html)
    found = digest(text)
    expected = html_facts(real_html)

    assert len(expected) == 13
    assert captured_page.recognizes(text)
    ids = [None] * 13 if tool.endswith("without links") else [paper for paper, _, _ in expected]
    assert [each.arxiv_id for each in found.entries] == ids
    assert [(each.title, each.upvote_count) for each in found.entries] == [
        (title, votes) for _, title, votes in expected
    ]
    assert all(each.submitted_by and each.author_count and each.comment_count for each in found.entries)
    assert (found.printed_date, found.digest_date) == (
        "Aug 1",
        None if tool.endswith("without links") else "2024-08-01",
    )
    assert found.curator == "AK and the research community"
    assert all(above.line_end < below.line_start for above, below in pairwise(found.entries))
