"""What the mentions of a paper state, summed up in the paper: numbers, dates, authors, DOI, categories."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection

from catalog.load.staging import packed_ids, run, run_scalars

_OF_PAPERS: Final = "paper_id IN (SELECT value FROM json_each(:paper_ids))"

NUMBERS: Final = ("author_count", "publication_date", "doi")
"""What a mention states of its paper and `settle_numbers` sums up."""

SUMMED_UP: Final = """
SELECT paper_id, max(author_count) AS author_count, min(publication_date) AS publication_date
FROM (
  SELECT paper_id, author_count, publication_date FROM digest_entries WHERE {0}
  UNION ALL SELECT paper_id, author_count, publication_date FROM paper_records WHERE {0}
) AS mention GROUP BY paper_id
"""
"""Where mentions disagree, the earliest date is the publication (the others are revisions), and the largest count is
that of a complete list of authors; each mention keeps what it stated."""

_SETTLE_NUMBERS: Final = f"""
UPDATE papers SET author_count = stated.author_count, publication_date = stated.publication_date,
  publication_year = CAST(substr(stated.publication_date, 1, 4) AS INTEGER)
FROM ({SUMMED_UP.format(_OF_PAPERS)}) AS stated
WHERE stated.paper_id = papers.id AND (
  papers.author_count IS NOT stated.author_count OR papers.publication_date IS NOT stated.publication_date
)
RETURNING papers.id
"""

NEWEST_FIRST: Final = "arxiv_version DESC, updated_date DESC"
"""The latest version speaks for the paper; between two descriptions of it, the order of their texts decides."""

_SETTLE_DOI: Final = f"""
UPDATE papers SET doi = stated.doi
FROM (
  SELECT papers.id AS paper_id, (
    SELECT doi FROM paper_records WHERE paper_records.paper_id = papers.id AND doi IS NOT NULL
    ORDER BY {NEWEST_FIRST}, doi LIMIT 1
  ) AS doi
  FROM papers WHERE id IN (SELECT value FROM json_each(:paper_ids))
) AS stated
WHERE stated.paper_id = papers.id AND papers.doi IS NOT stated.doi
RETURNING papers.id
"""

_CATEGORIES: Final = f"""
SELECT stated.paper_id, category.value AS category, min(stated.place > 1 OR category.key > 0) = 0 AS is_primary
FROM (
  SELECT paper_id, categories, row_number() OVER (
    PARTITION BY paper_id ORDER BY {NEWEST_FIRST}, categories
  ) AS place
  FROM paper_records WHERE {_OF_PAPERS} AND categories IS NOT NULL
) AS stated, json_each(stated.categories) AS category
GROUP BY stated.paper_id, category.value
"""

_DROP_CATEGORIES: Final = f"""
DELETE FROM paper_categories WHERE {_OF_PAPERS} AND NOT EXISTS (
  SELECT 1 FROM paper_records, json_each(paper_records.categories) AS category
  WHERE paper_records.paper_id = paper_categories.paper_id AND category.value = paper_categories.category
)
"""

_SETTLE_CATEGORIES: Final = f"""
INSERT INTO paper_categories (paper_id, category, is_primary)
SELECT paper_id, category, is_primary FROM ({_CATEGORIES}) WHERE true
ON CONFLICT (paper_id, category) DO UPDATE SET is_primary = excluded.is_primary
WHERE excluded.is_primary <> paper_categories.is_primary
"""

_ADD_AUTHORS: Final = """
INSERT INTO authors (name)
SELECT name.value FROM json_each(:paper_ids) AS listed CROSS JOIN papers ON papers.id = listed.value
CROSS JOIN json_each(papers.authors) AS name
WHERE true ORDER BY listed.key, name.key
ON CONFLICT DO NOTHING
"""

_DROP_AUTHORS: Final = f"""
DELETE FROM paper_authors WHERE {_OF_PAPERS} AND NOT EXISTS (
  SELECT 1 FROM papers, json_each(papers.authors) AS name JOIN authors ON authors.name = name.value
  WHERE papers.id = paper_authors.paper_id AND name.key + 1 = paper_authors.position
    AND authors.id = paper_authors.author_id
)
RETURNING author_id
"""

_DROP_NAMES: Final = """
DELETE FROM authors WHERE id IN (SELECT value FROM json_each(:author_ids))
  AND NOT EXISTS (SELECT 1 FROM paper_authors WHERE paper_authors.author_id = authors.id)
"""

_SETTLE_AUTHORS: Final = """
INSERT INTO paper_authors (paper_id, position, author_id)
SELECT papers.id, name.key + 1, authors.id
FROM papers, json_each(papers.authors) AS name JOIN authors ON authors.name = name.value
WHERE papers.id IN (SELECT value FROM json_each(:paper_ids))
ON CONFLICT DO NOTHING
"""


def settle_facts(connection: Connection, paper_ids: Iterable[int]) -> set[int]:
    """Bring what `papers` says of `paper_ids` in line with their mentions; return the ids of those that changed."""
    ordered = sorted(set(paper_ids))
    changed = settle_numbers(connection, ordered)
    settle_lists(connection, ordered)
    return changed


def settle_numbers(connection: Connection, paper_ids: Iterable[int]) -> set[int]:
    """Bring count of authors, date and DOI of `paper_ids` in line; return the ids of those that changed."""
    ordered = packed_ids(set(paper_ids))
    if ordered == "[]":
        return set()
    bound = {"paper_ids": ordered}
    changed = set(run_scalars(connection, _SETTLE_NUMBERS, bound))
    changed.update(run_scalars(connection, _SETTLE_DOI, bound))
    return changed


def settle_lists(connection: Connection, paper_ids: Iterable[int]) -> None:
    """Bring the categories of `paper_ids` in line with their records, and the authors with those that they show.

    Names that are new get their row numbers in the order of `paper_ids`.
    """
    bound = {"paper_ids": json.dumps(list(paper_ids))}
    for settling in (_DROP_CATEGORIES, _SETTLE_CATEGORIES, _ADD_AUTHORS):
        run(connection, settling, bound)
    dropped = run_scalars(connection, _DROP_AUTHORS, bound)
    run(connection, _SETTLE_AUTHORS, bound)
    drop_names(connection, dropped)


def drop_names(connection: Connection, author_ids: Iterable[int]) -> None:
    """Delete those of `author_ids` that no paper shows any more; lists that hold their names stay as they are."""
    run(connection, _DROP_NAMES, {"author_ids": packed_ids(set(author_ids))})
