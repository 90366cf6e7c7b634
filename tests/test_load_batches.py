"""Many documents in one transaction: the same facts, accounts and file as one after another."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from catalog.checks import check_catalog
from catalog.database import create_catalog_engine
from catalog.documents import DocumentError
from catalog.errors import CatalogError
from catalog.load import Account, load_documents, load_terms, session
from catalog.records import DocumentRecord
from catalog.schema import schema_sql
from tests.catalogues import AS_OF, FERN, LICHEN, MOSS_NET, PUDDLE, document, empty_catalogue, load
from tests.conftest import Query, dump, rows
from tests.contents import contents
from tests.test_load_order import _QUICK, documents


def load_together(database: Path, *records: DocumentRecord) -> list[Account | DocumentError]:
    """Load `records` as one batch, and return what became of each."""
    target = session.Target(database)
    try:
        return list(target.load_all(records, load_terms(as_of=AS_OF)))
    finally:
        target.close()


def schema(database: Path) -> str:
    engine = create_catalog_engine(database, read_only=True)
    with engine.connect() as connection:
        text = schema_sql(connection)
    engine.dispose()
    return text


def broken(database: Path) -> list[str]:
    return [result.name for result in check_catalog(database) if result.broken]


@settings(_QUICK, max_examples=4)
@given(documents)
def test_a_batch_gives_the_same_facts_and_accounts(documents: list[DocumentRecord]) -> None:
    _same_in_a_batch(documents)


@pytest.mark.slow
@settings(_QUICK, max_examples=2000)
@given(documents)
def test_a_batch_gives_the_same_facts_and_accounts_at_length(documents: list[DocumentRecord]) -> None:
    _same_in_a_batch(documents)


def _same_in_a_batch(documents: list[DocumentRecord]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        apart, together, both = (Path(folder, name) for name in ("apart.db", "together.db", "both.db"))
        for database in (apart, together, both):
            empty_catalogue(database)
        accounts = load(apart, *documents)
        assert load_together(together, *documents) == accounts
        assert load(both, documents[0]) + load_together(both, *documents[1:]) == accounts  # type: ignore[operator]
        assert contents(together) == contents(both) == contents(apart)
        assert broken(both) == []


def test_the_search_index_follows_what_a_batch_changes(database: Path, query: Query) -> None:
    load(database, document("a.txt", MOSS_NET, FERN), document("b.txt", LICHEN))
    before = schema(database)
    better = replace(FERN, abstract=f"{FERN.abstract} Nobody had looked at dusk before.")
    at_arxiv = replace(MOSS_NET, arxiv_id="2501.00001")
    renamed = replace(at_arxiv, title="Moss-Net 2", abstract="Another text that is longer than the first one. " * 9)

    load_together(database, document("c.txt", better, PUDDLE), document("d.txt", renamed), document("e.txt", at_arxiv))

    assert schema(database) == before
    assert broken(database) == []
    assert query("SELECT title FROM papers_fts WHERE papers_fts MATCH 'nobody'") == [(FERN.title,)]
    assert query("SELECT count(*) FROM papers_fts WHERE papers_fts MATCH 'puddle OR grows'") == [(1,)]


def test_much_at_once_gives_the_same_and_leaves_no_settings(
    database: Path, tmp_path: Path, query: Query, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = (document("a.txt", MOSS_NET, LICHEN), document("b.txt", FERN), document("c.txt", PUDDLE))
    load(tmp_path / "apart.db", *pages)
    monkeypatch.setattr(session, "_BULK_WEIGHT", 0)
    bulk: list[object] = []
    real = session.deferred_search_index

    def deferred(connection: Any, *, is_bulk: bool) -> Any:
        bulk.append(is_bulk)
        return real(connection, is_bulk=is_bulk)

    monkeypatch.setattr(session, "deferred_search_index", deferred)

    load_together(database, *pages)

    assert bulk == [True]
    assert dump(database) == dump(tmp_path / "apart.db")
    assert query("SELECT k FROM papers_fts_config") == [("version",)]
    assert broken(database) == []


def test_row_numbers_are_those_of_one_after_another(tmp_path: Path) -> None:
    named = replace(LICHEN, authors=("Cy Dew", "Ada Moss"), links=())
    pages = (document("a.txt", MOSS_NET, LICHEN), document("b.txt", replace(FERN, authors=("Bo Fern",)), named))
    apart, together = tmp_path / "apart.db", tmp_path / "together.db"

    load(apart, *pages)
    load_together(together, *pages)

    assert dump(together) == dump(apart)
    assert rows(together, "SELECT name FROM authors ORDER BY id") == [("Cy Dew",), ("Ada Moss",), ("Bo Fern",)]


def test_a_document_at_fault_costs_only_itself(database: Path, query: Query) -> None:
    bad = document("bad.txt", replace(LICHEN, upvote_count=-1))

    first, fault, last = load_together(database, document("a.txt", MOSS_NET), bad, document("b.txt", FERN))

    assert isinstance(first, Account)
    assert isinstance(fault, DocumentError)
    assert isinstance(last, Account)
    assert "ck_digest_entries_counts" in str(fault)
    assert query("SELECT name FROM source_documents ORDER BY id") == [("a.txt",), ("b.txt",)]
    assert broken(database) == []


def test_an_error_in_a_batch_leaves_schema_and_index(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty_catalogue(database)
    before = schema(database)
    real = session.load_document

    def dying(*arguments: object) -> Account:
        real(*arguments)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(session, "load_document", dying)
    with pytest.raises(KeyboardInterrupt):
        load_together(database, document("a.txt", MOSS_NET), document("b.txt", FERN))

    assert schema(database) == before
    assert broken(database) == []


def test_a_file_that_somebody_else_has_is_waited_for_once(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty_catalogue(database)
    monkeypatch.setattr("catalog.database.BUSY_TIMEOUT_SECONDS", 0)
    begun: list[str] = []
    real = session.Target.load

    def load_alone(self: session.Target, *arguments: Any) -> Account:
        begun.append("alone")
        return real(self, *arguments)

    monkeypatch.setattr(session.Target, "load", load_alone)
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(CatalogError, match="in use by another process"):
            load_together(database, document("a.txt", MOSS_NET), document("b.txt", FERN))

    assert begun == []


def test_batches_end_where_they_are_full_and_a_lazy_document_is_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "_BATCH_WEIGHT", 3 * 2300)
    one, two = document("one.txt", FERN), document("two.txt", FERN, LICHEN)
    long = document("long.txt", replace(FERN, abstract="Ferns fold. " * 600))
    lazy = replace(document("lazy.json", FERN), papers=iter(()))
    given = [one, one, two, one, lazy, one, long, two]

    found = [[record.origin.name for record in some] for some in session.batches(given)]

    assert found == [
        ["one.txt", "one.txt"],
        ["two.txt", "one.txt"],
        ["lazy.json"],
        ["one.txt"],
        ["long.txt"],
        ["two.txt"],
    ]


def test_accounts_come_when_their_batch_is_stored(database: Path, tmp_path: Path, query: Query) -> None:
    for name in ("a", "b"):
        page = f"Daily Papers\n\nMar 4\n\nA Study of Fern {name}\n\n" + "We look at ferns with patience. " * 12
        (tmp_path / f"{name}.txt").write_text(page, encoding="utf-8")
    faults: list[str] = []
    paths = [tmp_path / "a.txt", tmp_path / "none.txt", tmp_path / "b.txt"]

    loading = load_documents(paths, database, load_terms(as_of=AS_OF), on_error=faults.append)

    assert next(loading).name == "a.txt"
    assert query("SELECT name FROM source_documents ORDER BY id") == [("a.txt",), ("b.txt",)]
    assert [account.name for account in loading] == ["b.txt"]
    assert len(faults) == 1
