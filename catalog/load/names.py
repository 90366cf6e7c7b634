"""Names of digests, unique and for people, the same whatever the order of loading."""

from __future__ import annotations

from pathlib import PurePath

from sqlalchemy import Connection, and_, func, literal, or_, select, update

from catalog.models import digests, source_documents
from catalog.records import Origin


def digest_name(connection: Connection, origin: Origin, place: int) -> tuple[str, set[int]]:
    """Return the name of the document's digest at `place` (from 0), and the digests that were renamed for its sake.

    The name is the document's file name without ending.

    Where documents share a file name, each of their digests carries the first eight digits of its document's hash, also
    the one that was there first: it is renamed here.
    """
    plain = _plain_name(origin.name, place)
    if not _is_shared(connection, plain):
        return plain, set()
    first = connection.execute(
        select(digests.c.id, source_documents.c.sha256)
        .join(source_documents, source_documents.c.id == digests.c.source_document_id)
        .where(digests.c.name == plain)
    ).one_or_none()
    if first is not None:
        renamed = _marked(plain, first.sha256)
        connection.execute(update(digests).where(digests.c.id == first.id).values(name=renamed))
    return _marked(plain, origin.sha256), set() if first is None else {first.id}


def _plain_name(file_name: str, place: int) -> str:
    stem = PurePath(file_name).stem or file_name
    return stem if place == 0 else f"{stem} {place + 1}"


def _marked(plain: str, sha256: str) -> str:
    return f"{plain}-{sha256[:8]}"


def _is_shared(connection: Connection, plain: str) -> bool:
    # The range keeps the look-up inside the index: "-" is followed by "." in code point order.
    may_be_marked = digests.c.name.between(f"{plain}-", f"{plain}.")
    is_marked = digests.c.name == literal(f"{plain}-") + func.substr(source_documents.c.sha256, 1, 8)
    same_name = (
        select(digests.c.id)
        .join(source_documents, source_documents.c.id == digests.c.source_document_id)
        .where(or_(digests.c.name == plain, and_(may_be_marked, is_marked)))
    )
    return connection.execute(same_name.limit(1)).first() is not None
