"""An open catalogue and what is asked for -> the news."""
# ruff: noqa: S608 - every part of a statement is a constant of ours

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from typing import Any, Final
from urllib.parse import quote

from catalog.errors import CatalogError
from catalog.lookup.rows import DIGEST_COLUMNS, PAPER_COLUMNS, digest_of, paper_of
from catalog.news.contents import TAG, Clock, Criteria, Group, Item, News
from catalog.news.queries import NEW, OPEN, PAPER_FACTS, TRENDING
from catalog.news.since import FIRST_DAY, LAST_DAY, Since, parse_since
from catalog.news.words import one_line
from catalog.results import Digest
from catalog.search import quoted_words
from catalog.show.days import digest_day
from catalog.show.lines import counted

_MOST_NAMED: Final = 3
_Namer = Callable[[sqlite3.Connection, int], str]
_NOWHERE: Final = Since(label="", earliest=FIRST_DAY, latest=LAST_DAY)

_DIGEST = f"SELECT {DIGEST_COLUMNS} FROM digests WHERE digests.id = ?"
_DOCUMENT = """
SELECT name, (SELECT min(loaded_at) FROM loads WHERE source_document_id = source_documents.id) AS loaded_at
FROM source_documents WHERE id = ?
"""
_PAPERS = f"SELECT {PAPER_COLUMNS}, {PAPER_FACTS} FROM papers WHERE papers.id IN (SELECT value FROM json_each(?))"


def select_news(connection: sqlite3.Connection, criteria: Criteria) -> News:
    """Return the news that `criteria` ask for; the same file and criteria give the same news.

    Raises CatalogError where `since` names nothing, or `words` hold nothing to look for.
    """
    since = None if criteria.since is None else parse_since(connection, criteria.since)
    point = since or _NOWHERE
    bound = {
        **{name: getattr(point, name) for name in ("earliest", "latest", "name", "digest_id", "loaded_at", "load_id")},
        "has_point": since is not None,
        "with_code": criteria.with_code,
        "match": _match(connection, criteria.words),
        "limit": criteria.limit,
    }
    told = _trending(connection, bound) if criteria.is_trending else _new(connection, criteria, bound)
    return News(
        title=_title(criteria, since),
        feed_key=_feed_key(criteria),
        is_trending=criteria.is_trending,
        count=told.count,
        groups=told.groups,
        notes=told.notes,
    )


@dataclass(frozen=True, slots=True)
class _Told:
    count: int
    groups: tuple[Group, ...]
    notes: tuple[str, ...]


def _match(connection: sqlite3.Connection, words: str | None) -> str | None:
    if words is None:
        return None
    match = quoted_words(connection, words)
    if not match:
        raise CatalogError("The search has no word to look for; say one, or leave it out.")
    return match


def _new(connection: sqlite3.Connection, criteria: Criteria, bound: dict[str, Any]) -> _Told:
    rows = connection.execute(NEW[criteria.clock], bound).fetchall()
    decided = [row for row in rows if row["standing"] == "after"]
    undecided = [row for row in rows if row["standing"] == "open"]
    name_of = _NAMES[criteria.clock]
    groups = list(_groups(connection, decided, name_of))
    notes = [_more(decided)]
    if criteria.has_undecided:
        groups += [replace(group, is_undecided=True) for group in _groups(connection, undecided, name_of)]
        notes.append(_more(undecided, "that may be new "))
    else:
        notes.append(_may_be_new(connection, criteria.clock, bound, _total(undecided)))
    return _Told(_total(decided), tuple(groups), tuple(filter(None, notes)))


def _trending(connection: sqlite3.Connection, bound: dict[str, Any]) -> _Told:
    rows = connection.execute(TRENDING, bound).fetchall()
    facts = _facts(connection, rows)
    items = tuple(replace(facts[row["paper_id"]], **_trend(row)) for row in rows)
    groups = (Group(heading=None, items=items),) if items else ()
    notes = (_more(rows), _left_out(connection, bound) if bound["has_point"] else "")
    return _Told(_total(rows), groups, tuple(filter(None, notes)))


def _trend(row: sqlite3.Row) -> dict[str, Any]:
    first, last = row["first_count"], row["last_count"]
    counts = () if first is None else ((first,) if first == last else (first, last))
    return {"upvote_counts": counts, "listed_count": row["listed_count"]}


def _groups(connection: sqlite3.Connection, rows: Sequence[sqlite3.Row], name_of: _Namer) -> Iterator[Group]:
    facts = _facts(connection, rows)
    for source_id, listed in groupby(rows, key=itemgetter("source_id")):
        heading = name_of(connection, source_id)
        yield Group(heading=heading, items=tuple(facts[row["paper_id"]] for row in listed))


def _facts(connection: sqlite3.Connection, rows: Iterable[sqlite3.Row]) -> dict[int, Item]:
    ids = json.dumps([row["paper_id"] for row in rows])
    return {row["id"]: _item(row) for row in connection.execute(_PAPERS, (ids,))}


def _item(row: sqlite3.Row) -> Item:
    upvotes = row["most_upvotes"]
    return Item(
        key=row["key"],
        paper=paper_of(row),
        first_day=row["first_day"],
        upvote_counts=() if upvotes is None else (upvotes,),
    )


def _digest_name(connection: sqlite3.Connection, digest_id: int) -> str:
    digest: Digest = digest_of(connection.execute(_DIGEST, (digest_id,)).fetchone())
    return f"{digest.title or digest.name} ({digest_day(digest)})"


def _document_name(connection: sqlite3.Connection, document_id: int) -> str:
    name, loaded_at = connection.execute(_DOCUMENT, (document_id,)).fetchone()
    return f"{name} ({f'loaded {loaded_at[:10]}' if loaded_at else 'time of loading unknown'})"


_NAMES: Final[dict[Clock, _Namer]] = {"digest": _digest_name, "load": _document_name}


def _total(rows: Sequence[sqlite3.Row]) -> int:
    return int(rows[0]["total"]) if rows else 0


def _more(rows: Sequence[sqlite3.Row], what: str = "") -> str:
    """Say how many answer beyond those in `rows`; nothing where these are all."""
    left_out = _total(rows) - len(rows)
    return f"{counted(left_out, f'more paper {what}', f'more papers {what}')}not listed." if left_out else ""


def _may_be_new(connection: sqlite3.Connection, clock: Clock, bound: dict[str, Any], total: int) -> str:
    if not total:
        return ""
    count, (_, named) = counted(total, "more paper"), _open_sources(connection, clock, bound)
    unknown = "the day is not known" if clock == "digest" else "the time of loading is not known"
    return f"{count} may be new: {unknown} of {named}."


def _left_out(connection: sqlite3.Connection, bound: dict[str, Any]) -> str:
    count, named = _open_sources(connection, "digest", bound)
    return f"{counted(count, 'digest')} left out, the day is not known: {named}." if count else ""


def _open_sources(connection: sqlite3.Connection, clock: Clock, bound: dict[str, Any]) -> tuple[int, str]:
    rows = connection.execute(OPEN[clock], {**bound, "most": _MOST_NAMED}).fetchall()
    names = [_NAMES[clock](connection, row["id"]) for row in rows]
    total = _total(rows)
    return total, ", ".join(names) + (" and others" if total > len(names) else "")


def _title(criteria: Criteria, since: Since | None) -> str:
    kind = "Trending papers" if criteria.is_trending else "New papers"
    code = " with code" if criteria.with_code else ""
    words = f" matching “{one_line(criteria.words)}”" if criteria.words else ""
    loaded = " loaded" if criteria.clock == "load" else ""
    return f"{kind}{code}{words}{f'{loaded} since {since.label}' if since else ''}"


def _feed_key(criteria: Criteria) -> str:
    """Return the id of the feed: the question without its day, so that tomorrow's feed is the same one."""
    parts = ["news", "trending" if criteria.is_trending else "new"]
    parts += ["with-code"] if criteria.with_code else []
    parts += [f"matching/{quote(one_line(criteria.words), safe='')}"] if criteria.words else []
    return TAG + "/".join(parts)
