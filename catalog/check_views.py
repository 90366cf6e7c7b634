"""The checks as views: whoever has nothing but `sqlite3` can run them: `SELECT * FROM check_gap_in_positions`.

A revision of the schema carries these texts, and a test compares what it makes with them. What no statement can say
(the soundness of the file, references, search index) is left to `PRAGMA integrity_check`, `PRAGMA foreign_key_check`
and `catalog check`.
"""

from __future__ import annotations

import re
from textwrap import dedent
from typing import Final

from catalog.check_rules import CHECKS

_EXTREME: Final = """(
  SELECT digest.id FROM digests AS digest JOIN digest_entries AS entry ON entry.digest_id = digest.id
  WHERE entry.paper_id = papers.id AND digest.repeats_digest_id IS NULL AND NOT EXISTS (
    SELECT 1 FROM digests AS other JOIN digest_entries AS other_entry ON other_entry.digest_id = other.id
    WHERE other_entry.paper_id = papers.id AND other.id <> digest.id AND other.repeats_digest_id IS NULL
      AND NOT coalesce({0}, 0)
  )
  ORDER BY digest.name {1} LIMIT 1
)"""

# The rule of `catalog.load.derived` in other words.
_DERIVED: Final = f"""
SELECT id, title FROM papers
WHERE has_repository <> EXISTS (
  SELECT 1 FROM paper_links WHERE paper_id = papers.id
    AND (SELECT kind FROM links WHERE links.id = link_id) = 'repository'
)
OR digest_count <> (
  SELECT count(DISTINCT digest_id) FROM digest_entries JOIN digests ON digests.id = digest_id
  WHERE paper_id = papers.id AND repeats_digest_id IS NULL
)
OR first_digest_id IS NOT {_EXTREME.format("digest.latest_date <= other.earliest_date", "ASC")}
OR latest_digest_id IS NOT {_EXTREME.format("digest.earliest_date >= other.latest_date", "DESC")}
"""  # noqa: S608 - every part is a constant

_CHECKS: Final = {"derived columns": ("derived columns are what they derive from", _DERIVED), **CHECKS}


def view_name(check: str) -> str:
    """Return the name of the view of the check `check`."""
    return "check_" + re.sub(r"\W+", "_", check.lower())


def check_views() -> dict[str, str]:
    """Return the statement that makes each view, by the view's name."""
    return {
        name: f"CREATE VIEW {name} AS\n{dedent(sql).strip()}"
        for name, sql in ((view_name(check), sql) for check, (_, sql) in _CHECKS.items())
    }


def check_comments() -> dict[str, str]:
    """Return the rule of each check, by the name of its view."""
    return {view_name(check): rule for check, (rule, _) in _CHECKS.items()}
