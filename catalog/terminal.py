"""What the commands print: text that no document can misuse, tables, and marks. Pure, but for asking about colours."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from catalog.search import MATCH_END, MATCH_START

if TYPE_CHECKING:
    from catalog.load import Account
    from catalog.search import SearchResult


def plain(text: str) -> str:
    r"""Return `text` on one line that cannot steer a terminal: titles and file names come from strangers.

    Line ends and all other white space are blanks; what else is not printable, such as the control characters of
    terminals and of writing direction, is escaped (`\x1b`, `\u202e`), so that nobody mistakes it for what it hides.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else " " if char.isspace() else ascii(char)[1:-1] for char in text)


def sentence(text: str) -> str:
    """Return `text` on one line, with the full stop that ends a sentence."""
    return plain(text).rstrip().rstrip(".") + "."


def account_table(accounts: Sequence[Account]) -> str:
    """Return the account of a load as a small table, with a line of totals where there are several documents.

    Columns that are nought for every document are left out, but for the first ones.
    """
    from tabulate import tabulate

    numbers = {name: [getattr(account, key) for account in accounts] for name, key in _NUMBERS.items()}
    shown = [name for name in _NUMBERS if name not in _WHERE_ANY or any(numbers[name])]
    rows = [[plain(account.name), *(numbers[name][row] for name in shown)] for row, account in enumerate(accounts)]
    notes = [_note(account) for account in accounts]
    if any(notes):
        for row, note in zip(rows, notes, strict=True):
            row.append(note)
    if len(accounts) > 1:
        rows.append(["all", *(sum(numbers[name]) for name in shown)])
    head = ["document", *shown, *(["note"] if any(notes) else [])]
    lines = tabulate(rows, headers=head, tablefmt="simple", disable_numparse=[0]).splitlines()
    return "\n".join(line.rstrip() for line in lines)


_NUMBERS = {
    "entries": "entry_count",
    "records": "record_count",
    "new papers": "new_paper_count",
    "known papers": "known_paper_count",
    "merged": "merged_paper_count",
    "links": "link_count",
    "rejects": "reject_count",
}
_WHERE_ANY = ("records", "merged")


def _note(account: Account) -> str:
    if account.copy_of is not None:
        return f"the same bytes as {plain(account.copy_of)}, nothing added"
    if account.is_known:
        return "already loaded, nothing changed"
    repeats = (
        f"repeats {plain(repeated)}" if len(account.repeats) == 1 else f"{plain(name)} repeats {plain(repeated)}"
        for name, repeated in account.repeats
    )
    repeated = (f"{plain(name)} is repeated by {plain(other)}" for name, other in account.repeated_by)
    return ", ".join((*repeats, *repeated))


def marked(text: str) -> str:
    """Return `text` with its matched words in bold where the terminal can, in double asterisks where it cannot."""
    start, end = (
        (click.style("", bold=True, reset=False), click.style("", reset=True)) if _has_colour() else ("**", "**")
    )
    parts = text.replace(MATCH_END, f"{MATCH_END}{MATCH_START}").split(MATCH_START)
    shown = (
        f"{start}{plain(part.removesuffix(MATCH_END))}{end}" if part.endswith(MATCH_END) else plain(part)
        for part in parts
    )
    return "".join(shown)


def _has_colour() -> bool:
    return sys.stdout.isatty()


def result_lines(results: Iterable[SearchResult]) -> Iterable[str]:
    """Yield the lines that show search results: title, when and how often listed, repositories, passage."""
    for number, result in enumerate(results, start=1):
        yield f"{number:>3}. {marked(result.title)}"
        published = (
            f"published {result.publication_date}" if result.publication_date else "publication date not printed"
        )
        digests = "1 digest" if result.digest_count == 1 else f"{result.digest_count} digests"
        yield f"     {published}, in {digests}, paper {result.paper_id}"
        for url in result.repositories:
            yield f"     {plain(url)}"
        if result.passage:
            yield f"     {marked(result.passage)}"
