"""Digests that repeat another: a weekend's answer that gives Friday's list again, a page that was saved twice.

A digest repeats the first of all digests of its kind that list the same papers (two or more of them), in the order of
their dates, then of their documents. It stays as it was read, an observation of its own; it is only not counted again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection

from catalog.load.staging import packed_ids, run_scalars

# Whoever has the same papers has the same newest paper: that narrows the search to the digests that list it, mostly
# few.
# A list is compared as one text, because to compare pairs of digests takes their number squared.
_REPEATS: Final = """
WITH listing AS (
  SELECT digest_id, max(paper_id) AS newest_paper, count(DISTINCT paper_id) AS paper_count
  FROM digest_entries WHERE digest_id IN (SELECT value FROM json_each(:digest_ids)) GROUP BY digest_id
),
candidate AS (
  SELECT digest_id FROM listing
  UNION
  SELECT digest_id FROM digest_entries
  WHERE paper_id IN (SELECT newest_paper FROM listing WHERE paper_count > 1)
),
profile AS (
  SELECT digests.id AS digest_id, digests.kind, source_documents.sha256,
    coalesce(digests.digest_date, digests.latest_date, '9999') AS day, (
      SELECT group_concat(paper_id) FROM (
        SELECT DISTINCT paper_id FROM digest_entries WHERE digest_entries.digest_id = digests.id ORDER BY paper_id
      )
    ) AS papers
  FROM candidate JOIN digests ON digests.id = candidate.digest_id
  JOIN source_documents ON source_documents.id = digests.source_document_id
)
SELECT digest_id, iif(instr(papers, ',') > 0, nullif(first_value(digest_id) OVER (
  PARTITION BY kind, papers ORDER BY day, sha256, digest_id
), digest_id), NULL) AS repeats_digest_id
FROM profile
"""
"""The given digests, and those that list the newest paper of one, each with the one that it repeats or null."""

_SETTLE: Final = f"""
UPDATE digests SET repeats_digest_id = found.repeats_digest_id
FROM ({_REPEATS}) AS found
WHERE found.digest_id = digests.id AND found.repeats_digest_id IS NOT digests.repeats_digest_id
RETURNING digests.id
"""


def settle_repeats(connection: Connection, digest_ids: Iterable[int]) -> set[int]:
    """Find out whether `digest_ids` repeat others or are repeated; return the digests of which that changed."""
    ordered = packed_ids(set(digest_ids))
    return set(run_scalars(connection, _SETTLE, {"digest_ids": ordered})) if ordered != "[]" else set()
