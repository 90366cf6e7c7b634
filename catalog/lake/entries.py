"""Mentions -> entries of digests and records outside of any, which point to texts that their papers do not show."""
# ruff: noqa: S608 - every part of a statement is a constant of ours

from __future__ import annotations

from typing import Final

from catalog.lake.evidence import HASHES
from catalog.lake.papers import SAME_PLACE
from catalog.lake.views import Views
from catalog.load.texts import FIELDS
from catalog.models import digest_entries, paper_records

_DIFFERS: Final = "mention.{0} <> chosen.{0}"
_DIFFERING: Final = f"""
SELECT mention.copy_id, mention.place, mention.position, mention.paper_id,
  {", ".join(f"CASE WHEN {_DIFFERS.format(name)} THEN mention.{name} END AS {name}" for name in HASHES.values())}
FROM mentions AS mention JOIN chosen_texts AS chosen ON chosen.id = mention.paper_id
WHERE {" OR ".join(map(_DIFFERS.format, HASHES.values()))}
"""

_VARIANT_OF: Final = "LEFT JOIN paper_variants AS {0} ON {0}.paper_id = given.paper_id AND {0}.{1} = given.{1}"
_POINTERS: Final = f"""
SELECT given.copy_id, given.place, given.position, {", ".join(f"{field}.id AS {field}_variant_id" for field in FIELDS)}
FROM differing AS given {" ".join(_VARIANT_OF.format(field, name) for field, name in HASHES.items())}
"""

_POINTED: Final = tuple(f"{field}_variant_id" for field in FIELDS)


def _stated(table: str, columns: tuple[str, ...]) -> str:
    return ", ".join(f"mention.{name}" for name in columns if name not in ("publication_date", *_POINTED))


_ENTRIES: Final = f"""
SELECT {_stated("digest_entries", tuple(digest_entries.c.keys()))}, mention.publication_date,
  {", ".join(f"pointer.{name}" for name in _POINTED)}
FROM dated_mentions AS mention LEFT JOIN pointers AS pointer ON {SAME_PLACE.format("pointer", "mention")}
WHERE mention.digest_id IS NOT NULL
"""

_RECORDS: Final = f"""
SELECT {_stated("paper_records", tuple(paper_records.c.keys()))}, mention.publication_date,
  {", ".join(f"pointer.{name}" for name in _POINTED)}
FROM mentions AS mention LEFT JOIN pointers AS pointer ON {SAME_PLACE.format("pointer", "mention")}
WHERE mention.digest_id IS NULL
"""


def define_entries(views: Views) -> None:
    """Define `digest_entries` and `paper_records`."""
    views.define("differing", _DIFFERING)
    views.define("pointers", _POINTERS)
    views.define("digest_entries", _ENTRIES)
    views.define("paper_records", _RECORDS)
