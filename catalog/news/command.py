"""The command `catalog news`, thin: parse arguments, select, print or send. What is heavy is imported when needed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from catalog.options import database_option

if TYPE_CHECKING:
    from catalog.news.contents import News

_FORMATS = ["text", "markdown", "html", "atom"]


@click.command()
@click.option("--since", metavar="WHEN", help="New since this day (2026-03-04), or after this digest (name or row id).")
@click.option(
    "--by",
    "clock",
    type=click.Choice(["digest", "load"]),
    default="digest",
    show_default=True,
    help="What tells that a paper is new: the days of the digests that list it, or when it was loaded.",
)
@click.option("--trending", "is_trending", is_flag=True, help="Papers that recur in digests or gain upvotes instead.")
@click.option("--with-code", is_flag=True, help="Only papers that have a repository.")
@click.option("--search", "words", metavar="WORDS", help="Only papers that have all these words.")
@click.option("--undecided", "has_undecided", is_flag=True, help="List also what may be new: the days do not tell.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="Most papers to list.")
@click.option("--format", "format_name", type=click.Choice(_FORMATS), help="What to print.  [default: text]")
@click.option("--site", metavar="URL", help="Address of the published site, for links to its pages.")
@click.option(
    "--mail",
    type=click.Path(path_type=Path, readable=False),
    metavar="FILE",
    help="Send to the recipients in this file.",
)
@click.option(
    "--eml", "folder", type=click.Path(path_type=Path), metavar="FOLDER", help="Write the mails there, send nothing."
)
@database_option
def news(
    format_name: str | None, site: str | None, mail: Path | None, folder: Path | None, database: Path, **asked: Any
) -> None:
    """Tell what is new or trending, as text, Markdown, HTML, an Atom feed or e-mail.

    A paper is new where every digest that lists it is of that day or later; with --by load, where every document that
    names it was loaded then or later. What is not known is told as unknown. The same news is sent once to each
    recipient.

    \b
    catalog news --since 2026-03-04
    catalog news --trending --with-code --format html > trending.html
    catalog news --since 2026-03-04 --search "soft prompts" --mail news.toml
    """
    _check_usage(asked, format_name, mail, folder)
    from catalog.lookup.connection import opened
    from catalog.news.contents import Criteria
    from catalog.news.selection import select_news

    site = _checked_site(site)
    with opened(database) as connection:
        found = select_news(connection, Criteria(**asked))
    if mail is None:
        _print(found, format_name or "text", site)
    else:
        _mail(found, mail, folder, site)


def _check_usage(asked: dict[str, Any], format_name: str | None, mail: Path | None, folder: Path | None) -> None:
    if asked["since"] is None and not asked["is_trending"]:
        raise click.UsageError("Say since when, with --since, or ask for --trending.")
    if asked["is_trending"] and (asked["clock"] == "load" or asked["has_undecided"]):
        raise click.UsageError("--by load and --undecided are for what is new, not for --trending.")
    if folder is not None and mail is None:
        raise click.UsageError("--eml needs --mail, which names sender and recipients.")
    if mail is not None and format_name is not None:
        raise click.UsageError("A mail has text and HTML: leave out --format.")


def _checked_site(site: str | None) -> str | None:
    from catalog.news.words import web_address

    if site is not None and web_address(site) is None:
        raise click.BadParameter("is no address as https://papers.example.", param_hint="--site")
    return None if site is None else site.rstrip("/")


def _print(found: News, format_name: str, site: str | None) -> None:
    if format_name == "html":
        from catalog.news.html import html_page

        click.echo(html_page(found, site), nl=False)
    elif format_name == "atom":
        from catalog.news.atom import atom_feed

        click.echo(atom_feed(found, site), nl=False)
    else:
        from catalog.news.markdown import markdown_lines
        from catalog.news.text import text_lines

        for line in (text_lines if format_name == "text" else markdown_lines)(found, site):
            click.echo(line)


def _mail(found: News, path: Path, folder: Path | None, site: str | None) -> None:
    from catalog.news.sending import send_news, write_news
    from catalog.news.settings import read_settings

    settings = read_settings(path)
    if folder is None:
        click.echo(send_news(found, settings, site, on_fault=lambda fault: click.echo(fault, err=True)))
    else:
        click.echo(write_news(found, settings, site, folder))
