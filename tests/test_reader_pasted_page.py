"""The reader for pasted pages: both forms, every variant of head, trailer and white space, and what is no page."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from catalog.documents import DocumentError, open_document, split_lines
from catalog.readers import format_names, pasted_page, read_document
from catalog.records import EntryRecord
from tests.conftest import SHARED
from tests.pages import (
    HEAD,
    TRAILER,
    Card,
    assert_whole,
    check_account,
    document,
    invented_cards,
    page,
    read,
    right_titles,
)

REAL_PAGES = sorted((SHARED / "seeds").glob("*.txt"))
needs_real_pages = pytest.mark.skipif(not REAL_PAGES, reason="the five real pages are not at hand")
LINKS = SHARED / "gold" / "links_seeds.csv"

CARDS = invented_cards(6)
CARDS_WITH_TRAILER = invented_cards(6, TRAILER)


def entries(text: str) -> tuple[EntryRecord, ...]:
    return read(text).digests[0].entries


def titles(text: str) -> list[str]:
    return [entry.title for entry in entries(text)]


# The real pages


@needs_real_pages
@pytest.mark.parametrize(
    ("number", "entry_count", "printed_date", "title"),
    [
        (0, 77, "Mar 11", None),
        (1, 106, "Mar 12", None),
        (2, 68, "Mar 11", None),
        (3, 124, "Jun 6", None),
        (4, 46, "Mar 4", "Daily Papers"),
    ],
)
def test_a_real_page_is_read_whole(number: int, entry_count: int, printed_date: str, title: str | None) -> None:
    page = open_document(REAL_PAGES[number])

    record = read_document(page)

    check_account(record, page.text)
    (digest,) = record.digests
    assert (record.entry_count, record.rejects) == (entry_count, ())
    assert (digest.kind, digest.title, digest.curator) == ("listing", title, "AK and the research community")
    assert (digest.printed_date, digest.digest_date, digest.date_basis) == (printed_date, None, None)
    assert [entry.position for entry in digest.entries] == list(range(1, entry_count + 1))
    assert all(entry.abstract and len(entry.abstract) > 1000 and len(entry.title) < 200 for entry in digest.entries)


@needs_real_pages
def test_the_trailers_of_the_real_page_that_has_them() -> None:
    (digest,) = read_document(open_document(REAL_PAGES[4])).digests

    counted = [entry for entry in digest.entries if entry.author_count is not None]
    dated = [entry for entry in digest.entries if entry.publication_date is not None]
    assert (len(counted), len(dated)) == (45, 45)
    assert [entry.comment_count for entry in digest.entries if entry.comment_count is not None] == [3, 2, 1, 1]
    assert max(entry.publication_date for entry in dated if entry.publication_date) == "2025-12-02"


@needs_real_pages
@pytest.mark.skipif(not LINKS.exists(), reason="the links counted by hand are not at hand")
def test_a_place_in_an_abstract_is_a_place_in_the_document() -> None:
    with LINKS.open(newline="", encoding="utf-8") as file:
        links = list(csv.DictReader(file))
    for path in REAL_PAGES:
        (digest,) = read_document(open_document(path)).digests
        by_line = {entry.abstract_line: entry for entry in digest.entries}
        for link in (link for link in links if link["seed"] == path.name):
            entry = by_line[int(link["abstract_line"])]
            assert entry.title == link["title"]
            assert (entry.abstract or "")[int(link["char"]) - entry.abstract_char :].startswith(link["raw"])


# The forms of a page


def test_title_and_abstract_alone() -> None:
    record = assert_whole(page(CARDS), CARDS)

    (digest,) = record.digests
    assert (digest.title, digest.curator, digest.printed_date) == (
        "Daily Papers",
        "AK and the research community",
        "Mar 11",
    )
    first = digest.entries[0]
    assert (first.line_start, first.line_end, first.abstract_line, first.abstract_char) == (13, 15, 15, 0)
    assert (first.author_count, first.publication_date, first.comment_count) == (None, None, None)


@pytest.mark.parametrize(
    ("trailer", "author_count", "date", "printed", "comments"),
    [
        (TRAILER, 5, "2025-03-02", "Mar 2, 2025", 2),
        (("  • 1 author", "", "·", "", "Mar 2, 2025"), 1, "2025-03-02", "Mar 2, 2025", None),
        (("• 5 authors · Mar 2, 2025 2",), 5, "2025-03-02", "Mar 2, 2025", 2),
        (("5 authors · Mar 2, 2025",), 5, "2025-03-02", "Mar 2, 2025", None),
        (("∙ 12 authors", "∙", "March 2, 2025 · 2"), 12, "2025-03-02", "March 2, 2025", 2),
        (("* 5 authors", "·", "Mar 2"), 5, None, "Mar 2", None),
        (("- 5 authors", "·", "Mar 2 7"), 5, None, "Mar 2", 7),
        (("\u00a0\u00a0•\u00a05 authors", "\u00a0·", "Mar 2, 2025\u00a02"), 5, "2025-03-02", "Mar 2, 2025", 2),
        (("•", "5 authors", "·", "Mar 2, 2025", "2"), 5, "2025-03-02", "Mar 2, 2025", 2),
        (("  • 5 authors",), 5, None, None, None),
        (("  • 5 authors", "·"), 5, None, None, None),
        (("·", "Mar 2, 2025 2"), None, "2025-03-02", "Mar 2, 2025", 2),
        (("Sept 9, 2024",), None, "2024-09-09", "Sept 9, 2024", None),
        (("• 1,204 authors", "·", "Feb. 29 2024"), 1204, "2024-02-29", "Feb. 29 2024", None),
    ],
)
def test_trailers(
    trailer: tuple[str, ...], author_count: int | None, date: str | None, printed: str | None, comments: int | None
) -> None:
    cards = invented_cards(4, trailer)
    spaced = page(cards)
    # No blank line between abstract and trailer.
    glued = spaced.replace("\n\n" + trailer[0], "\n" + trailer[0])

    for text in (spaced, glued):
        for entry in assert_whole(text, cards).digests[0].entries:
            assert (entry.author_count, entry.comment_count) == (author_count, comments)
            assert (entry.publication_date, entry.printed_publication_date) == (date, printed)
            assert split_lines(text)[entry.line_end - 1] == trailer[-1]


def test_a_line_of_an_abstract_that_looks_like_a_trailer_is_none() -> None:
    card = replace(CARDS[0], paragraphs=("We asked the invented teapots of\n5 authors\nand got no answer at all.",))

    assert_whole(page([card, *CARDS[1:]]), [card, *CARDS[1:]])


def test_a_card_may_lack_its_trailer() -> None:
    for at in range(len(CARDS)):
        cards = [*CARDS_WITH_TRAILER[:at], CARDS[at], *CARDS_WITH_TRAILER[at + 1 :]]

        record = assert_whole(page(cards), cards)

        assert [entry.author_count is None for entry in record.digests[0].entries] == [
            not card.trailer for card in cards
        ]


def test_a_title_before_a_trailer_is_an_entry_without_abstract() -> None:
    cards = [*CARDS_WITH_TRAILER[:2], Card("Only a Title about Gnomes", (), TRAILER), *CARDS_WITH_TRAILER[2:]]

    record = assert_whole(page(cards), cards)

    entry = record.digests[0].entries[2]
    assert (entry.abstract, entry.abstract_line, entry.author_count) == (None, None, 5)


@pytest.mark.parametrize("wrap", [40, 72, 80, 100])
@pytest.mark.parametrize("cards", [CARDS, CARDS_WITH_TRAILER])
def test_hard_wrapped_pages(cards: list[Card], wrap: int) -> None:
    text = page(cards, wrap=wrap)
    lines = split_lines(text)

    for entry in assert_whole(text, cards).digests[0].entries:
        assert entry.abstract is not None
        assert entry.abstract_line is not None
        assert entry.abstract.split("\n") == lines[entry.abstract_line - 1 :][: entry.abstract.count("\n") + 1]


def test_a_title_wrapped_at_its_hyphen_is_one_word() -> None:
    card = replace(CARDS[0], title="Counting Teapots with Pre-\nTrained Hamsters, Mid- and\nPost-Winter")

    assert titles(page([card, *CARDS[1:]]))[0] == "Counting Teapots with Pre-Trained Hamsters, Mid- and Post-Winter"


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: text.replace("\n\n", "\n \u00a0\u200b\n"),
        lambda text: text.replace("\n\n", "\n\n\n\t\n"),
        lambda text: "\n\n" + text + "\n\n\n",
        lambda text: text.rstrip("\n"),
        lambda text: text.replace("\n", "  \n  "),
    ],
    ids=[
        "CRLF",
        "CR",
        "blanks in blank lines",
        "more blank lines",
        "outer blank lines",
        "no last line end",
        "indented",
    ],
)
@pytest.mark.parametrize("cards", [CARDS, CARDS_WITH_TRAILER])
def test_white_space_changes_nothing(change: Callable[[str], str], cards: list[Card]) -> None:
    assert_whole(change(page(cards)), cards)


def test_an_indented_abstract_tells_where_it_begins() -> None:
    (first, *_) = entries(page(CARDS).replace("\n\nWe present", "\n\n   We present"))

    assert first.abstract_char == 3
    assert (first.abstract or "").startswith("We present")


def test_blank_lines_lost_everywhere_or_in_one_place() -> None:
    text = page(CARDS)

    assert_whole(text.replace("\n\n", "\n"), CARDS)
    assert_whole(text.replace("\n\nWe present", "\nWe present"), CARDS)
    assert_whole(text.replace(CARDS[2].title + "\n\n", CARDS[2].title + "\n"), CARDS)
    assert_whole(text.replace("\n\n" + CARDS[2].title, "\n" + CARDS[2].title), CARDS)


def test_a_page_of_short_abstracts() -> None:
    cards = [
        Card(card.title, (f"We count {number} odd things that are not there.",)) for number, card in enumerate(CARDS)
    ]

    assert_whole(page(cards), cards)


def test_one_card_is_a_page() -> None:
    assert_whole(page(CARDS[:1]), CARDS[:1])


# The head and the tail


def test_the_head_in_any_order_and_any_subset() -> None:
    chance = random.Random(1)
    for _ in range(20):
        head = chance.sample(HEAD[:-1], k=chance.randint(0, 5))
        for text in (page(CARDS, [*head, "Mar 11"]), page(CARDS, head), page(CARDS, ["\n".join([*head, "Mar 11"])])):
            assert_whole(text, CARDS)


@pytest.mark.parametrize(
    ("line", "digest_date", "basis"),
    [
        ("Mar 11", None, None),
        ("March 11", None, None),
        ("Mar 11, 2025", "2025-03-11", "stated"),
        ("September 1, 2024", "2024-09-01", "stated"),
        ("Feb 29", None, None),
    ],
)
def test_the_printed_date_stands_as_printed(line: str, digest_date: str | None, basis: str | None) -> None:
    (digest,) = assert_whole(page(CARDS, [*HEAD[:-1], line]), CARDS).digests

    assert (digest.printed_date, digest.digest_date, digest.date_basis) == (line, digest_date, basis)


@pytest.mark.parametrize("line", ["byAK and the research community", "by AK and the research community"])
def test_the_curator(line: str) -> None:
    assert read(page(CARDS, [line, "Mar 11"])).digests[0].curator == "AK and the research community"


def test_what_ran_together_with_the_line_of_the_curator_leaves_a_trace() -> None:
    line = "by AK and the research community  Mar 11  Painting Moon Cheese: An Invented Study of Hamsters"

    assert line in [reject.text for reject in read(page(CARDS, ["Daily Papers", line, "Mar 11"])).rejects]


def test_an_unknown_line_in_the_head_is_rejected_and_disturbs_nothing() -> None:
    for at in range(len(HEAD)):
        head = [*HEAD[:at], "Meet the hamsters at our booth", *HEAD[at:]]

        record = read(page(CARDS, head))

        assert right_titles(record, CARDS) == {card.title for card in CARDS}
        assert [reject.text for reject in record.rejects] == ["Meet the hamsters at our booth"]
        assert "before the page's date" in record.rejects[0].reason


def test_an_unknown_line_in_a_head_without_date_is_rejected() -> None:
    record = read(page(CARDS, ["new", "Meet the hamsters at our booth", "Subscribe", "Daily Papers"]))

    assert right_titles(record, CARDS) == {card.title for card in CARDS}
    assert [reject.text for reject in record.rejects] == ["Meet the hamsters at our booth"]


def test_the_tail_is_furniture() -> None:
    for cards in (CARDS, CARDS_WITH_TRAILER):
        assert_whole(page(cards, tail=["Previous", "Next", "TOS\nPrivacy\nAbout", "Careers"]), cards)


def test_an_unknown_line_in_the_tail_is_rejected() -> None:
    record = read(page(CARDS, tail=["Previous", "17", "Next"]))

    assert right_titles(record, CARDS) == {card.title for card in CARDS}
    assert [reject.text for reject in record.rejects] == ["17"]


@pytest.mark.parametrize("head", [HEAD, HEAD[:-1]], ids=["with date", "without date"])
def test_a_paper_may_be_called_like_furniture(head: Sequence[str]) -> None:
    for at in range(len(CARDS)):
        cards = [*CARDS[:at], replace(CARDS[at], title="Search"), *CARDS[at + 1 :]]

        assert_whole(page(cards, head), cards)


def test_two_pages_in_one_document_are_two_digests() -> None:
    text = page(CARDS[:3], tail=["Previous", "Next"]) + "\n" + page(CARDS[3:], [*HEAD[:-1], "Mar 12"])

    record = read(text)

    assert [digest.printed_date for digest in record.digests] == ["Mar 11", "Mar 12"]
    assert [len(digest.entries) for digest in record.digests] == [3, 3]
    assert record.rejects == ()


# Which texts are pages


def test_a_page_is_recognised_by_its_content() -> None:
    for cards in (CARDS, CARDS_WITH_TRAILER):
        for head in (HEAD, HEAD[-1:], ["Subscribe"], []):
            assert pasted_page.recognizes(page(cards, head))
            assert pasted_page.recognizes(page(cards * 60, head))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# Teapots\n\nA library that counts teapots. It is small, and it has no dependency but time and patience. Use "
        "it for every teapot that you have, and for no other.\n\n## Installation\n\n    pip install teapots\n",
        "import os\n\ndef main():\n    return 1\n\n\nif __name__ == '__main__':\n    main()\n",
        "Dear hamsters,\n\nplease find the teapots enclosed.\n\nYours\n\nNobody\n",
        "name,colour\nteapot,blue\n",
        "<p>new</p>\n\n<p>Daily Papers</p>",
        '{"title": "Daily Papers"}',
        "new\n\nSubscribe\n\nDaily Papers\n\nMar 11\n",
    ],
)
def test_other_texts_are_no_pages(text: str) -> None:
    assert not pasted_page.recognizes(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("<!DOCTYPE html><html><body>new</body></html>", "is an HTML page without papers of the listing; save a page"),
        ('<?xml version="1.0"?><feed></feed>', "is XML of a form that no reader knows"),
        ('{"teapots": 3}', "is JSON of a form that no reader knows"),
        ("[" * 100_000, "holds no card"),
        ('[{"teapots": 3}, {"tea', "looks like JSON that is cut short or damaged"),
        ("Nothing to see here", "holds no card that can be told for certain"),
    ],
)
def test_an_unknown_text_is_refused_with_what_it_seems_to_be(text: str, sentence: str) -> None:
    with pytest.raises(DocumentError, match=r"^page\.txt: ") as caught:
        read_document(document(text))
    assert sentence in str(caught.value)


def test_the_format_can_be_said() -> None:
    text = "A Title\n\nA short text.\n\nmore of it\n"
    assert not pasted_page.recognizes(text)

    assert read_document(document(text), "pasted page").entry_count == 1
    assert read_document(document(page(CARDS)), "Pasted Page").entry_count == 6
    with pytest.raises(ValueError, match=r'unknown format "teapot"; known are .*"pasted page"'):
        read_document(document(text), "teapot")
    assert pasted_page.FORMAT in format_names()


def test_a_page_without_a_card_is_refused() -> None:
    with pytest.raises(DocumentError, match=r"^page\.txt: holds no card"):
        pasted_page.read(document("\n\n".join(HEAD)))
