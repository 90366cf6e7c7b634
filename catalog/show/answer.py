"""What `catalog show` answers: the one thing that was named, or all that may have been meant."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

from catalog.lookup.connection import opened
from catalog.lookup.digests import digest
from catalog.lookup.find import Reference, find
from catalog.lookup.papers import paper
from catalog.lookup.repositories import repository
from catalog.results import DigestDetails, PaperDetails, RepositoryDetails
from catalog.terminal import plain

Details = PaperDetails | RepositoryDetails | DigestDetails

MOST_SHOWN = 20
"""How many candidates are listed."""


def answer(database: Path, words: str) -> list[Details]:
    """Return what `words` name in the catalogue at `database`: one thing, several to choose from, or none.

    Raises CatalogError where the file is no catalogue of this version.
    """
    with opened(database) as connection:
        return [_details(connection, reference) for reference in find(connection, words)[:MOST_SHOWN]]


def _details(connection: sqlite3.Connection, reference: Reference) -> Details:
    if reference.kind == "paper":
        return paper(connection, reference.id)
    return repository(connection, reference.id) if reference.kind == "repository" else digest(connection, reference.id)


def kind_of(found: Details) -> str:
    """Return the word for what was found: paper, repository or digest."""
    if isinstance(found, PaperDetails):
        return "paper"
    return "repository" if isinstance(found, RepositoryDetails) else "digest"


def json_text(found: list[Details]) -> str:
    """Return one thing as a JSON object under its kind, several as a list of such objects under `candidates`.

    All of it is ASCII, so that no text of a stranger reaches a terminal otherwise than escaped.
    """
    each = [{kind_of(one): asdict(one)} for one in found]
    return json.dumps(each[0] if len(each) == 1 else {"candidates": each}, indent=2)


def candidate_lines(words: str, found: Iterable[Details]) -> Iterator[str]:
    """Yield the lines that list several things to choose from, each with what names it alone."""
    yield f"{plain(words)!r} fits several; show one of them:"
    for one in found:
        name = f"catalog show {kind_of(one)} {one.id}"
        yield f"  {name:<28}{plain(_title(one))}"


def _title(found: Details) -> str:
    if isinstance(found, PaperDetails):
        return found.title
    return found.url if isinstance(found, RepositoryDetails) else f"{found.name} ({found.document})"
