"""One document -> the tables, whole or not at all."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date

from sqlalchemy import Connection, distinct, func, insert, select, update

from catalog.documents import DocumentError
from catalog.errors import CatalogError
from catalog.load.derived import settle_derived
from catalog.load.digest_dates import give_year, settle_dates
from catalog.load.names import digest_name
from catalog.load.paper_links import load_links
from catalog.load.papers import load_entries
from catalog.load.staging import id_set, packed, packed_ids
from catalog.models import digest_entries, digests, loads, rejects, source_documents
from catalog.records import DigestRecord, DocumentRecord
from catalog.rows import digest_rows


@dataclass(frozen=True, slots=True)
class LoadTerms:
    """What a load is told besides the document: when, as of which day, by which version, and a year that is given."""

    loaded_at: str
    as_of: date
    catalogue_version: str
    schema_revision: str
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """What a load made of one document. `is_known` where it was loaded before and nothing was added."""

    name: str
    entry_count: int
    new_paper_count: int = 0
    known_paper_count: int = 0
    changed_paper_count: int = 0
    link_count: int = 0
    reject_count: int = 0
    dated_digest_count: int = 0
    is_known: bool = False


def load_document(connection: Connection, record: DocumentRecord, terms: LoadTerms) -> Account:
    """Store one document and return the account of it, inside the transaction that the caller holds.

    A document that is there already, by its content hash, changes nothing; one of which only the facts are there is
    completed. Raises DocumentError where a given year contradicts the evidence, and CatalogError where not all
    that was read is stored.
    """
    known = connection.execute(
        select(source_documents.c.id, source_documents.c.is_complete).where(
            source_documents.c.sha256 == record.origin.sha256
        )
    ).one_or_none()
    document_id = known.id if known is not None else _insert_document(connection, record)
    added = _Added()
    is_known = known is not None and bool(known.is_complete >= record.is_complete)
    if not is_known:
        for place, digest in enumerate(record.digests):
            digest_id = _digest_id(connection, record, document_id, place)
            added.add(*_load_digest(connection, digest, document_id, digest_id))
        _insert_rejects(connection, record, document_id)
        _mark_complete(connection, record, document_id)
    dated = _settle(connection, record, document_id, terms, added)
    if is_known and not dated:
        return Account(record.origin.name, record.entry_count, reject_count=len(record.rejects), is_known=True)
    _verify(connection, record, document_id)
    account = Account(
        name=record.origin.name,
        entry_count=record.entry_count,
        new_paper_count=len(added.new),
        known_paper_count=_paper_count(connection, document_id) - len(added.new),
        changed_paper_count=len(added.changed),
        link_count=added.link_count,
        reject_count=len(record.rejects),
        dated_digest_count=len(dated),
    )
    _record_load(connection, account, document_id, terms)
    return account


@dataclass(slots=True)
class _Added:
    """What the digests of the document added so far: new papers, known papers that changed, assertions."""

    new: set[int] = field(default_factory=set)
    changed: set[int] = field(default_factory=set)
    listed: set[int] = field(default_factory=set)
    link_count: int = 0

    def add(self, new: set[int], changed: set[int], listed: set[int], link_count: int) -> None:
        self.new |= new
        self.changed |= changed - self.new
        self.listed |= listed
        self.link_count += link_count


def _insert_document(connection: Connection, record: DocumentRecord) -> int:
    origin = record.origin
    values = {
        "name": origin.name,
        "sha256": origin.sha256,
        "byte_count": origin.byte_count,
        "line_count": origin.line_count,
        "format": origin.format,
        "is_complete": int(record.is_complete),
    }
    result = connection.execute(insert(source_documents).returning(source_documents.c.id), values)
    return int(result.scalar_one())


def _digest_id(connection: Connection, record: DocumentRecord, document_id: int, place: int) -> int:
    """Return the id of the document's digest at `place`, inserting it where it is not there yet."""
    own = select(digests.c.id).where(digests.c.source_document_id == document_id).order_by(digests.c.id)
    there = connection.scalars(own.offset(place).limit(1)).one_or_none()
    if there is not None:
        return int(there)
    digest = record.digests[place]
    is_dated = digest.digest_date is not None and digest.date_basis in ("stated", "given")
    values = {
        "source_document_id": document_id,
        "name": digest_name(connection, record.origin, place),
        "kind": digest.kind,
        "title": digest.title,
        "curator": digest.curator,
        "query": digest.query,
        "printed_date": digest.printed_date,
        "digest_date": digest.digest_date if is_dated else None,
        "earliest_date": digest.digest_date if is_dated else digest.earliest_date,
        "latest_date": digest.digest_date if is_dated else digest.latest_date,
        "date_basis": digest.date_basis if is_dated else "open",
    }
    return int(connection.execute(insert(digests).returning(digests.c.id), values).scalar_one())


def _load_digest(
    connection: Connection, digest: DigestRecord, document_id: int, digest_id: int
) -> tuple[set[int], set[int], set[int], int]:
    rows = digest_rows(digest)
    bound = {
        "source_document_id": document_id,
        "digest_id": digest_id,
        "entries": packed(rows.entries),
        "links": packed(rows.links),
        "roles": packed(rows.roles),
    }
    new, changed = load_entries(connection, bound)
    link_count = load_links(connection, bound)
    listed = select(digest_entries.c.paper_id).where(digest_entries.c.digest_id == digest_id)
    return new, changed, set(connection.scalars(listed)), link_count


def _insert_rejects(connection: Connection, record: DocumentRecord, document_id: int) -> None:
    # A document has few of them, or is no digest: rows are bound one by one.
    if record.rejects:
        connection.execute(
            insert(rejects), [{"source_document_id": document_id, **asdict(reject)} for reject in record.rejects]
        )


def _mark_complete(connection: Connection, record: DocumentRecord, document_id: int) -> None:
    if record.is_complete:
        connection.execute(update(source_documents).values(is_complete=1).where(source_documents.c.id == document_id))


def _settle(
    connection: Connection, record: DocumentRecord, document_id: int, terms: LoadTerms, added: _Added
) -> set[int]:
    """Bring dates and derived columns in line; return the digests whose date or bounds changed."""
    given: set[int] = set()
    if terms.year is not None:
        try:
            given = give_year(connection, document_id, terms.year, terms.as_of)
        except ValueError as error:
            raise DocumentError(
                f"{record.origin.name}: cannot be of {terms.year}, because {error}; leave out --year or correct it."
            ) from error
    dated, touched = settle_dates(connection, added.listed, terms.as_of, dated=given)
    dated |= given
    on_dated = select(digest_entries.c.paper_id).where(digest_entries.c.digest_id.in_(id_set("digest_ids")))
    touched |= set(connection.scalars(on_dated, {"digest_ids": packed_ids(dated)}))
    settle_derived(connection, touched)
    return dated


def _verify(connection: Connection, record: DocumentRecord, document_id: int) -> None:
    """What was read is what is stored, or nothing is."""
    entries = (
        select(func.count())
        .select_from(digest_entries)
        .join(digests, digests.c.id == digest_entries.c.digest_id)
        .where(digests.c.source_document_id == document_id)
    )
    kept = select(func.count()).select_from(rejects).where(rejects.c.source_document_id == document_id)
    stored = (connection.scalar(entries), connection.scalar(kept))
    read = (record.entry_count, len(record.rejects))
    if stored != read:
        raise CatalogError(
            f"{record.origin.name}: {read[0]} entries and {read[1]} rejects were read but {stored[0]} and {stored[1]} "
            "stored, so nothing of it was kept; this is a defect of the catalogue, please report it."
        )


def _paper_count(connection: Connection, document_id: int) -> int:
    listed = (
        select(func.count(distinct(digest_entries.c.paper_id)))
        .join(digests, digests.c.id == digest_entries.c.digest_id)
        .where(digests.c.source_document_id == document_id)
    )
    return int(connection.scalar(listed) or 0)


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
    connection.execute(insert(loads), values)
