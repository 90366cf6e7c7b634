"""Digests that repeat another: a weekend's answer that gives Friday's list again, a page that was saved twice.

A digest repeats the first of all digests of its kind that list the same papers (two or more of them), in the order of
their dates, then of their documents. It stays as it was read, an observation of its own; it is only not counted again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection

from catalog.load.staging import packed_ids, run_scalars

# Whoever has the same papers has the same first paper: that narrows the search to the digests that list it.
_REPEATS: Final = """
WITH listing AS (
  SELECT digest_id, min(paper_id) AS first_paper, count(DISTINCT paper_id) AS paper_count
  FROM digest_entries WHERE digest_id IN ({0}) GROUP BY digest_id
),
candidate AS (
  SELECT DISTINCT entry.digest_id FROM listing JOIN digest_entries AS entry ON entry.paper_id = listing.first_paper
),
profile AS (
  SELECT entry.digest_id, min(entry.paper_id) AS first_paper, count(DISTINCT entry.paper_id) AS paper_count,
    digests.kind, coalesce(digests.digest_date, digests.latest_date, '9999') AS day, source_documents.sha256
  FROM candidate JOIN digest_entries AS entry ON entry.digest_id = candidate.digest_id
  JOIN digests ON digests.id = entry.digest_id
  JOIN source_documents ON source_documents.id = digests.source_document_id
  GROUP BY entry.digest_id
),
same AS (
  SELECT one.digest_id, other.digest_id AS other_id, row_number() OVER (
    PARTITION BY one.digest_id ORDER BY other.day, other.sha256, other.digest_id
  ) AS place
  FROM profile AS one JOIN profile AS other
    ON other.first_paper = one.first_paper AND other.paper_count = one.paper_count AND other.kind = one.kind
  WHERE one.paper_count > 1 AND NOT EXISTS (
    SELECT 1 FROM digest_entries AS entry
    WHERE entry.digest_id = one.digest_id AND NOT EXISTS (
      SELECT 1 FROM digest_entries AS there
      WHERE there.digest_id = other.digest_id AND there.paper_id = entry.paper_id
    )
  )
)
SELECT profile.digest_id, nullif(same.other_id, profile.digest_id) AS repeats_digest_id
FROM profile LEFT JOIN same ON same.digest_id = profile.digest_id AND same.place = 1
"""

REPEATS: Final = _REPEATS.format("SELECT id FROM digests")
"""Every digest, with the one that it repeats or null."""

_SETTLE: Final = f"""
UPDATE digests SET repeats_digest_id = found.repeats_digest_id
FROM ({_REPEATS.format("SELECT value FROM json_each(:digest_ids)")}) AS found
WHERE found.digest_id = digests.id AND found.repeats_digest_id IS NOT digests.repeats_digest_id
RETURNING digests.id
"""


def settle_repeats(connection: Connection, digest_ids: Iterable[int]) -> set[int]:
    """Find out whether `digest_ids` repeat others or are repeated; return the digests of which that changed."""
    ordered = packed_ids(set(digest_ids))
    return set(run_scalars(connection, _SETTLE, {"digest_ids": ordered})) if ordered != "[]" else set()
