"""What the five real pages must give, counted by hand: skipped where the pages are not at hand."""

from __future__ import annotations

import csv
import hashlib
import itertools
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from catalog.documents import find_documents
from catalog.export.documents import export_documents
from catalog.load import Account, load_documents, load_terms
from tests.conftest import SHARED, dump, rows

AS_OF = date(2026, 11, 20)
ENTRIES = [77, 106, 68, 124, 46]
LINKS = [31, 25, 25, 45, 13]


def load(database: Path, sources: list[Path], as_of: date = AS_OF) -> list[Account]:
    faults: list[str] = []
    accounts = list(
        load_documents(list(find_documents(sources)), database, load_terms(as_of=as_of), on_error=faults.append)
    )
    assert faults == []
    return accounts


@pytest.fixture(scope="module")
def loaded(pages: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue of the five pages, for tests that only read it."""
    database = tmp_path_factory.mktemp("loaded") / "catalog.db"
    load(database, pages)
    return database


def test_account_of_each_page(pages: list[Path], database: Path) -> None:
    accounts = load(database, pages)

    assert [account.entry_count for account in accounts] == ENTRIES
    assert [account.link_count for account in accounts] == LINKS
    assert sum(account.new_paper_count for account in accounts) == 341
    assert sum(account.reject_count for account in accounts) == 0


@pytest.mark.parametrize(
    ("sql", "count"),
    [
        ("SELECT count(*) FROM digest_entries", 421),
        ("SELECT count(*) FROM papers", 341),
        ("SELECT count(*) FROM papers WHERE digest_count BETWEEN 2 AND 5", 54),
        ("SELECT count(*) FROM rejects", 0),
        ("SELECT count(*) FROM link_assertions", 139),
        ("SELECT count(*) FROM links", 118),
        ("SELECT count(*) FROM repositories", 98),
        ("SELECT count(DISTINCT paper_id) FROM paper_links", 114),
        ("SELECT count(*) FROM papers WHERE has_repository", 96),
        ("SELECT count(*) FROM digest_entries WHERE author_count > 0 AND publication_date IS NOT NULL", 45),
    ],
)
def test_counts(loaded: Path, sql: str, count: int) -> None:
    assert rows(loaded, sql) == [(count,)]


def test_comment_counts_stand_in_their_order(loaded: Path) -> None:
    sql = "SELECT comment_count FROM digest_entries WHERE comment_count > 0 ORDER BY digest_id, position"
    assert rows(loaded, sql) == [(3,), (2,), (1,), (1,)]


def test_dates_do_not_depend_on_the_order(pages: list[Path], tmp_path: Path) -> None:
    expected = [
        ("000_ef1352e2c91b6ae0", None, "2025-03-11", "2026-03-11", "open"),
        ("001_585d781fae13518c", None, "2024-03-12", "2026-03-12", "open"),
        ("002_436036d279de0518", None, "2025-03-11", "2026-03-11", "open"),
        ("003_2c9ce1a4d49280bc", None, "2025-06-06", "2026-06-06", "open"),
        ("004_ed5f359b40f876f0", "2026-03-04", "2026-03-04", "2026-03-04", "single candidate"),
    ]
    for number, order in enumerate(itertools.islice(itertools.permutations(pages), 0, 120, 50)):
        database = tmp_path / f"{number}.db"
        load(database, list(order))
        sql = "SELECT name, digest_date, earliest_date, latest_date, date_basis FROM digests ORDER BY name"
        assert rows(database, sql) == expected


@pytest.mark.parametrize("one_by_one", [True, False])
def test_loading_again_changes_no_byte(pages: list[Path], database: Path, one_by_one: bool) -> None:
    load(database, pages)
    before = hashlib.sha256(database.read_bytes()).hexdigest()

    again = pages[::-1]
    accounts = [load(database, [page])[0] for page in again] if one_by_one else load(database, again)

    assert all(account.is_known for account in accounts)
    assert hashlib.sha256(database.read_bytes()).hexdigest() == before


def test_one_by_one_gives_the_same_as_together(pages: list[Path], tmp_path: Path) -> None:
    load(tmp_path / "together.db", pages)
    for page in pages:
        load(tmp_path / "single.db", [page])

    assert dump(tmp_path / "single.db") == dump(tmp_path / "together.db")


def test_links_are_those_of_the_hand_labelled_list(loaded: Path) -> None:
    with (SHARED / "gold" / "links_seeds.csv").open(encoding="utf-8", newline="") as file:
        labelled = [row for row in csv.DictReader(file) if row["is_link"] == "yes"]

    found = rows(
        loaded,
        """
        SELECT d.name, a.line, a.char_start, a.verbatim, lower(l.url), coalesce(a.sub_path, ''),
               coalesce(lower(r.owner), ''), coalesce(lower(r.name), ''), l.kind
        FROM link_assertions a
        JOIN source_documents d ON d.id = a.source_document_id
        JOIN links l ON l.id = a.link_id
        LEFT JOIN repositories r ON r.id = l.repository_id
        """,
    )

    def as_row(row: dict[str, str]) -> tuple[object, ...]:
        is_repository = row["kind"] == "repository"
        return (
            row["seed"],
            int(row["abstract_line"]),
            int(row["char"]),
            row["raw"],
            row["canonical"].lower(),
            row["subpath"],
            row["owner"].lower() if is_repository else "",
            row["name"].lower() if is_repository else "",
            "archive" if row["kind"] == "archive-DOI" else row["kind"],
        )

    assert Counter(found) == Counter(map(as_row, labelled))


def test_entries_reach_from_the_page_head_to_the_last_line(loaded: Path) -> None:
    reach = """
        SELECT min(e.line_start), max(e.line_end) - d.line_count FROM source_documents d
        JOIN digests g ON g.source_document_id = d.id JOIN digest_entries e ON e.digest_id = g.id GROUP BY d.id
    """
    assert rows(loaded, reach) == [(11, 0), (11, 0), (11, 0), (11, 0), (13, 0)]


def test_seeds_give_what_the_pages_give(pages: list[Path], tmp_path: Path) -> None:
    load(tmp_path / "pages.db", pages)
    load(tmp_path / "seeds.db", _seeds())

    prose = {
        "papers": ("abstract",),
        "source_documents": ("is_complete",),
        "digest_entries": ("has_abstract", "abstract_variant_id"),
    }
    assert dump(tmp_path / "seeds.db", prose) == dump(tmp_path / "pages.db", prose)


def test_pages_complete_what_the_seeds_left_out(pages: list[Path], tmp_path: Path) -> None:
    load(tmp_path / "pages.db", pages)
    load(tmp_path / "both.db", _seeds())

    completed = load(tmp_path / "both.db", pages)

    assert [account.new_paper_count for account in completed] == [0, 0, 0, 0, 0]
    assert dump(tmp_path / "both.db") == dump(tmp_path / "pages.db")


def _seeds() -> list[Path]:
    return sorted((Path(__file__).parents[1] / "seeds").glob("*.json"))


def test_seeds_are_what_export_writes(loaded: Path, tmp_path: Path) -> None:
    written = list(export_documents(loaded, tmp_path, facts_only=True))

    assert {path.name: path.read_text("utf-8") for path in written} == {
        path.name: path.read_text("utf-8") for path in _seeds()
    }
