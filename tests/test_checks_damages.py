"""Every check sees the damage that it is there for, names the row, and no other check sees it."""

from __future__ import annotations

import hashlib
import tempfile
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import ANY as ANYTHING

import pytest

from catalog.check_views import check_views
from catalog.checks import CHECKS, check_catalog
from catalog.database import known_revisions
from catalog.records import (
    DigestRecord,
    DocumentRecord,
    EntryRecord,
    LinkRecord,
    Mention,
    Origin,
    PaperRecord,
    RejectRecord,
)
from tests.catalogues import damage, load
from tests.conftest import rows

EVERY_CHECK = [
    "integrity",
    "text",
    "schema",
    "explanations",
    "foreign keys",
    "derived columns",
    *CHECKS,
    "search index",
    "pages",
]

NO_UTF8 = "CAST(x'68616c6620ff20612063617264' AS TEXT)"
_FIRST_LINE, *_OTHER_LINES = (f"- {line}" for line in check_views()["check_title_twice"].splitlines())
CHANGED_VIEW = [_FIRST_LINE, "+ CREATE VIEW check_title_twice AS SELECT 1", *_OTHER_LINES]
NUMBERS = [f"- {int(known_revisions()[-1])}", "+ 3"]
LINE_COUNT = 10
MOSS, DEW = "On Moss", "Counting Dew"
MOSS_ID, DEW_ID, OTHER_DEW_ID = "2601.00001", "2601.00002", "2601.00003"
FERN = "Fern Folding without Supervision"
ADDRESS = "https://github.com/invented-lab/moss"
LONG = f"Moss grows slowly on old stones, and our code at {ADDRESS} counts it."
SHORT = f"Moss grows; the code will be released at {ADDRESS}."

AnyMention = TypeVar("AnyMention", bound=Mention)


def said(kind: type[AnyMention], position: int, title: str, **more: Any) -> AnyMention:
    """A mention that stands, abstract and all, on the line of its position."""
    line = position if "abstract" in more else None
    return kind(position=position, title=title, line_start=position, line_end=position, abstract_line=line, **more)


def whole(name: str, *digests: DigestRecord, **more: Any) -> DocumentRecord:
    origin = Origin(name, hashlib.sha256(name.encode()).hexdigest(), 1000, LINE_COUNT, "invented")
    return DocumentRecord(origin, digests, **more)


def daily(day: str) -> DigestRecord:
    entries = (
        said(EntryRecord, 1, MOSS, arxiv_id=MOSS_ID, abstract=LONG, authors=("Ada Moss", "Bo Fern"), author_count=2),
        said(EntryRecord, 2, DEW, arxiv_id=DEW_ID, publication_date="2026-01-02"),
    )
    return DigestRecord(entries, kind="daily", digest_date=day, date_basis="stated by its entries")


DOCUMENTS = (
    whole("one.json", daily("2026-03-04")),
    whole("two.json", daily("2026-03-05")),
    whole(
        "three.txt",
        DigestRecord((said(EntryRecord, 1, DEW), said(EntryRecord, 2, FERN)), printed_date="Mar 11"),
        rejects=(RejectRecord(4, 5, "half a card", "it has no title."),),
    ),
    whole(
        "four.xml",
        papers=(
            said(
                PaperRecord,
                1,
                "on moss",
                arxiv_id=MOSS_ID,
                arxiv_version=1,
                abstract=SHORT,
                authors=("A. Moss",),
                doi="10.1000/first",
                categories=("cs.LG",),
            ),
            said(
                PaperRecord,
                2,
                MOSS,
                arxiv_id=MOSS_ID,
                arxiv_version=2,
                doi="10.1000/second",
                categories=("cs.CL", "cs.LG"),
                links=(LinkRecord("published list", ADDRESS, ADDRESS, 2, 0, field="repo_url", is_own=False),),
            ),
            said(PaperRecord, 3, DEW, arxiv_id=OTHER_DEW_ID),
            said(PaperRecord, 4, "Fern folding without supervision"),
        ),
    ),
)


@cache
def _bytes() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "catalog.db")
        load(path, *DOCUMENTS)
        return path.read_bytes()


@pytest.fixture
def database(database: Path) -> Path:
    """A sound catalogue in which there is something of every kind to damage."""
    database.write_bytes(_bytes())
    return database


def failed(path: Path) -> dict[str, list[tuple[object, ...]]]:
    return {result.name: result.broken for result in check_catalog(path) if result.broken}


def hurt(name: str, statements: str, *named: tuple[object, ...]) -> Any:
    """A damage: the check that must see it, what does it, and the rows that must be named."""
    return pytest.param(name, statements.split("; "), list(named), id=name)


DAMAGES = [
    hurt(
        "integrity",
        "PRAGMA writable_schema = ON; "
        "UPDATE sqlite_master SET sql = replace(sql, '(publication_date)', '(author_count)') "
        "WHERE name = 'ix_papers_publication_date'",
        ("papers", "row 1 missing from index ix_papers_publication_date"),
    ),
    hurt(
        "schema",
        "DROP INDEX ix_papers_publication_date",
        ("index", "ix_papers_publication_date", "is missing"),
    ),
    hurt("schema", "CREATE TABLE notes (id INTEGER)", ("table", "notes", "is none of this version")),
    hurt("schema", "PRAGMA user_version = 3", *[("number of the schema", "user_version", line) for line in NUMBERS]),
    hurt(
        "explanations",
        "DELETE FROM source_licences WHERE format = 'arXiv Atom'",
        ("rows of", "source_licences", ANYTHING),
    ),
    hurt(
        "pages",
        "PRAGMA writable_schema = ON; DELETE FROM sqlite_master WHERE name = 'ix_links_host'",
        (ANYTHING,),
    ),
    hurt("text", f"UPDATE rejects SET text = {NO_UTF8}", ("rejects", "text", "half \\xff a card")),
    hurt("text", f"UPDATE loads SET loaded_at = {NO_UTF8} WHERE id = 2", ("loads", "loaded_at", "half \\xff a card")),
    hurt("foreign keys", "INSERT INTO paper_authors VALUES (99, 1, 1)", ("paper_authors", None, "papers", 1)),
    hurt("derived columns", "UPDATE papers SET digest_count = 7 WHERE id = 2", (2, DEW)),
    hurt("derived columns", "UPDATE papers SET has_repository = 0 WHERE id = 1", (1, MOSS)),
    hurt("derived columns", "UPDATE papers SET first_digest_id = NULL WHERE id = 3", (3, FERN)),
    hurt("derived columns", "UPDATE papers SET latest_digest_id = 1 WHERE id = 3", (3, FERN)),
    hurt("document without load", "DELETE FROM loads WHERE source_document_id = 1", (1, "one.json")),
    hurt(
        "not what was loaded",
        "DELETE FROM digest_entries WHERE digest_id = 2 AND position = 2; "
        "UPDATE digests SET repeats_digest_id = NULL WHERE id = 2; "
        "UPDATE papers SET digest_count = 2, latest_digest_id = 2 WHERE id = 1",
        (2, "two.json"),
    ),
    hurt("not what was loaded", "UPDATE loads SET record_count = 5 WHERE source_document_id = 4", (4, "four.xml")),
    hurt("not what was loaded", "INSERT INTO rejects VALUES (5, 3, 6, 6, 'moss', 'doubtful')", (3, "three.txt")),
    hurt(
        "digest without entries",
        "INSERT INTO digests (id, source_document_id, name, kind, date_basis) VALUES (9, 1, 'none', 'daily', 'open')",
        (9, "none"),
    ),
    hurt("gap in positions", "UPDATE digest_entries SET position = 4 WHERE digest_id = 3 AND position = 2", (3, 2, 4)),
    hurt(
        "place outside the document",
        "UPDATE digest_entries SET line_end = 900 WHERE digest_id = 3 AND position = 2",
        ("entry", 3, 2),
    ),
    hurt("place outside the document", "UPDATE paper_records SET line_end = 900 WHERE position = 2", ("record", 4, 2)),
    hurt("place outside the document", "UPDATE rejects SET line_end = 11", ("reject", 1, 11)),
    hurt("place outside the document", "UPDATE link_assertions SET line = 900 WHERE id = 1", ("assertion", 1, 900)),
    hurt("place outside the document", "UPDATE link_assertions SET line = 1 WHERE id = 4", ("assertion", 4, 1)),
    hurt(
        "published after its digest",
        "UPDATE papers SET publication_date = '2026-03-06', publication_year = 2026 WHERE id = 2; "
        "UPDATE digest_entries SET publication_date = '2026-03-06' WHERE paper_id = 2",
        ("one", DEW, "2026-03-06"),
        ("two", DEW, "2026-03-06"),
    ),
    hurt(
        "published after its digest",
        "UPDATE papers SET publication_date = '2026-03-12', publication_year = 2026 WHERE id = 3; "
        "UPDATE digest_entries SET publication_date = '2026-03-12' WHERE paper_id = 3",
        ("three", FERN, "2026-03-12"),
    ),
    hurt(
        "open date without bounds",
        "UPDATE digests SET earliest_date = NULL, latest_date = NULL WHERE id = 3",
        ("three", "Mar 11"),
    ),
    hurt("open date without bounds", "UPDATE digests SET latest_date = NULL WHERE id = 3", ("three", "Mar 11")),
    hurt(
        "date unlike its bounds", "UPDATE digests SET earliest_date = '2026-03-01' WHERE id = 1", ("one", "2026-03-04")
    ),
    hurt("date unlike its bounds", "UPDATE digests SET latest_date = NULL WHERE id = 1", ("one", "2026-03-04")),
    hurt("repetition out of line", "UPDATE digests SET repeats_digest_id = 3 WHERE id = 2", (2, "two")),
    hurt("repetition out of line", "UPDATE digests SET kind = 'weekly' WHERE id = 2", (2, "two")),
    hurt("paper without mention", "INSERT INTO papers (id, title, title_key) VALUES (50, 'Ice', 'ice')", (50, "Ice")),
    hurt(
        "arXiv id of another paper",
        "UPDATE digest_entries SET arxiv_id = '2601.00009' WHERE digest_id = 1 AND position = 1",
        ("entry", 1, 1, "2601.00009"),
    ),
    hurt(
        "arXiv id of another paper",
        "UPDATE paper_records SET arxiv_id = '2601.00009' WHERE position = 4",
        ("record", 4, 4, "2601.00009"),
    ),
    hurt("arXiv id that nobody states", "UPDATE papers SET arxiv_id = '2601.00009' WHERE id = 3", (3, "2601.00009")),
    hurt(
        "title twice",
        "DROP INDEX ux_papers_title_key_arxiv_id; "
        "UPDATE papers SET title_key = 'countingdew' WHERE id = 3; "
        "UPDATE paper_variants SET title_key = 'countingdew' WHERE paper_id = 3",
        ("countingdew", 2),
    ),
    hurt(
        "title that should be merged",
        "UPDATE papers SET title_key = 'onmoss' WHERE id = 3; "
        "UPDATE paper_variants SET title_key = 'onmoss' WHERE paper_id = 3",
        (3, FERN),
    ),
    hurt(
        "title that should be merged",
        "UPDATE paper_variants SET title_key = 'fernfoldingwithoutsupervision' WHERE id = 1",
        (3, FERN),
    ),
    hurt(
        "title that should be parted",
        "UPDATE digest_entries SET arxiv_id = NULL WHERE digest_id = 1 AND position = 2",
        ("entry", 1, 2, DEW),
    ),
    hurt(
        "title that should be parted",
        "UPDATE paper_variants SET title_key = 'fern' WHERE paper_id = 3",
        ("record", 4, 4, FERN),
    ),
    hurt(
        "text not as given",
        "UPDATE digest_entries SET title_variant_id = 2 WHERE digest_id = 3 AND position = 2",
        (3, FERN),
    ),
    hurt("text not as given", "UPDATE digest_entries SET has_abstract = 0 WHERE paper_id = 1", (1, MOSS)),
    hurt("text not as given", "UPDATE papers SET abstract = NULL WHERE id = 1", (1, MOSS)),
    hurt("text not as given", "UPDATE digest_entries SET has_authors = 0 WHERE paper_id = 1", (1, MOSS)),
    hurt(
        "text not as given", "UPDATE digest_entries SET has_authors = 1 WHERE digest_id = 3 AND position = 1", (5, DEW)
    ),
    hurt("text not as given", "UPDATE paper_records SET has_abstract = 0 WHERE position = 1", (1, MOSS)),
    hurt("text not as given", "UPDATE paper_records SET has_authors = 0 WHERE position = 1", (1, MOSS)),
    hurt("better text kept back", "UPDATE paper_variants SET title = 'On Moss Again' WHERE id = 1", (1, 1)),
    hurt(
        "better text kept back", "UPDATE papers SET title = 'On $\\alpha$-Moss and $\\beta$-Moss' WHERE id = 1", (1, 1)
    ),
    hurt("better text kept back", "UPDATE papers SET title = 'pn moss' WHERE id = 1", (1, 1)),
    hurt("better text kept back", "UPDATE papers SET abstract = 'Moss.' WHERE id = 1", (3, 1)),
    hurt(
        "better text kept back",
        'UPDATE paper_variants SET authors = \'["Ada Moss","Bo Fern","Cy Dew"]\' WHERE id = 4',
        (4, 1),
    ),
    hurt("text kept twice", "UPDATE paper_variants SET title = 'On Moss' WHERE id = 1", (1,)),
    hurt(
        "text kept twice",
        "INSERT INTO paper_variants (id, paper_id, abstract) SELECT 9, 1, abstract "
        "FROM paper_variants WHERE id = 3; "
        "UPDATE digest_entries SET abstract_variant_id = 9 WHERE digest_id = 2 AND position = 1",
        (1,),
    ),
    hurt("text that nobody gave", "UPDATE paper_records SET authors_variant_id = NULL WHERE position = 1", (4, 1)),
    hurt(
        "text that nobody gave",
        "UPDATE paper_records SET title_variant_id = NULL, abstract_variant_id = NULL WHERE position = 1",
        (1, 1),
        (3, 1),
    ),
    hurt(
        "text of another paper",
        "UPDATE digest_entries SET title_variant_id = 1 WHERE digest_id = 1 AND position = 2",
        ("entry", 1, 2, "title"),
    ),
    hurt(
        "text of another paper",
        "UPDATE paper_records SET title_variant_id = 3 WHERE position = 2",
        ("record", 4, 2, "title"),
    ),
    hurt("list that is none", 'UPDATE papers SET authors = \'["Ada Moss","Bo Fern"\' WHERE id = 1', ("paper", 1)),
    hurt("list that is none", "UPDATE paper_variants SET authors = 'A. Moss' WHERE id = 4", ("variant", 4)),
    hurt(
        "list that is none",
        "UPDATE paper_records SET categories = '\"cs.LG\"' WHERE position = 1",
        ("record of document 4", 1),
    ),
    hurt("list that is none", 'UPDATE link_assertions SET roles = \'{"role": "code"}\' WHERE id = 1', ("assertion", 1)),
    hurt("list that is none", "UPDATE paper_variants SET authors = '[\"A. Moss\",7]' WHERE id = 4", ("variant", 4)),
    hurt("authors out of line", "UPDATE paper_authors SET position = 3 WHERE position = 2", (1, MOSS)),
    hurt("authors out of line", "UPDATE authors SET name = 'Bo Moss' WHERE id = 2", (1, MOSS)),
    hurt("authors out of line", "INSERT INTO paper_authors VALUES (3, 1, 1)", (3, FERN)),
    hurt("author without paper", "INSERT INTO authors VALUES (9, 'Cy Dew')", (9, "Cy Dew")),
    hurt("numbers that nobody states", "UPDATE papers SET author_count = 99 WHERE id = 1", (1, MOSS)),
    hurt(
        "numbers that nobody states",
        "UPDATE papers SET publication_date = '2023-01-01', publication_year = 2023 WHERE id = 1",
        (1, MOSS),
    ),
    hurt("DOI out of line", "UPDATE papers SET doi = '10.1000/first' WHERE id = 1", (1, "10.1000/first")),
    hurt("DOI out of line", "UPDATE papers SET doi = '10.1000/dew' WHERE id = 2", (2, "10.1000/dew")),
    hurt("categories out of line", "UPDATE paper_categories SET is_primary = 0", (1, "cs.CL")),
    hurt("categories out of line", "DELETE FROM paper_categories WHERE category = 'cs.LG'", (1, "cs.LG")),
    hurt("categories out of line", "INSERT INTO paper_categories VALUES (2, 'cs.CV', 0)", (2, "cs.CV")),
    hurt(
        "link without paper",
        "INSERT INTO links (id, url, url_key, host, kind) VALUES (9, 'https://a.b/', 'a.b/', 'a.b', 'other')",
        (9, "https://a.b/"),
    ),
    hurt(
        "repository without link",
        "INSERT INTO repositories (id, host, owner, name, url) VALUES (9, 'a.b', 'c', 'd', 'https://a.b/c/d')",
        (9, "https://a.b/c/d"),
    ),
    hurt(
        "repository without link",
        "UPDATE links SET url = 'https://github.com/invented-lab/dew' WHERE kind = 'repository'",
        (1, ADDRESS),
    ),
    hurt("assertion without entry", "UPDATE link_assertions SET position = 2 WHERE id = 1", (1,)),
    hurt("assertion without entry", "UPDATE link_assertions SET position = 3 WHERE id = 4", (4,)),
    hurt("assertion without entry", "UPDATE link_assertions SET source_document_id = 3 WHERE id = 1", (1,)),
    hurt("assertion without entry", "UPDATE link_assertions SET digest_id = NULL WHERE id = 2", (2,)),
    hurt(
        "link without evidence",
        "INSERT INTO paper_links (paper_id, link_id) VALUES (2, 1); "
        "INSERT INTO paper_link_roles VALUES (2, 1, 'code'); "
        "UPDATE papers SET has_repository = 1 WHERE id = 2",
        (2, 1),
    ),
    hurt(
        "link without evidence",
        "DELETE FROM paper_link_roles; DELETE FROM paper_links; UPDATE papers SET has_repository = 0",
        (1, 1),
    ),
    hurt("link unlike its evidence", "UPDATE paper_links SET is_promised = 1", (1, 1)),
    hurt("link unlike its evidence", "UPDATE paper_links SET is_own = 0", (1, 1)),
    hurt("link unlike its evidence", "UPDATE paper_link_roles SET role = 'data'", (1, 1)),
    hurt("link unlike its evidence", "DELETE FROM paper_link_roles", (1, 1)),
    hurt("link unlike its evidence", "INSERT INTO paper_link_roles VALUES (1, 1, 'data')", (1, 1)),
    hurt("link unlike its evidence", 'UPDATE link_assertions SET roles = \'["code", "data"]\' WHERE id = 4', (1, 1)),
    hurt(
        "search index",
        "DROP TRIGGER papers_au; UPDATE papers SET title = 'Fern Folding with All Supervision' WHERE id = 3",
        ("papers_fts", "database disk image is malformed"),
    ),
    hurt(
        "search index",
        "INSERT INTO papers_fts (papers_fts) VALUES ('delete-all')",
        ("papers_fts", "database disk image is malformed"),
    ),
]

# Apart from the others, after which every view is asked, too.
DAMAGED_VIEWS = [
    hurt("schema", "DROP VIEW check_title_twice", ("view", "check_title_twice", "is missing")),
    hurt(
        "schema",
        "DROP VIEW check_title_twice; CREATE VIEW check_title_twice AS SELECT 1",
        *[("view", "check_title_twice", line) for line in CHANGED_VIEW],
    ),
]


@pytest.mark.parametrize(("name", "statements", "named"), DAMAGES + DAMAGED_VIEWS)
def test_a_damage_fails_exactly_its_check_and_names_the_row(
    database: Path, name: str, statements: list[str], named: list[tuple[object, ...]]
) -> None:
    damage(database, *statements)

    results = list(check_catalog(database, most=1000))
    broken = {result.name: result.broken for result in results if result.broken}

    # Some damage is possible only where a rule of the schema is taken away first.
    through_schema = {"schema"} if any(key in " ".join(statements) for key in ("DROP", "writable_schema")) else set()
    assert set(broken) == {name} | through_schema
    assert broken[name][: len(named)] == named
    assert name == "integrity" or len(broken[name]) == len(named)
    if "VIEW" not in " ".join(statements):
        _assert_views_say_the_same(database, broken)


def _assert_views_say_the_same(database: Path, broken: dict[str, list[tuple[object, ...]]]) -> None:
    """Who has no `catalog check` asks the file's own views, which give the rows that the checks give."""
    for check in ("derived columns", *CHECKS):
        view = "check_" + check.lower().replace(" ", "_")
        assert sorted(rows(database, f"SELECT * FROM {view}"), key=repr) == sorted(broken.get(check, []), key=repr)


def test_every_check_has_its_damage() -> None:
    assert {parameters.values[0] for parameters in DAMAGES} == set(EVERY_CHECK)


def test_how_a_list_is_written_does_not_matter(database: Path) -> None:
    damage(database, """UPDATE papers SET authors = ' [ "Ada Moss", "Bo Fern" ] ' WHERE id = 1""")

    assert failed(database) == {}
