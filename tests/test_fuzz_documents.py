"""Damaged documents of every format: one sentence or a reading that loses nothing.

Here a sample; `make fuzz` runs 10,000 examples, and docs/bad-documents.md has the figures of the last such run.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.checks import check_catalog
from catalog.documents import Document, DocumentError, open_document
from catalog.load import load_documents, load_terms
from catalog.readers import format_names, read_document
from catalog.records import Mention
from tests import atom_feeds, captured_pages, daily_papers, pages, paper_code_lists, saved_pages
from tests.catalogues import AS_OF
from tests.conftest import ROOT, SHARED, rows
from tests.conservation import Reading, conserved, squeezed
from tests.mutations import BYTES, GENTLE, ByteDamage, Mutation, in_bytes, mutated, mutations

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "150"))


def examples(share: float) -> settings:
    """The share of all examples that one test runs; each example writes over the file of the one before."""
    health = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    return settings(max_examples=max(1, int(EXAMPLES * share)), deadline=None, suppress_health_check=health)


def _invented() -> dict[str, str]:
    """A document of every format about invented papers."""
    cards = pages.invented_cards(6, pages.TRAILER)
    captured = captured_pages.invented_cards(5)
    entries = [
        daily_papers.wrapped(number, day="2026-03-04", paper={"title": f"Counting Ferns of Garden {number}"})
        for number in (1, 2, 3)
    ]
    return {
        "pasted": pages.page(cards),
        "pasted bare": pages.page(pages.invented_cards(6), wrap=72),
        "pasted twice": pages.page(cards[:3]) + pages.page(cards[3:]),
        "saved": saved_pages.page(saved_pages.cards(), props=saved_pages.attribute(saved_pages.PAPERS)),
        "saved bare": saved_pages.page(saved_pages.cards()),
        **{
            f"captured {form}": captured_pages.HEAD + captured_pages.cards_text(captured, form) + captured_pages.TAIL
            for form in captured_pages.FORMS
        },
        "captured numbered": captured_pages.numbered_page(captured),
        "answer": json.dumps(entries, indent=1),
        "answer in lines": "\n".join(json.dumps(entry) for entry in entries),
        "answer of one line": json.dumps({"date": "2026-03-04", "count": 3, "data": entries}),
        "answer of repr": json.dumps([repr(entry) for entry in entries], indent=1),
        "list": paper_code_lists.PRETTY,
        "feed": atom_feeds.HEAD + atom_feeds.SOCKS + atom_feeds.entry() + atom_feeds.END,
        "export": min((ROOT / "seeds").glob("*.json"), key=lambda path: path.stat().st_size).read_text("utf-8"),
    }


INVENTED = _invented()

DAMAGES = mutations() | mutations(GENTLE)
SUFFIXES = (".txt", ".json", ".xml", ".html")
HEAD_LINES = 12
CARD_LINES = 60


def read(path: Path, content: bytes, format_name: str | None = None) -> Reading | None:
    """Open and read a file with this content: what is refused is refused in one sentence, and nothing is lost."""
    path.write_bytes(content)
    try:
        document = open_document(path)
        assert isinstance(document, Document)
        record = read_document(document, format_name)
        # Some readers give their records late, and refuse what is damaged further on only then.
        reading = conserved(record, document)
    except DocumentError as error:
        refusal = str(error)
    else:
        return reading
    assert refusal.startswith(f"{path}: ")
    assert refusal.splitlines() == [refusal]
    return None


def check(path: Path, text: str, damages: list[Mutation], damage: ByteDamage = None) -> None:
    """Damage a text and read it; where nothing was put in, every title that still stands there must be kept."""
    damaged = mutated(text, damages)
    reading = read(path, in_bytes(damaged, damage))
    if reading is not None and damage is None and all(each.kind in GENTLE for each in damages):
        assert [title for title in titles(text) if title in damaged and squeezed(title) not in reading.words] == []


@cache
def titles(text: str) -> tuple[str, ...]:
    """The titles that stand in the text as they are read."""
    record = read_document(pages.document(text))
    mentions = [entry for digest in record.digests for entry in digest.entries]
    mentions += [piece for piece in record.papers if isinstance(piece, Mention)]
    return tuple(mention.title for mention in mentions if mention.title in text)


@examples(0.5)
@given(st.sampled_from(sorted(INVENTED)), DAMAGES, BYTES)
def test_a_damaged_document_is_refused_or_read_without_loss(
    tmp_path: Path, name: str, damages: list[Mutation], damage: ByteDamage
) -> None:
    check(tmp_path / "2026-03-04.txt", INVENTED[name], damages, damage)


@examples(0.2)
@given(st.sampled_from(sorted(INVENTED)), st.sampled_from(format_names()), DAMAGES)
def test_a_document_read_as_any_format_is_refused_or_read_without_loss(
    tmp_path: Path, name: str, format_name: str, damages: list[Mutation]
) -> None:
    read(tmp_path / "page.txt", in_bytes(mutated(INVENTED[name], damages), None), format_name)


@pytest.fixture(scope="module")
def real() -> list[list[Path]]:
    """The real samples, those of one form together."""
    forms = [SHARED / "seeds", *sorted((SHARED / "inputs").glob("*"))]
    found = [sorted(path for path in form.glob("*") if path.suffix in SUFFIXES) for form in forms]
    if not all(found) or not found[1:]:
        pytest.skip("the real samples are not at hand")
    return found


@examples(0.29)
@given(st.data(), DAMAGES, BYTES)
def test_a_damaged_real_document_is_refused_or_read_without_loss(
    tmp_path: Path, real: list[list[Path]], data: st.DataObject, damages: list[Mutation], damage: ByteDamage
) -> None:
    path = data.draw(st.sampled_from(real).flatmap(st.sampled_from))
    check(tmp_path / path.name, _part(path, data), damages, damage)


def _part(path: Path, data: st.DataObject) -> str:
    """The head of a real page and some cards of it, which is read five times as fast; other documents whole."""
    text = path.read_text("utf-8")
    if path.suffix != ".txt":
        return text
    lines = text.split("\n")
    start = data.draw(st.integers(HEAD_LINES, len(lines) - CARD_LINES))
    return "\n".join(lines[:HEAD_LINES] + lines[start : start + CARD_LINES])


@examples(0.01)
@given(st.lists(st.tuples(st.sampled_from(sorted(INVENTED)), DAMAGES), min_size=1, max_size=4))
def test_what_was_read_of_damaged_documents_is_stored(
    tmp_path: Path, empty: Path, documents: list[tuple[str, list[Mutation]]]
) -> None:
    database = Path(shutil.copy(empty, tmp_path / "catalog.db"))
    readings: dict[str, Reading] = {}
    paths = [tmp_path / f"{number}.txt" for number in range(len(documents))]
    for path, (name, damages) in zip(paths, documents, strict=True):
        reading = read(path, in_bytes(mutated(INVENTED[name], damages), None))
        if reading is not None and name != "export":  # it speaks of another document, of another name
            readings.setdefault(hashlib.sha256(path.read_bytes()).hexdigest(), reading)
    refused: list[str] = []

    accounts = list(load_documents(paths, database, load_terms(as_of=AS_OF), on_error=refused.append))

    assert len(accounts) + len(refused) == len(paths)
    for sha256, reading in readings.items():
        assert stored(database, sha256) == {
            "digest_entries": len(reading.entries),
            "paper_records": len(reading.papers),
            "rejects": sorted(reject.text for reject in reading.rejects),
        }
    broken = [result.name for result in check_catalog(database) if result.broken]
    # A card that was moved below another day is stored as it stands, and the check names it.
    assert broken == [] or (broken == ["published after its digest"] and contradicted(readings.values()))


def contradicted(readings: Iterable[Reading]) -> bool:
    """Whether documents say that a paper was published after a day in whose digest it stands."""
    entries = [(digest, entry) for reading in readings for digest in reading.digests for entry in digest.entries]
    published = [(entry.title, entry.publication_date) for _, entry in entries if entry.publication_date]
    days = [(entry.title, digest.digest_date or digest.latest_date) for digest, entry in entries]
    return any(day and day < date and title == other for title, day in days for other, date in published)


def stored(database: Path, sha256: str) -> dict[str, object]:
    """What the catalogue holds of the document with these bytes."""
    own = "source_document_id = (SELECT id FROM source_documents WHERE sha256 = ?)"
    of_entries = f"SELECT count(*) FROM digest_entries WHERE digest_id IN (SELECT id FROM digests WHERE {own})"
    return {
        "digest_entries": rows(database, of_entries, sha256)[0][0],
        "paper_records": rows(database, f"SELECT count(*) FROM paper_records WHERE {own}", sha256)[0][0],
        "rejects": sorted(text for (text,) in rows(database, f"SELECT text FROM rejects WHERE {own}", sha256)),
    }
