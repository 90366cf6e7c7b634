"""Evidence -> papers and their mentions: who is who.

Identity is the rule of `catalog.load.identity`, said of all mentions at once: the arXiv id decides where a mention
states one; a title alone stands for the one paper at arXiv that is known by that title, else for a paper of its own.
A name is what a mention calls its paper: arXiv id and title key. Mentions with the same name share a paper.

Texts stay where they are, in the evidence: an abstract is many times as long as all else that a mention says. Its hash
stands for it, and `catalog.lake.texts` fetches those that are needed, once.
"""
# ruff: noqa: S608 - every part of a statement is a constant of ours

from __future__ import annotations

from typing import Final

from catalog.lake.evidence import PIECES
from catalog.lake.views import Views
from catalog.load.texts import FIELDS

_SMALL: Final = ", ".join(f"said.{name}" for name in PIECES["mention"] if name not in FIELDS)

_STATED: Final = f"""
SELECT said.copy_id, {_SMALL}, document.id AS source_document_id, digest.id AS digest_id
FROM evidence_mention AS said JOIN source_documents AS document ON document.copy_id = said.copy_id
LEFT JOIN stated_digests AS digest ON digest.copy_id = said.copy_id AND digest.place = said.place
"""

_NAMES: Final = "SELECT DISTINCT arxiv_id, title_key FROM stated_mentions"

_KNOWN_TITLES: Final = """
SELECT title_key, min(arxiv_id) AS arxiv_id FROM names WHERE arxiv_id IS NOT NULL
GROUP BY title_key HAVING min(arxiv_id) = max(arxiv_id)
"""

# Keys in the natural order of papers: ':' comes before '='.
_NAMED: Final = """
SELECT names.arxiv_id, names.title_key,
  coalesce(':' || names.arxiv_id, ':' || known.arxiv_id, '=' || names.title_key) AS paper_key
FROM names LEFT JOIN known_titles AS known ON names.arxiv_id IS NULL AND known.title_key = names.title_key
"""

_PAPER_KEYS: Final = """
SELECT paper_key, CASE WHEN startswith(paper_key, ':') THEN substr(paper_key, 2) END AS arxiv_id
FROM (SELECT DISTINCT paper_key FROM named)
"""

_NAME_PAPERS: Final = """
SELECT named.arxiv_id AS stated_id, named.title_key AS stated_key, place.id AS paper_id
FROM named JOIN paper_places AS place ON place.paper_key = named.paper_key
"""

_MENTIONS: Final = """
SELECT said.*, name.paper_id FROM stated_mentions AS said
JOIN name_papers AS name ON name.stated_id <=> said.arxiv_id AND name.stated_key = said.title_key
"""

SAME_PLACE: Final = "{0}.copy_id = {1}.copy_id AND {0}.place <=> {1}.place AND {0}.position = {1}.position"
"""The condition that two rows of evidence speak of one mention."""


def define_papers(views: Views) -> None:
    """Define `paper_places` (ids and arXiv ids of all papers) and `mentions`: entries and records with their paper."""
    views.define("stated_mentions", _STATED, is_kept=True)
    views.define("names", _NAMES, is_kept=True)
    views.define("known_titles", _KNOWN_TITLES)
    views.define("named", _NAMED, is_kept=True)
    views.define("paper_keys", _PAPER_KEYS)
    views.number("paper_places", "paper_keys", ("paper_key",))
    views.define("name_papers", _NAME_PAPERS)
    views.define("mentions", _MENTIONS, is_kept=True)
