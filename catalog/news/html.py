"""News -> one HTML page that every mail client shows: no script, no image, nothing from elsewhere. Pure."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from catalog.news import words
from catalog.news.contents import News


def html_page(news: News, site: str | None = None, unsubscribe: str | None = None) -> str:
    """Return the page; `unsubscribe` is the address that its last line links to. Every text is escaped."""
    return _template().render(news=news, words=words, site=site, unsubscribe=unsubscribe)


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("page.html")
