"""Whether a catalogue is as it must be after a fault: it opens, is whole, and says nothing but what it may say."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from catalog.checks import check_catalog
from catalog.database import file_revision
from catalog.errors import CatalogError
from catalog.release import check_release
from tests.conftest import rows
from tests.contents import contents
from tests.revisions import HEAD, everything

ABSENT = "absent"
_LOADS = """
SELECT sha256, loaded_at, as_of_date, catalogue_version, schema_revision, loads.entry_count, new_paper_count,
  known_paper_count, changed_paper_count, link_count, loads.reject_count, dated_digest_count
FROM loads JOIN source_documents ON source_documents.id = source_document_id
"""


@dataclass(frozen=True, slots=True)
class Look:
    """What was found at the path of a catalogue: its content as a digest, its revision, and what is wrong with it."""

    content: str
    revision: str = ""
    problems: tuple[str, ...] = ()


class Catalogues:
    """Looks at catalogue files, at each content of bytes once."""

    def __init__(self) -> None:
        self._seen: dict[str, Look] = {}

    def look(self, path: Path) -> Look:
        """Open the catalogue at `path`, which rolls back what was left half-done, and look at all of it."""
        if not path.exists():
            return Look(ABSENT)
        key = digest_of(path.read_bytes())
        if key in self._seen and not path.with_name(f"{path.name}-journal").exists():
            return self._seen[key]
        try:
            file_revision(path)
        except CatalogError as error:
            return Look("", problems=(f"does not open: {error}",))
        key = digest_of(path.read_bytes())
        if key not in self._seen:
            self._seen[key] = _look(path)
        return self._seen[key]


def _look(path: Path) -> Look:
    revision = file_revision(path)
    try:
        if revision == HEAD:
            broken = [result.name for result in (*check_catalog(path), *check_release(path)) if result.broken]
            content = digest_of((contents(path), sorted(rows(path, _LOADS), key=repr), _is_release(path)))
        else:
            broken = _broken_file(path)
            content = digest_of(everything(path))
    except (CatalogError, sqlite3.Error) as error:
        return Look("", revision, (f"cannot be looked at: {error}",))
    return Look(content, revision, tuple(f"breaks a rule: {name}" for name in broken))


def digest_of(content: object) -> str:
    """Return a short name for any content."""
    return hashlib.sha256(content if isinstance(content, bytes) else repr(content).encode()).hexdigest()[:16]


def _is_release(path: Path) -> list[tuple[object, ...]]:
    return rows(path, "SELECT id, catalogue_version FROM releases")


def _broken_file(path: Path) -> list[str]:
    """The checks that do not depend on the revision; the rules about rows are those of the last one."""
    broken = []
    if rows(path, "PRAGMA integrity_check") != [("ok",)]:
        broken.append("integrity")
    if rows(path, "PRAGMA foreign_key_check"):
        broken.append("foreign keys")
    with closing(sqlite3.connect(path)) as connection:
        try:
            connection.execute("INSERT INTO papers_fts (papers_fts, rank) VALUES ('integrity-check', 1)")
        except sqlite3.DatabaseError:
            broken.append("search index")
        connection.rollback()
    return broken
