"""What a document says, as rows of one flat form: documents, digests, mentions, links, rejects. Pure, no Spark.

A copy is one file as it was read: the same bytes under two names are two copies of one document. The row of the
document comes last, so that a copy of which a part is missing has none and counts for nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, Final

from catalog.load.account import LoadTerms
from catalog.load.document import digest_values, document_values, in_batches
from catalog.load.mentions import MENTION_TABLES
from catalog.load.names import marked_name, plain_name
from catalog.load.texts import FIELDS
from catalog.models import digests, link_assertions, links, metadata, rejects, repositories, source_documents
from catalog.records import DocumentRecord, PaperRecord, RejectRecord
from catalog.rows import MentionRows, Row, digest_rows, mention_rows


def _columns(*tables: Any, without: tuple[str, ...] = ()) -> tuple[str, ...]:
    named = dict.fromkeys(column.name for table in tables for column in table.columns)
    return tuple(name for name in named if name != "id" and not name.endswith("_id") and name not in without)


HASHES: Final = {field: f"{field}_hash" for field in FIELDS}
"""Text of a mention -> the column that holds what stands for it where texts are compared: 16 bytes of its SHA-256."""

_HASH_BYTES: Final = 16
_MENTION: Final = dict.fromkeys(name for kind in MENTION_TABLES for name in kind.own_columns)

PIECES: Final[dict[str, tuple[str, ...]]] = {
    "document": (
        *_columns(source_documents),
        *("file_name", "file_sha256", "is_dated", "loaded_at", "as_of_date", "catalogue_version", "schema_revision"),
        *("entry_count", "record_count", "reject_count"),
    ),
    "digest": ("place", "plain_name", "marked_name", *_columns(digests, without=("name",))),
    "mention": ("place", *_MENTION, "title_key", *FIELDS, *HASHES.values()),
    "link": ("place", *_columns(links, repositories, link_assertions)),
    "reject": _columns(rejects),
    "fault": ("text", "exit_code"),
}
"""Kind of row -> its columns, besides `copy_id`. `place` is that of the digest in its document, from 0, and null for
what stands outside of any; `is_dated` is 1 where the file name dates a digest; `file_name` and `file_sha256` are those
of the file that was read, which for an export is not the document itself."""

_OWN_NUMBERS: Final = ("copy_id", "place", "is_dated", "exit_code")
_KINDS: Final = {column.name: column.type.python_type for table in metadata.tables.values() for column in table.columns}

NUMBERS: Final = frozenset((*_OWN_NUMBERS, *(name for name, kind in _KINDS.items() if kind is int)))
"""The columns that hold whole numbers; the others hold text, but for `HASHES`."""

COLUMNS: Final = tuple(dict.fromkeys(("piece", "copy_id", *(name for names in PIECES.values() for name in names))))
"""Every column of evidence: one row fills those of its kind, which stands in `piece`."""


def evidence_rows(
    record: DocumentRecord, copy_id: int, terms: LoadTerms, *, file_name: str, file_sha256: str
) -> Iterator[Row]:
    """Yield the rows of one copy, `copy_id`, read on `terms`; papers of any number are read one after another.

    `file_name` and `file_sha256` are those of the file that was read.

    Raises what `mention_rows` raises, and DocumentError where a document changes while it is read.
    """
    for place, (digest, rows) in enumerate(zip(record.digests, digest_rows(record), strict=True)):
        names = {"plain_name": plain_name(record.origin, place), "marked_name": marked_name(record.origin, place)}
        yield _row("digest", copy_id, {"place": place, **names, **digest_values(digest)})
        yield from _mentions(rows, copy_id, place)
    for reject in record.rejects:
        yield _reject(reject, copy_id)
    record_count, reject_count = 0, len(record.rejects)
    for pieces in in_batches(record.papers):
        described = [piece for piece in pieces if isinstance(piece, PaperRecord)]
        yield from _mentions(mention_rows(described), copy_id, None)
        yield from (_reject(piece, copy_id) for piece in pieces if isinstance(piece, RejectRecord))
        record_count += len(described)
        reject_count += len(pieces) - len(described)
    counts = {"entry_count": record.entry_count, "record_count": record_count, "reject_count": reject_count}
    file = {"file_name": file_name, "file_sha256": file_sha256}
    yield _row("document", copy_id, {**document_values(record), **file, **_terms(record, terms), **counts})


def fault_row(sentence: str, exit_code: int, copy_id: int) -> Row:
    """Return the row that says what is wrong with a copy, and how a command ends that had nothing else to do."""
    return _row("fault", copy_id, {"text": sentence, "exit_code": exit_code})


def _terms(record: DocumentRecord, terms: LoadTerms) -> Row:
    return {
        "is_dated": int(any(digest.date_basis == "file name" for digest in record.digests)),
        "loaded_at": terms.loaded_at,
        "as_of_date": terms.as_of.isoformat(),
        "catalogue_version": terms.catalogue_version,
        "schema_revision": terms.schema_revision,
    }


def _mentions(rows: MentionRows, copy_id: int, place: int | None) -> Iterator[Row]:
    for row in rows.mentions:
        yield _row("mention", copy_id, {**row, "place": place, **_hashes(row)})
    for row in rows.links:
        yield _row("link", copy_id, {**row, "place": place})


def _hashes(row: Row) -> Row:
    return {name: _hash(row[field]) for field, name in HASHES.items()}


def _hash(text: str | None) -> bytes | None:
    return None if text is None else hashlib.sha256(text.encode()).digest()[:_HASH_BYTES]


def _reject(reject: RejectRecord, copy_id: int) -> Row:
    values = {name: getattr(reject, name) for name in PIECES["reject"]}
    return _row("reject", copy_id, values)


def _row(piece: str, copy_id: int, values: Row) -> Row:
    return {"piece": piece, "copy_id": copy_id, **values}
