"""Documents in the catalogue's own JSON in which one thing is far more frequent than all others, or nothing is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any, Final, Literal

from catalog.interchange import FORMAT_VERSION

Skew = Literal["paper", "owner"]
SKEWS: Final[tuple[Skew, ...]] = ("paper", "owner")

_IN_DOCUMENT: Final = 1000
_STATED: Final = {"digest_date": "2026-03-02", "date_basis": "stated"}
_PRINTED: Final = {"printed_date": "Mar 2"}
_CARD: Final = {"printed_publication_date": "Feb 27"}


def skewed_documents(skew: Skew, size: int, *, is_even: bool = False) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of documents, the same at each call.

    `paper`: `size` digests of two papers each, of which one is the same paper in all; every second digest prints its
    day without a year, as each does that of the paper, so that days are sought through this one paper. `owner`: digests
    of a thousand papers, `size` in all, each with a repository of its own, all of one owner. With `is_even` the same
    number of rows has no such paper and no such owner.
    """
    of = _digests_of_a_paper if skew == "paper" else _papers_of_an_owner
    for first in range(0, size, _IN_DOCUMENT):
        name = f"{skew}-{first:08}.json"
        numbers = range(first, min(first + _IN_DOCUMENT, size))
        source = {
            "name": name,
            "sha256": hashlib.sha256(name.encode()).hexdigest(),
            "byte_count": 1,
            "line_count": 1,
            "format": "invented",
        }
        found = {"catalogue": FORMAT_VERSION, "source": source, "is_complete": True, "digests": of(numbers, is_even)}
        yield name, json.dumps(found).encode()


def _digests_of_a_paper(numbers: range, is_even: bool) -> list[dict[str, Any]]:
    return [
        _digest(
            [_entry(2 * number if is_even else 0) | _CARD, _entry(2 * number + 1)], _PRINTED if number % 2 else _STATED
        )
        for number in numbers
    ]


def _papers_of_an_owner(numbers: range, is_even: bool) -> list[dict[str, Any]]:
    entries = []
    for number in numbers:
        url = f"https://github.com/{f'owner-{number}' if is_even else 'giant-owner'}/repository-{number}"
        link = {"verbatim": url, "url": url, "asserted_by": "listing field", "field": "code", "roles": ["code"]}
        entries.append(_entry(number) | {"links": [link]})
    return [_digest(entries, _STATED)]


def _digest(entries: list[dict[str, Any]], day: dict[str, str]) -> dict[str, Any]:
    return {"kind": "listing", **day, "entries": entries}


def _entry(number: int) -> dict[str, Any]:
    return {"title": f"Invented study number {number} of counting", "line_start": 1, "line_end": 1}
