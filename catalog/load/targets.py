"""Links -> repositories and links, each address once, and their row numbers."""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter
from typing import Final

from sqlalchemy import Connection

from catalog.load.staging import driver, packed_texts, run_many, run_scalars
from catalog.rows import Row

_of_repository = itemgetter("host", "owner", "name", "url")
_of_link = itemgetter("url", "url_key", "host", "kind", "owner", "name")

# Which spelling of one address is shown, whatever the order of loading: https, else the first by code point.
_IS_PREFERRED: Final = """
(excluded.url NOT GLOB 'https:*', excluded.url) < ({table}.url NOT GLOB 'https:*', {table}.url)
"""

_UPSERT_REPOSITORY: Final = f"""
INSERT INTO repositories (host, owner, name, url) VALUES (?, ?, ?, ?)
ON CONFLICT (host, owner, name) DO UPDATE SET owner = excluded.owner, name = excluded.name, url = excluded.url
WHERE {_IS_PREFERRED.format(table="repositories")}
"""

_UPSERT_LINK: Final = f"""
INSERT INTO links (id, url, url_key, host, kind, repository_id) VALUES (?7, ?1, ?2, ?3, ?4, iif(
  ?4 = 'repository', (SELECT id FROM repositories WHERE host = ?3 AND owner = ?5 AND name = ?6), NULL
))
ON CONFLICT (url_key) DO UPDATE SET url = excluded.url, host = excluded.host
WHERE {_IS_PREFERRED.format(table="links")}
"""

_KNOWN: Final = "SELECT url_key, id, kind FROM links WHERE url_key IN (SELECT value FROM json_each(?))"

_NEXT_ID: Final = "SELECT coalesce(max(id), 0) + 1 FROM links"


class Targets:
    """Where links lead, as far as it was stored in this transaction: no load takes a link away.

    `ids` are row numbers by `url_key`; `reclassified` are keys that are stored as of another kind than they were given.
    """

    def __init__(self) -> None:
        self.ids: dict[str, int] = {}
        self.reclassified: set[str] = set()
        self._kinds: dict[str, str] = {}
        self._urls: set[str] = set()

    def store(self, connection: Connection, links: Iterable[Row]) -> None:
        """Store what `links` lead to, in their order."""
        first: dict[str, Row] = {}
        for row in links:
            if row["url"] not in self._urls:
                first.setdefault(row["url"], row)
        if first:
            self._store(connection, sorted(first.values(), key=itemgetter("position", "url")))
            self._urls |= first.keys()

    def _store(self, connection: Connection, targets: list[Row]) -> None:
        unknown = {row["url_key"] for row in targets} - self.ids.keys()
        for url_key, link_id, kind in driver(connection).execute(_KNOWN, (packed_texts(unknown),)):
            self.ids[url_key], self._kinds[url_key] = link_id, kind
        (next_id,) = run_scalars(connection, _NEXT_ID, {})
        rows = []
        for row in targets:
            new_id, url_key = None, row["url_key"]
            if url_key not in self.ids:
                new_id = next_id
                next_id += 1
                self.ids[url_key], self._kinds[url_key] = new_id, row["kind"]
            elif self._kinds[url_key] != row["kind"]:
                self.reclassified.add(url_key)
            rows.append((*_of_link(row), new_id))
        repositories = [_of_repository(row) for row in targets if row["kind"] == "repository"]
        run_many(connection, _UPSERT_REPOSITORY, repositories)
        run_many(connection, _UPSERT_LINK, rows)
