"""What all trials of a run share: the server, what is only read, what was looked at already, and a folder."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.catalogues import snapshot
from tests.faults.client import Server
from tests.faults.judge import Catalogues
from tests.faults.shelf import make_shelf


class Bench:
    """A server, a shelf of files that commands only read, and a folder for the trials."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server, self.folder, self.catalogues = server, folder, Catalogues()
        self.shelf = folder / "shelf"
        self.shelf.mkdir()
        make_shelf(self.shelf)
        self.shelf_before = snapshot(self.shelf)
        self.trials: dict[str, Any] = {}


@contextmanager
def open_bench() -> Iterator[Bench]:
    """Start what trials need, in memory where that is possible: nothing here depends on the disk itself."""
    memory = Path("/dev/shm")
    place = memory if memory.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="faults-", dir=place) as folder:
        temporary = Path(folder, "temporary")
        temporary.mkdir()
        with Server(temporary) as server:
            yield Bench(server, Path(folder))
