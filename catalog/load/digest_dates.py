"""Digest dates in the light of all evidence: each load can only tighten them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, func, select, update

from catalog.dates import LISTING_START, DigestDate, digest_date, parse_printed_date, publication_date
from catalog.load.facts import settle_numbers
from catalog.load.mentions import all_mentions
from catalog.load.staging import packed_ids, run, run_many, run_scalars
from catalog.models import digest_entries, digests


def settle_dates(
    connection: Connection,
    paper_ids: Iterable[int],
    as_of: date,
    *,
    dated: Iterable[int] = (),
    silent: Iterable[int] = (),
    parted: Iterable[int] = (),
    contradictions: Contradictions | None = None,
) -> tuple[set[int], set[int]]:
    """Tighten every open digest that lists one of `paper_ids`; return the digests that changed, and the papers touched.

    `as_of` bounds the digests of documents whose load is not recorded yet; `dated` are digests that are new, or that a
    person dated just now; `silent` are papers of which nothing is known that was not known before, so that only digests
    in `dated` can learn from it; `parted` are papers that lost a mention, whose dates are evidence for it no longer;
    `contradictions` is what is known since the transaction began.

    Evidence only grows, so dates only tighten, and the order of loading does not matter. There are two exceptions:
    evidence that is withdrawn, and evidence that contradicts itself. Then all digests that hang together with it are
    dated anew from all that is known.
    """
    evidence = _Evidence(connection, as_of)
    witnesses = _date_cards(connection, set(dated))
    evidence.follow(set(paper_ids) | witnesses, silent=set(silent) - witnesses, digest_ids=set(dated))
    contradictions = contradictions or Contradictions()
    contradictions.add(is_found=evidence.has_impossible)
    doubtful = set(parted) | contradictions.in_reach(connection, evidence.touched)
    if doubtful:
        evidence.follow(_reopen(connection, doubtful))
        contradictions.add(is_found=evidence.has_impossible)
    return evidence.changed, evidence.touched


class Contradictions:
    """Whether a digest of the file is without any possible day: hardly ever, and asked once in a transaction."""

    def __init__(self) -> None:
        self._are_there: bool | None = None

    def add(self, *, is_found: bool) -> None:
        """Remember that there is one where `is_found`."""
        if is_found:
            self._are_there = True

    def in_reach(self, connection: Connection, paper_ids: set[int]) -> set[int]:
        """Return the papers of digests without any possible day that hang together with `paper_ids`."""
        if self._are_there is None:
            self._are_there = bool(run(connection, _CONTRADICTED, {}))
        if not self._are_there:
            return set()
        return set(run_scalars(connection, _CONTRADICTED_IN_REACH, {"paper_ids": packed_ids(paper_ids)}))


class _Evidence:
    """The evidence of a load, followed from paper to digest to paper until nothing changes."""

    def __init__(self, connection: Connection, as_of: date) -> None:
        self.connection = connection
        self.as_of = as_of
        self.changed: set[int] = set()
        self.touched: set[int] = set()
        self.has_impossible = False

    def follow(
        self, paper_ids: set[int], *, silent: AbstractSet[int] = frozenset(), digest_ids: AbstractSet[int] = frozenset()
    ) -> None:
        """Date the digests that list `paper_ids`: where a paper is `silent`, only those in `digest_ids`.

        A digest that gets its year gives it to the cards that print none, which may be evidence for further digests.
        One whose evidence contradicts itself gives nothing, and takes back what it gave.
        """
        pending, own = paper_ids - silent, digest_ids if silent else frozenset()
        self.touched |= paper_ids
        while pending or own:
            tightened, contradicted, impossible = _tighten(self.connection, pending, own, self.as_of)
            self.has_impossible |= bool(impossible)
            self.changed |= tightened | contradicted
            pending = _date_cards(self.connection, tightened) | _undate_cards(self.connection, contradicted)
            self.touched |= pending
            own = frozenset()


def give_year(connection: Connection, source_document_id: int, year: int, as_of: date) -> set[int]:
    """Date the digests of a document in the `year` that a person states; return the digests that changed.

    Raises ValueError, with the end of a sentence that names the reason, where the evidence contradicts that year.
    """
    stated = all_mentions("publication_date")
    rows = connection.execute(
        select(digests, func.max(stated.c.publication_date).label("evidence"))
        .join(digest_entries, digest_entries.c.digest_id == digests.c.id)
        .join(stated, stated.c.paper_id == digest_entries.c.paper_id)
        .where(digests.c.source_document_id == source_document_id)
        .group_by(digests.c.id)
        .order_by(digests.c.id)
    ).all()
    given = []
    for row in rows:
        day = _day_in_year(row, year, as_of).isoformat()
        if row.digest_date != day:
            given.append({"which": row.id, "day": day})
    if given:
        values: dict[str, Any] = dict.fromkeys(("digest_date", "earliest_date", "latest_date"), bindparam("day"))
        statement = update(digests).where(digests.c.id == bindparam("which"))
        connection.execute(statement.values(date_basis="given", **values), given)
    return {row["which"] for row in given}


def _day_in_year(row: Row[Any], year: int, as_of: date) -> date:
    if row.printed_date is None:
        raise ValueError("its page prints no date")
    day = parse_printed_date(row.printed_date).in_year(year)
    if day is None:
        raise ValueError(f"{year} has no {row.printed_date}")
    iso = day.isoformat()
    if row.date_basis not in ("given", "open") and row.digest_date != iso:
        raise ValueError(f"its date is {row.digest_date} ({row.date_basis})")
    if row.evidence is not None and row.evidence > iso:
        raise ValueError(f"a paper in it was published on {row.evidence}, after {iso}")
    if row.date_basis == "open" and row.latest_date is not None and not row.earliest_date <= iso <= row.latest_date:
        raise ValueError(f"what is known leaves {row.earliest_date} to {row.latest_date}")
    if not LISTING_START <= day <= as_of:
        raise ValueError(f"{iso} is not between {LISTING_START}, when the listing began, and {as_of}, when it was read")
    return day


def _tighten(
    connection: Connection, paper_ids: set[int], digest_ids: AbstractSet[int], as_of: date
) -> tuple[set[int], set[int], set[int]]:
    """Date the digests that list `paper_ids`, and those of `digest_ids` that list any.

    Returns those that changed, those newly without any possible day, and all without one.
    """
    changed, impossible = [], set()
    bound = {"paper_ids": packed_ids(paper_ids), "digest_ids": packed_ids(digest_ids)}
    for row in run(connection, _DATABLE, bound):
        known = _known_date(row, as_of)
        after = {
            "digest_date": _iso(known.day),
            "earliest_date": _iso(known.earliest),
            "latest_date": _iso(known.latest),
            "date_basis": known.basis,
        }
        if any(after[key] != row[key] for key in after):
            changed.append({"which": row["id"], **after})
        if known.latest is None:
            impossible.add(row["id"])
    if changed:
        run_many(connection, _TIGHTEN, changed)
    different = {row["which"] for row in changed}
    return different - impossible, different & impossible, impossible


_TIGHTEN = """
UPDATE digests SET digest_date = :digest_date, earliest_date = :earliest_date, latest_date = :latest_date,
  date_basis = :date_basis
WHERE id = :which
"""

# Every publication date that anybody states of a paper is evidence: the latest of them bounds the digests that list it.
_DATABLE = """
SELECT digests.id, printed_date, digest_date, earliest_date, latest_date, date_basis,
  (SELECT max(publication_date) FROM (
    SELECT other.publication_date FROM digest_entries AS entry
    JOIN digest_entries AS other ON other.paper_id = entry.paper_id WHERE entry.digest_id = digests.id
    UNION ALL
    SELECT other.publication_date FROM digest_entries AS entry
    JOIN paper_records AS other ON other.paper_id = entry.paper_id WHERE entry.digest_id = digests.id
  )) AS evidence,
  (SELECT min(as_of_date) FROM loads WHERE loads.source_document_id = digests.source_document_id) AS as_of
FROM digests
WHERE date_basis IN ('open', 'single candidate') AND printed_date IS NOT NULL AND id IN (
  SELECT digest_id FROM digest_entries WHERE paper_id IN (SELECT value FROM json_each(:paper_ids))
  UNION ALL
  SELECT digest_id FROM digest_entries WHERE digest_id IN (SELECT value FROM json_each(:digest_ids))
)
ORDER BY id
"""

# All digests that hang together by papers that they share, as far as evidence dates them.
_HANGING_TOGETHER = """
WITH RECURSIVE paper(id) AS (
  SELECT value FROM json_each(:paper_ids)
  UNION
  SELECT other.paper_id FROM paper
  JOIN digest_entries AS entry ON entry.paper_id = paper.id
  JOIN digests ON digests.id = entry.digest_id
    AND date_basis IN ('open', 'single candidate') AND printed_date IS NOT NULL
  JOIN digest_entries AS other ON other.digest_id = digests.id
),
datable AS (
  SELECT DISTINCT digests.id, digests.latest_date, source_documents.is_complete
  FROM paper JOIN digest_entries AS entry ON entry.paper_id = paper.id
  JOIN digests ON digests.id = entry.digest_id
    AND date_basis IN ('open', 'single candidate') AND printed_date IS NOT NULL
  JOIN source_documents ON source_documents.id = digests.source_document_id
)
"""

_CONTRADICTED = """
SELECT 1 FROM digests
WHERE digest_date IS NULL AND latest_date IS NULL AND printed_date IS NOT NULL LIMIT 1
"""

_CONTRADICTED_IN_REACH = f"""{_HANGING_TOGETHER}
SELECT DISTINCT paper_id FROM digest_entries
WHERE digest_id IN (SELECT id FROM datable WHERE latest_date IS NULL)
"""

# What came in an export stays: the bounds in it are all that is known of evidence that was elsewhere.
_TO_REOPEN = f"{_HANGING_TOGETHER} SELECT id FROM datable WHERE is_complete"

_REOPEN = """
UPDATE digests SET digest_date = NULL, earliest_date = NULL, latest_date = NULL, date_basis = 'open'
WHERE id IN (SELECT value FROM json_each(:digest_ids))
"""

_UNDATE_CARDS = """
UPDATE digest_entries SET publication_date = NULL
WHERE digest_id IN (SELECT value FROM json_each(:digest_ids)) AND publication_date IS NOT NULL
  AND printed_publication_date NOT GLOB '*[0-9][0-9][0-9][0-9]*'
RETURNING paper_id
"""


_UNDATED_CARDS = """
SELECT digest_id, position, paper_id, printed_publication_date, digests.digest_date
FROM digest_entries JOIN digests ON digests.id = digest_id
WHERE digest_id IN (SELECT value FROM json_each(:digest_ids)) AND digests.digest_date IS NOT NULL
  AND publication_date IS NULL AND printed_publication_date IS NOT NULL
"""

_LISTED = "SELECT paper_id FROM digest_entries WHERE digest_id IN (SELECT value FROM json_each(:digest_ids))"


def _reopen(connection: Connection, paper_ids: set[int]) -> set[int]:
    """Forget what dated the digests that hang together with `paper_ids`; return the papers that they list."""
    reopened = set(run_scalars(connection, _TO_REOPEN, {"paper_ids": packed_ids(paper_ids)}))
    bound = {"digest_ids": packed_ids(reopened)}
    run(connection, _REOPEN, bound)
    _undate_cards(connection, reopened)
    return listed_papers(connection, reopened)


def _undate_cards(connection: Connection, digest_ids: set[int]) -> set[int]:
    """Take the year back from cards that print none; return the papers that changed."""
    if not digest_ids:
        return set()
    undated = set(run_scalars(connection, _UNDATE_CARDS, {"digest_ids": packed_ids(digest_ids)}))
    settle_numbers(connection, undated)
    return undated


def _known_date(row: sqlite3.Row, as_of: date) -> DigestDate:
    return digest_date(
        parse_printed_date(row["printed_date"]),
        latest_publication=_day(row["evidence"]),
        as_of=_day(row["as_of"]) or as_of,
        earliest=_day(row["earliest_date"]),
        latest=_day(row["latest_date"]),
    )


def _date_cards(connection: Connection, digest_ids: set[int]) -> set[int]:
    """Give their year to cards without one in digests that have a date now; return the papers of these cards.

    That is so also where the paper's own date stays, the earliest that anybody states: the latest is the evidence.
    """
    if not digest_ids:
        return set()
    dated, papers = [], set()
    for row in run(connection, _UNDATED_CARDS, {"digest_ids": packed_ids(digest_ids)}):
        day = publication_date(parse_printed_date(row["printed_publication_date"]), digest=_day(row["digest_date"]))
        if day is not None:
            dated.append({"which": row["digest_id"], "where": row["position"], "publication_date": day.isoformat()})
            papers.add(int(row["paper_id"]))
    if not dated:
        return set()
    place = and_(digest_entries.c.digest_id == bindparam("which"), digest_entries.c.position == bindparam("where"))
    connection.execute(update(digest_entries).where(place), dated)
    settle_numbers(connection, papers)
    return papers


def listed_papers(connection: Connection, digest_ids: Iterable[int]) -> set[int]:
    """Return the papers that stand in any of `digest_ids`."""
    return set(run_scalars(connection, _LISTED, {"digest_ids": packed_ids(digest_ids)}))


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
