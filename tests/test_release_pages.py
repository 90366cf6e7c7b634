"""Pages of SQLite files: every byte that means nothing becomes 0, and no other byte changes."""

from __future__ import annotations

import os
import sqlite3
import struct
import tempfile
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.release.pages import PageError, count_unclean_pages, normalise_pages, page_size

PAGE_SIZE = 4096


def make(
    path: Path, *statements: str | tuple[str, tuple[object, ...]], vacuum: bool = True, size: int = PAGE_SIZE
) -> Path:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA page_size = {size}")
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute("CREATE TABLE moss (id INTEGER PRIMARY KEY, name TEXT, stone BLOB)")
        connection.execute("CREATE INDEX ix_moss ON moss (name, stone)")
        for statement in statements:
            connection.execute(*((statement,) if isinstance(statement, str) else statement))
        if vacuum:
            connection.execute("VACUUM")
    return path


def held(path: Path) -> tuple[list[tuple[object, ...]], ...]:
    """What the file holds, through the table and through the index."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return (
            connection.execute("SELECT * FROM moss ORDER BY id").fetchall(),
            connection.execute("SELECT name, stone FROM moss INDEXED BY ix_moss ORDER BY 1, 2").fetchall(),
            connection.execute("SELECT * FROM sqlite_master").fetchall(),
        )


def fill_gaps(path: Path, size: int = PAGE_SIZE) -> int:
    """Put something into the gap between pointers and cells of every b-tree page; return how many have one."""
    content = bytearray(path.read_bytes())
    count = 0
    for page in range(0, len(content), size):
        start = page + (100 if page == 0 else 0)
        if content[start] in (2, 5, 10, 13):
            _, cells, cell_start = struct.unpack_from(">HHH", content, start + 1)
            gap = start + (12 if content[start] < 10 else 8) + 2 * cells
            count += page + cell_start > gap
            content[gap : page + cell_start] = b"\x77" * (page + cell_start - gap)
    path.write_bytes(content)
    return count


sizes = st.one_of(st.integers(0, 300), st.integers(950, 1050), st.integers(4000, 4200), st.integers(8000, 30_000))
stones = st.lists(st.tuples(sizes, sizes), max_size=40)


@pytest.mark.slow
@settings(deadline=None, max_examples=15, suppress_health_check=list(HealthCheck))
@given(stones, st.integers(1, 5), st.sampled_from([1024, 4096, 16384, 65536]))
def test_what_means_something_stays_and_nothing_else_matters(
    sizes_of: list[tuple[int, int]], every: int, size: int
) -> None:
    rows = [
        ("INSERT INTO moss (name, stone) VALUES (?, ?)", (chr(65 + number % 26) * name, bytes([number + 1]) * stone))
        for number, (name, stone) in enumerate(sizes_of)
    ]
    with tempfile.TemporaryDirectory() as folder:
        one = make(Path(folder, "one.db"), *rows, f"DELETE FROM moss WHERE id % {every + 1} = 0", size=size)
        other = Path(folder, "other.db")
        other.write_bytes(one.read_bytes())
        before = held(one)
        fill_gaps(other, size)

        normalise_pages(one)
        normalise_pages(other)

        assert held(one) == before
        assert one.read_bytes() == other.read_bytes()
        assert count_unclean_pages(one) == normalise_pages(one) == 0


@pytest.mark.slow
@settings(deadline=None, max_examples=15, suppress_health_check=list(HealthCheck))
@given(st.lists(st.integers(0, 60), min_size=5, max_size=60), st.sets(st.integers(1, 60)), st.integers(0, 60))
def test_no_byte_of_a_deleted_row_is_left_on_a_page(lengths: list[int], deleted: set[int], again: int) -> None:
    """Rows that are gone leave free blocks, and what is put there leaves fragments."""
    rows = [
        ("INSERT INTO moss (id, name) VALUES (?, ?)", (number, ("secret" if number in deleted else "kept") * length))
        for number, length in enumerate(lengths, start=1)
    ]
    gone = [f"DELETE FROM moss WHERE id = {number}" for number in sorted(deleted)]
    more = [("INSERT INTO moss (name) VALUES (?)", ("k" * again,))]
    with tempfile.TemporaryDirectory() as folder:
        path = make(Path(folder, "one.db"), *rows, *gone, *more, vacuum=False)
        before = held(path)
        try:
            normalise_pages(path)
        except PageError as error:
            assert "free pages" in str(error)  # noqa: PT017
            return

        assert held(path) == before
        assert b"secret" not in path.read_bytes()


def leave_fragments(path: Path) -> set[int]:
    """Move the first cell of every page away from the next one; return the kinds of the pages where that was done.

    So does SQLite where a cell goes into a free block that is up to three bytes larger.
    """
    content = bytearray(path.read_bytes())
    kinds = set()
    for page in range(PAGE_SIZE, len(content), PAGE_SIZE):
        kind = content[page]
        _, count, first = struct.unpack_from(">HHH", content, page + 1)
        pointers = page + (12 if kind < 10 else 8)
        cells = struct.unpack_from(f">{count}H", content, pointers)
        following = sorted(cell for cell in cells if cell > first)
        if first not in cells or not following or first - 3 < pointers - page + 2 * count:
            continue
        end = page + following[0]
        content[page + first - 3 : end - 3] = content[page + first : end]
        content[end - 3 : end] = b"\x77" * 3
        struct.pack_into(">H", content, page + 5, first - 3)
        struct.pack_into(">H", content, pointers + 2 * cells.index(first), first - 3)
        content[page + 7] += 3
        kinds.add(kind)
    path.write_bytes(content)
    return kinds


def test_fragments_between_cells_are_cleaned_on_pages_of_every_kind(tmp_path: Path) -> None:
    rows = [
        ("INSERT INTO moss (name, stone) VALUES (?, ?)", (f"{number:04}" * 30, b"\x01" * (5000 if number == 1 else 60)))
        for number in range(400)
    ]
    path = make(tmp_path / "one.db", "BEGIN", *rows, "COMMIT")
    assert b"\x77" * 3 not in path.read_bytes()
    before = held(path)
    assert leave_fragments(path) == {2, 5, 10, 13}
    assert held(path) == before

    normalise_pages(path)

    assert held(path) == before
    assert b"\x77" * 3 not in path.read_bytes()


def test_free_blocks_and_fragments_of_deleted_rows_are_cleaned(tmp_path: Path) -> None:
    rows = [("INSERT INTO moss (id, name) VALUES (?, ?)", (number, f"secret{number}" * 4)) for number in range(1, 9)]
    path = make(
        tmp_path / "one.db",
        *rows,
        "DELETE FROM moss WHERE id IN (3, 6)",
        ("INSERT INTO moss (id, name) VALUES (3, ?)", ("k" * 26,)),
        vacuum=False,
    )
    before = held(path)
    content = path.read_bytes()
    assert content[PAGE_SIZE + 1 : PAGE_SIZE + 3] != b"\0\0"  # a free block,
    assert content[PAGE_SIZE + 7] == 2  # and a fragment
    assert b"secret3" in content

    normalise_pages(path)

    assert held(path) == before
    assert b"secret3" not in path.read_bytes()


@pytest.mark.parametrize("size", [4000, 4062, 5100, 8154, 8155, 8200, 20_000])
def test_the_end_of_an_overflow_chain_is_cleaned(tmp_path: Path, size: int) -> None:
    path = make(tmp_path / "one.db", ("INSERT INTO moss (stone) VALUES (?)", (b"\x01" * size,)))
    content = bytearray(path.read_bytes())
    clean = bytes(content)
    ends = 0
    for page in range(PAGE_SIZE, len(content), PAGE_SIZE):
        if content[page : page + 4] == b"\0\0\0\0":
            stuff = len(content[page + 4 : page + PAGE_SIZE].rstrip(b"\0"))
            assert content[page + 4 + stuff : page + PAGE_SIZE].count(0) == PAGE_SIZE - 4 - stuff
            content[page + 4 + stuff : page + PAGE_SIZE] = b"\x77" * (PAGE_SIZE - 4 - stuff)
            ends += stuff < PAGE_SIZE - 4
    path.write_bytes(content)
    before = held(path)

    normalise_pages(path)

    assert ends > 0
    assert held(path) == before
    assert path.read_bytes()[PAGE_SIZE:].count(0x77) == 0
    assert path.read_bytes()[PAGE_SIZE:].count(1) == clean[PAGE_SIZE:].count(1)


@pytest.mark.parametrize("size", [4096, 16384])
@pytest.mark.parametrize("place", [0, 1, 41, 80])
def test_the_end_of_the_one_chain_is_cleaned_that_starts_among_many_short_cells(
    tmp_path: Path, size: int, place: int
) -> None:
    rows = [
        ("INSERT INTO moss (name) VALUES (?)", ("long" * 5500 if number == place else f"{number:04}",))
        for number in range(81)
    ]
    path = make(tmp_path / "one.db", "BEGIN", *rows, "COMMIT", size=size)
    content = bytearray(path.read_bytes())
    ends = [end for end in range(2 * size, len(content) + 1, size) if content[end - size : end - size + 4] == bytes(4)]
    (end,) = [end for end in ends if content[end - 9 : end] == bytes(9)]  # that of the index; the other one is full
    content[end - 9 : end] = b"\x77" * 9
    path.write_bytes(content)
    before = held(path)

    normalise_pages(path)

    assert held(path) == before
    assert b"\x77" * 9 not in path.read_bytes()


@pytest.mark.parametrize("length", [4, 100, 116, 480])
def test_rows_on_pages_full_of_short_cells_stay(tmp_path: Path, length: int) -> None:
    rows = [("INSERT INTO moss (name) VALUES (?)", (f"{number:0{length}}",)) for number in range(900)]
    path = make(tmp_path / "full.db", "BEGIN", *rows, "COMMIT", size=16_384)
    before, gaps = held(path), fill_gaps(path, 16_384)

    normalise_pages(path)

    assert gaps > 0
    assert held(path) == before
    assert b"\x77" * 3 not in path.read_bytes()


def test_a_cell_too_near_to_the_end_of_a_full_page_is_a_sentence(tmp_path: Path) -> None:
    rows = [("INSERT INTO moss (name) VALUES (?)", (f"{number:04}",)) for number in range(900)]
    path = make(tmp_path / "full.db", "BEGIN", *rows, "COMMIT", size=16_384)
    content = bytearray(path.read_bytes())
    leaf = next(page for page in range(16_384, len(content), 16_384) if content[page] == 13)
    content[leaf + 8 : leaf + 10] = struct.pack(">H", 16_384 - 1)
    path.write_bytes(content)

    with pytest.raises(PageError):
        normalise_pages(path)


def test_a_release_of_few_papers_has_small_pages() -> None:
    assert [page_size(count) for count in (0, 9_999, 10_000, 1_000_000)] == [1024, 1024, 16384, 16384]


def test_the_header_tells_nothing_of_who_wrote_it_and_is_believed(tmp_path: Path) -> None:
    path = make(tmp_path / "one.db", "PRAGMA user_version = 6")
    normalise_pages(path)
    header = path.read_bytes()[:100]

    assert header[18:20] == b"\x01\x01"
    assert header[24:28] == header[40:44] == header[92:96] == b"\x00\x00\x00\x01"
    assert header[96:100] == (3_037_000).to_bytes(4, "big")
    assert int.from_bytes(header[28:32], "big") * PAGE_SIZE == path.stat().st_size
    # A file that is written to again is in order, too.
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO moss (name) VALUES ('fern')")
    assert held(path)[0] == [(1, "fern", None)]


def test_nothing_is_written_where_only_counting_is_asked_for(tmp_path: Path) -> None:
    path = make(tmp_path / "one.db")
    assert fill_gaps(path) == 3
    path.chmod(0o444)
    before = path.read_bytes()

    assert count_unclean_pages(path) == 3
    assert path.read_bytes() == before


def _set(*places: int | bytes) -> Callable[[bytearray], None]:
    """Return what writes values to offsets: an offset, its value, and so on."""

    def change(content: bytearray) -> None:
        for offset, value in zip(places[::2], places[1::2], strict=True):
            assert isinstance(offset, int)
            assert isinstance(value, bytes)
            content[offset : offset + len(value)] = value

    return change


def _end_of_chain(offset: int, value: bytes) -> Callable[[bytearray], None]:
    """Return what writes to the last page of the overflow chain of the one row, which is the third of the table's."""

    def change(content: bytearray) -> None:
        page = (int.from_bytes(content[2 * PAGE_SIZE - 4 : 2 * PAGE_SIZE], "big") - 1) * PAGE_SIZE
        last = (int.from_bytes(content[page : page + 4], "big") - 1) * PAGE_SIZE
        assert content[last : last + 4] == bytes(4)
        content[last + offset : last + offset + len(value)] = value

    return change


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda content: content.clear(), "pages are not of 1,024 to 65,536 bytes"),
        (_set(16, b"\x02\x00"), "pages are not of 1,024 to 65,536 bytes"),
        (_set(16, b"\x0c\x00"), "pages are not of 1,024 to 65,536 bytes"),
        (_set(20, b"\x0c"), "pages are not of 1,024 to 65,536 bytes"),
        (_set(36, b"\x00\x00\x00\x01"), "free pages"),
        (_set(52, b"\x00\x00\x00\x01"), "pointer map"),
        (_set(28, b"\x00\x00\x00\x63"), "its size"),
        (lambda content: content.extend(b"moss"), "its size"),
        (_set(PAGE_SIZE, b"\x07"), "page 2 is of no known kind"),
        (_set(PAGE_SIZE + 5, b"\xff\xff"), "cells begin where they cannot"),
        (_set(PAGE_SIZE + 5, b"\x00\x01"), "cells begin where they cannot"),
        (_set(PAGE_SIZE + 1, b"\x0f\xfe"), "a page ends before"),
        (_set(PAGE_SIZE + 1, b"\x00\x10"), "free block"),
        (_set(PAGE_SIZE + 8, b"\x0f\xff"), "a cell where none can be"),
        (_set(PAGE_SIZE + 8, b"\x0f\xf8"), "a cell is longer than its page"),
        (_set(PAGE_SIZE + 8, b"\x0f\xfc", 2 * PAGE_SIZE - 4, b"\xff" * 4), "a number in a cell does not end"),
        (_set(PAGE_SIZE + 8, b"\x0d\x00"), "its overflow chains are longer than the file"),
        (_set(2 * PAGE_SIZE - 4, b"\x00\x00\x00\x01"), "an overflow chain does not end where it must"),
        (_set(2 * PAGE_SIZE - 4, b"\x00\x00\x00\x63"), "an overflow chain does not end where it must"),
        (_end_of_chain(0, b"\x00\x00\x00\x02"), "an overflow chain does not end where it must"),
    ],
)
def test_a_damaged_file_is_a_sentence(tmp_path: Path, change: Callable[[bytearray], None], reason: str) -> None:
    path = make(tmp_path / "one.db", ("INSERT INTO moss (stone) VALUES (?)", (b"\xff" * 9000,)))
    content = bytearray(path.read_bytes())
    change(content)
    path.write_bytes(content)

    with pytest.raises(PageError, match=reason):
        count_unclean_pages(path)


def test_a_file_of_more_pages_than_the_walk_can_tell_apart_is_a_sentence(tmp_path: Path) -> None:
    path = make(tmp_path / "one.db", size=1024)
    page_count = 1 << 24
    content = bytearray(path.read_bytes())
    _set(28, page_count.to_bytes(4, "big"))(content)
    path.write_bytes(content)
    try:
        os.truncate(path, page_count * 1024)  # takes no room: what was never written is a hole
    except OSError:
        pytest.skip("a file of 17 GB with a hole cannot be made here")

    with pytest.raises(PageError, match="it has more than 17 GB"):
        count_unclean_pages(path)
    path.unlink()


@pytest.mark.slow
@settings(deadline=None, max_examples=50, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.integers(100, 6 * PAGE_SIZE), st.binary(min_size=1, max_size=8)), min_size=1, max_size=6))
def test_whatever_is_in_the_file_nothing_worse_happens(changes: list[tuple[int, bytes]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = make(Path(folder, "one.db"), ("INSERT INTO moss (name, stone) VALUES ('a', ?)", (b"\xff" * 9000,)))
        content = bytearray(path.read_bytes())
        for offset, value in changes:
            content[offset : offset + len(value)] = value
        path.write_bytes(content[: len(content) // PAGE_SIZE * PAGE_SIZE])
        with suppress(PageError):
            assert count_unclean_pages(path) >= 0
