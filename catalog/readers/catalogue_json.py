"""Reader for the catalogue's own JSON, as `catalog export` writes it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from catalog.arxiv import parse_arxiv_id
from catalog.dates import parse_printed_date
from catalog.documents import Document, DocumentError
from catalog.interchange import FORMAT_VERSION, Digest, Entry, Interchange, Link, Paper, Reject, Source, decode
from catalog.links import canonicalize
from catalog.readers.json_elements import JsonDamage
from catalog.readers.json_members import refuse_repeated_names
from catalog.records import DigestRecord, DocumentRecord, EntryRecord, LinkRecord, Origin, PaperRecord, RejectRecord

FORMAT = "catalogue JSON"

_OPENING = re.compile(r'\s{0,64}\{\s{0,64}"catalogue"\s{0,64}:\s{0,64}"paper-catalogue/')


def recognizes(text: str) -> bool:
    """Whether `text` begins as the catalogue's own JSON does."""
    return _OPENING.match(text) is not None


def read(document: Document) -> DocumentRecord:
    """Return what the JSON says of the source document that it was exported from.

    Raises DocumentError, with the place in the JSON, where it breaks the format or contradicts itself.
    """
    try:
        content = decode(document.text)
        refuse_repeated_names(document.text)
        if not content.digests and not content.papers:
            raise ValueError("it holds no digest and no paper")
        return document_record(content, tuple(paper_record(each, content.source.line_count) for each in content.papers))
    except (ValueError, RecursionError) as error:
        place = f", line {error.line}" if isinstance(error, JsonDamage) else ""
        raise DocumentError(
            f"{document.shown}: is no valid catalogue JSON ({FORMAT_VERSION}){place}: {error}; export it again"
        ) from error


def document_record(content: Interchange, papers: Iterable[PaperRecord]) -> DocumentRecord:
    """Return the record of what `content` says; `papers` are those outside of its digests, and may be lazy.

    Raises ValueError where it contradicts itself.
    """
    line_count = content.source.line_count
    return DocumentRecord(
        origin=_origin(content.source),
        digests=tuple(_digest_record(digest, line_count) for digest in content.digests),
        rejects=tuple(_reject_record(reject, line_count) for reject in content.rejects),
        papers=papers,
        is_complete=content.is_complete,
    )


def _origin(source: Source) -> Origin:
    if "/" in source.name or "\\" in source.name:
        raise ValueError(f"the name {source.name!r} is a path")
    return Origin(source.name, source.sha256, source.byte_count, source.line_count, source.format)


def _digest_record(digest: Digest, line_count: int) -> DigestRecord:
    if digest.printed_date is not None:
        parse_printed_date(digest.printed_date)
    _check_days(digest.digest_date, digest.earliest_date, digest.latest_date)
    if (digest.digest_date is None) != (digest.date_basis == "open"):
        raise ValueError(f"digest_date {digest.digest_date} does not go with date_basis {digest.date_basis!r}")
    return DigestRecord(
        entries=tuple(
            _entry_record(entry, position, line_count) for position, entry in enumerate(digest.entries, start=1)
        ),
        kind=digest.kind,
        title=digest.title,
        curator=digest.curator,
        query=digest.query,
        printed_date=digest.printed_date,
        digest_date=digest.digest_date,
        date_basis=digest.date_basis,
        earliest_date=digest.earliest_date,
        latest_date=digest.latest_date,
        url=digest.url,
    )


def _entry_record(entry: Entry, position: int, line_count: int) -> EntryRecord:
    _check_mention(entry, position, line_count)
    if entry.printed_publication_date is not None:
        parse_printed_date(entry.printed_publication_date)
    return EntryRecord(
        position=position,
        title=entry.title,
        line_start=entry.line_start,
        line_end=entry.line_end,
        abstract=entry.abstract,
        abstract_line=entry.abstract_line,
        arxiv_id=entry.arxiv_id,
        authors=tuple(entry.authors),
        author_count=entry.author_count,
        publication_date=entry.publication_date,
        printed_publication_date=entry.printed_publication_date,
        upvote_count=entry.upvote_count,
        comment_count=entry.comment_count,
        submitted_by=entry.submitted_by,
        organization=entry.organization,
        links=tuple(_link_record(link) for link in entry.links),
    )


def paper_record(paper: Paper, line_count: int) -> PaperRecord:
    """Return the record of a paper outside of any digest. Raises ValueError where it contradicts itself."""
    _check_mention(paper, paper.position, line_count)
    _check_days(paper.updated_date)
    return PaperRecord(
        position=paper.position,
        title=paper.title,
        line_start=paper.line_start,
        line_end=paper.line_end,
        abstract=paper.abstract,
        abstract_line=paper.abstract_line,
        arxiv_id=paper.arxiv_id,
        authors=tuple(paper.authors),
        author_count=paper.author_count,
        publication_date=paper.publication_date,
        arxiv_version=paper.arxiv_version,
        updated_date=paper.updated_date,
        doi=paper.doi,
        categories=tuple(paper.categories),
        comment=paper.comment,
        links=tuple(_link_record(link) for link in paper.links),
    )


def _check_mention(mention: Entry | Paper, position: int, line_count: int) -> None:
    _check_lines(mention, line_count)
    if not mention.title.strip():
        raise ValueError(f"the title of entry {position} is blank")
    _check_days(mention.publication_date)
    if mention.arxiv_id is not None and parse_arxiv_id(mention.arxiv_id).id != mention.arxiv_id:
        raise ValueError(f"{mention.arxiv_id!r} is no arXiv id without version")


def _link_record(link: Link) -> LinkRecord:
    try:
        canonicalize(link.url)
    except ValueError as error:
        raise ValueError(f"{link.url[:80]!a} is no address ({error})") from error
    return LinkRecord(
        asserted_by=link.asserted_by,
        verbatim=link.verbatim,
        url=link.url,
        line=link.line,
        char_start=link.char_start,
        sub_path=link.sub_path,
        roles=tuple(link.roles),
        is_promised=link.is_promised,
        is_own=link.is_own,
        field=link.field,
        added_by=link.added_by,
        is_official=link.is_official,
        is_mentioned_in_paper=link.is_mentioned_in_paper,
        is_mentioned_in_repository=link.is_mentioned_in_repository,
        framework=link.framework,
    )


def _reject_record(reject: Reject, line_count: int) -> RejectRecord:
    _check_lines(reject, line_count)
    return RejectRecord(reject.line_start, reject.line_end, reject.text, reject.reason)


def _check_days(*days: str | None) -> None:
    for day in days:
        if day is not None:
            date.fromisoformat(day)


def _check_lines(piece: Entry | Paper | Reject, line_count: int) -> None:
    if not piece.line_start <= piece.line_end <= line_count:
        raise ValueError(f"lines {piece.line_start} to {piece.line_end} are not in a document of {line_count}")
