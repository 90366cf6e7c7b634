"""arXiv identifiers, as a document writes them -> the id that names a paper, and the version. Pure.

The forms are those of https://info.arxiv.org/help/arxiv_identifier.html: `2401.01234` since April 2007, `cs/0112017`
and `math.GT/0309136` before, either with `v2` for a version; bare, after `arXiv:`, or in an address of arxiv.org.
"""

from __future__ import annotations

import re
from typing import Final

from catalog.values import value

ARXIV_ID: Final = re.compile(
    r"(\d{4}\.\d{4,5}|[a-z-]{2,16}(?:\.[a-z]{2})?/\d{7})(?:v\d{1,3})?", re.IGNORECASE | re.ASCII
)
_WRITTEN: Final = re.compile(
    r"(?:arxiv:|(?:https?://)?(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html)/)?"
    r"(?P<id>\d{4}\.\d{4,5}|[a-z-]{2,16}(?:\.[a-z]{2})?/\d{7})(?:v(?P<version>\d{1,3}))?(?:\.pdf)?",
    re.IGNORECASE | re.ASCII,
)


@value()
class ArxivId:
    """The id of a paper at arXiv, without version, and the version where one is written."""

    id: str
    version: int | None = None


def parse_arxiv_id(text: str) -> ArxivId:
    """Return the arXiv id that `text` is: bare, after `arXiv:`, or as an address of arxiv.org.

    An old id has its archive in lower case and without the subject class, which does not belong to its name:
    `math.GT/0309136` is `math/0309136`. Raises ValueError for anything else.
    """
    match = _WRITTEN.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text[:80]!r} is no arXiv id")
    archive, slash, number = match["id"].rpartition("/")
    name = f"{archive.partition('.')[0].lower()}{slash}{number}"
    return ArxivId(name, int(match["version"]) if match["version"] else None)
