"""From a text to the links it offers: mend it, find the addresses, and read what the sentences say of them."""

from __future__ import annotations

import re
from typing import NamedTuple

from catalog.links.canonical import canonicalize
from catalog.links.mend import mend
from catalog.links.roles import Reading, read_words, settle_roles
from catalog.links.scan import Stretch, find_stretches
from catalog.links.sentences import surroundings
from catalog.links.targets import FoundLink, Target

# Between an address and the words that show it: `URL{`, `\href{URL}{`, `\href{URL}{\texttt{`.
_SHOWN_AS = re.compile(r"\}?\{(?:\\[a-z]{1,12}\{){0,3}")
# The same where the words break at a hyphen: `\href{https://big-acme.github.io}{big-⏎acme.github.io}`.
_SHOWN_IN_TWO = re.compile(r"\}\{([a-z0-9-]{1,60}-)\s{1,2}")


class _Place(NamedTuple):
    stretch: Stretch
    target: Target


def find_links(text: str) -> list[FoundLink]:
    """The addresses that a text offers: one for each distinct target, in the order of place.

    Takes any text and raises nothing; an empty list where there is no address. No two `verbatim`s overlap. An
    address that the text repeats is given once, where it first stands, with what all its sentences say of it.
    """
    mended = mend(text)
    places = _without_labels(mended.text, _places(mended.text))
    if not places:
        return []
    readings = _readings(mended.text, places)
    merged: dict[str, tuple[_Place, list[Reading]]] = {}
    for place, reading in zip(places, readings, strict=True):
        merged.setdefault(place.target.key, (place, []))[1].append(reading)
    links: list[FoundLink] = []
    for place, said in merged.values():
        start = mended.original_start(place.stretch.start)
        end = mended.original_end(place.stretch.end)
        mentions = tuple(role for reading in said for role in reading.mentions)
        links.append(
            FoundLink(
                verbatim=text[start:end],
                start=start,
                url=place.stretch.url,
                target=place.target,
                roles=settle_roles(mentions, place.target),
                is_promised=all(reading.is_promised for reading in said),
                is_own=any(reading.is_own for reading in said),
            )
        )
    return links


def _places(text: str) -> list[_Place]:
    places: list[_Place] = []
    for stretch in find_stretches(text):
        try:
            places.append(_Place(stretch, canonicalize(stretch.url)))
        except ValueError:
            continue
    return places


def _without_labels(text: str, places: list[_Place]) -> list[_Place]:
    """Drop what only shows an address in words: `URL{text}`, `\\href{URL}{text}`, `[text](URL)` on one host."""
    kept: list[_Place] = []
    for place in places:
        if kept:
            previous, between = kept[-1], text[kept[-1].stretch.end : place.stretch.start]
            if _is_shown(previous, between, place):
                continue
            is_labelled = between == "](" and _site(previous) == _site(place)
            if is_labelled and previous.target.key != place.target.key:
                kept.pop()
        kept.append(place)
    return kept


def _is_shown(previous: _Place, between: str, place: _Place) -> bool:
    """Whether `place` is in the words that show the address before it, be they broken at a hyphen."""
    if _site(previous) == _site(place):
        return _SHOWN_AS.fullmatch(between) is not None
    lead = _SHOWN_IN_TWO.fullmatch(between)
    return lead is not None and _site(previous) == lead[1] + _site(place)


def _site(place: _Place) -> str:
    return place.target.host.removeprefix("www.")


def _readings(text: str, places: list[_Place]) -> list[Reading]:
    """One reading for each place; an address joined to another by "and" shares its words."""
    readings: list[Reading] = []
    run: list[int] = []
    for index, place in enumerate(places):
        previous_end = places[index - 1].stretch.end if index else None
        next_start = places[index + 1].stretch.start if index + 1 < len(places) else None
        words = surroundings(text, place.stretch.start, place.stretch.end, previous_end, next_start)
        if words.shares_previous and readings:
            readings.append(readings[-1])
            run.append(index)
        else:
            readings.append(read_words(words))
            run = [index]
        if len(run) > 1 and "respectively" in words.after[:24].casefold():
            _pair_off(readings, run)
    return readings


def _pair_off(readings: list[Reading], run: list[int]) -> None:
    """ "Code and data are at A and B, respectively": one mention for each address, in order."""
    shared = readings[run[0]]
    if len(shared.mentions) != len(run):
        return
    for index, mention in zip(run, shared.mentions, strict=True):
        readings[index] = Reading((mention,), shared.is_promised, shared.is_own)
