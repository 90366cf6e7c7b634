"""Documents -> a lake: what is new is read, the tables are made anew, and the manifest is replaced at the end."""

# pyarrow has no types.
# mypy: disable-error-code="import-untyped"
from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from catalog.errors import CatalogError, ExitCode, Fault, exit_code_of_writing
from catalog.lake.files import hashed_files
from catalog.lake.layout import FORMAT, Lake, Manifest
from catalog.lake.mapping import applied, few_rows
from catalog.lake.reading import hasher
from catalog.lake.schema import shaped
from catalog.lake.tables import define_tables, read_evidence
from catalog.lake.tuning import is_in_one_part, task_count, tune, work_size
from catalog.lake.views import Views
from catalog.lake.writing import WRITTEN, keep, writer
from catalog.load.account import LoadTerms
from catalog.models import metadata
from catalog.release.order import primary_key

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from sqlalchemy import Table

_MOST_FAULTS: Final = 1000
_WRITERS: Final = 4

PARTITIONED: Final = {"papers": "publication_year"}
"""Table -> the column that names its folders. A year of papers is what people ask for, and the one column that is known
of nearly every paper. The other tables lie in the order of their keys, so that the bounds of each file say what is in
it."""


@dataclass(frozen=True, slots=True)
class Build:
    """What a build did: what the lake holds now (None where there is still none), and how many documents were new.

    `has_cleared` where an earlier build had been stopped before its end, and what it left was deleted.
    """

    manifest: Manifest | None
    new_document_count: int
    reject_count: int
    faults: tuple[Fault, ...]
    has_cleared: bool


def build_lake(
    session: SparkSession, lake: Lake, paths: Sequence[Path], terms: LoadTerms, format_name: str | None = None
) -> Build:
    """Add the documents at `paths` to the lake, which is made where there is none; the caller is alone with it.

    Documents that are there are not read again. What is wrong with one is told, and the others go on. Raises
    CatalogError where the lake cannot be used, and what Spark raises.
    """
    before = lake.manifest_or_none()
    has_cleared = lake.clear(before)
    number = before.build + 1 if before else 1
    folder = f"evidence/build={number:06d}"
    size = work_size(before, paths)
    tune(session, size)
    _write_evidence(session, lake, before, paths, terms, format_name, number)
    builds = [*(before.evidence if before else []), folder]
    known = _size(lake.folder / name for name in builds)
    # What was set up for so many documents stays: neither Java nor the queries of so much evidence are those of little.
    tune(session, max(size, known), known)
    evidence = read_evidence(session, str(lake.evidence_folder), [Path(name).name for name in builds])
    documents = evidence["document"].where(_of_build("copy_id", number))
    reject_count, new_count = documents.selectExpr("coalesce(sum(reject_count), 0)", "count(*)").first() or (0, 0)
    faults = _faults(evidence["fault"].where(_of_build("copy_id", number)))
    if new_count == 0:
        lake.clear(before)
        return Build(before, 0, 0, faults, has_cleared)
    tables = f"tables-{number:06d}"
    write_tables(session, lake.folder / tables, lake.folder / f"staging-{number:06d}", evidence)
    files = hashed_files(session, lake.folder, tables, folder)
    if before:
        files["evidence"] = before.files["evidence"] + files["evidence"]
    rows = {name: sum(file.row_count for file in some) for name, some in files.items() if name != "evidence"}
    manifest = Manifest(
        format=FORMAT,
        catalogue_version=terms.catalogue_version,
        schema_revision=terms.schema_revision,
        build=number,
        document_count=rows["source_documents"],
        tables_folder=tables,
        evidence=builds,
        row_counts=rows,
        files=files,
    )
    lake.commit(manifest)
    return Build(manifest, new_count, reject_count, faults, has_cleared)


def write_tables(session: SparkSession, folder: Path, staging: Path, evidence: dict[str, DataFrame]) -> None:
    """Write every table that follows from `evidence` into `folder`, a folder each; `staging` is used meanwhile."""
    folder, staging = folder.absolute(), staging.absolute()  # Java may stand elsewhere than this process
    views = Views(session, staging)
    # Several at once: the last tasks of one step leave cores free for the next, and planning it leaves them idle.
    with ThreadPoolExecutor(_WRITERS) as pool:
        try:
            writing = [
                pool.submit(_write_table, views.rows(name), metadata.tables[name], folder / name)
                for name in define_tables(views, evidence)
            ]
            for written in writing:
                written.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    shutil.rmtree(staging)


def _write_table(rows: DataFrame, table: Table, folder: Path) -> None:
    keys = [key.strip() for key in primary_key(table).split(",")]
    by = PARTITIONED.get(table.name)
    ordered = shaped(rows, table).orderBy(*([by] if by else []), *keys)
    writer = ordered.write.partitionBy(by) if by else ordered.write
    writer.parquet(str(folder))


_COPIES_OF_BUILD: Final = 10**12
"""How many copies one build may read: the numbers of copies say in which build they were read, and in which place."""


def _of_build(column: str, number: int) -> str:
    return f"{column} BETWEEN {number * _COPIES_OF_BUILD} AND {(number + 1) * _COPIES_OF_BUILD - 1}"


def _write_evidence(
    session: SparkSession,
    lake: Lake,
    before: Manifest | None,
    paths: Sequence[Path],
    terms: LoadTerms,
    format_name: str | None,
    number: int,
) -> None:
    first = number * _COPIES_OF_BUILD
    listed = {"copy_id": range(first, first + len(paths)), "path": [os.path.abspath(path) for path in paths]}
    tasks = _task_count(session, paths)
    rows = few_rows(session, listed, "copy_id BIGINT, path STRING").repartition(tasks)
    if before:
        rows = _unknown(session, lake, before, rows, terms)
    folder = lake.evidence_folder / f"build={number:06d}"
    is_here = tasks == 1 and is_in_one_part(session)
    try:
        written = applied(rows, writer(terms, format_name, folder.absolute()), WRITTEN, is_here=is_here)
        keep(folder, [row.attempt for row in written.collect()])
    except ConnectionError:
        raise  # of Spark, not of the disk
    except OSError as error:
        raise CatalogError(
            f"{folder}: cannot be written ({error.strerror or error}); make room, or name another folder with --out.",
            exit_code_of_writing(error),
        ) from error


def _task_count(session: SparkSession, paths: Sequence[Path]) -> int:
    """How many tasks read documents: as many as these are worth, and of many documents the same for each core."""
    cores = 1 if is_in_one_part(session) else int(session.sparkContext.defaultParallelism)
    rounds = max(1, -(-task_count(work_size(None, paths)) // cores))
    return max(1, min(len(paths), cores * rounds))


def _unknown(session: SparkSession, lake: Lake, before: Manifest, rows: DataFrame, terms: LoadTerms) -> DataFrame:
    """Return those of `rows` that the lake does not hold: other bytes, another name, or known by an earlier day now."""
    evidence = read_evidence(session, str(lake.evidence_folder), [Path(name).name for name in before.evidence])
    known = evidence["document"].where(f"as_of_date <= '{terms.as_of.isoformat()}'")
    hashed = rows.mapInArrow(hasher(), "copy_id BIGINT, path STRING, name STRING, sha256 STRING").alias("hashed")
    same = "known.file_sha256 = hashed.sha256 AND known.file_name = hashed.name"
    from pyspark.sql.functions import expr

    return hashed.join(known.alias("known"), expr(same), "left_anti").select("copy_id", "path")


def _faults(rows: DataFrame) -> tuple[Fault, ...]:
    """Return what is wrong with documents, in the order of the documents, as far as anybody reads it."""
    found = rows.orderBy("copy_id").select("text", "exit_code").limit(_MOST_FAULTS + 1).collect()
    faults = [_fault(row.text, ExitCode(row.exit_code)) for row in found[:_MOST_FAULTS]]
    if len(found) > _MOST_FAULTS:
        faults.append(
            _fault(f"more than {_MOST_FAULTS} documents could not be read; correct these first", ExitCode.FAILED)
        )
    return tuple(faults)


def _fault(sentence: str, exit_code: ExitCode) -> Fault:
    return Fault.of(CatalogError(sentence, exit_code))


def _size(folders: Iterable[Path]) -> int:
    return sum(path.stat().st_size for folder in folders for path in folder.rglob("*.parquet"))
