"""Lists of papers with code that are too large to be held."""

from __future__ import annotations

import gzip
import hashlib
import json
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from catalog.documents import DocumentError, DocumentStream, limits, open_document
from catalog.readers import paper_code_list
from catalog.records import PaperRecord, RejectRecord
from tests.paper_code_lists import document, row

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
    monkeypatch.setattr(limits, "MAX_BYTES", 1 << 19)
    monkeypatch.setattr(limits, "CHUNK", 1 << 15)
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
