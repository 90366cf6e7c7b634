"""A catalogue's own tables as a lake, without Spark: what is asked of it then has one cause less to differ."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet

from catalog.export.sources import table_source
from catalog.export.tables import export_files
from catalog.lake.layout import FORMAT, File, Lake, Manifest
from catalog.migrate import known_revisions

LEFT_OUT = ("schema_comments", "source_licences", "releases")
"""Tables that a lake has not."""


def lake_of(database: Path, folder: Path, tables: tuple[str, ...]) -> Path:
    """Write `tables` of the catalogue at `database` into `folder` as a build would, papers by their year."""
    drafts = folder / "drafts"
    drafts.mkdir(parents=True)
    export_files(database, [(table_source(table), drafts / f"{table}.parquet") for table in tables], "parquet")
    files = {}
    for table in tables:
        rows = pyarrow.parquet.read_table(drafts / f"{table}.parquet")
        place = folder / "tables-000001" / table
        by = ["publication_year"] if table == "papers" else None
        pyarrow.parquet.write_to_dataset(rows, place, partition_cols=by)
        files[table] = [
            File(str(path.relative_to(folder)), path.stat().st_size, "", pyarrow.parquet.read_metadata(path).num_rows)
            for path in sorted(place.rglob("*.parquet"))
        ]
    head = known_revisions()[-1]
    Lake(folder).commit(
        Manifest(
            format=FORMAT,
            catalogue_version="0",
            schema_revision=head,
            build=1,
            document_count=0,
            tables_folder="tables-000001",
            evidence=[],
            row_counts={},
            files=files,
        )
    )
    return folder
