"""A lake on disk: its manifest, the folders that it names, and who may change it. No Spark.

    DIR/manifest.json                    what counts: everything else is looked for through it
    DIR/tables-000002/papers/…           the tables, as the second build made them
    DIR/evidence/build=000001/piece=…/…  what the documents of the first build say

A build writes new folders and then replaces the manifest in one step. So whoever reads the manifest finds a whole lake,
and a build that is stopped leaves the former one. The tables of the build before stay until the next, for those who
read them meanwhile.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import msgspec

from catalog.database import known_revisions
from catalog.errors import CatalogError, ExitCode, exit_code_of_writing
from catalog.models import metadata
from catalog.syncing import sync_folder

TABLES: Final = tuple(
    name for name in metadata.tables if name not in ("schema_comments", "source_licences", "releases")
)
"""The tables of a lake. Left out are those that are the same in every catalogue file and come with its schema, and
`releases`."""

FORMAT: Final = "paper-catalogue-lake/2"
_MANIFEST: Final = "manifest.json"
_MOST_BYTES: Final = 256 * 1024 * 1024
_OF_PATTERNS: Final = "*?[]{}\\:"
_OWN_NAMES: Final = (".", "tables-", "staging-", "evidence", "spark.log")


class File(msgspec.Struct, frozen=True):
    """A file of the lake: its path inside the folder, size in bytes, SHA-256 in hexadecimal, and rows."""

    path: str
    byte_count: int
    sha256: str
    row_count: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a lake holds: which build made it, from how many documents, and its files by table.

    `evidence` are the folders of all builds, whose files stand under `evidence` in `files`, too.
    """

    format: str
    catalogue_version: str
    schema_revision: str
    build: int
    document_count: int
    tables_folder: str
    evidence: list[str]
    row_counts: dict[str, int]
    files: dict[str, list[File]]


class Lake:
    """The folder of a lake, for whoever reads it or builds it.

    Raises CatalogError for a path that Spark would take for a pattern, or for an address.
    """

    def __init__(self, folder: Path) -> None:
        if any(character in str(folder.absolute()) for character in _OF_PATTERNS):
            raise CatalogError(
                f"{folder}: Spark takes one of {' '.join(_OF_PATTERNS)} in a path for part of a pattern; "
                "name another folder.",
                ExitCode.USAGE,
            )
        self.folder = folder
        self.evidence_folder = folder / "evidence"

    def manifest(self) -> Manifest:
        """Return what the lake holds. Raises CatalogError where the folder is none of this version's lakes."""
        found = self.manifest_or_none()
        if found is None:
            raise CatalogError(
                f"{self.folder}: is no lake (it has no {_MANIFEST}); "
                f"`catalog lake build SOURCE --out {self.folder}` makes it.",
                ExitCode.NO_INPUT,
            )
        return found

    def manifest_or_none(self) -> Manifest | None:
        """Return what the lake holds, or None where there is no lake yet. Raises CatalogError for any other folder."""
        path = self.folder / _MANIFEST
        try:
            if path.exists() and path.stat().st_size > _MOST_BYTES:
                raise ValueError(f"it has more than {_MOST_BYTES:,} bytes")
            manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
            if manifest.format != FORMAT:
                raise ValueError(f"its format is {manifest.format[:100]!r}, not {FORMAT!r}")
            self._require_inside(manifest)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise CatalogError(f"{path}: cannot be read ({error.strerror}); check its permissions.") from error
        except ValueError as error:
            raise CatalogError(
                f"{path}: is no manifest of this version's lakes ({error}); "
                "name another folder, or build the lake anew.",
                ExitCode.WRONG_FILE,
            ) from error
        head = known_revisions()[-1]
        if manifest.schema_revision != head:
            raise CatalogError(
                f"{self.folder}: is a lake of schema revision {manifest.schema_revision[:40]!r} and this version needs "
                f"{head!r}; build it anew from its documents in another folder.",
                ExitCode.WRONG_FILE,
            )
        return manifest

    def _require_inside(self, manifest: Manifest) -> None:
        """Let no manifest of a stranger lead out of its folder."""
        named = [
            manifest.tables_folder,
            *manifest.evidence,
            *(file.path for some in manifest.files.values() for file in some),
        ]
        for name in named:
            if Path(name).is_absolute() or ".." in Path(name).parts:
                raise ValueError(f"it names {name[:100]!r}, outside of the lake")

    def table_folder(self, manifest: Manifest, name: str) -> Path:
        """Return the folder in which the Parquet files of the table `name` lie."""
        return self.folder / manifest.tables_folder / name

    def commit(self, manifest: Manifest) -> None:
        """Let the lake be what `manifest` says, in one step."""
        draft = self.folder / f".{_MANIFEST}.{os.getpid()}.new"
        with draft.open("wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(manifest), indent=1))
            file.flush()
            os.fsync(file.fileno())
        sync_folder(self.folder)
        os.replace(draft, self.folder / _MANIFEST)
        sync_folder(self.folder)

    def clear(self, manifest: Manifest | None) -> bool:
        """Delete what a build left that did not end, and tables older than those; return whether one was stopped."""
        kept = {manifest.tables_folder, *manifest.evidence} if manifest else set()
        last = manifest.build if manifest else 0
        stopped = False
        for path in (
            *self.folder.glob("tables-*"),
            *self.folder.glob("staging-*"),
            *self.evidence_folder.glob("build=*"),
        ):
            name = str(path.relative_to(self.folder))
            if name not in kept and path.is_dir():
                stopped |= int(path.name[-6:]) > last
                shutil.rmtree(path)
        for path in self.folder.glob(f".{_MANIFEST}.*.new"):
            path.unlink()
        return stopped

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Make the folder and keep other builds away from it meanwhile. Raises CatalogError where that cannot be."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._require_ours()
            descriptor = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise CatalogError(
                f"{self.folder}: cannot be written ({error.strerror}); name a folder that may be written to.",
                exit_code_of_writing(error),
            ) from error
        try:
            self._lock(descriptor)
            yield
        finally:
            os.close(descriptor)

    def _require_ours(self) -> None:
        if not (self.folder / _MANIFEST).exists():
            others = [
                name
                for name in os.listdir(self.folder)
                if not name.startswith((".", "tables-", "evidence", "spark.log"))
            ]
            if others:
                raise CatalogError(
                    f"{self.folder}: holds other files and is no lake; name a new folder with --out.",
                    ExitCode.CANNOT_CREATE,
                )

    def _lock(self, descriptor: int) -> None:
        with suppress(ImportError):  # no such lock on Windows, where Spark clusters do not run
            import fcntl

            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise CatalogError(
                    f"{self.folder}: another build is at work there; try again when that has ended.", ExitCode.BUSY
                ) from error
