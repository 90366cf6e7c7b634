"""Builders of invented answers of the Daily Papers API, and what must be true of any reading."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from catalog.documents import Document, split_lines
from catalog.readers import daily_papers_api
from catalog.records import DigestRecord, DocumentRecord, EntryRecord, Mention
from tests.conservation import conserved

ABSTRACT = 'We count the "ferns"\nof an invented garden \\ twice. Code: https://github.com/example/ferns'


def paper(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "id": f"9901.{number:05}",
        "authors": [{"name": "Ada Fern", "hidden": False}, {"name": "Bo  Moss", "hidden": True}],
        "publishedAt": "1999-01-04T23:59:59.000Z",
        "title": f"Counting Ferns,\n  Part {number}",
        "summary": ABSTRACT,
        "upvotes": 7,
        **more,
    }


def wrapped(number: int = 1, day: str | None = None, **more: Any) -> dict[str, Any]:
    inner = paper(number, **({"submittedOnDailyAt": f"{day}T01:02:03.004Z"} if day else {}))
    return {
        "paper": {**inner, **more.pop("paper", {})},
        "publishedAt": "1999-01-04T18:59:59.000Z",
        "title": f"Counting Ferns: Part {number}",
        "numComments": 2,
        "submittedBy": {"name": "fernlover"},
        **more,
    }


def document(text: str, name: str = "answer.json") -> Document:
    content = text.encode("utf-8", "surrogatepass")
    return Document(name, hashlib.sha256(content).hexdigest(), len(content), text, len(split_lines(text)))


def read(value: Any, name: str = "answer.json", indent: int | None = 1) -> DocumentRecord:
    return daily_papers_api.read(document(json.dumps(value, indent=indent), name))


def digest(value: Any, name: str = "answer.json") -> DigestRecord:
    (only,) = read(value, name).digests
    return only


def entry(**more: Any) -> EntryRecord:
    (only,) = digest([wrapped(**more)]).entries
    return only


def reasons(record: DocumentRecord) -> list[str]:
    return [reject.reason for reject in record.rejects]


def mentions(record: DocumentRecord) -> list[Mention]:
    return [*(each for found in record.digests for each in found.entries), *papers(record)]


def papers(record: DocumentRecord) -> list[Mention]:
    return [each for each in record.papers if isinstance(each, Mention)]


def assert_sound(record: DocumentRecord, source: Document) -> None:
    """What is true of every reading: lines exist, abstracts and links stand there, every line is accounted for."""
    lines = split_lines(source.text)
    conserved(record, source)
    for mention in mentions(record):
        assert (mention.abstract is None) == (mention.abstract_line is None)
        if mention.abstract_line is not None and mention.abstract_char:
            assert decoded_from(lines[mention.abstract_line - 1], mention.abstract_char) == mention.abstract
        for link in mention.links:
            if link.line is not None and link.char_start is not None:
                assert decoded_from(lines[link.line - 1], link.char_start) == link.verbatim


def decoded_from(line: str, char: int) -> str:
    assert line[char - 1] == '"'
    value, _ = json.JSONDecoder().raw_decode(line, char - 1)
    assert isinstance(value, str)
    return value
