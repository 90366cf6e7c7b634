"""News -> Markdown in which no character of a stranger's text has a meaning of its own. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.diff.report import marked
from catalog.news import words
from catalog.news.contents import Item, News


def markdown_lines(news: News, site: str | None = None) -> Iterator[str]:
    """Yield the lines of a document with one heading of the first order, and a list for each group."""
    yield f"# {marked(words.headline(news))}"
    for group in news.groups:
        yield ""
        if shown := words.heading(group):
            yield f"## {marked(shown)}"
            yield ""
        for item in group.items:
            yield from _item_lines(item, site)
    for note in words.notes(news):
        yield ""
        yield marked(note)


def _item_lines(item: Item, site: str | None) -> Iterator[str]:
    title, url = marked(words.title(item)), words.address(item, site)
    # An address has no angle bracket: what may stand in one is told in words.py.
    yield f"- **[{title}](<{url}>)**" if url else f"- **{title}**"
    for line in filter(None, (words.facts(item), words.passage(item))):
        yield f"  - {marked(line)}"
    for repository in words.repositories(item):
        yield f"  - [{marked(repository)}](<{repository}>)"
