"""Repositories: lists of them, and one with its papers."""
# ruff: noqa: S608 - every part of a statement is a constant of ours

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

from catalog.lookup.papers import paper_links
from catalog.lookup.rows import PAPER_COLUMNS, paper_of
from catalog.results import PaperOfRepository, Repository, RepositoryDetails

_COLUMNS = """
repositories.id, repositories.host, repositories.owner, repositories.name, repositories.url,
(SELECT count(*) FROM links JOIN paper_links ON paper_links.link_id = links.id
 WHERE links.repository_id = repositories.id) AS paper_count
"""

_PAPERS = f"""
SELECT {PAPER_COLUMNS}, links.id AS link_id
FROM links JOIN paper_links ON paper_links.link_id = links.id JOIN papers ON papers.id = paper_links.paper_id
WHERE links.repository_id = :repository_id
ORDER BY NOT paper_links.is_own, papers.publication_date DESC, papers.id
"""


def repositories(connection: sqlite3.Connection, *, owner: str | None = None) -> Iterator[Repository]:
    """Yield the repositories by host, owner and name, or only those of one owner, in any case."""
    condition = "WHERE owner = :owner" if owner is not None else ""
    order = "ORDER BY host, owner, name"
    for row in connection.execute(f"SELECT {_COLUMNS} FROM repositories {condition} {order}", {"owner": owner}):
        yield Repository(**_shown(row))


def _shown(row: sqlite3.Row) -> dict[str, Any]:
    return {name: row[name] for name in ("id", "host", "owner", "name", "url", "paper_count")}


def repository(connection: sqlite3.Connection, repository_id: int) -> RepositoryDetails:
    """Return the repository with the row id `repository_id`, with its papers. Raises KeyError where none is."""
    bound = {"repository_id": repository_id}
    row = connection.execute(f"SELECT {_COLUMNS} FROM repositories WHERE id = :repository_id", bound).fetchone()
    if row is None:
        raise KeyError(repository_id)
    found = [
        PaperOfRepository(paper=paper_of(each), link=paper_links(connection, each["id"], each["link_id"])[0])
        for each in connection.execute(_PAPERS, bound).fetchall()
    ]
    return RepositoryDetails(**_shown(row), papers=tuple(found))
