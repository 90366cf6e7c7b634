"""Links -> repositories, links, who says so, and what the sentence says of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    and_,
    bindparam,
    func,
    insert,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.sqlite import insert as upsert

from catalog.load.mentions import MentionTable
from catalog.load.staging import packed_ids, staged, statement
from catalog.models import link_assertions, links, repositories

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
_COLUMNS = (
    "position",
    "url",
    "url_key",
    "host",
    "kind",
    "owner",
    "name",
    *_SAID,
)
_DOCUMENT = bindparam("source_document_id", type_=Integer)


def load_links(connection: Connection, kind: MentionTable, bound: dict[str, Any], *, is_completion: bool) -> int:
    """Store the links of the staged mentions, which are there already; return how many assertions are new.

    `bound` holds `mentions` and `links` (packed rows), the id of the mentions' container and `source_document_id`.
    With `is_completion` assertions of the document are there already, and may have been made out otherwise.
    """
    connection.execute(_upsert_repositories(), bound)
    connection.execute(_upsert_links(), bound)
    added = connection.scalars(_insert_assertions(kind), bound).all()
    reworded = connection.scalars(statement(_REWORD), bound).all() if is_completion else []
    if added or reworded:
        settle_links(connection, [*added, *reworded])
    return len(added)


def settle_links(connection: Connection, paper_ids: Iterable[int]) -> None:
    """Bring links and roles of `paper_ids` in line with what the assertions say of them."""
    bound = {"paper_ids": packed_ids(set(paper_ids))}
    for settling in (_DROP_ROLES, _DROP_LINKS, _SETTLE_LINKS, _SETTLE_ROLES):
        connection.execute(statement(settling), bound)


def _is_preferred(one: ColumnElement[str], other: ColumnElement[str]) -> ColumnElement[bool]:
    """Which spelling of one address is shown, whatever the order of loading: https, else the first by code point."""
    secure, was_secure = one.startswith("https:"), other.startswith("https:")
    return or_(and_(secure, ~was_secure), and_(secure == was_secure, one < other))


def _upsert_repositories() -> Any:
    link = staged("links", _COLUMNS)
    columns = ("host", "owner", "name", "url")
    rows = (
        select(*(link.c[key] for key in columns))
        .where(link.c.kind == "repository")
        .group_by(link.c.url)
        .order_by(func.min(link.c.position))
    )
    statement = upsert(repositories).from_select(columns, rows)
    return statement.on_conflict_do_update(
        index_elements=["host", "owner", "name"],
        set_={key: statement.excluded[key] for key in ("owner", "name", "url")},
        where=_is_preferred(statement.excluded.url, repositories.c.url),
    )


def _upsert_links() -> Any:
    link = staged("links", _COLUMNS)
    is_its = and_(
        link.c.kind == "repository",
        repositories.c.host == link.c.host,
        repositories.c.owner == link.c.owner,
        repositories.c.name == link.c.name,
    )
    rows = (
        select(link.c.url, link.c.url_key, link.c.host, link.c.kind, repositories.c.id)
        .join_from(link, repositories, is_its, isouter=True)
        .where(true())
        .group_by(link.c.url)
        .order_by(func.min(link.c.position))
    )
    statement = upsert(links).from_select(["url", "url_key", "host", "kind", "repository_id"], rows)
    return statement.on_conflict_do_update(
        index_elements=["url_key"],
        set_={"url": statement.excluded.url, "host": statement.excluded.host},
        where=_is_preferred(statement.excluded.url, links.c.url),
    )


def _insert_assertions(kind: MentionTable) -> Any:
    link, table = staged("links", _COLUMNS), kind.table
    digest_id = table.c.digest_id if kind.container == "digest_id" else null()
    # The same link at the same place, whatever its words were made out to be.
    is_known = (
        select(link_assertions.c.id)
        .where(
            link_assertions.c.source_document_id == _DOCUMENT,
            link_assertions.c.position == link.c.position,
            link_assertions.c.digest_id.is_not_distinct_from(digest_id),
            link_assertions.c.link_id == links.c.id,
            *(link_assertions.c[key].is_not_distinct_from(link.c[key]) for key in _PLACED),
        )
        .exists()
    )
    rows = (
        select(
            table.c.paper_id,
            links.c.id,
            _DOCUMENT,
            digest_id,
            link.c.position,
            *(link.c[key] for key in _SAID),
        )
        .join_from(link, table, kind.is_staged(link))
        .join(links, links.c.url_key == link.c.url_key)
        .where(~is_known)
        .order_by(link.c.position, link.c.line, link.c.char_start)
    )
    columns = ["paper_id", "link_id", "source_document_id", "digest_id", "position", *_SAID]
    return insert(link_assertions).from_select(columns, rows).returning(link_assertions.c.paper_id)


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

# There for one source is there; and what one source calls the paper's own is its own.
_SETTLE_LINKS = f"""
INSERT INTO paper_links (paper_id, link_id, is_promised, is_own)
SELECT paper_id, link_id, min(is_promised), max(is_own) FROM link_assertions
WHERE {_OF_PAPERS} GROUP BY paper_id, link_id
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
