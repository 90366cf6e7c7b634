"""Names of digests, unique and for people, the same whatever the order of loading.

A digest is named after its document's file, without the ending. Where documents share a file name, each of their
digests carries the first eight digits of its document's hash. Of several names of one document, the first in order
counts: a copy under another name is no other document.
"""

from __future__ import annotations

from pathlib import PurePath
from sqlite3 import Row
from typing import Final

from sqlalchemy import Connection, select, update

from catalog.load.staging import run
from catalog.models import digests, source_documents
from catalog.records import DocumentRecord, Origin

# Those that are marked already give way to none, and come first.
_NAMED: Final = """
SELECT digests.id, digests.name, sha256 FROM digests JOIN source_documents ON source_documents.id = source_document_id
WHERE digests.name = :plain
  OR digests.name BETWEEN :first AND :end AND digests.name = :first || substr(sha256, 1, 8)
ORDER BY length(digests.name) DESC, digests.id
"""

_RENAME: Final = "UPDATE digests SET name = :name WHERE id = :id"


def plain_name(origin: Origin, place: int) -> str:
    """Return the name of the document's digest at `place` (from 0), where no other document shares it."""
    stem = PurePath(origin.name).stem or origin.name
    return stem if place == 0 else f"{stem} {place + 1}"


def marked_name(origin: Origin, place: int) -> str:
    """Return the name of the document's digest at `place` (from 0) that no other document shares."""
    return _marked(plain_name(origin, place), origin.sha256)


def settle_names(connection: Connection, plain: str) -> set[int]:
    """Mark the digests that share the name `plain`, or let the only one have it; return those with another name now."""
    # The range keeps the look-up inside the index: "-" is followed by "." in code point order.
    named = run(connection, _NAMED, {"plain": plain, "first": f"{plain}-", "end": f"{plain}."})
    renamed = set()
    for row in named:
        name = plain if len(named) == 1 else _marked(plain, row["sha256"])
        if row["name"] != name:
            run(connection, _RENAME, {"id": row["id"], "name": name})
            renamed.add(int(row["id"]))
    return renamed


def is_better_named(connection: Connection, record: DocumentRecord, known: Row) -> bool:
    """Whether the name of this copy is the one to keep: one that dates a digest, else the first in order."""
    if record.origin.name == known["name"]:
        return False
    dated = select(digests.c.id).where(digests.c.source_document_id == known["id"], digests.c.date_basis == "file name")
    was_dated = connection.execute(dated.limit(1)).first() is not None
    is_dated = any(digest.date_basis == "file name" for digest in record.digests)
    return (not is_dated, record.origin.name) < (not was_dated, known["name"])


def rename_document(connection: Connection, record: DocumentRecord, document_id: int, former: Origin) -> set[int]:
    """Give a document the name of a copy of it, with what the name says of its digests; return digests that changed."""
    changed: set[int] = set()
    connection.execute(
        update(source_documents).values(name=record.origin.name).where(source_documents.c.id == document_id)
    )
    own = select(digests.c.id).where(digests.c.source_document_id == document_id).order_by(digests.c.id)
    places = list(enumerate(connection.scalars(own).all()))
    # All former names go first: one of them may be the new name of another digest of the document.
    for place, digest_id in places:
        aside = {"name": f"{record.origin.sha256} {place}"}
        connection.execute(update(digests).values(aside).where(digests.c.id == digest_id))
    for place, _ in places:
        changed |= settle_names(connection, plain_name(former, place))
    for place, digest_id in places:
        digest = record.digests[place]
        named = {"name": marked_name(record.origin, place), "kind": digest.kind, "query": digest.query}
        if digest.date_basis == "file name":
            named |= dict.fromkeys(("digest_date", "earliest_date", "latest_date"), digest.digest_date)
            named["date_basis"] = digest.date_basis
        connection.execute(update(digests).values(named).where(digests.c.id == digest_id))
        changed |= {digest_id} | settle_names(connection, plain_name(record.origin, place))
    return changed


def _marked(plain: str, sha256: str) -> str:
    return f"{plain}-{sha256[:8]}"
