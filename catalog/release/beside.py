"""The files that stand beside a release: its checksum, a description of what is in it, and Datasette's inspect data."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from catalog.inspect import inspect_data
from catalog.models import metadata

FORMAT: Final = "paper-catalogue-release/1"
SUFFIXES: Final = (".sha256", ".json", ".inspect.json")

_DOCUMENTS: Final = "SELECT name, sha256, byte_count, format, is_complete FROM source_documents ORDER BY id"
_LICENCES: Final = """
SELECT found.format, licence, attribution, url
FROM (SELECT DISTINCT format FROM source_documents) AS found LEFT JOIN source_licences USING (format) ORDER BY 1
"""


def beside(release: Path, suffix: str) -> Path:
    """Return the path of the file with `suffix` beside `release`: `papers.db` -> `papers.db.json`."""
    return release.with_name(release.name + suffix)


def texts_beside(draft: Path, release: Path) -> dict[str, str]:
    """Return the text of each file beside the release, by its suffix; `draft` has the content that `release` gets."""
    described = description(draft, release.name)
    inspected = inspect_data(draft, release.stem, sha256=described["sha256"])
    for database in inspected.values():
        database["file"] = release.name
    return {
        ".sha256": checksum_line(described["sha256"], release.name),
        ".json": _json(described),
        ".inspect.json": _json(inspected),
    }


def description(path: Path, name: str) -> dict[str, Any]:
    """Return what is in the release at `path`, called `name`: versions, counts, documents, licences."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        (version,) = connection.execute("SELECT catalogue_version FROM releases").fetchone()
        (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        documents = [
            {**row, "is_complete": bool(row["is_complete"])} for row in map(dict, connection.execute(_DOCUMENTS))
        ]
        return {
            "format": FORMAT,
            "file": name,
            "sha256": sha256_of(path),
            "byte_count": path.stat().st_size,
            "catalogue_version": version,
            "schema_revision": revision,
            "counts": {table: _count(connection, table) for table in metadata.tables},
            "licences": [dict(row) for row in connection.execute(_LICENCES)],
            "documents": documents,
        }


def _count(connection: sqlite3.Connection, table: str) -> int:
    (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - a table of ours
    return int(count)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of the file at `path`, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checksum_line(sha256: str, name: str) -> str:
    """Return the line that `sha256sum --check` reads (GNU coreutils escapes a name with a line break)."""
    escaped = name.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    return f"{'' if escaped == name else chr(92)}{sha256}  {escaped}\n"


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def wrong_beside(release: Path, suffix: str) -> list[tuple[str, str]]:
    """Return what the file with `suffix` beside the release says that is not so of the release.

    The name that it gives the release is not compared: that may have changed on the way, as in a download.
    """
    path = beside(release, suffix)
    try:
        stated = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        return [(path.name, f"cannot be read ({getattr(error, 'strerror', None) or 'it is no text'})")]
    if suffix == ".sha256":
        is_same = stated.removeprefix("\\")[:64] == sha256_of(release)
        return [] if is_same else [(path.name, "states another SHA-256 than that of the file")]
    return list(_differing(stated, json.loads(texts_beside(release, release)[suffix]), path.name))


def _differing(stated: str, true: dict[str, Any], name: str) -> Iterator[tuple[str, str]]:
    try:
        found = json.loads(stated)
    except (ValueError, RecursionError):
        yield name, "is no JSON"
        return
    if len(true) == 1:  # inspect data, under the name of the database
        found = next(iter(found.values()), None) if isinstance(found, dict) and len(found) == 1 else None
        (true,) = true.values()
    if not isinstance(found, dict):
        yield name, "is no description of one file"
        return
    for key, value in true.items():
        if key != "file" and found.get(key) != value:
            yield name, f"states another {key.replace('_', ' ')} than that of the file"
