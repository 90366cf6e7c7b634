"""The commands `catalog lake …`, thin: parse arguments, call, print. What is heavy is imported when it is needed."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from catalog.errors import CatalogError, ExitCode, Fault
from catalog.options import as_of_option, database_option, format_option

if TYPE_CHECKING:
    from catalog.lake.build import Build

_master_option = click.option(
    "--master",
    default="local[*]",
    show_default=True,
    metavar="URL",
    help="Where Spark runs: in this process, or a cluster such as spark://host:7077.",
)


def _settings(context: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    pairs = [text.partition("=") for text in given]
    for name, equals, _ in pairs:
        if not equals or not name.startswith("spark."):
            raise click.BadParameter(f"{name!r} is no setting of Spark; write spark.NAME=VALUE.")
    return {name: value for name, _, value in pairs}


_conf_option = click.option(
    "--conf",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_settings,
    help="A setting of Spark, such as spark.driver.memory=8g.",
)


@click.group()
def lake() -> None:
    """Build the same catalogue as Parquet tables with Apache Spark.

    For more documents than one process loads in reasonable time. It needs Java 17 and the package pyspark.

    \b
    catalog lake build my-digests --out my-lake
    catalog lake export my-lake -d papers.db
    """


@lake.command()
@click.argument(
    "sources",
    nargs=-1,
    required=True,
    type=click.Path(),
    metavar="SOURCE...",
    help="Files and folders (at any depth), which every worker must see under the same path.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="DIR",
    help="The folder of the lake: a new one, or one that grows.",
)
@_master_option
@format_option
@as_of_option
@_conf_option
def build(
    sources: tuple[str, ...],
    out: Path,
    master: str,
    format_name: str | None,
    as_of: datetime | None,
    settings: Mapping[str, str],
) -> None:
    """Read documents into a lake.

    Documents that are there are not read again. A build that is stopped leaves the lake as it was.

    \b
    catalog lake build my-digests --out my-lake
    catalog lake build my-digests --out my-lake --master spark://localhost:7077
    """
    from catalog.cli import check_format
    from catalog.documents import STANDARD_INPUT, DocumentError, find_documents
    from catalog.load import load_terms

    check_format(format_name)
    if STANDARD_INPUT in sources:
        raise click.UsageError("A lake reads files and folders, which every worker can see, and no standard input.")
    terms = load_terms(as_of=None if as_of is None else as_of.date())
    found = list(find_documents(sources))
    faults = [Fault.of(path) for path in found if isinstance(path, DocumentError)]
    paths = [path for path in found if isinstance(path, Path)]

    from catalog.lake.layout import Lake
    from catalog.lake.session import spark_session, told_as_sentence
    from catalog.lake.tuning import start_settings, work_size

    place, log = Lake(out), out / "spark.log"
    settings = start_settings(work_size(place.manifest_or_none(), paths)) | dict(settings)
    with place.alone(), spark_session(master, settings, log) as session, told_as_sentence("The build", log):
        from catalog.lake.build import build_lake

        done = build_lake(session, place, paths, terms, format_name)
    _report(done, out, [*faults, *done.faults])


def _report(done: Build, out: Path, faults: list[Fault]) -> None:
    from catalog.accounts import exit_code
    from catalog.terminal import sentence

    if done.has_cleared:
        click.echo(f"An earlier build of {out} was stopped before its end; what it left was deleted.", err=True)
    if done.manifest is not None:
        count, rows = done.new_document_count, done.manifest.row_counts
        click.echo(
            f"Read {count:,} new {'document' if count == 1 else 'documents'}; {out} has "
            f"{rows['source_documents']:,} documents, {rows['papers']:,} papers, {rows['digest_entries']:,} entries, "
            f"{rows['paper_records']:,} records and {rows['link_assertions']:,} assertions of links."
        )
    for fault in faults:
        click.echo(f"Error: {sentence(fault)}", err=True)
    if faults:
        sys.exit(exit_code(faults, is_any_done=done.new_document_count > 0))
    if done.reject_count:
        click.echo(f"{done.reject_count:,} pieces were not understood and kept in the table rejects.")
        sys.exit(ExitCode.FAILED)


@lake.command()
@click.argument(
    "folder", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="The folder of the lake."
)
@click.option(
    "--where",
    "conditions",
    multiple=True,
    metavar="NAME=VALUE",
    help="Only documents that speak of papers of this year (year=2024), or with a repository of this owner "
    "(owner=NAME); several must hold together.",
)
@_master_option
@_conf_option
@database_option
def export(folder: Path, conditions: tuple[str, ...], master: str, settings: Mapping[str, str], database: Path) -> None:
    """Write a lake, or a slice of it, as an ordinary catalogue file.

    The file must be new. It holds what `catalog load` makes of the same documents; a slice is made of whole documents.

    \b
    catalog lake export my-lake -d papers.db
    catalog lake export my-lake -d papers-2024.db --where year=2024
    """
    from catalog.accounts import progress
    from catalog.lake.export import STEP_COUNT, fill_file, whole_tables
    from catalog.lake.layout import Lake

    if conditions:
        from catalog.lake.slices import parse_condition, slice_tables

        try:
            parsed = [parse_condition(text) for text in conditions]
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--where") from error
        if database.exists():
            raise CatalogError(f"{database}: is there already; name a new file.", ExitCode.CANNOT_CREATE)
        with slice_tables(Lake(folder), parsed, master, settings) as tables:
            written = fill_file(tables, database)
    else:
        tables = whole_tables(Lake(folder))
        with progress(STEP_COUNT, "Exporting") as step:
            written = fill_file(tables, database, step)
    counts = written.counts
    click.echo(
        f"Wrote {database}: {counts['source_documents']:,} documents, {counts['papers']:,} papers, "
        f"{counts['digest_entries']:,} entries."
    )
    if written.broken_rules:
        raise CatalogError(
            f"{database}: its documents contradict themselves or each other ({', '.join(written.broken_rules)}); "
            f"`catalog check -d {database}` shows where."
        )
