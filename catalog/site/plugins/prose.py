"""Running text: an abstract with its links where they stand, a passage with the words that a search found."""

# Datasette has no types: its imports and its decorator are unknown to mypy.
# mypy: disable-error-code="import-untyped", disallow-untyped-decorators=False
from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from datasette import hookimpl
from markupsafe import Markup, escape

_MARKED: Final = re.compile(r"<b>(.*?)</b>", re.DOTALL)
_BLANK_LINES: Final = re.compile(r"\n[ \t\r]*\n[ \t\r\n]*")
_NOTHING: Final = re.compile("((?!))")
_MOST_ADDRESSES: Final = 100
"""A pattern of more alternatives would cost a visitor too much; an abstract with more links has the first live."""


def linked(abstract: str, assertions: Iterable[Mapping[str, Any]], env: Any) -> Markup:
    """Return an abstract as paragraphs, with each address that it offers as a link, where and as it stands.

    `assertions` are rows with `asserted_by`, `verbatim` (the words in the text) and `url` (where they lead). A blank
    line ends a paragraph; any other end of a line is only where a source wrapped its text.
    """
    addresses = {row["verbatim"]: row["url"] for row in assertions if row["asserted_by"] == "abstract"}
    # The longest first, so that an address is not cut where another begins in the same way.
    found = sorted(addresses, key=len, reverse=True)[:_MOST_ADDRESSES]
    pattern = re.compile("(" + "|".join(map(re.escape, found)) + ")") if found else _NOTHING
    return Markup("\n").join(
        Markup('<p class="abstract">{}</p>').format(_linked_paragraph(paragraph, pattern, addresses, env))
        for paragraph in _BLANK_LINES.split(abstract.strip(" \t\r\n"))
    )


def _linked_paragraph(text: str, pattern: re.Pattern[str], addresses: Mapping[str, str], env: Any) -> Markup:
    plain, web_link = env.filters["plain"], env.filters["web_link"]
    # What stood between the addresses is every first of two parts.
    return Markup("").join(
        web_link(addresses[part], part) if place % 2 else escape(plain(part))
        for place, part in enumerate(pattern.split(text))
    )


def marked(text: object, env: Any) -> Markup:
    """Return a text in which FTS5 put <b> and </b> around the words that match, with those marked and no other tag."""
    parts = _MARKED.split(env.filters["plain"](text))
    # What matched is every second part.
    return Markup("").join(
        Markup("<mark>{}</mark>").format(part) if place % 2 else escape(part) for place, part in enumerate(parts)
    )


@hookimpl
def prepare_jinja2_environment(env: Any) -> None:
    """Give the templates these words; `plain` and `web_link` are those of all values."""
    env.filters.update(
        linked=lambda abstract, assertions: linked(abstract, assertions, env),
        marked=lambda text: marked(text, env),
    )
