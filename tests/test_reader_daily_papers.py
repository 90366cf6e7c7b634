"""One object of the Daily Papers listing: where each fact comes from, and what becomes of one that cannot be."""

from __future__ import annotations

import json
from typing import Any

import pytest

from catalog.documents import split_lines
from catalog.escapes import EscapedText
from catalog.readers import daily_papers_api
from catalog.readers.daily_papers import entry_record
from catalog.readers.json_elements import JsonElement, decode_element
from catalog.records import RejectRecord
from tests.daily_papers import ABSTRACT, assert_sound, document, entry, read, reasons, wrapped

NO_DATE = "publishedAt is no date of the calendar"
NO_LITERAL = "the string is no object as Python writes one: "


def test_an_entry_has_every_fact_of_its_object() -> None:
    source = document(
        json.dumps([wrapped(day="2026-03-04", organization={"name": "gs", "fullname": "Garden School"})], indent=1)
    )
    record = daily_papers_api.read(source)
    assert_sound(record, source)
    (only,) = record.digests[0].entries
    assert (only.title, only.arxiv_id, only.publication_date) == ("Counting Ferns, Part 1", "9901.00001", "1999-01-04")
    assert (only.authors, only.author_count) == (("Ada Fern", "Bo Moss"), 2)
    assert only.abstract == ABSTRACT
    assert (only.upvote_count, only.comment_count) == (7, 2)
    assert (only.submitted_by, only.organization) == ("fernlover", "Garden School")
    assert (record.rejects, record.papers, record.furniture_line_count) == ((), (), 2)
    assert record.origin.format == "Daily Papers API"


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_link_in_an_abstract_has_its_place_through_escapes(line_end: str) -> None:
    source = document(json.dumps([wrapped()], indent=1).replace("\n", line_end))
    (only,) = daily_papers_api.read(source).digests[0].entries
    assert only.abstract_line is not None
    line = split_lines(source.text)[only.abstract_line - 1]
    raw = EscapedText(line[only.abstract_char :])
    assert line[only.abstract_char + raw.offset(ABSTRACT.index("https")) :].startswith(
        "https://github.com/example/ferns"
    )


@pytest.mark.parametrize(
    ("more", "fact", "value"),
    [
        ({"paper": {"title": None}}, "title", "Counting Ferns: Part 1"),
        ({"paper": {"summary": " "}, "summary": "On top."}, "abstract", "On top."),
        ({"paper": {"summary": None}}, "abstract", None),
        ({"paper": {"id": "arXiv:9901.00001v3"}}, "arxiv_id", "9901.00001"),
        ({"paper": {"id": None}}, "arxiv_id", None),
        ({"paper": {"publishedAt": "1999-01-04T23:30:00-05:00"}}, "publication_date", "1999-01-05"),
        ({"paper": {"publishedAt": "1999-01-04"}}, "publication_date", "1999-01-04"),
        ({"paper": {"publishedAt": None}}, "publication_date", None),
        ({"paper": {"authors": []}}, "author_count", None),
        ({"paper": {"upvotes": 0}}, "upvote_count", 0),
        ({"numComments": None}, "comment_count", None),
        ({"submittedBy": None, "paper": {"submittedOnDailyBy": {"user": "moss", "name": "M"}}}, "submitted_by", "moss"),
        ({"submittedBy": {}, "paper": {"submittedOnDailyBy": {"name": "M"}}}, "submitted_by", "M"),
        ({"organization": {"name": "gs"}}, "organization", "gs"),
        ({"paper": {"organization": {"fullname": "Moss House"}}}, "organization", "Moss House"),
    ],
)
def test_where_a_fact_comes_from(more: dict[str, Any], fact: str, value: Any) -> None:
    assert getattr(entry(**more), fact) == value


@pytest.mark.parametrize(
    ("more", "fact", "text", "reason"),
    [
        ({"id": "ferns"}, "arxiv_id", '"ferns"', "id is no arXiv id"),
        ({"id": 9901.00001}, "arxiv_id", "9901.00001", "id is no text"),
        ({"publishedAt": "1999-02-30T00:00:00Z"}, "publication_date", '"1999-02-30T00:00:00Z"', NO_DATE),
        ({"publishedAt": "0001-01-01T00:00:00+14:00"}, "publication_date", '"0001-01-01T00:00:00+14:00"', NO_DATE),
        ({"publishedAt": "19990104"}, "publication_date", '"19990104"', NO_DATE),
        ({"upvotes": "7"}, "upvote_count", '"7"', "upvotes is no count"),
        ({"upvotes": True}, "upvote_count", "true", "upvotes is no count"),
        ({"upvotes": -1}, "upvote_count", "-1", "upvotes is no count"),
        ({"upvotes": 7.0}, "upvote_count", "7.0", "upvotes is no count"),
        ({"upvotes": 10**30}, "upvote_count", "1" + "0" * 30, "upvotes is no count"),
        ({"summary": ["We count."]}, "abstract", '["We count."]', "summary is no text"),
        ({"summary": "half \ud83c"}, "abstract", '"half \\ud83c"', "summary holds a character that no text has"),
        ({"summary": "x" * 100_001}, "abstract", '"' + "x" * 100_001 + '"', "summary is longer than 100000 characters"),
        ({"authors": "Ada"}, "author_count", '"Ada"', "authors is no list"),
        ({"organization": "gs"}, "organization", '"gs"', "organization is no object"),
        ({"submittedOnDailyAt": "soon"}, "organization", '"soon"', "submittedOnDailyAt is no date of the calendar"),
    ],
)  # fmt: skip
def test_a_fact_that_cannot_be_is_unknown_and_its_piece_a_reject(
    more: dict[str, Any], fact: str, text: str, reason: str
) -> None:
    source = document(json.dumps([wrapped(paper=more)]))
    record = daily_papers_api.read(source)
    (only,) = record.digests[0].entries
    assert getattr(only, fact) is None
    assert [(reject.text, reject.reason) for reject in record.rejects] == [(text, reason)]
    assert_sound(record, source)


def test_an_author_that_cannot_be_read_is_counted_and_a_reject() -> None:
    authors = [{"name": "Ada Fern"}, {"name": " "}, "Bo", {"name": 3}, {"name": "Cy Lichen"}]
    source = document(json.dumps([wrapped(paper={"authors": authors})], indent=1))
    record = daily_papers_api.read(source)
    (only,) = record.digests[0].entries
    assert (only.authors, only.author_count) == (("Ada Fern", "Cy Lichen"), 5)
    assert reasons(record) == ["an author has no name", "a value in authors is no object", "name is no text"]
    lines = split_lines(source.text)
    for reject in record.rejects:
        assert reject.text in "\n".join(lines[reject.line_start - 1 : reject.line_end])


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"paper": {"id": "9901.00001"}}, "the object has no title"),
        ({"paper": {"title": 3}}, "the object has no title"),
        ({"paper": {"title": "x" * 2001}}, "the object has no title"),
        ({"paper": [1], "title": "Ferns"}, "paper is no object"),
        (7, "the element is no object of the listing"),
        ([], "the element is no object of the listing"),
        (None, "the element is no object of the listing"),
        ("fern", f'{NO_LITERAL}the name "fern" stands where a value is expected'),
        ("[]", "the element is no object of the listing"),
        ("[datetime.date(2024, 5, 1)]", f'{NO_LITERAL}a call of "datetime.date" stands where a value is expected'),
    ],
)  # fmt: skip
def test_what_is_no_entry_is_one_reject_and_the_others_keep_their_order(value: Any, reason: str) -> None:
    record = read([wrapped(1), value, wrapped(3)], indent=None)
    assert [each.title[-1] for each in record.digests[0].entries] == ["1", "3"]
    assert [(reject.text, reject.reason) for reject in record.rejects] == [(json.dumps(value), reason)]


# Links.


@pytest.mark.parametrize(
    ("added_by", "known", "asserted_by"),
    [
        (None, None, "listing field"),
        ("user", "user", "listing field"),
        ("admin", "admin", "listing field"),
        ("auto", "auto", "listing's own search"),
        ("robot", None, "listing field"),
    ],
)
def test_who_filled_the_field_of_a_repository(added_by: str | None, known: str | None, asserted_by: str) -> None:
    inner = {"githubRepo": "https://github.com/Example/Ferns", "githubRepoAddedBy": added_by}
    record = read([wrapped(paper=inner)])
    (link,) = record.digests[0].entries[0].links
    assert (link.field, link.added_by, link.asserted_by, link.roles) == ("githubRepo", known, asserted_by, ("code",))
    assert (link.verbatim, link.url) == ("https://github.com/Example/Ferns",) * 2
    assert reasons(record) == (["githubRepoAddedBy is none of user, admin, auto"] if added_by == "robot" else [])


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("https://ferns.example.org/", "https://ferns.example.org/"),
        ("ferns.example.org/é", "https://ferns.example.org/é"),
        (" //ferns.example.org\n", "https://ferns.example.org"),
    ],
)
def test_a_project_page_is_kept_as_it_stands_and_mended(written: str, url: str) -> None:
    source = document(json.dumps([wrapped(paper={"projectPage": written})], indent=1).replace("/", "\\/"))
    record = daily_papers_api.read(source)
    assert_sound(record, source)
    (link,) = record.digests[0].entries[0].links
    assert (link.verbatim, link.url, link.field, link.roles) == (written, url, "projectPage", ("project page",))
    assert link.char_start is not None


@pytest.mark.parametrize(
    "written", ["coming soon", "example/ferns", "javascript:alert(1)", "mailto:a@example.org", "x" * 2001, 7]
)
def test_what_is_no_address_is_a_reject_and_the_entry_stays(written: object) -> None:
    record = read([wrapped(paper={"githubRepo": written})])
    assert record.digests[0].entries[0].links == ()
    (reject,) = record.rejects
    assert reject.text == json.dumps(written)
    assert reject.reason.startswith("githubRepo is ")


def test_blank_fields_say_nothing() -> None:
    record = read([wrapped(paper={"githubRepo": "", "projectPage": None, "organization": None})])
    assert (record.digests[0].entries[0].links, record.rejects) == ((), ())


# Titles that the entry does not have

SOCKS = {"id": "9901.00009", "title": "Sorting Socks by Smell"}


@pytest.mark.parametrize(
    ("more", "text", "reason"),
    [
        ({"title": "Sorting Socks by Smell"}, '"Sorting Socks by Smell"', "title is not that of the paper"),
        ({"title": "The Counting of Ferns, Part 1"}, None, ""),
        ({"pape": SOCKS}, json.dumps(SOCKS), "the field is none of the listing's, and holds a title"),
        ({"media": {"url": "x"}}, None, ""),
    ],
)
def test_a_title_of_another_paper_is_a_reject(more: dict[str, Any], text: str | None, reason: str) -> None:
    record = read([wrapped(**more)], indent=None)

    assert record.digests[0].entries[0].title == "Counting Ferns, Part 1"
    assert [reject.text for reject in record.rejects] == ([text] if text else [])
    assert all(reject.reason.startswith(reason) for reject in record.rejects)


def test_a_paper_without_a_field_for_its_title_is_a_reject_where_the_object_has_one() -> None:
    value = wrapped()
    value["paper"]["titel"] = value["paper"].pop("title")

    record = read([value], indent=None)

    assert record.digests[0].entries[0].title == "Counting Ferns: Part 1"
    assert [reject.text for reject in record.rejects] == [json.dumps(value["paper"])]


# Pages carry the same objects without their own lines.


def test_an_object_in_an_attribute_has_the_lines_of_the_attribute() -> None:
    inner = {"githubRepo": "https://github.com/example/ferns", "upvotes": "many"}
    element = decode_element(json.dumps(wrapped(paper=inner), indent=1))
    assert isinstance(element, JsonElement)
    reading = entry_record(element, 4, span=(17, 19))
    only = reading.entry
    assert only is not None
    assert (only.position, only.line_start, only.line_end) == (4, 17, 19)
    assert (only.abstract_line, only.links[0].line, only.links[0].char_start) == (17, 17, None)
    assert reading.rejects == (RejectRecord(17, 19, '"many"', "upvotes is no count"),)
