"""Saved HTML pages of the listing: the papers of real ones, from their JSON and from their cards."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from typing import Any

import pytest

from catalog.documents import Document, open_document, split_lines
from catalog.readers import saved_page
from tests.conftest import SHARED
from tests.saved_pages import PAPERS, Paper, attribute, cards, digest, escaped, expected, line_of, names, page, read

# Real pages


@pytest.fixture(scope="module")
def real_page() -> Document:
    path = SHARED / "inputs" / "daily-papers-html" / "2024-08-01.html"
    if not path.is_file():
        pytest.skip("the saved real page is not at hand")
    return open_document(path)


def real_objects(real_page: Document) -> list[dict[str, Any]]:
    attribute = re.search(r'data-target="DailyPapers" data-props="([^"]*)"', real_page.text)
    assert attribute
    found: list[dict[str, Any]] = json.loads(html.unescape(attribute[1]))["dailyPapers"]
    return found


def without_json(text: str) -> str:
    return re.sub(r' data-props="[^"]*"', "", text)


def test_a_real_page_gives_each_object_of_its_json(real_page: Document) -> None:
    objects = real_objects(real_page)

    record = saved_page.read(real_page)

    found = record.digests[0]
    assert saved_page.recognizes(real_page.text)
    assert (len(objects), record.entry_count, record.rejects) == (13, 13, ())
    assert (found.kind, found.digest_date, found.date_basis) == ("daily", "2024-08-01", "stated")
    assert (found.title, found.curator) == ("Daily Papers", "AK and the research community")
    assert (found.printed_date, found.url) == ("Aug 1", "https://huggingface.co/papers")
    assert [entry.arxiv_id for entry in found.entries] == [each["paper"]["id"] for each in objects]
    assert [" ".join(entry.title.split()) for entry in found.entries] == [each["title"] for each in objects]
    assert [entry.upvote_count for entry in found.entries] == [each["paper"]["upvotes"] for each in objects]
    assert [entry.comment_count for entry in found.entries] == [each["numComments"] for each in objects]
    assert [entry.submitted_by for entry in found.entries] == [each["submittedBy"]["name"] for each in objects]
    assert [entry.abstract for entry in found.entries] == [each["paper"]["summary"] for each in objects]
    lines = {(entry.line_start, entry.line_end, entry.abstract_line) for entry in found.entries}
    at = line_of(real_page.text, 'data-target="DailyPapers" data-props')
    assert lines == {(at, at, at)}


def test_a_real_page_without_its_json_gives_the_same_from_its_cards(real_page: Document) -> None:
    objects = real_objects(real_page)
    text = without_json(real_page.text)

    found = saved_page.read(replace(real_page, text=text)).digests[0]

    assert (found.digest_date, found.date_basis, found.kind) == ("2024-08-01", "stated", "daily")
    assert [entry.arxiv_id for entry in found.entries] == [each["paper"]["id"] for each in objects]
    assert [entry.title for entry in found.entries] == [each["title"] for each in objects]
    assert [entry.upvote_count for entry in found.entries] == [each["paper"]["upvotes"] for each in objects]
    assert [entry.comment_count for entry in found.entries] == [each["numComments"] for each in objects]
    assert [entry.submitted_by for entry in found.entries] == [each["submittedBy"]["name"] for each in objects]
    assert [entry.author_count for entry in found.entries] == [
        int(count) for count in re.findall(r"(\d+) authors?\n", text)
    ]
    assert [entry.line_start for entry in found.entries] == [
        number for number, line in enumerate(split_lines(text), start=1) if "<article" in line
    ]
    assert [entry.line_end for entry in found.entries] == [
        number for number, line in enumerate(split_lines(text), start=1) if "</article>" in line
    ]


# The papers


def test_the_json_of_a_page_is_read_first() -> None:
    text = page(cards(), props=attribute(PAPERS, date="2025-05-12T00:00:00.000Z"))

    found = digest(text)

    assert names(found) == expected(PAPERS)
    assert [entry.upvote_count for entry in found.entries] == [94, 1234567, 0]
    assert [entry.submitted_by for entry in found.entries] == [paper.by for paper in PAPERS]
    assert found.entries[0].abstract == PAPERS[0].object()["paper"]["summary"]
    assert {entry.abstract_line for entry in found.entries} == {line_of(text, "data-props")}
    renamed = page("", props=attribute(PAPERS).replace("DailyPapers", "AnyPapers", 1))
    assert names(digest(renamed)) == expected(PAPERS)


def test_an_attribute_on_several_lines_is_the_place_of_its_papers() -> None:
    properties = json.dumps({"dailyPapers": [PAPERS[0].object()]}, indent=1)
    text = page("", props=escaped(properties).replace("\n", "\r\n"))

    (entry,) = digest(text).entries

    assert entry.line_start == line_of(text, "data-props")
    assert entry.line_end == entry.line_start + properties.count("\n")


def test_the_cards_of_a_page_without_json_are_read() -> None:
    text = page(cards())

    found = digest(text)

    first = found.entries[0]
    assert names(found) == expected(PAPERS)
    assert (first.upvote_count, first.comment_count, first.submitted_by, first.author_count) == (94, 5, PAPERS[0].by, 2)
    assert found.entries[1].upvote_count == 1234567
    assert (first.abstract, first.authors, first.organization, first.links) == (None, (), None, ())
    assert first.line_start == line_of(text, '<article class="any"')
    assert first.line_end == line_of(text, "</article></div>")


def test_cards_that_the_json_lacks_follow_it() -> None:
    text = page(cards(), props=attribute(PAPERS[:2]))

    assert names(digest(text)) == expected(PAPERS)
    assert digest(text).entries[2].line_start == line_of(text, f'<article class="any"><a href="/papers/{PAPERS[2].id}"')


def test_a_card_shown_twice_is_one_entry() -> None:
    again = page(cards([PAPERS[0], *PAPERS]))
    other = page(cards([*PAPERS, replace(PAPERS[0], title="Another Title Altogether")]))

    assert names(digest(again)) == expected(PAPERS)
    assert read(again).rejects == ()
    (reject,) = read(other).rejects
    assert names(digest(other)) == expected(PAPERS)
    assert "Another Title Altogether" in reject.text
    assert "another title" in reject.reason


def test_what_newer_cards_say_is_read() -> None:
    extra = """<a href="/teapot-works"><img src="o.png"><span>Teapot Works</span></a>
<span>Published on May 2, 2025</span>
<a href="https://github.com/nobody/teapot-counter">GitHub 1.2k</a><a href="https://arxiv.org/abs/2505.00001">arXiv</a>
<a href="https://github.com/nobody/teapot-counter">again</a><a href="https://[">broken</a><p>Hamsters, in short.</p>"""

    (entry,) = digest(page(PAPERS[0].card(extra))).entries

    assert entry.organization == "Teapot Works"
    assert (entry.publication_date, entry.printed_publication_date) == ("2025-05-02", "May 2, 2025")
    assert [(link.url, link.asserted_by) for link in entry.links] == [
        ("https://github.com/nobody/teapot-counter", "listing field")
    ]
    assert entry.abstract is None


def test_comments_between_two_texts_are_passed_over() -> None:
    card = (
        PAPERS[0]
        .card()
        .replace("Submitted by", "Submitted<!-- a --> by<!-- b --><?c?>")
        .replace(">94<", "><!-- d -->94<")
    )

    (entry,) = digest(page(card)).entries

    assert (entry.submitted_by, entry.upvote_count) == (PAPERS[0].by, 94)


def test_a_link_to_the_submitter_is_no_organisation_and_a_badge_no_title() -> None:
    card = PAPERS[0].card(f'<a href="/{PAPERS[0].by}">{PAPERS[0].by}</a>').replace("</a></h3>", "</a> <b>new</b></h3>")

    (entry,) = digest(page(card)).entries

    assert (entry.title, entry.organization) == (PAPERS[0].title, None)


def test_a_card_that_is_not_closed_ends_where_the_next_begins() -> None:
    text = page(cards().replace("<div><article", "<article").replace("</article></div>", "\n \n\n"))

    first, second, _ = digest(text).entries

    assert first.line_end == line_of(text, f"{PAPERS[0].comments}\n</a>")
    assert second.line_start == line_of(text, f'<article class="any"><a href="/papers/{PAPERS[1].id}"')


def test_a_grey_shape_without_text_is_furniture() -> None:
    assert read(page(cards() + "<article><div class='grey'> </div></article>")).rejects == ()


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_texts_that_look_like_tags_stay_as_they_stand(line_end: str) -> None:
    paper = Paper("2505.00009", "Tags such as <article > and data-props = 1")
    properties = attribute([paper]).replace("&lt;", "<").replace("&gt;", ">")

    (entry,) = digest(page("", props=properties).replace("\n", line_end)).entries

    assert (entry.title, entry.abstract) == (paper.title, paper.object()["paper"]["summary"])
    assert names(digest(page(paper.card()))) == expected([paper])


def test_addresses_made_absolute_by_the_browser_are_the_same() -> None:
    text = page(cards().replace('href="/', 'href="https://huggingface.co/'))

    assert names(digest(text)) == expected(PAPERS)
    assert digest(text).entries[0].comment_count == 5


def test_a_vote_that_is_no_number_is_unknown() -> None:
    text = page(PAPERS[0].card().replace("<div>94</div>", "<div>-</div>"))
    thousands = page(PAPERS[0].card().replace("<div>94</div>", "<div>1.2k</div>"))
    nobody = page(PAPERS[0].card().replace(PAPERS[0].by, ""))

    assert digest(text).entries[0].upvote_count is None
    assert digest(thousands).entries[0].upvote_count is None
    assert (digest(nobody).entries[0].submitted_by, digest(nobody).entries[0].upvote_count) == (None, 94)


@pytest.mark.parametrize(
    ("card", "reason"),
    [
        ("<article><h3>A Card of Spoons</h3></article>", "the card links to no paper"),
        ('<article><a href="/papers/2505.00009">x</a></article>', "the card has no heading with a title"),
        ('<article><h3><a href="/papers/date/2025-05-01">May 1</a></h3></article>', "the card links to no paper"),
        (
            f'<article><h3><a href="/papers/2505.00009">{"x" * 2001}</a></h3></article>',
            "the title of the card is longer than 2,000 characters",
        ),
    ],
)
def test_a_card_that_is_not_understood_is_rejected_word_for_word(card: str, reason: str) -> None:
    record = read(page(cards() + card))

    assert names(record.digests[0]) == expected(PAPERS)
    assert [(reject.text, reject.reason) for reject in record.rejects] == [(card, reason)]


def test_an_object_that_is_not_understood_is_rejected_alone() -> None:
    properties = json.dumps({"dailyPapers": [PAPERS[0].object(), {"paper": 7}, PAPERS[1].object()]})

    record = read(page("", props=escaped(properties)))

    assert names(record.digests[0]) == expected(PAPERS[:2])
    assert [reject.text for reject in record.rejects] == ['{"paper": 7}']


@pytest.mark.parametrize("damage", ['{"dailyPapers": [', '{"dailyPapers": 7}', "[1]", "[" * 100_000, '{"a": NaN}'])
def test_json_that_is_not_understood_is_rejected_and_the_cards_are_read(damage: str) -> None:
    record = read(page(cards(), props=escaped(damage)))

    assert names(record.digests[0]) == expected(PAPERS)
    (reject,) = record.rejects
    assert reject.text == f'data-props="{html.escape(damage)}"'


def test_a_card_whose_tag_is_lost_is_a_reject() -> None:
    text = page(cards()).replace('<div><article class="any">', '<div><img alt="><article class="any">', 1)

    record = read(text)

    assert names(record.digests[0]) == expected(PAPERS[1:])
    (reject,) = record.rejects
    assert reject.reason == "the title of a paper stands outside of every card that a browser shows"
    assert reject.text.startswith('<article class="any"')
    assert PAPERS[0].title in reject.text


def test_cards_that_a_lost_end_tag_hides_are_not_lost() -> None:
    text = page(cards())

    drawing = read(text.replace("</svg>", ""))
    template = read(text.replace(PAPERS[1].card(), f"<template>{PAPERS[1].card()}"))

    assert names(drawing.digests[0]) == expected(PAPERS)
    assert names(template.digests[0]) == expected(PAPERS[:1])
    assert [(reject.reason, PAPERS[1].id in reject.text) for reject in template.rejects] == [
        ("the title of a paper stands outside of every card that a browser shows", has_second)
        for has_second in (True, False)
    ]
