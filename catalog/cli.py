"""The commands, thin: parse arguments, call, print. What is heavy is imported by the command that needs it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from catalog.accounts import print_accounts, progress
from catalog.commands import Commands
from catalog.completion import completion
from catalog.errors import CatalogError, Fault
from catalog.options import as_of_option, database_option, format_option

if TYPE_CHECKING:
    from catalog.load import Account

MINIMUM_SQLITE = (3, 37, 0)  # STRICT tables

MODULES = {
    "diff": "catalog.diff.command",
    "export": "catalog.export.command",
    "fetch": "catalog.fetch.command",
    "lake": "catalog.lake.command",
    "merge": "catalog.merge.command",
    "news": "catalog.news.command",
    "show": "catalog.show.command",
}
"""The commands that have a module of their own, by name: it is imported when the command is asked for."""


@click.group(cls=Commands, modules=MODULES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="paper-catalog", prog_name="catalog")
def main() -> None:
    """A relational catalogue of research papers in one SQLite file.

    Reads the digests that announce papers and keeps which paper, whose code, on which day.

    \b
    catalog load
    catalog search graph prompt
    """
    if sqlite3.sqlite_version_info < MINIMUM_SQLITE:
        needed = ".".join(map(str, MINIMUM_SQLITE))
        raise CatalogError(f"SQLite {sqlite3.sqlite_version} is too old, {needed} is needed; use a newer Python.")


@main.command()
@click.argument(
    "sources",
    nargs=-1,
    type=click.Path(allow_dash=True, readable=False),
    metavar="[SOURCE]...",
    help="Files, folders (at any depth), or - for standard input.  [default: the digests that come with the catalogue]",
)
@format_option
@as_of_option
@click.option("--year", type=click.IntRange(2023, 9999), help="State the year of digests that print none.")
@database_option
def load(
    sources: tuple[str, ...], format_name: str | None, as_of: datetime | None, year: int | None, database: Path
) -> None:
    """Read documents and load them into the catalogue.

    Their format is told by their content. Loading a document again changes nothing.

    \b
    catalog load
    catalog load my-digests page.txt --as-of 2026-03-31
    catalog load page.txt --format "pasted page" --year 2026 -d other.db
    """
    from catalog.documents import find_documents
    from catalog.load import load_documents, load_terms
    from catalog.resources import resource

    check_format(format_name)
    terms = load_terms(as_of=_day(as_of), year=year)
    paths = list(find_documents(sources or [resource("seeds")]))
    faults: list[Fault] = []

    def accounts() -> Iterator[Account]:
        with progress(len(paths), "Loading") as step:
            yield from load_documents(
                paths, database, terms, format_name=format_name, on_error=faults.append, on_document=step
            )

    print_accounts(accounts(), faults)


def check_format(format_name: str | None) -> None:
    """Raise click.BadParameter where `--format` names none that is known."""
    from catalog.readers import format_names

    if format_name is not None and format_name not in format_names():
        known = ", ".join(f"'{name}'" for name in format_names())
        raise click.BadParameter(f"{format_name!r} is not one of {known}.", param_hint="--format")


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


@main.command()
@database_option
def migrate(database: Path) -> None:
    """Upgrade an older file to this version, after a backup.

    The backup lies beside it, and what it is called is printed. A file of this version is left as it is.

    \b
    catalog migrate
    catalog migrate -d other.db
    """
    from catalog.migrate import migrate_catalog, upgrade_step_count

    with progress(upgrade_step_count(database), "Upgrading") as step:
        done = migrate_catalog(database, step)
    from catalog.checks import is_settled

    # An earlier upgrade may have been stopped before this.
    if done.backup is None and is_settled(database):
        merged = 0
    else:
        from catalog.load import settle_again

        merged = settle_again(database)
    from catalog.terminal import plain

    name = plain(str(database))
    if done.backup is None:
        click.echo(f"{name} has the schema of this version already (revision {done.after}).")
    else:
        click.echo(f"{name} was upgraded from revision {done.before} to {done.after}.")
    if merged:
        one, many = (
            "1 paper turned out to be another one of the file and was merged into it.",
            (f"{merged} papers turned out to be others of the file and were merged into them."),
        )
        click.echo(one if merged == 1 else many)
    if done.backup is not None:
        click.echo(f"The file as it was is {plain(str(done.backup))}; to go back, put it in the place of {name}.")


@main.command()
@click.argument(
    "file",
    type=click.Path(path_type=Path, readable=False),
    required=False,
    metavar="[FILE]",
    help="The same as --database FILE; name it once.",
)
@click.option("--repair-index", is_flag=True, help="First make indexes and search index again where they are damaged.")
@click.option("--sizes", "shows_sizes", is_flag=True, help="Say what tables and indexes take, instead of checking.")
@database_option
@click.pass_context
def check(context: click.Context, file: Path | None, repair_index: bool, shows_sizes: bool, database: Path) -> None:
    """Check the file and every rule of the catalogue.

    Its soundness, schema, references and search index, and every rule of what is in it; of a release also its form, and
    the files beside it.

    \b
    catalog check
    catalog check papers.db
    catalog check --sizes
    """
    from catalog.checks import CHECK_COUNT, check_catalog, failure
    from catalog.release.form import check_release

    if file is not None:
        if context.get_parameter_source("database") is not click.core.ParameterSource.DEFAULT:
            raise click.UsageError("Name one file: FILE or --database FILE.")
        database = file
    if shows_sizes:
        if repair_index:
            raise click.UsageError("Name one of --sizes and --repair-index.")
        from catalog.sizes import size_lines, sizes

        for line in size_lines(sizes(database)):
            click.echo(line)
        return
    if repair_index:
        from catalog.repair import repair_sentence
        from catalog.terminal import plain

        click.echo(plain(repair_sentence(database)))
    results = []
    with progress(CHECK_COUNT, "Checking") as step:
        for result in chain(check_catalog(database), check_release(database)):
            results.append(result)
            step()
    for result in results:
        click.echo(f"{'FAILED' if result.broken else 'ok':<8}{result.name}: {result.rule}")
        for row in result.broken:
            click.echo(f"{'':<8}{row}")
    sentence = failure(database, results)
    if sentence is not None:
        raise CatalogError(sentence)


@main.command()
@database_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8001, show_default=True, help="Port to listen on.")
@click.option("--open", "open_browser", is_flag=True, help="Open the browser, too.")
def serve(database: Path, host: str, port: int, open_browser: bool) -> None:
    """Publish the file with Datasette, read-only.

    The address is printed once it answers there. A file that is served must not change: stop it before a load.

    \b
    catalog serve
    catalog serve --port 8080 --open
    """
    from catalog.serve import serve as serve_site

    serve_site(database, host, port, open_browser)


@main.command()
@click.argument("words", nargs=-1, required=True, help='Each must be there; "two words" in quotes stand together.')
@click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True, help="Most results to show.")
@database_option
def search(words: tuple[str, ...], limit: int, database: Path) -> None:
    """Find papers by words in title and abstract, best first.

    \b
    catalog search graph prompt
    catalog search '"soft prompt"' tuning --limit 3
    """
    from catalog.search import search_papers
    from catalog.terminal import result_lines

    results = search_papers(database, " ".join(words), most=limit)
    for line in result_lines(results):
        click.echo(line)
    if not results:
        click.echo("No paper matches.", err=True)


@main.command()
@click.argument(
    "file",
    type=click.Path(path_type=Path, readable=False),
    metavar="FILE",
    help="The file to write; an earlier release there is replaced.",
)
@database_option
def release(file: Path, database: Path) -> None:
    """Write one clean file to hand on, with its checksum.

    A description and inspect data for Datasette go beside it, too. The same documents give the same bytes, whatever was
    loaded when and in which order.

    \b
    catalog release papers.db
    """
    from catalog.release import STEP_COUNT, release_catalog
    from catalog.terminal import plain

    with progress(STEP_COUNT, "Releasing") as step:
        sha256 = release_catalog(database, file, on_step=step)
    written, beside = plain(str(file)), plain(file.name)
    click.echo(f"Wrote {written} (SHA-256 {sha256}) and, beside it, {beside}.sha256, .json and .inspect.json.")


main.add_command(completion)
