"""What a person calls a paper, a repository or a digest -> the rows that it may name.

The forms are tried from the strictest to the most generous: a row id, an arXiv id, a day, the name of a digest or of
its document, an address, owner and name of a repository, and words at last.
"""
# ruff: noqa: S608 - every part of a statement is a constant of ours

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from catalog.arxiv import parse_arxiv_id
from catalog.links import Target, canonicalize
from catalog.search import quoted_words, ranked
from catalog.titles import title_key

Kind = Literal["paper", "repository", "digest"]

MOST_CANDIDATES: Final = 10
"""How many papers that match words are told apart; an address or a name gives all that it names."""

_MAX_LENGTH: Final = 2000
_ROW_ID = re.compile(r"(?:(?P<kind>paper|repository|digest)\s{1,9})?#?(?P<id>\d{1,18})", re.IGNORECASE | re.ASCII)
_DAY = re.compile(r"(?:https?://(?:www\.)?huggingface\.co/papers/date/)?(\d{4}-\d\d-\d\d)/?", re.ASCII)
_OWNER_AND_NAME = re.compile(r"(?P<owner>[^\s/]+(?:/[^\s/]+){0,8})/(?P<name>[^\s/]+?)(?:\.git)?/?")
_TABLES: Final[dict[Kind, str]] = {"paper": "papers", "repository": "repositories", "digest": "digests"}


@dataclass(frozen=True, slots=True)
class Reference:
    """One row: which table it is in, and its id."""

    kind: Kind
    id: int


def find(connection: sqlite3.Connection, what: str) -> list[Reference]:
    """Return what `what` names: one row, several to choose from in the order of how well they fit, or none."""
    text = what.strip()[:_MAX_LENGTH]
    for look in _LOOKS:
        if found := look(connection, text):
            return found
    return []


def find_paper(connection: sqlite3.Connection, arxiv_id: str) -> int | None:
    """Return the row id of the paper with an arXiv id, written in any way with or without version; None where none is.

    Raises ValueError where that is no arXiv id.
    """
    return _id(connection, "SELECT id FROM papers WHERE arxiv_id = ?", parse_arxiv_id(arxiv_id).id)


def find_repositories(connection: sqlite3.Connection, text: str) -> list[int]:
    """Return the row ids of the repositories that an address or `owner/name` names: one for each host that has it."""
    found = _by_address(connection, text) or _by_owner_and_name(connection, text)
    return [each.id for each in found if each.kind == "repository"]


def find_digests(connection: sqlite3.Connection, text: str) -> list[int]:
    """Return the row ids of the digests of a day, or with a name, or of a document with that file name."""
    return [each.id for each in _by_day(connection, text) or _by_digest_name(connection, text)]


def _id(connection: sqlite3.Connection, sql: str, *values: object) -> int | None:
    row = connection.execute(sql, values).fetchone()
    return None if row is None else int(row[0])


def _ids(connection: sqlite3.Connection, kind: Kind, sql: str, *values: object) -> list[Reference]:
    return [Reference(kind, int(row[0])) for row in connection.execute(sql, values)]


def _by_row_id(connection: sqlite3.Connection, text: str) -> list[Reference]:
    match = _ROW_ID.fullmatch(text)
    if match is None:
        return []
    kind: Kind = (match["kind"] or "paper").lower()  # type: ignore[assignment] # one of the three that the pattern has
    return _ids(connection, kind, f"SELECT id FROM {_TABLES[kind]} WHERE id = ?", int(match["id"]))


def _by_arxiv_id(connection: sqlite3.Connection, text: str) -> list[Reference]:
    try:
        found = find_paper(connection, text)
    except ValueError:
        return []
    return [] if found is None else [Reference("paper", found)]


def _by_day(connection: sqlite3.Connection, text: str) -> list[Reference]:
    match = _DAY.fullmatch(text)
    if match is None:
        return []
    by_day = "SELECT id FROM digests WHERE digest_date = ? ORDER BY repeats_digest_id IS NOT NULL, name"
    return _ids(connection, "digest", by_day, match[1])


def _by_digest_name(connection: sqlite3.Connection, text: str) -> list[Reference]:
    return _ids(connection, "digest", "SELECT id FROM digests WHERE name = ?", text) or _ids(
        connection,
        "digest",
        "SELECT digests.id FROM source_documents JOIN digests ON digests.source_document_id = source_documents.id "
        "WHERE source_documents.name = ? ORDER BY digests.name",
        text,
    )


def _by_address(connection: sqlite3.Connection, text: str) -> list[Reference]:
    try:
        target = canonicalize(text)
    except ValueError:
        return []
    if target.host == "arxiv.org" and target.kind == "paper":
        return _by_arxiv_id(connection, target.name or "")
    return _by_target(connection, target) or _ids(
        connection, "digest", "SELECT id FROM digests WHERE url IN (?, ?) ORDER BY name", text, text.rstrip("/")
    )


def _by_target(connection: sqlite3.Connection, target: Target) -> list[Reference]:
    row = connection.execute("SELECT id, repository_id FROM links WHERE url_key = ?", (target.key,)).fetchone()
    if row is None:
        return []
    if row["repository_id"] is not None:
        return [Reference("repository", int(row["repository_id"]))]
    papers = "SELECT paper_id FROM paper_links WHERE link_id = ? ORDER BY NOT is_own, paper_id"
    return _ids(connection, "paper", papers, row["id"])


def _by_owner_and_name(connection: sqlite3.Connection, text: str) -> list[Reference]:
    match = _OWNER_AND_NAME.fullmatch(text)
    if match is None:
        return []
    named = "SELECT id FROM repositories WHERE owner = ? AND name = ? ORDER BY host"
    return _ids(connection, "repository", named, match["owner"], match["name"])


def _by_title(connection: sqlite3.Connection, text: str) -> list[Reference]:
    try:
        key = title_key(text)
    except ValueError:
        return []
    known = (
        "SELECT id FROM papers WHERE title_key = ? UNION SELECT paper_id FROM paper_variants WHERE title_key = ? "
        "ORDER BY 1"
    )
    return _ids(connection, "paper", known, key, key)


def _by_words(connection: sqlite3.Connection, text: str) -> list[Reference]:
    """The papers that match all words; only the one that has them in its title, where there is just one."""
    words = quoted_words(text)
    if not words or "://" in text:  # an address that is not there: its words would find everything
        return []
    in_title = ranked(connection, f"title : ({words})", most=2)
    found = in_title if len(in_title) == 1 else ranked(connection, words, most=MOST_CANDIDATES)
    return [Reference("paper", result.paper_id) for result in found]


_LOOKS: Final[tuple[Callable[[sqlite3.Connection, str], list[Reference]], ...]] = (
    _by_row_id,
    _by_arxiv_id,
    _by_day,
    _by_digest_name,
    _by_address,
    _by_owner_and_name,
    _by_title,
    _by_words,
)
