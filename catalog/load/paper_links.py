"""Links -> repositories, links, who says so, and what the sentence says of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, and_, bindparam, func, insert, or_, select, true
from sqlalchemy.dialects.sqlite import insert as upsert

from catalog.load.staging import staged
from catalog.models import digest_entries, link_assertions, links, paper_link_roles, paper_links, repositories

_COLUMNS = (
    "position",
    "url",
    "url_key",
    "host",
    "kind",
    "owner",
    "name",
    "sub_path",
    "asserted_by",
    "verbatim",
    "line",
    "char_start",
    "is_promised",
    "is_own",
)
_DIGEST = bindparam("digest_id", type_=Integer)
_DOCUMENT = bindparam("source_document_id", type_=Integer)


def load_links(connection: Connection, bound: dict[str, Any]) -> int:
    """Store the links of one digest's entries; return how many assertions are new.

    `bound` holds `links` and `roles` (packed rows), `digest_id` and `source_document_id`. Its entries are there.
    """
    connection.execute(_upsert_repositories(), bound)
    connection.execute(_upsert_links(), bound)
    connection.execute(_upsert_paper_links(), bound)
    connection.execute(_insert_roles(), bound)
    return len(connection.scalars(_insert_assertions(), bound).all())


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


def _with_ids(staged_rows: Any, *columns: ColumnElement[Any]) -> Any:
    """Select paper, link and `columns` for each staged row of the digest."""
    return (
        select(digest_entries.c.paper_id, links.c.id.label("link_id"), *columns)
        .join_from(staged_rows, digest_entries, digest_entries.c.position == staged_rows.c.position)
        .join(links, links.c.url_key == staged_rows.c.url_key)
        .where(digest_entries.c.digest_id == _DIGEST)
    )


def _upsert_paper_links() -> Any:
    link = staged("links", _COLUMNS)
    rows = _with_ids(link, link.c.is_promised, link.c.is_own)
    statement = upsert(paper_links).from_select(["paper_id", "link_id", "is_promised", "is_own"], rows)
    excluded = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["paper_id", "link_id"],
        # There for one source is there; and what one source calls the paper's own is its own.
        set_={
            "is_promised": func.min(paper_links.c.is_promised, excluded.is_promised),
            "is_own": func.max(paper_links.c.is_own, excluded.is_own),
        },
        where=or_(excluded.is_promised < paper_links.c.is_promised, excluded.is_own > paper_links.c.is_own),
    )


def _insert_roles() -> Any:
    role = staged("roles", ("position", "url_key", "role"))
    rows = _with_ids(role, role.c.role)
    return upsert(paper_link_roles).from_select(["paper_id", "link_id", "role"], rows).on_conflict_do_nothing()


def _insert_assertions() -> Any:
    link = staged("links", _COLUMNS)
    said = ("asserted_by", "verbatim", "sub_path", "line", "char_start")
    is_known = (
        select(link_assertions.c.id)
        .where(
            link_assertions.c.source_document_id == _DOCUMENT,
            link_assertions.c.paper_id == digest_entries.c.paper_id,
            link_assertions.c.link_id == links.c.id,
            *(link_assertions.c[key].is_not_distinct_from(link.c[key]) for key in said),
        )
        .exists()
    )
    rows = (
        _with_ids(link, _DOCUMENT, *(link.c[key] for key in said))
        .where(~is_known)
        .order_by(link.c.position, link.c.line, link.c.char_start)
    )
    return (
        insert(link_assertions)
        .from_select(["paper_id", "link_id", "source_document_id", *said], rows)
        .returning(link_assertions.c.id)
    )
