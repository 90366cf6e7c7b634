"""Digest dates in the light of all evidence: each load can only tighten them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, func, select, update

from catalog.dates import LISTING_START, DigestDate, digest_date, parse_printed_date, publication_date
from catalog.load.papers import settle_counts
from catalog.load.staging import id_set, packed_ids
from catalog.models import digest_entries, digests, loads, papers


def settle_dates(
    connection: Connection, paper_ids: Iterable[int], as_of: date, *, dated: Iterable[int] = ()
) -> tuple[set[int], set[int]]:
    """Tighten every open digest that lists one of `paper_ids`; return the digests that changed, and the papers touched.

    `as_of` bounds the digests of documents whose load is not recorded yet; `dated` are digests that a person dated just
    now. A digest that gets its year gives it to the cards that print none, which may be evidence for further digests:
    so it goes on until nothing changes.
    """
    changed_digests: set[int] = set()
    touched = set(paper_ids)
    pending = touched | _date_cards(connection, set(dated))
    while pending:
        touched |= pending
        tightened = _tighten(connection, pending, as_of)
        changed_digests |= tightened
        pending = _date_cards(connection, tightened)
    return changed_digests, touched


def give_year(connection: Connection, source_document_id: int, year: int, as_of: date) -> set[int]:
    """Date the digests of a document in the `year` that a person states; return the digests that changed.

    Raises ValueError, with the end of a sentence that names the reason, where the evidence contradicts that year.
    """
    evidence = func.max(papers.c.publication_date).label("evidence")
    rows = connection.execute(
        select(digests, evidence)
        .join(digest_entries, digest_entries.c.digest_id == digests.c.id)
        .join(papers, papers.c.id == digest_entries.c.paper_id)
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
    if row.date_basis in ("stated", "single candidate") and row.digest_date != iso:
        raise ValueError(f"its date is {row.digest_date} ({row.date_basis})")
    if row.evidence is not None and row.evidence > iso:
        raise ValueError(f"a paper in it was published on {row.evidence}, after {iso}")
    if row.date_basis == "open" and row.latest_date is not None and not row.earliest_date <= iso <= row.latest_date:
        raise ValueError(f"what is known leaves {row.earliest_date} to {row.latest_date}")
    if not LISTING_START <= day <= as_of:
        raise ValueError(f"{iso} is not between {LISTING_START}, when the listing began, and {as_of}, when it was read")
    return day


def _tighten(connection: Connection, paper_ids: set[int], as_of: date) -> set[int]:
    changed = []
    for row in connection.execute(_open_digests(), {"paper_ids": packed_ids(paper_ids)}):
        known = _known_date(row, as_of)
        after = {
            "digest_date": _iso(known.day),
            "earliest_date": _iso(known.earliest),
            "latest_date": _iso(known.latest),
            "date_basis": known.basis,
        }
        if any(after[key] != row._mapping[key] for key in after):
            changed.append({"which": row.id, **after})
    if changed:
        connection.execute(update(digests).where(digests.c.id == bindparam("which")), changed)
    return {row["which"] for row in changed}


def _open_digests() -> Any:
    listing = digest_entries.alias("listing")
    listed = select(listing.c.digest_id).where(listing.c.paper_id.in_(id_set("paper_ids")))
    known_since = select(func.min(loads.c.as_of_date)).where(loads.c.source_document_id == digests.c.source_document_id)
    return (
        select(
            digests, func.max(papers.c.publication_date).label("evidence"), known_since.scalar_subquery().label("as_of")
        )
        .join(digest_entries, digest_entries.c.digest_id == digests.c.id)
        .join(papers, papers.c.id == digest_entries.c.paper_id)
        .where(digests.c.date_basis == "open", digests.c.printed_date.is_not(None), digests.c.id.in_(listed))
        .group_by(digests.c.id)
        .order_by(digests.c.id)
    )


def _known_date(row: Row[Any], as_of: date) -> DigestDate:
    return digest_date(
        parse_printed_date(row.printed_date),
        latest_publication=_day(row.evidence),
        as_of=_day(row.as_of) or as_of,
        earliest=_day(row.earliest_date),
        latest=_day(row.latest_date),
    )


def _date_cards(connection: Connection, digest_ids: set[int]) -> set[int]:
    """Give their year to cards without one in digests that have a date now; return the papers that changed."""
    cards = (
        select(
            digest_entries.c.digest_id,
            digest_entries.c.position,
            digest_entries.c.printed_publication_date,
            digests.c.digest_date,
        )
        .join(digests, digests.c.id == digest_entries.c.digest_id)
        .where(
            digests.c.id.in_(id_set("digest_ids")),
            digests.c.digest_date.is_not(None),
            digest_entries.c.publication_date.is_(None),
            digest_entries.c.printed_publication_date.is_not(None),
        )
    )
    dated = []
    for row in connection.execute(cards, {"digest_ids": packed_ids(digest_ids)}):
        day = publication_date(parse_printed_date(row.printed_publication_date), digest=_day(row.digest_date))
        if day is not None:
            dated.append({"which": row.digest_id, "where": row.position, "publication_date": day.isoformat()})
    if not dated:
        return set()
    place = and_(digest_entries.c.digest_id == bindparam("which"), digest_entries.c.position == bindparam("where"))
    connection.execute(update(digest_entries).where(place), dated)
    listed = select(digest_entries.c.paper_id).where(digest_entries.c.digest_id.in_(id_set("digest_ids")))
    return set(connection.scalars(settle_counts(listed), {"digest_ids": packed_ids(digest_ids)}))


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
