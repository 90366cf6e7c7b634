"""`catalog show`: what names a paper, a repository or a digest, and what is told of it."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.cli import main
from catalog.lookup.connection import opened
from catalog.lookup.find import Reference, find
from catalog.records import EntryRecord, LinkRecord
from catalog.show.answer import answer
from catalog.show.lines import lines
from tests.catalogues import FERN, LICHEN, MOSS_NET, PUDDLE, document, good_catalogue, load, snapshot
from tests.site_example import HOSTILE_TITLE

DEW = EntryRecord(
    position=1,
    title="Dew Point Estimation with Wet Shoes",
    abstract="Dew wets shoes, and moss dries them.",
    arxiv_id="2401.00001",
    authors=("Ada Moss", "Bo Fern"),
    author_count=2,
    publication_date="2024-01-03",
    line_start=1,
    line_end=3,
    upvote_count=7,
    comment_count=1,
    links=(
        LinkRecord(
            "listing field",
            "https://github.com/Dew-Lab/shoes",
            "https://github.com/Dew-Lab/shoes",
            line=3,
            field="githubRepo",
            added_by="auto",
        ),
        LinkRecord("listing field", "https://gitlab.com/dew-lab/shoes", "https://gitlab.com/dew-lab/shoes"),
    ),
)
DEW_AGAIN = EntryRecord(
    position=1,
    title="Dew Point Estimation with Very Wet Shoes",
    arxiv_id="2401.00001",
    line_start=1,
    line_end=3,
    upvote_count=11,
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound catalogue with a paper at arXiv in two daily digests of one day; nobody writes to it."""
    path = good_catalogue(tmp_path_factory.mktemp("show") / "catalog.db")
    url = "https://huggingface.co/papers/date/2026-03-12"
    day = {"kind": "daily", "digest_date": "2026-03-12", "date_basis": "stated"}
    load(path, document("daily.json", DEW, MOSS_NET, url=url, **day), document("again.json", DEW_AGAIN, FERN, **day))
    return path


def found(library: Path, text: str) -> list[tuple[str, int]]:
    with opened(library) as connection:
        return [(each.kind, each.id) for each in find(connection, text)]


def run(library: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["show", *arguments, "-d", str(library)])


def shown(library: Path, text: str) -> list[str]:
    (one,) = answer(library, text)
    return list(lines(one))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("1", [("paper", 1)], id="row id"),
        pytest.param("paper 2", [("paper", 2)], id="row id of a paper"),
        pytest.param("repository 1", [("repository", 1)], id="row id of a repository"),
        pytest.param("Digest 2", [("digest", 2)], id="row id of a digest"),
        pytest.param("2401.00001", [("paper", 5)], id="arXiv id"),
        pytest.param("arXiv:2401.00001v3", [("paper", 5)], id="arXiv id with version"),
        pytest.param("https://arxiv.org/pdf/2401.00001v2.pdf", [("paper", 5)], id="address at arXiv"),
        pytest.param("arxiv.org/abs/2401.00001?context=cs#top", [("paper", 5)], id="address at arXiv with more"),
        pytest.param("https://huggingface.co/papers/2401.00001", [("paper", 5)], id="address at Hugging Face"),
        pytest.param("https://github.com/INVENTED-LAB/moss-net.git", [("repository", 1)], id="address"),
        pytest.param("github.com/invented-lab/moss-net/issues/4", [("repository", 1)], id="page of a repository"),
        pytest.param("https://huggingface.co/datasets/invented-lab/stones", [("paper", 1), ("paper", 2)], id="link"),
        pytest.param("invented-lab/Moss-Net", [("repository", 1)], id="owner and name"),
        pytest.param("dew-lab/shoes", [("repository", 2), ("repository", 3)], id="one name at two hosts"),
        pytest.param("open", [("digest", 2)], id="name of a digest"),
        pytest.param("open.txt", [("digest", 2)], id="name of a document"),
        pytest.param("2026-03-12", [("digest", 4), ("digest", 3)], id="day"),
        pytest.param(
            "https://huggingface.co/papers/date/2026-03-12", [("digest", 4), ("digest", 3)], id="page of a day"
        ),
        pytest.param("lichen, as a clock!", [("paper", 2)], id="title"),
        pytest.param("dew point estimation with very wet shoes", [("paper", 5)], id="another title of it"),
        pytest.param("moss", [("paper", 1)], id="a word of one title only"),
        pytest.param("graph", [("paper", 1)], id="a word of one title and another abstract"),
        pytest.param("walls OR (", [], id="no query language"),
        pytest.param("with", [("paper", 1), ("paper", 5)], id="a word of several titles"),
        pytest.param("zeppelin", [], id="nothing"),
        pytest.param("2402.00009", [], id="an arXiv id of no paper"),
        pytest.param("99", [], id="a row id of none"),
        pytest.param("digest 999999999999999999", [], id="a row id beyond any"),
        pytest.param("nobody/nothing", [], id="an owner of none"),
        pytest.param("https://[", [], id="no address"),
    ],
)
def test_what_names_a_row(library: Path, text: str, expected: list[tuple[str, int]]) -> None:
    assert sorted(found(library, text)) == sorted(expected)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.text(max_size=60))
def test_any_text_names_something_or_nothing(library: Path, text: str) -> None:
    assert all(isinstance(each, Reference) for each in _find(library, text))


def _find(library: Path, text: str) -> list[Reference]:
    with opened(library) as connection:
        return find(connection, text)


def test_a_paper_is_shown_with_links_digests_texts_and_sources(library: Path) -> None:
    assert shown(library, "2401.00001") == [
        "Dew Point Estimation with Very Wet Shoes",
        "  paper 5, published 2024-01-03, 2 authors, in 2 digests",
        "  https://arxiv.org/abs/2401.00001",
        "  Ada Moss, Bo Fern",
        "",
        "  Dew wets shoes, and moss dries them.",
        "",
        "Links",
        "  https://github.com/Dew-Lab/shoes",
        "    repository",
        "    the listing in githubRepo says so, filled in by auto: daily.json, line 3",
        "  https://gitlab.com/dew-lab/shoes",
        "    repository",
        "    the listing says so: daily.json",
        "",
        "Seen in",
        "  again (2026-03-12), position 1 of 2, 11 upvotes",
        "  daily (2026-03-12), position 1 of 2, 7 upvotes, 1 comment",
        "",
        "Other texts",
        "  title in daily.json",
        "    Dew Point Estimation with Wet Shoes",
        "",
        "Sources",
        "  again.json, lines 3 to 5 (pasted page)",
        "  daily.json, lines 3 to 5 (pasted page), states 2024-01-03",
    ]


def test_a_repository_is_shown_with_its_papers(library: Path) -> None:
    assert shown(library, "invented-lab/moss-net") == [
        "invented-lab/moss-net",
        "  repository 1, of 1 paper",
        "  https://github.com/invented-lab/moss-net",
        "",
        "  Moss-Net: Counting Moss with Graph Networks",
        "    paper 1, published 2025-12-02, 4 authors, in 2 digests",
        "    repository: code",
        "    the abstract says so: dated.txt, line 5",
        "    the abstract says so: daily.json, line 9",
    ]


def test_a_digest_is_shown_with_its_list_and_why_it_has_its_date(library: Path) -> None:
    dated, opened_year = shown(library, "dated"), shown(library, "open")

    assert dated[:7] == [
        "dated",
        "  digest 1, listing, 2 papers",
        "  2026-03-04",
        "  The document prints “Mar 4” without a year. Its newest paper is of 2025-12-02 and it was read by",
        "  2026-11-20: only one year fits.",
        "  from dated.txt",
        "",
    ]
    assert dated[7:10] == [
        "   1. Moss-Net: Counting Moss with Graph Networks",
        "      paper 1, first in this digest",
        "      https://github.com/invented-lab/moss-net",
    ]
    assert opened_year[2:5] == [
        "  Mar 11, 2024, 2025 or 2026",
        "  The document prints “Mar 11” without a year. No publication date of its papers is known and it was",
        "  read by 2026-11-20: several years fit.",
    ]


def test_several_that_fit_are_listed_to_choose_from(library: Path) -> None:
    done = run(library, "with")

    assert done.exit_code == 0
    assert done.stdout.splitlines()[0] == "'with' fits several; show one of them:"
    assert sorted(line.split("  ")[1].strip() for line in done.stdout.splitlines()[1:]) == [
        "catalog show paper 1",
        "catalog show paper 5",
    ]


def test_nothing_found_is_one_sentence_and_exit_1(library: Path) -> None:
    before = snapshot(library.parent)

    done = run(library, "zeppelin")

    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == f"Error: Nothing in {library} is named 'zeppelin'.\n"
    assert snapshot(library.parent) == before


def test_json_is_for_programs(library: Path) -> None:
    paper = json.loads(run(library, "2401.00001", "--json").stdout)["paper"]
    several = json.loads(run(library, "with", "--json").stdout)["candidates"]
    digest = json.loads(run(library, "open", "--json").stdout)["digest"]

    assert (paper["arxiv_id"], paper["authors"]) == ("2401.00001", ["Ada Moss", "Bo Fern"])
    assert [link["assertions"][0]["field"] for link in paper["links"]] == ["githubRepo", None]
    assert {one["paper"]["id"] for one in several} == {1, 5}
    assert digest["digest_date"] is None
    assert digest["possible_dates"] == ["2024-03-11", "2025-03-11", "2026-03-11"]
    assert [entry["paper"]["title"] for entry in digest["entries"]] == [LICHEN.title, FERN.title, PUDDLE.title]


def test_no_text_of_a_stranger_steers_the_terminal(catalogue: Path, tmp_path: Path) -> None:
    escape = "Moss \x1b[31mRed\x1b[0m \x9b2J\u202e\x07 Dew"
    path = tmp_path / "catalog.db"
    hostile = EntryRecord(position=1, title=escape, abstract=escape, authors=(escape,), line_start=1, line_end=3)
    load(path, document("a\x1b[2Jb.txt", hostile, title=escape, curator=escape, printed_date="Mar 4"))

    texts = [run(catalogue, HOSTILE_TITLE).stdout]
    texts += [run(path, *what).stdout for what in (["1"], ["digest 1"], ["1", "--json"], ["digest 1", "--json"])]

    for text in texts:
        assert "Red" in text or "Folding" in text
        assert {unicodedata.category(character) for character in text if character != "\n"} & {"Cc", "Cf"} == set()
