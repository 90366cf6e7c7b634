"""Documents that move mentions from paper to paper while they are stored: what follows from that is looked at again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from catalog.checks import check_catalog
from catalog.records import DocumentRecord
from tests.catalogues import FERN, MOSS_NET, document, load
from tests.conftest import Query

AT_ARXIV = replace(MOSS_NET, arxiv_id="2501.00001", publication_date=None)


def test_a_date_of_a_paper_that_goes_into_a_new_one_dates_older_digests(database: Path, query: Query) -> None:
    """The second digest tells that two papers of the first are one; what it said of one is evidence for the other."""
    renamed = replace(AT_ARXIV, title="Counting Moss, Revisited")
    telling = document("telling.txt", replace(MOSS_NET, publication_date="2025-12-02"), renamed)
    joining = document("joining.txt", AT_ARXIV)
    load(database, document("older.txt", replace(MOSS_NET, publication_date=None), FERN, printed_date="Mar 11"))
    assert query("SELECT digest_date, latest_date FROM digests") == [(None, "2026-03-11")]

    (account,) = load(database, _together(telling, joining))

    assert account.merged_paper_count == 1
    assert query("SELECT digest_date, date_basis FROM digests WHERE printed_date IS NOT NULL") == [
        ("2026-03-11", "single candidate")
    ]
    assert [result.name for result in check_catalog(database) if result.broken] == []


def _together(*documents: DocumentRecord) -> DocumentRecord:
    """Return one document with the digests of all."""
    first, *_ = documents
    return replace(first, digests=tuple(digest for one in documents for digest in one.digests))
