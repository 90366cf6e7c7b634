"""Documents that are packed or too large to be held: the same text in pieces, and every damage in one sentence."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import re
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from catalog.documents import Document, DocumentError, DocumentStream, limits, open_document, split_lines
from tests.opened_documents import TEXT, refusal


@pytest.fixture
def small_memory(monkeypatch: pytest.MonkeyPatch) -> int:
    """Let no more than a mebibyte of text be held, and return that."""
    monkeypatch.setattr(limits, "MAX_BYTES", 1 << 20)
    return 1 << 20


def stream(path: Path) -> DocumentStream:
    """Open a document that is too large to be held."""
    found = open_document(path)
    assert isinstance(found, DocumentStream)
    return found


def test_a_document_that_is_too_large_to_be_held_is_a_stream(tmp_path: Path, small_memory: int) -> None:
    path = tmp_path / "list.json"
    path.write_bytes(b"a" * small_memory)
    assert isinstance(open_document(path), Document)
    content = b"\xef\xbb\xbf" + "Öhr\r\n".encode() * (small_memory // 6) + b"last"
    path.write_bytes(content)

    document = stream(path)

    text = content.decode("utf-8-sig")
    pieces = list(document.pieces())
    assert "".join(pieces) == text == "".join(document.pieces())
    assert max(map(len, pieces)) <= 1 << 18
    assert (document.name, document.source, document.shown) == ("list.json", str(path), str(path))
    assert (document.sha256, document.byte_count) == (hashlib.sha256(content).hexdigest(), len(content))
    assert document.line_count == len(split_lines(text))
    assert document.opening == text[: 64 * 1024]


def test_standard_input_that_is_too_large_to_be_held_is_refused(
    monkeypatch: pytest.MonkeyPatch, small_memory: int
) -> None:
    for content in (b"a" * (small_memory + 1), gzip.compress(b"a" * (small_memory + 1)), os.urandom(small_memory + 1)):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))

        assert refusal("-") == "standard input: is larger than 1 MiB; save it to a file and load that"


def test_a_text_beyond_every_limit_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_memory: int
) -> None:
    monkeypatch.setattr(limits, "MAX_STREAM_BYTES", 2 * small_memory)
    path = tmp_path / "bomb"
    path.write_bytes(gzip.compress(b"a" * (2 * small_memory)))
    assert stream(path).line_count == 1
    path.write_bytes(gzip.compress(b"a" * (2 * small_memory + 1)))

    assert refusal(path) == f"{path}: is larger than 2 MiB; split it into smaller documents"


def test_gzip_is_unpacked_whatever_its_name(tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    content = gzip.compress(b"\xef\xbb\xbfnew\r\n") + gzip.compress(b"Mar 11") + b"\x00" * 9
    path.write_bytes(content)

    document = open_document(path)

    assert isinstance(document, Document)
    assert (document.name, document.text, document.line_count) == ("page.txt", "new\r\nMar 11", 2)
    assert (document.sha256, document.byte_count) == (hashlib.sha256(content).hexdigest(), len(content))


def test_gzip_from_standard_input_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(gzip.compress(TEXT.encode()))))

    document = open_document("-")

    assert isinstance(document, Document)
    assert document.text == TEXT


def test_large_gzip_is_a_stream(tmp_path: Path, small_memory: int) -> None:
    path = tmp_path / "list.json.gz"
    text = "".join(f"row {number} — of many\n" for number in range(60_000))
    path.write_bytes(gzip.compress(text.encode()))

    document = stream(path)

    assert "".join(document.pieces()) == text
    assert (document.line_count, document.byte_count) == (60_000, path.stat().st_size)
    assert document.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("row_count", [3, 200_000])
@pytest.mark.parametrize(
    ("damage", "what"),
    [
        (lambda packed: packed[:-9], "is gzip that is cut short in line"),
        (lambda packed: packed[:-4], "is gzip that is cut short in line"),
        (lambda packed: packed + b"garbage", "is gzip that is damaged in line"),
        (lambda packed: packed[:-8] + b"\xff" * 8, "is gzip that is damaged in line"),
        (lambda packed: packed[:10] + b"\xff" + packed[11:], "is gzip that is damaged in line"),
    ],
)
def test_damaged_gzip_is_refused(
    tmp_path: Path, small_memory: int, row_count: int, damage: Callable[[bytes], bytes], what: str
) -> None:
    path = tmp_path / "list.json.gz"
    path.write_bytes(damage(gzip.compress(b"".join(b"row %d\n" % number for number in range(row_count)))))

    sentence = refusal(path)

    line = re.fullmatch(rf"{re.escape(str(path))}: {what} (\d+); fetch it again", sentence)
    assert line is not None
    assert 1 <= int(line[1]) <= row_count + 1


def test_damage_is_told_in_the_line_where_it_begins(tmp_path: Path, small_memory: int) -> None:
    path = tmp_path / "list.json.gz"
    path.write_bytes(gzip.compress(b"row\r\n" * 400_000) + b"garbage")

    assert "damaged in line 400001;" in refusal(path)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty; paste the page into it and save it again"),
        (b"some\x00text", "is binary, not text; save its text as UTF-8"),
        (b"new\ncaf\xe9\n", "line 2 is not UTF-8; save it as UTF-8"),
        (b"%PDF-1.7 some text", "is a PDF, not text; save its text as UTF-8"),
        (gzip.compress(b"some text", mtime=0), "is compressed twice (gzip), not text; save its text as UTF-8"),
    ],
)
def test_what_is_packed_must_be_text(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "page.gz"
    path.write_bytes(gzip.compress(content))

    assert refusal(path) == f"{path}: {sentence}"


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize(
    ("tail", "sentence"),
    [
        (b"caf\xe9\n", "line 300002 is not UTF-8; save it as UTF-8"),
        (b"cut off \xe2\x80", "line 300002 is not UTF-8; save it as UTF-8"),
        (b"\x00", "is binary, not text; save its text as UTF-8"),
        (b"\x01" * 40_000, "is binary, not text; save its text as UTF-8"),
    ],
)
def test_what_comes_late_in_a_large_document_is_refused_too(
    tmp_path: Path, small_memory: int, pack: Callable[[bytes], bytes], tail: bytes, sentence: str
) -> None:
    path = tmp_path / "list.json"
    # One character more, so that pieces are cut between the two characters of a line end.
    path.write_bytes(pack(b"a\n" + b"new\r\n" * 300_000 + tail))

    assert refusal(path) == f"{path}: {sentence}"


def test_a_stream_whose_file_changes_is_refused(tmp_path: Path, small_memory: int) -> None:
    path = tmp_path / "list.json"
    path.write_bytes(b"a" * (2 * small_memory))
    document = stream(path)

    changed = pytest.raises(DocumentError, match=r"list\.json: was changed while it was being read; load it again$")
    path.write_bytes(b"a" * (2 * small_memory - 1) + b"b")
    with changed:
        list(document.pieces())
    path.write_bytes(b"a" * small_memory)
    with changed:
        next(document.pieces())
    path.unlink()
    with pytest.raises(DocumentError, match=r"list\.json: does not exist; check the name$"):
        list(document.pieces())


def test_a_stream_is_found_again_from_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_memory: int
) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "list.json").write_bytes(b"a" * (2 * small_memory))
    monkeypatch.chdir(tmp_path)
    document = stream(Path("list.json"))
    monkeypatch.chdir(tmp_path / "deep")

    assert sum(map(len, document.pieces())) == 2 * small_memory


def test_a_large_document_takes_little_memory(tmp_path: Path, small_memory: int) -> None:
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(b"new\n" * (16 * small_memory // 4)))
    tracemalloc.start()
    try:
        document = stream(path)
        lengths = sum(map(len, document.pieces()))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert (lengths, document.line_count) == (16 * small_memory, 4 * small_memory)
    assert peak < 8 * small_memory
