"""The search index over `papers`, which Datasette finds by its spelling."""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    event,
)

from catalog.models.papers import papers

SEARCH_TABLE = "papers_fts"
# The abstract is first because FTS5 marks, in two bytes, each place of a word outside of the first column: most words
# stand in the abstract alone, and the index is smaller by more than a quarter.
SEARCH_INDEX_DDL = (
    'CREATE VIRTUAL TABLE "papers_fts" USING FTS5 (\n'
    '    "abstract", "title",\n'
    "    tokenize='porter unicode61 remove_diacritics 2',\n"
    '    content="papers", content_rowid="id"\n)',
    'CREATE TRIGGER "papers_ai" AFTER INSERT ON "papers" BEGIN\n'
    '  INSERT INTO "papers_fts" (rowid, "title", "abstract") VALUES (new."id", new."title", new."abstract");\nEND',
    'CREATE TRIGGER "papers_ad" AFTER DELETE ON "papers" BEGIN\n'
    '  INSERT INTO "papers_fts" ("papers_fts", rowid, "title", "abstract")\n'
    '  VALUES (\'delete\', old."id", old."title", old."abstract");\nEND',
    'CREATE TRIGGER "papers_au" AFTER UPDATE OF "id", "title", "abstract" ON "papers" BEGIN\n'
    '  INSERT INTO "papers_fts" ("papers_fts", rowid, "title", "abstract")\n'
    '  VALUES (\'delete\', old."id", old."title", old."abstract");\n'
    '  INSERT INTO "papers_fts" (rowid, "title", "abstract") VALUES (new."id", new."title", new."abstract");\nEND',
)
"""The search index over `papers` and the triggers that keep it, in the spelling by which Datasette finds it."""

for _statement in SEARCH_INDEX_DDL:
    event.listen(papers, "after_create", DDL(_statement))  # type: ignore[no-untyped-call]
