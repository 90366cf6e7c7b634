"""What a command did to its files, operation by operation, as shim.c wrote it down."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.faults.client import Server
from tests.faults.server import Request


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. `file` names what it was done to, whatever that is called; inode numbers come back, these do not.

    kinds: create, write, truncate, sync, link, rename, unlink, sync folder, remark (what the process reported).
    """

    kind: str
    file: int = 0
    offset: int = 0
    data: bytes = b""
    path: str = ""
    other: str = ""


@dataclass(frozen=True, slots=True)
class Recording:
    """The files that were there before (by name: file and bytes), and everything that was done."""

    names: dict[str, int]
    contents: dict[int, bytes]
    operations: list[Operation]


def record(server: Server, request: Request) -> Recording:
    """Let the server run a command with its record, and read that. Raises RuntimeError where the command fails."""
    folder = Path(request.folder)
    inodes, names, contents = {}, {}, {}
    for number, path in enumerate(sorted(folder.iterdir()), start=1):
        inodes[path.stat().st_ino] = names[path.name] = number
        contents[number] = path.read_bytes()
    outcome = server.ask(request)
    if not outcome.is_done:
        raise RuntimeError(outcome.stderr)
    assert request.log is not None
    return Recording(names, contents, _parsed(Path(request.log).read_bytes(), inodes, dict(names)))


def _parsed(log: bytes, inodes: dict[int, int], names: dict[str, int]) -> list[Operation]:
    operations, place = [], 0
    number = len(inodes)
    while place < len(log):
        end = log.index(b"\n", place)
        kind, inode, offset, length, path, other = log[place:end].decode().split("\t")
        place = end + 1
        path, other = (path, "") if kind == "remark" else (Path(path).name, Path(other).name)
        data = log[place : place + int(length)]
        place += int(length)
        if kind == "create":
            number += 1
            inodes[int(inode)] = names[path] = number
        elif kind in ("link", "rename"):
            names[other] = names[path]
        file = names[path] if kind in ("link", "rename") else inodes.get(int(inode), 0)
        operations.append(Operation(kind, file, int(offset), data, path, other))
    return operations
