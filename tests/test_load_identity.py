"""Who is who: titles that meet arXiv ids, papers that turn out to be one, and a title that turns out to be two."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import pytest

from catalog.checks import check_catalog
from catalog.records import DocumentRecord, EntryRecord
from tests.catalogues import FERN, LICHEN, MOSS_NET, document, load
from tests.conftest import VARIANTS_BY_DOCUMENT, Query
from tests.contents import contents

MOSS_AT_ARXIV = replace(MOSS_NET, arxiv_id="2501.00001", authors=("Ada Moss", "Bo Fern"))
MOSS_RENAMED = replace(MOSS_AT_ARXIV, title="Moss-Net 2: Counting All the Moss", abstract="A longer text.", links=())
OTHER_MOSS = replace(MOSS_NET, arxiv_id="2501.00002", abstract="Quite another text about moss.")


def _sound(database: Path) -> bool:
    return not [result.name for result in check_catalog(database) if result.broken]


def test_a_title_that_meets_its_arxiv_id_keeps_its_row(database: Path, query: Query) -> None:
    load(database, document("page.txt", MOSS_NET, LICHEN, FERN, printed_date="Mar 4"))
    before = query("SELECT id FROM papers WHERE title LIKE 'Moss%'")

    (account,) = load(database, document("answer.json", FERN, MOSS_AT_ARXIV))

    assert query("SELECT id FROM papers WHERE arxiv_id = '2501.00001'") == before
    assert (account.new_paper_count, account.known_paper_count, account.merged_paper_count) == (0, 2, 0)
    assert query("SELECT digest_count, authors FROM papers WHERE arxiv_id IS NOT NULL") == [
        (2, '["Ada Moss","Bo Fern"]')
    ]
    assert query("SELECT arxiv_id FROM digest_entries JOIN papers USING (arxiv_id)") == [("2501.00001",)]
    assert _sound(database)


def test_two_papers_that_turn_out_to_be_one_are_merged_with_all_that_is_known(database: Path, query: Query) -> None:
    load(database, document("page.txt", replace(MOSS_NET, upvote_count=7), printed_date="Mar 4"))
    load(database, document("renamed.json", MOSS_RENAMED))
    assert query("SELECT count(*) FROM papers") == [(2,)]

    (account,) = load(database, document("answer.json", MOSS_AT_ARXIV))

    assert (account.new_paper_count, account.known_paper_count, account.merged_paper_count) == (0, 1, 1)
    assert query("SELECT title, digest_count, has_repository FROM papers") == [
        ("Moss-Net: Counting Moss with Graph Networks", 3, 1)
    ]
    assert query("SELECT upvote_count, paper_id FROM digest_entries WHERE upvote_count IS NOT NULL") == [
        (7, query("SELECT id FROM papers")[0][0])
    ]
    assert query("SELECT count(*), count(DISTINCT paper_id) FROM link_assertions") == [(4, 1)]
    assert query(VARIANTS_BY_DOCUMENT) == [
        ("renamed.json", None, "A longer text.", None),
        ("renamed.json", "Moss-Net 2: Counting All the Moss", None, None),
    ]
    assert query("SELECT count(*) FROM papers_fts WHERE papers_fts MATCH 'stones'") == [(1,)]
    assert query("SELECT merged_paper_count FROM loads ORDER BY id") == [(0,), (0,), (1,)]
    assert _sound(database)


def test_a_title_of_two_papers_is_given_back(database: Path, query: Query) -> None:
    alone = replace(MOSS_NET, abstract="A text that only the page has. Code: https://github.com/invented-lab/page")
    load(database, document("page.txt", alone, FERN, printed_date="Mar 4"), document("answer.json", MOSS_AT_ARXIV))
    assert query("SELECT count(*) FROM papers") == [(2,)]

    load(database, document("other.json", OTHER_MOSS))

    papers = query("SELECT arxiv_id, abstract, digest_count FROM papers WHERE title LIKE 'Moss%' ORDER BY 1")
    assert papers == [
        (None, alone.abstract, 1),
        ("2501.00001", MOSS_NET.abstract, 1),
        ("2501.00002", OTHER_MOSS.abstract, 1),
    ]
    assert query(
        "SELECT arxiv_id, url FROM paper_links JOIN papers ON papers.id = paper_id JOIN links ON links.id = link_id "
        "WHERE kind = 'repository' ORDER BY 1"
    ) == [(None, "https://github.com/invented-lab/page"), ("2501.00001", "https://github.com/invented-lab/moss-net")]
    assert query("SELECT count(*) FROM paper_variants") == [(0,)]
    assert _sound(database)


def test_one_document_may_name_a_title_and_two_ids_of_it(database: Path, query: Query) -> None:
    load(database, document("answer.json", MOSS_AT_ARXIV, MOSS_NET, OTHER_MOSS))

    assert query("SELECT arxiv_id FROM papers ORDER BY 1") == [(None,), ("2501.00001",), ("2501.00002",)]
    assert _sound(database)


def test_a_title_that_is_given_back_joins_the_paper_that_has_it_alone_already(database: Path, query: Query) -> None:
    """The last document makes that paper itself; then the page's entry leaves the one that it was taken for."""
    load(database, document("answer.json", MOSS_AT_ARXIV), document("page.txt", MOSS_NET, printed_date="Mar 4"))
    assert query("SELECT arxiv_id, digest_count FROM papers") == [("2501.00001", 2)]

    load(database, document("other.json", OTHER_MOSS, MOSS_NET))

    papers = query("SELECT arxiv_id, digest_count FROM papers ORDER BY 1")
    assert papers == [(None, 2), ("2501.00001", 1), ("2501.00002", 1)]
    assert _sound(database)


DOCUMENTS: list[DocumentRecord] = [
    document("page.txt", MOSS_NET, LICHEN, printed_date="Mar 4"),
    document("answer.json", MOSS_AT_ARXIV, FERN),
    document("renamed.json", MOSS_RENAMED),
    document("other.json", OTHER_MOSS, LICHEN),
]


@pytest.fixture(scope="module")
def in_order(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[object, ...]]]:
    database = tmp_path_factory.mktemp("in order") / "catalog.db"
    load(database, *DOCUMENTS)
    return contents(database)


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))), ids=lambda order: "".join(map(str, order)))
def test_every_order_ends_the_same(
    in_order: dict[str, list[tuple[object, ...]]], database: Path, order: tuple[int, ...]
) -> None:
    load(database, *(DOCUMENTS[place] for place in order))

    assert contents(database) == in_order


def test_an_entry_of_no_arxiv_id_and_one_title_is_found_by_any_title_of_the_paper(database: Path, query: Query) -> None:
    load(database, document("renamed.json", MOSS_RENAMED), document("answer.json", MOSS_AT_ARXIV))

    old_title = "MOSS-NET: counting moss with graph networks"
    (account,) = load(
        database, document("page.txt", EntryRecord(position=1, title=old_title, line_start=1, line_end=3))
    )

    assert (account.new_paper_count, account.known_paper_count) == (0, 1)
    assert query("SELECT count(*) FROM papers") == [(1,)]
