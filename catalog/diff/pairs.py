"""Which rows of two attached catalogues, `old` and `new`, are one thing: by natural keys, never by row id.

Each statement fills a table of pairs of row ids, in the order in which they stand here: assertions are told apart by
the digests and documents that are paired already.
"""
# ruff: noqa: S608 - every part of a statement is a constant of ours

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Final

PAIRED: Final = ("source_documents", "digests", "papers", "repositories", "link_assertions")
"""The tables whose rows are paired, as `pairs_of_<table> (old_id, new_id)`."""

_DOCUMENTS = """
INSERT INTO pairs_of_source_documents
SELECT one.id, other.id FROM old.source_documents AS one JOIN new.source_documents AS other ON other.sha256 = one.sha256
"""

# A document's digests have no key of their own in it, but they keep their order.
_PLACED = """
SELECT id, source_document_id, row_number() OVER (PARTITION BY source_document_id ORDER BY id) AS place
FROM {0}.digests
"""
_DIGESTS_OF_ONE_DOCUMENT = f"""
INSERT INTO pairs_of_digests
SELECT one.id, other.id FROM ({_PLACED.format("old")}) AS one
JOIN pairs_of_source_documents AS document ON document.old_id = one.source_document_id
JOIN ({_PLACED.format("new")}) AS other ON other.source_document_id = document.new_id AND other.place = one.place
"""
# The page of a day that was saved again has other bytes and the same name.
_DIGESTS_OF_ONE_NAME = """
INSERT INTO pairs_of_digests
SELECT one.id, other.id FROM old.digests AS one JOIN new.digests AS other ON other.name = one.name
WHERE one.id NOT IN (SELECT old_id FROM pairs_of_digests) AND other.id NOT IN (SELECT new_id FROM pairs_of_digests)
"""

_PAPERS_OF_ONE_ARXIV_ID = """
INSERT INTO pairs_of_papers
SELECT one.id, other.id FROM old.papers AS one JOIN new.papers AS other ON other.arxiv_id = one.arxiv_id
"""
_PAPERS_OF_ONE_TITLE = """
INSERT INTO pairs_of_papers
SELECT one.id, other.id FROM old.papers AS one JOIN new.papers AS other ON other.title_key = one.title_key
WHERE one.arxiv_id IS NULL AND other.arxiv_id IS NULL
"""
# A title alone stands for the one paper at arXiv of that title, as in catalog/load/identity.py.
_PAPERS_THAT_GOT_AN_ARXIV_ID = """
WITH alone AS (
  SELECT id, title_key FROM {alone}.papers
  WHERE arxiv_id IS NULL AND id NOT IN (SELECT {alone}_id FROM pairs_of_papers)
),
known AS (
  SELECT alone.id AS alone_id, papers.id FROM alone
  JOIN {named}.papers AS papers ON papers.title_key = alone.title_key AND papers.arxiv_id IS NOT NULL
  UNION
  SELECT alone.id, papers.id FROM alone
  JOIN {named}.paper_variants AS kept ON kept.title_key = alone.title_key
  JOIN {named}.papers AS papers ON papers.id = kept.paper_id AND papers.arxiv_id IS NOT NULL
)
INSERT INTO pairs_of_papers ({alone}_id, {named}_id)
SELECT alone_id, min(id) FROM known GROUP BY alone_id HAVING count(*) = 1
"""

_REPOSITORIES = """
INSERT INTO pairs_of_repositories
SELECT one.id, other.id FROM old.repositories AS one
JOIN new.repositories AS other ON other.host = one.host AND other.owner = one.owner AND other.name = one.name
"""

# In the terms of the new file; what stands in a document or digest that is not there has no counterpart.
_SAID = """
CREATE TABLE said_in_{side} AS
SELECT id, key || ' ' || row_number() OVER (PARTITION BY key ORDER BY id) AS key FROM (
  SELECT said.id, json_array(document.new_id, digest.new_id, said.position, links.url_key, said.asserted_by, said.field,
    said.verbatim, said.line, said.char_start) AS key
  FROM {side}.link_assertions AS said JOIN {side}.links AS links ON links.id = said.link_id
  JOIN pairs_of_source_documents AS document ON document.{side}_id = said.source_document_id
  LEFT JOIN pairs_of_digests AS digest ON digest.{side}_id = said.digest_id
  WHERE said.digest_id IS NULL OR digest.new_id IS NOT NULL
)
"""
_ASSERTIONS = """
INSERT INTO pairs_of_link_assertions
SELECT one.id, other.id FROM said_in_old AS one JOIN said_in_new AS other ON other.key = one.key
"""


_STATEMENTS: Final = (
    _DOCUMENTS,
    _DIGESTS_OF_ONE_DOCUMENT,
    _DIGESTS_OF_ONE_NAME,
    _PAPERS_OF_ONE_ARXIV_ID,
    _PAPERS_OF_ONE_TITLE,
    _PAPERS_THAT_GOT_AN_ARXIV_ID.format(alone="old", named="new"),
    _PAPERS_THAT_GOT_AN_ARXIV_ID.format(alone="new", named="old"),
    _REPOSITORIES,
    _SAID.format(side="old"),
    _SAID.format(side="new"),
    "CREATE INDEX keys_in_new ON said_in_new (key)",
    _ASSERTIONS,
)
STEP_COUNT: Final = len(_STATEMENTS)
"""How often `pair_rows` calls `on_step`."""


def pair_rows(connection: sqlite3.Connection, on_step: Callable[[], None]) -> None:
    """Fill the tables of pairs. Time and room on disk grow with the files, memory does not."""
    for table in PAIRED:
        connection.execute(f"CREATE TABLE pairs_of_{table} (old_id INTEGER NOT NULL, new_id INTEGER NOT NULL)")
        for side in ("old", "new"):
            connection.execute(f"CREATE INDEX {side}_of_{table} ON pairs_of_{table} ({side}_id)")
    for statement in _STATEMENTS:
        connection.execute(statement)
        on_step()
