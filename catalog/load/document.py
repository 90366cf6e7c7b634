"""One document -> the tables, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from itertools import islice
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, Table, func, insert, or_, select, update

from catalog.documents import DocumentError
from catalog.errors import CatalogError
from catalog.load.account import Account, LoadTerms, Tally
from catalog.load.batch import Batch
from catalog.load.digest_dates import give_year, listed_papers, settle_dates
from catalog.load.facts import NUMBERS, settle_numbers
from catalog.load.identity import identify
from catalog.load.mentions import ENTRIES, RECORDS, MentionTable, Staged, insert_mentions, stored_papers
from catalog.load.names import is_better_named, marked_name, plain_name, rename_document, settle_names
from catalog.load.new_papers import insert_papers
from catalog.load.paper_links import load_links
from catalog.load.reconcile import reconcile
from catalog.load.repeats import settle_repeats
from catalog.load.staging import id_set, packed_ids, run, run_scalars
from catalog.load.texts import add_texts
from catalog.models import digest_entries, digests, loads, rejects, source_documents
from catalog.records import DigestRecord, DocumentRecord, PaperRecord, RejectRecord
from catalog.rows import MentionRows, digest_rows, mention_rows

BATCH: Final = 1000
"""How many papers outside of digests are stored at a time, so that a list of any length takes little memory."""

_KNOWN: Final = "SELECT id, name, is_complete FROM source_documents WHERE sha256 = :sha256"

_STORED: Final = """
SELECT
  (SELECT count(*) FROM digest_entries JOIN digests ON digests.id = digest_id
   WHERE digests.source_document_id = :source_document_id),
  (SELECT count(*) FROM paper_records WHERE source_document_id = :source_document_id),
  (SELECT count(*) FROM rejects WHERE source_document_id = :source_document_id)
"""

_REPEATED: Final = """
SELECT digests.name AS own, repeated.name AS other
FROM digests JOIN digests AS repeated ON repeated.id = digests.repeats_digest_id
WHERE digests.source_document_id = :source_document_id ORDER BY digests.id
"""

_REPEATED_BY: Final = """
SELECT digests.name AS own, repeating.name AS other
FROM digests JOIN digests AS repeating ON repeating.repeats_digest_id = digests.id
WHERE digests.source_document_id = :source_document_id AND repeating.source_document_id <> digests.source_document_id
ORDER BY digests.id, repeating.name
"""

_END_RELEASE: Final = "DELETE FROM releases"


def load_document(
    connection: Connection, record: DocumentRecord, terms: LoadTerms, batch: Batch | None = None
) -> Account:
    """Store one document and return the account of it, inside the transaction that the caller holds.

    With `batch` what no account tells waits in it, for the caller to settle before the transaction ends.

    A document that is there already, by its content hash, changes nothing; one of which only the facts are there is
    completed, and one that existed by an earlier day than was known dates its digests anew. Raises DocumentError where
    a given year contradicts the evidence, and CatalogError where not all that was read is stored.
    """
    if batch is None:
        batch = Batch()
        account = load_document(connection, record, terms, batch)
        batch.settle(connection)
        return account
    known = next(iter(run(connection, _KNOWN, {"sha256": record.origin.sha256})), None)
    document_id = known["id"] if known is not None else _inserted(connection, source_documents, document_values(record))
    is_known = known is not None and bool(known["is_complete"] >= record.is_complete)
    tally = Tally(is_completion=known is not None)
    if known is not None and is_better_named(connection, record, known):
        tally.digests |= rename_document(connection, record, document_id, replace(record.origin, name=known["name"]))
        _end_release(connection)
    if known is not None and _is_older_than_known(connection, document_id, terms):
        _record_load(connection, Account(record.origin.name, entry_count=0), document_id, terms)
        tally.listed |= _listed_papers(connection, document_id)
    if not is_known:
        _store(connection, record, document_id, tally, batch)
    dated = _settle(connection, record, document_id, terms, tally, batch)
    if known is not None and is_known and not dated:
        return Account(
            record.origin.name,
            record.entry_count,
            reject_count=len(record.rejects),
            is_known=True,
            copy_of=None if known["name"] == record.origin.name else known["name"],
        )
    if not is_known:
        _verify(connection, record, document_id, tally)
    account = _account(connection, record, document_id, tally, dated)
    _record_load(connection, account, document_id, terms)
    return account


def _is_older_than_known(connection: Connection, document_id: int, terms: LoadTerms) -> bool:
    own = source_documents.c.id == document_id
    return connection.execute(bounded_by(own, terms.as_of)).first() is not None


def bounded_by(own: ColumnElement[bool], day: date) -> Select[tuple[int]]:
    """Select a digest of a document for whose date it matters that the document existed by `day`, if there is one.

    `own` is the condition that `source_documents` is the document. It matters where only a later day was known, and
    the date of the digest comes from evidence that leaves a day after it, or none at all.
    """
    iso = day.isoformat()
    known = select(func.min(loads.c.as_of_date)).where(loads.c.source_document_id == source_documents.c.id)
    return (
        select(digests.c.id)
        .join(source_documents, source_documents.c.id == digests.c.source_document_id)
        .where(
            own,
            digests.c.printed_date.is_not(None),
            digests.c.date_basis.in_(("open", "single candidate")),
            or_(digests.c.latest_date > iso, digests.c.latest_date.is_(None)),
            known.scalar_subquery() > iso,
        )
        .limit(1)
    )


def _listed_papers(connection: Connection, document_id: int) -> set[int]:
    own = select(digests.c.id).where(digests.c.source_document_id == document_id)
    return listed_papers(connection, connection.scalars(own))


def _store(connection: Connection, record: DocumentRecord, document_id: int, tally: Tally, batch: Batch) -> None:
    for place, rows in enumerate(digest_rows(record)):
        digest_id = _digest_id(connection, record, document_id, place, tally)
        _load_mentions(connection, _staged(ENTRIES, rows, document_id, digest_id), tally, batch)
    _insert_rejects(connection, record.rejects, document_id, tally)
    for pieces in in_batches(record.papers):
        described = [piece for piece in pieces if isinstance(piece, PaperRecord)]
        _load_mentions(connection, _staged(RECORDS, mention_rows(described), document_id, None), tally, batch)
        tally.record_count += len(described)
        _insert_rejects(connection, [piece for piece in pieces if isinstance(piece, RejectRecord)], document_id, tally)
    if tally.is_completion and record.is_complete:
        connection.execute(update(source_documents).values(is_complete=1).where(source_documents.c.id == document_id))


def in_batches(pieces: Iterable[PaperRecord | RejectRecord]) -> Iterator[list[PaperRecord | RejectRecord]]:
    """Yield `pieces` in their order, as many at a time as are held in memory."""
    remaining = iter(pieces)
    while some := list(islice(remaining, BATCH)):
        yield some


def _staged(kind: MentionTable, rows: MentionRows, document_id: int, digest_id: int | None) -> Staged:
    return Staged(kind, document_id, digest_id, rows.mentions, rows.links)


def _load_mentions(connection: Connection, staged: Staged, tally: Tally, batch: Batch) -> None:
    identities = identify(connection, staged.mentions)
    insert_papers(connection, staged, identities.new)
    insert_mentions(connection, staged, identities.paper_ids)
    if tally.is_completion:
        identities.paper_ids[:] = stored_papers(connection, staged)
    changed = identities.claimed | add_texts(connection, staged, identities, is_completion=tally.is_completion)
    link_count, linked, reclassified = load_links(
        connection, staged, identities.paper_ids, batch.targets, is_completion=tally.is_completion
    )
    tally.link_count += link_count
    disputed = {row["title_key"] for row in staged.mentions} if tally.is_completion else identities.disputed
    parted, merged = reconcile(connection, disputed)
    listed = set(stored_papers(connection, staged) if parted or merged else identities.paper_ids)
    moved = parted | set(merged.values())
    settled = {paper for paper, mentions in identities.new.items() if len(mentions) == 1} - moved
    tally.new |= identities.new.keys()
    numbered = listed if tally.is_completion else _stating(staged, identities.paper_ids, NUMBERS)
    distinct = {staged.digest_id} if identities.new and staged.digest_id is not None else set()
    tally.add_stored(listed, settled - reclassified, distinct)
    tally.stated |= _stating(staged, identities.paper_ids, ("publication_date",))
    tally.changed |= changed | moved | settle_numbers(connection, (numbered | moved) - settled)
    tally.moved |= moved
    tally.parted |= parted
    tally.add_merged(merged)
    tally.changed -= tally.new
    named = (paper for row, paper in zip(staged.mentions, identities.paper_ids, strict=True) if row["has_authors"])
    batch.add(listed=listed | moved, named=named, linked=linked)


def _stating(staged: Staged, paper_ids: Sequence[int], columns: Iterable[str]) -> set[int]:
    """The papers of those staged mentions that state any of `columns`."""
    rows = [(paper, row) for paper, row in zip(paper_ids, staged.mentions, strict=True)]
    return {paper for column in columns for paper, row in rows if row.get(column) is not None}


def document_values(record: DocumentRecord) -> dict[str, Any]:
    """Return the row of the document in `source_documents`, without its id."""
    return {**asdict(record.origin), "is_complete": int(record.is_complete)}


def digest_values(digest: DigestRecord) -> dict[str, Any]:
    """Return what the document says of a digest, as columns of `digests`: its date only where that is stated.

    A date that an earlier load told from evidence is left out, because all evidence is weighed again.
    """
    is_dated = digest.digest_date is not None and digest.date_basis not in (None, "open", "single candidate")
    return {
        "kind": digest.kind,
        "title": digest.title,
        "curator": digest.curator,
        "query": digest.query,
        "printed_date": digest.printed_date,
        "digest_date": digest.digest_date if is_dated else None,
        "earliest_date": digest.digest_date if is_dated else digest.earliest_date,
        "latest_date": digest.digest_date if is_dated else digest.latest_date,
        "date_basis": digest.date_basis if is_dated else "open",
        "url": digest.url,
    }


def _inserted(connection: Connection, table: Table, values: Mapping[str, Any]) -> int:
    """Insert a row and return its id, in the driver's own words."""
    columns = ", ".join(f'"{name}"' for name in values)
    marks = ", ".join(f":{name}" for name in values)
    (row_id,) = run_scalars(connection, f"INSERT INTO {table.name} ({columns}) VALUES ({marks}) RETURNING id", values)
    return int(row_id)


def _digest_id(connection: Connection, record: DocumentRecord, document_id: int, place: int, tally: Tally) -> int:
    """Return the id of the document's digest at `place`, inserting it where it is not there yet."""
    if tally.is_completion:
        own = select(digests.c.id).where(digests.c.source_document_id == document_id).order_by(digests.c.id)
        there = connection.scalars(own.offset(place).limit(1)).one_or_none()
        if there is not None:
            tally.digests.add(there)
            return int(there)
    values = {
        "source_document_id": document_id,
        "name": marked_name(record.origin, place),
        **digest_values(record.digests[place]),
    }
    digest_id = _inserted(connection, digests, values)
    tally.digests |= {digest_id} | settle_names(connection, plain_name(record.origin, place))
    return digest_id


def _end_release(connection: Connection) -> None:
    """What a load changed is a release no more."""
    run(connection, _END_RELEASE, {})


def _insert_rejects(connection: Connection, pieces: Iterable[RejectRecord], document_id: int, tally: Tally) -> None:
    rows = [{"source_document_id": document_id, **asdict(piece)} for piece in pieces]
    if rows:
        connection.execute(insert(rejects), rows)
    tally.reject_count += len(rows)


def _settle(
    connection: Connection, record: DocumentRecord, document_id: int, terms: LoadTerms, tally: Tally, batch: Batch
) -> set[int]:
    """Bring dates and repeats in line; return the digests whose date or bounds changed."""
    given: set[int] = set()
    if terms.year is not None:
        try:
            given = give_year(connection, document_id, terms.year, terms.as_of)
        except ValueError as error:
            raise DocumentError(
                f"{record.origin.name}: cannot be of {terms.year}, because {error}; leave out --year or correct it."
            ) from error
    dated, touched = settle_dates(
        connection,
        tally.touched,
        terms.as_of,
        dated=given | tally.digests,
        silent=tally.listed - tally.stated - tally.changed if tally.is_plain else (),
        parted=tally.parted,
        contradictions=batch.contradictions,
    )
    dated |= given
    changed_digests = dated | _digests_to_compare(connection, tally)
    is_plain = tally.is_plain
    changed_digests |= settle_repeats(connection, changed_digests - (tally.distinct if is_plain else set()))
    batch.add(touched=(touched | listed_papers(connection, changed_digests)) - (tally.settled if is_plain else set()))
    return dated


def _digests_to_compare(connection: Connection, tally: Tally) -> set[int]:
    """The digests that the document brought, those that have another name by it, and those whose papers moved."""
    if not tally.moved:
        return set(tally.digests)
    listing = select(digest_entries.c.digest_id).where(digest_entries.c.paper_id.in_(id_set("paper_ids")))
    return tally.digests | set(connection.scalars(listing, {"paper_ids": packed_ids(tally.moved)}))


def _verify(connection: Connection, record: DocumentRecord, document_id: int, tally: Tally) -> None:
    """What was read is what is stored, or nothing is."""
    (counts,) = run(connection, _STORED, {"source_document_id": document_id})
    stored = tuple(counts)
    read = (record.entry_count, tally.record_count, tally.reject_count)
    if stored != read:
        raise CatalogError(
            f"{record.origin.name}: {read[0]} entries, {read[1]} records and {read[2]} rejects were read but "
            f"{stored[0]}, {stored[1]} and {stored[2]} stored, so nothing of it was kept; "
            "this is a defect of the catalogue, please report it."
        )


def _account(
    connection: Connection, record: DocumentRecord, document_id: int, tally: Tally, dated: set[int]
) -> Account:
    own = {"source_document_id": document_id}
    repeats, repeated_by = run(connection, _REPEATED, own), run(connection, _REPEATED_BY, own)
    return Account(
        name=record.origin.name,
        entry_count=record.entry_count,
        record_count=tally.record_count,
        new_paper_count=len(tally.new),
        known_paper_count=len(tally.listed - tally.new),
        changed_paper_count=len(tally.changed),
        merged_paper_count=len(tally.merged),
        link_count=tally.link_count,
        reject_count=tally.reject_count,
        dated_digest_count=len(dated),
        repeats=tuple((row["own"], row["other"]) for row in repeats),
        repeated_by=tuple((row["own"], row["other"]) for row in repeated_by),
    )


def _record_load(connection: Connection, account: Account, document_id: int, terms: LoadTerms) -> None:
    counts = {key: value for key, value in asdict(account).items() if key.endswith("_count")}
    values = {
        "source_document_id": document_id,
        "loaded_at": terms.loaded_at,
        "as_of_date": terms.as_of.isoformat(),
        "catalogue_version": terms.catalogue_version,
        "schema_revision": terms.schema_revision,
        **counts,
    }
    _inserted(connection, loads, values)
    _end_release(connection)
