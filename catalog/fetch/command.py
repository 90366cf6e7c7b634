"""The command `catalog fetch`, thin: parse arguments, call, print. What is heavy is imported when it is needed."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from catalog.options import database_option

if TYPE_CHECKING:
    from catalog.errors import Fault
    from catalog.fetch.questions import Question
    from catalog.fetch.waits import Clock

DEFAULT_BASE_URL = "https://huggingface.co"


def _check_rate(context: click.Context, parameter: click.Parameter, rate: float) -> float:
    if math.isnan(rate):  # in every range, for click
        raise click.BadParameter("is no number.", ctx=context, param=parameter)
    return rate


_OPTIONS = (
    click.option(
        "--folder",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path("documents"),
        show_default=True,
        metavar="DIR",
        help="Where the answers are stored, one file each.",
    ),
    database_option,
    click.option("--no-load", is_flag=True, help="Store the answers and do not load them."),
    click.option("--again", is_flag=True, help="Ask for what is stored, too; another answer is kept beside the first."),
    click.option(
        "--base-url", default=DEFAULT_BASE_URL, show_default=True, metavar="URL", help="Where the papers API stands."
    ),
    click.option(
        "--rate",
        type=click.FloatRange(0.001, 10),
        default=1.0,
        show_default=True,
        metavar="NUMBER",
        callback=_check_rate,
        help="Most requests in a second.",
    ),
)


def _with_options(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.group()
def fetch() -> None:
    """Get answers of Hugging Face's papers API and load them.

    Each is stored as a document. A document that is stored is not asked for again, and never overwritten.
    """


@fetch.command()
@click.argument(
    "days",
    nargs=-1,
    required=True,
    metavar="DAY...",
    help="A day (2026-08-19), a range of days (2026-08-01..2026-08-19), or latest.",
)
@_with_options
@click.pass_context
def daily(context: click.Context, /, days: tuple[str, ...], **options: Any) -> None:
    """Fetch the digests of days.

    \b
    catalog fetch daily 2025-08-22
    catalog fetch daily 2025-08-18..2025-08-22 --no-load
    catalog fetch daily latest
    """
    from catalog.fetch.questions import daily_questions

    today = _clock(context).now().date()
    _run(context, _asked(lambda: daily_questions(days, today), "DAY"), **options)


@fetch.command()
@click.argument("arxiv_ids", nargs=-1, required=True, metavar="ARXIV_ID...", help="As in 2401.01234.")
@_with_options
@click.pass_context
def paper(context: click.Context, /, arxiv_ids: tuple[str, ...], **options: Any) -> None:
    """Fetch what is known of papers, by arXiv id.

    \b
    catalog fetch paper 2401.01234
    """
    from catalog.fetch.questions import paper_questions

    _run(context, _asked(lambda: paper_questions(arxiv_ids), "ARXIV_ID"), **options)


@fetch.command()
@click.argument("words", nargs=-1, required=True, metavar="WORDS...", help="What to look for; put quotes around it.")
@_with_options
@click.pass_context
def search(context: click.Context, /, words: tuple[str, ...], **options: Any) -> None:
    """Fetch what a search for WORDS finds today.

    \b
    catalog fetch search "graph prompt"
    """
    from catalog.fetch.questions import search_question

    today = _clock(context).now().date()
    _run(context, _asked(lambda: [search_question(" ".join(words), today)], "WORDS"), **options)


def _clock(context: click.Context) -> Clock:
    from catalog.fetch.waits import Clock

    return context.find_object(Clock) or Clock()


def _asked(parse: Callable[[], list[Question]], argument: str) -> list[Question]:
    try:
        return parse()
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint=argument) from error


def _run(
    context: click.Context,
    questions: Sequence[Question],
    *,
    folder: Path,
    database: Path,
    no_load: bool,
    again: bool,
    base_url: str,
    rate: float,
) -> None:
    from catalog.accounts import exit_code
    from catalog.fetch.client import Client
    from catalog.fetch.session import fetch_documents
    from catalog.terminal import plain, sentence

    clock = _clock(context)
    try:
        client = Client(base_url, rate=rate, clock=clock, on_wait=_say_wait)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--base-url") from error
    faults: list[Fault] = []
    paths: list[Path] = []
    with client:
        today = clock.now().date()
        for outcome in fetch_documents(questions, folder, client, today=today, again=again, on_error=faults.append):
            click.echo(plain(outcome.text))
            if outcome.path is not None:
                paths.append(outcome.path)
    for message in faults:
        click.echo(f"Error: {sentence(message)}", err=True)
    if paths and not no_load:
        _load(context, paths, database)
    if faults:
        sys.exit(exit_code(faults, is_any_done=bool(paths)))


def _say_wait(seconds: float, what: str) -> None:
    if _is_terminal():
        click.echo(f"{what}; trying again in {seconds:.0f} s", err=True)


def _is_terminal() -> bool:
    return sys.stderr.isatty()


def _load(context: click.Context, paths: Sequence[Path], database: Path) -> None:
    """Run `catalog load` on the documents: what it prints, and how it ends, is its own."""
    commands = context.find_root().command
    load = commands.get_command(context, "load") if isinstance(commands, click.Group) else None
    if load is None:
        raise AssertionError("fetch stands beside load in the commands of the catalogue")
    context.invoke(load, sources=tuple(map(str, paths)), database=database)
