"""Many small sets of documents in one: each a world of its own, so that one derivation settles all of them."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace
from typing import Any

from catalog.records import DigestRecord, DocumentRecord, Mention

PRINTED = (None, None, "Mar 2", "Feb 27", "Nov 30")
"""Publication dates as cards print them, without a year."""


def world(number: int, documents: list[DocumentRecord]) -> list[DocumentRecord]:
    """Return `documents` with papers, names and content that no other world has, and some cards with dates."""
    return [_in_world(number, document) for document in documents]


def _in_world(number: int, document: DocumentRecord) -> DocumentRecord:
    origin = document.origin
    name = origin.name if origin.name.startswith("20") else f"w{number} {origin.name}"
    sha256 = hashlib.sha256(f"{number} {origin.sha256}".encode()).hexdigest()
    cards = random.Random(f"{number} {origin.sha256}")
    return replace(
        document,
        origin=replace(origin, name=_dated_name(name, number), sha256=sha256),
        digests=tuple(_digest(number, digest, cards) for digest in document.digests),
        papers=tuple(_mention(number, record) for record in document.papers),  # type: ignore[arg-type]
    )


def _dated_name(name: str, number: int) -> str:
    """A file name that dates a digest keeps its day."""
    return f"{name[:10]} w{number}.json" if name.startswith("20") else name


def _digest(number: int, digest: DigestRecord, cards: random.Random) -> DigestRecord:
    entries = [_mention(number, entry) for entry in digest.entries]
    return replace(digest, entries=tuple(_card(entry, cards) for entry in entries))


def _card(entry: Any, cards: random.Random) -> Any:
    if entry.publication_date is None:
        return replace(entry, printed_publication_date=cards.choice(PRINTED))
    # Now and then a day that leaves a digest of March no year: evidence that contradicts itself.
    return replace(entry, publication_date="2026-10-02") if cards.random() < 0.1 else entry


def _mention(number: int, mention: Any) -> Any:
    one: Mention = mention
    arxiv_id = None if one.arxiv_id is None else f"2401.{number:04d}{one.arxiv_id[-1]}"
    return replace(one, title=f"{one.title} w{number}", arxiv_id=arxiv_id)
