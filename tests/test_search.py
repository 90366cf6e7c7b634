"""Ranked search: what it finds, in which order, how it marks, and that no spelling of a query fails."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from catalog.database import CatalogError
from catalog.records import EntryRecord
from catalog.search import MATCH_END, MATCH_START, SearchResult, search_papers
from tests.catalogues import document, good_catalogue, load, snapshot


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound catalogue of four papers; tests only read it."""
    return good_catalogue(tmp_path_factory.mktemp("search") / "catalog.db")


def marked(text: str | None) -> str:
    return (text or "").replace(MATCH_START, "[").replace(MATCH_END, "]")


def titles(results: list[SearchResult]) -> list[str]:
    return [result.title.replace(MATCH_START, "").replace(MATCH_END, "") for result in results]


def paper(title: str, abstract: str | None = None) -> EntryRecord:
    return EntryRecord(position=1, title=title, abstract=abstract, line_start=1, line_end=3)


def test_a_match_in_the_title_comes_before_one_in_the_abstract(library: Path) -> None:
    assert titles(search_papers(library, "graph")) == [
        "Moss-Net: Counting Moss with Graph Networks",
        "Lichen as a Clock",
    ]


def test_one_match_in_the_title_outweighs_several_in_the_abstract(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    load(
        path,
        document(
            "page.txt",
            paper("Stones", "Dew on dew on dew: dew, and more dew, after the dew of dew."),
            paper("A Long and Careful Study of Morning Dew on Many Stones", "Nothing of it here, but of the morning."),
        ),
    )

    (best,) = titles(search_papers(path, "dew", most=1))
    assert best.startswith("A Long")


def test_papers_that_match_equally_come_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    load(path, document("page.txt", *(paper(f"Dew {name}") for name in ("Drops", "Beads", "Films"))))

    assert titles(search_papers(path, "dew")) == ["Dew Drops", "Dew Beads", "Dew Films"]
    assert titles(search_papers(path, "dew", most=2)) == ["Dew Drops", "Dew Beads"]


def test_matched_words_are_marked_in_title_and_passage(library: Path) -> None:
    first, second = search_papers(library, "graph")

    assert marked(first.title) == "Moss-Net: Counting Moss with [Graph] Networks"
    assert marked(second.title) == "Lichen as a Clock"
    assert "[graph] walks help" in marked(second.passage)


def test_a_long_abstract_is_cut_to_the_passage_that_matches(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    load(
        path,
        document("page.txt", paper("Stones", "Stones lie still. " * 50 + "Then came dew. " + "More stones. " * 50)),
    )

    (result,) = search_papers(path, "dew")

    assert "Then came [dew]" in marked(result.passage)
    assert len(result.passage or "") < 250
    assert (result.passage or "").startswith("…")


def test_a_result_tells_what_is_known_of_the_paper(library: Path) -> None:
    (moss,) = search_papers(library, "moss")
    (puddle,) = search_papers(library, "puddle")

    assert (moss.paper_id, moss.publication_date, moss.digest_count) == (1, "2025-12-02", 1)
    assert moss.repositories == ["https://github.com/invented-lab/moss-net"]
    assert (puddle.paper_id, puddle.publication_date, puddle.digest_count) == (4, None, 1)
    assert puddle.repositories == []


def test_a_paper_of_which_only_facts_are_known_has_no_passage(library: Path) -> None:
    (result,) = search_papers(library, "puddle depth")

    assert marked(result.title) == "[Puddle] [Depth] from One Photograph"
    assert result.passage is None


@pytest.mark.parametrize(
    ("words", "paper_ids"),
    [
        pytest.param("fern", [3], id="a word"),
        pytest.param("FERNS", [3], id="case and plural"),
        pytest.param("férn", [3], id="accents"),
        pytest.param("moss stones", [1], id="all words"),
        pytest.param("moss fern", [], id="never together"),
        pytest.param('"fern folding"', [3], id="a phrase"),
        pytest.param('"folding fern"', [], id="a phrase in another order"),
        pytest.param("folding fern", [3], id="the same words apart"),
        pytest.param('"fern folding', [3], id="a phrase without end"),
        pytest.param('dusk "fold their" camera', [3], id="a phrase among words"),
        pytest.param("moss-net", [1], id="a hyphen"),
        pytest.param("Moss-Net: Counting", [1], id="a colon is no column"),
        pytest.param("title:moss", [], id="no column filter"),
        pytest.param("moss AND fern", [], id="AND is a word"),
        pytest.param("moss OR fern", [], id="OR is a word"),
        pytest.param("mos*", [], id="no prefixes"),
        pytest.param("moss!?", [1], id="punctuation"),
        pytest.param("moss " * 64 + "fern", [1], id="the first 64 words count"),
        pytest.param("nothing-of-the-kind", [], id="nothing"),
        pytest.param("", [], id="no words"),
        pytest.param(" \t\n", [], id="blanks"),
        pytest.param('""', [], id="an empty phrase"),
    ],
)
def test_what_is_found(library: Path, words: str, paper_ids: list[int]) -> None:
    assert [result.paper_id for result in search_papers(library, words)] == paper_ids


NASTY = [
    '"',
    '"""',
    "'",
    "''; DROP TABLE papers; --",
    "(",
    ")",
    "((moss)",
    "AND",
    "OR",
    "NOT",
    "NOT moss",
    "moss AND",
    "NEAR",
    "NEAR(moss fern, 2)",
    "NEAR/2",
    "*",
    "**",
    "^",
    "^moss",
    "+",
    "moss + fern",
    "-moss",
    "{title abstract}: moss",
    "- title : moss",
    "papers_fts",
    "rowid:1",
    ":",
    ",",
    ".",
    "?1 :words @a $b",
    "%_%",
    "\\",
    "\x00",
    "moss\x00fern",
    "\x02moss\x03",
    "\ud800",
    "🌿",
    "苔",
    "\u0301",
    "\u200b",
    "[moss]",
    "x" * 10_000,
    "moss " * 10_000,
    '"' * 10_000,
    "(" * 10_000,
    '"moss" ' * 5_000,
    "a-" * 10_000,
    "苔" * 10_000,
    '"' + "moss " * 5_000,
]


@pytest.mark.parametrize("words", NASTY, ids=lambda words: ascii(words[:20]))
def test_no_spelling_of_a_query_is_an_error(library: Path, words: str) -> None:
    assert len(search_papers(library, words)) <= 4


@given(
    st.text() | st.text("\"'*^:(){}+-. \tmosfern", max_size=60) | st.lists(st.sampled_from(NASTY[:40])).map(" ".join)
)
@example('a"b c"d')
@settings(max_examples=150, deadline=None)
def test_no_text_at_all_is_an_error(library: Path, words: str) -> None:
    for result in search_papers(library, words):
        assert MATCH_START in result.title + (result.passage or "")


def test_searching_writes_nothing(tmp_path: Path) -> None:
    path = good_catalogue(tmp_path / "catalog.db")
    before = snapshot(tmp_path)

    assert search_papers(path, "moss")

    assert snapshot(tmp_path) == before


def test_a_file_that_is_no_catalogue_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    path.write_text("moss", encoding="utf-8")

    with pytest.raises(CatalogError, match="is not an SQLite database"):
        search_papers(path, "moss")
