"""Many documents into one catalogue file: each on its own, so that a bad one costs nobody else anything."""

from __future__ import annotations

import importlib.metadata
import os
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select
from sqlalchemy.exc import IntegrityError

from catalog.database import create_catalog_engine, known_revisions, require_current, translated_errors
from catalog.documents import DocumentError, open_document
from catalog.errors import CatalogError, ExitCode, Fault
from catalog.load.document import Account, LoadTerms, load_document
from catalog.migrate import create_catalog
from catalog.readers import read_document
from catalog.records import DocumentRecord


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
    try:
        for path in paths:
            try:
                yield target.load(_read(path, format_name), terms)
            except DocumentError as error:
                on_error(Fault.of(error))
            on_document()
    finally:
        target.close()


def _read(path: Path | DocumentError, format_name: str | None) -> DocumentRecord:
    if isinstance(path, DocumentError):
        raise path
    return read_document(open_document(path), format_name)


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
            with translated_errors(self.path), connection.begin():
                account = load_document(connection, record, terms)
                self._check_identity()
        except IntegrityError as error:
            raise DocumentError(
                f"{record.origin.name}: breaks a rule of the catalogue ({error.orig}), so nothing of it was stored; "
                "correct it."
            ) from error
        except CatalogError:
            # SQLite notices too, but its word for it is that the file is read-only.
            self._check_identity()
            raise
        self._check_identity()
        return account

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
        self.identity = self._stat()
        return self.connection

    def _stat(self) -> tuple[int, int] | None:
        try:
            stat = self.path.stat()
        except OSError:
            return None
        return stat.st_dev, stat.st_ino

    def _check_identity(self) -> None:
        if self._stat() != self.identity:
            raise CatalogError(
                f"{self.path}: was deleted or replaced during the load, and what was loaded went with it; load again.",
                ExitCode.IO,
            )
