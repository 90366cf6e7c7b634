"""The commands, thin: parse arguments, call, print. What is heavy is imported by the command that needs it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from catalog.accounts import print_accounts, progress
from catalog.diff import diff
from catalog.errors import CatalogError
from catalog.fetch.command import fetch
from catalog.merge import merge
from catalog.options import database_option
from catalog.show import show

if TYPE_CHECKING:
    from catalog.load import Account

MINIMUM_SQLITE = (3, 37, 0)  # STRICT tables


class _Commands(click.Group):
    """Turns what a person can cause into one sentence on standard error and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except CatalogError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="paper-catalog", prog_name="catalog")
def main() -> None:
    """A relational catalogue of research papers in one SQLite file.

    Reads the digests that announce papers and keeps which paper, whose code, on which day.
    """
    if sqlite3.sqlite_version_info < MINIMUM_SQLITE:
        needed = ".".join(map(str, MINIMUM_SQLITE))
        raise CatalogError(f"SQLite {sqlite3.sqlite_version} is too old, {needed} is needed; use a newer Python.")


@main.command()
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option("--format", "format_name", metavar="FORMAT", help="Read as this format instead of recognising it.")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="The digests existed by this day: upper bound of their dates.  [default: today]",
)
@click.option("--year", type=click.IntRange(2023, 9999), help="State the year of digests that print none.")
@database_option
def load(
    sources: tuple[str, ...], format_name: str | None, as_of: datetime | None, year: int | None, database: Path
) -> None:
    """Read documents and load them: files, folders, or - for standard input.

    Without SOURCE it loads the digests that come with the catalogue. Loading a document again changes nothing.
    """
    from catalog.documents import find_documents
    from catalog.load import load_documents, load_terms
    from catalog.resources import resource

    _check_format(format_name)
    terms = load_terms(as_of=_day(as_of), year=year)
    paths = list(find_documents(sources or [resource("seeds")]))
    faults: list[str] = []

    def accounts() -> Iterator[Account]:
        with progress(len(paths), "Loading") as step:
            yield from load_documents(
                paths, database, terms, format_name=format_name, on_error=faults.append, on_document=step
            )

    print_accounts(accounts(), faults)


def _check_format(format_name: str | None) -> None:
    from catalog.readers import format_names

    if format_name is not None and format_name not in format_names():
        known = ", ".join(f"'{name}'" for name in format_names())
        raise click.BadParameter(f"{format_name!r} is not one of {known}.", param_hint="--format")


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


@main.command()
@database_option
def migrate(database: Path) -> None:
    """Upgrade an older file to the schema of this version, after a backup."""
    from catalog.checks import is_settled
    from catalog.load import settle_again
    from catalog.migrate import migrate_catalog

    done = migrate_catalog(database)
    # An earlier upgrade may have been stopped before this.
    merged = 0 if done.backup is None and is_settled(database) else settle_again(database)
    if done.backup is None:
        click.echo(f"{database} has the schema of this version already (revision {done.after}).")
    else:
        click.echo(f"{database} was upgraded from revision {done.before} to {done.after}.")
    if merged:
        one, many = (
            "1 paper turned out to be another one of the file and was merged into it.",
            (f"{merged} papers turned out to be others of the file and were merged into them."),
        )
        click.echo(one if merged == 1 else many)
    if done.backup is not None:
        click.echo(f"The file as it was is {done.backup}; to go back, put it in the place of {database}.")


@main.command()
@click.argument("file", type=click.Path(path_type=Path), required=False, metavar="[FILE]")
@database_option
@click.pass_context
def check(context: click.Context, file: Path | None, database: Path) -> None:
    """Check the file, its references, its search index and every rule of the catalogue.

    Of a release also its form, and the files beside it. FILE is the same as --database FILE.
    """
    from catalog.checks import check_catalog
    from catalog.release import check_release

    if file is not None:
        if context.get_parameter_source("database") is not click.core.ParameterSource.DEFAULT:
            raise click.UsageError("Name one file: FILE or --database FILE.")
        database = file
    results = [*check_catalog(database), *check_release(database)]
    for result in results:
        click.echo(f"{'FAILED' if result.broken else 'ok':<8}{result.name}: {result.rule}")
        for row in result.broken:
            click.echo(f"{'':<8}{row}")
    broken = [result.name for result in results if result.broken]
    if broken:
        raise CatalogError(
            f"{database}: {len(broken)} of {len(results)} checks failed ({', '.join(broken)}); "
            "restore it from a backup, or load the documents into a new file."
        )


@main.command()
@database_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8001, show_default=True, help="Port to listen on.")
@click.option("--open", "open_browser", is_flag=True, help="Open the browser, too.")
def serve(database: Path, host: str, port: int, open_browser: bool) -> None:
    """Publish the file with Datasette, read-only, with everything set."""
    from catalog.serve import serve as serve_site

    serve_site(database, host, port, open_browser)


@main.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True, help="Most results to show.")
@database_option
def search(words: tuple[str, ...], limit: int, database: Path) -> None:
    """Find papers by words in title and abstract, best first."""
    from catalog.search import search_papers
    from catalog.terminal import result_lines

    results = search_papers(database, " ".join(words), most=limit)
    for line in result_lines(results):
        click.echo(line)
    if not results:
        click.echo("No paper matches.", err=True)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path("export"), metavar="[FOLDER]")
@click.option("--facts", is_flag=True, help="Leave out prose: abstracts and rejected text.")
@database_option
def export(folder: Path, facts: bool, database: Path) -> None:
    """Write the digests as documents in the catalogue's own JSON, one file each, into FOLDER (default: export)."""
    from catalog.export import export_documents

    count = sum(1 for _ in export_documents(database, folder, facts_only=facts))
    click.echo(f"Wrote {count} {'document' if count == 1 else 'documents'} to {folder}.")


@main.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@database_option
def release(file: Path, database: Path) -> None:
    """Write one clean file to hand on, with its checksum and a description beside it.

    The same documents give the same bytes, whatever was loaded when and in which order. Example:

        catalog release papers.db
    """
    from catalog.release import STEP_COUNT, release_catalog

    with progress(STEP_COUNT, "Releasing") as step:
        sha256 = release_catalog(database, file, on_step=step)
    click.echo(f"Wrote {file} (SHA-256 {sha256}) and, beside it, {file.name}.sha256, .json and .inspect.json.")


main.add_command(fetch)
main.add_command(show)
main.add_command(diff)
main.add_command(merge)
