"""Records -> rows: titles get their keys, abstracts give their links, printed dates become dates. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from json.encoder import encode_basestring
from typing import Any

from catalog.dates import parse_printed_date, publication_date
from catalog.escapes import EscapedText
from catalog.links import Target, canonicalize, find_links
from catalog.records import DocumentRecord, EntryRecord, LinkRecord, Mention, PaperRecord
from catalog.titles import title_key

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class MentionRows:
    """Rows of one digest, or of papers outside of any, before they have ids: the mentions, and the links of each."""

    mentions: list[Row]
    links: list[Row]


@dataclass(frozen=True, slots=True)
class PreparedRecord(DocumentRecord):
    """A document of which the rows of each digest are made already; they may have been made in another process.

    Its digests have no entries: the rows say all that is stored of them, and both would take twice as long to send.
    """

    rows: tuple[MentionRows, ...] = ()

    @property
    def entry_count(self) -> int:
        """How many entries the digests of this document have together."""
        return sum(len(rows.mentions) for rows in self.rows)


def prepared(record: DocumentRecord) -> DocumentRecord:
    """Return `record` with the rows of its digests, or as it is where they cannot be made: the load says why."""
    try:
        rows = tuple(mention_rows(digest.entries) for digest in record.digests)
    except ValueError:
        return record
    kept = {field.name: getattr(record, field.name) for field in fields(record)}
    kept["digests"] = tuple(replace(digest, entries=()) for digest in record.digests)
    return PreparedRecord(**kept, rows=rows)


def entry_abstracts(record: DocumentRecord) -> list[str | None]:
    """Return the abstract of each entry in the digests of `record`."""
    if isinstance(record, PreparedRecord):
        return [mention["abstract"] for rows in record.rows for mention in rows.mentions]
    return [entry.abstract for digest in record.digests for entry in digest.entries]


def digest_rows(record: DocumentRecord) -> Iterator[MentionRows]:
    """Yield the rows of each digest of `record`. Raises what `mention_rows` raises."""
    if isinstance(record, PreparedRecord):
        yield from record.rows
    else:
        yield from (mention_rows(digest.entries) for digest in record.digests)


def mention_rows(mentions: Iterable[Mention]) -> MentionRows:
    """Return the rows of `mentions`.

    Raises ValueError for a title of white space or a listed link that is no address.
    """
    rows = MentionRows([], [])
    for mention in mentions:
        rows.mentions.append(_mention_row(mention))
        rows.links.extend(_link_row(mention.position, link, target) for link, target in _links(mention))
    return rows


def _mention_row(mention: Mention) -> Row:
    return {
        "position": mention.position,
        "title": mention.title,
        "title_key": title_key(mention.title),
        "abstract": mention.abstract,
        "abstract_line": mention.abstract_line,
        "has_abstract": int(mention.abstract is not None),
        "authors": _array(mention.authors),
        "has_authors": int(bool(mention.authors)),
        "author_count": mention.author_count,
        "arxiv_id": mention.arxiv_id,
        "publication_date": _publication_date(mention),
        "line_start": mention.line_start,
        "line_end": mention.line_end,
        **(_entry_facts(mention) if isinstance(mention, EntryRecord) else {}),
        **(_record_facts(mention) if isinstance(mention, PaperRecord) else {}),
    }


def _entry_facts(entry: EntryRecord) -> Row:
    return {
        "printed_publication_date": entry.printed_publication_date,
        "upvote_count": entry.upvote_count,
        "comment_count": entry.comment_count,
        "submitted_by": entry.submitted_by,
        "organization": entry.organization,
    }


def _record_facts(record: PaperRecord) -> Row:
    return {
        "arxiv_version": record.arxiv_version,
        "updated_date": record.updated_date,
        "doi": record.doi,
        "categories": _array(record.categories),
        "comment": record.comment,
    }


def _array(texts: Sequence[str]) -> str | None:
    """The texts as SQLite writes a JSON array, or None where there are none."""
    return f"[{','.join(map(encode_basestring, texts))}]" if texts else None


def _publication_date(mention: Mention) -> str | None:
    if mention.publication_date is not None or mention.printed_publication_date is None:
        return mention.publication_date
    day = publication_date(parse_printed_date(mention.printed_publication_date), digest=None)
    return day.isoformat() if day else None


def _links(mention: Mention) -> Iterator[tuple[LinkRecord, Target]]:
    for link in mention.links:
        yield link, canonicalize(link.url)
    # An export lists what was found in the abstract; looking again would only say it twice.
    is_searched = any(link.asserted_by == "abstract" for link in mention.links)
    if mention.abstract is not None and not is_searched:
        yield from _abstract_links(mention, mention.abstract)


def _abstract_links(mention: Mention, abstract: str) -> Iterator[tuple[LinkRecord, Target]]:
    links = find_links(abstract)
    if not links:
        return
    place_of = _places(mention, abstract)
    for found in links:
        line, char_start = place_of(found.start)
        link = LinkRecord(
            asserted_by="abstract",
            verbatim=found.verbatim,
            url=found.url,
            line=line,
            char_start=char_start,
            roles=found.roles,
            is_promised=found.is_promised,
            is_own=found.is_own,
        )
        yield link, found.target


_PlaceOf = Callable[[int], tuple[int | None, int | None]]


def _places(mention: Mention, abstract: str) -> _PlaceOf:
    """Return what tells line and character of the document for places in the abstract, asked in their order."""
    line, char = mention.abstract_line, mention.abstract_char
    if line is None or char is None:
        return lambda _: (line, None)
    if mention.abstract_raw is not None:
        escaped = EscapedText(mention.abstract_raw)
        return lambda start: (line, char + escaped.offset(start))
    return _RawPlaces(abstract, line, -char).place


class _RawPlaces:
    """Counts on from the place that was asked for last, so that many links in one text stay linear."""

    def __init__(self, text: str, line: int, line_start: int) -> None:
        self._text = text
        self._line = line
        self._line_start = line_start
        self._scanned = 0

    def place(self, start: int) -> tuple[int, int]:
        self._line += self._text.count("\n", self._scanned, start)
        line_break = self._text.rfind("\n", self._scanned, start)
        self._line_start = line_break + 1 if line_break >= 0 else self._line_start
        self._scanned = start
        return self._line, start - self._line_start


def _link_row(position: int, link: LinkRecord, target: Target) -> Row:
    is_repository = target.kind == "repository"
    return {
        "position": position,
        "url": target.url,
        "url_key": target.key,
        "host": target.host,
        "kind": target.kind,
        "owner": target.owner if is_repository else None,
        "name": target.name if is_repository else None,
        "sub_path": link.sub_path or target.sub_path,
        "asserted_by": link.asserted_by,
        "verbatim": link.verbatim,
        "line": link.line,
        "char_start": link.char_start,
        "roles": _array(sorted(link.roles)) or "[]",
        "is_promised": int(link.is_promised),
        "is_own": int(link.is_own),
        "field": link.field,
        "added_by": link.added_by,
        "is_official": link.is_official,
        "is_mentioned_in_paper": link.is_mentioned_in_paper,
        "is_mentioned_in_repository": link.is_mentioned_in_repository,
        "framework": link.framework,
    }
