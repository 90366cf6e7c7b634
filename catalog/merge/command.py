"""The command `catalog merge`, thin: parse arguments, call, print. What is heavy is imported when it is needed."""

from __future__ import annotations

from pathlib import Path

import click

from catalog.accounts import print_accounts
from catalog.options import database_option


@click.command()
@click.argument("others", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="OTHER...")
@database_option
def merge(others: tuple[Path, ...], database: Path) -> None:
    """Load the documents of other people's catalogue files into one's own.

    Nothing is lost and nothing is there twice: it is as if both people's documents were loaded into one file. OTHER is
    only read. One of an older version is upgraded in a temporary copy, and one that holds anything but a catalogue is
    refused. Where a merge was stopped, run it again.

    \b
    catalog merge from-ada.db
    catalog merge from-ada.db from-bo.db -d our.db
    """
    from catalog.load import load_terms
    from catalog.merge.session import merge_files

    faults: list[str] = []
    print_accounts(merge_files(others, database, load_terms(), on_error=faults.append), faults)
