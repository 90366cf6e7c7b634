"""An abstract in Markdown -> the text that a reader of the page sees, and its links with their places. Pure."""

from __future__ import annotations

import re
from typing import Final

from catalog.links import find_links
from catalog.readers.captured_units import Source
from catalog.records import LinkRecord

# Of all escapes only those that LaTeX does not have, or has for the very same character: `\[` may begin a formula.
_ESCAPE: Final = re.compile(r"\\([_*])")
_LINE_BREAK: Final = re.compile(r"[ \t]{0,99}\\{1,2}(?=\n|$)")


def plain_prose(raw: str) -> str:
    r"""Return `raw` without Markdown's line breaks (`\\` at the end of a line) and escapes (`\_`, `\*`)."""
    return _ESCAPE.sub(r"\1", _LINE_BREAK.sub("", raw))


def links_in_prose(source: Source, start: int, end: int) -> tuple[LinkRecord, ...]:
    """Return the links of an abstract that stands escaped from `start` to `end`: only there they have exact places."""
    return tuple(
        LinkRecord(
            asserted_by="abstract",
            verbatim=found.verbatim,
            url=found.url,
            line=source.line_of(start + found.start) + 1,
            char_start=source.char_of(start + found.start),
            roles=found.roles,
            is_promised=found.is_promised,
            is_own=found.is_own,
        )
        for found in find_links(source.text[start:end])
    )
