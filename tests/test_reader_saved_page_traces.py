"""What damage leaves of a saved page: a paper that no card gives any more is in a reject."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.saved_pages import PAPERS, attribute, cards, expected, names, page, read

FIRST, SECOND, THIRD = PAPERS
LINK = f'<h3><a href="/papers/{FIRST.id}">{FIRST.title}</a></h3>'


def _after_its_end(text: str) -> str:
    """The first card behind the end of the page, with elements left open before it."""
    rest = text.replace(FIRST.card(), "").replace("</section></div></main>", "")
    return f"{rest}{LINK}"


def _in_a_drawing(text: str) -> str:
    return text.replace(FIRST.card(), f'<svg icle class="x">{LINK}')


def _without_heading(text: str) -> str:
    link = f'<a href="/papers/{FIRST.id}"><ul><li>2 authors</li></ul></a>'
    return text.replace(FIRST.card(), f'<ar{FIRST.id}">{FIRST.title}</a></h3>{link}')


def _in_a_script(text: str) -> str:
    """A script that has lost its end goes on to that of the next one."""
    return text.replace("<body>", "<body><script>let x = 1;").replace(
        SECOND.card(), f"{SECOND.card()}<script></script>"
    )


@pytest.mark.parametrize("damage", [_after_its_end, _in_a_drawing, _without_heading, _in_a_script])
def test_a_title_outside_of_every_card_is_in_a_reject(damage: Callable[[str], str]) -> None:
    record = read(damage(page(cards())))

    assert any(FIRST.title in reject.text for reject in record.rejects)
    assert FIRST.title not in [entry.title for entry in record.digests[0].entries]


def test_links_to_papers_that_are_there_are_no_trace() -> None:
    extra = f'<p>See <a href="/papers/{FIRST.id}">this</a>, <a href="/papers/{SECOND.id}v2">that</a>.</p>'

    assert read(page(f"{cards()}{extra}")).rejects == ()


def test_a_card_whose_own_tag_is_lost_is_in_a_reject_beside_the_one_before() -> None:
    tag = '<div><article class="any">'
    first, second = FIRST.card().replace("</h3>", ""), SECOND.card().removeprefix(tag)

    record = read(page(f"{first}{second}{THIRD.card()}"))

    assert any(SECOND.id in reject.text for reject in record.rejects)
    assert SECOND.id not in [entry.arxiv_id for entry in record.digests[0].entries]


@pytest.mark.parametrize(
    ("extra", "reason"),
    [
        (f'<a href="/papers/{SECOND.id}">x</a>', "the links of the card name several papers"),
        (f'<h3><a href="/papers/{FIRST.id}">Counting Tea</a></h3>', "the headings of the card name several papers"),
    ],
)
def test_a_card_that_names_two_papers_is_refused(extra: str, reason: str) -> None:
    text = page(f"{FIRST.card(extra)}{SECOND.card()}{THIRD.card()}")

    (reject,) = read(text).rejects

    assert reject.reason == reason
    assert FIRST.title in reject.text


def test_json_whose_attribute_is_lost_is_a_reject() -> None:
    text = page(cards(PAPERS[1:]), props=attribute(PAPERS[:1]))

    renamed = read(text.replace("data-props=", "data-pr="))
    cut = read(text.replace('<div class="x" data-target="DailyPapers"', "", 1))

    for record in (renamed, cut):
        assert names(record.digests[0]) == expected(PAPERS[1:])
        (reject,) = record.rejects
        assert reject.reason == "JSON of papers stands in damaged markup"
        assert FIRST.title in reject.text
