"""Ranked search over titles and abstracts."""
# ruff: noqa: S608 - every part of a statement is a constant of ours

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

import sqlite_utils

from catalog.lookup.connection import opened

TITLE_WEIGHT, ABSTRACT_WEIGHT = 10.0, 1.0
"""A match in the title counts ten times one in the abstract: bm25() of SQLite's FTS5 takes a weight for each column."""

MATCH_START, MATCH_END = "\x02", "\x03"
"""What stands before and after a matched word; control characters, so that no text can imitate them."""

_SNIPPET_TOKENS = 24
_MAX_WORDS = 64

# Ids are ranked first: a snippet is made for the papers that are shown, not for all that match.
_RANKING = f"""
WITH ranked AS MATERIALIZED (
    SELECT rowid AS paper_id, bm25(papers_fts, {TITLE_WEIGHT}, {ABSTRACT_WEIGHT}) AS rank
    FROM papers_fts WHERE papers_fts MATCH :words ORDER BY rank, paper_id LIMIT :most
)
"""

_RANKED = f"""{_RANKING}
SELECT
    papers.id,
    highlight(papers_fts, 0, char(2), char(3)) AS title,
    snippet(papers_fts, 1, char(2), char(3), '…', {_SNIPPET_TOKENS}) AS passage,
    papers.publication_date,
    papers.digest_count,
    (
        SELECT group_concat(links.url, char(10)) FROM paper_links JOIN links ON links.id = paper_links.link_id
        WHERE paper_links.paper_id = papers.id AND links.kind = 'repository'
    ) AS repositories
FROM papers_fts
JOIN ranked ON ranked.paper_id = papers_fts.rowid
JOIN papers ON papers.id = papers_fts.rowid
WHERE papers_fts MATCH :words
ORDER BY ranked.rank, papers.id
"""


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
    """Return the `most` papers that match all `words` best, by bm25 with the title weighted.

    No spelling of `words` is an error: each is quoted, so that operators and stray punctuation mean themselves; "two
    words" in double quotes stand together; the first 64 words count. Nothing to look for finds nothing. Raises
    CatalogError where the file is no catalogue.
    """
    with opened(database) as connection:
        return search(connection, words, most=most)


def search(connection: sqlite3.Connection, words: str, *, most: int) -> list[SearchResult]:
    """Return what `search_papers` does, from a catalogue that is open."""
    quoted = quoted_words(connection, words)
    if not quoted:
        return []
    rows = connection.execute(_RANKED, {"words": quoted, "most": most})
    return [
        SearchResult(paper_id, title, passage or None, date, count, repositories.split("\n") if repositories else [])
        for paper_id, title, passage, date, count, repositories in rows
    ]


def ranked_ids(connection: sqlite3.Connection, query: str, *, most: int) -> list[int]:
    """Return the row ids of the `most` papers that match a query of FTS5 best, best first."""
    ranked = f"{_RANKING} SELECT paper_id FROM ranked ORDER BY rank, paper_id"
    return [int(row[0]) for row in connection.execute(ranked, {"words": query, "most": most})]


def quoted_words(connection: sqlite3.Connection, words: str) -> str:
    """Return `words` as a query of FTS5 in which each means itself; empty where there is nothing to look for."""
    printable = "".join(character if character.isprintable() else " " for character in words)
    bounded = " ".join(printable.split()[:_MAX_WORDS])
    return sqlite_utils.Database(connection).quote_fts(bounded).strip()
