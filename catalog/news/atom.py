"""News -> an Atom feed (RFC 4287). Pure."""

from __future__ import annotations

from typing import Final

from lxml import etree

from catalog.news import words
from catalog.news.contents import Item, News
from catalog.terminal import plain

_NAMESPACE: Final = "http://www.w3.org/2005/Atom"
_NO_DAY: Final = "1970-01-01"
"""As the feeds in catalog/questions say it."""


def atom_feed(news: News, site: str | None = None) -> bytes:
    """Return the feed in UTF-8. Papers have the ids and days of the site's feeds, so that a reader shows each once.

    An entry is of the first day on which a digest can have listed the paper, else of its publication, and the feed of
    the newest one: no clock is asked. RFC 4287 wants a name for the author, also where none is known.
    """
    feed = etree.Element(f"{{{_NAMESPACE}}}feed", nsmap={None: _NAMESPACE})
    _add(feed, "id", news.feed_key)
    _add(feed, "title", words.one_line(news.title))
    _add(feed, "updated", _moment(max((_day(item) for item in news.items), default=_NO_DAY)))
    if notes := words.notes(news):
        _add(feed, "subtitle", " ".join(notes))
    if not news.items:
        _add(_add(feed, "author"), "name", "Nobody")
    for item in news.items:
        _add_entry(feed, item, site)
    return bytes(etree.tostring(feed, xml_declaration=True, encoding="utf-8", pretty_print=True))


def _add_entry(feed: etree._Element, item: Item, site: str | None) -> None:
    entry = _add(feed, "entry")
    _add(entry, "id", plain(item.key))
    _add(entry, "title", words.title(item))
    _add(entry, "updated", _moment(_day(item)))
    if address := words.address(item, site):
        _add(entry, "link", href=address)
    for repository in words.repositories(item):
        _add(entry, "link", rel="related", href=repository)
    for name in item.paper.authors[: words.MOST_NAMES] or ("Authors not named",):
        _add(_add(entry, "author"), "name", words.one_line(name) or "Authors not named")
    parts = (words.facts(item), *words.repositories(item), words.passage(item))
    _add(entry, "content", "\n".join(filter(None, parts)), type="text")


def _add(parent: etree._Element, name: str, text: str | None = None, **attributes: str) -> etree._Element:
    child = etree.SubElement(parent, f"{{{_NAMESPACE}}}{name}", attributes)
    child.text = text
    return child


def _day(item: Item) -> str:
    return plain(item.first_day or item.paper.publication_date or _NO_DAY)


def _moment(day: str) -> str:
    return f"{day}T00:00:00Z"
