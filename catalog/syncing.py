"""New names in a folder, kept through a loss of power."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Let the names in `folder` outlive a loss of power: to sync a file keeps its content and not its name.

    Where a folder cannot be opened or synced, the file system sees to it.
    """
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
