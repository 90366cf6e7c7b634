"""The reader for lists of papers with code: invented lists, dirty rows, any JSON, and lists too large to hold."""

from __future__ import annotations

import gzip
import hashlib
import json
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import documents
from catalog.documents import Document, DocumentError, DocumentStream, open_document, split_lines
from catalog.readers import paper_code_list
from catalog.records import LinkRecord, PaperRecord, RejectRecord

SOCKS: dict[str, Any] = {
    "paper_url": "https://paperswithcode.com/paper/folding-left-socks",
    "paper_title": "Folding Left Socks",
    "paper_arxiv_id": "2613.00001",
    "paper_url_abs": "http://arxiv.org/abs/2613.00001v2",
    "paper_url_pdf": "http://arxiv.org/pdf/2613.00001v2.pdf",
    "repo_url": "https://github.com/invented-lab/socks",
    "is_official": True,
    "mentioned_in_paper": False,
    "mentioned_in_github": True,
    "framework": "pytorch",
}
PRETTY = json.dumps([SOCKS, {**SOCKS, "repo_url": "https://github.com/somebody/left-socks"}], indent=2) + "\n"


def document(text: str) -> Document:
    """A document with this text."""
    content = text.encode("utf-8", "surrogatepass")
    name, sha256 = "list.json", hashlib.sha256(content).hexdigest()
    return Document(name, sha256, len(content), text, len(split_lines(text)))


def read(*rows: Any) -> list[PaperRecord | RejectRecord]:
    """What the reader makes of a list of these rows, one a line, the first in line 2."""
    text = "[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]"
    return list(paper_code_list.read(document(text)).papers)


def row(**changed: Any) -> dict[str, Any]:
    """The row about socks with some fields changed; `...` leaves a field out."""
    return {key: value for key, value in {**SOCKS, **changed}.items() if value is not ...}


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


@pytest.mark.parametrize("text", [PRETTY, json.dumps([SOCKS]), "\n [ " + json.dumps(row(paper_title=None)) + " ,"])
def test_a_list_is_recognised(text: str) -> None:
    assert paper_code_list.recognizes(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        json.dumps(SOCKS),
        json.dumps([{"id": "2613.00001", "title": "Socks", "summary": "A repo_url is no key here."}]),
        json.dumps([{"paper_url": "https://example.org", "title": "Socks"}]),
        json.dumps([{"title": json.dumps(SOCKS)}]),
        json.dumps([{"repo_url": "https://github.com/a/b"}]),
        "[" + " " * 5_000_000 + json.dumps(SOCKS),
        "[{" + '"' * 5_000_000,
        "Socks: " + PRETTY,
    ],
)
def test_other_texts_are_not_recognised(text: str) -> None:
    start = time.perf_counter()

    assert not paper_code_list.recognizes(text)
    assert time.perf_counter() - start < 0.5


_VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(list(SOCKS.values())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(SOCKS)), inner),
    max_leaves=8,
)
_ROW = st.dictionaries(st.sampled_from(list(SOCKS)), _VALUE, max_size=3).map(lambda changed: {**SOCKS, **changed})


def check_account(text: str) -> list[PaperRecord | RejectRecord] | None:
    """Read a text and see that every line of what comes out is one of the document."""
    source = document(text)
    try:
        found = list(paper_code_list.read(source).papers)
    except DocumentError:
        return None
    last = 1
    for piece in found:
        assert last <= piece.line_start <= piece.line_end <= source.line_count
        last = piece.line_end
        if isinstance(piece, RejectRecord):
            assert piece.text in text
        else:
            assert piece.title == " ".join(piece.title.split()) != ""
            assert len(piece.links) == 1
    return found


@given(st.lists(_ROW | _VALUE, min_size=1, max_size=4), st.sampled_from([None, 0, 2]))
def test_every_row_is_a_paper_or_a_reject(rows: list[Any], indent: int | None) -> None:
    found = check_account(json.dumps(rows, indent=indent))

    assert found is not None
    assert len(found) == len(rows)
    positions = [(piece.position, index) for index, piece in enumerate(found, 1) if isinstance(piece, PaperRecord)]
    assert all(position == index for position, index in positions)


@given(st.text() | st.text(alphabet='[]{},:"\\ \r\n01e-\x00\ud800'), st.integers(0, len(PRETTY)))
def test_any_text_is_a_list_or_refused(text: str, at: int) -> None:
    paper_code_list.recognizes(text)
    check_account(text)
    check_account(PRETTY[:at] + text + PRETTY[at:])


@pytest.mark.parametrize("value", ["[" * 100_000 + "]" * 100_000, "9" * 100_000, "-1e999999", "NaN", '"\\ud800"'])
def test_hostile_values_are_rejected_or_left_out(value: str) -> None:
    found = check_account(f'[{{"paper_title": {value}, "repo_url": {value}, "unknown": {value}}}, {json.dumps(SOCKS)}]')

    assert found is not None
    assert [type(piece) for piece in found] == [RejectRecord, PaperRecord]


def test_an_unusable_field_that_is_not_read_does_no_harm() -> None:
    assert only_paper(paper_url="half \ud83d a pair", unknown=[1, {"a": None}]).arxiv_id == "2613.00001"


@pytest.mark.parametrize(
    "piece",
    [
        lambda count: json.dumps([SOCKS] * (count // 20)),
        lambda count: "[" + "\r\n" * count * 4 + json.dumps(SOCKS) + " " * count + "]",
        lambda count: json.dumps([row(paper_title="a \\ b " * count)]),
        lambda count: "[" + "{}," * count + "{}]",
        lambda count: json.dumps([row(repo_url="https://github.com/a/b?" + "c=%20&" * count)]),
    ],
)
def test_time_is_in_proportion_to_the_length(piece: Callable[[int], str]) -> None:
    def seconds(count: int) -> float:
        text = piece(count)
        start = time.process_time()
        list(paper_code_list.read(document(text)).papers)
        return time.process_time() - start

    seconds(1_000)
    assert seconds(16_000) < 8 * max(min(seconds(4_000) for _ in range(2)), 0.01)


# Lists that are too large to be held.

ROW_COUNT = 4_000


@pytest.fixture(scope="module")
def large_text() -> str:
    """A list of 4,000 rows, every thousandth of them dirty."""
    return "[\n" + ",\n".join(_large_rows()) + "\n]\n"


def _large_rows() -> Iterator[str]:
    for number in range(1, ROW_COUNT + 1):
        repository = None if number % 1_000 == 0 else f"https://github.com/invented-lab/socks-{number}"
        yield json.dumps(row(paper_title=f"Folding Sock {number}", repo_url=repository))


def _stream(path: Path, content: bytes, monkeypatch: pytest.MonkeyPatch) -> DocumentStream:
    monkeypatch.setattr(documents, "MAX_BYTES", 1 << 19)
    monkeypatch.setattr(documents, "_CHUNK", 1 << 15)
    path.write_bytes(content)
    found = open_document(path)
    assert isinstance(found, DocumentStream)
    return found


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_large_list_is_read_as_a_small_one_in_little_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large_text: str, pack: Callable[[bytes], bytes]
) -> None:
    content = pack(large_text.encode())
    stream = _stream(tmp_path / "list", content, monkeypatch)
    assert paper_code_list.recognizes(stream.opening)
    tracemalloc.start()
    try:
        record = paper_code_list.read_stream(stream)
        rejects, positions, lines = [], 0, 0
        for piece in record.papers:
            lines += piece.line_start
            if isinstance(piece, RejectRecord):
                rejects.append(piece.line_start - 1)
            else:
                positions += piece.position
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert rejects == list(range(1_000, ROW_COUNT + 1, 1_000))
    assert positions == sum(number for number in range(1, ROW_COUNT + 1) if number % 1_000)
    assert lines == sum(range(2, ROW_COUNT + 2))
    assert (record.origin.line_count, record.origin.byte_count) == (ROW_COUNT + 2, len(content))
    assert record.origin.sha256 == hashlib.sha256(content).hexdigest()
    assert peak < len(large_text) // 2


def test_pieces_give_what_the_whole_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large_text: str) -> None:
    text = large_text[: large_text.index("Folding Sock 3000")].rpartition(",\n")[0] + "\r\n]"
    stream = _stream(tmp_path / "list.json", text.encode(), monkeypatch)

    assert list(paper_code_list.read_stream(stream).papers) == list(paper_code_list.read(document(text)).papers)


def test_papers_come_before_the_damage_is_reached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large_text: str
) -> None:
    stream = _stream(tmp_path / "list.json", large_text.encode()[:-3], monkeypatch)
    papers = iter(paper_code_list.read_stream(stream).papers)

    assert isinstance(next(papers), PaperRecord)
    with pytest.raises(DocumentError, match=r"list\.json: line 4001 is damaged JSON: the array is cut short; fetch"):
        list(papers)
