"""Links -> who says so, and what the sentence says of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Final

from sqlalchemy import Connection

from catalog.load.mentions import Staged
from catalog.load.staging import insert_rows, packed, packed_ids, run, run_scalars
from catalog.load.targets import Targets
from catalog.rows import Row

_WORDS = ("roles", "is_promised", "is_own")
_PLACED = (
    "asserted_by",
    "field",
    "added_by",
    "is_official",
    "is_mentioned_in_paper",
    "is_mentioned_in_repository",
    "framework",
    "verbatim",
    "sub_path",
    "line",
    "char_start",
)
_SAID = (*_PLACED, *_WORDS)
_said = itemgetter(*_SAID)

_ASSERTION: Final = ("paper_id", "link_id", "source_document_id", "digest_id", "position", *_SAID)

# The same link at the same place, whatever its words were made out to be.
_IS_KNOWN: Final = f"""
SELECT 1 FROM link_assertions
WHERE source_document_id = :source_document_id AND position = :position AND digest_id IS :digest_id
  AND link_id = (SELECT id FROM links WHERE url_key = :url_key)
  AND {" AND ".join(f"{key} IS :{key}" for key in _PLACED)}
"""


def load_links(
    connection: Connection, staged: Staged, paper_ids: Sequence[int], targets: Targets, *, is_completion: bool
) -> tuple[int, set[int], set[int]]:
    """Store the links of the staged mentions, which are there already, of the papers at their places in `paper_ids`.

    Returns how many assertions are new, the papers whose links `settle_links` must bring in line, and those among them
    with a link that is stored as of another kind than it was given. With `is_completion` assertions of the document are
    there already, and may have been made out otherwise.
    """
    if not staged.links:
        return 0, set(), set()
    paper_at = {mention["position"]: paper for mention, paper in zip(staged.mentions, paper_ids, strict=True)}
    container = {"digest_id": staged.digest_id, "source_document_id": staged.document_id}
    links = sorted(staged.links, key=_place)
    targets.store(connection, links)
    reworded: list[int] = []
    if is_completion:
        links = [link for link in links if not run(connection, _IS_KNOWN, {**link, **container})]
        reworded = list(run_scalars(connection, _REWORD, {**container, "links": packed(staged.links)}))
    papers = [paper_at[link["position"]] for link in links]
    rows = [
        (paper_id, targets.ids[link["url_key"]], staged.document_id, staged.digest_id, link["position"], *_said(link))
        for paper_id, link in zip(papers, links, strict=True)
    ]
    insert_rows(connection, "link_assertions", _ASSERTION, rows)
    reclassified = {paper for paper, link in zip(papers, links, strict=True) if link["url_key"] in targets.reclassified}
    return len(rows), {*papers, *reworded}, reclassified


def _place(link: Row) -> tuple[int, int, int]:
    return link["position"], link["line"] or 0, -1 if link["char_start"] is None else link["char_start"]


def settle_links(connection: Connection, paper_ids: Iterable[int]) -> None:
    """Bring links and roles of `paper_ids` in line with what the assertions say of them."""
    bound = {"paper_ids": packed_ids(set(paper_ids))}
    for settling in (_DROP_ROLES, _DROP_LINKS, _SETTLE_LINKS, _SETTLE_ROLES):
        run(connection, settling, bound)


def _extracted(keys: Iterable[str]) -> str:
    return ", ".join(f"json_extract(value, '$.{key}') AS {key}" for key in keys)


_REWORD = f"""
WITH staged AS (SELECT {_extracted(("position", "url_key", *_SAID))} FROM json_each(:links))
UPDATE link_assertions SET {", ".join(f"{key} = staged.{key}" for key in _WORDS)}
FROM staged JOIN links ON links.url_key = staged.url_key
WHERE source_document_id = :source_document_id AND link_assertions.digest_id IS :digest_id
  AND link_assertions.position = staged.position AND link_assertions.link_id = links.id
  AND {" AND ".join(f"link_assertions.{key} IS staged.{key}" for key in _PLACED)}
  AND ({", ".join(f"link_assertions.{key}" for key in _WORDS)}) <> ({", ".join(f"staged.{key}" for key in _WORDS)})
RETURNING paper_id
"""

_OF_PAPERS = "paper_id IN (SELECT value FROM json_each(:paper_ids))"

_DROP_ROLES = f"""
DELETE FROM paper_link_roles WHERE {_OF_PAPERS} AND role NOT IN (
  SELECT said.value FROM link_assertions AS assertion, json_each(assertion.roles) AS said
  WHERE assertion.paper_id = paper_link_roles.paper_id AND assertion.link_id = paper_link_roles.link_id
)
"""

_DROP_LINKS = f"""
DELETE FROM paper_links WHERE {_OF_PAPERS} AND NOT EXISTS (
  SELECT 1 FROM link_assertions AS assertion
  WHERE assertion.paper_id = paper_links.paper_id AND assertion.link_id = paper_links.link_id
)
"""

SUMMED_UP: Final = """
SELECT paper_id, link_id, min(is_promised) AS is_promised, max(is_own) AS is_own FROM link_assertions
WHERE {0} GROUP BY paper_id, link_id
"""
"""There for one source is there; and what one source calls the paper's own is its own."""

_SETTLE_LINKS = f"""
INSERT INTO paper_links (paper_id, link_id, is_promised, is_own)
{SUMMED_UP.format(_OF_PAPERS)}
ON CONFLICT (paper_id, link_id) DO UPDATE SET is_promised = excluded.is_promised, is_own = excluded.is_own
WHERE excluded.is_promised <> paper_links.is_promised OR excluded.is_own <> paper_links.is_own
"""

_SETTLE_ROLES = f"""
INSERT INTO paper_link_roles (paper_id, link_id, role)
SELECT DISTINCT assertion.paper_id, assertion.link_id, said.value
FROM link_assertions AS assertion, json_each(assertion.roles) AS said
WHERE assertion.{_OF_PAPERS}
ON CONFLICT DO NOTHING
"""
