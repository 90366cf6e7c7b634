"""What to ask a papers API: what a person typed -> addresses and file names. Pure; the day of today comes from outside.

The addresses are those of https://huggingface.co/docs/hub/api#paper-pages-api.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal
from urllib.parse import quote

from catalog.arxiv import parse_arxiv_id
from catalog.dates import LISTING_START

LATEST: Final = "latest"
LONGEST_NAME: Final = 200
"""Bytes of a file name: file systems take 255, and the draft of a file needs some for itself."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Kind = Literal["daily", "latest", "paper", "search"]


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask.

    `shown` is how messages name it, `path` its address below the base address, `name` the file that keeps the answer:
    readers take the day and the words from it. Only the latest digest has none, as its answer says the day.
    """

    kind: Kind
    shown: str
    path: str
    name: str | None
    day: date | None = None


def daily_questions(wanted: Iterable[str], today: date) -> list[Question]:
    """Return what asks for the daily digests of `wanted`: each a day, two days with `..` between them, or `latest`.

    Each day comes once, in the order of `wanted`. Raises ValueError, in one sentence, for anything else, for days that
    have not come and for days before the listing began.
    """
    questions: dict[str, Question] = {}
    for text in wanted:
        if text == LATEST:
            questions[LATEST] = Question(kind="latest", shown=LATEST, path="/api/daily_papers", name=None)
            continue
        for day in _days(text, today):
            question = daily_question(day)
            questions.setdefault(question.shown, question)
    return list(questions.values())


def daily_question(day: date) -> Question:
    """Return what asks for the daily digest of `day`."""
    shown = day.isoformat()
    return Question(kind="daily", shown=shown, path=f"/api/daily_papers?date={shown}", name=f"{shown}.json", day=day)


def paper_questions(wanted: Iterable[str]) -> list[Question]:
    """Return what asks for papers by arXiv id, in any form in which one is written; each paper once.

    Raises ValueError for what is no arXiv id.
    """
    questions: dict[str, Question] = {}
    for text in wanted:
        arxiv_id = parse_arxiv_id(text).id
        encoded = quote(arxiv_id, safe="")
        questions[arxiv_id] = Question(
            kind="paper", shown=f"paper {arxiv_id}", path=f"/api/papers/{encoded}", name=f"paper {encoded}.json"
        )
    return list(questions.values())


def search_question(words: str, today: date) -> Question:
    """Return what asks for a search today. Raises ValueError where `words` are none, or too long for a file name."""
    words = words.strip()
    if not words:
        raise ValueError("nothing is searched for; give the words.")
    try:
        encoded = quote(words, safe="")
    except UnicodeEncodeError as error:
        raise ValueError("the words are not valid text; type them again.") from error
    name = f"search {today.isoformat()} {encoded}.json"
    if len(name) > LONGEST_NAME:
        # A name cut short would say that something else was searched for.
        raise ValueError("the words are too long for the name of a file; search for fewer.")
    return Question(kind="search", shown=f'search "{words}"', path=f"/api/papers/search?q={encoded}", name=name)


def _days(text: str, today: date) -> Iterable[date]:
    first_text, dots, last_text = text.partition("..")
    first = _day(first_text, text)
    last = _day(last_text, text) if dots else first
    if last < first:
        raise ValueError(f"{text} ends before it begins; turn the two days round.")
    if last > today:
        raise ValueError(f"{last} has not come: it is {today}, UTC; ask for days up to that.")
    if first < LISTING_START:
        raise ValueError(f"{first} is before the listing began, on {LISTING_START}; ask for days from then on.")
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def _day(text: str, typed: str) -> date:
    if _DAY.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass  # no such day
    raise ValueError(
        f"{typed[:80]!r} is no day, range of days or {LATEST!r}; write 2026-08-19, 2026-08-01..2026-08-19 or {LATEST}."
    )
