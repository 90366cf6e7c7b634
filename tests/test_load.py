"""The load: who is who, what a paper shows, what is derived, and that it is all or nothing."""

from __future__ import annotations

import hashlib
import itertools
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from catalog.database import CatalogError, create_catalog_engine, known_revisions
from catalog.documents import DocumentError
from catalog.load import Account, LoadTerms, load_document, load_terms
from catalog.records import DigestRecord, DocumentRecord, EntryRecord, Origin, RejectRecord
from tests.catalogues import empty_catalogue
from tests.conftest import ROOT, VARIANTS_BY_DOCUMENT, Query, dump

AS_OF = date(2026, 11, 20)


def entry(title: str, abstract: str | None = None, position: int = 1, **facts: object) -> EntryRecord:
    place = {"line_start": 3 * position, "line_end": 3 * position + 2}
    line = None if abstract is None else 3 * position + 2
    return EntryRecord(position=position, title=title, abstract=abstract, abstract_line=line, **place, **facts)  # type: ignore[arg-type]


def document(
    name: str, *entries: EntryRecord, printed_date: str | None = None, rejects: tuple[RejectRecord, ...] = ()
) -> DocumentRecord:
    placed = tuple(
        replace(
            one,
            position=number,
            line_start=3 * number,
            line_end=3 * number + 2,
            abstract_line=one.abstract_line and 3 * number + 2,
        )
        for number, one in enumerate(entries, start=1)
    )
    origin = Origin(name, hashlib.sha256(repr((name, entries)).encode()).hexdigest(), 999, 999, "pasted page")
    return DocumentRecord(origin, (DigestRecord(placed, printed_date=printed_date),), rejects)


def load(database: Path, *documents: DocumentRecord, as_of: date = AS_OF, year: int | None = None) -> list[Account]:
    if not database.exists():
        empty_catalogue(database)
    terms: LoadTerms = load_terms(as_of=as_of, year=year)
    engine = create_catalog_engine(database)
    accounts = []
    for one in documents:
        with engine.begin() as connection:
            accounts.append(load_document(connection, one, terms))
    engine.dispose()
    return accounts


# Who is who


def test_a_title_is_recognised_in_another_spelling(database: Path, query: Query) -> None:
    load(
        database,
        document("a.txt", entry("Moss-Net: Growing Gardens")),
        document("b.txt", entry("MOSS NET — growing gardens.")),
    )

    assert query("SELECT digest_count FROM papers") == [(2,)]


def test_a_paper_known_by_title_keeps_its_row_when_its_arxiv_id_comes(database: Path, query: Query) -> None:
    load(database, document("a.txt", entry("Moss-Net")), document("b.txt", entry("Moss-Net", arxiv_id="2401.00001")))

    assert query("SELECT id, arxiv_id, digest_count FROM papers") == [(1, "2401.00001", 2)]


def test_one_title_with_two_arxiv_ids_is_two_papers(database: Path, query: Query) -> None:
    one, other = entry("Moss-Net", arxiv_id="2401.00001"), entry("Moss-Net", arxiv_id="2402.00002")
    load(database, document("a.txt", one), document("b.txt", other))

    assert query("SELECT arxiv_id FROM papers ORDER BY 1") == [("2401.00001",), ("2402.00002",)]


def test_a_title_that_fits_two_arxiv_ids_names_neither(database: Path, query: Query) -> None:
    both = entry("Moss-Net", arxiv_id="2401.00001"), entry("Moss-Net", arxiv_id="2402.00002")
    load(
        database, document("a.txt", *both), document("b.txt", entry("Moss-Net")), document("c.txt", entry("Moss-net!"))
    )

    assert query("SELECT arxiv_id, digest_count FROM papers ORDER BY id") == [
        ("2401.00001", 1),
        ("2402.00002", 1),
        (None, 2),
    ]


def test_a_title_alone_finds_the_paper_with_an_id_in_its_own_document(database: Path, query: Query) -> None:
    load(database, document("a.txt", entry("Moss-Net"), entry("Moss-Net", arxiv_id="2401.00001")))

    assert query("SELECT arxiv_id, digest_count FROM papers") == [("2401.00001", 1)]
    assert query("SELECT count(*) FROM digest_entries") == [(2,)]


def test_an_arxiv_id_joins_what_titles_do_not(database: Path, query: Query) -> None:
    load(
        database,
        document("a.txt", entry("Moss-Net", arxiv_id="2401.00001")),
        document("b.txt", entry("Moss-Net 2: A New Title", arxiv_id="2401.00001")),
    )

    assert query("SELECT title, digest_count FROM papers") == [("Moss-Net 2: A New Title", 2)]
    assert query(VARIANTS_BY_DOCUMENT) == [("a.txt", "Moss-Net", None, None)]


# What a paper shows, and what is kept of the rest


def test_what_a_paper_shows_does_not_depend_on_the_order(tmp_path: Path) -> None:
    documents = [
        document("a.txt", entry(r"On $\mathcal{M}$oss", "A short text about moss.")),
        document("b.txt", entry("On Moss", "A somewhat longer text about moss.")),
        document("c.txt", entry("On moss!", None, author_count=4)),
        document("d.txt", entry("On Moss", "A text about moss, as long as none.", author_count=3)),
    ]
    shown = set()
    for number, order in enumerate(itertools.islice(itertools.permutations(documents), 0, None, 5)):
        database = tmp_path / f"{number}.db"
        load(database, *order)
        with closing(sqlite3.connect(database)) as connection:
            papers = connection.execute("SELECT title, abstract, author_count FROM papers").fetchall()
            variants = connection.execute(VARIANTS_BY_DOCUMENT).fetchall()
        shown.add((tuple(papers), tuple(variants)))

    assert len(shown) == 1
    ((papers, variants),) = shown
    assert papers == (("On moss!", "A text about moss, as long as none.", 4),)
    assert len(variants) == 5


def test_an_abstract_comes_later_and_counts_as_a_change(database: Path, query: Query) -> None:
    (_, second) = load(
        database, document("a.txt", entry("Moss-Net")), document("b.txt", entry("Moss-Net", "It grows."))
    )

    assert query("SELECT abstract FROM papers") == [("It grows.",)]
    assert (second.new_paper_count, second.known_paper_count, second.changed_paper_count) == (0, 1, 1)
    assert query("SELECT count(*) FROM papers_fts WHERE papers_fts MATCH 'grows'") == [(1,)]


def test_two_texts_of_one_document_are_both_kept(database: Path, query: Query) -> None:
    load(database, document("a.txt", entry("Moss-Net", "It grows."), entry("Moss-Net", "It grows slowly.")))

    assert query("SELECT abstract FROM papers") == [("It grows slowly.",)]
    assert query("SELECT abstract FROM paper_variants") == [("It grows.",)]


# Dates and derived columns


def test_later_evidence_dates_an_earlier_digest(database: Path, query: Query) -> None:
    load(database, document("a.txt", entry("Moss-Net"), printed_date="Mar 11"))
    assert query("SELECT digest_date, earliest_date, latest_date FROM digests") == [(None, "2024-03-11", "2026-03-11")]

    load(database, document("b.txt", entry("Moss-Net", publication_date="2025-07-01")))
    assert query("SELECT digest_date, date_basis FROM digests WHERE name = 'a'") == [("2026-03-11", "single candidate")]


def test_a_date_is_evidence_for_the_next(database: Path, query: Query) -> None:
    load(database, document("a.txt", entry("Fern-Net"), printed_date="Mar 20"))
    load(
        database,
        document(
            "b.txt", entry("Moss-Net"), entry("Fern-Net", printed_publication_date="Mar 15"), printed_date="Mar 18"
        ),
    )
    assert query("SELECT digest_date FROM digests") == [(None,), (None,)]

    load(database, document("c.txt", entry("Moss-Net", publication_date="2025-07-01")))
    assert query("SELECT name, digest_date FROM digests ORDER BY 1") == [
        ("a", "2026-03-20"),
        ("b", "2026-03-18"),
        ("c", None),
    ]
    assert query("SELECT publication_date, publication_year FROM papers WHERE title = 'Fern-Net'") == [
        ("2026-03-15", 2026)
    ]


def test_a_given_year_dates_a_digest_that_is_there_already(database: Path, query: Query) -> None:
    page = document("a.txt", entry("Moss-Net"), printed_date="Mar 11")
    load(database, page)

    (account,) = load(database, page, year=2025)

    assert account.dated_digest_count == 1
    assert query("SELECT digest_date, date_basis, earliest_date, latest_date FROM digests") == [
        ("2025-03-11", "given", "2025-03-11", "2025-03-11")
    ]


@pytest.mark.parametrize(
    ("printed_date", "year", "reason"),
    [
        ("Mar 11", 2024, "published on 2024-07-01"),
        ("Feb 29", 2026, "no Feb 29"),
        ("Dec 24", 2026, "when it was read"),
        (None, 2025, "prints no date"),
        ("Mar 11, 2025", 2026, "2025-03-11 (stated)"),
    ],
)
def test_a_given_year_that_cannot_be_is_refused(
    database: Path, printed_date: str | None, year: int, reason: str
) -> None:
    page = document("a.txt", entry("Moss-Net", publication_date="2024-07-01"), printed_date=printed_date)
    empty_catalogue(database)
    if printed_date == "Mar 11, 2025":
        load(database, page)
    before = dump(database)

    with pytest.raises(DocumentError) as refusal:
        load(database, page, year=year)

    assert reason in str(refusal.value)
    assert dump(database) == before


def test_a_given_year_must_be_one_that_is_left(database: Path, query: Query) -> None:
    page = document("a.txt", entry("Moss-Net"), printed_date="Mar 11")
    load(database, page)
    before = dump(database)

    with pytest.raises(DocumentError, match="leaves 2024-03-11 to 2026-03-11"):
        load(database, page, as_of=date(2028, 1, 1), year=2027)

    assert dump(database) == before


def test_first_and_latest_digest_are_null_while_open_dates_leave_them_undecided(database: Path, query: Query) -> None:
    load(
        database,
        document("a.txt", entry("Moss-Net"), printed_date="Mar 11"),
        document("b.txt", entry("Moss-Net"), printed_date="May 2"),
    )
    assert query("SELECT first_digest_id, latest_digest_id, digest_count FROM papers") == [(None, None, 2)]

    load(database, document("c.txt", entry("Moss-Net", publication_date="2025-07-01")))
    ids = dict(query("SELECT name, id FROM digests"))
    assert query("SELECT first_digest_id, latest_digest_id FROM papers") == [(None, None)]

    load(
        database,
        document("d.txt", entry("Fern-Net"), printed_date="May 2, 2025"),
        document("e.txt", entry("Fern-Net"), printed_date="May 3, 2025"),
    )
    ids = dict(query("SELECT name, id FROM digests"))
    assert query("SELECT first_digest_id, latest_digest_id FROM papers WHERE title = 'Fern-Net'") == [
        (ids["d"], ids["e"])
    ]


# Names


def test_documents_of_one_name_carry_their_hash_whatever_the_order(tmp_path: Path) -> None:
    documents = [document("page.txt", entry(f"Paper {number}")) for number in range(3)]
    names = set()
    for number, order in enumerate(itertools.permutations(documents)):
        database = tmp_path / f"{number}.db"
        load(database, *order)
        with closing(sqlite3.connect(database)) as connection:
            names.add(tuple(name for (name,) in connection.execute("SELECT name FROM digests ORDER BY 1")))

    assert names == {tuple(sorted(f"page-{one.origin.sha256[:8]}" for one in documents))}


# All or nothing


def test_the_account_is_what_loads_keeps(database: Path, query: Query, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    piece = RejectRecord(1, 2, "torn", "is torn")
    empty_catalogue(database)
    engine = create_catalog_engine(database)
    page = document("a.txt", entry("Moss-Net", "Code: https://github.com/moss/net"), rejects=(piece,))
    with engine.begin() as connection:
        load_document(connection, page, load_terms())
    engine.dispose()

    columns = "loaded_at, as_of_date, entry_count, new_paper_count, link_count, reject_count, schema_revision"
    assert query(f"SELECT {columns} FROM loads") == [
        ("2023-11-14T22:13:20Z", "2023-11-14", 1, 1, 1, 1, known_revisions()[-1])
    ]
    assert query("SELECT line_start, line_end, text, reason FROM rejects") == [(1, 2, "torn", "is torn")]


def test_a_document_that_breaks_a_rule_leaves_nothing(database: Path) -> None:
    empty_catalogue(database)
    before = dump(database)
    outside = replace(document("a.txt", entry("Moss-Net"), entry("Fern-Net", upvote_count=-1)))

    with pytest.raises(Exception, match="ck_digest_entries_counts"):
        load(database, outside)

    assert dump(database) == before


def test_a_load_that_stored_less_than_it_read_says_so_and_keeps_nothing(database: Path) -> None:
    empty_catalogue(database)
    before = dump(database)
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TRIGGER lossy BEFORE INSERT ON rejects BEGIN SELECT RAISE(IGNORE); END")
        connection.commit()
    page = document("a.txt", entry("Moss-Net"), rejects=(RejectRecord(1, 2, "torn", "is torn"),))
    with pytest.raises(CatalogError, match="1 rejects were read but 1, 0 and 0 stored"):
        load(database, page)

    assert dump(database) == before


def test_two_loaders_at_once_both_end_well(database: Path, query: Query, tmp_path: Path) -> None:
    for number in range(2):
        folder = tmp_path / str(number)
        folder.mkdir()
        for page in range(8):
            cards = "".join(
                f"A Study of Fern {number}-{page}-{card}\n\n"
                + "We look at ferns with great patience and care. " * 8
                + "\n\n"
                for card in range(20)
            )
            (folder / f"{number}-{page}.txt").write_text(f"Daily Papers\n\nMar 4\n\n{cards}", encoding="utf-8")
    command = [sys.executable, "-m", "catalog", "load", "-d", str(database)]

    loaders = [subprocess.Popen([*command, str(tmp_path / str(number))], cwd=ROOT) for number in range(2)]

    assert [loader.wait(timeout=60) for loader in loaders] == [0, 0]
    assert query("SELECT count(*) FROM source_documents") == [(16,)]
    assert query("SELECT count(*) FROM papers") == [(320,)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0", "1", "catalog.db"]


@pytest.mark.parametrize("fate", ["deleted", "replaced"])
def test_a_file_that_goes_away_under_a_load_is_noticed(database: Path, tmp_path: Path, fate: str) -> None:
    from catalog.load import load_documents

    for name in ("a", "b"):
        page = f"Daily Papers\n\nMar 4\n\nA Study of Fern {name}\n\n" + "We look at ferns with patience. " * 12
        (tmp_path / f"{name}.txt").write_text(page, encoding="utf-8")
    faults: list[str] = []
    loading = load_documents([tmp_path / "a.txt", tmp_path / "b.txt"], database, load_terms(), on_error=faults.append)
    next(loading)
    os.unlink(database)
    if fate == "replaced":
        empty_catalogue(database)

    with pytest.raises(CatalogError, match="deleted or replaced during the load"):
        list(loading)


def test_a_card_without_a_year_is_of_the_year_that_its_digest_states(database: Path, query: Query) -> None:
    cards = (
        entry("Moss-Net", printed_publication_date="Mar 2"),
        entry("Lichen", printed_publication_date="Dec 24"),
        entry("Dew", printed_publication_date="Jan 5, 2024"),
    )
    page = document("page.md", *cards)
    (digest,) = page.digests
    load(database, replace(page, digests=(replace(digest, digest_date="2026-03-04", date_basis="stated"),)))

    assert query("SELECT title, publication_date FROM papers ORDER BY id") == [
        ("Moss-Net", "2026-03-02"),
        ("Lichen", None),
        ("Dew", "2024-01-05"),
    ]
