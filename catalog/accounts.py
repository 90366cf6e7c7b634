"""What long commands print: progress while they run, the account of each document at the end; and how they end."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from catalog.errors import ExitCode, Fault

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

    from catalog.load import Account


class Progress:
    """Silent progress: called after each step, and told where there turn out to be more or fewer steps."""

    def __call__(self) -> None:
        """Say that a step is done."""

    def expect(self, length: int) -> None:
        """Say how many steps there are in all."""


class _Bar(Progress):
    def __init__(self, bar: ProgressBar[int]) -> None:
        self._bar = bar

    def __call__(self) -> None:
        self._bar.update(1)

    def expect(self, length: int) -> None:
        self._bar.length = length
        self._bar.update(0)


@contextmanager
def progress(length: int, label: str) -> Iterator[Progress]:
    """Give what is called after each of `length` steps: a bar on a terminal, silence in a pipe or for a single step."""
    if length < 2 or not sys.stderr.isatty():
        yield Progress()
        return
    with click.progressbar(length=length, label=label, file=sys.stderr) as bar:
        yield _Bar(bar)


def print_accounts(accounts: Iterable[Account], faults: Sequence[Fault]) -> None:
    """Take the account of each document and print them as a table at the end, also where that comes early.

    `faults` are known once all documents were seen. Where there is one, or a piece was rejected, it exits with the code
    that docs/exit-codes.md gives.
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
        for fault in faults:
            click.echo(f"Error: {sentence(fault)}", err=True)
    if faults:
        sys.exit(exit_code(faults, is_any_done=bool(seen)))
    if _reject_count(seen):
        sys.exit(ExitCode.FAILED)


def exit_code(faults: Sequence[Fault], *, is_any_done: bool) -> ExitCode:
    """Return how a command ends that had `faults`: where all have one code and nothing else was done, with that."""
    codes = {fault.exit_code for fault in faults}
    return codes.pop() if len(codes) == 1 and not is_any_done else ExitCode.FAILED


def _point_to_rejects(accounts: Sequence[Account]) -> None:
    count = _reject_count(accounts)
    if count:
        pieces = "1 piece was" if count == 1 else f"{count} pieces were"
        click.echo(f"{pieces} not understood and kept, word for word with the reason, in the table rejects.")


def _reject_count(accounts: Sequence[Account]) -> int:
    return sum(account.reject_count for account in accounts if not account.is_known)
