"""Ranked search over titles and abstracts."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import sqlite_utils

from catalog.database import require_current, translated_errors
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
    require_current(database)
    uri = f"{database.absolute().as_uri()}?mode=ro"
    with translated_errors(database), closing(sqlite3.connect(uri, uri=True)) as connection:
        quoted = _quoted(connection, words)
        if not quoted:
            return []
        connection.create_function("escape_fts", 1, lambda asked: asked, deterministic=True)
        terms = {"words": quoted, "year": "", "code": "", "most": str(most)}
        rows = connection.execute(_RANKED, terms).fetchall()
    return [
        SearchResult(paper_id, title, passage or None, date, count, repositories.split(" ") if repositories else [])
        for _, date, count, repositories, title, passage, paper_id in rows
    ]


def _quoted(connection: sqlite3.Connection, words: str) -> str:
    printable = "".join(character if character.isprintable() else " " for character in words)
    bounded = " ".join(printable.split()[:_MAX_WORDS])
    return sqlite_utils.Database(connection).quote_fts(bounded).strip()
