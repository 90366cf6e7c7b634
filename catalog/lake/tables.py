"""Evidence -> every table of the catalogue, as views; nothing is computed before somebody reads them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from catalog.lake.dates import define_dates
from catalog.lake.derived import define_derived
from catalog.lake.documents import define_documents
from catalog.lake.entries import define_entries
from catalog.lake.evidence import PIECES
from catalog.lake.links import define_links
from catalog.lake.papers import define_papers
from catalog.lake.schema import evidence_type
from catalog.lake.texts import define_texts
from catalog.lake.tuning import gathered
from catalog.lake.views import Views

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


_STEPS: Final[tuple[tuple[Callable[[Views], None], tuple[str, ...]], ...]] = (
    (define_documents, ("source_documents", "loads", "rejects")),
    (define_papers, ()),
    (define_links, ("link_assertions", "paper_links", "paper_link_roles", "links", "repositories")),
    (define_dates, ()),
    (define_derived, ("digests", "paper_categories")),
    (define_texts, ("papers", "paper_variants", "paper_authors", "authors")),
    (define_entries, ("digest_entries", "paper_records")),
)
"""What defines tables, and which, each after those that it reads. Dates are many small steps: the tables of links are
written meanwhile."""


def read_evidence(session: SparkSession, folder: str, builds: list[str]) -> dict[str, DataFrame]:
    """Return the evidence of `builds`, which lie in `folder`, by kind of row."""
    folder = os.path.abspath(folder)  # Java may stand elsewhere than this process
    kind = evidence_type().add("build", "string")
    rows = session.read.schema(kind).option("basePath", folder).parquet(*(f"{folder}/{build}" for build in builds))
    return by_piece(rows)


def by_piece(rows: DataFrame) -> dict[str, DataFrame]:
    """Return flat evidence by kind of row, each with the columns that it fills."""
    of_piece = {piece: rows.where(rows.piece == piece).select("copy_id", *names) for piece, names in PIECES.items()}
    return {piece: gathered(some) for piece, some in of_piece.items()}


def define_tables(views: Views, evidence: Mapping[str, DataFrame]) -> Iterator[str]:
    """Define every table of the lake (`catalog.lake.layout.TABLES`) as a view of its name, from all evidence.

    Yields the name of each as soon as it is defined, so that it can be written while the next ones are worked out.
    """
    for piece, rows in evidence.items():
        views.define(f"evidence_{piece}", rows)
    for define, names in _STEPS:
        define(views)
        yield from names
