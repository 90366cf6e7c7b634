"""Builders of invented listing pages, in every form that a pasted page takes, and what must be true of any reading."""

from __future__ import annotations

import hashlib
import random
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace

from catalog.documents import Document, split_lines
from catalog.readers import pasted_page
from catalog.records import DocumentRecord
from tests.conservation import conserved, squeezed

HEAD = (
    "new",
    "Get trending papers in your email inbox!",
    "Subscribe",
    "Daily Papers",
    "byAK and the research community",
    "Mar 11",
)
TRAILER = ("  • 5 authors", "·", "Mar 2, 2025 2")

_SUBJECTS = ("Teapots", "Paper Boats", "Left Socks", "Garden Gnomes", "Unread Letters", "Tin Whistles", "Moon Cheese")
_METHODS = ("Counting", "Folding", "Sorting", "Painting", "Weighing", "Naming", "Hiding")
_SENTENCES = (
    "We present an invented method that nobody should use for {subject} of any colour or size.",
    "It runs on hamsters, needs no data, and stops when the hamsters are asleep.",
    "Earlier invented methods could not tell one of the {subject} from a spoon (Nobody et al., 1899).",
    "On five imaginary benchmarks the score goes up by 3.7 points, and on a sixth one the score is blue.",
    "These results suggest that the {subject} were in the cupboard the whole time.",
    "An ablation removes the hamsters one by one and finds that the last hamster does all of the work.",
    "The code is at https://github.com/nobody/{slug}.",
)


@dataclass(frozen=True)
class Card:
    """One invented card; `paragraphs` are those of its abstract."""

    title: str
    paragraphs: tuple[str, ...]
    trailer: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The abstract with all white space made single blanks."""
        return " ".join(" ".join(self.paragraphs).split())

    def split_at(self, *places: int) -> Card:
        """The same card with its abstract in several paragraphs."""
        ends = (*places, len(self.words))
        parts = tuple(self.words[start:end].strip() for start, end in zip((0, *places), ends, strict=True))
        return replace(self, paragraphs=parts)


def invented_cards(count: int, trailer: Sequence[str] = (), *, seed: int = 0) -> list[Card]:
    """Cards about plainly invented papers, each with a title of its own."""
    chance = random.Random(seed)
    return [_invented_card(number, chance, tuple(trailer)) for number in range(1, count + 1)]


def _invented_card(number: int, chance: random.Random, trailer: tuple[str, ...]) -> Card:
    subject, method = chance.choice(_SUBJECTS), chance.choice(_METHODS)
    title = f"{method} {subject} with {number} Hamsters: An Invented Study"
    middle = chance.sample(_SENTENCES[1:], k=chance.randint(2, 6))
    text = " ".join((_SENTENCES[0], *middle))
    return Card(title, (text.format(subject=subject.lower(), slug=f"hamsters{number}"),), trailer)


def page(cards: Sequence[Card], head: Sequence[str] = HEAD, tail: Sequence[str] = (), *, wrap: int = 0) -> str:
    """The text of a page: head, cards and tail, with a blank line between any two pieces."""
    pieces = [*head]
    for card in cards:
        pieces += ["\n".join(_wrapped(text, wrap)) for text in (card.title, *card.paragraphs)]
        if card.trailer:
            pieces.append("\n".join(card.trailer))
    return "\n\n".join([*pieces, *tail]) + "\n"


def _wrapped(text: str, width: int) -> list[str]:
    if not width:
        return [text]
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)


def document(text: str, name: str = "page.txt") -> Document:
    """A document that was never a file."""
    content = text.encode("utf-8", "surrogatepass")
    return Document(name, hashlib.sha256(content).hexdigest(), len(content), text, len(split_lines(text)))


def sentence_ends(text: str) -> list[int]:
    """Where a sentence of the text begins, but for the first."""
    return [match.end() for match in re.finditer(r"[.?!] (?=[A-Z])", text)]


def misread(record: DocumentRecord, cards: Sequence[Card]) -> list[str]:
    """What a reading says that the cards do not: a title that is none, text of another card, a card that is gone."""
    truth = {squeezed(card.title): squeezed(card.words) for card in cards}
    rejected = squeezed(" ".join(reject.text for reject in record.rejects))
    problems = []
    for entry in record.digests[0].entries:
        title, abstract = squeezed(entry.title), squeezed(entry.abstract)
        if title not in truth:
            problems.append(f"not a title: {entry.title[:60]}")
        elif not truth[title].startswith(abstract):
            problems.append(f"foreign text in the abstract of: {entry.title[:60]}")
    read = {squeezed(entry.title) for entry in record.digests[0].entries}
    problems += [f"gone: {title[:60]}" for title in truth if title not in read and title not in rejected]
    return problems


def right_titles(record: DocumentRecord, cards: Sequence[Card]) -> set[str]:
    """The titles of the cards that were read whole."""
    whole = {(squeezed(entry.title), squeezed(entry.abstract)) for entry in record.digests[0].entries}
    return {card.title for card in cards if (squeezed(card.title), squeezed(card.words)) in whole}


def read(text: str) -> DocumentRecord:
    """Read a text as a pasted page and check the account of its lines."""
    record = pasted_page.read(document(text))
    check_account(record, text)
    return record


def check_account(record: DocumentRecord, text: str) -> None:
    """Nothing is lost, no two pieces share a line, and each reject is the lines that it names."""
    lines = split_lines(text)
    conserved(record, document(text))
    for reject in record.rejects:
        assert reject.text == "\n".join(lines[reject.line_start - 1 : reject.line_end])


def assert_whole(text: str, cards: Sequence[Card]) -> DocumentRecord:
    """Every card is read, whole and in order, and nothing else."""
    record = read(text)
    assert [squeezed(entry.title) for entry in record.digests[0].entries] == [squeezed(card.title) for card in cards]
    assert [squeezed(entry.abstract) for entry in record.digests[0].entries] == [squeezed(card.words) for card in cards]
    assert record.rejects == ()
    return record


def real_cards(real_page: Document) -> tuple[list[str], list[Card]]:
    """The head and the cards of a real page, to build damaged ones from."""
    lines = split_lines(real_page.text)
    found = pasted_page.read(real_page).digests[0].entries
    head = [line for line in lines[: found[0].line_start - 1] if line]
    cards = [
        Card(entry.title, (entry.abstract or "",), tuple(lines[entry.abstract_line or 0 : entry.line_end][1:]))
        for entry in found
    ]
    return head, cards
