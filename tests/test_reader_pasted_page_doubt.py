"""Pasted pages with odd or damaged cards: read as they stand or rejected with the reason, and the page in step."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from catalog.documents import open_document, split_lines
from tests.conftest import SHARED
from tests.pages import (
    HEAD,
    TRAILER,
    Card,
    assert_whole,
    invented_cards,
    misread,
    page,
    read,
    real_cards,
    right_titles,
    sentence_ends,
)
from tests.sampling import sample

REAL_PAGES = sorted((SHARED / "seeds").glob("*.txt"))
needs_real_pages = pytest.mark.skipif(not REAL_PAGES, reason="the five real pages are not at hand")

CARDS = invented_cards(6)
CARDS_WITH_TRAILER = invented_cards(6, TRAILER)


# One odd card in a page: it is read as it stands


ODD_TITLES = (
    "Hamsters Are All You Need.",
    "Hamsters are all you need.",
    "Do Hamsters Dream?",
    "The Hamsters Are Back. But Did They Ever Leave?",
    "Hamsters! Counting What Cannot Be Counted",
    "hamster2vec: Small Vectors for Small Animals",
    "Can We Trust Our Hamsters?",
    "H",
    "A Very Long Title: " + " and ".join(f"Hamster Number {number}" for number in range(1, 12)),
    "鼠鼠计数",
    "$\\pi$-Hamsters",
)
ODD_ABSTRACTS = (
    "We study the odd corner of one teapot.",
    "Hamsters count teapots, and nobody knows why they do.",
    "Is a hamster a teapot? We do not know.",
    "No teapot was harmed: https://github.com/nobody/teapot",
    "the hamsters write without capitals and that is fine with all of the invented reviewers who read it.",
)


@pytest.mark.parametrize("title", ODD_TITLES)
@pytest.mark.parametrize("trailer", [(), TRAILER], ids=["alone", "with trailer"])
def test_an_odd_title_is_a_title(title: str, trailer: tuple[str, ...]) -> None:
    cards = invented_cards(6, trailer)
    for at in range(6):
        odd = [*cards[:at], replace(cards[at], title=title), *cards[at + 1 :]]
        assert_whole(page(odd), odd)


@pytest.mark.parametrize("abstract", ODD_ABSTRACTS)
@pytest.mark.parametrize("trailer", [(), TRAILER], ids=["alone", "with trailer"])
def test_an_odd_abstract_is_an_abstract(abstract: str, trailer: tuple[str, ...]) -> None:
    cards = invented_cards(6, trailer)
    for at in range(6):
        odd = [*cards[:at], replace(cards[at], paragraphs=(abstract,)), *cards[at + 1 :]]
        assert_whole(page(odd), odd)


@pytest.mark.parametrize("wrap", [0, 80])
@pytest.mark.parametrize("trailer", [(), TRAILER], ids=["alone", "with trailer"])
def test_an_abstract_in_two_paragraphs_is_joined(trailer: tuple[str, ...], wrap: int) -> None:
    cards = invented_cards(6, trailer)
    for at, card in enumerate(cards):
        for place in sentence_ends(card.words):
            split = [*cards[:at], card.split_at(place), *cards[at + 1 :]]
            text = page(split, wrap=wrap)

            entry = assert_whole(text, split).digests[0].entries[at]

            assert entry.abstract_line is not None
            assert "\n\n" in (entry.abstract or "")
            assert (entry.abstract or "").split("\n") == split_lines(text)[entry.abstract_line - 1 :][
                : (entry.abstract or "").count("\n") + 1
            ]


# Where nothing decides, the piece is rejected with the reason, and the page stays in step


def test_a_title_without_abstract_is_rejected() -> None:
    record = read(page([*CARDS[:3], Card("A Lonely Title about Gnomes", ()), *CARDS[3:]]))

    assert right_titles(record, CARDS) == {card.title for card in CARDS}
    (reject,) = record.rejects
    assert reject.text == "A Lonely Title about Gnomes"
    assert "a title" in reject.reason
    assert "a further paragraph of the abstract above" in reject.reason


def test_an_abstract_without_title_is_not_given_to_another_paper() -> None:
    long = [replace(card, paragraphs=(card.words * 3,)) for card in CARDS]
    text = page(long).replace(long[3].title + "\n\n", "")
    kept = [card for card in long if card is not long[3]]

    record = read(text)

    assert right_titles(record, kept) == {card.title for card in kept}
    assert [reject.text for reject in record.rejects] == [long[3].words]


def test_a_page_cut_after_a_title_keeps_its_cards() -> None:
    record = read(page([*CARDS, Card("A Title at the Cut", ())]))

    assert right_titles(record, CARDS) == {card.title for card in CARDS}
    assert [reject.text for reject in record.rejects] == ["A Title at the Cut"]


def test_a_day_that_does_not_exist_is_no_date() -> None:
    for text in (
        page(CARDS, [*HEAD[:-1], "Feb 30"]),
        page(CARDS).replace(CARDS[2].title, f"Feb 30\n\n{CARDS[2].title}"),
    ):
        record = read(text)

        assert right_titles(record, CARDS) == {card.title for card in CARDS}
        assert [reject.text for reject in record.rejects] == ["Feb 30"]


def test_a_trailer_without_card_is_rejected() -> None:
    record = read(page(CARDS, [*HEAD, "\n".join(TRAILER)]))

    assert right_titles(record, CARDS) == {card.title for card in CARDS}
    assert [reject.text for reject in record.rejects] == ["\n".join(TRAILER)]


# Damage to the real pages: the damaged card may be rejected, never misread, and no other card suffers


def split_abstract(card: Card, chance: random.Random, _: list[Card]) -> Card:
    return card.split_at(chance.choice(sentence_ends(card.words)))


def split_abstract_twice(card: Card, chance: random.Random, _: list[Card]) -> Card:
    return card.split_at(*sorted(chance.sample(sentence_ends(card.words), 2)))


def cut_in_a_sentence(card: Card, chance: random.Random, _: list[Card]) -> Card:
    return card.split_at(chance.choice([at for at, char in enumerate(card.words) if char == " "]))


def first_sentence(card: Card, _: random.Random, __: list[Card]) -> Card:
    return replace(card, paragraphs=(card.words[: sentence_ends(card.words)[0]].strip(),))


def tiny_abstract(card: Card, _: random.Random, __: list[Card]) -> Card:
    return replace(card, paragraphs=("We study an odd corner of one teapot.",))


def full_stop(card: Card, _: random.Random, __: list[Card]) -> Card:
    return replace(card, title=card.title.rstrip("?!.") + ".")


def second_sentence(card: Card, _: random.Random, __: list[Card]) -> Card:
    return replace(card, title=card.title.rstrip("?!.") + ". But Not All of It")


def long_title(card: Card, chance: random.Random, cards: list[Card]) -> Card:
    return replace(card, title=" and ".join([card.title, *(c.title for c in chance.sample(cards, 12))])[:250].strip())


def no_trailer(card: Card, _: random.Random, __: list[Card]) -> Card:
    return replace(card, trailer=())


def lower_case(card: Card, _: random.Random, __: list[Card]) -> Card:
    return replace(card, title=card.title.lower())


Damage = Callable[[Card, random.Random, list[Card]], Card]


@needs_real_pages
@pytest.mark.parametrize("wrap", sample([80, 0], 1))
@pytest.mark.parametrize(
    ("damage", "share_read"),
    sample(
        [
            (split_abstract, 0.97),
            (split_abstract_twice, 0.85),
            (cut_in_a_sentence, 0.9),
            (first_sentence, 0.97),
            (tiny_abstract, 1.0),
            (full_stop, 0.97),
            (second_sentence, 0.97),
            (long_title, 1.0),
            (no_trailer, 1.0),
            (lower_case, 0.97),
        ],
        3,
    ),
)
def test_a_damaged_card_of_a_real_page(damage: Damage, share_read: float, wrap: int) -> None:
    chance = random.Random(damage.__name__)
    tried = right = 0
    for path in REAL_PAGES:
        head, cards = real_cards(open_document(path))
        for _ in range(5):
            at = chance.randrange(len(cards))
            changed = [*cards[:at], damage(cards[at], chance, cards), *cards[at + 1 :]]
            record = read(page(changed, head, wrap=wrap))
            found = right_titles(record, changed)
            assert misread(record, changed) == []
            assert {card.title for card in changed} - found <= {changed[at].title}
            tried += 1
            right += changed[at].title in found
    assert right >= tried * share_read


@needs_real_pages
@pytest.mark.parametrize(
    "change",
    [
        lambda text: "\ufeff" + text.replace("\n", "\r\n"),
        lambda text: text.replace("\n\n", "\n \u00a0\n"),
        lambda text: text.replace("\n\n  •", "\n  •"),
        lambda text: text.replace("Get trending papers in your email inbox!\n\n", ""),
    ],
    ids=["CRLF and BOM", "blanks in blank lines", "no blank line before trailers", "less furniture"],
)
def test_a_real_page_with_other_white_space(change: Callable[[str], str]) -> None:
    for path in REAL_PAGES:
        text = open_document(path).text
        _, cards = real_cards(open_document(path))
        assert_whole(change(text).removeprefix("\ufeff"), cards)
