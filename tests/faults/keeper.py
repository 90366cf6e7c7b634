"""Keeps folders as they are under a command that stands still, and puts them back after a child has changed them.

The command has files open, so what is put back are these very files: of each there is a second name meanwhile, and its
bytes are written into it again where they are others.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self


@dataclass(frozen=True, slots=True)
class _Kept:
    path: Path
    second: Path
    content: bytes
    rights: int


class Kept:
    """What is in `folders`, kept in the empty folder `spare` of the same file system while a `with` block lasts."""

    def __init__(self, folders: Sequence[Path], spare: Path) -> None:
        self._folders, self._spare = folders, spare

    def __enter__(self) -> Self:
        self._places = [path for folder in self._folders for path in _below(folder) if path.is_dir()]
        paths = [path for folder in self._folders for path in _below(folder) if not path.is_dir()]
        self._files = [self._kept(path, self._spare / str(number)) for number, path in enumerate(paths)]
        return self

    def _kept(self, path: Path, second: Path) -> _Kept:
        os.link(path, second)
        return _Kept(path, second, path.read_bytes(), path.stat().st_mode & 0o7777)

    def put_back(self) -> None:
        """Make the folders again what they were, with the same files under the same names."""
        known = {*self._places, *(one.path for one in self._files)}
        for folder in self._folders:
            folder.mkdir(exist_ok=True)
            for path in list(_below(folder)):
                if path not in known:
                    _remove(path)
        for place in self._places:
            place.mkdir(exist_ok=True)
        for one in self._files:
            _put_back(one)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for one in self._files:
            one.second.unlink()


def _below(folder: Path) -> Iterator[Path]:
    for entry in os.scandir(folder):
        yield Path(entry.path)
        if entry.is_dir(follow_symlinks=False):
            yield from _below(Path(entry.path))


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _put_back(one: _Kept) -> None:
    if not (one.path.exists() and os.path.samefile(one.path, one.second)):
        _remove(one.path)
        os.link(one.second, one.path)
    if one.path.stat().st_mode & 0o7777 != one.rights:
        one.path.chmod(one.rights)
    if one.path.read_bytes() != one.content:
        one.path.write_bytes(one.content)  # into the same file
