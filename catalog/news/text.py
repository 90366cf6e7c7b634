"""News -> lines of plain text, for the terminal and for the text part of a mail. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Final

from catalog.news import words
from catalog.news.contents import Item, News

_WIDTH: Final = 76


def text_lines(news: News, site: str | None = None) -> Iterator[str]:
    """Yield the lines; only an address or a word may be longer than 76 characters."""
    yield from _wrapped(words.headline(news), "")
    for group in news.groups:
        if shown := words.heading(group):
            yield ""
            yield from _wrapped(shown, "")
        for item in group.items:
            yield ""
            yield from _item_lines(item, site)
    for note in words.notes(news):
        yield ""
        yield from _wrapped(note, "")


def _item_lines(item: Item, site: str | None) -> Iterator[str]:
    yield from _wrapped(words.title(item), "  ")
    for line in (words.facts(item), words.passage(item)):
        yield from _wrapped(line, "    ")
    for url in (words.address(item, site), *words.repositories(item)):
        if url is not None:
            yield f"    {url}"


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
