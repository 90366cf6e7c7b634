"""Papers that turn out to be one, and titles that turn out to stand for several papers, in the light of new mentions.

What a later document brings may make two papers one, or part a title again from a paper that is not the only one of
that name (see `catalog.load.identity` for the rule).
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection

from catalog.load.mentions import MENTION_TABLES
from catalog.load.rehome import Part, merge_papers, part_mentions
from catalog.load.staging import packed_texts, run, run_scalars

# Every paper at arXiv with every key, of those that are asked for, by which it is known.
_KNOWN: Final = """
known AS (
  SELECT keys.value AS title_key, papers.id FROM json_each(:title_keys) AS keys
  JOIN papers ON papers.title_key = keys.value
  WHERE papers.arxiv_id IS NOT NULL
  UNION
  SELECT keys.value, papers.id FROM json_each(:title_keys) AS keys
  JOIN paper_variants ON paper_variants.title_key = keys.value
  JOIN papers ON papers.id = paper_variants.paper_id
  WHERE papers.arxiv_id IS NOT NULL
),
only_one AS (SELECT title_key, min(id) AS id FROM known GROUP BY title_key HAVING count(*) = 1)"""

_TO_MERGE: Final = f"""
WITH {_KNOWN}
SELECT papers.id AS title_only_id, only_one.id AS paper_id
FROM only_one JOIN papers ON papers.title_key = only_one.title_key AND papers.arxiv_id IS NULL
ORDER BY 1
"""

_TO_PART: Final = f"""
WITH {_KNOWN}
SELECT mention.{{container}} AS container, mention.position, known.title_key, known.id AS paper_id,
  coalesce(variant.title, papers.title) AS title
FROM known JOIN papers ON papers.id = known.id
JOIN {{table}} AS mention ON mention.paper_id = known.id AND mention.arxiv_id IS NULL
LEFT JOIN paper_variants AS variant ON variant.id = mention.title_variant_id
WHERE known.title_key NOT IN (SELECT title_key FROM only_one)
  AND coalesce(variant.title_key, papers.title_key) = known.title_key
ORDER BY 1, 2
"""


def title_only_keys(connection: Connection) -> set[str]:
    """Return the key of every paper without arXiv id, for `reconcile` to look at all of them."""
    return set(run_scalars(connection, "SELECT title_key FROM papers WHERE arxiv_id IS NULL", {}))


def reconcile(connection: Connection, title_keys: set[str]) -> tuple[set[int], dict[int, int]]:
    """Part and merge papers in the light of titles, whose texts are stored already.

    Returns the papers that lost or got a parted mention, and for each paper that is gone the one that it went into.
    """
    if not title_keys:
        return set(), {}
    bound: dict[str, Any] = {"title_keys": packed_texts(title_keys)}
    parts = [
        Part(kind, **row)
        for kind in MENTION_TABLES
        for row in run(connection, _TO_PART, bound, table=kind.table.name, container=kind.container)
    ]
    parted = part_mentions(connection, parts) if parts else set()
    merged = dict(map(tuple, run(connection, _TO_MERGE, bound)))
    if merged:
        merge_papers(connection, merged)
    return parted, merged
