"""The reader for lists of papers with code: invented lists and dirty rows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from catalog.documents import DocumentError, split_lines
from catalog.readers import paper_code_list
from catalog.records import LinkRecord, PaperRecord, RejectRecord
from tests.paper_code_lists import PRETTY, SOCKS, document, row


def read(*rows: Any) -> list[PaperRecord | RejectRecord]:
    """What the reader makes of a list of these rows, one a line, the first in line 2."""
    text = "[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]"
    return list(paper_code_list.read(document(text)).papers)


def only_paper(**changed: Any) -> PaperRecord:
    (paper,) = read(row(**changed))
    assert isinstance(paper, PaperRecord)
    return paper


def only_reason(found: Any) -> str:
    """The reason for which a row is rejected; a good row after it is read."""
    reject, paper = read(found, SOCKS)
    assert isinstance(reject, RejectRecord)
    assert isinstance(paper, PaperRecord)
    assert (reject.line_start, reject.line_end, reject.text) == (2, 2, json.dumps(found))
    assert paper.position == 2
    return reject.reason


def refusal(text: str) -> str:
    with pytest.raises(DocumentError) as caught:
        list(paper_code_list.read(document(text)).papers)
    sentence = str(caught.value)
    assert "\n" not in sentence
    return sentence


def test_a_row_is_a_paper_with_one_link() -> None:
    first, second = paper_code_list.read(document(PRETTY)).papers

    assert first == PaperRecord(
        position=1,
        title="Folding Left Socks",
        line_start=2,
        line_end=13,
        arxiv_id="2613.00001",
        links=(
            LinkRecord(
                asserted_by="published list",
                verbatim="https://github.com/invented-lab/socks",
                url="https://github.com/invented-lab/socks",
                line=8,
                char_start=17,
                roles=("code",),
                field="repo_url",
                is_official=True,
                is_mentioned_in_paper=False,
                is_mentioned_in_repository=True,
                framework="pytorch",
            ),
        ),
    )
    assert isinstance(second, PaperRecord)
    assert (second.position, second.line_start, second.line_end) == (2, 14, 25)


def test_the_document_has_no_digest_and_its_origin() -> None:
    source = document(PRETTY)

    record = paper_code_list.read(source)

    assert (record.digests, record.rejects) == ((), ())
    assert (record.origin.sha256, record.origin.format) == (source.sha256, "paper and code list")
    assert (record.origin.byte_count, record.origin.line_count) == (len(PRETTY), 26)


@pytest.mark.parametrize("indent", [None, 0, 3])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_link_has_its_exact_place(indent: int | None, line_end: str) -> None:
    rows = [{**SOCKS, "paper_title": "Söcks " * count, "is_official": None} for count in range(1, 9)]
    text = json.dumps(rows, indent=indent, ensure_ascii=False).replace("\n", line_end)
    lines = split_lines(text)

    papers = list(paper_code_list.read(document(text)).papers)

    assert len(papers) == 8
    for paper in papers:
        assert isinstance(paper, PaperRecord)
        (link,) = paper.links
        assert lines[(link.line or 0) - 1][link.char_start or 0 :].startswith('https://github.com/invented-lab/socks"')
        assert "{" in lines[paper.line_start - 1]
        assert "}" in lines[paper.line_end - 1]


def test_escapes_do_not_move_the_place() -> None:
    text = '[{"paper_title": "a \\"repo_url\\": \\"x\\"", "repo_url": "https:\\/\\/github.com\\/a\\/b"}]'

    (paper,) = paper_code_list.read(document(text)).papers

    assert isinstance(paper, PaperRecord)
    assert (paper.title, paper.links[0].url) == ('a "repo_url": "x"', "https://github.com/a/b")
    assert paper.links[0].char_start == text.index("https:")


def test_white_space_in_a_title_is_one_blank() -> None:
    assert only_paper(paper_title=" Folding\n Left\tSocks ").title == "Folding Left Socks"


@pytest.mark.parametrize(
    ("fields", "arxiv_id"),
    [
        ({"paper_arxiv_id": "2613.00001v4"}, "2613.00001"),
        ({"paper_url_abs": None, "paper_url_pdf": ...}, "2613.00001"),
        ({"paper_arxiv_id": None}, "2613.00001"),
        ({"paper_arxiv_id": " "}, "2613.00001"),
        ({"paper_arxiv_id": ..., "paper_url_abs": "https://example.org/a"}, "2613.00001"),
        ({"paper_arxiv_id": "", "paper_url_abs": "", "paper_url_pdf": ""}, None),
        ({"paper_arxiv_id": None, "paper_url_abs": "https://example.org/a", "paper_url_pdf": None}, None),
        ({"paper_arxiv_id": None, "paper_url_abs": "2613.00007", "paper_url_pdf": None}, None),
        ({"paper_arxiv_id": None, "paper_url_abs": "https://arxiv.org/list/cs.RO", "paper_url_pdf": None}, None),
        ({"paper_arxiv_id": "math.GT/0309136", "paper_url_abs": "arxiv.org/abs/math/0309136", "paper_url_pdf": ...},
         "math/0309136"),
    ],
)  # fmt: skip
def test_the_arxiv_id_is_stated_by_the_row_or_by_an_address(fields: dict[str, Any], arxiv_id: str | None) -> None:
    assert only_paper(**fields).arxiv_id == arxiv_id


@pytest.mark.parametrize(
    ("written", "known"),
    [(True, True), (False, False), (None, None), (..., None), ("", None), ("true", True), ("False", False),
     (" TRUE ", True)],
)  # fmt: skip
def test_truth_is_read_where_it_is_written_as_such(written: Any, known: bool | None) -> None:
    (link,) = only_paper(is_official=written, mentioned_in_paper=written, mentioned_in_github=written).links

    assert (link.is_official, link.is_mentioned_in_paper, link.is_mentioned_in_repository) == (known, known, known)


@pytest.mark.parametrize("written", ["1", "0", 1, 0, 1.0, "yes", "t", "official", [], {}])
@pytest.mark.parametrize("key", ["is_official", "mentioned_in_paper", "mentioned_in_github"])
def test_truth_is_never_guessed(key: str, written: Any) -> None:
    assert only_reason(row(**{key: written})) == f"{key} is neither true nor false"


@pytest.mark.parametrize(
    ("written", "framework"),
    [("tf", "tf"), (" JAX ", "JAX"), ("none", None), ("None", None), ("", None), (None, None), (..., None)],
)
def test_no_framework_is_none(written: Any, framework: str | None) -> None:
    assert only_paper(framework=written).links[0].framework == framework


@pytest.mark.parametrize(
    ("dirty", "reason"),
    [
        (row(repo_url=...), "the row has no repo_url"),
        (row(repo_url=" "), "the row has no repo_url"),
        (row(repo_url=None), "the row has no repo_url"),
        (row(repo_url="socks"), "repo_url is no address: no host name"),
        (row(repo_url="https://github.com/in vented/socks"), "repo_url is no address: not an address"),
        (row(repo_url=["https://github.com/a/b"]), "repo_url is no text"),
        (row(repo_url="https://github.com/a/" + "b" * 2_000), "repo_url is longer than 2000 characters"),
        (row(paper_title=None), "the row has no paper_title"),
        (row(paper_title="\t"), "the row has no paper_title"),
        (row(paper_title=7), "paper_title is no text"),
        (row(paper_title="half \ud83d a pair"), "paper_title holds a character that no text has"),
        (row(framework="a\x00b"), "framework holds a character that no text has"),
        (row(framework=True), "framework is no text"),
        (row(paper_arxiv_id="socks"), "paper_arxiv_id is no arXiv id"),
        (row(paper_arxiv_id=2613.00001), "paper_arxiv_id is no text"),
        (row(paper_arxiv_id="2613.00002"), "the row names several papers of arXiv: 2613.00001, 2613.00002"),
        (
            row(paper_arxiv_id=None, paper_url_pdf="https://arxiv.org/pdf/2613.00002"),
            "the row names several papers of arXiv: 2613.00001, 2613.00002",
        ),
        ({key: key for key in SOCKS}, "the row repeats the names of the fields"),
        ({}, "the row has no paper_title"),
        ([SOCKS], "the row is no object"),
        ("Folding Left Socks", "the row is no object"),
        (None, "the row is no object"),
    ],
)
def test_a_dirty_row_is_rejected_with_its_reason(dirty: Any, reason: str) -> None:
    assert only_reason(dirty) == reason


def test_a_row_that_is_no_json_is_rejected_and_the_others_are_read() -> None:
    text = f"[{json.dumps(SOCKS)},\n{{'paper_title': 'Socks'}},\n{json.dumps(SOCKS)}]"

    first, reject, last = paper_code_list.read(document(text)).papers

    assert isinstance(reject, RejectRecord)
    assert (reject.line_start, reject.text) == (2, "{'paper_title': 'Socks'}")
    assert reject.reason.startswith("the row is no JSON: ")
    assert isinstance(first, PaperRecord)
    assert isinstance(last, PaperRecord)
    assert last.position == 3


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[]", "is a list without rows; fetch it again"),
        ("", "line 1 is damaged JSON: the text is no array; fetch it again"),
        ("Folding Left Socks", "line 1 is damaged JSON: the text is no array; fetch it again"),
        (json.dumps(SOCKS), "line 1 is damaged JSON: the text is no array; fetch it again"),
        (PRETTY[:-2], "line 25 is damaged JSON: the array is cut short; fetch it again"),
        (PRETTY + "[]", "line 27 is damaged JSON: text follows the array; fetch it again"),
    ],
)
def test_what_is_no_list_is_refused(text: str, sentence: str) -> None:
    assert refusal(text) == f"list.json: {sentence}"


def test_what_is_no_array_is_refused_before_a_paper_is_asked_for() -> None:
    with pytest.raises(DocumentError):
        paper_code_list.read(document("Folding Left Socks"))


def test_an_unusable_field_that_is_not_read_does_no_harm() -> None:
    assert only_paper(paper_url="half \ud83d a pair", unknown=[1, {"a": None}]).arxiv_id == "2613.00001"
