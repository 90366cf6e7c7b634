"""Facts of papers and evidence -> papers with their texts, and the texts that are kept beside them.

The rule is that of `catalog.load.texts`. Different texts of a paper are told apart by their hashes; each is fetched
from the evidence once, and only papers with several are compared.
"""
# ruff: noqa: S608 - every part of a statement is a constant of ours

from __future__ import annotations

from typing import Final

from catalog.lake.evidence import HASHES
from catalog.lake.papers import SAME_PLACE
from catalog.lake.views import Views
from catalog.load.texts import FIELDS, RANK
from catalog.models import papers
from catalog.release.order import ORDER

_HASHES: Final = ", ".join(HASHES.values())

# One mention for all that give a paper the same texts.
_GIVEN: Final = f"""
SELECT paper_id, place.*, count(*) OVER (PARTITION BY paper_id) = 1 AS is_alone
FROM (
  SELECT paper_id, min(struct(copy_id, place, position)) AS place FROM mentions GROUP BY paper_id, {_HASHES}
)
"""

# All that is known of a paper goes along: its texts are sent through the cluster here, and to their place in the table.
_TEXTS: Final = f"""
SELECT paper.*, given.is_alone, said.title_key, {", ".join(f"said.{name}" for name in (*FIELDS, *HASHES.values()))}
FROM given_texts AS given JOIN paper_facts AS paper ON paper.id = given.paper_id
JOIN evidence_mention AS said ON {SAME_PLACE.format("said", "given")}
"""

# The least of these is the best text.
_RANKED: Final = (
    f"CASE WHEN {{0}} IS NOT NULL THEN struct(0 - {RANK} AS rank, {{0}} AS text, {{1}} AS hash, title_key) END"
)
_BEST: Final = ", ".join(f"min({_RANKED.format(field, name)}) AS {field}" for field, name in HASHES.items())
_FACTS: Final = ", ".join(
    column.name for column in papers.columns if column.computed is None and column.name not in (*FIELDS, "title_key")
)
_CHOSEN: Final = f"""
SELECT {_FACTS}, title.title_key AS title_key,
  {", ".join(f"{field}.text AS {field}, {field}.hash AS {name}" for field, name in HASHES.items())}
FROM (SELECT {_FACTS}, {_BEST} FROM texts WHERE NOT is_alone GROUP BY {_FACTS})
"""

_PAPERS: Final = f"""
SELECT {_FACTS}, title, title_key, abstract, authors FROM texts WHERE is_alone
UNION ALL SELECT {_FACTS}, title, title_key, abstract, authors FROM chosen_texts
"""


def _kept(field: str) -> str:
    columns = [f"said.{name}" if name == field else f"CAST(NULL AS STRING) AS {name}" for name in FIELDS]
    hashes = [f"said.{name}" if of == field else f"CAST(NULL AS BINARY) AS {name}" for of, name in HASHES.items()]
    key = "said.title_key" if field == "title" else "CAST(NULL AS STRING) AS title_key"
    return f"""
    SELECT DISTINCT said.id AS paper_id, {key}, {", ".join(columns + hashes)}
    FROM texts AS said JOIN chosen_texts AS chosen USING (id)
    WHERE NOT said.is_alone AND said.{HASHES[field]} <> chosen.{HASHES[field]}
    """


_VARIANTS: Final = " UNION ALL ".join(map(_kept, FIELDS))


_NAMED_AUTHORS: Final = """
SELECT id AS paper_id, posexplode(from_json(authors, 'array<string>')) AS (place, name)
FROM papers WHERE authors IS NOT NULL
"""

_PAPER_AUTHORS: Final = """
SELECT listed.paper_id, listed.place + 1 AS position, authors.id AS author_id
FROM named_authors AS listed JOIN authors ON authors.name = listed.name
"""


def define_texts(views: Views) -> None:
    """Define `papers`, their `authors` and `paper_authors`, `paper_variants`, and `chosen_texts`.

    The last are the papers of which evidence gives several texts.
    """
    views.define("given_texts", _GIVEN)
    views.define("texts", _TEXTS, is_kept=True)
    views.define("chosen_texts", _CHOSEN, is_kept=True)
    views.define("papers", _PAPERS)
    views.define("variants", _VARIANTS)
    views.number("paper_variants", "variants", ORDER["paper_variants"], is_kept=True)
    views.define("named_authors", _NAMED_AUTHORS)
    views.define("author_names", "SELECT DISTINCT name FROM named_authors")
    views.number("authors", "author_names", ("name",))
    views.define("paper_authors", _PAPER_AUTHORS)
