"""The units of one captured page -> its cards. Pure.

A card begins with its title, or with what stands right above it and is known to belong below: the image, "Submitted
by", and the button that votes, which names the paper. Below the title stand the abstract and the small print. Whatever
is neither closes the card; nothing up to the next certain beginning is given to it then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, Literal

from catalog.readers.captured_addresses import Leads
from catalog.readers.captured_facts import Facts, is_known, is_name, read_facts, read_number
from catalog.readers.captured_titles import Title
from catalog.readers.captured_units import Part, Source, Unit
from catalog.values import value

Counts = Literal["above", "below", "doubtful"]

_DOUBTFUL_NUMBER: Final = "the number may be the comments on the paper above or the votes for the one below"
_OTHER_PAPER: Final = "the lines above a title name another paper than the title does"
_NO_TITLE_BELOW: Final = "the lines look like the beginning of a card, and no title follows"


@dataclass(slots=True)
class Card:
    """A card: its lines from `first` up to `end`, counted from 0, and its abstract as a range of the text."""

    title: Title
    first: int
    end: int
    facts: Facts = field(default_factory=Facts)
    abstract: tuple[int, int] | None = None


@value()
class Refused:
    """Lines from `first` up to `end` that belong to no card, and why."""

    first: int
    end: int
    reason: str


@dataclass(slots=True)
class Walk:
    """What was found on a page: cards, refused lines, and the units outside of any card in order."""

    cards: list[Card] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    outside: list[Unit] = field(default_factory=list)


def find_cards(source: Source, units: Sequence[Unit], titles: dict[int, Title]) -> Walk:
    """Return the cards of a page; `titles` are those of its units, by their place among `units`. Raises nothing."""
    walker = _Walker(source, units, titles)
    for at, unit in enumerate(units):
        walker.take(at, unit)
    walker.close()
    return walker.walk


def _is_silent(unit: Unit) -> bool:
    return unit.is_blank or unit.is_rule or unit.is_definition


def _is_number(unit: Unit) -> bool:
    is_lost_dash = not unit.text and any(part.leads(Leads.LOST) for part in unit.links)
    is_linked = any(not part.leads(Leads.LOST) for part in unit.links)
    return is_lost_dash or (not is_linked and read_number(unit.text) is not None)


def _where_counts_stand(units: Sequence[Unit], titles: dict[int, Title]) -> Counts:
    """Whether a bare number before a title counts the votes for it, or the comments on the card before."""
    if any(part.leads(Leads.VOTE) for unit in units for part in unit.links):
        return "below"
    heard = [at for at, unit in enumerate(units) if not _is_silent(unit) or at in titles]
    above = {after for before, after in pairwise(heard) if _is_number(units[before])}
    first, last = min(titles, default=0), max(titles, default=0)
    if first in above:
        return "above"
    tail = [units[at] for at in heard if at > last]
    closing = next((at for at, unit in enumerate(tail) if is_known(unit)), len(tail))
    return "below" if any(_is_number(unit) for unit in tail[:closing]) else "doubtful"


def _signs_stand_above(units: Sequence[Unit], titles: dict[int, Title]) -> bool:
    """Whether "Submitted by" stands above the titles of a page, as it does on the listing, or below them."""
    signed = {at for at, unit in enumerate(units) if unit.text.casefold().startswith("submitted by")}
    first, last = min(titles, default=0), max(titles, default=0)
    if not signed or min(signed) < first or max(signed) > last:
        return not signed or min(signed) < first
    heard = [at for at, unit in enumerate(units) if at in titles or not _is_silent(unit)]
    return any(at in signed and before not in titles for before, at in pairwise(heard))


class _Walker:
    """Goes over the units once; at most one card and one beginning of a card are open."""

    def __init__(self, source: Source, units: Sequence[Unit], titles: dict[int, Title]) -> None:
        self.walk = Walk()
        self._source = source
        self._units = units
        self._titles = titles
        self._counts = _where_counts_stand(units, titles)
        self._signs_above = _signs_stand_above(units, titles)
        self._next_heard = self._find_next_heard()
        self._card: Card | None = None
        self._takes_prose = False
        self._lead: list[Unit] = []
        self._lead_facts = Facts()

    def _find_next_heard(self) -> list[int]:
        """For each unit, the next one that is not silent."""
        following = [len(self._units)] * (len(self._units) + 1)
        for at in range(len(self._units) - 1, 0, -1):
            is_heard = at in self._titles or not _is_silent(self._units[at])
            following[at - 1] = at if is_heard else following[at]
        return following

    def take(self, at: int, unit: Unit) -> None:
        """Take the next unit of the page."""
        if at in self._titles:
            self._begin(unit, self._titles[at])
        elif _is_silent(unit):
            self._pass_over(unit)
        elif self._is_doubtful_number(at, unit):
            self.walk.refused.append(Refused(unit.first, unit.end, _DOUBTFUL_NUMBER))
            self._card = None
        elif not (self._take_lead(at, unit) or self._take_into_card(at, unit)):
            self.close()
            self.walk.outside.append(unit)

    def close(self) -> None:
        """End the open card, and refuse a beginning that led to no title."""
        if self._lead:
            self.walk.refused.append(Refused(self._lead[0].first, self._lead[-1].end, _NO_TITLE_BELOW))
        self._card = None
        self._lead = []
        self._lead_facts = Facts()

    def _pass_over(self, unit: Unit) -> None:
        is_seen = unit.is_rule or any(line.strip() for line in self._source.lines[unit.first : unit.end])
        # An image in the middle of an abstract would be part of its text.
        if is_seen and self._card is not None and self._card.abstract is not None:
            self._takes_prose = False

    def _is_doubtful_number(self, at: int, unit: Unit) -> bool:
        is_last = self._next_heard[at] in self._titles
        return self._counts == "doubtful" and is_last and _is_number(unit) and not self._lead

    def _begin(self, unit: Unit, title: Title) -> None:
        facts, first = self._lead_facts, unit.first
        if self._lead and not facts.paper_ids <= {title.arxiv_id}:
            lead = Refused(self._lead[0].first, self._lead[-1].end, _OTHER_PAPER)
            self.walk.refused.append(lead)
            facts = Facts()
        elif self._lead:
            first = self._lead[0].first
        self._lead = []
        self._lead_facts = Facts()
        if title.reason is not None:
            self._card = None
            self.walk.refused.append(Refused(first, title.end, title.reason))
            return
        if facts.numbers:
            facts.vote_count = facts.numbers[-1]
        self._card = Card(title, first, title.end, facts)
        self._takes_prose = True
        for part in unit.links:
            of_title = Facts()
            if part.leads(Leads.VOTE, Leads.COMMENTS) and of_title.take(part, title.arxiv_id):
                facts.merge(of_title)
        self.walk.cards.append(self._card)

    def _take_lead(self, at: int, unit: Unit) -> bool:
        """Take a unit as part of the beginning of a card, above its title."""
        if self._card is not None and unit.first < self._card.end:
            return True
        facts = self._lead_facts if self._lead else Facts()
        numbers_before = len(facts.numbers)
        understood = all(facts.take(part, None) for part in unit.parts)
        if self._lead:
            is_below_title = facts.author_count or facts.date or facts.organization or facts.code
            if understood and not is_below_title:
                self._lead.append(unit)
                return True
            self.close()
            return False
        own_id = self._card.title.arxiv_id if self._card is not None else None
        names_other = bool(facts.paper_ids) and own_id not in facts.paper_ids
        is_votes = (
            self._counts == "above" and len(facts.numbers) > numbers_before and self._next_heard[at] in self._titles
        )
        is_begun = names_other or (facts.is_signed and self._signs_above) or (is_votes and _is_number(unit))
        if not understood or not is_begun or facts.author_count is not None or facts.date is not None:
            return False
        self.close()
        self._lead, self._lead_facts = [unit], facts
        return True

    def _take_into_card(self, at: int, unit: Unit) -> bool:
        card = self._card
        # A heading is no small print: it is a title whose address was damaged.
        if card is None or unit.heading:
            return False
        facts = read_facts(unit, card.title.arxiv_id)
        if facts is None and card.facts.is_signed and card.facts.submitted_by is None and is_name(unit):
            facts = Facts(submitted_by=unit.text, is_signed=True)
        if facts is not None:
            return self._take_facts(card, unit, facts)
        if self._take_linked_abstract(card, unit) or self._take_name(card, at, unit):
            return True
        if not self._takes_prose or is_known(unit):
            return False
        self._take_abstract(card, unit, self._source.starts[unit.first], self._source.starts[unit.end] - 1)
        return True

    def _take_facts(self, card: Card, unit: Unit, facts: Facts) -> bool:
        if facts.numbers:
            if len(facts.numbers) > 1 or facts.comment_count is not None:
                return False
            facts.comment_count = facts.numbers[0]
        if not card.facts.merge(facts):
            return False
        card.end = unit.end
        self._takes_prose = self._takes_prose and facts.says_nothing and card.abstract is None
        return True

    def _take_linked_abstract(self, card: Card, unit: Unit) -> bool:
        """Take the abstract where it is the words of a link to the paper, with small print after it."""
        part = unit.parts[0]
        is_own = part.leads(Leads.PAPER) and part.target is not None and part.target.arxiv_id == card.title.arxiv_id
        is_own = is_own or (part.leads(Leads.LOST) and not is_name(unit))
        if not is_own or part.link is None or not (card.abstract is None or self._takes_prose):
            return False
        facts = Facts()
        understood = all(facts.take(other, card.title.arxiv_id) for other in unit.parts[1:])
        if not understood or not self._take_facts(card, unit, facts):
            return False
        if part.text != card.title.text:
            self._take_abstract(card, unit, part.link.inner_start, part.link.inner_end)
        self._takes_prose = False
        return True

    def _take_name(self, card: Card, at: int, unit: Unit) -> bool:
        """Take a bare name for the organisation where authors would stand: above a bullet and the date."""
        if card.facts.organization is not None or card.facts.author_count is not None or not is_name(unit):
            return False
        name, dot, small_print = unit.text.partition(" · ")
        if dot:
            facts = Facts(organization=name)
            return facts.take(Part((small_print,), 0, 0), None) and self._take_facts(card, unit, facts)
        below = self._next_heard[at]
        if below >= len(self._units):
            return False
        text = self._source.text
        between = text[self._source.starts[unit.end] : self._source.starts[self._units[below].end]]
        beside = read_facts(self._units[below], card.title.arxiv_id)
        is_date_next = between.lstrip()[:1] in ("·", "•") and beside is not None and beside.date is not None
        if not is_date_next:
            return False
        facts = Facts()
        return facts.take_name(unit.text) and self._take_facts(card, unit, facts)

    def _take_abstract(self, card: Card, unit: Unit, start: int, end: int) -> None:
        start, end = self._source.trimmed(start, end)
        while end > start and self._source.text[end - 1] == "\\":
            start, end = self._source.trimmed(start, end - 1)
        if start < end:
            card.abstract = (card.abstract[0] if card.abstract else start, end)
        card.end = unit.end
