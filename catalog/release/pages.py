"""Gives every byte of an SQLite file that means nothing the value 0, so that equal content is equal bytes.

SQLite leaves what happened to be in memory in the unused parts of a page, and writes its own version and counters into
the header. The places are those of the file format (https://www.sqlite.org/fileformat2.html): the gap between cell
pointers and cells (1.6), free blocks and fragments (1.6), the end of the last page of an overflow chain (1.7), and the
header's counters (1.3). The file must come from VACUUM: one without free pages, and without auto-vacuum's pointer map.

Pages are looked at one after the other, and only overflow chains are visited a second time: memory grows with the
number of rows that are too long for a page, not with the file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from struct import unpack_from
from typing import BinaryIO, Final

_MANY_PAPERS: Final = 10_000
_SMALL_PAGE, _LARGE_PAGE = 1024, 16384

_HEADER: Final = {
    18: b"\x01\x01",  # written and read with a rollback journal
    24: b"\x00\x00\x00\x01",  # file change counter
    40: b"\x00\x00\x00\x01",  # schema cookie
    92: b"\x00\x00\x00\x01",  # version-valid-for: where it is not the change counter, no reader believes the size
    96: (3_037_000).to_bytes(4, "big"),  # the oldest SQLite that reads the file; which one wrote it does not matter
}
_FREE_PAGES: Final = slice(32, 40)
_AUTO_VACUUM: Final = slice(52, 56)

_INTERIOR_INDEX, _INTERIOR_TABLE, _LEAF_INDEX, _LEAF_TABLE = 2, 5, 10, 13
_BTREE: Final = (_INTERIOR_INDEX, _INTERIOR_TABLE, _LEAF_INDEX, _LEAF_TABLE)
# A b-tree page starts with its kind, an overflow page with the number of the next one, whose first byte is 0 below:
_MOST_PAGES: Final = 1 << 24

_Overflow = tuple[int, int]
"""First page of an overflow chain, and the bytes of payload in the whole chain."""


def page_size(paper_count: int) -> int:
    """Return the size of a page, in bytes, in a release of so many papers.

    A file of few papers is in large part the beginnings of some seventy tables and indexes, each on a page of its own.
    In one of many, rows of one and a half kilobytes leave little of a large page unused (measured in docs/size.md).
    """
    return _LARGE_PAGE if paper_count >= _MANY_PAPERS else _SMALL_PAGE


class PageError(ValueError):
    """The file is not what VACUUM leaves, or is damaged; its text is the end of a sentence that says how."""


def normalise_pages(path: Path) -> int:
    """Zero the meaningless bytes of the file at `path` in place, and return how many pages were changed.

    Raises PageError where the file is not one that VACUUM left, or is damaged.
    """
    return _walk(path, is_writing=True)


def count_unclean_pages(path: Path) -> int:
    """Return how many pages of the file at `path` `normalise_pages` would change; it is only read.

    Raises PageError as `normalise_pages` does.
    """
    return _walk(path, is_writing=False)


def _walk(path: Path, *, is_writing: bool) -> int:
    try:
        with path.open("r+b" if is_writing else "rb") as file:
            return _clean(file, is_writing=is_writing)
    except (struct.error, IndexError) as error:
        raise PageError("a page ends before what it tells of") from error


def _clean(file: BinaryIO, *, is_writing: bool) -> int:
    size, page_count = _measures(file)
    changed = 0
    chains: list[_Overflow] = []
    for number in range(1, page_count + 1):
        before = _read(file, number, size)
        after = bytearray(before)
        if number == 1:
            for offset, value in _HEADER.items():
                after[offset : offset + len(value)] = value
        start = 100 if number == 1 else 0
        if after[start] in _BTREE:
            _clean_btree_page(after, start)
            chains.extend(_overflows(after, start))
        elif after[start] != 0:
            raise PageError(f"page {number} is of no known kind")
        changed += _write(file, number, before, after, is_writing=is_writing)
    # Each page is of one chain at most: in a hostile file many chains could lead through one page, or in a circle.
    if sum(-(-payload // (size - 4)) for _, payload in chains) > page_count:
        raise PageError("its overflow chains are longer than the file")
    for chain in chains:
        changed += _clean_end_of(file, chain, size, page_count, is_writing=is_writing)
    return changed


def _measures(file: BinaryIO) -> tuple[int, int]:
    """Return the size of a page, and how many there are."""
    header = file.read(100)
    size = _size_in(header)
    if any(header[_FREE_PAGES]) or any(header[_AUTO_VACUUM]):
        raise PageError("it has free pages or a pointer map")
    byte_count = file.seek(0, 2)
    if byte_count % size or byte_count // size != unpack_from(">I", header, 28)[0]:
        raise PageError("its size is not the one in its header")
    if byte_count // size >= _MOST_PAGES:
        raise PageError(f"it has more than {_MOST_PAGES * size // 1_000_000_000} GB")
    return size, byte_count // size


def _size_in(header: bytes) -> int:
    size = unpack_from(">H", header, 16)[0] if len(header) == 100 else 0
    size = 65536 if size == 1 else size  # two bytes cannot say it otherwise
    # Below 1,024, one byte that tells the length of a cell no longer tells that it is short enough (`_overflows`).
    if size < 1024 or size & (size - 1) or header[20] != 0:
        raise PageError("its pages are not of 1,024 to 65,536 bytes")
    return int(size)


def _read(file: BinaryIO, number: int, size: int) -> bytes:
    file.seek((number - 1) * size)
    return file.read(size)


def _write(file: BinaryIO, number: int, before: bytes, after: bytearray, *, is_writing: bool) -> int:
    if before == after:
        return 0
    if is_writing:
        file.seek((number - 1) * len(after))
        file.write(after)
    return 1


def _clean_btree_page(page: bytearray, start: int) -> None:
    freeblock, cell_count, content = unpack_from(">HHH", page, start + 1)
    pointers_end = _pointers_start(page, start) + 2 * cell_count
    content = content or 65536  # how a page of 65,536 bytes says so
    if not pointers_end <= content <= len(page):
        raise PageError("a page says that its cells begin where they cannot")
    page[pointers_end:content] = bytes(content - pointers_end)
    while freeblock:
        following, size = unpack_from(">HH", page, freeblock)
        if freeblock + size > len(page) or size < 4 or (following and following <= freeblock):
            raise PageError("a page has a free block where none can be")
        page[freeblock + 4 : freeblock + size] = bytes(size - 4)
        freeblock = following
    if page[start + 7]:
        _clean_fragments(page, start, content)


def _pointers_start(page: bytearray, start: int) -> int:
    return start + (12 if page[start] in (_INTERIOR_INDEX, _INTERIOR_TABLE) else 8)


def _cells(page: bytearray, start: int) -> tuple[int, ...]:
    (cell_count,) = unpack_from(">H", page, start + 3)
    cells = unpack_from(f">{cell_count}H", page, _pointers_start(page, start))
    if cells and (max(cells) > len(page) - 4 or min(cells) < start + 8):
        raise PageError("a page has a cell where none can be")
    return cells


def _clean_fragments(page: bytearray, start: int, content: int) -> None:
    """Zero the up to three bytes between cells that are too few for a free block."""
    skip = _cell_skip(page[start])
    used = [
        # Most cells of an index tell their size by one byte: this line runs for each of many thousands.
        (cell, cell + skip + 1 + page[cell + skip])
        if page[start] in (_INTERIOR_INDEX, _LEAF_INDEX) and 3 <= page[cell + skip] < 128
        else (cell, cell + _cell_size(page, start, cell))
        for cell in _cells(page, start)
    ]
    freeblock = unpack_from(">H", page, start + 1)[0]
    while freeblock:
        following, size = unpack_from(">HH", page, freeblock)
        used.append((freeblock, freeblock + size))
        freeblock = following
    end = content
    for cell, cell_end in [*sorted(used), (len(page), len(page))]:
        if cell > end:
            page[end:cell] = bytes(cell - end)
        if cell_end > end:  # max() takes longer, so many times
            end = cell_end


def _cell_size(page: bytearray, start: int, cell: int) -> int:
    """Return the bytes of a cell on its page, at least 4 of which SQLite gives to each."""
    kind = page[start]
    at = cell + _cell_skip(kind)
    if kind == _INTERIOR_TABLE:
        return _varint(page, at)[1] - cell
    payload, at = _varint(page, at)
    if kind == _LEAF_TABLE:
        at = _varint(page, at)[1]
    local = _local_size(payload, kind, len(page))
    return max(4, at - cell + local + (4 if local < payload else 0))


def _overflows(page: bytearray, start: int) -> Iterator[_Overflow]:
    """Yield the overflow chains that start on a page."""
    kind = page[start]
    if kind == _INTERIOR_TABLE:
        return
    if not _may_have_long_cells(page, start):
        return
    skip = _cell_skip(kind)
    # Nearly every cell is told by its first two bytes to be too short.
    least = 128 + (_most_local(kind, len(page)) >> 7)
    cells = _cells(page, start)
    long = [
        cell
        for cell in cells
        if page[cell + skip] >= 128 and (page[cell + skip] >= least or page[cell + skip + 1] >= 128)
    ]
    for cell in long:
        payload, at = _varint(page, cell + skip)
        local = _local_size(payload, kind, len(page))
        if local == payload:
            continue
        if kind == _LEAF_TABLE:
            at = _varint(page, at)[1]
        if at + local + 4 > len(page):
            raise PageError("a cell is longer than its page")
        yield unpack_from(">I", page, at + local)[0], payload - local


def _may_have_long_cells(page: bytearray, start: int) -> bool:
    """Return whether two cells are so far apart that one between may overflow: told without a look at each of them.

    In blocks of 256 bytes, in which high bytes of the pointers count, such a cell leaves some free of others.
    """
    cell_count, pointers_start = unpack_from(">H", page, start + 3)[0], _pointers_start(page, start)
    free_blocks = _least_local(len(page)) // 256 - 1
    if free_blocks < 1 or cell_count < 32:
        return True
    pointers = bytes(page[pointers_start : pointers_start + 2 * cell_count])
    blocks, last = set(pointers[::2]), len(page) // 256 - 1
    if min(blocks) == 0 or max(blocks) > last:
        return True
    if any(bytes((last, byte)) in pointers for byte in (253, 254, 255)):  # where a cell may be too near to the end
        return True
    seen = bytearray(last + 1)
    for block in blocks:
        seen[block] = 1
    return bytes(free_blocks) in seen[min(blocks) :]


def _cell_skip(kind: int) -> int:
    """Return how many bytes stand in a cell before its first number: on some pages, that of the page below."""
    return 4 if kind in (_INTERIOR_INDEX, _INTERIOR_TABLE) else 0


def _least_local(size: int) -> int:
    """Return how many bytes of payload stand at least on the page of a cell that overflows (1.6)."""
    return (size - 12) * 32 // 255 - 23


def _most_local(kind: int, size: int) -> int:
    """Return how many bytes of payload such a page holds of one cell, before the others overflow (1.6)."""
    return size - 35 if kind == _LEAF_TABLE else (size - 12) * 64 // 255 - 23


def _local_size(payload: int, kind: int, size: int) -> int:
    most = _most_local(kind, size)
    if payload <= most:
        return payload
    least = _least_local(size)
    local = least + (payload - least) % (size - 4)
    return local if local <= most else least


def _varint(page: bytearray, at: int) -> tuple[int, int]:
    """Return the number of variable length (1.6) at `at`, and the place after it."""
    value = 0
    for length, byte in enumerate(page[at : at + 9], start=1):
        if length == 9:
            return value << 8 | byte, at + length
        value = value << 7 | byte & 127
        if byte < 128:
            return value, at + length
    raise PageError("a number in a cell does not end on its page")


def _clean_end_of(file: BinaryIO, chain: _Overflow, size: int, page_count: int, *, is_writing: bool) -> int:
    """Zero what follows the payload on the last page of an overflow chain; return 1 where that changed the page."""
    number, remaining = chain
    while 1 < number <= page_count:
        before = _read(file, number, size)
        (following,) = unpack_from(">I", before)
        if remaining > size - 4:
            number, remaining = following, remaining - (size - 4)
            continue
        if following:
            break
        after = bytearray(before)
        after[4 + remaining :] = bytes(size - 4 - remaining)
        return _write(file, number, before, after, is_writing=is_writing)
    raise PageError("an overflow chain does not end where it must")
