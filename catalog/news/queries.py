"""The SQL that finds what is new or trending; every value is bound.

Each source, a digest or a document, stands `after` the point in time, `before` it, or `open` where the facts do not
tell. A paper is new where all sources that list it stand after, known where one stands before, and undecided otherwise.
"""
# ruff: noqa: S608 - every part of a statement is a constant of ours

from __future__ import annotations

from typing import Final

from catalog.news.contents import TAG, Clock
from catalog.news.since import FIRST_DAY, LAST_DAY

# Digests of one day are ordered by name, as where the first digest of a paper is told (catalog/load/derived.py).
_DIGESTS = f"""
SELECT digests.id,
  CASE
    WHEN digests.id = :digest_id THEN 'before'
    WHEN coalesce(earliest_date, '{FIRST_DAY}') > :latest THEN 'after'
    WHEN earliest_date = :latest AND name > :name THEN 'after'
    WHEN coalesce(latest_date, '{LAST_DAY}') < :earliest THEN 'before'
    WHEN latest_date = :earliest AND name < :name THEN 'before'
    ELSE 'open'
  END AS standing,
  coalesce(digest_date, earliest_date, '') AS moment, name AS tie
FROM digests WHERE repeats_digest_id IS NULL
"""
_DIGEST_LISTS = "SELECT digest_id AS source_id, paper_id, digest_id, position FROM digest_entries"

# A document that was loaded again is as old as its first load.
_DOCUMENTS = """
SELECT source_document_id AS id,
  CASE
    WHEN min(loaded_at) > :loaded_at OR (min(loaded_at) = :loaded_at AND min(id) > :load_id) THEN 'after'
    WHEN min(loaded_at) <= :loaded_at THEN 'before'
    ELSE 'open'
  END AS standing,
  coalesce(min(loaded_at), '') AS moment, printf('%020d', min(id)) AS tie
FROM loads GROUP BY source_document_id
"""
_DOCUMENT_LISTS = """
SELECT digests.source_document_id AS source_id, paper_id, digest_id, position
FROM digest_entries JOIN digests ON digests.id = digest_id
UNION ALL
SELECT source_document_id, paper_id, 0, position FROM paper_records
"""

# Shared by what is new and what is trending.
_FILTERS = """
(NOT :with_code OR papers.has_repository = 1)
AND (:match IS NULL OR papers.id IN (SELECT rowid FROM papers_fts WHERE papers_fts MATCH :match))
"""

_NEW = """
WITH sources AS MATERIALIZED ({sources}), lists AS ({lists}),
candidates AS MATERIALIZED (
  SELECT DISTINCT lists.paper_id FROM sources JOIN lists ON lists.source_id = sources.id
  JOIN papers ON papers.id = lists.paper_id
  WHERE sources.standing <> 'before' AND {filters}
), places AS MATERIALIZED (
  SELECT lists.paper_id, sources.standing, sources.moment, sources.tie, sources.id AS source_id, lists.digest_id,
    lists.position
  FROM candidates JOIN lists ON lists.paper_id = candidates.paper_id JOIN sources ON sources.id = lists.source_id
), judged AS MATERIALIZED (
  SELECT paper_id, CASE WHEN sum(standing = 'open') > 0 THEN 'open' ELSE 'after' END AS standing
  FROM places GROUP BY paper_id HAVING sum(standing = 'before') = 0
), first AS (
  SELECT places.*, row_number() OVER (
    PARTITION BY places.paper_id ORDER BY places.moment, places.tie, places.digest_id, places.position) AS nth
  FROM judged JOIN places ON places.paper_id = judged.paper_id AND places.standing = judged.standing
), ranked AS (
  SELECT paper_id, standing, source_id, count(*) OVER (PARTITION BY standing) AS total, row_number() OVER (
    PARTITION BY standing ORDER BY moment DESC, tie DESC, digest_id, position) AS place
  FROM first WHERE nth = 1
)
SELECT paper_id, standing, source_id, total FROM ranked WHERE place <= :limit ORDER BY standing, place
"""

NEW: Final[dict[Clock, str]] = {
    "digest": _NEW.format(sources=_DIGESTS, lists=_DIGEST_LISTS, filters=_FILTERS),
    "load": _NEW.format(sources=_DOCUMENTS, lists=_DOCUMENT_LISTS, filters=_FILTERS),
}
"""What is new, then what may be, the newest source first and each in its order: paper, standing, source, how many."""

TRENDING: Final = f"""
WITH sources AS MATERIALIZED ({_DIGESTS}),
listed AS (
  SELECT entry.paper_id, count(DISTINCT entry.digest_id) AS listed_count
  FROM sources JOIN digest_entries AS entry ON entry.digest_id = sources.id
  WHERE NOT :has_point OR sources.standing = 'after'
  GROUP BY entry.paper_id
), observed AS (
  SELECT entry.paper_id, digests.digest_date AS day, max(entry.upvote_count) AS upvote_count
  FROM digest_entries AS entry JOIN digests ON digests.id = entry.digest_id
  JOIN sources ON sources.id = coalesce(digests.repeats_digest_id, digests.id)
  WHERE digests.digest_date IS NOT NULL AND entry.upvote_count IS NOT NULL
    AND (NOT :has_point OR sources.standing = 'after')
  GROUP BY entry.paper_id, day
), grown AS (
  SELECT DISTINCT paper_id, first_value(upvote_count) OVER by_day AS first_count,
    last_value(upvote_count) OVER by_day AS last_count
  FROM observed
  WINDOW by_day AS (PARTITION BY paper_id ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
), trends AS MATERIALIZED (
  -- Not a join: SQLite would scan the one for each row of the other.
  SELECT paper_id, max(listed_count) AS listed_count, max(first_count) AS first_count, max(last_count) AS last_count
  FROM (
    SELECT paper_id, listed_count, NULL AS first_count, NULL AS last_count FROM listed
    UNION ALL
    SELECT paper_id, NULL, first_count, last_count FROM grown
  )
  GROUP BY paper_id
  HAVING max(listed_count) > 1 OR max(last_count) > max(first_count)
)
SELECT papers.id AS paper_id, listed_count, first_count, last_count, count(*) OVER () AS total
FROM trends JOIN papers ON papers.id = trends.paper_id
WHERE {_FILTERS}
ORDER BY listed_count DESC, coalesce(last_count - first_count, 0) DESC, papers.recency DESC
LIMIT :limit
"""
"""Papers in several digests first, then those whose upvotes grew most between the first and the last known day."""

_OPEN = (
    "SELECT id, count(*) OVER () AS total FROM ({}) WHERE standing = 'open' ORDER BY moment DESC, tie DESC LIMIT :most"
)
OPEN: Final[dict[Clock, str]] = {"digest": _OPEN.format(_DIGESTS), "load": _OPEN.format(_DOCUMENTS)}
"""The first sources of which the facts do not tell whether they stand before or after, and how many there are."""

PAPER_FACTS: Final = f"""
'{TAG}' || coalesce('arxiv/' || papers.arxiv_id, 'title/' || papers.title_key) AS key,
(SELECT min(coalesce(digests.digest_date, digests.earliest_date))
 FROM digest_entries JOIN digests ON digests.id = digest_entries.digest_id
 WHERE digest_entries.paper_id = papers.id) AS first_day,
(SELECT max(upvote_count) FROM digest_entries WHERE digest_entries.paper_id = papers.id) AS most_upvotes
"""
"""What the news tell of a paper beyond PAPER_COLUMNS; the key is that of the feeds in catalog/questions."""
