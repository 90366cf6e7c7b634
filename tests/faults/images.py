"""What a disk may hold after a loss of power: what was synced, and anything of the rest.

The model: a write is cut into sectors of 512 bytes, and each of those that were not synced is there or not, whatever
became of the others; so is each change of length. Where a file grew and its bytes did not arrive, there are zeros or
what stood on the disk before. Names (creation, link, rename, removal) are safe once their folder was synced; of the
others a beginning is there, as in a file system with a journal, or any of them, as POSIX allows. A sector itself is
written whole or not at all, which is what SQLite asks of a disk, too (https://www.sqlite.org/psow.html).
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from tests.faults.record import Operation, Recording

SECTOR = 512
_DATA = ("write", "truncate")
_NAMES = ("create", "link", "rename", "unlink")
_STYLES = ("nothing", "everything", "a beginning", "sectors", "sectors", "most sectors", "files", "sectors grown")


def cut(recording: Recording, chance: random.Random) -> int:
    """Choose how many operations had been asked for: any number, and more often one near a sync or a name."""
    operations = recording.operations
    turns = [number for number, one in enumerate(operations) if one.kind not in _DATA]
    if turns and chance.random() < 0.5:
        return max(0, min(len(operations), chance.choice(turns) + chance.randint(-1, 2)))
    return chance.randint(0, len(operations))


def image(recording: Recording, length: int, chance: random.Random) -> dict[str, bytes]:
    """Return files by name as they may be when the power goes after `length` operations."""
    done = recording.operations[:length]
    style = chance.choice(_STYLES)
    contents = {number: bytearray(content) for number, content in recording.contents.items()}
    safe = _safe_data(done)
    lucky = {one.file for one in done if chance.random() < 0.5}
    beginning = chance.randint(0, length)
    for number, one in enumerate(done):
        if one.kind not in _DATA:
            continue
        content = contents.setdefault(one.file, bytearray())
        if number < safe.get(one.file, 0):
            _apply(content, one)
        elif style == "sectors" or style == "most sectors" or style == "sectors grown":
            _apply_some(content, one, chance, 0.9 if style == "most sectors" else 0.5, grows=style == "sectors grown")
        elif style == "everything" or (style == "files" and one.file in lucky):
            _apply(content, one)
        elif style == "a beginning" and number <= beginning:
            _apply_some(content, one, chance, 0.5) if number == beginning else _apply(content, one)
    return {name: bytes(contents.get(file, b"")) for name, file in _named(recording, done, chance).items()}


def _safe_data(done: Sequence[Operation]) -> dict[int, int]:
    """For each file, how many of the operations came before its last sync."""
    return {one.file: number for number, one in enumerate(done) if one.kind == "sync"}


def _apply(content: bytearray, one: Operation) -> None:
    if one.kind == "truncate":
        _resize(content, one.offset)
    else:
        _put(content, one.offset, one.data)


def _apply_some(
    content: bytearray, one: Operation, chance: random.Random, share: float, *, grows: bool = False
) -> None:
    if one.kind == "truncate":
        if chance.random() < share:
            _resize(content, one.offset)
        return
    end = one.offset + len(one.data)
    if grows and end > len(content):
        missing = end - len(content)
        content.extend(bytes(missing) if chance.random() < 0.5 else chance.randbytes(missing))
    for start, piece in _sectors(one):
        if chance.random() < share:
            _put(content, start, piece)


def _sectors(one: Operation) -> Iterator[tuple[int, bytes]]:
    start, end = one.offset, one.offset + len(one.data)
    while start < end:
        stop = min(end, start - start % SECTOR + SECTOR)
        yield start, one.data[start - one.offset : stop - one.offset]
        start = stop


def _resize(content: bytearray, length: int) -> None:
    del content[length:]
    content.extend(bytes(length - len(content)))


def _put(content: bytearray, offset: int, data: bytes) -> None:
    if offset > len(content):
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data


def _named(recording: Recording, done: Sequence[Operation], chance: random.Random) -> dict[str, int]:
    safe = max((number for number, one in enumerate(done) if one.kind == "sync folder"), default=0)
    open_names = [number for number, one in enumerate(done) if one.kind in _NAMES and number > safe]
    if chance.random() < 0.5:
        kept = set(open_names[: chance.randint(0, len(open_names))])
    else:
        kept = {number for number in open_names if chance.random() < 0.5}
    names = dict(recording.names)
    for number, one in enumerate(done):
        if one.kind in _NAMES and (number < safe or number in kept):
            _rename(names, one)
    return names


def _rename(names: dict[str, int], one: Operation) -> None:
    if one.kind in ("unlink", "rename"):
        names.pop(one.path, None)
    if one.kind in ("link", "rename"):
        names[one.other] = one.file
    if one.kind == "create":
        names[one.path] = one.file
