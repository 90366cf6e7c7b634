"""The command `catalog merge`, thin: parse arguments, call, print. What is heavy is imported when it is needed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from catalog.options import database_option

if TYPE_CHECKING:
    from catalog.errors import Fault
    from catalog.load import Account


@click.command()
@click.argument(
    "others",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, readable=False),
    metavar="OTHER...",
    help="Catalogue files of others; they may be of older versions.",
)
@database_option
def merge(others: tuple[Path, ...], database: Path) -> None:
    """Load the documents of other people's catalogue files.

    Nothing is lost and nothing is there twice: it is as if both people's documents were loaded into one file. OTHER is
    only read. One of an older version is upgraded in a temporary copy, and one that holds anything but a catalogue is
    refused. Where a merge was stopped, run it again.

    \b
    catalog merge from-ada.db
    catalog merge from-ada.db from-bo.db -d our.db
    """
    from catalog.accounts import print_accounts, progress
    from catalog.load import load_terms
    from catalog.merge.session import merge_files

    faults: list[Fault] = []

    def accounts() -> Iterator[Account]:
        with progress(2 * len(others), "Merging") as step:
            yield from merge_files(
                others, database, load_terms(), on_error=faults.append, on_step=step, on_count=step.expect
            )

    print_accounts(accounts(), faults)
