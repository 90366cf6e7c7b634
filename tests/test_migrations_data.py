"""What each revision fills its new columns with, from the rows of a file of the revision before."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from catalog.checks import check_catalog
from catalog.records import EntryRecord
from catalog.titles import title_key
from tests.catalogues import document, load
from tests.conftest import rows
from tests.revisions import REVISIONS, at_revision, upgrade, write

ENTRIES_BY_NAME = """
SELECT digests.name || ' ' || position, {0} FROM digest_entries AS entry JOIN digests ON digests.id = digest_id
LEFT JOIN paper_variants AS text ON text.id = {1} ORDER BY digest_id, position
"""


def given(path: Path, field: str) -> dict[str, str]:
    """Return the text of each entry that points to one."""
    texts = rows(path, ENTRIES_BY_NAME.format(f"text.{field}", f"{field}_variant_id"))
    return {entry: text for entry, text in texts if text is not None}


def stated(path: Path, column: str) -> dict[str, Any]:
    return dict(rows(path, ENTRIES_BY_NAME.format(f"entry.{column}", "NULL")))


def migrated(path: Path, revision: str, *statements: str) -> Path:
    """Return the file of the revision before `revision`, changed by `statements` and then upgraded."""
    write(at_revision(path, f"{int(revision) - 1:04}"), *statements)
    upgrade(path, revision)
    return path


# 0002: texts and entries


def test_0002_lets_each_entry_point_to_the_text_that_its_document_gave(database: Path) -> None:
    migrated(database, "0002")

    assert given(database, "title") == {
        "daily-f25ab3a3 1": "Lichen as a clock",
        "walls-again 1": "Gutters: a Survey",
        "june 1": "Lichen as a clock",
        "answers 2": "Dew at Six",
        "answers 3": "Dew before Breakfast",
        "answers 4": "Moss-Net: Counting $\\mathcal{M}$oss with Graph Networks",
        "cellar 1": "Lichen as a clock",
    }
    assert {entry: text.split(". ")[-1] for entry, text in given(database, "abstract").items()} == {
        "daily-f25ab3a3 1": "A second look says that the walls are right.",
        "walls 1": "We ask eleven walls, and ten of them answer with the help of https://gitlab.com/walls/leaning/tools.",
        "june 1": "A second look says that the walls are right.",
        "june 2": "The code is available at https://github.com/Invented-Lab/moss-net.",
        "answers 2": "Dew is counted at six.",
        "answers 3": "We count it at six.",
        "answers 4": "The code is released at https://github.com/invented-lab/moss-net, too.",
        "answers 2 1": "Ferns fold their leaves at dusk.",
    }


def test_0002_keeps_a_text_once_however_many_documents_gave_it(database: Path) -> None:
    at_revision(database, "0001")
    clocks = "SELECT count(*) FROM paper_variants WHERE title = 'Lichen as a clock'"
    assert rows(database, clocks) == [(3,)]
    texts = rows(database, "SELECT DISTINCT paper_id, title, abstract FROM paper_variants")

    upgrade(database, "0002")

    assert rows(database, clocks) == [(1,)]
    assert sorted(rows(database, "SELECT paper_id, title, abstract FROM paper_variants"), key=repr) == sorted(
        texts, key=repr
    )
    assert rows(database, "SELECT count(*) FROM paper_variants WHERE authors IS NOT NULL") == [(0,)]


def test_0002_parts_a_row_that_holds_a_title_and_an_abstract(database: Path) -> None:
    migrated(database, "0002", "UPDATE paper_variants SET abstract = 'Lichen is slow.' WHERE id = 1")

    texts = rows(database, "SELECT title, abstract FROM paper_variants WHERE paper_id = 2 ORDER BY title, abstract")
    assert texts == [
        (None, "Lichen is slow."),
        (None, "Lichen tells the age of walls. A second look says that the walls are right."),
        ("Lichen as a clock", None),
    ]


@pytest.mark.parametrize(
    "title",
    [
        "Lichen as a clock",
        "Ｌｉｃｈｅｎ ⅷ: Größe, Ångström and ﬁne naïveté",
        "$\\mathbb{R}^2$-\\textbf{Lichen} \\emph{as} a \\Huge clock",
        "???",
        "\\mathcal",
        "鼠鼠计数",
        "Lichen" + "\u0301" * 40 + "s",
        "ﾊﾞﾅﾅ",
    ],
)
def test_0002_gives_each_title_the_key_that_the_loader_gives_it(database: Path, title: str) -> None:
    at_revision(database, "0001")
    write(database, f"UPDATE paper_variants SET title = '{title}' WHERE id = 1")

    upgrade(database, "0002")

    keys = dict(rows(database, "SELECT title, title_key FROM paper_variants WHERE title IS NOT NULL"))
    assert title in keys
    assert keys == {text: title_key(text) for text in keys}


def test_0002_takes_every_entry_of_a_paper_at_arxiv_to_have_stated_its_id(database: Path) -> None:
    migrated(database, "0002")

    assert {entry: arxiv_id for entry, arxiv_id in stated(database, "arxiv_id").items() if arxiv_id} == {
        "daily-01dfdec8 1": "2512.00002",
        "daily-01dfdec8 3": "2602.00003",
        "daily-f25ab3a3 3": "2602.00003",
        "june 2": "2512.00002",
        "answers 1": "2511.00007",
        "answers 2": "2511.00007",
        "answers 3": "2511.00007",
        "answers 4": "2512.00002",
        "answers 2 1": "2602.00003",
    }


def test_0002_knows_abstracts_from_their_lines_in_documents_that_were_read_whole(database: Path) -> None:
    migrated(database, "0002")

    without = [entry for entry, has_abstract in stated(database, "has_abstract").items() if not has_abstract]
    assert without == ["herbarium 1", "herbarium 2", "answers 2 2", "cellar 1", "cellar 2"]
    assert set(stated(database, "has_authors").values()) == {0}
    assert set(stated(database, "organization").values()) == {None}


# Catalogue JSON may give an abstract without its line, and a part of a document's entries may have one.
NO_LINES = "UPDATE digest_entries SET abstract_line = NULL WHERE digest_id = 7"


def test_0002_takes_an_entry_that_points_to_an_abstract_to_have_one(database: Path) -> None:
    migrated(database, "0002", NO_LINES)

    assert [stated(database, "has_abstract")[f"answers {place}"] for place in (1, 2, 3, 4)] == [1, 1, 1, 1]
    assert given(database, "abstract")["answers 3"].endswith("We count it at six.")


def test_0002_gives_an_abstract_first_to_the_entries_that_say_where_they_have_it(database: Path) -> None:
    only_one = "DELETE FROM paper_variants WHERE paper_id = 9 AND abstract = 'Dew is counted at six.'"
    migrated(
        database,
        "0002",
        only_one,
        "UPDATE digest_entries SET abstract_line = NULL WHERE (digest_id, position) = (7, 3)",
    )

    assert "answers 3" not in given(database, "abstract")
    assert given(database, "abstract")["answers 2"].endswith("We count it at six.")
    assert stated(database, "has_abstract")["answers 3"] == 0


def test_0002_leaves_no_abstract_that_a_later_load_would_drop(database: Path) -> None:
    """A load that brings a better title sorts all texts of the paper anew, and drops what no entry gave."""
    abstracts = "SELECT id, abstract FROM papers WHERE abstract IS NOT NULL ORDER BY id"
    write(at_revision(database, "0001"), "UPDATE digest_entries SET abstract_line = NULL", "DELETE FROM paper_variants")
    before = rows(database, abstracts)
    upgrade(database, "0002")

    assert {entry for entry, has_abstract in stated(database, "has_abstract").items() if has_abstract} == {
        "daily-01dfdec8 1",
        "daily-01dfdec8 2",
        "daily-01dfdec8 3",
        "daily-f25ab3a3 2",
        "walls-again 1",
        "walls-again 2",
        "june 3",
        "answers 1",
    }

    upgrade(database)
    titles = [title.replace(" ", "  ") for (title,) in rows(database, "SELECT title FROM papers ORDER BY id")]
    longer = [EntryRecord(position=1, title=title, line_start=1, line_end=1) for title in titles]
    load(database, document("new.txt", *longer))
    assert rows(database, "SELECT title FROM papers ORDER BY id") == [(title,) for title in titles]
    assert rows(database, abstracts) == before


def test_0002_lets_a_document_that_was_read_whole_claim_an_abstract_first(database: Path) -> None:
    migrated(
        database,
        "0002",
        "UPDATE source_documents SET is_complete = 0 WHERE id IN (1, 3)",
        "UPDATE digest_entries SET abstract_line = NULL WHERE digest_id = 2",
    )

    has_abstract = stated(database, "has_abstract")
    assert has_abstract["daily-01dfdec8 3"] == 0
    assert has_abstract["daily-f25ab3a3 3"] == 1
    # Not the other document, which was read whole: it gave another abstract.
    assert has_abstract["walls-again 2"] == 1


# 0003: records, authors, categories


def test_0003_fills_nothing_in(database: Path) -> None:
    migrated(database, "0003")

    for table in ("paper_records", "authors", "paper_authors", "paper_categories"):
        assert rows(database, f"SELECT * FROM {table}") == []


# 0004: assertions


def test_0004_puts_each_assertion_in_the_entry_whose_lines_hold_it(database: Path) -> None:
    migrated(database, "0004")

    named = "SELECT said.id, digests.name || ' ' || position FROM link_assertions AS said "
    assert dict(rows(database, named + "JOIN digests ON digests.id = digest_id")) == {
        1: "daily-01dfdec8 1",
        2: "daily-01dfdec8 1",
        3: "daily-01dfdec8 2",
        4: "daily-f25ab3a3 2",
        5: "walls-again 1",
        6: "walls-again 2",
        7: "walls 1",
        8: "walls 2",
        9: "june 2",
        10: "june 3",
        11: "herbarium 1",
        12: "answers 1",
        13: "answers 1",
        14: "answers 1",
        15: "answers 4",
        16: "cellar 1",
    }


@pytest.mark.parametrize(("line", "place"), [(2, 1), (7, 2), (10, 2), (15, 3), ("NULL", 1), (30, 1)])
def test_0004_chooses_among_entries_of_one_paper_by_the_line(database: Path, line: int | str, place: int) -> None:
    """Entries 1 to 3 are one paper, in lines 2 to 5, 7 to 10 and 12 to 15; where none fits, it is the first."""
    migrated(database, "0004", f"UPDATE link_assertions SET line = {line} WHERE id = 13")

    assert rows(database, "SELECT digest_id, position FROM link_assertions WHERE id = 13") == [(7, place)]


def test_0004_lets_every_assertion_say_what_is_said_of_paper_and_link(database: Path) -> None:
    at_revision(database, "0003")
    roles: dict[tuple[int, int], list[str]] = {}
    for paper, link, role in rows(database, "SELECT paper_id, link_id, role FROM paper_link_roles ORDER BY role"):
        roles.setdefault((paper, link), []).append(role)
    pairs = rows(database, "SELECT paper_id, link_id, is_promised, is_own FROM paper_links")
    flags = {row[:2]: row[2:] for row in pairs}
    assert set(flags.values()) == {(0, 1), (1, 1), (0, 0)}

    upgrade(database, "0004")

    assertions = rows(database, "SELECT paper_id, link_id, roles, is_promised, is_own FROM link_assertions")
    assert len(assertions) == 16
    for paper, link, said, *said_flags in assertions:
        assert json.loads(said) == roles.get((paper, link), [])
        assert tuple(said_flags) == flags[paper, link]
    assert rows(database, "SELECT roles FROM link_assertions WHERE paper_id = 4") == [('["code","data","demo"]',)]


def test_0004_writes_no_roles_where_none_are_said(database: Path) -> None:
    migrated(database, "0004", "DELETE FROM paper_link_roles WHERE paper_id = 4")

    assert rows(database, "SELECT roles FROM link_assertions WHERE paper_id = 4") == [("[]",)]


def test_0004_leaves_open_what_was_not_recorded(database: Path) -> None:
    migrated(database, "0004")

    columns = "field, added_by, is_official, is_mentioned_in_paper, is_mentioned_in_repository, framework"
    assert rows(database, f"SELECT DISTINCT {columns} FROM link_assertions") == [(None,) * 6]


# 0005: digests and loads

COUNTED = """
SELECT papers.title, digest_count, first.name, latest.name FROM papers
LEFT JOIN digests AS first ON first.id = first_digest_id LEFT JOIN digests AS latest ON latest.id = latest_digest_id
WHERE papers.id IN (5, 6) ORDER BY papers.id
"""


def repetitions(path: Path) -> list[tuple[str, str]]:
    return rows(
        path,
        "SELECT digests.name, repeated.name FROM digests "
        "JOIN digests AS repeated ON repeated.id = digests.repeats_digest_id ORDER BY 1",
    )


def test_0005_finds_the_digest_that_repeats_another_and_counts_it_no_more(database: Path) -> None:
    at_revision(database, "0004")
    assert rows(database, COUNTED) == [
        ("Gutters: A Survey", 2, "walls", "walls-again"),
        ("Old Walls and Where They Lean", 2, "walls", "walls-again"),
    ]
    others = "SELECT id, digest_count, first_digest_id, latest_digest_id FROM papers WHERE id NOT IN (5, 6) ORDER BY id"
    counted = rows(database, others)

    upgrade(database, "0005")

    # The later one, though it was loaded first.
    assert repetitions(database) == [("walls-again", "walls")]
    assert rows(database, COUNTED) == [
        ("Gutters: A Survey", 1, "walls", "walls"),
        ("Old Walls and Where They Lean", 1, "walls", "walls"),
    ]
    assert rows(database, others) == counted


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE digests SET kind = 'weekly' WHERE name = 'walls'",
        "UPDATE digest_entries SET paper_id = 4 WHERE (digest_id, position) = (4, 1)",
        "DELETE FROM digest_entries WHERE (digest_id, position) = (4, 2)",
        "INSERT INTO digest_entries (digest_id, position, paper_id, line_start, line_end) VALUES (4, 3, 4, 1, 1)",
        "DELETE FROM digest_entries WHERE digest_id IN (3, 4) AND paper_id = 5",
    ],
    ids=["another kind", "another paper", "one less", "one more", "one paper each"],
)
def test_0005_takes_nothing_else_for_a_repetition(database: Path, statement: str) -> None:
    migrated(database, "0005", statement)

    assert repetitions(database) == []


def test_0005_lets_several_repeat_the_first_and_never_each_other(database: Path) -> None:
    migrated(
        database,
        "0005",
        "INSERT INTO digests (id, source_document_id, name, kind, date_basis) "
        "VALUES (10, 5, 'undated', 'listing', 'open')",
        "INSERT INTO digest_entries (digest_id, position, paper_id, line_start, line_end) "
        "SELECT 10, position, paper_id, line_start, line_end FROM digest_entries WHERE digest_id = 3",
        "UPDATE papers SET digest_count = 3, first_digest_id = NULL, latest_digest_id = NULL WHERE id IN (5, 6)",
    )

    assert repetitions(database) == [("undated", "walls"), ("walls-again", "walls")]
    assert [row[1:] for row in rows(database, COUNTED)] == [(1, "walls", "walls")] * 2


def test_0005_counts_no_records_and_no_merged_papers_for_older_loads(database: Path) -> None:
    migrated(database, "0005")

    assert rows(database, "SELECT DISTINCT record_count, merged_paper_count FROM loads") == [(0, 0)]
    assert rows(database, "SELECT DISTINCT url FROM digests") == [(None,)]


def test_what_0005_derives_is_what_the_software_derives(database: Path) -> None:
    migrated(database, REVISIONS[-1])

    broken = {result.name: result.broken for result in check_catalog(database)}
    assert broken["derived columns"] == []
    assert broken["repetition out of line"] == []


def test_0006_answers_for_the_list_of_papers_from_indexes_alone(database: Path) -> None:
    at_revision(database, "0005")
    by_date = "SELECT * FROM papers WHERE has_repository = 1 ORDER BY publication_date DESC LIMIT 26"
    assert "USE TEMP B-TREE FOR ORDER BY" in plan(database, by_date)

    upgrade(database, "0006")

    for column in ("has_repository", "publication_year", "digest_count"):
        assert "TEMP B-TREE" not in plan(database, LISTED.format(f"{column} = 1"))
        for other in ("has_repository", "publication_year", "digest_count", "latest_digest_id"):
            counted = f"SELECT {other}, count(*) FROM papers WHERE {column} = 1 GROUP BY {other}"
            assert "COVERING INDEX" in plan(database, counted), (column, other)


def test_0006_orders_papers_by_date_then_number_with_unknown_dates_last(database: Path) -> None:
    migrated(database, "0006")

    by_recency = rows(database, "SELECT id FROM papers ORDER BY recency DESC")
    assert by_recency == rows(
        database, "SELECT id FROM papers ORDER BY publication_date IS NULL, publication_date DESC, id DESC"
    )
    assert len(set(by_recency)) == len(by_recency)
    next_page = "SELECT id FROM papers WHERE recency < 9 OR recency IS NULL OR (recency = 9 AND id > 1) "
    assert "MULTI-INDEX" not in plan(database, next_page + "ORDER BY recency DESC LIMIT 26")


LISTED = "SELECT * FROM papers WHERE {} ORDER BY recency DESC LIMIT 26"


def plan(path: Path, sql: str) -> str:
    return "; ".join(row[3] for row in rows(path, f"EXPLAIN QUERY PLAN {sql}"))
