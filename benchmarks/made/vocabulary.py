"""Words as abstracts use them: 3,332 common ones with their measured frequencies, and a tail that never ends.

`words.txt` has a line for each word that stands in at least two of 341 abstracts: the word, how many of the abstracts
hold it, how many of their titles do. They are the different papers of five pasted pages, so words about training
language models lead. Words are drawn independently of each other: which ones stand together is not kept.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Final

ABSTRACTS_COUNTED: Final = 341
RARE_WORDS: Final = 7.8
"""Words of an abstract that hardly any other has: the words that stand once in all 341, divided by 341."""

REPEATED: Final = 0.2
"""Share of words that stand in the abstract already, beyond what drawing each on its own repeats: 46 of 232."""

NUMBERS: Final = 1.3
"""Numbers in an abstract."""

WORDS_IN_SENTENCE: Final = 25
_RARE, _NUMBER = "", "%"
_SYLLABLES: Final = tuple(first + second for first in "bdfghjklmnprstvz" for second in "aeiou")
_TAIL_START, _TAIL_EXPONENT, _TAIL_END = 3332, 0.8, 5_000_000
_SMALL: Final = "a and as at by for from in into is its of on or the to via with without"
_SMALL_WORDS: Final = frozenset(_SMALL.split())


@dataclass(frozen=True, slots=True)
class Draw:
    """Words and their weights added up, as `random.choices` takes them."""

    words: tuple[str, ...]
    cumulated: tuple[float, ...]

    def take(self, chance: Random, count: int) -> list[str]:
        """Return `count` words."""
        return chance.choices(self.words, cum_weights=self.cumulated, k=count)


def skewed_rank(chance: Random, scale: float, exponent: float, end: int = 1 << 40) -> int:
    """Return a rank from 0 below `end` such that ranks from r on have the share (1 + r / scale) ** -exponent."""
    return min(int(scale * ((1.0 - chance.random()) ** (-1.0 / exponent) - 1.0)), end - 1)


def between(chance: Random, quantiles: Sequence[float]) -> float:
    """Return a number distributed as `quantiles` say, which are equally likely steps from the least to the most."""
    place = chance.random() * (len(quantiles) - 1)
    step = int(place)
    return quantiles[step] + (quantiles[step + 1] - quantiles[step]) * (place - step)


def made_word(rank: int) -> str:
    """Return the invented word of that rank, from 0; no two ranks have the same."""
    word = _SYLLABLES[rank % 80]
    rank //= 80
    while True:
        word = _SYLLABLES[rank % 80] + word
        rank //= 80
        if not rank:
            return word
        rank -= 1


def prose(chance: Random, length: int, name: str | None = None) -> str:
    """Return sentences of together about `length` characters; `name` stands a few times in them."""
    words = _words(chance, length)
    if name is not None:
        for place in (chance.randrange(2, 12), chance.randrange(12, 60), chance.randrange(60, 110)):
            words[place % len(words)] = name
    pieces: list[str] = []
    left = length
    start = 0
    while left > 0 and start < len(words):
        sentence = _sentence(chance, words[start : start + max(8, round(chance.gauss(WORDS_IN_SENTENCE, 7)))], left)
        start += sentence.count(" ") + 1
        left -= len(sentence) + 1
        pieces.append(sentence)
    return " ".join(pieces)


def title_words(chance: Random, length: int) -> str:
    """Return the words of a title of about `length` characters, the small ones in lower case."""
    words: list[str] = []
    left = length
    for word in _of_titles().take(chance, 40):
        spelled = word or made_word(skewed_rank(chance, _TAIL_START, _TAIL_EXPONENT, _TAIL_END))
        words.append(spelled if spelled in _SMALL_WORDS and words else spelled.capitalize())
        left -= len(spelled) + 1
        if left < 4 and spelled not in _SMALL_WORDS:
            break
    return " ".join(words)


def _words(chance: Random, length: int) -> list[str]:
    random = chance.random
    words = _of_abstracts().take(chance, length // 5)
    for place, word in enumerate(words):
        if place > 20 and random() < REPEATED:
            words[place] = words[int(random() * place)]
        elif word is _RARE:
            words[place] = made_word(skewed_rank(chance, _TAIL_START, _TAIL_EXPONENT, _TAIL_END))
        elif word is _NUMBER:
            words[place] = f"{random() * 40:.1f}%"
    return words


def _sentence(chance: Random, words: list[str], most: int) -> str:
    """The first of `words` that have room in `most` characters, at least five, as a sentence."""
    ends = list(accumulate(len(word) + 1 for word in words))
    kept = words[: max(5, bisect_right(ends, most))]
    kept[0] = kept[0][0].upper() + kept[0][1:]
    for place in range(chance.randrange(7, 14), len(kept) - 3, 11):
        kept[place] += ","
    return " ".join(kept) + "."


@cache
def _counts() -> tuple[tuple[str, int, int], ...]:
    lines = (Path(__file__).parent / "words.txt").read_text(encoding="ascii").splitlines()
    return tuple((word, int(abstracts), int(titles)) for word, abstracts, titles in map(str.split, lines))


@cache
def _of_abstracts() -> Draw:
    # A word that is drawn m times on the average stands in the share 1 - exp(-m) of abstracts.
    weights = [-math.log(1 - min(count / ABSTRACTS_COUNTED, 0.995)) for _, count, _ in _counts()]
    words = (*(word for word, _, _ in _counts()), _RARE, _NUMBER)
    return Draw(words, tuple(accumulate((*weights, RARE_WORDS, NUMBERS))))


@cache
def _of_titles() -> Draw:
    # Long words of abstracts may stand in any title; short ones are verbs and pronouns, which titles rarely have.
    weights = [titles + (0.02 * abstracts if len(word) > 6 else 0.0) for word, abstracts, titles in _counts()]
    words = (*(word for word, _, _ in _counts()), _RARE)
    return Draw(words, tuple(accumulate((*weights, 0.05 * sum(weights)))))
