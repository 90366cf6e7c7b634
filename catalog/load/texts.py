"""Titles, abstracts and lists of authors: which of them a paper shows, and where the others are kept.

`papers` shows the best text of each field; every other text is one row of `paper_variants`, and the mentions that gave
it point to it. No text is overwritten without a trace, and which one is shown does not depend on the order of loading.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection

from catalog.load.identity import Identities
from catalog.load.mentions import MENTION_TABLES, MentionTable, Staged
from catalog.load.staging import packed_ids, run, run_scalars
from catalog.rows import Row

FIELDS: Final = ("title", "abstract", "authors")
_texts = itemgetter(*FIELDS)

RANK: Final = "CASE WHEN instr({0}, char(92)) > 0 THEN 0 ELSE length({0}) END"
"""How good a text is, in SQL that SQLite and Spark read alike: without LaTeX (no backslash), then the longer one.
Of equals the first in code point order is the better."""

_BETTER = f"({RANK.format('one.{field}')}, other.{{field}}) > ({RANK.format('other.{field}')}, one.{{field}})"

_STAGED = """
staged AS (
  SELECT mention.paper_id, mention.position, json_extract(value, '$.{field}') AS given
  FROM json_each(:mentions)
  JOIN {table} AS mention
    ON mention.{container} = :{container} AND mention.position = json_extract(value, '$.position')
  WHERE json_extract(value, '$.{field}') IS NOT NULL
)"""

_FILL = f"""
WITH {_STAGED}, ordered AS (
  SELECT staged.paper_id, given, row_number() OVER (
    PARTITION BY staged.paper_id ORDER BY {RANK.format("given")} DESC, given
  ) AS place
  FROM staged JOIN papers ON papers.id = staged.paper_id WHERE papers.{{field}} IS NULL
)
UPDATE papers SET {{field}} = ordered.given FROM ordered
WHERE ordered.paper_id = papers.id AND ordered.place = 1
RETURNING papers.id
"""

_ADD_VARIANTS = f"""
WITH {_STAGED}
INSERT INTO paper_variants (paper_id, {{field}})
SELECT DISTINCT staged.paper_id, given
FROM staged JOIN papers ON papers.id = staged.paper_id
WHERE (given <> papers.{{field}} OR :is_exposed)
  AND NOT EXISTS (SELECT 1 FROM paper_variants WHERE paper_id = staged.paper_id AND {{field}} = given)
ORDER BY staged.paper_id, given
"""

_ADD_TITLES = """
WITH staged AS (
  SELECT mention.paper_id, json_extract(value, '$.title') AS given, json_extract(value, '$.title_key') AS given_key
  FROM json_each(:mentions)
  JOIN {table} AS mention
    ON mention.{container} = :{container} AND mention.position = json_extract(value, '$.position')
)
INSERT INTO paper_variants (paper_id, title, title_key)
SELECT DISTINCT staged.paper_id, given, given_key
FROM staged JOIN papers ON papers.id = staged.paper_id
WHERE (given <> papers.title OR :is_exposed)
  AND NOT EXISTS (SELECT 1 FROM paper_variants WHERE paper_id = staged.paper_id AND title = given)
ORDER BY staged.paper_id, given
"""

_POINT = f"""
WITH {_STAGED}
UPDATE {{table}} SET {{pointer}} = variant.id
FROM staged
JOIN papers ON papers.id = staged.paper_id
JOIN paper_variants AS variant ON variant.paper_id = staged.paper_id AND variant.{{field}} = staged.given
WHERE {{table}}.{{container}} = :{{container}} AND {{table}}.position = staged.position
  AND (staged.given <> papers.{{field}} OR :is_exposed)
"""

_BEATEN = f"""
SELECT DISTINCT other.id FROM papers AS other
JOIN paper_variants AS one ON one.paper_id = other.id
WHERE other.id IN (SELECT value FROM json_each(:paper_ids)) AND one.{{field}} IS NOT NULL AND {_BETTER}
"""

_EXPOSE = """
INSERT INTO paper_variants (paper_id, {field})
SELECT id, {field} FROM papers
WHERE id IN (SELECT value FROM json_each(:paper_ids)) AND {field} IS NOT NULL
ORDER BY id
"""

_EXPOSE_TITLES = """
INSERT INTO paper_variants (paper_id, title, title_key)
SELECT id, title, title_key FROM papers WHERE id IN (SELECT value FROM json_each(:paper_ids)) ORDER BY id
"""

_POINT_TO_EXPOSED = """
UPDATE {table} SET {pointer} = (
  SELECT max(variant.id) FROM paper_variants AS variant JOIN papers ON papers.id = variant.paper_id
  WHERE variant.paper_id = {table}.paper_id AND variant.{field} = papers.{field}
)
WHERE paper_id IN (SELECT value FROM json_each(:paper_ids)) AND {pointer} IS NULL
"""

_DROP_UNGIVEN = """
DELETE FROM paper_variants
WHERE paper_id IN (SELECT value FROM json_each(:paper_ids)) AND {field} IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM digest_entries WHERE digest_entries.{pointer} = paper_variants.id)
  AND NOT EXISTS (SELECT 1 FROM paper_records WHERE paper_records.{pointer} = paper_variants.id)
"""

_BEST = f"""
SELECT paper_id, id AS variant_id, {{field}} AS best, title_key AS best_key, row_number() OVER (
  PARTITION BY paper_id ORDER BY {RANK.format("{field}")} DESC, {{field}}
) AS place
FROM paper_variants
WHERE paper_id IN (SELECT value FROM json_each(:paper_ids)) AND {{field}} IS NOT NULL
"""

_SHOW = f"""
UPDATE papers SET {{field}} = (
  SELECT best FROM ({_BEST}) AS ordered WHERE ordered.paper_id = papers.id AND place = 1
)
WHERE id IN (SELECT value FROM json_each(:paper_ids))
"""

_SHOW_TITLES = f"""
UPDATE papers SET title = ordered.best, title_key = ordered.best_key
FROM ({_BEST}) AS ordered WHERE ordered.paper_id = papers.id AND place = 1
"""

_SHOWN = "SELECT id, title, abstract, authors FROM papers WHERE id IN (SELECT value FROM json_each(:paper_ids))"

_UNPOINT = """
UPDATE {table} SET {pointer} = NULL
WHERE paper_id IN (SELECT value FROM json_each(:paper_ids)) AND {pointer} IN (
  SELECT variant.id FROM paper_variants AS variant JOIN papers ON papers.id = variant.paper_id
  WHERE variant.paper_id = {table}.paper_id AND variant.{field} = papers.{field}
)
"""


def add_texts(connection: Connection, staged: Staged, identities: Identities, *, is_completion: bool) -> set[int]:
    """Keep the texts of the staged mentions, which are stored already; return the papers that show another text now.

    With `is_completion` the mentions gave texts before, which may have been read otherwise.
    """
    kind = staged.kind
    if is_completion:
        bound = staged.bound(staged.mentions)
        return _read_again(connection, kind, set(connection.scalars(kind.staged_papers(), bound)), bound)
    differing = _differing(connection, staged, identities)
    if not differing:
        return set()
    bound = staged.bound(differing)
    papers = set(connection.scalars(kind.staged_papers(), bound))
    changed: set[int] = set()
    for field in ("abstract", "authors"):
        changed.update(run_scalars(connection, _FILL, bound, field=field, **_place(kind)))
    _keep(connection, kind, {**bound, "is_exposed": False})
    return changed | show_better_texts(connection, papers)


def _differing(connection: Connection, staged: Staged, identities: Identities) -> list[Row]:
    """The staged mentions that give a text which their paper does not show. Most give what is there already."""
    alone = {paper_id for paper_id, mentions in identities.new.items() if len(mentions) == 1}
    others = [pair for pair in zip(staged.mentions, identities.paper_ids, strict=True) if pair[1] not in alone]
    known = packed_ids({paper_id for _, paper_id in others} - identities.new.keys())
    shown = {paper_id: tuple(texts) for paper_id, *texts in run(connection, _SHOWN, {"paper_ids": known})}
    shown |= {paper_id: _texts(mentions[0]) for paper_id, mentions in identities.new.items()}
    return [
        mention
        for mention, paper_id in others
        if (given := _texts(mention)) != (there := shown[paper_id])
        and any(one is not None and one != other for one, other in zip(given, there, strict=True))
    ]


def _read_again(connection: Connection, kind: MentionTable, papers: set[int], bound: dict[str, Any]) -> set[int]:
    before = _shown(connection, papers)
    expose_texts(connection, papers)
    _keep(connection, kind, {**bound, "is_exposed": True})
    show_texts(connection, papers)
    after = _shown(connection, papers)
    return {paper for paper in papers if before[paper] != after[paper]}


def _shown(connection: Connection, paper_ids: Iterable[int]) -> dict[int, tuple[str | None, ...]]:
    rows = run(connection, _SHOWN, {"paper_ids": packed_ids(paper_ids)})
    return {paper_id: tuple(texts) for paper_id, *texts in rows}


def _keep(connection: Connection, kind: MentionTable, bound: dict[str, Any]) -> None:
    """Keep every staged text that its paper does not show, and let the mention that gave it point to it."""
    run(connection, _ADD_TITLES, bound, **_place(kind))
    for field in ("abstract", "authors"):
        run(connection, _ADD_VARIANTS, bound, field=field, **_place(kind))
    for field in FIELDS:
        run(connection, _POINT, bound, field=field, pointer=_pointer(field), **_place(kind))


def _place(kind: MentionTable) -> dict[str, str]:
    return {"table": kind.table.name, "container": kind.container}


def show_better_texts(connection: Connection, paper_ids: Iterable[int]) -> set[int]:
    """Let those of `paper_ids` that keep a better text than they show change it; return them."""
    bound = {"paper_ids": packed_ids(set(paper_ids))}
    beaten: set[int] = set()
    for field in FIELDS:
        beaten.update(run_scalars(connection, _BEATEN, bound, field=field))
    if beaten:
        expose_texts(connection, beaten)
        show_texts(connection, beaten)
    return beaten


def expose_texts(connection: Connection, paper_ids: Iterable[int]) -> None:
    """Let every mention of `paper_ids` point to the text that it gave, also to the one that its paper shows."""
    bound = {"paper_ids": packed_ids(paper_ids)}
    run(connection, _EXPOSE_TITLES, bound)
    for field in ("abstract", "authors"):
        run(connection, _EXPOSE, bound, field=field)
    for kind in MENTION_TABLES:
        for field in FIELDS:
            template = _POINT_TO_EXPOSED + _gives(field)
            names = {"field": field, "pointer": _pointer(field), "table": kind.table.name}
            run(connection, template, bound, **names)


def show_texts(connection: Connection, paper_ids: Iterable[int]) -> None:
    """Undo `expose_texts`: each paper shows the best of the texts that its mentions point to, and keeps the others."""
    bound = {"paper_ids": packed_ids(paper_ids)}
    for field in FIELDS:
        names = {"field": field, "pointer": _pointer(field)}
        run(connection, _DROP_UNGIVEN, bound, **names)
        run(connection, _SHOW_TITLES if field == "title" else _SHOW, bound, field=field)
        for kind in MENTION_TABLES:
            run(connection, _UNPOINT, bound, table=kind.table.name, **names)
        run(connection, _DROP_UNGIVEN, bound, **names)


def _pointer(field: str) -> str:
    return f"{field}_variant_id"


def _gives(field: str) -> str:
    """The condition that a mention gave a text of the field at all."""
    return "" if field == "title" else f" AND has_{field} = 1"
