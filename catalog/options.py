"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

from catalog.completion import complete_format

database_option = click.option(
    "-d",
    "--database",
    type=click.Path(path_type=Path, readable=False),  # whoever opens it says what is wrong
    default=Path("catalog.db"),
    show_default=True,
    metavar="FILE",
    help="The catalogue file.",
)

format_option = click.option(
    "--format",
    "format_name",
    metavar="FORMAT",
    shell_complete=complete_format,
    help="Read as this format instead of recognising it.",
)

as_of_option = click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="The digests existed by this day: upper bound of their dates.  [default: today]",
)
