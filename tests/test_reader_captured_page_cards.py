"""The cards of captured pages: title, abstract and small print, and a card that stands twice."""

from __future__ import annotations

import pytest

from catalog.documents import DocumentError
from catalog.readers import captured_page
from tests.captured_cards import TITLE, digest, entry
from tests.captured_pages import FORMS, HEAD, SITE, assert_read, cards_text, front_matter, invented_cards, read

# Titles


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("### [Counting Teapots](/papers/2606.00001)", "Counting Teapots"),
        ("# [Counting Teapots](https://huggingface.co/papers/2606.00001v2)", "Counting Teapots"),
        ("[Counting Teapots](/papers/2606.00001)\n---------", "Counting Teapots"),
        ("#### **[Counting Teapots](/papers/2606.00001)**", "Counting Teapots"),
        ("### [**Counting Teapots**](/papers/2606.00001)", "Counting Teapots"),
        ("### [Counting\nTeapots](/papers/2606.00001)", "Counting Teapots"),
        ("### [Counting\\  Teapots](/papers/2606.00001)", "Counting Teapots"),
        ("### [](/papers/2606.00001) Counting Teapots", "Counting Teapots"),
        ("### 1. [Counting Teapots](</papers/2606.00001>)", "Counting Teapots"),
        ('### [Counting Teapots](/papers/2606.00001 "Counting")', "Counting Teapots"),
        ("### [Counting [All] Teapots](/papers/2606.00001)", "Counting [All] Teapots"),
        ("### [Counting [All Teapots](/papers/2606.00001)", "Counting [All Teapots"),
        ("### [Counting All] Teapots](/papers/2606.00001)", "Counting All] Teapots"),
        ("### [A\\*: Counting\\_Teapots \\[v2\\]](/papers/2606.00001)", "A*: Counting_Teapots [v2]"),
        ("### [Teapots &amp; $\\alpha\\_0$](/papers/2606.00001)", "Teapots & $\\alpha_0$"),
        ("### [Counting Teapots](/papers/2606.00001) #1 Paper of the day", "Counting Teapots"),
        ("### [Counting Teapots][12]\n\n[12]: https://huggingface.co/papers/2606.00001", "Counting Teapots"),
        ('### [Counting Teapots][First]\n\n[first]: /papers/2606.00001 "Counting"', "Counting Teapots"),
    ],
)
def test_a_title_is_the_words_of_its_heading(heading: str, title: str) -> None:
    found = entry(heading + "\n")

    assert (found.title, found.arxiv_id) == (title, "2606.00001")


@pytest.mark.parametrize(
    "link", ["<{0}/papers/2606.0000{1}>", "{0}/papers/2606.0000{1}", "[]({0}/papers/2606.0000{1})"]
)
@pytest.mark.parametrize("stands", ["above", "below"])
def test_a_heading_without_a_link_has_the_one_next_to_it(link: str, stands: str) -> None:
    blocks = [(f"### Counting Teapots {number}", link.format(SITE, number)) for number in (1, 2, 3)]
    ordered = [block if stands == "below" else block[::-1] for block in blocks]
    text = HEAD + "\n\n".join(line for block in ordered for line in block) + "\n"

    assert [found.arxiv_id for found in digest(text).entries] == ["2606.00001", "2606.00002", "2606.00003"]


def test_a_heading_between_links_to_two_papers_is_refused() -> None:
    link = "[![](x.png)](/papers/2606.0000{})"
    text = (
        f"{HEAD}{link.format(1)}\n\n### Counting Teapots\n\n{link.format(2)}\n\n### Folding Boats\n\n{link.format(3)}\n"
    )

    with pytest.raises(DocumentError, match="holds no card"):
        read(text)


def test_a_damaged_title_above_the_page_is_no_key_of_a_tool() -> None:
    cards = invented_cards(3)
    damaged = "### [Counting Teapots(/papers/2606.00009)\n\nCode: https://github.com/nobody/x"

    record = read(f"{damaged}\n\n{HEAD}{cards_text(cards, FORMS[0])}")

    assert_read(record.digests[0].entries, cards)
    assert [reject.text for reject in record.rejects] == [damaged]


def test_a_title_whose_address_is_cut_at_the_end_leaves_a_trace() -> None:
    cards = invented_cards(3)
    record = read(f"{HEAD}{cards_text(cards, FORMS[0])}\n\n* * *\n\n[Counting Teapots](https://huggingface.co/papers)")

    assert any("Counting Teapots" in reject.text for reject in record.rejects)


@pytest.mark.parametrize(
    "damaged",
    [
        "## [Counting Teapots](/papers/2ps://huggingface.co)obody.png)](/papers/2606.00009)",
        "## [Counting Teapots](/papers/2606.00009) ## [Folding Ponds](/papers/2606.00010)",
        "## [Folding Ponds](/papers/2606.00010) - [7](/login) ## [Counting Teapots](/papers/26)",
        "## by AK and the research community ### [Counting Teapots](/papers/2606.00009)",
    ],
)
def test_a_heading_in_which_lines_ran_together_is_refused_whole(damaged: str) -> None:
    record = read(f"{HEAD}{damaged}\n\n{cards_text(invented_cards(3), FORMS[0])}")

    assert damaged in [reject.text for reject in record.rejects]
    assert len(record.digests[0].entries) == 3


@pytest.mark.parametrize(
    "damaged",
    [
        "## [Counting Teapots](/papers/2ps://huggingface.co/papers/2606.00003)",
        "### [Counting Teapots](https://huggingface.co/models)",
        "[Counting Left Teapots Twice](https://huggingface.co/models)",
    ],
)
@pytest.mark.parametrize("place", ["above", "among", "below"])
def test_a_title_with_the_address_of_another_page_leaves_a_trace(damaged: str, place: str) -> None:
    first, *others = (cards_text([card], FORMS[0]) for card in invented_cards(3))
    cards = {"above": [damaged, "\n\n", first, *others], "among": [first, "\n\n", damaged, "\n\n", *others]}

    record = read(HEAD + "".join(cards.get(place, [first, *others, "\n\n", damaged, "\n"])))

    kept = [reject.text for reject in record.rejects]
    kept += [entry.abstract or "" for entry in record.digests[0].entries]
    assert any("Counting" in text and "Teapots" in text for text in kept)


def test_a_title_with_a_colon_above_the_page_is_no_key_of_a_tool() -> None:
    record = read(
        f"Title: Daily Papers\n\nFolding Boats: A Study][12]\n\n{HEAD}{cards_text(invented_cards(2), FORMS[0])}"
    )

    assert [reject.text for reject in record.rejects] == ["Folding Boats: A Study][12]"]


def test_titles_without_heading_are_links_where_the_page_votes() -> None:
    vote = "[{0}](/login?next=%2Fpapers%2F2606.0000{0})\n\n"
    title = "**[Counting Teapots {0}](/papers/2606.0000{0})**\n\n[We count them.](/papers/2606.0000{0})\n\n"
    text = "".join((vote + title).format(number) for number in (1, 2))

    assert captured_page.recognizes(text)
    assert [(found.title, found.upvote_count, found.abstract) for found in digest(text).entries] == [
        ("Counting Teapots 1", 1, "We count them."),
        ("Counting Teapots 2", 2, "We count them."),
    ]


def test_an_address_defined_twice_stands_for_nothing() -> None:
    text = f"{HEAD}### [Counting Teapots][1]\n\n[1]: /papers/2606.00001\n[1]: /papers/2606.00002\n"

    assert entry(text).arxiv_id is None


def test_a_list_of_addresses_that_was_cut_off_costs_the_ids_alone() -> None:
    cards = invented_cards(4, seed=2)
    whole = HEAD + cards_text(cards, "reference")
    record = read(whole[: whole.index("   [1]: ")])

    assert [(found.title, found.arxiv_id) for found in record.digests[0].entries] == [
        (card.title, None) for card in cards
    ]
    assert [found.organization for found in record.digests[0].entries] == [card.organization for card in cards]
    assert all(found.abstract and "][" not in found.abstract for found in record.digests[0].entries)


def test_front_matter_is_no_heading() -> None:
    card = invented_cards(1, seed=4)
    above = front_matter(f"{SITE}/papers")

    assert_read(digest(above + cards_text(card, "address below")).entries, card)


# Abstracts


@pytest.mark.parametrize(
    "abstract",
    [
        "We count\nteapots.",
        "We count teapots.\n\nThey are many \\[v2\\].",
        "[0, 1] is where we count.",
        "We count at [our page](https://nobody.example/x) and <https://nobody.example>.",
        "Samples are at\nhttps://github.com/nobody/teapot",
        "We count $x_{[0}$ teapots.",
        "We count  \nteapots.",
    ],
)
def test_a_plain_abstract_is_the_text_as_it_stands(abstract: str) -> None:
    found = entry(f"{TITLE}\n\n{abstract}\n\n· 3 authors\n\nMar 2, 2025\n")

    assert (found.abstract, found.abstract_line, found.abstract_char) == (abstract, 3, 0)
    assert (found.author_count, found.publication_date, found.links) == (3, "2025-03-02", ())


@pytest.mark.parametrize(
    ("abstract", "kept"),
    [
        ("We count\\\\\nteapots.", "We count\nteapots."),
        ("\n\nWe count\nteapots.\n\n", "We count\nteapots."),
        ("We count [0, 1] teapots.", "We count [0, 1] teapots."),
        ("We count [0, 1) teapots.", "We count [0, 1) teapots."),
        ("We count 0, 1] teapots.", "We count 0, 1] teapots."),
        ("We count teapots.\\\\", "We count teapots."),
    ],
)
def test_an_abstract_in_a_link_is_the_words_of_the_link(abstract: str, kept: str) -> None:
    found = entry(f"{TITLE}\n\n[{abstract}](/papers/2606.00001)\n\n[- 3 authors](/papers/2606.00001)\n")

    assert (found.abstract, found.author_count) == (kept, 3)


def test_what_markdown_added_to_an_abstract_goes_and_links_keep_their_places() -> None:
    text = "We count\\\\\nteapots\\_twice \\*\\*well\\*\\*. Code:\\\\\nhttps://github.com/nobody/tea\\_pots"
    found = entry(f"{TITLE}\n\n{text}\n\n· 3 authors\n\nMar 2, 2025\n")

    assert found.abstract == "We count\nteapots_twice **well**. Code:\nhttps://github.com/nobody/tea_pots"
    assert (found.abstract_line, found.abstract_char) == (3, None)
    (link,) = found.links
    assert (link.asserted_by, link.url) == ("abstract", "https://github.com/nobody/tea_pots")
    assert (link.line, link.char_start, link.verbatim) == (5, 0, "https://github.com/nobody/tea\\_pots")


def test_an_abstract_does_not_go_on_after_the_small_print() -> None:
    record = read(
        f"{TITLE}\n\nWe count.\n\n· 3 authors\n\nThis was seen by nobody.\n\nMay 2\n\n{TITLE.replace('1)', '2)')}\n"
    )

    assert [(found.abstract, found.line_end) for found in record.digests[0].entries] == [("We count.", 5), (None, 11)]
    assert [(reject.line_start, reject.line_end) for reject in record.rejects] == [(7, 9)]


# Small print


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        ("[12](/login?next=%2Fpapers%2F2606.00001)", 12),
        ("- [1,204](/login?next=%2Fpapers%2F2606.00001)", 1204),
        ("[Upvote\n\n117](/login?next=/papers/2606.00001)", 117),
        ("[- [x] Upvote 29](/login?next=%2Fpapers%2F2606.00001)", 29),
        ("[[ ]\n\n94](/login?next=%2Fpapers%2F2606.00001)", 94),
        ("[-](/login?next=%2Fpapers%2F2606.00001)", None),
        ("[1.2k](/login?next=%2Fpapers%2F2606.00001)", None),
        ("12", 12),
    ],
)
def test_votes_stand_above_the_title(lines: str, count: int | None) -> None:
    found = entry(f"{lines}\n\n{TITLE}\n\nMay 28\n\n[6](/papers/2606.00001#community)\n")

    assert (found.upvote_count, found.comment_count, found.line_start) == (count, 6, 1)


def test_votes_for_another_paper_are_refused() -> None:
    record = read(f"[12](/login?next=%2Fpapers%2F2606.00009)\n\n{TITLE}\n")

    assert record.digests[0].entries[0].upvote_count is None
    assert [reject.line_start for reject in record.rejects] == [1]


@pytest.mark.parametrize(
    ("first", "last", "votes", "comments"),
    [("7\n\n", "", 9, None), ("", "5\n", None, 9), ("", "", None, None)],
)
def test_a_bare_number_is_what_the_page_shows_elsewhere(
    first: str, last: str, votes: int | None, comments: int | None
) -> None:
    text = f"{first}{TITLE}\n\nMay 28\n\n9\n\n### [Folding Boats](/papers/2606.00002)\n\nMay 28\n\n{last}"
    record = read(text)
    above, below = record.digests[0].entries

    assert (above.comment_count, below.upvote_count) == (comments, votes)
    assert [reject.text for reject in record.rejects] == (["9"] if votes is comments is None else [])


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        ("[![](a.png) Acme Lab](https://huggingface.co/acme)\n\n·\n\nMay 2", "Acme Lab"),
        ("[[Image: acme] Acme Lab](/acme) · Published on May 2", "Acme Lab"),
        ("Acme Lab\n\n·\n\nMay 2", "Acme Lab"),
        ("Acme Lab · May 2", "Acme Lab"),
        ("· 3 authors\n\n· May 2", None),
    ],
)
@pytest.mark.parametrize("abstract", ["", "We count.\n\n"])
def test_an_organisation_stands_where_authors_would(lines: str, name: str | None, abstract: str) -> None:
    found = entry(f"{TITLE}\n\n{abstract}{lines}\n")

    assert (found.organization, found.printed_publication_date) == (name, "May 2")
    assert (found.abstract, found.publication_date) == (abstract.strip() or None, None)


@pytest.mark.parametrize("label", ["GitHub 1.2k", "GitHub", "1.2k", "![](x.svg) 12", "LINK: GitHub 3"])
def test_a_button_for_code_is_a_link_of_the_listing(label: str) -> None:
    text = f"{TITLE}\n\nWe count.\n\n · 3 authors [{label}](https://github.com/nobody/tea-\npot) [arXiv Page](https://arxiv.org/abs/2606.00001)\n"
    (link,) = entry(text).links

    assert (link.url, link.verbatim) == ("https://github.com/nobody/tea-pot", "https://github.com/nobody/tea-\npot")
    assert (link.asserted_by, link.field, link.roles) == ("listing field", "GitHub", ("code",))
    assert text.split("\n")[(link.line or 0) - 1][link.char_start :] == "https://github.com/nobody/tea-"


@pytest.mark.parametrize(
    "lines",
    [
        "Submitted by\n![](a.png)\nnobody\\_1",
        "Submitted by ![](https://x.example/a-\nb.png)\nnobody_1",
        "Submitted by\n\n[Image 4]\n\nnobody_1",
        "Submitted by [![](a.png) nobody_1](/nobody_1)",
        "Submitted by nobody_1",
    ],
)
@pytest.mark.parametrize("stands", ["above", "below"])
def test_who_submitted_a_paper(lines: str, stands: str) -> None:
    titles = [TITLE, TITLE.replace("00001", "00002")]
    ordered = [(lines, title) if stands == "above" else (title, lines) for title in titles]
    text = "\n\n".join(block for pair in ordered for block in pair) + "\n"
    record = read(text)

    assert [found.submitted_by for found in record.digests[0].entries] == ["nobody_1"] * 2
    assert record.rejects == ()


# A card that stands twice


def test_the_second_place_adds_what_the_first_does_not_say() -> None:
    first, second = f"{TITLE}\n\nMay 2\n\n", f"{TITLE}\n\nWe count.\n\n· 3 authors\n\nMay 2\n\n"
    found = entry(first + second)

    assert (found.abstract, found.author_count, found.line_start) == ("We count.", 3, 5)
    found = entry(second + first)
    assert (found.abstract, found.author_count, found.line_start, found.line_end) == ("We count.", 3, 1, 7)


@pytest.mark.parametrize("other", ["We weigh.", "We count.\n\n· 4 authors"])
def test_two_places_that_contradict_each_other_leave_the_first(other: str) -> None:
    record = read(f"{TITLE}\n\nWe count.\n\n· 3 authors\n\n{TITLE}\n\n{other}\n")

    assert [(found.abstract, found.author_count) for found in record.digests[0].entries] == [("We count.", 3)]
    assert [reject.line_start for reject in record.rejects] == [7]
