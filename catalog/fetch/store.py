"""An answer -> a file: whole or not at all, and never over another."""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path

from catalog.errors import CatalogError, exit_code_of_writing
from catalog.syncing import sync_folder


def is_stored(folder: Path, name: str) -> bool:
    """Whether an answer of that name is in the folder."""
    return os.path.lexists(folder / name)


def store(folder: Path, name: str, content: bytes) -> tuple[Path, bool]:
    """Put `content` into the file `name` of `folder`, and return its path and whether it is new.

    Where the name is taken by other content, the file goes into the folder `2` inside `folder`, or `3`, and so on:
    readers take a day and a query from the name, so the name stays what it is. Where the same content is in one of
    these already, that file is returned. Raises CatalogError where the folder cannot be written to.
    """
    try:
        for number in count(1):
            place = (folder if number == 1 else folder / str(number)) / name
            if not os.path.lexists(place) and _write(place, content):
                return place, True
            if _holds(place, content):
                return place, False
    except OSError as error:
        reason = error.strerror or str(error)
        sentence = f"{folder}: cannot be written to ({reason}); name another folder with --folder"
        raise CatalogError(sentence, exit_code_of_writing(error)) from error
    raise AssertionError("count never ends")


def _holds(place: Path, content: bytes) -> bool:
    try:
        return place.stat().st_size == len(content) and place.read_bytes() == content
    except OSError:
        return False


def _write(place: Path, content: bytes) -> bool:
    """Write the file in one step, as anybody else sees it; False where there is one of that name by now."""
    place.parent.mkdir(parents=True, exist_ok=True)
    # Names with a dot in front are no documents: one that a kill leaves behind is never loaded.
    draft = place.with_name(f".{place.name}.{os.getpid()}.new")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if not _put_in_place(draft, place):
            return False
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(place.parent)
    return True


def _put_in_place(draft: Path, place: Path) -> bool:
    try:
        os.link(draft, place)  # unlike a rename, it never replaces
    except FileExistsError:
        return False
    except OSError:
        # A file system without hard links.
        if os.path.lexists(place):
            return False
        draft.rename(place)
    return True
