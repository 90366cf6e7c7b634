"""What is compared: for each kind of thing its table, what it is called, and the fields that may change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of thing: `named` and `fields` are SQL expressions by name; in them `one` is the row, `{db}` its file.

    `named` is what the thing is called, in the order in which it is sorted; `fields` are what may change of it. With
    `is_part` the rows themselves are told of in another section, and only their changes here.
    """

    name: str
    table: str
    named: dict[str, str]
    fields: dict[str, str]
    is_part: bool = False


def _columns(*names: str) -> dict[str, str]:
    return {name: f"one.{name}" for name in names}


_PAPER = "(SELECT {0} FROM {{db}}.papers AS paper WHERE paper.id = one.paper_id)"
_DOCUMENT = "(SELECT {0} FROM {{db}}.source_documents AS document WHERE document.id = one.source_document_id)"

SECTIONS: Final = (
    Section(
        "documents",
        "source_documents",
        _columns("name", "sha256"),
        _columns("name", "format", "is_complete"),
    ),
    Section(
        "digests",
        "digests",
        _columns("name", "digest_date"),
        {
            **_columns("name", "kind", "title", "curator", "query", "url", "printed_date"),
            "document": _DOCUMENT.format("sha256"),
            "repeats": "(SELECT name FROM {db}.digests AS other WHERE other.id = one.repeats_digest_id)",
            "entry_count": "(SELECT count(*) FROM {db}.digest_entries AS entry WHERE entry.digest_id = one.id)",
        },
    ),
    Section(
        "dates",
        "digests",
        _columns("name"),
        _columns("digest_date", "earliest_date", "latest_date", "date_basis"),
        is_part=True,
    ),
    Section(
        "papers",
        "papers",
        _columns("title", "arxiv_id"),
        _columns("title", "arxiv_id", "publication_date", "author_count", "authors", "doi", "abstract"),
    ),
    Section(
        "links",
        "link_assertions",
        {
            "paper": _PAPER.format("title"),
            "arxiv_id": _PAPER.format("arxiv_id"),
            "url": "(SELECT url FROM {db}.links WHERE links.id = one.link_id)",
            "asserted_by": "one.asserted_by",
            "document": _DOCUMENT.format("name"),
            "line": "one.line",
        },
        _columns(
            "roles",
            "is_promised",
            "is_own",
            "sub_path",
            "added_by",
            "is_official",
            "is_mentioned_in_paper",
            "is_mentioned_in_repository",
            "framework",
        ),
    ),
    Section(
        "repositories",
        "repositories",
        _columns("url"),
        # In the exact case: the columns themselves ignore it.
        {"owner": "one.owner COLLATE BINARY", "name": "one.name COLLATE BINARY", "url": "one.url"},
    ),
)
