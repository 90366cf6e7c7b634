"""Many documents into one catalogue file, so that a bad one costs nobody else anything."""

from __future__ import annotations

import importlib.metadata
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, date, datetime
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Select, func, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from catalog.database import create_catalog_engine, known_revisions, require_current, translated_errors
from catalog.documents import DocumentError
from catalog.errors import CatalogError, ExitCode, Fault
from catalog.load.account import Account, LoadTerms
from catalog.load.batch import Batch
from catalog.load.document import load_document
from catalog.load.reading import read_all
from catalog.load.search_index import deferred_search_index
from catalog.load.staging import packed_texts, text_set
from catalog.migrate import create_catalog
from catalog.models import source_documents
from catalog.records import DocumentRecord, RejectRecord
from catalog.rows import entry_abstracts

_BATCH_WEIGHT: Final = 32_000_000
"""How much is stored in one transaction (see `_weight`): two seconds' work, of which a kill takes no more.

The more it is, the fewer pages of indexes are written twice.
"""

_BULK_WEIGHT: Final = 8_000_000
"""From here on what is stored at once is worth it to let the pieces of the search index be (measured)."""

_MENTION_WEIGHT: Final = 2000
_DEFERRED_WEIGHT: Final = 20 * _MENTION_WEIGHT

_CACHE_KIBIBYTES: Final = 64 * 1024
_NOTHING_STORED: Final = "nothing of this document was stored"

_RuleErrors: Final = (sqlite3.IntegrityError, IntegrityError)
"""What the driver raises where a row breaks a rule of the schema, and what SQLAlchemy makes of it."""


def load_terms(*, as_of: date | None = None, year: int | None = None) -> LoadTerms:
    """Return the terms of a load that starts now: the clock, or SOURCE_DATE_EPOCH (seconds, UTC) where that is set.

    Raises CatalogError where SOURCE_DATE_EPOCH is no number of seconds.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    try:
        now = datetime.now(UTC) if epoch is None else datetime.fromtimestamp(int(epoch), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise CatalogError(
            f"SOURCE_DATE_EPOCH is {epoch!r} and must be a number of seconds; correct or unset it.",
            ExitCode.USAGE,
        ) from error
    return LoadTerms(
        loaded_at=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        as_of=as_of or now.date(),
        catalogue_version=importlib.metadata.version("paper-catalog"),
        schema_revision=known_revisions()[-1],
        year=year,
    )


def load_documents(
    paths: Iterable[Path | DocumentError],
    database: Path,
    terms: LoadTerms,
    *,
    format_name: str | None = None,
    on_error: Callable[[Fault], None],
    on_document: Callable[[], None] = lambda: None,
) -> Iterator[Account]:
    """Load the documents at `paths` into `database`, which is made with the first document that can be read.

    Yields the account of each document; what is wrong with one goes to `on_error` as a sentence, and the others go on.
    `on_document` is called after each, for a progress bar.
    Raises CatalogError where the file itself cannot be used, and ValueError for an unknown format.
    """
    if database.exists():
        require_current(database)
    target = Target(database)

    def records() -> Iterator[DocumentRecord]:
        for read in read_all(list(paths), format_name):
            if isinstance(read, DocumentError):
                on_error(Fault.of(read))
            else:
                yield read
            on_document()

    try:
        for some in batches(records()):
            for outcome in target.load_all(some, terms):
                if isinstance(outcome, DocumentError):
                    on_error(Fault.of(outcome))
                else:
                    yield outcome
        target.check_identity()  # somebody may have taken their time over the accounts
    finally:
        target.close()


def batches(records: Iterable[DocumentRecord]) -> Iterator[list[DocumentRecord]]:
    """Yield `records` in their order, as many at a time as one transaction takes: a kill costs these.

    One whose papers come lazily is alone, because it can be read only once.
    """
    some: list[DocumentRecord] = []
    total = 0
    for record in records:
        weight = _weight(record)
        if some and total + weight > _BATCH_WEIGHT:
            yield some
            some, total = [], 0
        some.append(record)
        total += weight
    if some:
        yield some


def _weight(record: DocumentRecord) -> int:
    """What a document weighs in a batch: the characters of its texts, and as many for each mention as its row costs."""
    if not isinstance(record.papers, tuple):
        return _BATCH_WEIGHT
    texts = entry_abstracts(record)
    texts += [piece.text if isinstance(piece, RejectRecord) else piece.abstract for piece in record.papers]
    texts += [reject.text for reject in record.rejects]
    return _MENTION_WEIGHT * len(texts) + sum(len(text) for text in texts if text)


def _is_bulk(records: Iterable[DocumentRecord]) -> bool:
    """Whether so much is stored at once that the pieces of the search index may be let be."""
    return any(total >= _BULK_WEIGHT for total in accumulate(map(_weight, records)))


def _are_there(connection: Connection, records: Iterable[DocumentRecord]) -> bool:
    hashes = {record.origin.sha256 for record in records}
    there = select(func.count()).where(source_documents.c.sha256.in_(text_set("sha256s")))
    return connection.scalar(there, {"sha256s": packed_texts(hashes)}) == len(hashes)


class Target:
    """The catalogue file under a load: opened late, and watched, so that nobody loads into a file that is gone."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connection: Connection | None = None
        self.identity: tuple[int, int] | None = None

    def load(self, record: DocumentRecord, terms: LoadTerms) -> Account:
        """Store one document in a transaction of its own. Raises what `load_document` raises."""
        connection = self.connection or self._open()
        try:
            with translated_errors(self.path, _NOTHING_STORED), connection.begin():
                with self._search_index(connection, record):
                    account = load_document(connection, record, terms)
                self.check_identity()
        except _RuleErrors as error:
            rule = getattr(error, "orig", error)
            raise DocumentError(
                f"{record.origin.name}: breaks a rule of the catalogue ({rule}), so nothing of it was stored; "
                "correct it."
            ) from error
        except CatalogError:
            # SQLite notices too, but its word for it is that the file is read-only.
            self.check_identity()
            raise
        self.check_identity()
        return account

    def _search_index(self, connection: Connection, record: DocumentRecord) -> AbstractContextManager[None]:
        """Let the search index wait where that is worth it: to do without triggers takes as long as a few papers.

        What is there already may change nothing, not even the place of the triggers in the file.
        """
        if _weight(record) < _DEFERRED_WEIGHT or _are_there(connection, [record]):
            return nullcontext()
        return deferred_search_index(connection, is_bulk=_is_bulk([record]))

    def load_all(self, records: Sequence[DocumentRecord], terms: LoadTerms) -> Iterator[Account | DocumentError]:
        """Store documents in one transaction, and yield what became of each of them once that is done.

        Where one of them is at fault, each is stored in a transaction of its own, so that it costs nobody else
        anything. Raises CatalogError where the file cannot be used.
        """
        accounts = self._load_together(records, terms) if len(records) > 1 else None
        if accounts is not None:
            yield from accounts
            return
        for record in records:
            try:
                yield self.load(record, terms)
            except DocumentError as error:
                yield error

    def _load_together(self, records: Sequence[DocumentRecord], terms: LoadTerms) -> list[Account] | None:
        """Store documents in one transaction; return None, and store nothing, where that cannot be.

        Where all are there already nothing is to be written.
        """
        connection = self.connection or self._open()
        batch = Batch()
        try:
            with translated_errors(self.path, _NOTHING_STORED), connection.begin():
                if _are_there(connection, records):
                    return None
                with deferred_search_index(connection, is_bulk=_is_bulk(records)):
                    accounts = [load_document(connection, record, terms, batch) for record in records]
                    batch.settle(connection)
                self.check_identity()
        except (DocumentError, *_RuleErrors):
            return None
        except CatalogError as error:
            self.check_identity()
            if isinstance(error.__cause__, DBAPIError | sqlite3.Error):
                raise  # the file is at fault, or somebody else has it: no document alone would fare better
            return None
        self.check_identity()
        return accounts

    def scalar(self, query: Select[Any]) -> Any:
        """Return the first value that a query finds in the file, or None; also where there is no file yet."""
        if self.connection is None and not self.path.exists():
            return None
        connection = self.connection or self._open()
        with translated_errors(self.path), connection.begin():
            return connection.scalar(query)

    def close(self) -> None:
        """Let go of the file."""
        if self.connection is not None:
            self.connection.close()
            self.connection.engine.dispose()

    def _open(self) -> Connection:
        if not self.path.exists():
            create_catalog(self.path)
            require_current(self.path)  # another file may have appeared there meanwhile
        with translated_errors(self.path):
            self.connection = create_catalog_engine(self.path).connect()
            # SQLite's own 2 MB would read and write the same pages of indexes again and again. Asked of the driver,
            # because SQLAlchemy would begin a transaction for it, and wait for whoever has the file.
            settings = self.connection.connection.cursor()
            for pragma in (f"cache_size = -{_CACHE_KIBIBYTES}", "temp_store = MEMORY"):
                settings.execute(f"PRAGMA {pragma}")
            settings.close()
        self.identity = self._stat()
        return self.connection

    def _stat(self) -> tuple[int, int] | None:
        try:
            stat = self.path.stat()
        except OSError:
            return None
        return stat.st_dev, stat.st_ino

    def check_identity(self) -> None:
        """Raise CatalogError where the file is another one than when it was opened."""
        if self.connection is not None and self._stat() != self.identity:
            raise CatalogError(
                f"{self.path}: was deleted or replaced during the load, and what was loaded went with it; load again.",
                ExitCode.IO,
            )
