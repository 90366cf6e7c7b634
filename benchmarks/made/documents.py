"""Made source documents: pasted pages and answers of the Daily Papers API, one after another in little memory."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from heapq import heappop, heappush
from random import Random
from typing import Any, Final

from benchmarks.made.papers import MadePaper, PaperMaker

ENTRIES_PER_PAPER: Final = 421 / 341
"""Five pages of 421 entries list 341 papers."""

ENTRIES_IN_DOCUMENT: Final = (46, 124, 82)
"""Least, most and most frequent number of entries in a document: 84 on the average."""

ANSWERS: Final = 0.2
"""Share of documents that are answers of the API and not pasted pages. An assumption."""

WITH_TRAILERS: Final = 0.2
"""Share of pasted pages whose cards print authors and date: one of five."""

WITHOUT_TRAILER, WITH_COMMENTS = 1 / 46, 4 / 45
"""Shares of the cards on such a page: without a trailer all the same, and with a count of comments."""

FIRST_DAY, LAST_DAY = date(2023, 5, 4), date(2026, 6, 30)
"""Days of the first and the last document; the listing began on the first."""

# Papers of 341 that stand in two, three, four and five digests, and how many entries these are more than papers.
_REPEATED: Final = {1: 37, 2: 9, 3: 7, 4: 1}
_FURTHER: Final = sum(times * papers for times, papers in _REPEATED.items()) / 341
_MOST_PER_PAPER: Final = 2.0
_FURTHEST: Final = 60  # documents between two entries of a paper; bounds the memory
_HEAD: Final = ("new", "Get trending papers in your email inbox!", "Subscribe", "Daily Papers")
_CURATOR: Final = "byAK and the research community"
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class MadeDocument:
    """One document: its file name, its bytes, and what any reading of it must find."""

    name: str
    content: bytes
    day: date
    papers: tuple[MadePaper, ...]

    @property
    def is_answer(self) -> bool:
        """Whether it is an answer of the API, else a pasted page."""
        return self.name.endswith(".json")


def made_documents(papers: int, *, entries: int | None = None, seed: int = 1) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of documents that list `papers` papers in `entries` entries, the same for the same seed.

    Without `entries` papers are repeated as on real pages, 421 entries for 341 papers. There are at most `entries`,
    less at the end by what a document cannot list twice. Raises ValueError where these are fewer than the papers or
    more than two for each, and where a month has no arXiv ids left.
    """
    for document in described_documents(papers, entries=entries, seed=seed):
        yield document.name, document.content


def described_documents(papers: int, *, entries: int | None = None, seed: int = 1) -> Iterator[MadeDocument]:
    """Yield the documents of `made_documents` together with what they hold."""
    most = round(papers * ENTRIES_PER_PAPER) if entries is None else entries
    if not 0 < papers <= most <= papers * _MOST_PER_PAPER:
        raise ValueError(f"{most:,} entries cannot list {papers:,} papers; name one or two entries for each paper")
    listing = _Listing(papers, most, seed)
    while (document := listing.next()) is not None:
        yield document


@dataclass(slots=True)
class _Listing:
    """What was listed so far, and the papers that a later document lists again."""

    papers: int
    entries: int
    seed: int
    number: int = 0
    listed: int = 0
    maker: PaperMaker = field(init=False)
    chance: Random = field(init=False)
    _again: list[tuple[int, int, MadePaper]] = field(default_factory=list)
    _order: int = 0

    def __post_init__(self) -> None:
        self.maker = PaperMaker(self.seed)
        self.chance = Random(f"{self.seed} documents")

    def next(self) -> MadeDocument | None:
        """Return the next document; None after the last."""
        size = min(round(self.chance.triangular(*ENTRIES_IN_DOCUMENT)), self.entries - self.listed)
        is_answer = self.chance.random() < ANSWERS and self.maker.count < self.papers
        day = FIRST_DAY + (LAST_DAY - FIRST_DAY) * (self.listed / self.entries)
        found = self._entries(size, day, is_answer=is_answer)
        if not found:
            return None
        self.number += 1
        self.listed += len(found)
        if is_answer:
            name, text = f"made-{self.number:06} {day.isoformat()}.json", _answer(self.chance, found, day)
        else:
            name, text = f"made-{self.number:06}.txt", _page(self.chance, found, day)
        return MadeDocument(name, text.encode(), day, tuple(found))

    def _entries(self, size: int, day: date, *, is_answer: bool) -> list[MadePaper]:
        # The API lists each paper on the day on which it came, so that only pages list one again.
        found = [] if is_answer else self._due(size)
        while len(found) < size and self.maker.count < self.papers:
            paper = self.maker.make(day, is_new=is_answer)
            found.append(paper)
            for _ in range(self._times_again()):
                self._list_again(paper)
        self.chance.shuffle(found)
        return found

    def _due(self, size: int) -> list[MadePaper]:
        """The papers that are to be listed again by now, each once; at the end, all that are left."""
        found: dict[int, MadePaper] = {}
        twice: list[MadePaper] = []
        is_end = self.maker.count >= self.papers
        while self._again and len(found) < size and (is_end or self._again[0][0] <= self.number):
            paper = heappop(self._again)[2]
            if paper.number in found:
                twice.append(paper)
            found[paper.number] = paper
        for paper in twice:
            self._list_again(paper)
        return list(found.values())

    def _list_again(self, paper: MadePaper) -> None:
        due = self.number + 1 + min(int(self.chance.expovariate(0.1)), _FURTHEST)
        self._order += 1
        heappush(self._again, (due, self._order, paper))

    def _times_again(self) -> int:
        """How often a new paper will be listed again, such that papers and entries end together."""
        left = self.papers - self.maker.count + 1
        promised = self.listed + len(self._again)
        further = max(0.0, (self.entries - promised - left) / left) if left > 1000 else self.entries / self.papers - 1
        lot = self.chance.random() * 341 * _FURTHER / further if further else 341.0
        for times, papers in _REPEATED.items():
            lot -= papers
            if lot < 0:
                return times
        return 0


def _page(chance: Random, papers: Sequence[MadePaper], day: date) -> str:
    head = _HEAD if chance.random() < 0.5 else _HEAD[:-1]
    pieces = [*head, _CURATOR, f"{_MONTHS[day.month - 1]} {day.day}"]
    has_trailers = chance.random() < WITH_TRAILERS
    for paper in papers:
        pieces += [paper.title, paper.abstract]
        if has_trailers and chance.random() >= WITHOUT_TRAILER:
            pieces.append(_trailer(chance, paper, day))
    return "\n\n".join(pieces) + "\n"


def _trailer(chance: Random, paper: MadePaper, day: date) -> str:
    count = len(paper.authors)
    published = paper.publication_date
    printed = f"{_MONTHS[published.month - 1]} {published.day}"
    if published.year != day.year:
        printed += f", {published.year}"
    comments = f" {chance.choice((1, 1, 2, 3))}" if chance.random() < WITH_COMMENTS else ""
    return f"  • {count} author{'s' if count > 1 else ''}\n·\n{printed}{comments}"


def _answer(chance: Random, papers: Sequence[MadePaper], day: date) -> str:
    return json.dumps([_element(chance, paper, day) for paper in papers], indent=1, ensure_ascii=False)


def _element(chance: Random, paper: MadePaper, day: date) -> dict[str, Any]:
    fields = dict(paper.fields)
    organization = fields.pop("organization", None)
    published = f"{paper.publication_date.isoformat()}T{chance.randrange(24):02}:00:00.000Z"
    element: dict[str, Any] = {
        "paper": {
            "id": paper.arxiv_id,
            "authors": [{"name": name, "hidden": False} for name in paper.authors],
            "publishedAt": published,
            "title": paper.title,
            "summary": paper.abstract,
            "upvotes": int(chance.lognormvariate(1.79, 1.17)),
            **fields,
        },
        "publishedAt": published,
        "title": paper.title,
        "numComments": chance.choice((1, 1, 1, 1, 1, 1, 1, 1, 2, 3)),
        "submittedBy": {"name": f"{paper.authors[0].split()[0].lower()}{chance.randrange(100)}"},
    }
    # The listing states it since 2025.
    if day.year >= 2025:
        element["paper"]["submittedOnDailyAt"] = f"{day.isoformat()}T06:00:00.000Z"
    if organization is not None:
        element["organization"] = {"name": organization}
    return element
