"""Printed dates -> digest dates in the light of all evidence, by the functions of `catalog.dates`, round after round.

The rules are those of `catalog.load.digest_dates`. In a round every digest that lists a paper with new evidence is
dated, and gives its year to the cards that print none; these are evidence for the next round. Where evidence
contradicts itself, all digests that hang together with it are dated anew.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from catalog.dates import digest_date, parse_printed_date, publication_date
from catalog.errors import CatalogError
from catalog.lake.mapping import mapped
from catalog.lake.views import Views

if TYPE_CHECKING:
    pass

_MOST_ROUNDS: Final = 100

_DATABLE: Final = """
SELECT id, printed_date, as_of_date, digest_date, earliest_date, latest_date, date_basis, is_complete
FROM stated_digests WHERE date_basis = 'open' AND printed_date IS NOT NULL
"""

_LISTED: Final = """
SELECT DISTINCT mention.digest_id, mention.paper_id
FROM mentions AS mention JOIN datable_digests AS digest ON digest.id = mention.digest_id
"""

_IS_CARD: Final = "digest_id IS NOT NULL AND NOT coalesce(printed_publication_date RLIKE '[0-9]{4}', true)"

_CARDS: Final = f"""
SELECT digest_id, position, paper_id, printed_publication_date, publication_date FROM mentions WHERE {_IS_CARD}
"""  # noqa: S608 - constants of ours
"""Entries that print a publication date without its year."""

_FIXED_DAYS: Final = f"""
SELECT paper_id, max(publication_date) AS day FROM mentions
WHERE publication_date IS NOT NULL AND NOT ({_IS_CARD}) GROUP BY paper_id
"""  # noqa: S608 - constants of ours

# One row for each paper is joined: a paper that n digests list, with n cards, would make n times n of them.
_EVIDENCE: Final = """
SELECT listed.digest_id, max(day) AS evidence
FROM listed_papers AS listed JOIN (
  SELECT paper_id, max(day) AS day FROM (
    SELECT paper_id, day FROM fixed_days
    UNION ALL SELECT paper_id, publication_date FROM cards WHERE publication_date IS NOT NULL
  ) GROUP BY paper_id
) AS stated ON stated.paper_id = listed.paper_id
GROUP BY listed.digest_id
"""

_OF_PENDING: Final = """
SELECT digest.*, evidence FROM digest_state AS digest
LEFT SEMI JOIN (
  SELECT listed.digest_id FROM listed_papers AS listed LEFT SEMI JOIN pending ON pending.paper_id = listed.paper_id
) AS listing ON listing.digest_id = digest.id
LEFT JOIN evidence_of_digests AS evidence ON evidence.digest_id = digest.id
"""

_CHANGED: Final = "digest_date STRING, earliest_date STRING, latest_date STRING, date_basis STRING, is_changed BOOLEAN"

_NEW_STATE: Final = """
SELECT old.id, old.printed_date, old.as_of_date, old.is_complete,
  CASE WHEN new.id IS NULL THEN old.digest_date ELSE new.digest_date END AS digest_date,
  CASE WHEN new.id IS NULL THEN old.earliest_date ELSE new.earliest_date END AS earliest_date,
  CASE WHEN new.id IS NULL THEN old.latest_date ELSE new.latest_date END AS latest_date,
  coalesce(new.date_basis, old.date_basis) AS date_basis
FROM digest_state AS old LEFT JOIN tightened AS new ON new.id = old.id
"""

# A digest that has a day gives its year to cards without one; one without any possible day takes it back.
_CARDS_OF_CHANGED: Final = """
SELECT card.*, day.digest_date, day.id IS NOT NULL AND day.latest_date IS NULL AS is_withdrawn
FROM cards AS card LEFT JOIN {days} AS day ON day.id = card.digest_id
"""

_REACHED: Final = """
SELECT DISTINCT other.digest_id AS id FROM listed_papers AS other LEFT SEMI JOIN (
  SELECT own.paper_id FROM listed_papers AS own LEFT SEMI JOIN reached ON reached.id = own.digest_id
) AS told ON told.paper_id = other.paper_id
"""

_REOPENED_STATE: Final = """
SELECT digest.id, printed_date, as_of_date, digest.is_complete,
  CASE WHEN reopened.id IS NULL THEN digest_date END AS digest_date,
  CASE WHEN reopened.id IS NULL THEN earliest_date END AS earliest_date,
  CASE WHEN reopened.id IS NULL THEN latest_date END AS latest_date,
  CASE WHEN reopened.id IS NULL THEN date_basis ELSE 'open' END AS date_basis
FROM digest_state AS digest LEFT JOIN reopened ON reopened.id = digest.id
"""

_REOPENED_CARDS: Final = """
SELECT digest_id, position, paper_id, printed_publication_date,
  CASE WHEN reopened.id IS NULL THEN publication_date END AS publication_date
FROM cards LEFT JOIN reopened ON reopened.id = cards.digest_id
"""

_DATED: Final = """
SELECT stated.id, stated.source_document_id, stated.sha256, stated.name, stated.kind, stated.title, stated.curator,
  stated.query, stated.url, stated.printed_date,
  CASE WHEN found.id IS NULL THEN stated.digest_date ELSE found.digest_date END AS digest_date,
  CASE WHEN found.id IS NULL THEN stated.earliest_date ELSE found.earliest_date END AS earliest_date,
  CASE WHEN found.id IS NULL THEN stated.latest_date ELSE found.latest_date END AS latest_date,
  coalesce(found.date_basis, stated.date_basis) AS date_basis
FROM stated_digests AS stated LEFT JOIN digest_state AS found ON found.id = stated.id
"""


def define_dates(views: Views) -> None:
    """Define `dated_digests`, and `cards`: entries that print no year, with the day that they stand for, or null."""
    views.define("datable_digests", _DATABLE)
    views.define("digest_state", _DATABLE)
    views.define("listed_papers", _LISTED, is_kept=True)
    views.define("fixed_days", _FIXED_DAYS, is_kept=True)
    views.define("cards", _CARDS)
    _date_cards(views, "stated_digests")
    views.define("pending", "SELECT paper_id FROM listed_papers")
    _follow(views)
    if _reopen(views):
        _follow(views)
    views.define("dated_digests", _DATED, is_kept=True)


def _follow(views: Views) -> None:
    """Date the digests that list `pending` papers, until nothing changes."""
    for _ in range(_MOST_ROUNDS):
        views.define("evidence_of_digests", _EVIDENCE)
        tightened = mapped(views.define("dating", _OF_PENDING), _tightened, f"id BIGINT, {_CHANGED}")
        changed = views.define("tightened", tightened.where("is_changed"), is_kept=True)
        if changed.isEmpty():
            return
        views.define("digest_state", _NEW_STATE, is_kept=True)
        _date_cards(views, "tightened")
        if views.define("pending", "SELECT paper_id FROM cards WHERE is_changed").isEmpty():
            return
    raise CatalogError(
        f"The dates of digests still change after {_MOST_ROUNDS} rounds, so nothing was stored; "
        "this is a defect of the catalogue, please report it."
    )


def _date_cards(views: Views, days: str) -> None:
    """Give their year to cards of the digests in the view `days`, or take it back; `is_changed` says of which."""
    cards = mapped(
        views.define("cards_of_changed", _CARDS_OF_CHANGED.format(days=days)),
        _dated_card,
        "digest_id BIGINT, position BIGINT, paper_id BIGINT, printed_publication_date STRING, publication_date STRING, "
        "is_changed BOOLEAN",
    )
    views.define("cards", cards, is_kept=True)


def _reopen(views: Views) -> bool:
    """Forget what dated the digests that hang together with one without any possible day; return whether there is one.

    What came in an export stays: the bounds in it are all that is known of evidence that was elsewhere.
    """
    reached = views.define("reached", "SELECT id FROM digest_state WHERE latest_date IS NULL")
    count, before = reached.count(), 0
    if count == 0:
        return False
    while count != before:
        reached = views.define("reached", _REACHED, is_kept=True)
        count, before = reached.count(), count
    views.define("reopened", "SELECT id FROM reached JOIN digest_state USING (id) WHERE is_complete = 1", is_kept=True)
    state = views.session.sql(_REOPENED_STATE)
    cards = views.session.sql(_REOPENED_CARDS)
    views.define("digest_state", state, is_kept=True)
    views.define("cards", cards, is_kept=True)
    views.define("pending", "SELECT paper_id FROM listed_papers JOIN reopened ON reopened.id = digest_id", is_kept=True)
    return True


def _tightened(row: dict[str, Any]) -> dict[str, Any]:
    known = digest_date(
        parse_printed_date(row["printed_date"]),
        latest_publication=_day(row["evidence"]),
        as_of=date.fromisoformat(row["as_of_date"]),
        earliest=_day(row["earliest_date"]),
        latest=_day(row["latest_date"]),
    )
    after = {
        "digest_date": _iso(known.day),
        "earliest_date": _iso(known.earliest),
        "latest_date": _iso(known.latest),
        "date_basis": known.basis,
    }
    return {"id": row["id"], **after, "is_changed": any(row[key] != value for key, value in after.items())}


def _dated_card(row: dict[str, Any]) -> dict[str, Any]:
    before = after = row["publication_date"]
    if row["is_withdrawn"]:
        after = None
    elif before is None and row["digest_date"] is not None:
        printed = parse_printed_date(row["printed_publication_date"])
        after = _iso(publication_date(printed, digest=date.fromisoformat(row["digest_date"])))
    return {**row, "publication_date": after, "is_changed": before != after}


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
