"""The command `catalog export`, thin: parse arguments, call, print. What is heavy is imported when it is needed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from catalog.accounts import progress
from catalog.options import database_option
from catalog.questions import NAMES

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from catalog.export.sources import Source
    from catalog.export.tables import FormatName

_FOLDER = Path("export")


def _table_choice() -> click.Choice[str]:
    # Made late, because the tables take a while to import.
    from catalog.export.sources import table_names

    return click.Choice(table_names())


def _known_tables(context: click.Context, parameter: click.Parameter, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_table_choice().convert(name, parameter, context) for name in names)


def _complete_table(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    return _table_choice().shell_complete(context, parameter, begun)


@click.command()
@click.argument(
    "folder",
    type=click.Path(path_type=Path, file_okay=False, readable=False),
    required=False,
    metavar="[FOLDER]",
    help="Where the files go.  [default: export]",
)
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["documents", "csv", "jsonl", "parquet"]),
    default="documents",
    show_default=True,
    help="What to write: the digests as documents, or tables and questions in one of the other forms.",
)
@click.option(
    "--table",
    "tables",
    multiple=True,
    metavar="NAME",
    callback=_known_tables,
    shell_complete=_complete_table,
    help="Write this table.",
)
@click.option(
    "--question",
    "questions",
    multiple=True,
    type=click.Choice(NAMES),
    metavar="NAME",
    help="Write the answer to this question of the site.",
)
@click.option(
    "--set", "given", multiple=True, metavar="PARAMETER=VALUE", help="What a question asks for; empty where left out."
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, allow_dash=True, readable=False),
    metavar="FILE",
    help="Write one table or question to this file; - is standard output.",
)
@click.option("--facts", is_flag=True, help="Leave out prose of documents: abstracts and rejected text.")
@database_option
def export(
    folder: Path | None,
    format_name: str,
    tables: tuple[str, ...],
    questions: tuple[str, ...],
    given: tuple[str, ...],
    output: Path | None,
    facts: bool,
    database: Path,
) -> None:
    """Write the catalogue for other programs.

    Without --format it writes each digest as a document in the catalogue's own JSON, which `catalog load` reads. As
    csv, jsonl (JSON Lines) or parquet it writes one file for each table, or for each --table and --question.
    Files that are there already are replaced.

    \b
    catalog export my-digests --facts
    catalog export my-tables --format parquet
    catalog export --format csv --question papers_with_code --set year=2024 --output with-code.csv
    """
    if format_name == "documents":
        _refuse_with_documents({"--table": tables, "--question": questions, "--set": given, "--output": output})
        _export_documents(folder or _FOLDER, facts, database)
        return
    if facts:
        raise click.UsageError("--facts goes with --format documents.")
    from catalog.export.sources import table_names

    chosen = _chosen(tables if tables or questions else table_names(), questions, given)
    if output is None:
        _export_into_folder(folder or _FOLDER, chosen, format_name, database)  # type: ignore[arg-type]
        return
    if folder is not None:
        raise click.UsageError("Name a FOLDER or --output, not both.")
    if len(chosen) != 1:
        raise click.UsageError("--output takes one --table or --question.")
    _export_one(output, chosen[0], format_name, database)  # type: ignore[arg-type]


def _refuse_with_documents(options: dict[str, object]) -> None:
    for name, value in options.items():
        if value:
            raise click.UsageError(f"{name} needs --format csv, jsonl or parquet.")


def _export_documents(folder: Path, facts_only: bool, database: Path) -> None:
    from catalog.export.documents import export_documents
    from catalog.terminal import plain

    count = sum(1 for _ in export_documents(database, folder, facts_only=facts_only))
    click.echo(f"Wrote {count} {'document' if count == 1 else 'documents'} to {plain(str(folder))}.")


def _chosen(tables: Sequence[str], questions: Sequence[str], given: Sequence[str]) -> list[Source]:
    from catalog.export.sources import parameters_of, question_source, table_source
    from catalog.questions import question

    known = dict.fromkeys(name for asked in questions for name in parameters_of(question(asked)))
    settings = dict(_setting(text, list(known)) for text in given)
    return [
        *(table_source(name) for name in dict.fromkeys(tables)),
        *(question_source(name, settings) for name in dict.fromkeys(questions)),
    ]


def _setting(text: str, known: Sequence[str]) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise click.BadParameter(f"{text!r} has no '='; write PARAMETER=VALUE.", param_hint="--set")
    if name not in known:
        hint = f"they take {', '.join(known)}" if known else "they take none"
        raise click.BadParameter(f"{name!r} is no parameter of the chosen questions; {hint}.", param_hint="--set")
    if any("\ud800" <= character <= "\udfff" for character in value):  # bytes that Python could not read
        raise click.BadParameter(f"the value of {name!r} is no UTF-8.", param_hint="--set")
    return name, value


def _export_into_folder(folder: Path, chosen: Sequence[Source], format_name: FormatName, database: Path) -> None:
    from catalog.export.tables import export_files
    from catalog.terminal import plain

    targets = [(source, folder / f"{source.name}.{format_name}") for source in chosen]
    export_files(database, targets, format_name, progress=_bar)
    click.echo(f"Wrote {len(targets)} {'file' if len(targets) == 1 else 'files'} to {plain(str(folder))}.")


def _export_one(output: Path, source: Source, format_name: FormatName, database: Path) -> None:
    from catalog.export.outputs import is_stream, standard_output, stream
    from catalog.export.tables import export_files, export_stream, no_progress
    from catalog.terminal import plain

    if str(output) == "-":
        on_terminal = sys.stdout.isatty()
        if on_terminal and format_name == "parquet":
            raise click.UsageError("Parquet is nothing to read on a terminal; name a file with --output.")
        with standard_output() as file:
            export_stream(database, source, file, format_name, progress=no_progress if on_terminal else _bar)
    elif is_stream(output):
        with stream(output) as file:
            export_stream(database, source, file, format_name, progress=_bar)
    else:
        export_files(database, [(source, output)], format_name, progress=_bar)
        click.echo(f"Wrote {plain(str(output))}.")


def _bar(length: int) -> Any:
    return progress(length, "Exporting")
