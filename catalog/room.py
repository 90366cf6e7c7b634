"""Whether a disk has room, asked before a second copy of a file is made."""

from __future__ import annotations

import shutil
from pathlib import Path

from catalog.errors import CatalogError, ExitCode


def require_room(folder: Path, byte_count: int, path: Path) -> None:
    """Raise CatalogError where the disk of `folder` has no room for the `byte_count` that the file at `path` takes."""
    free = shutil.disk_usage(folder).free
    if byte_count > free:
        raise CatalogError(
            f"{path}: takes {byte_count:,} bytes, and the disk of {folder} has {free:,}; make room there first.",
            ExitCode.IO,
        )
