"""Digests: lists of them, and one with its papers and the evidence for its date."""
# ruff: noqa: S608 - every part of a statement is a constant of ours

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date

from catalog.dates import parse_printed_date
from catalog.lookup.rows import DIGEST_COLUMNS, PAPER_COLUMNS, digest_facts, digest_of, paper_of
from catalog.results import Digest, DigestDetails, Entry

# The same evidence as in catalog/load/digest_dates.py: a date that anybody states of a paper in the digest.
_EVIDENCE = """
SELECT
  (SELECT max(publication_date) FROM (
    SELECT other.publication_date FROM digest_entries AS entry
    JOIN digest_entries AS other ON other.paper_id = entry.paper_id WHERE entry.digest_id = digests.id
    UNION ALL
    SELECT other.publication_date FROM digest_entries AS entry
    JOIN paper_records AS other ON other.paper_id = entry.paper_id WHERE entry.digest_id = digests.id
  )),
  (SELECT min(as_of_date) FROM loads WHERE loads.source_document_id = digests.source_document_id)
FROM digests WHERE digests.id = :digest_id
"""


def digests(connection: sqlite3.Connection) -> Iterator[Digest]:
    """Yield every digest, in the order of their dates as far as they are known, then of their names."""
    order = "ORDER BY coalesce(digests.digest_date, digests.earliest_date, '9999'), digests.name"
    for row in connection.execute(f"SELECT {DIGEST_COLUMNS} FROM digests {order}"):
        yield digest_of(row)


def digest(connection: sqlite3.Connection, digest_id: int) -> DigestDetails:
    """Return the digest with the row id `digest_id`, with its list. Raises KeyError where none is."""
    bound = {"digest_id": digest_id}
    row = connection.execute(f"SELECT {DIGEST_COLUMNS} FROM digests WHERE id = :digest_id", bound).fetchone()
    if row is None:
        raise KeyError(digest_id)
    entries = connection.execute(
        f"SELECT {PAPER_COLUMNS}, position, upvote_count, comment_count, first_digest_id IS digest_id AS is_new "
        "FROM digest_entries JOIN papers ON papers.id = paper_id WHERE digest_id = :digest_id ORDER BY position",
        bound,
    )
    newest_publication, read_by = connection.execute(_EVIDENCE, bound).fetchone()
    shown = digest_of(row)
    return DigestDetails(
        **digest_facts(row),
        newest_publication=newest_publication,
        read_by=read_by,
        possible_dates=possible_dates(shown),
        entries=tuple(
            Entry(
                position=entry["position"],
                paper=paper_of(entry),
                upvote_count=entry["upvote_count"],
                comment_count=entry["comment_count"],
                is_new=bool(entry["is_new"]),
            )
            for entry in entries
        ),
    )


def possible_dates(digest: Digest) -> tuple[str, ...]:
    """Return the days that a digest could be of: its date where that is known, else the printed day in each year that
    its bounds leave, and nothing where there is no printed day or no bound."""
    if digest.digest_date is not None:
        return (digest.digest_date,)
    if digest.printed_date is None or digest.earliest_date is None or digest.latest_date is None:
        return ()
    printed = parse_printed_date(digest.printed_date)
    first, last = date.fromisoformat(digest.earliest_date), date.fromisoformat(digest.latest_date)
    days = (printed.in_year(year) for year in range(first.year, last.year + 1))
    return tuple(day.isoformat() for day in days if day is not None and first <= day <= last)
