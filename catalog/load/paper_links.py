"""Links -> repositories, links, who says so, and what the sentence says of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Final

from sqlalchemy import Connection

from catalog.load.mentions import Staged
from catalog.load.staging import packed, packed_ids, run, run_many, run_scalars
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
_of_repository = itemgetter("host", "owner", "name", "url")
_of_link = itemgetter("url", "url_key", "host", "kind", "owner", "name")

# Which spelling of one address is shown, whatever the order of loading: https, else the first by code point.
_IS_PREFERRED: Final = """
(excluded.url NOT GLOB 'https:*', excluded.url) < ({table}.url NOT GLOB 'https:*', {table}.url)
"""

_UPSERT_REPOSITORY: Final = f"""
INSERT INTO repositories (host, owner, name, url) VALUES (?, ?, ?, ?)
ON CONFLICT (host, owner, name) DO UPDATE SET owner = excluded.owner, name = excluded.name, url = excluded.url
WHERE {_IS_PREFERRED.format(table="repositories")}
"""

_UPSERT_LINK: Final = f"""
INSERT INTO links (url, url_key, host, kind, repository_id) VALUES (?1, ?2, ?3, ?4, iif(
  ?4 = 'repository', (SELECT id FROM repositories WHERE host = ?3 AND owner = ?5 AND name = ?6), NULL
))
ON CONFLICT (url_key) DO UPDATE SET url = excluded.url, host = excluded.host
WHERE {_IS_PREFERRED.format(table="links")}
"""

_INSERT_ASSERTION: Final = f"""
INSERT INTO link_assertions (paper_id, link_id, source_document_id, digest_id, position, {", ".join(_SAID)})
VALUES (?, (SELECT id FROM links WHERE url_key = ?), {", ".join("?" * (3 + len(_SAID)))})
"""

# The same link at the same place, whatever its words were made out to be.
_IS_KNOWN: Final = f"""
SELECT 1 FROM link_assertions
WHERE source_document_id = :source_document_id AND position = :position AND digest_id IS :digest_id
  AND link_id = (SELECT id FROM links WHERE url_key = :url_key)
  AND {" AND ".join(f"{key} IS :{key}" for key in _PLACED)}
"""


def load_links(
    connection: Connection, staged: Staged, paper_ids: Sequence[int], *, is_completion: bool
) -> tuple[int, set[int]]:
    """Store the links of the staged mentions, which are there already, of the papers at their places in `paper_ids`.

    Returns how many assertions are new, and the papers whose links `settle_links` must bring in line. With
    `is_completion` assertions of the document are there already, and may have been made out otherwise.
    """
    if not staged.links:
        return 0, set()
    paper_at = {mention["position"]: paper for mention, paper in zip(staged.mentions, paper_ids, strict=True)}
    container = {"digest_id": staged.digest_id, "source_document_id": staged.document_id}
    links = sorted(staged.links, key=_place)
    _store_targets(connection, links)
    reworded: list[int] = []
    if is_completion:
        links = [link for link in links if not run(connection, _IS_KNOWN, {**link, **container})]
        reworded = list(run_scalars(connection, _REWORD, {**container, "links": packed(staged.links)}))
    papers = [paper_at[link["position"]] for link in links]
    rows = [
        (paper_id, link["url_key"], staged.document_id, staged.digest_id, link["position"], *_said(link))
        for paper_id, link in zip(papers, links, strict=True)
    ]
    run_many(connection, _INSERT_ASSERTION, rows)
    return len(rows), {*papers, *reworded}


def _place(link: Row) -> tuple[int, int, int]:
    return link["position"], link["line"] or 0, -1 if link["char_start"] is None else link["char_start"]


def _store_targets(connection: Connection, rows: Iterable[Row]) -> None:
    """Store what the links lead to, each address once."""
    first: dict[str, Row] = {}
    for row in rows:
        first.setdefault(row["url"], row)
    targets = sorted(first.values(), key=lambda row: (row["position"], row["url"]))
    repositories = [row for row in targets if row["kind"] == "repository"]
    run_many(connection, _UPSERT_REPOSITORY, list(map(_of_repository, repositories)))
    run_many(connection, _UPSERT_LINK, list(map(_of_link, targets)))


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
