"""What each way of reading a piece costs -> the cheapest reading of a page, and which others are as good. Pure.

Where a reading stands between two pieces is the last thing that it read: the head, a title, an abstract, a trailer, a
piece of no card, or the tail of the page. A card may begin after each but the last; to end one that way, rather than by
its trailer, may cost something too. The cheapest reading is found by going over the pieces once forwards and once
backwards, so the time is linear.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

NO_ABSTRACT: Final = 7  # as much as a further paragraph like a title: between the two there is doubt
NO_ABSTRACT_BEFORE_TRAILER: Final = 5  # the trailer shows that a card ended here
NO_TRAILER: Final = 3  # on a page that has trailers; some cards lack theirs
NO_CARD: Final = 7  # as much as a title without abstract: rather in doubt than a card made of a banner
MORE_NO_CARD: Final = 5  # a banner of several lines is one exception with some more
DOUBT: Final = 2  # readings that are this close are equally good

_IMPOSSIBLE: Final = 1 << 40
_AT_FIRST: Final = (0, _IMPOSSIBLE, _IMPOSSIBLE, _IMPOSSIBLE, _IMPOSSIBLE, _IMPOSSIBLE)


class Label(Enum):
    """What a piece is; the values are the words of the reasons for rejects."""

    TITLE = "a title"
    ABSTRACT = "an abstract"
    CONTINUATION = "a further paragraph of the abstract above"
    TITLE_AND_ABSTRACT = "a title and its abstract without a blank line between"
    ABSTRACT_AND_TITLE = "an abstract and the next title without a blank line between"
    TRAILER = "the trailer of the card above"
    NO_CARD = "no part of any card"
    FURNITURE = "page furniture"


# In Python 3.11 a member of an enumeration takes longer to reach than a name.
_NO_CARD, _TITLE, _ABSTRACT, _CONTINUATION = Label.NO_CARD, Label.TITLE, Label.ABSTRACT, Label.CONTINUATION


@dataclass(slots=True)
class Choices:
    """What it costs to read one piece as each of the things that it may be, without the end of the card above.

    A trailer may be that or no part of a card. A paragraph may be no part of a card, furniture where it `may_be_head`
    or `may_be_tail`, a title, an abstract, a continuation, and of two glued ones where it `may_be_glued`. `is_plain`
    where it is a paragraph with none of these.
    """

    title: int = 0
    abstract: int = 0
    continuation: int = 0
    title_and_abstract: int = 0
    abstract_and_title: int = 0
    is_trailer: bool = False
    may_be_glued: bool = False
    may_be_head: bool = False
    may_be_tail: bool = False
    is_plain: bool = True


@dataclass(frozen=True, slots=True)
class Best:
    """The cheapest reading: its cost, the label of each piece, and by the place of a piece what it is just as well."""

    cost: int
    labels: list[Label]
    alternatives: dict[int, tuple[Label, ...]]


# The least costs of coming to each place, or of going on from each: head, title, abstract, trailer, no card, tail.
_Costs = tuple[int, int, int, int, int, int]
# What it costs in each place to end a card, other than by its trailer.
_Ends = tuple[int, int, int, int, int, int]


def best_reading(choices: Sequence[Choices], *, has_trailers: bool) -> Best:
    """Return the reading with the least cost.

    A label is an alternative where some reading with it costs no more than DOUBT above the least.
    """
    no_trailer = NO_TRAILER if has_trailers else 0
    ends: _Ends = (0, NO_ABSTRACT + no_trailer, no_trailer, 0, 0, 0)
    forward = _forward(choices, ends)
    after: _Costs = ends
    cost = min(map(sum, zip(forward[-1], after, strict=True)))
    labels: list[Label] = []
    alternatives: dict[int, tuple[Label, ...]] = {}
    for at in range(len(choices) - 1, -1, -1):
        choice = choices[at]
        if choice.is_plain:
            through, after = _through_plain(choice, forward[at], after, ends)
        else:
            through, after = _through(choice, forward[at], after, ends)
        near = [label for of_label, label in through if of_label <= cost + DOUBT]
        if len(near) > 1:
            best = next(label for of_label, label in through if of_label == cost)
            alternatives[at] = tuple(label for label in near if label is not best)
            near = [best]
        labels += near
    labels.reverse()
    return Best(cost, labels, alternatives)


def _forward(choices: Sequence[Choices], ends: _Ends) -> list[_Costs]:
    """The least costs of coming to each place, before each piece and at the end."""
    _, title_ends, abstract_ends, _, _, _ = ends
    costs: list[_Costs] = [_AT_FIRST]
    for choice in choices:
        head, title, abstract, trailer, no_card, tail = costs[-1]
        begins = min(head, title + title_ends, abstract + abstract_ends, trailer)
        to_no_card = min(begins + NO_CARD, no_card + MORE_NO_CARD)
        to_tail = tail + MORE_NO_CARD
        if choice.is_trailer:
            to_trailer = min(title + NO_ABSTRACT_BEFORE_TRAILER, abstract)
            costs.append((_IMPOSSIBLE, _IMPOSSIBLE, _IMPOSSIBLE, to_trailer, to_no_card, to_tail))
            continue
        begins = min(begins, no_card)
        to_head = _IMPOSSIBLE
        to_title = begins + choice.title
        to_abstract = min(title + choice.abstract, abstract + choice.continuation)
        if not choice.is_plain:
            if choice.may_be_head:
                to_head = min(head, no_card)
            if choice.may_be_tail:
                to_tail = min(to_tail, begins, tail)
            if choice.may_be_glued:
                to_title = min(to_title, title + choice.abstract_and_title + abstract_ends)
                to_abstract = min(to_abstract, begins + choice.title_and_abstract)
        costs.append((to_head, to_title, to_abstract, _IMPOSSIBLE, to_no_card, to_tail))
    return costs


def _through_plain(
    choice: Choices, here: _Costs, after: _Costs, ends: _Ends
) -> tuple[Sequence[tuple[int, Label]], _Costs]:
    """The same as _through for a paragraph that is neither glued nor furniture, as nearly all are, in less time."""
    head, title, abstract, trailer, no_card, tail = here
    _, to_title, to_abstract, _, to_no_card, to_tail = after
    _, title_ends, abstract_ends, _, _, _ = ends
    as_title, as_abstract = choice.title + to_title, choice.abstract + to_abstract
    as_more = choice.continuation + to_abstract
    refused, more, more_tail = NO_CARD + to_no_card, MORE_NO_CARD + to_no_card, MORE_NO_CARD + to_tail
    begins = min(head, title + title_ends, abstract + abstract_ends, trailer)
    through = (
        (min(begins + refused, no_card + more, tail + more_tail), _NO_CARD),
        ((begins if begins < no_card else no_card) + as_title, _TITLE),
        (title + as_abstract, _ABSTRACT),
        (abstract + as_more, _CONTINUATION),
    )
    card = refused if refused < as_title else as_title
    from_title, from_abstract = card + title_ends, card + abstract_ends
    before = (
        card,
        from_title if from_title < as_abstract else as_abstract,
        from_abstract if from_abstract < as_more else as_more,
        card,
        more if more < as_title else as_title,
        more_tail,
    )
    return through, before


def _through(choice: Choices, here: _Costs, after: _Costs, ends: _Ends) -> tuple[Sequence[tuple[int, Label]], _Costs]:
    """The least cost of a whole reading with each label of one piece, and the costs of going on from before it."""
    head, title, abstract, trailer, no_card, tail = here
    to_head, to_title, to_abstract, to_trailer, to_no_card, to_tail = after
    _, title_ends, abstract_ends, _, _, _ = ends
    card, more, more_tail = NO_CARD + to_no_card, MORE_NO_CARD + to_no_card, MORE_NO_CARD + to_tail
    begins = min(head, title + title_ends, abstract + abstract_ends, trailer)
    through = [(min(begins + card, no_card + more, tail + more_tail), _NO_CARD)]
    if choice.is_trailer:
        after_title = NO_ABSTRACT_BEFORE_TRAILER + to_trailer
        through.append((min(title + after_title, abstract + to_trailer), Label.TRAILER))
        from_title, from_abstract = min(card + title_ends, after_title), min(card + abstract_ends, to_trailer)
        return through, (card, from_title, from_abstract, card, more, more_tail)
    begins = min(begins, no_card)
    from_head = _IMPOSSIBLE
    as_furniture = _IMPOSSIBLE
    if choice.may_be_head:
        from_head = to_head
        as_furniture = min(head, no_card) + to_head
    if choice.may_be_tail:
        as_furniture = min(as_furniture, min(begins, tail) + to_tail)
        card, more, more_tail = min(card, to_tail), min(more, to_tail), min(more_tail, to_tail)
    if choice.may_be_head or choice.may_be_tail:
        through.append((as_furniture, Label.FURNITURE))
    begin, after_title = choice.title + to_title, choice.abstract + to_abstract
    as_more = choice.continuation + to_abstract
    single = ((begins + begin, _TITLE), (title + after_title, _ABSTRACT), (abstract + as_more, _CONTINUATION))
    if choice.may_be_glued:
        both = choice.title_and_abstract + to_abstract
        turned = choice.abstract_and_title + abstract_ends + to_title
        through += [(begins + both, Label.TITLE_AND_ABSTRACT), (title + turned, Label.ABSTRACT_AND_TITLE)]
        begin, after_title = min(begin, both), min(after_title, turned)
    through += single
    card = min(card, begin)
    from_title, from_abstract = min(card + title_ends, after_title), min(card + abstract_ends, as_more)
    return through, (min(card, from_head), from_title, from_abstract, card, min(more, begin, from_head), more_tail)
