"""The ways by which reading is fast give what the plain ways give: what is passed over at a glance holds nothing."""

from __future__ import annotations

import pickle
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib import import_module

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from benchmarks import bench_read
from catalog.documents import DocumentError, split_lines
from catalog.readers import arxiv_atom, arxiv_atom_entries, cards, format_names, trailers
from catalog.readers.best_reading import (
    DOUBT,
    MORE_NO_CARD,
    NO_ABSTRACT,
    NO_ABSTRACT_BEFORE_TRAILER,
    NO_CARD,
    NO_TRAILER,
    Choices,
    Label,
    best_reading,
)
from catalog.readers.looks import LONG_FOR_TITLE_LENGTH, least_title_cost, title_cost
from catalog.readers.own import FALLBACK, OWN_READERS
from catalog.readers.paragraphs import find_pieces
from catalog.records import LinkRecord
from catalog.titles import title_key
from tests import captured_pages
from tests.pages import document


@given(st.text())
def test_lines_end_where_they_always_did(text: str) -> None:
    lines = re.split(r"\r\n|\n|\r", text)
    assert split_lines(text) == (lines[:-1] if lines[-1] == "" else lines)


@given(st.text(st.characters(max_codepoint=127, exclude_characters="\\"), min_size=1))
def test_the_key_of_an_ascii_title_is_its_letters_and_digits(title: str) -> None:
    key = "".join(character for character in title.lower() if character.isalnum())
    if key:
        assert title_key(title) == key


PARAGRAPHS = st.sampled_from(
    [
        *("A Title of Teapots", "Counting Ferns: All You Need.", "we count", "Mar 2, 2025", "  • 5 authors", "Search"),
        *("A short abstract that ends.", "# Heading", "Is it so?", "1. One", "the rest of it", "Subscribe"),
        *("We count ferns. " * 30, "We count hamsters " * 50, "x" * 700, "… " * 400, "5 " * 400 + "words", "Q? " * 300),
        *("A line of prose\nthat was wrapped\nto three lines.", "A Glued Title\n" + "We glue. " * 40),
    ]
)


@given(st.lists(PARAGRAPHS, max_size=12), st.booleans())
def test_titles_judged_at_a_glance_change_no_reading(paragraphs: list[str], has_date: bool) -> None:
    lines = "\n\n".join(paragraphs).split("\n")
    pieces = find_pieces(lines, 0, len(lines))
    quick = cards.read_pieces(pieces, lines, has_date=has_date)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cards, "least_title_cost", lambda _: None)
        assert quick == cards.read_pieces(pieces, lines, has_date=has_date)


@given(
    st.lists(st.sampled_from(["We count ", "5 ", "… ", "Ferns. ", "what? ", "import "]), min_size=1), st.integers(1, 99)
)
def test_the_glance_is_never_above_the_cost(words: list[str], times: int) -> None:
    text = "".join(words) * times
    least = least_title_cost(text)
    assert least is None or (len(text) >= LONG_FOR_TITLE_LENGTH and least <= title_cost(text))


COSTS = st.integers(-1, 14)
CHOICES = st.one_of(
    st.just(Choices(is_trailer=True, is_plain=False)),
    st.builds(Choices, COSTS, COSTS, COSTS),
    st.builds(
        Choices,
        *(COSTS,) * 5,
        may_be_glued=st.booleans(),
        may_be_head=st.booleans(),
        may_be_tail=st.booleans(),
        is_plain=st.just(False),
    ),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(CHOICES, max_size=4), st.booleans())
def test_the_best_reading_is_the_best_of_all(choices: list[Choices], has_trailers: bool) -> None:
    costs: dict[tuple[int, Label], int] = {}
    for labels, cost in _all_readings(choices, has_trailers):
        for place in enumerate(labels):
            costs[place] = min(cost, costs.get(place, cost))
    best = best_reading(choices, has_trailers=has_trailers)
    assert best.cost == min((cost for _, cost in _all_readings(choices, has_trailers)))
    for at, label in enumerate(best.labels):
        near = {label for (place, label), cost in costs.items() if place == at and cost <= best.cost + DOUBT}
        assert costs[at, label] == best.cost
        assert {label, *best.alternatives.get(at, ())} == near


def _all_readings(choices: Sequence[Choices], has_trailers: bool) -> Iterator[tuple[list[Label], int]]:
    """Every reading of the pieces, one by one, with its cost."""
    ends = {"title": NO_ABSTRACT + NO_TRAILER * has_trailers, "abstract": NO_TRAILER * has_trailers}
    readings: list[tuple[str, list[Label], int]] = [("head", [], 0)]
    for choice in choices:
        readings = [
            (then, [*labels, label], cost + more)
            for place, labels, cost in readings
            for label, then, more in _steps(choice, place, ends.get(place, 0), ends["abstract"])
        ]
    for place, labels, cost in readings:
        yield labels, cost + ends.get(place, 0)


def _steps(choice: Choices, place: str, end: int, abstract_end: int) -> Iterator[tuple[Label, str, int]]:
    if place in ("no card", "tail"):
        yield Label.NO_CARD, place, MORE_NO_CARD
    else:
        yield Label.NO_CARD, "no card", NO_CARD + end
    if choice.is_trailer:
        if place in ("title", "abstract"):
            yield Label.TRAILER, "trailer", NO_ABSTRACT_BEFORE_TRAILER if place == "title" else 0
        return
    if choice.may_be_head and place in ("head", "no card"):
        yield Label.FURNITURE, "head", 0
    if choice.may_be_tail:
        yield Label.FURNITURE, "tail", end
    if place != "tail":
        yield Label.TITLE, "title", choice.title + end
    if choice.may_be_glued and place != "tail":
        yield Label.TITLE_AND_ABSTRACT, "abstract", choice.title_and_abstract + end
    if place == "title":
        yield Label.ABSTRACT, "abstract", choice.abstract
        if choice.may_be_glued:
            yield Label.ABSTRACT_AND_TITLE, "title", choice.abstract_and_title + abstract_end
    if place == "abstract":
        yield Label.CONTINUATION, "abstract", choice.continuation


@pytest.mark.parametrize(
    "line", ["• 5 authors", "Mar 2, 2025 2", "* - | 1,234 authors", "·", "- Sept. 3", "Teapots 5", ""]
)
@pytest.mark.parametrize("blank", ["", " ", "\t", "\u200b", "\x1c"])
def test_a_line_that_opens_a_trailer_is_never_passed_over(line: str, blank: str) -> None:
    lines = [blank + line.replace(" ", " " + blank)]
    fast = trailers.read_trailer(lines, 0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trailers, "_may_open", lambda _: True)
        assert fast == trailers.read_trailer(lines, 0)


ID = "<id>http://arxiv.org/abs/2401.00001</id>"
PIECES_OF_ENTRIES = st.sampled_from(
    [
        *(
            "<id>http://arxiv.org/abs/2401.00001v2</id>",
            "<title>Counting\n Teapots</title>",
            "<title/>",
            "<title ></title>",
        ),
        *(
            "<summary>At &lt;dusk&gt; &amp; dawn.</summary>",
            "<summary>Ferns&#46;</summary>",
            "<summary> a\r\nb </summary>",
        ),
        *("<summary>A <b>bold</b> one</summary>", "<summary><![CDATA[a <title> b]]></summary>", "<!-- <entry> -->"),
        *("<author><name>Ada</name></author>", "<author>\n<name>Cy &amp; Co</name>\n</author>", "<author/>"),
        *("<author><name>Ada</name><name>Bo</name></author>", "<author><uri>x</uri><name>Ada</name></author>"),
        "<author><name>Ada</name><arxiv:affiliation>Dew Lab</arxiv:affiliation></author>",
        *("<category term='cs.LG'/>", '<category scheme="x" term="cs.AI"/>', '<arxiv:primary_category term=" cs.RO"/>'),
        *('<arxiv:doi xmlns:arxiv="http://arxiv.org/schemas/atom">10.1/x</arxiv:doi>', "<doi>10.1/y</doi>", "text"),
        *("<published>2024-01-02T00:00:00Z</published>", "<published>2024-13-02</published>", "<name>Nobody</name>"),
        *("<arxiv:comment>Code: https://github.com/acme/tool</arxiv:comment>", '<link href="a>b"/>', "<a:b/>", "\n"),
        *('<title xmlns="http://example.org/">Ferns</title>', "<entry><title>Inner</title></entry>", "xmlns"),
    ]
)


@settings(deadline=None)
@given(st.lists(st.lists(PIECES_OF_ENTRIES, max_size=6).map("".join), min_size=1, max_size=3))
def test_entries_of_a_feed_read_by_one_pattern_are_those_of_the_tree(bodies: list[str]) -> None:
    fast = _feed_reading(bodies)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arxiv_atom_entries, "_has_plain_names", lambda _text, _feed: False)
        assert fast == _feed_reading(bodies)


def _feed_reading(bodies: list[str]) -> str:
    names = 'xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom"'
    text = (
        f"<feed {names}>\n" + "\n".join(f"<entry>{ID}{body}<title>A</title></entry>" for body in bodies) + "\n</feed>"
    )
    try:
        record = arxiv_atom.read(document(text))
    except DocumentError as error:
        return str(error)
    return f"{list(record.papers)} {record.rejects} {record.furniture_line_count}"


def test_an_entry_as_arxiv_writes_it_takes_the_short_way() -> None:
    text = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>http://arxiv.org/abs/2401.00001v2</id>\n'
        '<title>Teapots</title><link href="http://arxiv.org/abs/2401.00001v2" rel="alternate"/>\n'
        "<summary>We count &lt;ferns&gt;.</summary><author>\n  <name>Ada Moss</name>\n</author></entry></feed>"
    )
    (entry,) = arxiv_atom_entries._plain_entries(text)
    assert entry is not None
    assert (entry.authors, entry.elements["summary"].text) == (["Ada Moss"], "We count <ferns>.")
    assert arxiv_atom_entries.entries(text, etree.fromstring(text)) == [entry]


def test_values_are_equal_hashed_and_pickled_by_their_fields() -> None:
    link = LinkRecord("abstract", "a.org", "https://a.org", roles=("code",))
    same = pickle.loads(pickle.dumps(link))
    assert (same, hash(same), repr(same)) == (link, hash(link), repr(link))
    assert same != replace(link, is_promised=True)
    with pytest.raises(AttributeError):
        link.unknown = 1  # type: ignore[attr-defined]


@pytest.mark.parametrize("reader", [*OWN_READERS, FALLBACK], ids=lambda reader: reader.module)
def test_a_reader_is_known_by_its_own_name(reader: object) -> None:
    module = import_module(f"catalog.readers.{reader.module}")  # type: ignore[attr-defined]
    assert reader.FORMAT == module.FORMAT in format_names()  # type: ignore[attr-defined]
    assert hasattr(reader, "read_stream") == hasattr(module, "read_stream")


LINK = "https://huggingface.co/login?next=%2Fpapers%2F2401.00001"
MARKS = [
    *("\n", "\n", "\r", "\r\n", "# ", "###\t", "> ", "- ", "Daily Papers", "Teapots", "===", "---", "[", "](", "]["),
    *(
        "/papers/2401.00001",
        ")",
        "]",
        "<",
        ">",
        LINK,
        f"1. {LINK}",
        "[12]",
        "References",
        "\u00a0",
        "\ufeff",
        "{",
        "\\",
    ),
]
MARKDOWN = st.lists(st.sampled_from(MARKS), max_size=25).map("".join)


@settings(deadline=None)
@given(MARKDOWN)
def test_what_a_reader_recognises_is_never_passed_over(text: str) -> None:
    for reader in OWN_READERS:
        if import_module(f"catalog.readers.{reader.module}").recognizes(text):
            assert reader.may_be(text)


@pytest.mark.parametrize("form", captured_pages.FORMS)
def test_captured_pages_are_not_passed_over(form: str) -> None:
    text = captured_pages.cards_text(captured_pages.invented_cards(3), form)
    assert OWN_READERS[-1].may_be(text)
    assert OWN_READERS[-1].may_be(text.replace("\n", "\r"))


def test_a_reader_that_is_not_needed_is_not_imported() -> None:
    code = """
import sys
from catalog.documents import Document
from catalog.readers import read_document
cards = (f"Teapots and Ferns {number}\\n\\n" + "We count. " * 30 for number in range(4))
text = "Daily Papers\\n\\nMar 11\\n\\n" + "\\n\\n".join(cards)
read_document(Document("page.txt", "0" * 64, len(text), text, text.count("\\n") + 1))
names = ("captured_page", "saved_page", "arxiv_atom", "daily_papers_api", "paper_code_list", "catalogue_json")
print([name for name in names if f"catalog.readers.{name}" in sys.modules], "lxml" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split("\n")[0] == "[] False"


def test_the_benchmark_measures_every_format() -> None:
    result = CliRunner().invoke(bench_read.main, ["--papers", "20", "--rounds", "1", "--profile"])
    assert result.exit_code == 0, result.output
    formats = {row.split("|")[1].strip() for row in result.output.splitlines() if row.startswith("| ")}
    # So few papers fill one document, which is a pasted page.
    assert formats - {"format"} == set(format_names()) - {"catalogue JSON", "Daily Papers API"}
    assert "%  catalog.readers.pasted_page" in result.output
