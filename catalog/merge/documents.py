"""The documents in a catalogue file -> the records that a load takes, as if each came as the catalogue's own JSON.

So one rule holds for everything: what a paper is, what a link is to it and which day a digest is of are settled anew by
the load, from what the documents say. Nothing derived is taken over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace
from sqlalchemy import Row, func, select, text

from catalog.database import create_catalog_engine, translated_errors
from catalog.dates import digest_date, parse_printed_date
from catalog.documents import DocumentError
from catalog.export.documents import digests_of, source_of, written_digests, written_papers, written_rejects
from catalog.interchange import FORMAT_VERSION, Digest, Interchange, checked
from catalog.models import digest_entries, digests, loads, paper_records, source_documents
from catalog.readers.catalogue_json import document_record, paper_record
from catalog.records import DocumentRecord, PaperRecord

# As in catalog/load/digest_dates.py.
_EVIDENCE = text("""
SELECT max(publication_date) FROM (
  SELECT other.publication_date FROM digest_entries AS entry
  JOIN digest_entries AS other ON other.paper_id = entry.paper_id WHERE entry.digest_id = :digest_id
  UNION ALL
  SELECT other.publication_date FROM digest_entries AS entry
  JOIN paper_records AS other ON other.paper_id = entry.paper_id WHERE entry.digest_id = :digest_id
)
""")


_MOST_AT_ONCE: Final = 1000
"""From how many papers outside of digests on a document is stored alone, in pieces: it is read only once."""


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document of a catalogue file: its row, the day by which it existed, and the year that a person gave it."""

    row: Row[Any]
    as_of: date
    year: int | None


class OtherFile:
    """A catalogue file, open for reading its documents; `shown` is what messages call it."""

    def __init__(self, path: Path, shown: Path) -> None:
        self.shown = shown
        self._engine = create_catalog_engine(path, read_only=True)
        with translated_errors(shown):
            self._connection = self._engine.connect()
            for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "query_only = ON"):
                self._connection.exec_driver_sql(f"PRAGMA {pragma}")

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()
        self._engine.dispose()

    def documents(self, today: date) -> list[StoredDocument]:
        """Return the documents of the file in its order. One without a day of its own existed by `today`."""
        with translated_errors(self.shown):
            return [
                StoredDocument(row, self._as_of(row, today), self._year(row))
                for row in self._connection.execute(select(source_documents).order_by(source_documents.c.id)).all()
            ]

    def entry_count(self, document: StoredDocument) -> int:
        """Return how many entries the digests of a document have together."""
        own = select(digests.c.id).where(digests.c.source_document_id == document.row.id)
        counted = select(func.count()).select_from(digest_entries).where(digest_entries.c.digest_id.in_(own))
        with translated_errors(self.shown):
            return int(self._connection.scalar(counted) or 0)

    def record_count(self, document: StoredDocument) -> int:
        """Return how many papers a document describes outside of any digest."""
        counted = select(func.count()).select_from(paper_records)
        with translated_errors(self.shown):
            own = counted.where(paper_records.c.source_document_id == document.row.id)
            return int(self._connection.scalar(own) or 0)

    def record(self, document: StoredDocument) -> DocumentRecord:
        """Return what a document says; its papers outside of digests, where many, are read as they are asked for.

        Raises DocumentError, also while they are, where that is not as the catalogue's own JSON must be.
        """
        row = document.row
        with_prose = bool(row.is_complete)
        try:
            with translated_errors(self.shown):
                written = written_digests(
                    self._connection, row, digests_of(self._connection, row), with_prose=with_prose
                )
                content = Interchange(
                    catalogue=FORMAT_VERSION,
                    source=source_of(row),
                    is_complete=with_prose,
                    digests=[self._as_printed(own, digest, document.as_of) for own, digest in written],
                    rejects=written_rejects(self._connection, row) if with_prose else [],
                )
            papers = self._papers(document)
            return document_record(
                checked(content), tuple(papers) if self.record_count(document) <= _MOST_AT_ONCE else papers
            )
        except (ValueError, RecursionError) as error:
            raise self._unfit(document, error) from error

    def _papers(self, document: StoredDocument) -> Iterator[PaperRecord]:
        row = document.row
        try:
            with translated_errors(self.shown):
                for paper in written_papers(self._connection, row, with_prose=bool(row.is_complete)):
                    yield paper_record(checked(paper), row.line_count)
        except (ValueError, RecursionError) as error:
            raise self._unfit(document, error) from error

    def _unfit(self, document: StoredDocument, error: Exception) -> DocumentError:
        return DocumentError(f"{self.shown}: {document.row.name} in it is not as it must be ({error}); it was left out")

    def _as_of(self, row: Row[Any], today: date) -> date:
        earliest = select(func.min(loads.c.as_of_date)).where(loads.c.source_document_id == row.id)
        try:
            return min(today, date.fromisoformat(self._connection.scalar(earliest) or ""))
        except ValueError:
            return today

    def _year(self, row: Row[Any]) -> int | None:
        given = select(digests.c.digest_date).where(
            digests.c.source_document_id == row.id, digests.c.date_basis == "given"
        )
        day = self._connection.scalar(given.limit(1))
        return None if day is None else int(day[:4])

    def _as_printed(self, own: Row[Any], digest: Digest, as_of: date) -> Digest:
        """Leave out the bounds that evidence explains: the evidence comes along, and may be withdrawn by what is there.

        Bounds that are tighter than the evidence stand in the document itself, and stay.
        """
        if own.printed_date is None or own.date_basis not in ("open", "single candidate"):
            return digest
        newest = self._connection.scalar(_EVIDENCE, {"digest_id": own.id})
        explained = digest_date(
            parse_printed_date(own.printed_date),
            latest_publication=None if newest is None else date.fromisoformat(newest),
            as_of=as_of,
        )
        return replace(
            digest,
            digest_date=None,
            date_basis="open",
            earliest_date=_unexplained(own.earliest_date, explained.earliest),
            latest_date=_unexplained(own.latest_date, explained.latest),
        )


def _unexplained(bound: str | None, explained: date | None) -> str | None:
    return None if explained is not None and bound == explained.isoformat() else bound
