"""Tables -> documents in the catalogue's own JSON, one file for each source document."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path, PurePath
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, case, func, select, true

from catalog.database import create_catalog_engine, require_current, translated_errors
from catalog.errors import CatalogError, exit_code_of_writing
from catalog.export.outputs import Drafts
from catalog.interchange import FORMAT_VERSION, Digest, Entry, Interchange, Link, Paper, Reject, Source, encode
from catalog.load.mentions import ENTRIES, RECORDS, MentionTable
from catalog.load.texts import FIELDS
from catalog.models import digests, link_assertions, links, paper_variants, papers, rejects, source_documents

_Offered = dict[int, list[Link]]
_BATCH: Final = 1000
_MOST_BYTES: Final = 180
"""Of a file name, so that a draft of it has one, too: file systems take 255."""


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
                path = folder / f"{_safe(name, document.sha256)}.json"
                with Drafts() as drafts, drafts.file(path) as file:
                    file.write(encode(content).encode("utf-8"))
                yield path
    except OSError as error:
        sentence = f"{folder}: cannot be written to ({error.strerror}); name another folder."
        raise CatalogError(sentence, exit_code_of_writing(error)) from error
    finally:
        engine.dispose()


def _interchange(connection: Connection, document: Row[Any], *, facts_only: bool) -> tuple[str, Interchange]:
    """Return the name of the document's first digest, and the document with all its digests."""
    with_prose = bool(document.is_complete) and not facts_only
    own = digests_of(connection, document)
    content = Interchange(
        catalogue=FORMAT_VERSION,
        source=source_of(document),
        is_complete=with_prose,
        digests=[digest for _, digest in written_digests(connection, document, own, with_prose=with_prose)],
        papers=list(written_papers(connection, document, with_prose=with_prose)),
        rejects=written_rejects(connection, document) if with_prose else [],
    )
    return own[0].name if own else _file_name(document), content


def source_of(document: Row[Any]) -> Source:
    """Return what the format says of a document itself; `document` is its row."""
    return Source(
        name=document.name,
        sha256=document.sha256,
        byte_count=document.byte_count,
        line_count=document.line_count,
        format=document.format,
    )


def digests_of(connection: Connection, document: Row[Any]) -> Sequence[Row[Any]]:
    """Return the rows of a document's digests in their order."""
    own = select(digests).where(digests.c.source_document_id == document.id).order_by(digests.c.id)
    return connection.execute(own).all()


def written_digests(
    connection: Connection, document: Row[Any], own: Sequence[Row[Any]], *, with_prose: bool
) -> list[tuple[Row[Any], Digest]]:
    """Return the digests of a document in the format, each with its row."""
    offered = _links(connection, document, link_assertions.c.digest_id.is_not(None))
    return [(digest, _digest(connection, digest, offered[digest.id], with_prose=with_prose)) for digest in own]


def _safe(name: str, sha256: str) -> str:
    """Return `name` as the name of a file inside the folder: it may come from a stranger's document or catalogue.

    Another one is told apart by the hash of its document.
    """
    safe = re.sub(r"[/\\\0]", "_", name).encode("utf-8")[:_MOST_BYTES].decode("utf-8", "ignore")
    return name if safe == name else f"{safe}-{sha256[:8]}"


def _file_name(document: Row[Any]) -> str:
    """A document without digests is named like one; the hash tells those of one name apart."""
    return f"{PurePath(document.name).stem or document.name}-{document.sha256[:8]}"


def _digest(connection: Connection, digest: Row[Any], offered: _Offered, *, with_prose: bool) -> Digest:
    return Digest(
        kind=digest.kind,
        title=digest.title,
        curator=digest.curator,
        query=digest.query,
        url=digest.url,
        printed_date=digest.printed_date,
        digest_date=digest.digest_date,
        date_basis=digest.date_basis,
        earliest_date=digest.earliest_date,
        latest_date=digest.latest_date,
        entries=[
            _entry(row, offered[row.position], with_prose=with_prose)
            for row in connection.execute(_mentions(ENTRIES, digest.id))
        ],
    )


def _mentions(kind: MentionTable, container_id: int) -> Any:
    """Select the mentions of a digest or document with the texts that they gave."""
    table = kind.table
    texts = []
    for field in FIELDS:
        variant = select(paper_variants.c[field]).where(paper_variants.c.id == table.c[f"{field}_variant_id"])
        gave_it = true() if field == "title" else table.c[f"has_{field}"] == 1
        texts.append(case((gave_it, func.coalesce(variant.scalar_subquery(), papers.c[field]))).label(field))
    return (
        select(table, *texts)
        .join_from(table, papers, papers.c.id == table.c.paper_id)
        .where(table.c[kind.container] == container_id)
        .order_by(table.c.position)
    )


def _entry(entry: Row[Any], offered: list[Link], *, with_prose: bool) -> Entry:
    return Entry(
        title=entry.title,
        line_start=entry.line_start,
        line_end=entry.line_end,
        abstract_line=entry.abstract_line,
        abstract=entry.abstract if with_prose else None,
        arxiv_id=entry.arxiv_id,
        authors=_listed(entry.authors),
        author_count=entry.author_count,
        publication_date=entry.publication_date if entry.printed_publication_date is None else None,
        printed_publication_date=entry.printed_publication_date,
        upvote_count=entry.upvote_count,
        comment_count=entry.comment_count,
        submitted_by=entry.submitted_by,
        organization=entry.organization,
        links=offered,
    )


def written_papers(connection: Connection, document: Row[Any], *, with_prose: bool) -> Iterator[Paper]:
    """Yield the papers that a document describes outside of any digest, in the format; few are in memory at a time."""
    rows = iter(connection.execute(_mentions(RECORDS, document.id)))
    while batch := list(islice(rows, _BATCH)):
        between = link_assertions.c.position.between(batch[0].position, batch[-1].position)
        offered = _links(connection, document, link_assertions.c.digest_id.is_(None), between)[None]
        for row in batch:
            yield _paper(row, offered[row.position], with_prose=with_prose)


def _paper(row: Row[Any], offered: list[Link], *, with_prose: bool) -> Paper:
    return Paper(
        position=row.position,
        title=row.title,
        line_start=row.line_start,
        line_end=row.line_end,
        abstract_line=row.abstract_line,
        abstract=row.abstract if with_prose else None,
        arxiv_id=row.arxiv_id,
        authors=_listed(row.authors),
        author_count=row.author_count,
        publication_date=row.publication_date,
        arxiv_version=row.arxiv_version,
        updated_date=row.updated_date,
        doi=row.doi,
        categories=_listed(row.categories),
        comment=row.comment if with_prose else None,
        links=offered,
    )


def _listed(array: str | None) -> list[Any]:
    return [] if array is None else list(json.loads(array))


def _links(connection: Connection, document: Row[Any], *conditions: ColumnElement[bool]) -> dict[int | None, _Offered]:
    """Return what the document asserts under `conditions`, by digest (None outside of any) and position."""
    asserted = (
        select(link_assertions, links.c.url)
        .join(links, links.c.id == link_assertions.c.link_id)
        .where(link_assertions.c.source_document_id == document.id, *conditions)
        .order_by(link_assertions.c.id)
    )
    offered: dict[int | None, _Offered] = defaultdict(lambda: defaultdict(list))
    for row in connection.execute(asserted):
        offered[row.digest_id][row.position].append(_link(row))
    return offered


def _link(row: Row[Any]) -> Link:
    return Link(
        verbatim=row.verbatim,
        url=row.url,
        asserted_by=row.asserted_by,
        line=row.line,
        char_start=row.char_start,
        sub_path=row.sub_path,
        roles=_listed(row.roles),
        is_promised=bool(row.is_promised),
        is_own=bool(row.is_own),
        field=row.field,
        added_by=row.added_by,
        is_official=_flag(row.is_official),
        is_mentioned_in_paper=_flag(row.is_mentioned_in_paper),
        is_mentioned_in_repository=_flag(row.is_mentioned_in_repository),
        framework=row.framework,
    )


def _flag(value: int | None) -> bool | None:
    return None if value is None else bool(value)


def written_rejects(connection: Connection, document: Row[Any]) -> list[Reject]:
    """Return the pieces of a document that could not be understood, in the format."""
    own = select(rejects).where(rejects.c.source_document_id == document.id).order_by(rejects.c.id)
    return [
        Reject(line_start=row.line_start, line_end=row.line_end, text=row.text, reason=row.reason)
        for row in connection.execute(own)
    ]
