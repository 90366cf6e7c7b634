"""Records -> rows: titles get their keys, abstracts give their links, printed dates become dates. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from catalog.dates import parse_printed_date, publication_date
from catalog.links import Target, canonicalize, find_links
from catalog.records import DigestRecord, EntryRecord, LinkRecord
from catalog.titles import title_key

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DigestRows:
    """The rows of one digest, before they have ids: its entries, and the links of each entry by its position."""

    entries: list[Row]
    links: list[Row]
    roles: list[Row]


def digest_rows(digest: DigestRecord) -> DigestRows:
    """Return the rows of `digest`. Raises ValueError for a title of white space or a listed link that is no address."""
    entries: list[Row] = []
    links: list[Row] = []
    roles: list[Row] = []
    for entry in digest.entries:
        entries.append(_entry_row(entry))
        for link, target in _entry_links(entry):
            links.append(_link_row(entry.position, link, target))
            roles.extend({"position": entry.position, "url_key": target.key, "role": role} for role in link.roles)
    return DigestRows(entries, links, roles)


def _entry_row(entry: EntryRecord) -> Row:
    return {
        "position": entry.position,
        "title": entry.title,
        "title_key": title_key(entry.title),
        "abstract": entry.abstract,
        "abstract_line": entry.abstract_line,
        "arxiv_id": entry.arxiv_id,
        "author_count": entry.author_count,
        "publication_date": _publication_date(entry),
        "printed_publication_date": entry.printed_publication_date,
        "upvote_count": entry.upvote_count,
        "comment_count": entry.comment_count,
        "submitted_by": entry.submitted_by,
        "line_start": entry.line_start,
        "line_end": entry.line_end,
    }


def _publication_date(entry: EntryRecord) -> str | None:
    if entry.publication_date is not None or entry.printed_publication_date is None:
        return entry.publication_date
    day = publication_date(parse_printed_date(entry.printed_publication_date), digest=None)
    return day.isoformat() if day else None


def _entry_links(entry: EntryRecord) -> Iterator[tuple[LinkRecord, Target]]:
    for link in entry.links:
        yield link, canonicalize(link.url)
    # An export lists what was found in the abstract; looking again would only say it twice.
    is_searched = any(link.asserted_by == "abstract" for link in entry.links)
    if entry.abstract is not None and not is_searched:
        yield from _abstract_links(entry, entry.abstract)


def _abstract_links(entry: EntryRecord, abstract: str) -> Iterator[tuple[LinkRecord, Target]]:
    line, line_start = entry.abstract_line, -entry.abstract_char
    scanned = 0
    for found in find_links(abstract):
        # Counted on from the last link, so that many links in one text stay linear.
        if line is not None:
            line += abstract.count("\n", scanned, found.start)
        line_break = abstract.rfind("\n", scanned, found.start)
        line_start = line_break + 1 if line_break >= 0 else line_start
        scanned = found.start
        link = LinkRecord(
            asserted_by="abstract",
            verbatim=found.verbatim,
            url=found.url,
            line=line,
            char_start=None if line is None else found.start - line_start,
            roles=found.roles,
            is_promised=found.is_promised,
            is_own=found.is_own,
        )
        yield link, found.target


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
        "is_promised": int(link.is_promised),
        "is_own": int(link.is_own),
    }
