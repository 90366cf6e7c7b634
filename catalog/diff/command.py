"""The command `catalog diff`, thin: parse arguments, compare, print. What is heavy is imported when it is needed."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path

import click

_LIMIT = 20

_file = click.Path(path_type=Path, readable=False)


@click.command()
@click.argument("old", type=_file, help="The catalogue file to compare with; it may be of an older version.")
@click.argument("new", type=_file, help="The catalogue file that is compared.")
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["text", "markdown", "json"]),
    default="text",
    show_default=True,
    help="What to print.",
)
@click.option(
    "--limit",
    type=click.IntRange(0),
    metavar="NUMBER",
    help=f"Most things in each list.  [default: {_LIMIT}, and all of them as JSON]",
)
@click.option("--exit-code", is_flag=True, help="Exit with 1 where the files differ.")
def diff(old: Path, new: Path, format_name: str, limit: int | None, exit_code: bool) -> None:
    """Show what is new, gone and changed between two files.

    Documents, digests, dates, papers, links and repositories are matched by what they are called, never by row id.
    Neither file is written to, and one of an older version is upgraded in a temporary copy.

    \b
    catalog diff last-week.db catalog.db
    catalog diff last-week.db catalog.db --format json
    """
    from catalog.accounts import progress
    from catalog.diff.compare import STEP_COUNT, compared
    from catalog.diff.report import Names, json_pieces, markdown_lines, text_lines

    names = Names(str(old), str(new))
    with ExitStack() as stack:
        with progress(STEP_COUNT, "Comparing") as step:
            comparison = stack.enter_context(compared(old, new, on_step=step))
        if format_name == "json":
            for piece in json_pieces(comparison, names, limit):
                click.echo(piece, nl=False)
        else:
            lines = text_lines if format_name == "text" else markdown_lines
            for line in lines(comparison, names, _LIMIT if limit is None else limit):
                click.echo(line)
        differs = not comparison.is_empty
    if exit_code and differs:
        sys.exit(1)
