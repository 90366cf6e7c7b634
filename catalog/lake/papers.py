"""Evidence -> papers: who is who, which texts they show, and which are kept beside them.

Identity is the rule of `catalog.load.identity`, said of all mentions at once: the arXiv id decides where a mention
states one; a title alone stands for the one paper at arXiv that is known by that title, else for a paper of its own.
A name is what a mention calls its paper: arXiv id and title key. Mentions with the same name share a paper, so texts
are compared name by name before they are sent anywhere.
"""
# ruff: noqa: S608 - every part of a statement is a constant of ours

from __future__ import annotations

from typing import Final

from catalog.lake.evidence import PIECES
from catalog.lake.views import Views
from catalog.load.texts import FIELDS, RANK
from catalog.release.order import ORDER

# The least of these is the best text.
_GIVEN: Final = f"CASE WHEN {{0}} IS NOT NULL THEN struct(0 - {RANK} AS rank, {{0}} AS text, {{1}} AS title_key) END"
_BEST: Final = ", ".join(
    f"min({_GIVEN.format(field, 'title_key' if field == 'title' else 'CAST(NULL AS STRING)')}) AS {field}"
    for field in FIELDS
)
_HASH: Final = "substr(sha2({0}, 256), 1, 32)"

_SAID: Final = """
SELECT said.*, document.id AS source_document_id
FROM evidence_mention AS said JOIN source_documents AS document ON document.copy_id = said.copy_id
"""

_NAMES: Final = f"SELECT arxiv_id, title_key, {_BEST} FROM said_mentions GROUP BY arxiv_id, title_key"

_KNOWN_TITLES: Final = """
SELECT title_key, min(arxiv_id) AS arxiv_id FROM names WHERE arxiv_id IS NOT NULL
GROUP BY title_key HAVING min(arxiv_id) = max(arxiv_id)
"""

# Keys in the natural order of papers: ':' comes before '='.
_NAMED: Final = """
SELECT names.*, coalesce(names.arxiv_id, known.arxiv_id) AS known_id,
  coalesce(':' || names.arxiv_id, ':' || known.arxiv_id, '=' || names.title_key) AS paper_key
FROM names LEFT JOIN known_titles AS known ON names.arxiv_id IS NULL AND known.title_key = names.title_key
"""

_BEST_TEXTS: Final = """
SELECT paper_key, max(known_id) AS arxiv_id, min(title) AS title, min(abstract) AS abstract, min(authors) AS authors
FROM named GROUP BY paper_key
"""

_PAPER_TEXTS: Final = """
SELECT place.id, best.paper_key, best.arxiv_id, best.title.text AS title, best.title.title_key AS title_key,
  best.abstract.text AS abstract, best.authors.text AS authors
FROM best_texts AS best JOIN paper_places AS place ON place.paper_key = best.paper_key
"""

_NAME_PAPERS: Final = f"""
SELECT named.arxiv_id AS stated_id, named.title_key AS stated_key, paper.id AS paper_id,
  {", ".join(f"{_HASH.format(f'paper.{field}')} AS shown_{field}" for field in FIELDS)}
FROM named JOIN paper_texts AS paper ON paper.paper_key = named.paper_key
"""

_SMALL: Final = tuple(name for name in PIECES["mention"] if name not in FIELDS)
_LIGHT: Final = f"""
SELECT copy_id, source_document_id, {", ".join(_SMALL)},
  {", ".join(f"{_HASH.format(field)} AS given_{field}" for field in FIELDS)}
FROM said_mentions
"""

# Hashes stand for texts, so that an abstract is not sent through the cluster for each place that gives it.
_MENTIONS: Final = f"""
SELECT said.copy_id, said.source_document_id, digest.id AS digest_id, name.paper_id,
  {", ".join(f"said.{name}" for name in _SMALL)},
  {", ".join(f"coalesce(given_{field} <> shown_{field}, false) AS {field}_differs" for field in FIELDS)}
FROM light_mentions AS said
JOIN name_papers AS name ON name.stated_id <=> said.arxiv_id AND name.stated_key = said.title_key
LEFT JOIN stated_digests AS digest ON digest.copy_id = said.copy_id AND digest.place = said.place
"""

_SAME_PLACE: Final = "{0}.copy_id = {1}.copy_id AND {0}.place <=> {1}.place AND {0}.position = {1}.position"
SAME_PLACE: Final = _SAME_PLACE
"""The condition that two rows of evidence speak of one mention."""

_DIFFERING: Final = f"""
SELECT mention.copy_id, mention.place, mention.position, mention.paper_id, said.title_key,
  {", ".join(f"CASE WHEN {field}_differs THEN said.{field} END AS {field}" for field in FIELDS)}
FROM mentions AS mention JOIN evidence_mention AS said ON {_SAME_PLACE.format("mention", "said")}
WHERE {" OR ".join(f"{field}_differs" for field in FIELDS)}
"""


def _kept(field: str) -> str:
    columns = ", ".join(name if name == field else f"CAST(NULL AS STRING) AS {name}" for name in FIELDS)
    key = "title_key" if field == "title" else "CAST(NULL AS STRING) AS title_key"
    return f"SELECT DISTINCT paper_id, {key}, {columns} FROM differing WHERE {field} IS NOT NULL"


_VARIANTS: Final = " UNION ALL ".join(map(_kept, FIELDS))

_POINTERS: Final = f"""
SELECT given.copy_id, given.place, given.position, {", ".join(f"{field}.id AS {field}_variant_id" for field in FIELDS)}
FROM differing AS given
{
    " ".join(
        f"LEFT JOIN paper_variants AS {field} ON {field}.paper_id = given.paper_id AND {field}.{field} = given.{field}"
        for field in FIELDS
    )
}
"""


def define_papers(views: Views) -> None:
    """Define `paper_texts` (ids and what papers show), `paper_variants`, `mentions`, and `pointers` to the variants.

    `mentions` are all entries and records, with their paper and without their texts.
    """
    views.define("said_mentions", _SAID)
    views.define("names", _NAMES, is_kept=True)
    views.define("known_titles", _KNOWN_TITLES)
    views.define("named", _NAMED)
    views.define("paper_keys", "SELECT DISTINCT paper_key FROM named")
    views.number("paper_places", "paper_keys", ("paper_key",))
    views.define("best_texts", _BEST_TEXTS)
    views.define("paper_texts", _PAPER_TEXTS, is_kept=True)
    views.define("name_papers", _NAME_PAPERS)
    views.define("light_mentions", _LIGHT)
    views.define("mentions", _MENTIONS, is_kept=True)
    views.define("differing", _DIFFERING, is_kept=True)
    views.define("variants", _VARIANTS)
    views.number("paper_variants", "variants", ORDER["paper_variants"], is_kept=True)
    views.define("pointers", _POINTERS)
