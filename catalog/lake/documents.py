"""Evidence -> documents and their digests: which copy speaks for a document, and what digests are called.

The rules are those of `catalog.load.names` and `catalog.load.document`, said of all copies at once.
"""

# ruff: noqa: S608 - every part of a statement is a constant of ours

from __future__ import annotations

from typing import Final

from catalog.lake.views import Views
from catalog.release.order import ORDER

# Of copies one that was read whole speaks for the document. The name is the one that dates a digest, else the first.
_COPIES: Final = """
SELECT *,
  row_number() OVER (PARTITION BY sha256 ORDER BY is_complete DESC, is_dated DESC, name, copy_id) AS content_place,
  row_number() OVER (PARTITION BY sha256 ORDER BY is_dated DESC, name, copy_id) AS name_place,
  min(as_of_date) OVER (PARTITION BY sha256) AS earliest_as_of
FROM evidence_document
"""

_DOCUMENTS: Final = """
SELECT content.copy_id, named.copy_id AS named_copy_id, named.name, content.sha256, content.byte_count,
  content.line_count, content.format, content.is_complete, content.entry_count, content.record_count,
  content.reject_count, content.loaded_at, content.earliest_as_of AS as_of_date, content.catalogue_version,
  content.schema_revision
FROM copies AS content JOIN copies AS named ON named.sha256 = content.sha256 AND named.name_place = 1
WHERE content.content_place = 1
"""

_LOADS: Final = """
SELECT id, id AS source_document_id, loaded_at, as_of_date, catalogue_version, schema_revision, entry_count,
  NULL AS new_paper_count, NULL AS known_paper_count, NULL AS changed_paper_count, NULL AS link_count, reject_count,
  NULL AS dated_digest_count, record_count, NULL AS merged_paper_count
FROM source_documents
"""

_FROM_NAME: Final = "CASE WHEN named.date_basis = 'file name' THEN named.{0} ELSE content.{0} END AS {0}"

# What a file name says of a digest comes from the copy that has the name.
_PLACED: Final = f"""
SELECT document.id AS source_document_id, document.copy_id, document.sha256, document.as_of_date, document.is_complete,
  content.place, coalesce(named.plain_name, content.plain_name) AS plain_name,
  coalesce(named.marked_name, content.marked_name) AS marked_name, coalesce(named.kind, content.kind) AS kind,
  content.title, content.curator, content.url, content.printed_date,
  CASE WHEN named.copy_id IS NULL THEN content.query ELSE named.query END AS query,
  {", ".join(_FROM_NAME.format(name) for name in ("digest_date", "earliest_date", "latest_date", "date_basis"))}
FROM source_documents AS document
JOIN evidence_digest AS content ON content.copy_id = document.copy_id
LEFT JOIN evidence_digest AS named ON named.copy_id = document.named_copy_id AND named.place = content.place
"""

# A name that is marked with its own document's hash already stands among those of the name before the mark.
_CLAIMS: Final = """
SELECT name, count(*) AS claim_count FROM (
  SELECT plain_name AS name FROM placed_digests
  UNION ALL SELECT substr(plain_name, 1, length(plain_name) - 9) FROM placed_digests
  WHERE length(plain_name) > 9 AND right(plain_name, 9) = '-' || substr(sha256, 1, 8)
) GROUP BY name
"""

_DIGESTS: Final = """
SELECT placed.*, CASE WHEN claim_count = 1 THEN plain_name ELSE marked_name END AS name
FROM placed_digests AS placed JOIN claimed_names ON claimed_names.name = placed.plain_name
"""

_REJECTS: Final = """
SELECT document.id AS source_document_id, said.line_start, said.line_end, said.text, said.reason
FROM evidence_reject AS said JOIN source_documents AS document ON document.copy_id = said.copy_id
"""


def define_documents(views: Views) -> None:
    """Define `source_documents`, `loads`, `rejects`, and `stated_digests`: digests as their documents state them."""
    views.define("copies", _COPIES)
    views.define("documents", _DOCUMENTS)
    views.number("source_documents", "documents", ORDER["source_documents"], is_kept=True)
    views.define("loads", _LOADS)
    views.define("stated_rejects", _REJECTS)
    views.number("rejects", "stated_rejects", ORDER["rejects"])
    views.define("placed_digests", _PLACED)
    views.define("claimed_names", _CLAIMS)
    views.define("named_digests", _DIGESTS)
    views.number("stated_digests", "named_digests", ("source_document_id", "place"), is_kept=True)
