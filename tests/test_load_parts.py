"""Small parts of the load that a whole document hardly reaches: what is refused, and what is left for later."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import catalog.load
from catalog.database import create_catalog_engine
from catalog.errors import CatalogError
from catalog.load import load_terms, session, settle_again
from catalog.load.staging import run
from catalog.records import DocumentRecord, RejectRecord
from catalog.rows import prepared
from tests.catalogues import (
    AS_OF,
    FERN,
    LICHEN,
    MOSS_NET,
    PUDDLE,
    damage,
    document,
    empty_catalogue,
    good_catalogue,
    load,
)
from tests.conftest import Query, dump
from tests.contents import contents


def test_the_package_gives_what_it_lists_and_nothing_else() -> None:
    assert all(callable(getattr(catalog.load, name)) for name in catalog.load.__all__)
    with pytest.raises(AttributeError, match=r"module 'catalog.load' has no attribute 'load_nothing'"):
        catalog.load.load_nothing  # noqa: B018


@pytest.mark.parametrize("name", ["sqlite_master", "papers; DROP TABLE papers", "Papers", ""])
def test_a_statement_takes_only_names_of_our_own_tables(database: Path, name: str) -> None:
    engine = create_catalog_engine(empty_catalogue(database), read_only=True)
    with engine.connect() as connection, pytest.raises(ValueError, match=f"no names of ours: {name}"):
        run(connection, "SELECT * FROM {table}", {}, table=name)
    engine.dispose()


def test_a_record_whose_rows_cannot_be_made_is_sent_as_it_is() -> None:
    record = document("a.txt", MOSS_NET, replace(LICHEN, title=" \n"))

    assert prepared(record) is record


def test_a_document_whose_facts_were_fewer_digests_gets_the_others(tmp_path: Path) -> None:
    """Who gave the facts of it away may have had an older reader, which did not see the second digest."""
    first, second = document("page.txt", MOSS_NET, LICHEN), document("page.txt", FERN, PUDDLE, printed_date="Mar 4")
    whole = replace(first, digests=first.digests + _further_down(second).digests)
    bare = tuple(replace(entry, abstract=None) for entry in first.digests[0].entries)
    facts = replace(first, digests=(replace(first.digests[0], entries=bare),), is_complete=False)

    load(tmp_path / "facts.db", facts, whole)

    load(tmp_path / "whole.db", whole)
    assert contents(tmp_path / "facts.db") == contents(tmp_path / "whole.db")


def _further_down(record: DocumentRecord) -> DocumentRecord:
    (digest,) = record.digests
    entries = tuple(
        replace(
            entry,
            line_start=entry.line_start + 100,
            line_end=entry.line_end + 100,
            abstract_line=entry.abstract_line and entry.abstract_line + 100,
        )
        for entry in digest.entries
    )
    return replace(record, digests=(replace(digest, entries=entries),))


def test_what_is_settled_already_is_not_written_again(database: Path) -> None:
    before = good_catalogue(database).read_bytes()

    assert settle_again(database) == 0

    assert database.read_bytes() == before


def test_a_defect_in_a_batch_leaves_what_came_before_and_stores_nothing_of_its_own(
    database: Path, query: Query
) -> None:
    lossy = "CREATE TRIGGER lossy BEFORE INSERT ON rejects BEGIN SELECT RAISE(IGNORE); END"
    damage(empty_catalogue(database), lossy)
    good = document("good.txt", MOSS_NET)
    lost = replace(document("lost.txt", FERN), rejects=(RejectRecord(1, 2, "torn", "is torn"),))
    target = session.Target(database)
    outcomes = target.load_all([good, lost], load_terms(as_of=AS_OF))

    assert next(outcomes).name == "good.txt"
    stored = dump(database)
    with pytest.raises(CatalogError, match=r"^lost.txt: .* 1 rejects were read but 1, 0 and 0 stored"):
        next(outcomes)
    target.close()

    assert dump(database) == stored
    assert query("SELECT name FROM source_documents") == [("good.txt",)]
