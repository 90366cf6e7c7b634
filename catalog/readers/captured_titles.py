"""The units of a captured page -> which of them are titles, and of which paper. Pure.

Three kinds of page, in this order: headings that are links to papers; headings without a link, each with the paper in a
link next to it or none anywhere; and titles that are links without being headings.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from catalog.readers.captured_addresses import Leads
from catalog.readers.captured_facts import Facts, is_known, read_facts
from catalog.readers.captured_units import Part, Source, Unit, clean
from catalog.readers.looks import ends_as_sentence
from catalog.readers.paragraphs import TITLES, curator_of
from catalog.values import value

# "Pre- and Post-Training" keeps its blank, as on pasted pages.
_WRAPPED_HYPHEN = re.compile(r"(?<=\w)-\n[ \t]{0,20}(?!and\b|or\b)(?=\w)")
# A tool may number the titles of a list, and the site has a badge for the first ones.
_PLACE = re.compile(r"#?[0-9]{1,4}(?:[.):]|(?: Paper)? of the (?:day|week|month))?", re.IGNORECASE)

MAX_TITLE: Final = 600
MAX_TITLE_LINES: Final = 4

_WHICH_PAPER: Final = "the links above and below this title lead to different papers; nothing decides which is its own"
_SAYS_MORE: Final = "the heading holds more than the title of a paper; its line ran together with others"


@value()
class Title:
    """A title, the arXiv id of its paper where the page says it, and the line after its last (counted from 0).

    `reason` says why the paper cannot be told; then there is no card.
    """

    text: str
    end: int
    arxiv_id: str | None = None
    reason: str | None = None


def find_titles(source: Source, units: Sequence[Unit]) -> dict[int, Title]:
    """Return the titles of a page by their place among its units; empty where there is none for certain."""
    return _linked_headings(source, units) or _bare_headings(source, units) or _plain_links(source, units)


def is_page_title(unit: Unit) -> bool:
    """Whether a unit is the listing's own heading, or the line that says who curates it."""
    if any(part.leads(Leads.PAPER) for part in unit.links):
        return False
    return (unit.heading > 0 and unit.text.casefold() in TITLES) or curator_of(unit.text) is not None


def _words(text: str) -> str:
    """The words of a title; one that was wrapped at its hyphen is one word again."""
    return clean(_WRAPPED_HYPHEN.sub("-", text))


def _linked_headings(source: Source, units: Sequence[Unit]) -> dict[int, Title]:
    titles = {}
    for at, unit in enumerate(units):
        if unit.heading and not is_page_title(unit) and (title := _linked_title(source, unit)):
            titles[at] = title
    return titles


def _linked_title(source: Source, unit: Unit) -> Title | None:
    """The first link to a paper with words; without words, those of the heading around it."""
    papers = [part for part in unit.links if part.leads(Leads.PAPER)]
    for part in papers:
        if part.link is not None and part.target is not None and part.words:
            text = _words(source.text[part.link.inner_start : part.link.inner_end])
            if not 0 < len(text) <= MAX_TITLE:
                return None
            return Title(text, unit.end, part.target.arxiv_id, _says_more(unit, part))
    around = clean(" ".join(part.text for part in unit.parts if part.link is None))
    if papers and papers[0].target is not None and 0 < len(around) <= MAX_TITLE:
        plain = [part for part in unit.parts if part.link is None]
        return Title(around, unit.end, papers[0].target.arxiv_id, _says_more(unit, papers[0], *plain))
    return None


def _says_more(unit: Unit, *title: Part) -> str | None:
    """The reason against a heading that holds more than these parts and small print: lines that ran together."""
    facts, arxiv_id = Facts(), title[0].target.arxiv_id if title[0].target else None
    others = (part for part in unit.parts if part not in title and not _PLACE.fullmatch(part.text))
    return None if all(facts.take(part, arxiv_id) for part in others) else _SAYS_MORE


def _bare_headings(source: Source, units: Sequence[Unit]) -> dict[int, Title]:
    """Headings without a link, of the level that most of them have, on a page that is known to be the listing."""
    # What a tool writes above the page may have headings of its own.
    start = next((at for at, unit in enumerate(units) if is_page_title(unit)), 0)
    headings = [at for at in range(start, len(units)) if units[at].heading and _may_be_title(units[at])]
    named = {part.target.arxiv_id for unit in units for part in unit.links if part.target and part.target.arxiv_id}
    if not headings or not (named or any(is_page_title(unit) for unit in units)):
        return {}
    levels = Counter(units[at].heading for at in headings)
    level = max(levels, key=lambda each: (levels[each], each))
    places = [at for at in headings if units[at].heading == level]
    near = _papers_near(units, places)
    titles = {}
    for number, at in enumerate(places):
        text, end = _whole_heading(source, units, at)
        titles[at] = Title(text, end, *_which_paper(near, number))
    return titles


def _may_be_title(unit: Unit) -> bool:
    has_no_link = all(part.leads(Leads.LOST) for part in unit.links)
    return has_no_link and 0 < len(unit.text) <= MAX_TITLE and not is_page_title(unit) and not is_known(unit)


def _whole_heading(source: Source, units: Sequence[Unit], at: int) -> tuple[str, int]:
    """A heading with the lines to which it was wrapped: those right below it, up to a blank line."""
    more = []
    for unit in units[at + 1 : at + MAX_TITLE_LINES]:
        if unit.is_blank or unit.links or unit.heading or read_facts(unit, None) is not None:
            break
        more.append(unit)
    following = at + 1 + len(more)
    is_wrapped = more and following < len(units) and units[following].is_blank and not units[following].is_rule
    if not is_wrapped or ends_as_sentence(more[-1].text):
        return units[at].text, units[at].end
    return _words("\n".join((units[at].text, *(unit.text for unit in more)))), more[-1].end


def _papers_near(units: Sequence[Unit], places: Sequence[int]) -> list[tuple[str | None, str | None]]:
    """For each gap between two of the places, and before the first and after the last: its first and last paper."""
    bounds = [-1, *places, len(units)]
    gaps = []
    for start, end in pairwise(bounds):
        ids = [
            part.target.arxiv_id
            for unit in units[start + 1 : end]
            for part in unit.links
            if part.target is not None and part.leads(Leads.PAPER, Leads.VOTE, Leads.COMMENTS)
        ]
        gaps.append((ids[0], ids[-1]) if ids else (None, None))
    return gaps


def _which_paper(near: Sequence[tuple[str | None, str | None]], number: int) -> tuple[str | None, str | None]:
    """The arXiv id of a heading, or the reason why it cannot be told."""
    above, below = near[number][1], near[number + 1][0]
    if above == below or above is None or below is None:
        return above or below, None
    # The first heading has a link on one side only, or the last one has: so they all have it there.
    if near[0][1] is None:
        return below, None
    return (above, None) if near[-1][0] is None else (None, _WHICH_PAPER)


def _plain_links(source: Source, units: Sequence[Unit]) -> dict[int, Title]:
    """Units that are a link to a paper and nothing else, the first of each paper, on a page that is the listing."""
    voted = {part.target.arxiv_id for unit in units for part in unit.links if part.target and part.leads(Leads.VOTE)}
    if not voted and not any(is_page_title(unit) for unit in units):
        return {}
    titles: dict[int, Title] = {}
    seen: set[str] = set()
    for at, unit in enumerate(units):
        parts = [part for part in unit.parts if part.text or part.link]
        if len(parts) != 1 or parts[0].link is None or not parts[0].leads(Leads.PAPER) or not parts[0].words:
            continue
        link, target = parts[0].link, parts[0].target
        if target is None or target.arxiv_id is None or target.arxiv_id in seen or read_facts(unit, None) is not None:
            continue
        text = _words(source.text[link.inner_start : link.inner_end])
        if 0 < len(text) <= MAX_TITLE:
            seen.add(target.arxiv_id)
            titles[at] = Title(text, unit.end, target.arxiv_id)
    return titles
