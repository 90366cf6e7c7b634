"""Revision 0009: what is indexed once does what two indexes did."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.catalogues import plain
from tests.conftest import rows
from tests.frozen_files import FROZEN
from tests.revisions import failed_checks, upgrade

ADDRESSES = "SELECT id, host, owner, name, url FROM repositories ORDER BY id"
FOUND = "SELECT rowid, rank FROM papers_fts WHERE papers_fts MATCH ? ORDER BY rank, rowid"


@pytest.fixture
def before(database: Path) -> Path:
    """The real file of revision 0008."""
    shutil.copyfile(FROZEN / "catalog-0008.db", database)
    return database


def test_0009_keeps_repositories_and_what_makes_them_one(before: Path) -> None:
    stored = rows(before, ADDRESSES)
    assert len(stored) > 3
    (_, host, owner, name, _) = stored[0]

    upgrade(before, "0009")

    assert rows(before, ADDRESSES) == stored
    assert failed_checks(before) == []
    again = "INSERT INTO repositories (host, owner, name, url) VALUES (?, ?, ?, 'https://example.org/moss')"
    with plain(before) as connection, pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        connection.execute(again, (host, owner.upper(), name.upper()))


def test_0009_finds_and_ranks_as_before_with_the_abstract_as_first_column(before: Path) -> None:
    words = ("moss", "dew", "lichen", '"age of walls"', "title : dew", "abstract : dew", "moss OR dew")
    found = {word: rows(before, FOUND, word) for word in words}

    upgrade(before, "0009")

    for word, answers in found.items():
        assert answers, word
        assert rows(before, FOUND, word) == [(paper, pytest.approx(score)) for paper, score in answers]
    named = "SELECT highlight(papers_fts, 1, '<', '>'), snippet(papers_fts, 0, '<', '>', '', 9) FROM papers_fts"
    assert all("<" in title for title, _ in rows(before, f"{named} WHERE papers_fts MATCH 'title : dew'"))
    assert all("<" in passage for _, passage in rows(before, f"{named} WHERE papers_fts MATCH 'abstract : dew'"))


def test_0009_lets_one_title_be_of_several_papers_only_where_arxiv_tells_them_apart(before: Path) -> None:
    upgrade(before, "0009")
    another = "INSERT INTO papers (title, title_key, arxiv_id) VALUES ('Snow', 'snow', ?)"

    with plain(before) as connection:
        for arxiv_id in (None, "2601.00001", "2601.00002"):
            connection.execute(another, (arxiv_id,))
        with pytest.raises(sqlite3.IntegrityError, match="ux_papers_title_key_arxiv_id"):
            connection.execute(another, (None,))
        plan = connection.execute("EXPLAIN QUERY PLAN SELECT id FROM papers WHERE title_key = 'snow'").fetchall()
        assert "USING COVERING INDEX ux_papers_title_key_arxiv_id (title_key=?)" in plan[0][3]
        owner = connection.execute("EXPLAIN QUERY PLAN SELECT id FROM repositories WHERE owner = 'moss'").fetchall()
        assert "USING COVERING INDEX sqlite_autoindex_repositories_1 (owner=?)" in owner[0][3]
