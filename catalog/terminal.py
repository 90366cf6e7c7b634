"""What the commands print: text that no document can misuse, tables, and marks. Pure, but for asking about colours."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click
from tabulate import tabulate

from catalog.search import MATCH_END, MATCH_START

if TYPE_CHECKING:
    from catalog.load import Account
    from catalog.search import SearchResult


def plain(text: str) -> str:
    """Return `text` on one line without control characters: titles and file names come from strangers."""
    return "".join(character if character.isprintable() else " " for character in text)


def sentence(text: str) -> str:
    """Return `text` on one line, with the full stop that ends a sentence."""
    return plain(text).rstrip().rstrip(".") + "."


def account_table(accounts: Sequence[Account]) -> str:
    """Return the account of a load as a small table, with a line of totals where there are several documents."""
    head = ["document", "entries", "new papers", "known papers", "links", "rejects"]
    rows = [[plain(account.name), *_numbers(account)] for account in accounts]
    if any(account.is_known for account in accounts):
        head.append("note")
        for row, account in zip(rows, accounts, strict=True):
            row.append("already loaded, nothing changed" if account.is_known else "")
    if len(accounts) > 1:
        totals = (sum(column) for column in zip(*map(_numbers, accounts), strict=True))
        rows.append(["all", *totals])
    lines = tabulate(rows, headers=head, tablefmt="simple", disable_numparse=[0]).splitlines()
    return "\n".join(line.rstrip() for line in lines)


def _numbers(account: Account) -> tuple[int, ...]:
    return (
        account.entry_count,
        account.new_paper_count,
        account.known_paper_count,
        account.link_count,
        account.reject_count,
    )


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
