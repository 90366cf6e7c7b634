"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

database_option = click.option(
    "-d",
    "--database",
    type=click.Path(path_type=Path, dir_okay=True),
    default=Path("catalog.db"),
    show_default=True,
    metavar="FILE",
    help="The catalogue file.",
)
