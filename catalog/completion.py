"""Completion in the shell: the command that prints its script, and what is offered for formats and names."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import click
from click.shell_completion import BashComplete, CompletionItem, add_completion_class, get_completion_class

PROGRAM: Final = "catalog"
VARIABLE: Final = "_CATALOG_COMPLETE"
"""What click reads its orders from when a shell asks; it is made of the name of the program."""

# A name that could be an option, or that a shell would act on, is not offered: names come from strangers.
_HARMLESS: Final = re.compile(r"\w[\w@%+=:,./ -]*")
_MOST_NAMES: Final = 30
_WAIT_SECONDS: Final = 0.2

_NAMES: Final = r"""
SELECT * FROM (
  SELECT name FROM digests WHERE name LIKE :start ESCAPE '\' ORDER BY name LIMIT :most
) UNION ALL SELECT * FROM (
  SELECT owner || '/' || name FROM repositories WHERE owner || '/' || name LIKE :start ESCAPE '\' ORDER BY 1 LIMIT :most
) UNION ALL SELECT * FROM (
  SELECT arxiv_id FROM papers WHERE arxiv_id LIKE :start ESCAPE '\' ORDER BY arxiv_id LIMIT :most
)
"""


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]), help="The shell that is to complete.")
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script that makes a shell complete.

    It completes commands, options, files, formats and names in the catalogue. In bash or zsh, `eval` what is printed in
    ~/.bashrc or ~/.zshrc; in fish, put it into a file.

    \b
    eval "$(catalog completion bash)"
    catalog completion fish > ~/.config/fish/completions/catalog.fish
    """
    found = get_completion_class(shell)
    if found is None:
        raise AssertionError("click brings the completion of these shells")
    click.echo(found(context.find_root().command, {}, PROGRAM, VARIABLE).source())


class _QuotedBash(BashComplete):
    """Click's own, which leaves it to the value to be quoted for the command line."""

    def format_completion(self, item: CompletionItem[Any]) -> str:
        # Click's script reads a line with `read`, which takes one backslash of two away.
        return f"{item.type},{item.value}".replace(" ", r"\\ ")


add_completion_class(_QuotedBash)


def complete_format(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the formats that begin with `incomplete`."""
    from catalog.readers import format_names

    return [name for name in format_names() if name.startswith(incomplete)]


def complete_name(context: click.Context, parameter: click.Parameter, incomplete: str) -> Sequence[str]:
    """Return digests, repositories and arXiv ids that begin with `incomplete`, from the catalogue that is named."""
    database = context.params.get("database") or Path("catalog.db")
    start = re.sub(r"([\\%_])", r"\\\1", incomplete) + "%"
    if not database.is_file():
        return []  # who opens a pipe waits for somebody to write into it
    try:
        uri = f"{database.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=_WAIT_SECONDS)) as connection:
            connection.execute("PRAGMA trusted_schema = OFF")
            found = connection.execute(_NAMES, {"start": start, "most": _MOST_NAMES}).fetchall()
    except (sqlite3.Error, UnicodeDecodeError):
        return []  # no catalogue, or one that is being written to: nothing is offered
    return [name for (name,) in found if _HARMLESS.fullmatch(name)]
