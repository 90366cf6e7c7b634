"""Documents that other processes read: the same file as without them, whatever becomes of these."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from catalog.documents import DocumentError, find_documents, limits, open_document
from catalog.errors import ExitCode, Fault
from catalog.load import load_documents, load_terms, reading, session
from catalog.readers import read_document
from catalog.records import DocumentRecord
from catalog.rows import PreparedRecord, digest_rows, prepared
from tests.conftest import ROOT, dump, rows
from tests.paper_code_lists import PRETTY
from tests.test_cli import page

LOADS = "SELECT source_document_id, entry_count, new_paper_count, link_count, reject_count FROM loads ORDER BY id"


@pytest.fixture
def parallel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the smallest documents be read by two processes, however many cores there are."""
    monkeypatch.setattr(reading, "_reader_count", lambda _: 2)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Good documents, and three that cannot be read for different reasons."""
    made = tmp_path / "documents"
    made.mkdir()
    for number in range(5):
        text = page(f"Counting Ferns {number}", "Counting Mosses", f"Naming Puddles {number // 2}")
        (made / f"page-{number}.txt").write_text(text, encoding="utf-8")
    (made / "binary.txt").write_bytes(bytes(range(256)) * 8)
    (made / "other.json").write_text('{"papers": []}')
    (made / "gone.txt").symlink_to(tmp_path / "nowhere")
    return made


def load(folder: Path, database: Path) -> tuple[list[str], list[tuple[str, ExitCode]]]:
    faults: list[Fault] = []
    paths = list(find_documents([folder]))
    terms = load_terms(as_of=date(2026, 11, 20))
    names = [account.name for account in load_documents(paths, database, terms, on_error=faults.append)]
    return names, [(str(fault), fault.exit_code) for fault in faults]


def test_the_file_and_every_word_are_the_same(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795176000")
    alone = load(folder, tmp_path / "alone.db")
    request.getfixturevalue("parallel")

    beside = load(folder, tmp_path / "beside.db")

    assert beside == alone
    assert (len(alone[0]), {code for _, code in alone[1]}) == (5, {ExitCode.BAD_DATA, ExitCode.NO_INPUT})
    assert dump(tmp_path / "beside.db") == dump(tmp_path / "alone.db")
    assert rows(tmp_path / "beside.db", LOADS) == rows(tmp_path / "alone.db", LOADS)
    assert (tmp_path / "beside.db").read_bytes() == (tmp_path / "alone.db").read_bytes()


def test_they_read_with_rows_and_in_order_and_end(folder: Path, parallel: None) -> None:
    paths = list(find_documents([folder]))

    read = list(reading.read_all(paths, None))

    assert [one.origin.name for one in read if isinstance(one, DocumentRecord)] == [f"page-{n}.txt" for n in range(5)]
    assert all(isinstance(one, PreparedRecord | DocumentError) for one in read)
    assert multiprocessing.active_children() == []


def test_what_is_sent_weighs_as_much_and_says_it_once(folder: Path) -> None:
    (path, *_) = sorted(folder.glob("page-*.txt"))
    record = read_document(open_document(path), None)

    sent = prepared(record)

    assert sent.entry_count == record.entry_count == 3
    assert session._weight(sent) == session._weight(record)
    assert [rows.mentions for rows in digest_rows(sent)] == [rows.mentions for rows in digest_rows(record)]
    assert all(digest.entries == () for digest in sent.digests)


def test_what_a_process_that_ended_left_undone_is_read_all_the_same(folder: Path, parallel: None) -> None:
    whole = [str(one) for one in reading.read_all(list(find_documents([folder])), None)]
    going = reading.read_all(list(find_documents([folder])), None)

    first = next(going)
    for child in multiprocessing.active_children():
        os.kill(child.pid or 0, signal.SIGKILL)
        child.join()
    rest = list(going)

    names = [one.origin.name for one in (first, *rest) if isinstance(one, DocumentRecord)]
    assert names == [f"page-{n}.txt" for n in range(5)]
    assert len(whole) == len((first, *rest))


def test_a_process_that_answered_all_ends_by_itself(folder: Path) -> None:
    reader = reading._Reader([folder / "page-0.txt", folder / "gone.txt"], None)

    page, gone = reader.answer(), reader.answer()
    reader._process.join(60)

    assert reader._process.exitcode == 0
    assert isinstance(page, PreparedRecord)
    assert gone == reading._answer_to(folder / "gone.txt", None)
    reader.end()


def test_a_process_that_nobody_listens_to_ends_without_a_word(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    reader = reading._Reader([folder / "page-0.txt"], None)

    reader._pipe.close()
    reader._process.join(60)

    assert reader._process.exitcode == 0
    assert capfd.readouterr() == ("", "")


def test_what_is_sent_and_what_is_left_to_whoever_asks(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What only one process can read, or what must show its traceback, is not sent: the others are, also faults."""
    lazy = tmp_path / "papers.json"
    lazy.write_text(PRETTY, encoding="utf-8")

    assert isinstance(reading._answer_to(folder / "page-0.txt", None), PreparedRecord)
    fault = reading._read(folder / "other.json", None)
    assert reading._answer_to(folder / "other.json", None) == (str(fault), ExitCode.BAD_DATA)
    assert reading._answer_to(folder / "page-0.txt", "no such format") is None
    assert isinstance(reading._read(lazy, None), DocumentRecord)
    assert reading._answer_to(lazy, None) is None
    monkeypatch.setattr(limits, "MAX_BYTES", 10)
    assert reading._answer_to(folder / "page-0.txt", None) is None


def test_a_fault_of_the_search_and_a_file_that_is_gone_count_for_nothing(tmp_path: Path) -> None:
    fault = DocumentError("nowhere: does not exist.", ExitCode.NO_INPUT)

    assert list(reading.read_all([fault], None)) == [fault]
    assert reading._reader_count([tmp_path / "gone.txt", tmp_path / "gone, too.txt"]) == 0


@pytest.mark.parametrize(("cores", "file_count", "reader_count"), [(1, 8, 1), (4, 8, 4), (64, 3, 3), (64, 9, 8)])
def test_there_are_no_more_processes_than_cores_and_documents(
    folder: Path, monkeypatch: pytest.MonkeyPatch, cores: int, file_count: int, reader_count: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(cores)), raising=False)
    files = [folder / "page-0.txt"] * file_count
    size = file_count * files[0].stat().st_size

    monkeypatch.setattr(reading, "PARALLEL_BYTES", size)
    assert reading._reader_count(files) == reader_count
    monkeypatch.setattr(reading, "PARALLEL_BYTES", size + 1)
    assert reading._reader_count(files) == 0


def test_an_unknown_format_is_told_as_without_them(folder: Path, parallel: None) -> None:
    with pytest.raises(ValueError, match="no such format"):
        list(reading.read_all([folder / "page-0.txt", folder / "page-1.txt"], "no such format"))


_KILLED = """
import multiprocessing, os, signal, sys
from pathlib import Path
from catalog.load import reading
if __name__ == "__main__":
    reading._reader_count = lambda _: 2
    going = reading.read_all(sorted(Path(sys.argv[1]).iterdir()), None)
    next(going)
    print(*(child.pid for child in multiprocessing.active_children()), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="this system does not show its processes as files")
def test_who_is_killed_leaves_no_process_behind(tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    longer_than_a_pipe = page(*(f"Counting Ferns {number}" for number in range(150)))
    for number in range(4):  # so that no process is done when it is looked for
        (folder / f"{number}.txt").write_text(longer_than_a_pipe, encoding="utf-8")
    (tmp_path / "killed.py").write_text(_KILLED, encoding="utf-8")
    command = [sys.executable, tmp_path / "killed.py", folder]
    done = subprocess.run(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=60)

    assert done.returncode == -signal.SIGKILL
    left = [Path("/proc", pid) for pid in done.stdout.decode().split()]
    assert len(left) == 2
    for _ in range(600):
        if not any(_runs(process) for process in left):
            return
        time.sleep(0.1)
    pytest.fail(f"still there: {left}")


def _runs(process: Path) -> bool:
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_few_small_documents_are_read_where_they_are_stored(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_Reader", None)

    assert len(list(reading.read_all(list(find_documents([folder])), None))) == 8
