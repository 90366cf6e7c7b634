"""Mentions -> papers: who is who.

The arXiv id decides where a mention states one. A title alone stands for the paper at arXiv that is known by that
title, if there is exactly one; else it is a paper of its own. That is so whatever the order of loading: what a later
document brings may make two papers one, or part a title again from a paper that is not the only one of that name.
"""

from __future__ import annotations

import json
from typing import Any, Final

from sqlalchemy import Connection

from catalog.load.mentions import MENTION_TABLES, MentionTable, insert_mentions
from catalog.load.rehome import Part, merge_papers, part_mentions
from catalog.load.staging import packed, statement

_STAGED: Final = """
staged AS (
  SELECT json_extract(value, '$.position') AS position, json_extract(value, '$.arxiv_id') AS arxiv_id,
    json_extract(value, '$.title') AS title, json_extract(value, '$.title_key') AS title_key,
    json_extract(value, '$.abstract') AS abstract, json_extract(value, '$.authors') AS authors
  FROM json_each(:mentions)
)"""

# Every paper at arXiv with every key by which it is known. A title alone adds none: it came by a key that was there.
_KNOWN: Final = """
known AS (
  SELECT keys.title_key, papers.id FROM (SELECT DISTINCT title_key FROM staged) AS keys
  JOIN papers ON papers.title_key = keys.title_key
  WHERE papers.arxiv_id IS NOT NULL
  UNION
  SELECT keys.title_key, papers.id FROM (SELECT DISTINCT title_key FROM staged) AS keys
  JOIN paper_variants ON paper_variants.title_key = keys.title_key
  JOIN papers ON papers.id = paper_variants.paper_id
  WHERE papers.arxiv_id IS NOT NULL
),
only_one AS (SELECT title_key, min(id) AS id FROM known GROUP BY title_key HAVING count(*) = 1)"""

# A paper known by its title alone keeps its row when the one arXiv id of that title comes.
_CLAIM: Final = f"""
WITH {_STAGED}, {_KNOWN}, named AS (
  SELECT title_key, min(arxiv_id) AS arxiv_id FROM staged
  WHERE arxiv_id IS NOT NULL GROUP BY title_key HAVING count(DISTINCT arxiv_id) = 1
),
claim AS (
  SELECT named.arxiv_id, min(papers.id) AS paper_id
  FROM named JOIN papers ON papers.title_key = named.title_key AND papers.arxiv_id IS NULL
  WHERE named.title_key NOT IN (SELECT title_key FROM known)
    AND NOT EXISTS (SELECT 1 FROM papers AS other WHERE other.arxiv_id = named.arxiv_id)
  GROUP BY named.arxiv_id
)
UPDATE papers SET arxiv_id = claim.arxiv_id FROM claim WHERE claim.paper_id = papers.id RETURNING papers.id
"""

_INSERT_WITH_ARXIV_ID: Final = f"""
WITH {_STAGED}, new AS (
  SELECT title, title_key, abstract, authors, arxiv_id, min(position) AS first_position FROM staged
  WHERE arxiv_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM papers WHERE papers.arxiv_id = staged.arxiv_id)
  GROUP BY arxiv_id
)
INSERT INTO papers (title, title_key, abstract, authors, arxiv_id)
SELECT title, title_key, abstract, authors, arxiv_id FROM new ORDER BY first_position
RETURNING id
"""

_INSERT_TITLE_ONLY: Final = f"""
WITH {_STAGED}, {_KNOWN}, new AS (
  SELECT title, title_key, abstract, authors, min(position) AS first_position FROM staged
  WHERE arxiv_id IS NULL AND title_key NOT IN (SELECT title_key FROM only_one)
    AND NOT EXISTS (
      SELECT 1 FROM papers WHERE papers.title_key = staged.title_key AND papers.arxiv_id IS NULL
    )
  GROUP BY title_key
)
INSERT INTO papers (title, title_key, abstract, authors)
SELECT title, title_key, abstract, authors FROM new ORDER BY first_position
RETURNING id
"""

_IDENTIFY: Final = f"""
WITH {_STAGED}, {_KNOWN}
SELECT staged.position, coalesce(by_arxiv_id.id, by_title.id, only_one.id) AS paper_id
FROM staged
LEFT JOIN papers AS by_arxiv_id ON by_arxiv_id.arxiv_id = staged.arxiv_id
LEFT JOIN papers AS by_title
  ON by_title.title_key = staged.title_key AND by_title.arxiv_id IS NULL AND staged.arxiv_id IS NULL
LEFT JOIN only_one ON only_one.title_key = staged.title_key AND staged.arxiv_id IS NULL
"""

_TO_MERGE: Final = f"""
WITH {_STAGED}, {_KNOWN}
SELECT papers.id AS title_only_id, only_one.id AS paper_id
FROM only_one JOIN papers ON papers.title_key = only_one.title_key AND papers.arxiv_id IS NULL
ORDER BY 1
"""

_TO_PART: Final = f"""
WITH {_STAGED}, {_KNOWN}
SELECT mention.{{container}} AS container, mention.position, known.title_key, known.id AS paper_id,
  coalesce(variant.title, papers.title) AS title
FROM known JOIN papers ON papers.id = known.id
JOIN {{table}} AS mention ON mention.paper_id = known.id AND mention.arxiv_id IS NULL
LEFT JOIN paper_variants AS variant ON variant.id = mention.title_variant_id
WHERE known.title_key NOT IN (SELECT title_key FROM only_one)
  AND coalesce(variant.title_key, papers.title_key) = known.title_key
ORDER BY 1, 2
"""


def load_mentions(connection: Connection, kind: MentionTable, bound: dict[str, Any]) -> tuple[set[int], set[int]]:
    """Store the staged mentions, with the papers that they stand for where these are new.

    `bound` holds `mentions` (packed rows) and the id of their container. Returns the ids of the new papers, and of
    those that got their arXiv id.
    """
    claimed = set(connection.scalars(statement(_CLAIM), bound))
    new = set(connection.scalars(statement(_INSERT_WITH_ARXIV_ID), bound))
    # After those with an arXiv id, so that a title alone in the same document can find them.
    new.update(connection.scalars(statement(_INSERT_TITLE_ONLY), bound))
    paper_of = {row.position: row.paper_id for row in connection.execute(statement(_IDENTIFY), bound)}
    # Put into the rows, because SQLite would join two unfolded sets row by row.
    identified = [{**row, "paper_id": paper_of[row["position"]]} for row in json.loads(bound["mentions"])]
    insert_mentions(connection, kind, {**bound, "identified": packed(identified)})
    return new, claimed


def title_only_keys(connection: Connection) -> list[dict[str, Any]]:
    """Return the title of every paper without arXiv id as rows, for `reconcile` to look at all of them."""
    keys = connection.scalars(statement("SELECT title_key FROM papers WHERE arxiv_id IS NULL ORDER BY id"))
    return [{"title_key": key} for key in keys]


def reconcile(connection: Connection, bound: dict[str, Any]) -> tuple[set[int], dict[int, int]]:
    """Part and merge papers in the light of the staged titles, whose texts are stored already.

    Returns the papers that lost or got a parted mention, and for each paper that is gone the one that it went into.
    """
    parts = [
        Part(kind, row.container, row.position, row.paper_id, row.title_key, row.title)
        for kind in MENTION_TABLES
        for row in connection.execute(statement(_TO_PART, table=kind.table.name, container=kind.container), bound)
    ]
    parted = part_mentions(connection, parts) if parts else set()
    merged = {row.title_only_id: row.paper_id for row in connection.execute(statement(_TO_MERGE), bound)}
    if merged:
        merge_papers(connection, merged)
    return parted, merged
