"""One captured card: its title, and what becomes of a document that holds one."""

from __future__ import annotations

from catalog.records import DigestRecord, EntryRecord
from tests.captured_pages import read

TITLE = "### [Counting Teapots](/papers/2606.00001)"


def digest(text: str) -> DigestRecord:
    (only,) = read(text).digests
    return only


def entry(text: str) -> EntryRecord:
    (only,) = digest(text).entries
    return only
