"""The library that fails the n-th change of a file: compiled when it is needed, and how a process speaks to it."""

from __future__ import annotations

import _sqlite3
import ctypes
import os
import platform
import shutil
import subprocess
import tempfile
from enum import IntEnum
from functools import cache
from pathlib import Path

_SINGLE_THREAD = 1
"""https://www.sqlite.org/c3ref/c_config_covering_index_scan.html: SQLITE_CONFIG_SINGLETHREAD."""

SOURCE = Path(__file__).with_name("shim.c")


class Mode(IntEnum):
    """What becomes of the chosen operation; as in shim.c."""

    NONE = 0
    KILL = 1
    KILL_HALF = 2
    EIO_ONCE = 3
    EIO_EVER = 4
    ENOSPC_ONCE = 5
    ENOSPC_EVER = 6
    SHORT_ONCE = 7
    SHORT_FULL = 8


MODE_NAMES = {
    Mode.KILL: "kill before it",
    Mode.KILL_HALF: "kill half-way",
    Mode.EIO_ONCE: "EIO once",
    Mode.EIO_EVER: "EIO for good",
    Mode.ENOSPC_ONCE: "ENOSPC once",
    Mode.ENOSPC_EVER: "ENOSPC for good",
    Mode.SHORT_ONCE: "short once",
    Mode.SHORT_FULL: "short, then ENOSPC",
}
KILLS = (Mode.KILL, Mode.KILL_HALF)
OF_WRITES = (Mode.KILL_HALF, Mode.SHORT_ONCE, Mode.SHORT_FULL)
"""Modes that only a write can have: half of it is done."""


def why_not() -> str | None:
    """Return why the library cannot be used here, or None."""
    if platform.system() != "Linux" or platform.libc_ver()[0] != "glibc":
        return "faults are injected through LD_PRELOAD on Linux with glibc alone"
    if shutil.which("cc") is None:
        return "there is no C compiler to make the library that injects faults"
    return None


@cache
def library() -> Path:
    """Compile the library, once in a process, and return its path."""
    folder = tempfile.TemporaryDirectory(prefix="faults-")
    _KEPT.append(folder)
    target = Path(folder.name, "shim.so")
    command = ["cc", "-std=gnu11", "-O1", "-Wall", "-shared", "-fPIC", "-o", str(target), str(SOURCE), "-ldl"]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return target


_KEPT: list[tempfile.TemporaryDirectory[str]] = []


class Shim:
    """The library inside a process that it was preloaded into."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(None)

    def watch(self, folder: str) -> None:
        """Let the files below `folder` count."""
        self._library.faults_watch(os.fsencode(folder))

    def arm(self, number: int, mode: int) -> None:
        """Count from now on, and do `mode` to the operation of this number (from 1; 0 is none)."""
        self._library.faults_arm(ctypes.c_long(number), ctypes.c_int(mode))

    def explore(self, asks: int, answers: int) -> None:
        """Ask at each operation from now on what should fail there (see client.py). No connection may be open."""
        # A mutex that can be locked twice belongs to a thread, and the one thread of a child is another one.
        sqlite = ctypes.CDLL(_sqlite3.__file__)
        for done in (sqlite.sqlite3_shutdown(), sqlite.sqlite3_config(_SINGLE_THREAD), sqlite.sqlite3_initialize()):
            if done:
                raise RuntimeError(f"SQLite cannot be set to one thread: {done}")
        self._library.faults_explore(ctypes.c_int(asks), ctypes.c_int(answers))

    def log(self, descriptor: int, *, with_data: bool) -> None:
        """Record each operation into an open file."""
        self._library.faults_log(ctypes.c_int(descriptor), ctypes.c_int(with_data))

    def remark(self, text: str) -> None:
        """Write a remark into the record."""
        self._library.faults_remark(text.encode())

    def counted(self) -> tuple[int, bool, str]:
        """Return how many operations there were, whether the chosen one was among them, and of which kind it was."""
        self._library.faults_fired_on.restype = ctypes.c_char_p
        kind = self._library.faults_fired_on().decode()
        return ctypes.c_long(self._library.faults_count()).value, bool(self._library.faults_fired()), kind
