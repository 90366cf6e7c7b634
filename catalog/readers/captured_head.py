"""What stands around the cards of a captured page -> the page's address, title, curator and date. Pure.

Tools put the address above the page: as front matter between `---` lines, as `URL Source: …`, as a list of keys. When
the page was fetched is no date of the digest and is not read. The days to which "Previous" and "Next" lead bound it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from catalog.dates import parse_printed_date
from catalog.readers.captured_addresses import Leads, Listing, day_of, read_listing
from catalog.readers.captured_facts import is_known
from catalog.readers.captured_units import Source, Unit
from catalog.readers.paragraphs import TITLES, curator_of
from catalog.readers.trailers import DateLine, read_date_line

_KEY = re.compile(
    r"[\s>*_#-]{0,12}(?:\[[0-9]{1,4}\]\s{0,3})?\*{0,2}(?P<key>[A-Za-z][A-Za-z0-9_ .:/()-]{0,40}?)"
    r"\*{0,2}\s{0,3}:\*{0,2}\s{0,4}(?P<value>.{0,4000})"
)
# In order of trust: what a page says of itself (`og:url`) is the same on all pages of the listing.
_ADDRESS_KEYS: Final = (
    (
        "url",
        "url source",
        "source url",
        "source",
        "page url",
        "source_url",
        "sourceurl",
        "requested url",
        "original url",
    ),
    ("link", "canonical", "canonical url", "final url", "page", "og:url", "meta-og:url", "ogurl"),
)
_MORE_KEYS: Final = """
    title | page title | description | summary | excerpt | author | date | time | timestamp | published |
    published time | retrieved | retrieved at | fetched | fetched at | crawled | crawled at | captured |
    captured at | accessed | scraped | scraped at | saved | saved at | last modified | status | status code |
    language | lang | site | site name | sitename | domain | host | hostname | content type | content-type |
    type | format | image | favicon | icon | keywords | tags | word count | length | tokens | warning | links |
    metadata
    """
_OTHER_KEYS: Final = frozenset(" ".join(name.split()) for name in _MORE_KEYS.split("|"))
_PREFIXES: Final = ("og:", "twitter:", "meta-", "article:")
_ADDRESS = re.compile(r"https?://[^\s<>\"'()\[\]]{1,2000}")
_END_OF_KEYS: Final = "markdown content"
_PREVIOUS: Final = frozenset({"previous", "prev", "previous day"})
_NEXT: Final = frozenset({"next", "next day"})


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of the page; `known` are the units (by their first line) that say it or lead up to it."""

    listing: Listing | None
    title: str | None
    curator: str | None
    printed: DateLine | None
    earliest: str | None
    latest: str | None
    known: frozenset[int]


def find_bounds(units: Sequence[Unit], titles: Sequence[int]) -> list[int]:
    """Return where each page begins among the units; a further one begins with a head of its own after a card."""
    cards = iter((*titles, len(units)))
    upcoming = next(cards)
    bounds, has_card = [0], False
    for at, unit in enumerate(units):
        if at >= upcoming:
            has_card, upcoming = True, next(cards, len(units) + 1)
        elif has_card and (_is_listing_head(unit) or _stated_address(unit, _ADDRESS_KEYS[0]) is not None):
            bounds.append(at)
            has_card = False
    return bounds


def read_head(source: Source, before: Sequence[Unit], after: Sequence[Unit]) -> Head:
    """Return what the page says of itself.

    `before` are the units outside of cards above its first card, `after` those below it.
    """
    keys = _key_units(source, before)
    page = [unit for unit in before if unit.first not in keys]
    listing = next(
        (found for names in _ADDRESS_KEYS for unit in before if (found := _stated_address(unit, names))), None
    )
    printed, printed_lines = _find_date(page)
    curator, curator_lines = _find_curator(page)
    title = next((unit.text for unit in page if unit.text.casefold() in TITLES), None)
    earliest, latest = _bounds(page, after, min(printed_lines, default=0), printed)
    known = keys | printed_lines | curator_lines | {unit.first for unit in page if is_known(unit)}
    if listing is not None and listing.query:
        known |= {unit.first for unit in page if unit.text.casefold() == listing.query.casefold()}
    return Head(listing, title, curator, printed, earliest, latest, frozenset(known))


def _is_listing_head(unit: Unit) -> bool:
    text = unit.text
    return (0 < unit.heading <= 2 and text.casefold() in TITLES) or (bool(text) and curator_of(text) is not None)


def _stated_address(unit: Unit, names: Sequence[str]) -> Listing | None:
    """The address of a listing that a line states for one of the keys."""
    if "http" not in unit.raw:
        return None
    for line in unit.raw.split("\n")[:2]:
        match = _KEY.match(line)
        if (
            match is not None
            and match["key"].strip().casefold() in names
            and (found := _ADDRESS.search(match["value"]))
        ):
            return read_listing(found[0])
    return None


def _key_units(source: Source, before: Sequence[Unit]) -> set[int]:
    """The first lines of what a tool wrote above the page: front matter, keys and headings."""
    keys = {unit.first for unit in before if unit.first in source.front_matter}
    page_starts = next(
        (at for at, unit in enumerate(before) if unit.first not in keys and _is_of_page(unit)), len(before)
    )
    end_of_keys = next((at for at, unit in enumerate(before) if _is_end_of_keys(unit)), None)
    for at, unit in enumerate(before):
        if (end_of_keys is not None and at <= end_of_keys) or (at < page_starts and _is_tools_heading(unit)):
            keys.add(unit.first)
    return keys | _listed_keys(before[:page_starts])


def _listed_keys(units: Sequence[Unit]) -> set[int]:
    """The lines of keys, by their first; one that no tool is known to write only right beside one that is.

    A title with a colon looks like a key, too.
    """
    runs: list[list[Unit]] = []
    for unit in units:
        if _KEY.fullmatch(unit.raw):
            if not runs or runs[-1][-1].end != unit.first:
                runs.append([])
            runs[-1].append(unit)
    return {unit.first for run in runs if any(map(_is_known_key, run)) for unit in run}


def _is_known_key(unit: Unit) -> bool:
    match = _KEY.fullmatch(unit.raw)
    name = match["key"].strip().casefold() if match else ""
    return any(name in names for names in (*_ADDRESS_KEYS, _OTHER_KEYS)) or name.startswith(_PREFIXES)


def _is_tools_heading(unit: Unit) -> bool:
    """Whether a heading is a tool's: without a link, even a damaged one, or with one to a listing."""
    leads_to_listing = bool(unit.links) and all(part.leads(Leads.LISTING) for part in unit.links)
    return unit.heading > 0 and (leads_to_listing or "[" not in unit.raw)


def _is_of_page(unit: Unit) -> bool:
    """Whether a line is the page's own: known, or a heading as deep as a card's, which no tool puts above a page."""
    return is_known(unit) or unit.heading > 2


def _is_end_of_keys(unit: Unit) -> bool:
    return unit.raw.strip().casefold().rstrip(":") == _END_OF_KEYS


def _find_date(page: Sequence[Unit]) -> tuple[DateLine | None, set[int]]:
    """The first line that is a date and nothing else; a tool may break it in two."""
    for at, unit in enumerate(page):
        if found := read_date_line(unit.text):
            return found, {unit.first}
        joined = page[at : at + 2]
        if len(joined) == 2 and (found := read_date_line(" ".join(each.text for each in joined))):
            return found, {each.first for each in joined}
    return None, set()


def _find_curator(page: Sequence[Unit]) -> tuple[str | None, set[int]]:
    """The curator, whose line a tool may break into up to four."""
    for at, unit in enumerate(page):
        if not unit.text.casefold().startswith("by") or any(part.leads(Leads.PAPER) for part in unit.links):
            continue
        for count in range(1, 5):
            joined = page[at : at + count]
            found = curator_of(" ".join(each.text for each in joined))
            if found is not None and (found.endswith("community") or count == 4):
                return found, {each.first for each in joined}
        if found := curator_of(unit.text):
            return found, {unit.first}
    return None, set()


def _bounds(
    page: Sequence[Unit], after: Sequence[Unit], date_line: int, printed: DateLine | None
) -> tuple[str | None, str | None]:
    """The days after the previous page's and before the next one's; none where they contradict the page."""
    days: dict[str, set[str]] = {"previous": set(), "next": set()}
    for unit in (*page, *after):
        for part in unit.links:
            day = day_of(part.link.place.address) if part.link and part.leads(Leads.LISTING) else None
            if day is not None:
                side = _side(part.text, unit, part.start, date_line, printed)
                days.get(side, set()).add(day)
    if len(days["previous"]) > 1 or len(days["next"]) > 1:
        return None, None
    earliest = _shifted(next(iter(days["previous"]), None), 1)
    latest = _shifted(next(iter(days["next"]), None), -1)
    if earliest is not None and latest is not None and earliest > latest:
        return None, None
    return earliest, latest


def _side(words: str, unit: Unit, start: int, date_line: int, printed: DateLine | None) -> str:
    """Whether a link leads back or on: by its words, or by the side of the printed date on which it stands."""
    if words:
        return "previous" if words.casefold() in _PREVIOUS else "next" if words.casefold() in _NEXT else ""
    if printed is None or abs(unit.first - date_line) > 4:
        return ""
    if unit.first != date_line:
        return "previous" if unit.first < date_line else "next"
    dated = next((part.start for part in unit.parts if part.link is None), start)
    return "previous" if start < dated else "next"


def _shifted(day: str | None, days: int) -> str | None:
    if day is None:
        return None
    try:
        return (date.fromisoformat(day) + timedelta(days=days)).isoformat()
    except OverflowError:
        return None


def only_day(printed: DateLine | None, earliest: str | None, latest: str | None) -> str | None:
    """Return the one day that the bounds and the printed month and day leave, or None."""
    if earliest is None or latest is None:
        return None
    first, last = date.fromisoformat(earliest), date.fromisoformat(latest)
    if printed is None:
        return earliest if first == last else None
    parsed = parse_printed_date(printed.text)
    days = [day for year in range(first.year, min(last.year, first.year + 2) + 1) if (day := parsed.in_year(year))]
    left = [day for day in days if first <= day <= last]
    return left[0].isoformat() if len(left) == 1 else None
