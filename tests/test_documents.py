"""Finding and opening documents: every kind of bad input in one sentence, the others unharmed."""

from __future__ import annotations

import hashlib
import io
import os
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.documents import Document, DocumentError, find_documents, open_document, split_lines
from catalog.documents.decode import Text
from catalog.documents.lines import LineCount
from tests.opened_documents import TEXT, refusal


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "b.txt").write_text(TEXT)
    (tmp_path / "a.txt").write_text(TEXT)
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "c.txt").write_text(TEXT)
    return tmp_path


def test_a_document_is_its_text_its_hash_and_its_name(folder: Path) -> None:
    document = open_document(folder / "a.txt")

    content = TEXT.encode()
    assert document == Document(
        name="a.txt",
        sha256=hashlib.sha256(content).hexdigest(),
        byte_count=len(content),
        text=TEXT,
        line_count=3,
        source=str(folder / "a.txt"),
    )


def test_the_name_is_never_a_path(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder / "deep")

    assert open_document("../a.txt").name == "a.txt"
    assert open_document("../a.txt").shown == "../a.txt"


def test_a_byte_order_mark_is_no_text_and_line_ends_stay(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_bytes(b"\xef\xbb\xbfnew\r\n\r\nMar 11\r")

    document = open_document(tmp_path / "page.txt")

    assert document.text == "new\r\n\r\nMar 11\r"
    assert (document.line_count, document.byte_count) == (3, 17)


def test_standard_input_is_a_document(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))

    document = open_document("-")

    assert isinstance(document, Document)
    assert (document.name, document.text) == ("standard input", TEXT)


def test_a_closed_standard_input_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)

    assert refusal("-") == "standard input: cannot be read; pipe a document in or name a file"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty; paste the page into it and save it again"),
        (b" \r\n\t\n\xc2\xa0", "is empty; paste the page into it and save it again"),
        (b"\xef\xbb\xbf", "is empty; paste the page into it and save it again"),
        (b"some\x00text", "is binary, not text; save its text as UTF-8"),
        (bytes(range(1, 32)) * 9, "is binary, not text; save its text as UTF-8"),
        ("new\n".encode("utf-16"), "is UTF-16; save it as UTF-8"),
        ("new\n".encode("utf-32"), "is UTF-32; save it as UTF-8"),
        ("Mar 11 — new\n".encode("utf-16-le"), "looks like UTF-16; save it as UTF-8"),
        ("Mar 11 — new\n".encode("utf-16-be"), "looks like UTF-16; save it as UTF-8"),
        (b"new\nMar 11\ncaf\xe9\n", "line 3 is not UTF-8; save it as UTF-8"),
        (b"\xef\xbb\xbfnew\r\ncaf\xe9\n", "line 2 is not UTF-8; save it as UTF-8"),
        (b"new\rcut off \xe2\x80", "line 2 is not UTF-8; save it as UTF-8"),
        (b"%PDF-1.7 some text", "is a PDF, not text; save its text as UTF-8"),
        (b"PK\x03\x04 some text", "is a zip archive or an office document, not text; save its text as UTF-8"),
        (b"SQLite format 3\x00", "is an SQLite database, not text; save its text as UTF-8"),
    ],
)
def test_what_is_not_text_is_refused_with_what_to_do(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "page.txt"
    path.write_bytes(content)

    assert refusal(path) == f"{path}: {sentence}"


def test_a_stray_control_character_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    path.write_text("An invented abstract \x0c with a form feed and a bell \x07 in it." + " And so on." * 50)

    assert open_document(path).line_count == 1


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "no.txt") == f"{tmp_path / 'no.txt'}: does not exist; check the name"
    assert refusal(tmp_path) == f"{tmp_path}: is a folder; name a file in it"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no FIFOs")
def test_a_fifo_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    said: list[str] = []
    reader = threading.Thread(target=lambda: said.append(refusal(tmp_path / "pipe")), daemon=True)

    reader.start()
    reader.join(60)

    assert not reader.is_alive()
    assert "is not a regular file" in said[0]


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has no /dev/zero")
def test_a_device_is_refused_at_once() -> None:
    assert "is not a regular file" in refusal("/dev/zero")


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def deny(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", deny)

    assert refusal(tmp_path / "a.txt") == f"{tmp_path / 'a.txt'}: may not be read; check its permissions"


def test_odd_names_are_refused_or_shown_on_one_line(tmp_path: Path) -> None:
    assert "cannot be read" in refusal("nul\x00byte")
    assert refusal("two\nlines").startswith("two\\nlines: ")
    assert open_document(_written(tmp_path / "two\nlines.txt")).name == "two\\nlines.txt"


def test_folders_are_read_at_any_depth_sorted_by_path(folder: Path) -> None:
    (folder / ".hidden.txt").write_text(TEXT)
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text(TEXT)

    found = list(find_documents([folder]))

    assert found == [folder / "a.txt", folder / "b.txt", folder / "deep" / "er" / "c.txt"]


def test_symbolic_links_to_folders_are_not_followed(folder: Path) -> None:
    (folder / "deep" / "loop").symlink_to(folder)
    (folder / "z.txt").symlink_to(folder / "a.txt")

    found = list(find_documents([folder]))

    assert found == [folder / "a.txt", folder / "b.txt", folder / "deep" / "er" / "c.txt"]


def test_a_file_named_twice_is_given_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)

    found = list(find_documents(["b.txt", "deep/../b.txt", folder / "b.txt", "-", "-", "."]))

    assert [str(path) for path in found] == ["b.txt", "-", "a.txt", "deep/er/c.txt"]


def test_a_source_that_cannot_be_used_does_not_stop_the_others(folder: Path) -> None:
    (folder / "empty").mkdir()

    found = [str(item) for item in find_documents([folder / "no.txt", folder / "empty", folder / "a.txt"])]

    assert found == [
        f"{folder / 'no.txt'}: does not exist; check the name",
        f"{folder / 'empty'}: is a folder without documents; name a folder or file that holds some",
        str(folder / "a.txt"),
    ]


def test_an_empty_name_is_not_the_current_folder() -> None:
    (error,) = find_documents([""])

    assert isinstance(error, DocumentError)


def test_lines_end_at_line_ends_and_nowhere_else() -> None:
    assert split_lines("a\nb\r\nc\rd") == ["a", "b", "c", "d"]
    assert split_lines("a\n") == ["a"]
    assert split_lines("a\n\n") == ["a", ""]
    assert split_lines("a\r\r\nb") == ["a", "", "b"]
    assert split_lines("a\u2028b\x0bc\x0cd\x85e\x1cf") == ["a\u2028b\x0bc\x0cd\x85e\x1cf"]
    assert split_lines("") == []


@given(st.text(alphabet="a\r\n\u2028 "))
def test_no_line_holds_a_line_end_and_none_is_lost(text: str) -> None:
    lines = split_lines(text)

    assert not any(end in line for line in lines for end in "\r\n")
    assert "".join(lines) == text.replace("\r", "").replace("\n", "")


@given(st.lists(st.text(alphabet="a\r\n\u2028")))
def test_lines_are_counted_alike_in_pieces(pieces: list[str]) -> None:
    lines = LineCount()
    for piece in pieces:
        lines.pass_over(piece.encode())

    assert lines.count == len(split_lines("".join(pieces)))


@given(st.binary(max_size=400) | st.binary(max_size=400).map(lambda tail: b"\x1f\x8b\x08" + tail))
def test_any_bytes_are_a_document_or_refused(content: bytes) -> None:
    try:
        text = "".join(Text(io.BytesIO(content), "page.txt").pieces())
    except DocumentError as error:
        named = str(error).startswith("page.txt: ")
    else:
        named = bool(text.strip()) and (content.startswith(b"\x1f\x8b") or text == content.decode("utf-8-sig"))
    assert named


def _written(path: Path) -> Path:
    path.write_text(TEXT)
    return path
