"""Names of digests, unique and for people, the same whatever the order of loading.

A digest is named after its document's file, without the ending. Where documents share a file name, each of their
digests carries the first eight digits of its document's hash. Of several names of one document, the first in order
counts: a copy under another name is no other document.
"""

from __future__ import annotations

from pathlib import PurePath

from sqlalchemy import Connection, Select, and_, func, literal, or_, select, update

from catalog.models import digests, source_documents
from catalog.records import Origin


def plain_name(origin: Origin, place: int) -> str:
    """Return the name of the document's digest at `place` (from 0), where no other document shares it."""
    stem = PurePath(origin.name).stem or origin.name
    return stem if place == 0 else f"{stem} {place + 1}"


def marked_name(origin: Origin, place: int) -> str:
    """Return the name of the document's digest at `place` (from 0) that no other document shares."""
    return _marked(plain_name(origin, place), origin.sha256)


def settle_names(connection: Connection, plain: str) -> set[int]:
    """Mark the digests that share the name `plain`, or let the only one have it; return those with another name now."""
    named = connection.execute(_named(plain)).all()
    renamed = set()
    for row in named:
        name = plain if len(named) == 1 else _marked(plain, row.sha256)
        if row.name != name:
            connection.execute(update(digests).where(digests.c.id == row.id).values(name=name))
            renamed.add(int(row.id))
    return renamed


def _marked(plain: str, sha256: str) -> str:
    return f"{plain}-{sha256[:8]}"


def _named(plain: str) -> Select[tuple[int, str, str]]:
    # The range keeps the look-up inside the index: "-" is followed by "." in code point order.
    may_be_marked = digests.c.name.between(f"{plain}-", f"{plain}.")
    is_marked = digests.c.name == literal(f"{plain}-") + func.substr(source_documents.c.sha256, 1, 8)
    return (
        select(digests.c.id, digests.c.name, source_documents.c.sha256)
        .join(source_documents, source_documents.c.id == digests.c.source_document_id)
        .where(or_(digests.c.name == plain, and_(may_be_marked, is_marked)))
        # Those that are marked already give way to none.
        .order_by(func.length(digests.c.name).desc(), digests.c.id)
    )
