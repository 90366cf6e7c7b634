"""What `load` and `merge` print: progress while they run, and the account of each document at the end."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from catalog.load import Account


def progress(length: int, label: str) -> AbstractContextManager[Callable[[], None]]:
    """A bar on a terminal, silence in a pipe; what it gives is called after each step."""
    if length < 2 or not sys.stderr.isatty():
        return nullcontext(lambda: None)
    return _Bar(length, label)


class _Bar(AbstractContextManager[Callable[[], None]]):
    def __init__(self, length: int, label: str) -> None:
        self._bar = click.progressbar(length=length, label=label, file=sys.stderr)

    def __enter__(self) -> Callable[[], None]:
        self._bar.__enter__()
        return lambda: self._bar.update(1)

    def __exit__(self, *exception: object) -> None:
        self._bar.render_finish()


def print_accounts(accounts: Iterable[Account], faults: Sequence[str]) -> None:
    """Take the account of each document and print them as a table at the end, also where that comes early.

    `faults` are sentences for standard error, known once all documents were seen; where there is one, it exits with 1.
    """
    from catalog.terminal import account_table, sentence

    seen: list[Account] = []
    try:
        for account in accounts:
            seen.append(account)
    finally:
        if seen:
            click.echo(account_table(seen))
            _point_to_rejects(seen)
        for message in faults:
            click.echo(f"Error: {sentence(message)}", err=True)
    if faults:
        sys.exit(1)


def _point_to_rejects(accounts: Sequence[Account]) -> None:
    count = sum(account.reject_count for account in accounts if not account.is_known)
    if count:
        pieces = "1 piece was" if count == 1 else f"{count} pieces were"
        click.echo(f"{pieces} not understood and kept, word for word with the reason, in the table rejects.")
