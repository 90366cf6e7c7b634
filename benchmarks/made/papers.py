"""Invented papers, one after another."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from benchmarks.made.offers import Offer, offers, repository
from benchmarks.made.vocabulary import between, made_word, prose, skewed_rank, title_words

NAMED: Final = 0.53
"""Share of titles that begin with the name of the work and a colon: 182 of 341."""

PASTED_LENGTHS: Final = (
    *(1367, 1405, 1426, 1442, 1462, 1482, 1500, 1508, 1531, 1550, 1571),
    *(1600, 1632, 1665, 1694, 1750, 1801, 1841, 1873, 1899, 1920),
)
"""Characters of abstracts on pasted pages, in twentieths; 341 abstracts, 1,613 on the average."""

ANSWER_LENGTHS: Final = (500, 961, 1112, 1221, 1296, 1360, 1445, 1529, 1633, 1741, 1920)
"""Characters of abstracts in answers of the API, in tenths; 502 abstracts, 1,364 on the average."""

TITLE_LENGTHS: Final = (
    *(16, 44, 49, 55, 58, 62, 67, 70, 73, 75, 78),
    *(80, 82, 84, 86, 91, 96, 102, 105, 112, 174),
)
"""Characters of titles, in twentieths; 341 titles, 78 on the average."""

# What a page of search results lists was published so many years before; 45 cards.
_YEARS_BEFORE: Final = (1,) * 8 + (2,) * 8 + (3,) * 16 + (4,) * 4 + (5,) * 4 + (6,) * 3 + (7, 12)
_DAYS_BEFORE: Final = (0, 1, 1, 1, 2, 3, 3, 4, 4, 6, 17)
# arXiv ids have five digits since then.
_FIRST_DAY: Final = date(2015, 1, 1)
_MOST_IN_MONTH: Final = 99_999
_NAMES_FROM: Final = 5_000_000


@dataclass(frozen=True, slots=True)
class MadePaper:
    """One invented paper. `offers` are those of its abstract, `fields` the addresses that the API gives beside it."""

    number: int
    title: str
    abstract: str
    arxiv_id: str
    authors: tuple[str, ...]
    publication_date: date
    offers: tuple[Offer, ...]
    fields: dict[str, str]


class PaperMaker:
    """Makes papers in their order. Which paper has which number depends on `seed` alone, its date on its first day."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._months: Counter[str] = Counter()
        self.count = 0

    def make(self, day: date, *, is_new: bool) -> MadePaper:
        """Return the next paper, which is first listed on `day`; `is_new` where it is of these days, as the API lists.

        Raises ValueError where a month has more papers than arXiv has ids for.
        """
        self.count += 1
        chance = Random(f"{self._seed} {self.count}")
        published = _published(chance, day, is_new=is_new)
        name = made_word(_NAMES_FROM + self.count)
        is_named = chance.random() < NAMED
        length = round(between(chance, ANSWER_LENGTHS if is_new else PASTED_LENGTHS))
        found = offers(chance, name)
        room = length - sum(len(offer.sentence) + 1 for offer in found)
        text = prose(chance, room, name.capitalize() if is_named else None)
        return MadePaper(
            number=self.count,
            title=_title(chance, name if is_named else None),
            abstract=" ".join((text, *(offer.sentence for offer in found))),
            arxiv_id=self._arxiv_id(published),
            authors=_authors(chance),
            publication_date=published,
            offers=found,
            fields=_fields(chance, name),
        )

    def _arxiv_id(self, published: date) -> str:
        month = f"{published.year % 100:02}{published.month:02}"
        self._months[month] += 1
        if self._months[month] > _MOST_IN_MONTH:
            raise ValueError("more papers in one month than arXiv has ids for; make fewer")
        return f"{month}.{self._months[month]:05}"


def _published(chance: Random, day: date, *, is_new: bool) -> date:
    if is_new:
        return day - timedelta(days=round(between(chance, _DAYS_BEFORE)))
    days = chance.choice(_YEARS_BEFORE) * 365 - chance.randrange(365)
    return max(day - timedelta(days=days), _FIRST_DAY)


def _title(chance: Random, name: str | None) -> str:
    length = round(between(chance, TITLE_LENGTHS))
    if name is None:
        # So many words that no other title is the same.
        return title_words(chance, max(length, 60))
    return f"{name.capitalize()}: {title_words(chance, length - len(name) - 2)}"


def _authors(chance: Random) -> tuple[str, ...]:
    count = min(175, max(1, round(chance.lognormvariate(1.85, 0.62))))
    return tuple(dict.fromkeys(_author(skewed_rank(chance, 3000, 0.9)) for _ in range(count)))


def _author(rank: int) -> str:
    return f"{made_word(rank % 997).capitalize()} {made_word(rank).capitalize()}"


def _fields(chance: Random, name: str) -> dict[str, str]:
    """The addresses in the fields of the API: 172 of 502 papers name a repository, 115 a page; 136 an organisation."""
    fields = {}
    if chance.random() < 0.34:
        fields["githubRepo"] = f"https://{repository(chance, name)}"
    if chance.random() < 0.23:
        fields["projectPage"] = f"https://{name}.github.io/"
    if chance.random() < 0.27:
        fields["organization"] = f"{made_word(skewed_rank(chance, 200, 0.9)).capitalize()} Institute"
    return fields
