"""Questions -> documents in a folder, one after another: what is there is not asked for, what fails is said."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from catalog.errors import CatalogError, Fault
from catalog.fetch.client import Answer, Client
from catalog.fetch.faults import AnswerError
from catalog.fetch.questions import Question, daily_question
from catalog.fetch.store import is_stored, store

USUAL_PAGE: Final = 50
LONGEST_PAGE: Final = 100
"""How many papers an answer holds at most, unasked and asked for: `limit` of https://huggingface.co/docs/hub/api."""

_STATED_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T|$)")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question, as a line, and the document that answers it, where there is one."""

    text: str
    path: Path | None = None


def fetch_documents(
    questions: Iterable[Question],
    folder: Path,
    client: Client,
    *,
    today: date,
    again: bool = False,
    on_error: Callable[[Fault], None],
) -> Iterator[Outcome]:
    """Ask each of `questions`, store its answer in `folder` and yield what became of it.

    What is stored there is not asked for, unless `again`. Where one gets no answer, the sentence goes to `on_error`
    and the others go on; where the host answers nobody, or nothing can be written, they do not. Raises nothing.
    """
    session = _Session(folder, client, today, again)
    for question in questions:
        try:
            yield session.fetch(question)
        except AnswerError as error:
            on_error(Fault.of(CatalogError(f"{question.shown}: {error}")))
        except CatalogError as error:
            on_error(Fault.of(error))
            return


@dataclass(frozen=True, slots=True)
class _Session:
    folder: Path
    client: Client
    today: date
    again: bool

    def fetch(self, question: Question) -> Outcome:
        if self._is_there(question):
            return self._there(question)
        if question.kind == "latest":
            return self._fetch_latest(question)
        answer = self.client.get_json(question.path)
        if question.kind == "paper":
            if not isinstance(answer.data, dict) or "error" in answer.data:
                raise AnswerError(f"{self.client.host} answered with JSON that is no paper; check --base-url")
            return self._store(question, answer)
        if question.kind == "daily" and len(self._papers(answer)) == USUAL_PAGE:
            answer = self.client.get_json(f"{question.path}&limit={LONGEST_PAGE}")
        return self._store_list(question, answer)

    def _fetch_latest(self, question: Question) -> Outcome:
        """Fetch the newest day that the answer states: from this very answer where it holds that day and all of it."""
        answer = self.client.get_json(question.path)
        papers = self._papers(answer)
        days = _stated_days(papers)
        if not days:
            # Readers know no day in such a name: the day of asking is not the digest's.
            unknown = Question("latest", question.shown, question.path, f"latest {self.today.isoformat()}.json")
            return self._there(unknown) if self._is_there(unknown) else self._store_list(unknown, answer)
        newest = daily_question(max(days))
        if len(days) > 1 or len(papers) >= USUAL_PAGE:
            return self.fetch(newest)
        return self._there(newest) if self._is_there(newest) else self._store_list(newest, answer)

    def _is_there(self, question: Question) -> bool:
        return not self.again and question.name is not None and is_stored(self.folder, question.name)

    def _there(self, question: Question) -> Outcome:
        path = self.folder / (question.name or "")
        return Outcome(f"{path}: is there already; --again asks anew", path)

    def _papers(self, answer: Answer) -> list[Any]:
        papers = answer.data.get("data") if isinstance(answer.data, dict) else answer.data
        if not isinstance(papers, list):
            raise AnswerError(f"{self.client.host} answered with JSON that is no list of papers; check --base-url")
        return papers

    def _store_list(self, question: Question, answer: Answer) -> Outcome:
        papers = self._papers(answer)
        if not papers:
            return Outcome(f"{question.shown}: no papers, so nothing is stored")
        notes = ["1 paper" if len(papers) == 1 else f"{len(papers)} papers"]
        if question.kind == "daily":
            if len(papers) >= LONGEST_PAGE:
                notes.append("as many as an answer can hold, so some may be missing")
            if question.day is not None and question.day >= self.today:
                notes.append("the day is not over, --again asks for the rest")
            stated = _stated_days(papers) - {question.day}
            if stated:
                notes.append(f"some of them state {', '.join(day.isoformat() for day in sorted(stated)[:3])}")
        return self._store(question, answer, *notes)

    def _store(self, question: Question, answer: Answer, *notes: str) -> Outcome:
        path, is_new = store(self.folder, question.name or "", answer.content)
        done = "stored" if is_new else "unchanged, nothing stored"
        return Outcome(f"{path}: {', '.join([done, *notes])}", path)


def _stated_days(papers: list[Any]) -> set[date]:
    """Return the days on which the digest's entries say that they were in it."""
    days = set()
    for entry in papers:
        paper = entry.get("paper") if isinstance(entry, dict) else None
        stated = paper.get("submittedOnDailyAt") if isinstance(paper, dict) else None
        match = _STATED_DAY.match(stated) if isinstance(stated, str) else None
        if match:
            try:
                days.add(date.fromisoformat(match[1]))
            except ValueError:
                continue  # no such day
    return days
