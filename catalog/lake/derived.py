"""Columns that follow from all others: which digest repeats which, what a paper is in how many digests, its numbers.

The rules are those of `catalog.load.repeats`, `catalog.load.derived` and `catalog.load.facts`.
"""
# ruff: noqa: S608 - every part of a statement is a constant of ours

from __future__ import annotations

from typing import Final

from catalog.lake.views import Views
from catalog.load.facts import NEWEST_FIRST, SUMMED_UP

# Each mention with the day that it stands for.
_DATED: Final = """
SELECT mention.* EXCEPT (publication_date),
  CASE WHEN card.digest_id IS NULL THEN mention.publication_date ELSE card.publication_date END AS publication_date
FROM mentions AS mention
LEFT JOIN cards AS card ON card.digest_id = mention.digest_id AND card.position = mention.position
"""

# Two lists of papers are the same where their sorted ids are.
_PROFILES: Final = """
SELECT digest_id, size(papers) AS paper_count, sha2(array_join(CAST(papers AS ARRAY<STRING>), ','), 256) AS profile
FROM (
  SELECT digest_id, sort_array(collect_set(paper_id)) AS papers FROM mentions
  WHERE digest_id IS NOT NULL GROUP BY digest_id
)
"""

_DIGESTS: Final = """
SELECT *, CASE WHEN paper_count > 1 AND first_id <> id THEN first_id END AS repeats_digest_id
FROM (
  SELECT digest.*, paper_count, first_value(digest.id) OVER (
    PARTITION BY digest.kind, profile
    ORDER BY coalesce(digest.digest_date, digest.latest_date, '9999'), digest.sha256, digest.id
  ) AS first_id
  FROM dated_digests AS digest LEFT JOIN digest_profiles AS listed ON listed.digest_id = digest.id
)
"""

_LISTINGS: Final = """
SELECT DISTINCT mention.paper_id, digest.id AS digest_id, digest.name, digest.earliest_date, digest.latest_date
FROM mentions AS mention JOIN digests AS digest ON digest.id = mention.digest_id
WHERE digest.repeats_digest_id IS NULL
"""

# The digest that is before (or after) every other, whatever days the open ones turn out to be, can only be the one
# with the earliest bound (or the latest): it is, where the next one begins no earlier than it ends.
_ORDERED_LISTINGS: Final = """
SELECT paper_id, digest_id, latest_date, earliest_date,
  row_number() OVER first AS first_place, lead(digest_id) OVER first AS first_next,
  lead(earliest_date) OVER first AS first_bound,
  row_number() OVER last AS last_place, lead(digest_id) OVER last AS last_next,
  lead(latest_date) OVER last AS last_bound
FROM listings
WINDOW first AS (PARTITION BY paper_id ORDER BY earliest_date ASC NULLS FIRST, latest_date ASC NULLS LAST, name ASC),
  last AS (PARTITION BY paper_id ORDER BY latest_date DESC NULLS FIRST, earliest_date DESC NULLS LAST, name DESC)
"""

_IN_DIGESTS: Final = """
SELECT paper_id, count(*) AS digest_count,
  max(CASE WHEN first_place = 1 AND (first_next IS NULL OR latest_date <= first_bound) THEN digest_id END)
    AS first_digest_id,
  max(CASE WHEN last_place = 1 AND (last_next IS NULL OR earliest_date >= last_bound) THEN digest_id END)
    AS latest_digest_id
FROM ordered_listings GROUP BY paper_id
"""

_DOIS: Final = f"""
SELECT paper_id, doi FROM (
  SELECT paper_id, doi, row_number() OVER (PARTITION BY paper_id ORDER BY {NEWEST_FIRST}, doi) AS place
  FROM mentions WHERE doi IS NOT NULL
) WHERE place = 1
"""

_CATEGORIES: Final = f"""
SELECT paper_id, category, CASE WHEN max(place = 1 AND key = 0) THEN 1 ELSE 0 END AS is_primary
FROM (
  SELECT paper_id, place, posexplode(from_json(categories, 'array<string>')) AS (key, category)
  FROM (
    SELECT paper_id, categories, row_number() OVER (
      PARTITION BY paper_id ORDER BY {NEWEST_FIRST}, categories
    ) AS place
    FROM mentions WHERE categories IS NOT NULL
  )
) GROUP BY paper_id, category
"""

_PAPER_FACTS: Final = """
SELECT paper.id, paper.arxiv_id, stated.author_count, stated.publication_date,
  CAST(substr(stated.publication_date, 1, 4) AS BIGINT) AS publication_year,
  CASE WHEN coded.paper_id IS NULL THEN 0 ELSE 1 END AS has_repository,
  coalesce(listed.digest_count, 0) AS digest_count, listed.first_digest_id, listed.latest_digest_id, found.doi
FROM paper_places AS paper
LEFT JOIN stated_numbers AS stated ON stated.paper_id = paper.id
LEFT JOIN in_digests AS listed ON listed.paper_id = paper.id
LEFT JOIN with_repository AS coded ON coded.paper_id = paper.id
LEFT JOIN dois AS found ON found.paper_id = paper.id
"""


def define_derived(views: Views) -> None:
    """Define `digests`, `paper_facts` (all that `papers` says but the texts) and `paper_categories`."""
    views.define("dated_mentions", _DATED)
    # Under the names that stand in the statement of `catalog load`.
    views.define("digest_entries", "SELECT * FROM dated_mentions WHERE digest_id IS NOT NULL")
    views.define("paper_records", "SELECT * FROM dated_mentions WHERE digest_id IS NULL")
    views.define("stated_numbers", SUMMED_UP.format("true"))
    views.define("digest_profiles", _PROFILES)
    views.define("digests", _DIGESTS, is_kept=True)
    views.define("listings", _LISTINGS)
    views.define("ordered_listings", _ORDERED_LISTINGS)
    views.define("in_digests", _IN_DIGESTS)
    views.define("dois", _DOIS)
    views.define("paper_facts", _PAPER_FACTS)
    views.define("paper_categories", _CATEGORIES)
