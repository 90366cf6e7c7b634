"""Ranked search over titles and abstracts."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from catalog.lookup.connection import opened
from catalog.questions import question

MATCH_START, MATCH_END = "\x02", "\x03"
"""What stands before and after a matched word; control characters, so that no text can imitate them."""

_MAX_WORDS = 64
# The same question as on the site, but for the marks: there they are tags, which a text can imitate.
_RANKED = question("search").sql.replace("'<b>', '</b>'", "char(2), char(3)")


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One paper that matches; matched words in `title` and `passage` stand between MATCH_START and MATCH_END."""

    paper_id: int
    title: str
    passage: str | None
    publication_date: str | None
    digest_count: int
    repositories: list[str]


def search_papers(database: Path, words: str, *, most: int = 10) -> list[SearchResult]:
    """Return the `most` papers (1,000 at most) that match all `words` best, as the question `search` ranks them.

    No spelling of `words` is an error: each is quoted, so that operators and stray punctuation mean themselves; "two
    words" in double quotes stand together; the first 64 words count. Nothing to look for finds nothing. Raises
    CatalogError where the file is no catalogue.
    """
    with opened(database) as connection:
        return search(connection, words, most=most)


def search(connection: sqlite3.Connection, words: str, *, most: int) -> list[SearchResult]:
    """Return what `search_papers` does, from a catalogue that is open."""
    quoted = quoted_words(connection, words)
    return ranked(connection, quoted, most=most) if quoted else []


def ranked(connection: sqlite3.Connection, query: str, *, most: int) -> list[SearchResult]:
    """Return the `most` papers that match a query of FTS5 best, best first."""
    connection.create_function("escape_fts", 1, lambda _: query, deterministic=True)
    # The question tells a phrase by its quotes, and here every word has some.
    is_phrase = any(len(part.split()) > 1 for part in query.split('"')[1::2])
    words = query if is_phrase else query.replace('"', "")
    rows = connection.execute(_RANKED, {"words": words, "year": "", "code": "", "most": str(most)})
    return [
        SearchResult(paper_id, title, passage or None, date, count, repositories.split(" ") if repositories else [])
        for _, date, count, repositories, title, passage, paper_id in rows
    ]


def quoted_words(connection: sqlite3.Connection, words: str) -> str:
    """Return `words` as a query of FTS5 in which each means itself; empty where there is nothing to look for."""
    from sqlite_utils import Database  # takes as long to import as the rest of a search

    printable = "".join(character if character.isprintable() else " " for character in words)
    bounded = " ".join(printable.split()[:_MAX_WORDS])
    return Database(connection).quote_fts(bounded).strip()
