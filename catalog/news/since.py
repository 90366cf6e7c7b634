"""What `--since` names -> the point in time after which things are new."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from datetime import date
from typing import Final

from catalog.errors import CatalogError
from catalog.lookup.find import find_digests
from catalog.terminal import plain, sentence

FIRST_DAY, LAST_DAY = "0000-01-01", "9999-12-31"
"""The bounds of a day of which nothing is known."""

_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_ROW_ID: Final = re.compile(r"(?:digest\s{1,9})?#?(\d{1,18})", re.ASCII | re.IGNORECASE)

_DIGEST = """
SELECT digests.id, digests.name, digests.earliest_date, digests.latest_date, digests.source_document_id,
  coalesce(digests.repeats_digest_id, digests.id) AS original_id
FROM digests WHERE digests.id = ?
"""
# A release tells no time: loaded_at is null there, and the order of its rows is not the order of loading.
_FIRST_LOAD = "SELECT min(loaded_at) AS loaded_at, min(id) AS load_id FROM loads WHERE source_document_id = ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """A point in time: the beginning of a day, or a place among the digests and among the loads.

    `earliest` and `latest` bound the day, and `name` orders the digests of one day. `digest_id` is the digest itself,
    None for a day. `loaded_at` and `load_id` are the place among the loads; `loaded_at` is None where it is not known.
    """

    label: str
    earliest: str
    latest: str
    name: str = ""
    digest_id: int | None = None
    loaded_at: str | None = None
    load_id: int = 0


def parse_since(connection: sqlite3.Connection, text: str) -> Since:
    """Return the point in time that `text` names: a day, or a digest by name, file name or row id.

    Raises CatalogError where it is no real day, names no digest or several.
    """
    text = plain(text).strip()
    if _DAY.fullmatch(text):
        return _since_day(text)
    match = _ROW_ID.fullmatch(text)
    found = find_digests(connection, text) or ([int(match[1])] if match else [])
    rows = [row for row in (connection.execute(_DIGEST, (each,)).fetchone() for each in found) if row is not None]
    if not rows:
        raise CatalogError(sentence(f"{text[:80]!r} names no digest; say a day as 2026-03-04, or the name of a digest"))
    if len(rows) > 1:
        names = ", ".join(f"digest {row['id']}" for row in rows[:5])
        raise CatalogError(sentence(f"{text[:80]!r} names several digests; say one of them: {names}"))
    return _since_digest(connection, rows[0])


def _since_day(text: str) -> Since:
    try:
        date.fromisoformat(text)
    except ValueError as error:
        raise CatalogError(f"{text} is no day of the calendar; say one as 2026-03-04.") from error
    return Since(label=text, earliest=text, latest=text, loaded_at=text)


def _since_digest(connection: sqlite3.Connection, row: sqlite3.Row) -> Since:
    load = connection.execute(_FIRST_LOAD, (row["source_document_id"],)).fetchone()
    return Since(
        label=f"digest {row['name']}",
        earliest=row["earliest_date"] or FIRST_DAY,
        latest=row["latest_date"] or LAST_DAY,
        name=row["name"],
        digest_id=row["original_id"],
        loaded_at=load["loaded_at"],
        load_id=load["load_id"] or 0,
    )
