"""The command `catalog show`, thin: parse arguments, ask, print. What is heavy is imported when it is needed."""

from __future__ import annotations

from pathlib import Path

import click

from catalog.completion import complete_name
from catalog.options import database_option


@click.command()
@click.argument(
    "what",
    nargs=-1,
    required=True,
    metavar="WHAT...",
    shell_complete=complete_name,
    help="An id, an address, owner/name, a day, the name of a digest, or words.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
@database_option
def show(what: tuple[str, ...], as_json: bool, database: Path) -> None:
    """Show all that is known of a paper, repository or digest.

    WHAT is an arXiv id, an address, owner/name of a repository, the name or day of a digest, a row id (12, digest 3),
    or words. Where it fits several, they are listed to choose from.

    \b
    catalog show 2401.01234
    catalog show microsoft/LoRA
    catalog show 2025-08-22
    """
    from catalog.errors import CatalogError
    from catalog.show.answer import answer, candidate_lines, json_text
    from catalog.show.lines import lines
    from catalog.terminal import sentence

    words = " ".join(what)
    if any("\ud800" <= character <= "\udfff" for character in words):  # bytes that Python could not read
        raise click.UsageError("WHAT is no UTF-8.")
    found = answer(database, words)
    if not found:
        shown = words if len(words) <= 80 else f"{words[:80]}…"
        raise CatalogError(sentence(f"Nothing in {database} is named {shown!r}"))
    if as_json:
        click.echo(json_text(found))
    else:
        for line in lines(found[0]) if len(found) == 1 else candidate_lines(words, found):
            click.echo(line)
