"""Moving mentions from one paper to another, with everything that they brought: texts, links, numbers.

Two papers that turn out to be one are merged, and a title that turns out to stand for several papers is parted from the
one that it was taken for. Both are rare, and both leave what the other order of loading would have made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, insert, select

from catalog.load.facts import drop_names
from catalog.load.mentions import MENTION_TABLES, MentionTable
from catalog.load.paper_links import settle_links
from catalog.load.staging import packed, packed_ids, run, run_scalars
from catalog.load.texts import FIELDS, expose_texts, show_texts
from catalog.models import papers

_MOVE: Final = """
UPDATE {table} SET paper_id = json_extract(move.value, '$.to')
FROM json_each(:moves) AS move WHERE {table}.paper_id = json_extract(move.value, '$.from')
"""

_MOVE_ONE: Final = """
UPDATE {table} SET paper_id = json_extract(move.value, '$.to')
FROM json_each(:moves) AS move
WHERE {table}.{container} = json_extract(move.value, '$.container')
  AND {table}.position = json_extract(move.value, '$.position')
"""

# A text belongs to one paper: a mention that moved takes a copy along, or finds the same text there.
_COPY_TEXTS: Final = """
INSERT INTO paper_variants (paper_id, title, title_key, abstract, authors)
SELECT DISTINCT mention.paper_id, kept.title, kept.title_key, kept.abstract, kept.authors
FROM {table} AS mention JOIN paper_variants AS kept ON kept.id = mention.{pointer}
WHERE mention.paper_id IN (SELECT value FROM json_each(:paper_ids)) AND kept.paper_id <> mention.paper_id
  AND NOT EXISTS (
    SELECT 1 FROM paper_variants AS there WHERE there.paper_id = mention.paper_id AND there.{field} = kept.{field}
  )
"""

_POINT_TO_COPIES: Final = """
UPDATE {table} SET {pointer} = (
  SELECT min(own.id) FROM paper_variants AS kept
  JOIN paper_variants AS own ON own.paper_id = {table}.paper_id AND own.{field} = kept.{field}
  WHERE kept.id = {table}.{pointer}
)
WHERE paper_id IN (SELECT value FROM json_each(:paper_ids)) AND {pointer} IS NOT NULL
"""

_MOVE_ASSERTIONS: Final = """
UPDATE link_assertions SET paper_id = coalesce(
  (SELECT paper_id FROM digest_entries
   WHERE digest_entries.digest_id = link_assertions.digest_id
     AND digest_entries.position = link_assertions.position),
  (SELECT paper_id FROM paper_records
   WHERE link_assertions.digest_id IS NULL
     AND paper_records.source_document_id = link_assertions.source_document_id
     AND paper_records.position = link_assertions.position),
  paper_id
)
WHERE paper_id IN (SELECT value FROM json_each(:paper_ids))
"""

_DELETE: Final = "DELETE FROM {table} WHERE {column} IN (SELECT value FROM json_each(:paper_ids))"


@dataclass(frozen=True, slots=True)
class Part:
    """A mention, by its table, container and position, that must leave a paper: its title alone does not name it."""

    kind: MentionTable
    container: int
    position: int
    paper_id: int
    title_key: str
    title: str


def merge_papers(connection: Connection, merged: Mapping[int, int]) -> None:
    """Merge each paper that is a key of `merged` into the one that it names."""
    affected = set(merged) | set(merged.values())
    expose_texts(connection, affected)
    moves = packed({"from": gone, "to": kept} for gone, kept in merged.items())
    for kind in MENTION_TABLES:
        run(connection, _MOVE, {"moves": moves}, table=kind.table.name)
    _take_along(connection, affected)
    _delete_papers(connection, merged)
    show_texts(connection, set(merged.values()))


def part_mentions(connection: Connection, parts: Sequence[Part]) -> set[int]:
    """Give each of `parts` to the paper of its title alone, which is made where there is none; return all touched."""
    homes = {part.title_key: part.title for part in parts}
    home = {title_key: _home(connection, title_key, title) for title_key, title in homes.items()}
    affected = {part.paper_id for part in parts} | set(home.values())
    expose_texts(connection, affected)
    for kind in MENTION_TABLES:
        moves = packed(
            {"container": part.container, "position": part.position, "to": home[part.title_key]}
            for part in parts
            if part.kind is kind
        )
        names = {"table": kind.table.name, "container": kind.container}
        run(connection, _MOVE_ONE, {"moves": moves}, **names)
    _take_along(connection, affected)
    show_texts(connection, affected)
    return affected


def _home(connection: Connection, title_key: str, title: str) -> int:
    """Return the paper that is known by this title alone."""
    there = select(papers.c.id).where(papers.c.title_key == title_key, papers.c.arxiv_id.is_(None))
    known = connection.scalar(there)
    if known is None:
        made: Any = insert(papers).values(title=title, title_key=title_key).returning(papers.c.id)
        known = connection.scalar(made)
    return int(known or 0)


def _take_along(connection: Connection, paper_ids: Iterable[int]) -> None:
    """Let texts and links follow the mentions that moved among `paper_ids`."""
    bound = {"paper_ids": packed_ids(paper_ids)}
    for kind in MENTION_TABLES:
        for field in FIELDS:
            names = {"table": kind.table.name, "field": field, "pointer": f"{field}_variant_id"}
            run(connection, _COPY_TEXTS, bound, **names)
            run(connection, _POINT_TO_COPIES, bound, **names)
    run(connection, _MOVE_ASSERTIONS, bound)
    settle_links(connection, paper_ids)


def _delete_papers(connection: Connection, paper_ids: Iterable[int]) -> None:
    bound = {"paper_ids": packed_ids(paper_ids)}
    named = run_scalars(connection, _DELETE + " RETURNING author_id", bound, table="paper_authors", column="paper_id")
    drop_names(connection, named)
    for table in ("paper_variants", "paper_categories"):
        run(connection, _DELETE, bound, table=table, column="paper_id")
    run(connection, _DELETE, bound, table="papers", column="id")
