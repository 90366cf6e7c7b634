"""The ways by which reading is fast give what the plain ways give: what is passed over at a glance holds nothing."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import bench_read
from catalog.documents import split_lines
from catalog.links import canonical, find_links, forges, scan, sentences, vocabulary
from catalog.readers import cards, format_names, json_elements, json_members, python_literals, trailers
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
from catalog.readers.json_elements import JsonElement, RawJson, array_elements, decode_element
from catalog.readers.json_members import member_at, object_members
from catalog.readers.looks import LONG_FOR_TITLE_LENGTH, least_title_cost, title_cost
from catalog.readers.own import FALLBACK, OWN_READERS
from catalog.readers.paragraphs import find_pieces
from catalog.titles import title_key
from tests import captured_pages
from tests.test_links_properties import PIECES

SOUP = st.lists(PIECES, max_size=30).map("".join)
ANCHORS = [
    *("https://a.org", "HTTP:/a.org", "hxxps :// a.org", "https: //a.org", "http\\\\a.org", "ftp://a.org", "https:a"),
    *("www.a.org", "WWW .a.org", "git hub . com/a", "gitlab.com/a/b", "hugging face . co/a", "hf.co/a/b"),
    *("bitbucket . org/a/b", "zenodo.org/1", "doi . org/10.1", "bit . ly /a", "acme.github . io", "acme.hf.space"),
    *("h ttps://a.org", "ht tp://a.org", "http s://a.org", "gith ub.com/a/b", "acme.g ithub.io", "zen odo.org/1"),
    *("acme.readthedocs.io", "foo.academy/a", "foo.uk/a", "at foo.org", "at foo.cloud.", "10.5281/zenodo.1"),
]


def _check_hint(text: str) -> re.Match[str] | None:
    """No address begins before the first hint, and none at all where there is none."""
    lowered = scan._lowered(text)
    anchor, hint = scan._ANCHOR.search(lowered), scan.first_hint(lowered)
    assert anchor is None or (hint is not None and hint <= anchor.start())
    return anchor


@pytest.mark.parametrize("address", ANCHORS)
def test_every_kind_of_address_has_a_hint(address: str) -> None:
    anchor = _check_hint(f"We count ferns. See {address}")
    assert anchor is not None
    assert anchor.start() >= len("We count ferns. See ")


@settings(deadline=None)
@given(st.one_of(st.text(), st.tuples(SOUP, st.sampled_from(ANCHORS), SOUP).map("".join)))
def test_no_address_begins_before_the_first_hint(text: str) -> None:
    _check_hint(text)


NEVER = re.compile(r"(?!)")
ORDINARY = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(
            ["Code: ", "at", "(", "<", "\\url{", "_", "We use Ferns. Our code is at ", "x" * 200 + " The "]
        ),
        st.sampled_from(["https://", "http://"]),
        st.sampled_from(
            ["github.com", "www.github.com", "acme.github.io", "huggingface.co", "doi.org", "lab.example.org"]
        ),
        st.lists(
            st.sampled_from(["/", "/acme", "/tool", "/big_tool-", "/www", "/xxx", "/orgs", ".git", "a-", "http"]),
            max_size=4,
        ).map("".join),
        st.sampled_from(["", ".", ",", ").", ";", " .", "}", ". ", ") ", ", ", ". \n", "www.", ":", "...)"]),
        st.sampled_from(
            ["", "The data", "soon", "git", "5", "/tree/main", "big/tool.", "acme/tool", ". We", "https://a.org"]
        ),
    ),
)


def _links_the_plain_way(text: str) -> list[object]:
    canonical._canonicalize_often.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scan, "_PLAIN", NEVER)
        patch.setattr(forges, "_PLAIN_REPOSITORY", NEVER)
        patch.setattr(sentences, "_SMALL_LETTER", NEVER)
        found = find_links(text)
    canonical._canonicalize_often.cache_clear()
    return list(found)


@settings(deadline=None)
@given(st.one_of(ORDINARY, SOUP, st.tuples(ORDINARY, SOUP).map("".join)))
def test_ordinary_addresses_are_read_as_the_plain_way_reads_them(text: str) -> None:
    assert find_links(text) == _links_the_plain_way(text)


def test_ordinary_addresses_take_the_short_way() -> None:
    text = "Our code is available at https://github.com/acme/tool."
    assert scan._PLAIN.search(text) is not None
    assert forges.plain_repository("https://github.com/acme/tool") == find_links(text)[0].target


def test_folded_text_is_read_as_a_search_without_regard_to_case_reads_it() -> None:
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    folded = vocabulary.folded(everything)
    assert len(folded) == len(everything)
    letters = re.findall("[a-z]", everything, re.IGNORECASE)
    assert len(letters) == len(re.findall("[a-z]", folded)) == 56
    for one, letter in itertools.product(letters, "abcdefghijklmnopqrstuvwxyz"):
        assert (re.match(letter, one, re.IGNORECASE) is not None) == (vocabulary.folded(one) == letter)
    for kind in (r"\w", r"\s"):
        assert re.sub(kind, "+", folded).count("+") == re.sub(kind, "+", everything).count("+")


def test_no_pattern_for_folded_text_asks_for_a_capital() -> None:
    patterns = {name: value for name, value in vars(vocabulary).items() if isinstance(value, re.Pattern)}
    assert len(patterns) > 12
    for name in patterns.keys() - {"CLAUSE", "LABEL"}:
        plain = re.sub(r"\\.|\(\?P<", "", patterns[name].pattern)
        assert plain == plain.lower(), name
        assert not patterns[name].flags & re.IGNORECASE


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


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.just('a"b\\c[{')),
    lambda values: st.one_of(st.lists(values, max_size=3), st.dictionaries(st.text(max_size=3), values, max_size=3)),
    max_leaves=12,
)
DAMAGE = st.sampled_from(["", '"', "\\", "{", "}", "[", "]", ",", "x", "\ufeff", "NaN", " \r\n", '{"a":1,"a":2}'])


@settings(deadline=None)
@given(st.lists(VALUES, max_size=4), st.data())
def test_elements_decoded_where_they_stand_are_those_that_are_cut_out(
    values: list[object], data: st.DataObject
) -> None:
    indent = data.draw(st.sampled_from([None, 2]))
    text = json.dumps(values, indent=indent, ensure_ascii=data.draw(st.booleans()))
    at = data.draw(st.integers(0, len(text)))
    text = text[:at] + data.draw(DAMAGE) + text[at:]
    size, most = data.draw(st.integers(1, len(text))), data.draw(st.sampled_from([5, 20, 10_000]))
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    fast = _elements(pieces, most)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_elements._OpenArray, "decode_next", lambda _self, _piece, start: start)
        assert fast == _elements(pieces, most)
    assert _cuts(pieces) == _cuts_one_by_one(text)


def _elements(pieces: Sequence[str], most: int) -> list[object]:
    found: list[object] = []
    try:
        found.extend(map(repr, array_elements(pieces, most=most)))
    except ValueError as error:
        found.append(repr(error))
    return found


def _cuts(pieces: Sequence[str]) -> list[int]:
    structure = json_elements.Structure()
    cuts, before = [], 0
    for piece in pieces:
        at = structure.next_cut(piece, 0)
        while at is not None:
            cuts.append(before + at)
            at = structure.next_cut(piece, at + 1)
        before += len(piece)
    return cuts


def _cuts_one_by_one(text: str) -> list[int]:
    cuts, depth, is_in_string, is_escaped = [], 0, False, False
    for at, character in enumerate(text):
        if is_in_string:
            is_in_string = is_escaped or character != '"'
            is_escaped = character == "\\" and not is_escaped
        elif character == '"':
            is_in_string = True
        elif character in "[{":
            depth += 1
            cuts += [at] * (depth == 1)
        elif character in "]}":
            depth = max(depth - 1, 0)
            cuts += [at] * (depth == 0)
        elif character == ",":
            cuts += [at] * (depth <= 1)
    return cuts


OBJECTS = st.dictionaries(st.text(max_size=3), VALUES, max_size=4)


@settings(deadline=None, max_examples=25)
@given(st.dictionaries(st.text(max_size=3), OBJECTS, max_size=2))
def test_a_member_found_at_once_is_the_one_among_all(value: dict[str, dict[str, object]]) -> None:
    element = decode_element(json.dumps(value, indent=1, ensure_ascii=False))
    assert isinstance(element, JsonElement)
    for outer, inner in itertools.chain(
        object_members(element).items(), [("none", RawJson(text="{}", line=1, char=0))]
    ):
        found = member_at(element, [outer])
        assert found is None or found == inner
        assert found is not None or "\\" in json.dumps(outer, ensure_ascii=False) or outer == "none"
        for name, member in object_members(inner).items():
            deep = member_at(element, [outer, name])
            assert deep is None or deep == member


@settings(deadline=None, max_examples=50)
@given(VALUES, st.data())
def test_members_passed_over_at_once_are_those_between_brackets(value: object, data: st.DataObject) -> None:
    text = json.dumps({"a": value, "b": [value], "c": {}}, indent=data.draw(st.sampled_from([None, 1])))
    at = data.draw(st.integers(0, len(text)))
    raw = RawJson(text=(text[:at] + data.draw(DAMAGE) + text[at:]).strip(), line=3, char=5)
    fast = _members(raw)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_members, "_members_at_once", lambda _: None)
        assert fast == _members(raw)


def _members(raw: RawJson) -> object:
    try:
        return object_members(raw)
    except ValueError as error:
        return str(error)


@given(VALUES, DAMAGE, st.integers(0, 60))
def test_reprs_turned_into_json_are_those_read_token_by_token(value: object, damage: str, at: int) -> None:
    text = repr(value)
    text = text[:at] + damage + text[at:]
    fast = _literal(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(python_literals, "_TO_JSON", re.compile(".", re.DOTALL))
        patch.setattr(python_literals, "_as_json", lambda _: "?")
        assert fast == _literal(text)


def _literal(text: str) -> str:
    try:
        return repr(python_literals.parse_literal(text))
    except ValueError as error:
        return f"refused: {error}"


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
