"""The kind and the date of one digest of the Daily Papers API, from its answer or the name of its file. Pure.

The time at which a file was written, or asked for, is never its digest's, nor is the top-level `publishedAt`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from urllib.parse import unquote

from catalog.records import DateBasis, DigestRecord

MAX_QUERY: Final = 500

_DATE = re.compile(r"(?<![0-9])[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])", re.ASCII)
_SEARCH = re.compile(r"search ([0-9]{4}-[0-9]{2}-[0-9]{2}) (.{1,500})\.json", re.ASCII)
# Such a name says when somebody asked, not which day the answer stands for.
_ASKED = re.compile(r"(?:latest|search|paper) ")


@dataclass(frozen=True, slots=True)
class FileName:
    """What the name of a file says: a day, ISO 8601, and the words of a search; None where it does not."""

    day: str | None = None
    query: str | None = None


def read_name(name: str) -> FileName:
    """Return what the name of a file says: `2024-05-27.json`, or `search 2026-11-21 graph%20prompt.json`.

    A name with several dates, or one that the calendar does not have, says nothing. Raises nothing.
    """
    search = _SEARCH.fullmatch(name)
    try:
        if search is not None:
            query = unquote(search[2], errors="strict").strip()
            return FileName(date.fromisoformat(search[1]).isoformat(), query or None)
        days = _DATE.findall(name)
        if len(days) == 1 and _ASKED.match(name) is None:
            return FileName(date.fromisoformat(days[0]).isoformat())
    except ValueError:
        pass  # no such day, or bytes that are no text
    return FileName()


def dated(
    digest: DigestRecord, *, listed: list[str], stated: str | None, name: FileName, is_search: bool
) -> DigestRecord:
    """Return `digest` with its kind, its query and its date, as far as they are told.

    `listed` are the days on which the entries say that they were listed, in order, and `stated` is the day that the
    answer itself gives. `is_search` says that the form of the answer is that of a search.
    """
    if name.query is not None or is_search:
        # The papers that a search finds were listed on days of their own.
        digest = replace(digest, kind="search", query=name.query)
    elif len(listed) == 1:
        return replace(digest, kind="daily", digest_date=listed[0], date_basis="stated by its entries")
    earliest = listed[-1] if listed else None
    for day, basis in _days_told(stated, name, is_of_many_days=digest.kind != "search" and bool(listed)):
        if earliest is None or day >= earliest:
            kind = "daily" if digest.kind == "listing" and not listed else digest.kind
            return replace(digest, kind=kind, digest_date=day, date_basis=basis)
    return replace(digest, date_basis="open", earliest_date=earliest)


def _days_told(stated: str | None, name: FileName, *, is_of_many_days: bool) -> Iterator[tuple[str, DateBasis]]:
    """The days that the answer and its file's name tell, the surer first."""
    if stated is not None:
        yield stated, "stated"
    if name.day is not None and not is_of_many_days:
        yield name.day, "file name"
