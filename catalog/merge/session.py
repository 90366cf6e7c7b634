"""Other people's catalogue files into one's own, in batches as a load stores them: a kill costs one batch at most."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import chain, groupby
from pathlib import Path

from sqlalchemy import Select, select

from catalog.database import require_current
from catalog.documents import DocumentError
from catalog.errors import CatalogError, ExitCode, Fault
from catalog.foreign import check_foreign, count_documents, current_file
from catalog.load.account import Account, LoadTerms
from catalog.load.document import bounded_by
from catalog.load.session import Target, batches
from catalog.merge.documents import OtherFile, StoredDocument
from catalog.models import digests, source_documents
from catalog.records import DocumentRecord
from catalog.room import require_room

_Outcome = Account | DocumentError
"""What became of a document."""


def merge_files(
    others: Sequence[Path],
    database: Path,
    terms: LoadTerms,
    *,
    on_error: Callable[[Fault], None],
    on_step: Callable[[], None] = lambda: None,
    on_count: Callable[[int], None] = lambda count: None,
) -> Iterator[Account]:
    """Load every document of the catalogue files `others` into `database`, which is made with the first of them.

    Yields the account of each document; one that is there already is not read again. What is wrong with one document
    goes to `on_error`, and the others go on. For a progress bar, `on_step` is called after each file that was looked at
    and each document, and `on_count` with how often that will be, once it is known. The files are never written to.
    Raises CatalogError before anything is loaded where one of them cannot be trusted, is `database` itself or does not
    fit on its disk.
    """
    if database.exists():
        require_current(database)
    for other in others:
        check_foreign(other)
        if database.exists() and os.path.samefile(other, database):
            sentence = f"{other}: is the catalogue that it should be merged into; name another file."
            raise CatalogError(sentence, ExitCode.USAGE)
        require_room(database.absolute().parent, other.stat().st_size, other)
        on_step()
    on_count(len(others) + sum(map(count_documents, others)))
    target = Target(database)
    try:
        for other in others:
            with current_file(other) as current, closing(OtherFile(current, other)) as opened:
                yield from _merged(opened, target, terms, on_error, on_step)
    finally:
        target.close()


def _merged(
    other: OtherFile,
    target: Target,
    terms: LoadTerms,
    on_error: Callable[[Fault], None],
    on_step: Callable[[], None],
) -> Iterator[Account]:
    # Documents in one batch share the day by which they existed; one with a year that a person gave is stored alone.
    outcomes: Iterator[_Outcome]
    for as_of, some in groupby(other.documents(terms.as_of), lambda one: one.as_of if one.year is None else None):
        if as_of is None:
            outcomes = (_outcome(other, document, target, terms) for document in some)
        else:
            outcomes = _together(other, list(some), target, replace(terms, as_of=as_of))
        for outcome in outcomes:
            if isinstance(outcome, DocumentError):
                on_error(Fault.of(outcome))
            else:
                yield outcome
            on_step()


def _together(
    other: OtherFile, documents: Sequence[StoredDocument], target: Target, terms: LoadTerms
) -> Iterator[_Outcome]:
    """Store documents in batches; yield what became of each, in their order, once its batch is stored."""
    places = {document.row.sha256: place for place, document in enumerate(documents)}
    outcomes: dict[int, _Outcome] = {}

    def records() -> Iterator[DocumentRecord]:
        for place, document in enumerate(documents):
            if _is_there(target, document):
                outcomes[place] = _known(other, document)
                continue
            try:
                yield other.record(document)
            except DocumentError as error:
                outcomes[place] = error

    following = 0
    for some in chain(batches(records()), [[]]):
        stored = target.load_all(some, terms)
        outcomes.update((places[record.origin.sha256], found) for record, found in zip(some, stored, strict=True))
        while following in outcomes:
            yield outcomes.pop(following)
            following += 1


def _outcome(other: OtherFile, document: StoredDocument, target: Target, terms: LoadTerms) -> _Outcome:
    try:
        return _merge_document(other, document, target, terms)
    except DocumentError as error:
        return error


def _merge_document(other: OtherFile, document: StoredDocument, target: Target, terms: LoadTerms) -> Account:
    terms = replace(terms, as_of=document.as_of)
    account = _known(other, document) if _is_there(target, document) else target.load(other.record(document), terms)
    if document.year is not None and target.scalar(_open_digests(document)) is not None:
        # A year that a person gave there says more than what is known here; one that was given here stays.
        account = _dated(target, other, document, replace(terms, year=document.year))
    return account


def _known(other: OtherFile, document: StoredDocument) -> Account:
    return Account(
        document.row.name,
        entry_count=other.entry_count(document),
        record_count=other.record_count(document),
        is_known=True,
    )


def _dated(target: Target, other: OtherFile, document: StoredDocument, terms: LoadTerms) -> Account:
    try:
        return target.load(other.record(document), terms)
    except DocumentError as error:
        raise DocumentError(
            f"{other.shown}: gives {document.row.name} the year {terms.year}, which contradicts what is known here; "
            "its date stays as it was"
        ) from error


def _is_there(target: Target, document: StoredDocument) -> bool:
    """Whether the file has all that the document could bring: content, name, and no day that bounds a date."""
    there = select(source_documents.c.id).where(
        source_documents.c.sha256 == document.row.sha256,
        source_documents.c.is_complete >= document.row.is_complete,
        source_documents.c.name == document.row.name,
    )
    if target.scalar(there) is None:
        return False
    return target.scalar(bounded_by(source_documents.c.sha256 == document.row.sha256, document.as_of)) is None


def _open_digests(document: StoredDocument) -> Select[tuple[int]]:
    return (
        select(digests.c.id)
        .join(source_documents, source_documents.c.id == digests.c.source_document_id)
        .where(source_documents.c.sha256 == document.row.sha256, digests.c.date_basis == "open")
        .limit(1)
    )
