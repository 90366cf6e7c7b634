"""The questions that the catalogue answers out of the box: one SQL file each, its title and sentence on top. Pure.

They are the canned queries of the site, and run as they are in any program that reads the file with SQL. A parameter
that is left out is the empty text; each question says what it then takes. Only those that search need `escape_fts()`
and those that feed readers need `printable()`, which the site brings. A line `-- then parts/NAME.sql` stands for what
several questions share.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

NAMES: Final = (
    "search",
    "papers_with_code",
    "newest_digest",
    "new_in_digest",
    "recurring_papers",
    "rank_over_time",
    "papers_of_owner",
    "link_disagreements",
    "promised_links",
    "coverage",
    "digest_overlap",
    "publication_lag",
    "papers_per_year",
    "open_digest_dates",
    "feed_of_papers",
    "feed_of_papers_with_code",
    "feed_of_search",
)
"""In the order in which pages list them."""

_HEAD: Final = re.compile(r"-- (?P<title>[^\n]+)\n(?P<description>(?:-- [^\n]+\n)+)\n(?P<sql>.+)", re.DOTALL)
_SHARED: Final = re.compile(r"^-- then (parts/\w+\.sql)$", re.MULTILINE)
# A name after a colon, but not the second half of a `::` or what stands in quotes.
_PARAMETER: Final = re.compile(r"'[^']*'|(?<!:):(?P<name>[a-z]\w*)")


@dataclass(frozen=True, slots=True)
class Question:
    """One question: `sql` is a SELECT without a closing semicolon, `parameters` its names in the order of use."""

    name: str
    title: str
    description: str
    sql: str
    parameters: tuple[str, ...]


@cache
def questions() -> tuple[Question, ...]:
    """Return all questions. Raises ValueError where a file has no title and sentence on top."""
    return tuple(_parsed(name, _read(f"{name}.sql")) for name in NAMES)


def question(name: str) -> Question:
    """Return the question of that name. Raises KeyError where there is none."""
    return {found.name: found for found in questions()}[name]


def _read(name: str) -> str:
    """Return the text of a file beside this one, with the SQL of the parts it names in their places."""
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    return _SHARED.sub(lambda found: _read(found[1]).partition("\n\n")[2].strip(), text)


def _parsed(name: str, text: str) -> Question:
    match = _HEAD.fullmatch(text)
    if match is None:
        raise ValueError(f"{name}.sql must begin with a title and a sentence, each a comment, and a blank line")
    description = " ".join(line.removeprefix("-- ") for line in match["description"].splitlines())
    names = [found["name"] for found in _PARAMETER.finditer(match["sql"]) if found["name"]]
    return Question(name, match["title"], description, match["sql"].strip(), tuple(dict.fromkeys(names)))
