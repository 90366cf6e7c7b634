"""A part of a lake that is a catalogue of its own: all documents that speak of some papers, whole.

What papers are, which day a digest is of, and all other derived facts follow from these documents alone, as if nobody
had loaded any other.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from catalog.errors import CatalogError, ExitCode
from catalog.lake.layout import TABLES, Lake

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_PAPERS: Final = {
    "year": "SELECT id AS paper_id FROM papers WHERE publication_year = CAST(:value AS BIGINT)",
    "owner": """
        SELECT paper_links.paper_id FROM paper_links
        JOIN links ON links.id = paper_links.link_id JOIN repositories ON repositories.id = links.repository_id
        WHERE lower(repositories.owner) = lower(:value)
    """,
}
_MOST_CHARACTERS: Final = 200

_HASHES: Final = """
SELECT DISTINCT document.sha256 FROM source_documents AS document JOIN (
  SELECT digests.source_document_id, entry.paper_id FROM digest_entries AS entry
  JOIN digests ON digests.id = entry.digest_id
  UNION ALL SELECT source_document_id, paper_id FROM paper_records
) AS mention ON mention.source_document_id = document.id
LEFT SEMI JOIN chosen_papers AS chosen ON chosen.paper_id = mention.paper_id
"""


@dataclass(frozen=True, slots=True)
class Condition:
    """What the papers must have: a `year` of publication, or a repository of an `owner`."""

    name: str
    value: str


def parse_condition(text: str) -> Condition:
    """Return the condition that `text` (`year=2024`, `owner=NAME`) states. Raises ValueError for anything else."""
    name, equals, value = text.partition("=")
    if not equals or name not in _PAPERS or not value or len(value) > _MOST_CHARACTERS:
        raise ValueError(f"{text[:_MOST_CHARACTERS]!r} is no condition; write year=2024 or owner=NAME.")
    if name == "year" and not (value.isascii() and value.isdigit() and len(value) == 4):
        raise ValueError(f"{value!r} is no year; write four digits, such as year=2024.")
    return Condition(name, value)


@contextmanager
def slice_tables(
    lake: Lake, conditions: Sequence[Condition], master: str, settings: Mapping[str, str]
) -> Iterator[dict[str, list[Path]]]:
    """Give the Parquet files of each table of the slice, which are gone after the block.

    Raises CatalogError where the lake cannot be used, no document speaks of such papers, or Spark fails.
    """
    manifest = lake.manifest()
    from catalog.lake.build import write_tables
    from catalog.lake.session import spark_session, told_as_sentence
    from catalog.lake.tables import read_evidence
    from catalog.lake.tuning import start_settings, tune, work_size

    own = start_settings(work_size(manifest, ()))
    with tempfile.TemporaryDirectory(prefix="catalog-lake-") as scratch:
        folder, log = Path(scratch), Path(scratch, "spark.log")
        with spark_session(master, own | dict(settings), log) as session, told_as_sentence("The export", log):
            tune(session, work_size(manifest, ()))
            builds = [Path(name).name for name in manifest.evidence]
            hashes = _hashes(session, {name: lake.table_folder(manifest, name) for name in TABLES}, conditions)
            evidence = _of_documents(read_evidence(session, str(lake.evidence_folder), builds), hashes)
            if evidence["document"].isEmpty():
                asked = " and ".join(f"{condition.name}={condition.value}" for condition in conditions)
                raise CatalogError(f"{lake.folder}: no document speaks of papers with {asked}.", ExitCode.NO_INPUT)
            write_tables(session, folder / "tables", folder / "staging", evidence)
        yield {name: sorted((folder / "tables" / name).rglob("*.parquet")) for name in TABLES}


def _hashes(session: SparkSession, tables: Mapping[str, Path], conditions: Sequence[Condition]) -> DataFrame:
    for name, folder in tables.items():
        rows: Any = session.read.parquet(str(folder.absolute()))
        rows.createOrReplaceTempView(name)
    chosen = [session.sql(_PAPERS[condition.name], {"value": condition.value}) for condition in conditions]
    papers = chosen[0]
    for other in chosen[1:]:
        papers = papers.join(other, "paper_id", "left_semi")
    papers.createOrReplaceTempView("chosen_papers")
    return session.sql(_HASHES)


def _of_documents(evidence: Mapping[str, DataFrame], hashes: DataFrame) -> dict[str, DataFrame]:
    copies = evidence["document"].join(hashes, "sha256", "left_semi").select("copy_id")
    return {piece: rows.join(copies, "copy_id", "left_semi") for piece, rows in evidence.items()}
