"""Answers of the Daily Papers API: their forms, dates and look. The papers are invented but for the real answers."""

from __future__ import annotations

import ast
import json
from collections import Counter
from typing import Any

import pytest

from catalog.documents import DocumentError, open_document
from catalog.readers import daily_papers_api
from tests.conftest import SHARED
from tests.daily_papers import ABSTRACT, assert_sound, digest, document, paper, papers, read, reasons, wrapped

# The forms of an answer.


def test_strings_that_repr_wrote_are_read_like_objects() -> None:
    inner = {"githubRepo": "github.com/example/ferns", "upvotes": None, "projectPage": "no 'page'"}
    source = document(json.dumps([repr(wrapped(1, paper=inner)), repr(wrapped(2))], indent=1), "2024-12-10.json")
    record = daily_papers_api.read(source)
    assert_sound(record, source)
    first, second = record.digests[0].entries
    assert (first.abstract, first.abstract_line, first.line_start, first.line_end) == (ABSTRACT, 2, 2, 2)
    assert (first.links[0].line, first.links[0].char_start) == (2, None)
    assert second.title == "Counting Ferns, Part 2"
    assert [(reject.text, reject.reason) for reject in record.rejects] == [
        ("\"no 'page'\"", "projectPage is no address")
    ]


def test_an_answer_with_a_head_says_its_date_and_count() -> None:
    answer = {"status": "success", "date": "2025-01-09", "count": 2, "data": [wrapped(1), wrapped(2)]}
    source = document(json.dumps(answer, indent=1), "2025-01-10.json")
    record = daily_papers_api.read(source)
    assert_sound(record, source)
    assert (record.rejects, record.furniture_line_count) == ((), 7)
    assert (record.digests[0].digest_date, record.digests[0].date_basis) == ("2025-01-09", "stated")
    assert record.digests[0].kind == "daily"


@pytest.mark.parametrize(
    ("head", "rejects"),
    [
        ({"count": 3}, [("3", "count is not 2, the number of objects in data")]),
        ({"count": "two"}, [('"two"', "count is not 2, the number of objects in data")]),
        ({"date": "2025-02-30"}, [('"2025-02-30"', "date is no date of the calendar")]),
        ({"date": 20250110}, [("20250110", "date is no date of the calendar")]),
        ({"date": None, "count": None}, []),
    ],
)
def test_a_head_that_is_wrong_is_a_reject_and_the_rest_is_read(
    head: dict[str, Any], rejects: list[tuple[str, str]]
) -> None:
    record = read({**head, "data": [wrapped(1), wrapped(2)]})
    assert [(reject.text, reject.reason) for reject in record.rejects] == rejects
    assert [len(found.entries) for found in record.digests] == [2]
    assert record.digests[0].date_basis == "open"


@pytest.mark.parametrize("name", ["count", "date"])
def test_a_value_that_was_cut_out_of_a_head_is_a_reject_with_its_name(name: str) -> None:
    text = json.dumps({name: "cut", "data": [wrapped(1), wrapped(2)]}).replace('"cut"', "")
    record = daily_papers_api.read(document(text))
    assert [reject.text for reject in record.rejects] == [name]
    assert [len(found.entries) for found in record.digests] == [2]


@pytest.mark.parametrize("value", [paper(), wrapped(), repr(wrapped())])
def test_one_object_alone_is_a_paper_outside_of_any_digest(value: Any) -> None:
    source = document(json.dumps(value, indent=1))
    record = daily_papers_api.read(source)
    assert_sound(record, source)
    (only,) = papers(record)
    assert (record.digests, record.rejects) == ((), ())
    assert (only.position, only.title, only.arxiv_id, only.abstract) == (
        1,
        "Counting Ferns, Part 1",
        "9901.00001",
        ABSTRACT,
    )
    assert not hasattr(only, "upvote_count")


def test_json_lines_are_read_line_by_line() -> None:
    answers = [
        wrapped(1),
        paper(2),
        [wrapped(3, "2026-03-04"), wrapped(4, "2026-03-04")],
        {"date": "2025-01-09", "data": [wrapped(5)]},
        paper(6),
        [],
        wrapped(7),
        wrapped(8),
    ]
    lines = [json.dumps(answer) for answer in answers]
    source = document("\r\n".join([*lines[:2], "", *lines[2:], '{"paper": {', "7"]), "2026-05-05.jsonl")
    record = daily_papers_api.read(source)
    assert_sound(record, source)
    assert [[each.title[-1] for each in found.entries] for found in record.digests] == [
        ["1", "2"],
        ["3", "4"],
        ["5"],
        ["7", "8"],
    ]
    assert [each.title[-1] for each in papers(record)] == ["6"]
    # One name cannot be the day of four digests.
    assert [found.digest_date for found in record.digests] == [None, "2026-03-04", "2025-01-09", None]
    assert [(reject.line_start, reject.reason) for reject in record.rejects] == [
        (7, "the list holds no papers"),
        (10, "the line is no JSON: the text is not one object"),
        (11, "the element is no object of the listing"),
    ]


def test_a_line_is_a_list_of_its_own_only_where_others_are_not() -> None:
    record = daily_papers_api.read(document("\n".join([json.dumps(wrapped(1)), '{"paper": ']), "2026-05-05.jsonl"))
    assert [found.digest_date for found in record.digests] == ["2026-05-05"]
    assert reasons(record) == ["the line is no JSON: the text is not one object"]


def test_a_damaged_object_in_a_list_is_a_reject() -> None:
    text = f'[{json.dumps(wrapped(1))},\n{{"paper": NaN}},\n{json.dumps(wrapped(3))}]'
    record = daily_papers_api.read(document(text))
    assert [(reject.line_start, reject.text, reject.reason) for reject in record.rejects] == [
        (2, '{"paper": NaN}', "the element is no JSON: NaN is no number of JSON")
    ]
    assert len(record.digests[0].entries) == 2


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[]", "holds no papers; name an answer that lists some"),
        ('{"date": "2025-01-10", "data": []}', "holds no papers; name an answer that lists some"),
        ("[7]", "holds no paper that can be read (the element is no object of the listing); save it again"),
        ("{}", "holds no paper that can be read (the object has no title); save it again"),
        ("7", "holds no paper that can be read (the element is no object of the listing); save it again"),
        ('[{"title": "Ferns"},\n{"pap', "line 2 is damaged or cut short (the array is cut short); save it again"),
        ('{"data": [{"paper": 1}', "line 1 is damaged or cut short (the text is not one object); save it again"),
        ("ferns", "line 1 is damaged or cut short (expecting value at character 1 of line 1); save it again"),
    ],
)  # fmt: skip
def test_a_document_without_papers_is_refused(text: str, reason: str) -> None:
    with pytest.raises(DocumentError) as caught:
        daily_papers_api.read(document(text))
    assert str(caught.value) == f"answer.json: {reason}"


# Dates.


@pytest.mark.parametrize(
    ("days", "stated", "name", "kind", "day", "basis", "earliest"),
    [
        (["2026-03-04"] * 2, "2026-03-04", "2020-01-01.json", "daily", "2026-03-04", "stated by its entries", None),
        (["2026-03-04", None], None, "x.json", "daily", "2026-03-04", "stated by its entries", None),
        ([None], "2026-03-05", "2026-03-04.json", "daily", "2026-03-05", "stated", None),
        ([None], None, "2026-03-04.json", "daily", "2026-03-04", "file name", None),
        ([None], None, "papers of 2026-03-04 (1).json", "daily", "2026-03-04", "file name", None),
        ([None], None, "2026-02-30.json", "listing", None, "open", None),
        ([None], None, "2026-03-04 to 2026-03-05.json", "listing", None, "open", None),
        ([None], None, "120260-03-04.json", "listing", None, "open", None),
        ([None], None, "latest 2026-03-04.json", "listing", None, "open", None),
        (["2026-03-04", "2026-03-02"], None, "2026-03-04.json", "listing", None, "open", "2026-03-04"),
        (["2026-03-04", "2026-03-02"], "2026-03-06", "x.json", "listing", "2026-03-06", "stated", None),
        (["2026-03-04"], None, "search 2026-03-09 ferns.json", "search", "2026-03-09", "file name", None),
        (["2026-03-04"], None, "search 2026-03-01 ferns.json", "search", None, "open", "2026-03-04"),
    ],
)  # fmt: skip
def test_the_date_of_a_digest(
    days: list[str | None], stated: str | None, name: str, kind: str, day: str | None, basis: str, earliest: str | None
) -> None:
    found = digest({"date": stated, "data": [wrapped(at, given) for at, given in enumerate(days, start=1)]}, name)
    assert (found.kind, found.digest_date, found.date_basis) == (kind, day, basis)
    assert (found.earliest_date, found.latest_date) == (earliest, None)


def test_the_day_of_an_entry_is_that_of_utc() -> None:
    found = digest([wrapped(paper={"submittedOnDailyAt": "2026-03-04T23:30:00-02:00"})])
    assert found.digest_date == "2026-03-05"


@pytest.mark.parametrize(
    ("days", "stated", "reason"),
    [
        (["2026-03-04"], "2026-03-05", "date is not 2026-03-04, the day that the entries state"),
        (["2026-03-02", "2026-03-04"], "2026-03-03", "date is before 2026-03-04, a day that entries state"),
    ],
)
def test_a_date_that_its_entries_contradict_is_a_reject(days: list[str], stated: str, reason: str) -> None:
    record = read({"date": stated, "data": [wrapped(at, day) for at, day in enumerate(days, start=1)]})
    assert [(reject.text, reject.reason) for reject in record.rejects] == [(f'"{stated}"', reason)]
    assert record.digests[0].digest_date != stated


@pytest.mark.parametrize("make", [paper, wrapped])
def test_the_name_of_a_search_says_what_was_searched_for_and_when(make: Any) -> None:
    found = digest([make(1), make(2)], "search 2026-11-21 graph%20prompt%2Fé.json")
    assert (found.kind, found.query, found.digest_date) == ("search", "graph prompt/é", "2026-11-21")
    assert found.date_basis == "file name"


def test_a_list_of_bare_papers_is_a_search_and_its_words_may_be_unknown() -> None:
    found = digest([paper(1, submittedOnDailyAt="2026-03-04T00:00:00Z"), paper(2)], "search 2026-11-21 %ff.json")
    assert (found.kind, found.query, found.digest_date, found.earliest_date) == ("search", None, None, "2026-03-04")
    assert [each.upvote_count for each in found.entries] == [7, 7]


# Recognition.


@pytest.mark.parametrize(
    "value",
    [
        [wrapped()],
        wrapped(),
        [paper()],
        paper(),
        {"title": "On top", **wrapped()},
        {"status": "success", "date": "2025-01-10", "count": 1, "data": [wrapped()]},
        {"count": 1, "data": [repr(wrapped())]},
        [repr(wrapped())],
        [paper(authors=[{"name": "Ada Fern", "hidden": False}] * 5000)],
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_answers_are_recognised(value: Any, indent: int | None) -> None:
    assert daily_papers_api.recognizes("\r\n " + json.dumps(value, indent=indent))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "[[]]",
        "{}",
        "[7, 8]",
        '["ferns"]',
        '{"catalogue": "paper-catalogue/1", "digests": []}',
        '[{"paper_url": "https://example.org/ferns", "paper_title": "Ferns", "is_official": true}]',
        '[{"id": 1, "title": "Ferns", "author": []}]',
        '[{"paper": "Ferns"}]',
        '{"data": [{"paperId": "1"}], "count": 1}',
        '{"data": {"data": [{"paper": {}}]}, "count": 1}',
        'We say "paper": {}',
        '[{"note": {"paper": {}, "id": 1, "summary": 2}}]',
        '[{"note": "\\"paper\\": {", "x": ["paper", {}]}]',
        "<html></html>",
    ],
)
def test_other_texts_are_not_recognised(text: str) -> None:
    assert not daily_papers_api.recognizes(text)


# The real answers, counted without the reader.

ENTRIES_BY_ENTRIES = "2025-04-04"


def _plain_entries(text: str) -> list[dict[str, Any]]:
    answer = json.loads(text)
    listed = answer["data"] if isinstance(answer, dict) else answer
    return [ast.literal_eval(each) if isinstance(each, str) else each for each in listed]


def test_every_real_answer_is_read_whole() -> None:
    folder = SHARED / "inputs" / "daily-papers-api"
    if not folder.is_dir():
        pytest.skip("the real answers of the API are not at hand")
    fields: Counter[str] = Counter()
    arxiv_ids: set[str | None] = set()
    paths = sorted(folder.glob("*.json"))
    assert len(paths) == 30
    for path in paths:
        source = open_document(path)
        plain = _plain_entries(source.text)
        assert daily_papers_api.recognizes(source.text)
        record = daily_papers_api.read(source)
        assert record.rejects == ()
        assert_sound(record, source)
        (found,) = record.digests
        basis = "stated by its entries" if path.stem >= ENTRIES_BY_ENTRIES else "file name"
        basis = "stated" if path.stem == "2025-01-10" else basis
        assert (found.kind, found.digest_date, found.date_basis) == ("daily", path.stem, basis)
        assert len(found.entries) == len(plain)
        for read_entry, each in zip(found.entries, plain, strict=True):
            inner = each["paper"]
            assert (read_entry.arxiv_id, read_entry.abstract) == (inner["id"], inner["summary"])
            assert read_entry.title == " ".join(inner["title"].split())
            assert list(read_entry.authors) == [author["name"] for author in inner["authors"]]
            assert (read_entry.upvote_count, read_entry.comment_count) == (inner["upvotes"], each["numComments"])
            assert read_entry.publication_date == inner["publishedAt"][:10]
            assert {link.field: link.verbatim for link in read_entry.links} == {
                key: inner[key] for key in ("githubRepo", "projectPage") if key in inner
            }
            assert (read_entry.abstract_char is not None) == (path.stem not in ("2024-12-11", "2025-01-10"))
            fields.update(str(link.field) for link in read_entry.links)
            arxiv_ids.add(read_entry.arxiv_id)
    assert fields == {"githubRepo": 172, "projectPage": 115}
    assert len(arxiv_ids) == 502
