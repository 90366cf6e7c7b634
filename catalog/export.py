"""Tables -> documents in the catalogue's own JSON, one file for each source document."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select

from catalog.database import create_catalog_engine, require_current, translated_errors
from catalog.errors import CatalogError
from catalog.interchange import FORMAT_VERSION, Digest, Entry, Interchange, Link, Reject, Source, encode
from catalog.models import (
    digest_entries,
    digests,
    link_assertions,
    links,
    paper_link_roles,
    paper_links,
    paper_variants,
    papers,
    rejects,
    source_documents,
)


def export_documents(database: Path, folder: Path, *, facts_only: bool) -> Iterator[Path]:
    """Write every source document of the catalogue into `folder` as JSON, and yield the path of each file.

    With `facts_only` prose is left out: abstracts and rejected text. The same content gives the same bytes. Raises
    CatalogError where the catalogue or the folder cannot be used.
    """
    require_current(database)
    engine = create_catalog_engine(database, read_only=True)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with translated_errors(database), engine.begin() as connection:
            for document in connection.execute(select(source_documents).order_by(source_documents.c.id)).all():
                name, content = _interchange(connection, document, facts_only=facts_only)
                yield _write(folder / f"{name}.json", encode(content))
    except OSError as error:
        raise CatalogError(f"{folder}: cannot be written to ({error.strerror}); name another folder.") from error
    finally:
        engine.dispose()


def _write(path: Path, text: str) -> Path:
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    draft.write_text(text, encoding="utf-8", newline="\n")
    draft.replace(path)
    return path


def _interchange(connection: Connection, document: Row[Any], *, facts_only: bool) -> tuple[str, Interchange]:
    """Return the name of the document's first digest, and the document with all its digests."""
    with_prose = bool(document.is_complete) and not facts_only
    own = connection.execute(
        select(digests).where(digests.c.source_document_id == document.id).order_by(digests.c.id)
    ).all()
    content = Interchange(
        catalogue=FORMAT_VERSION,
        source=Source(
            name=document.name,
            sha256=document.sha256,
            byte_count=document.byte_count,
            line_count=document.line_count,
            format=document.format,
        ),
        is_complete=with_prose,
        digests=[_digest(connection, digest, with_prose=with_prose) for digest in own],
        rejects=_rejects(connection, document) if with_prose else [],
    )
    return own[0].name, content


def _digest(connection: Connection, digest: Row[Any], *, with_prose: bool) -> Digest:
    offered = _links(connection, digest)
    entries = connection.execute(_entries(digest)).all()
    return Digest(
        kind=digest.kind,
        title=digest.title,
        curator=digest.curator,
        query=digest.query,
        printed_date=digest.printed_date,
        digest_date=digest.digest_date,
        date_basis=digest.date_basis,
        earliest_date=digest.earliest_date,
        latest_date=digest.latest_date,
        entries=[_entry(entry, offered[entry.position], with_prose=with_prose) for entry in entries],
    )


def _entries(digest: Row[Any]) -> Any:
    def variant(field: str) -> Any:
        return (
            select(func.min(paper_variants.c[field]))
            .where(
                paper_variants.c.paper_id == papers.c.id,
                paper_variants.c.source_document_id == digest.source_document_id,
            )
            .scalar_subquery()
        )

    return (
        select(
            digest_entries,
            papers.c.arxiv_id,
            func.coalesce(variant("title"), papers.c.title).label("title"),
            func.coalesce(variant("abstract"), papers.c.abstract).label("abstract"),
        )
        .join(papers, papers.c.id == digest_entries.c.paper_id)
        .where(digest_entries.c.digest_id == digest.id)
        .order_by(digest_entries.c.position)
    )


def _entry(entry: Row[Any], offered: list[Link], *, with_prose: bool) -> Entry:
    return Entry(
        title=entry.title,
        line_start=entry.line_start,
        line_end=entry.line_end,
        abstract_line=entry.abstract_line,
        abstract=entry.abstract if with_prose and entry.abstract_line is not None else None,
        arxiv_id=entry.arxiv_id,
        author_count=entry.author_count,
        publication_date=entry.publication_date if entry.printed_publication_date is None else None,
        printed_publication_date=entry.printed_publication_date,
        upvote_count=entry.upvote_count,
        comment_count=entry.comment_count,
        submitted_by=entry.submitted_by,
        links=offered,
    )


def _links(connection: Connection, digest: Row[Any]) -> dict[int, list[Link]]:
    """Return what the document asserts, by position in the digest: each link belongs to the entry that it stands in."""
    listed = select(digest_entries.c.paper_id).where(digest_entries.c.digest_id == digest.id)
    roles = _roles(connection, listed)
    entry, first = digest_entries.alias("entry"), digest_entries.alias("first")
    first_position = select(func.min(first.c.position)).where(
        first.c.digest_id == digest.id, first.c.paper_id == entry.c.paper_id
    )
    stands_there = or_(
        link_assertions.c.line.between(entry.c.line_start, entry.c.line_end),
        and_(link_assertions.c.line.is_(None), entry.c.position == first_position.scalar_subquery()),
    )
    asserted = (
        select(entry.c.position, link_assertions, links.c.url, paper_links.c.is_promised, paper_links.c.is_own)
        .join_from(link_assertions, entry, and_(entry.c.paper_id == link_assertions.c.paper_id, stands_there))
        .join(links, links.c.id == link_assertions.c.link_id)
        .join(
            paper_links,
            and_(
                paper_links.c.paper_id == link_assertions.c.paper_id,
                paper_links.c.link_id == link_assertions.c.link_id,
            ),
        )
        .where(
            link_assertions.c.source_document_id == digest.source_document_id,
            entry.c.digest_id == digest.id,
        )
        .order_by(link_assertions.c.id)
    )
    offered: dict[int, list[Link]] = defaultdict(list)
    for row in connection.execute(asserted):
        link = Link(
            verbatim=row.verbatim,
            url=row.url,
            asserted_by=row.asserted_by,
            line=row.line,
            char_start=row.char_start,
            sub_path=row.sub_path,
            roles=roles[row.paper_id, row.link_id],
            is_promised=bool(row.is_promised),
            is_own=bool(row.is_own),
        )
        offered[row.position].append(link)
    return offered


def _roles(connection: Connection, listed: Any) -> dict[tuple[int, int], list[Any]]:
    roles: dict[tuple[int, int], list[Any]] = defaultdict(list)
    known = select(paper_link_roles).where(paper_link_roles.c.paper_id.in_(listed)).order_by(paper_link_roles.c.role)
    for row in connection.execute(known):
        roles[row.paper_id, row.link_id].append(row.role)
    return roles


def _rejects(connection: Connection, document: Row[Any]) -> list[Reject]:
    own = select(rejects).where(rejects.c.source_document_id == document.id).order_by(rejects.c.id)
    return [
        Reject(line_start=row.line_start, line_end=row.line_end, text=row.text, reason=row.reason)
        for row in connection.execute(own)
    ]
