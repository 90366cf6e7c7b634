"""The sentences in which made abstracts offer links, in the forms and shares of real ones."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from random import Random
from typing import Final

from benchmarks.made.vocabulary import made_word, skewed_rank

LINKED: Final = 0.33
"""Share of abstracts with a link: 114 of 341."""

PROMISED: Final = 0.08
"""Share of offers that only promise: 11 of 139."""

SECOND: Final = 0.059
"""Share of abstracts with a link that have another."""

SHARED: Final = 0.08
"""Share of repositories that are not the paper's own: libraries and benchmarks that many name. An assumption."""

_KINDS: Final = {"repository": 115, "page": 10, "shortener": 6, "model": 5, "other": 2, "archive": 1}
# In thousandths of abstracts with a link; what is left is plain.
_DAMAGES: Final = {
    "{at}https://{forge} .": 34.0,
    "{at}https://{forge}{{this repository}}.": 32.0,
    "{at}https://{forge}/tree/main/experiments.": 11.0,
    "{at}https://{forge}.git.": 8.0,
    "{at}{forge}.": 7.0,
    "{at_glued}https://{forge}.": 4.0,
    "{at}https: //{forge}.": 1.5,
}
_THERE: Final = (
    "Code is available at ",
    "The code and data are available at ",
    "Our code and models can be found at ",
    "Code: ",
    "Code and pretrained weights are released at ",
)
_LATER: Final = ("Code will be released at ", "The code and models will be made available at ")
_OTHERS: Final = ("The implementation builds on ", "All experiments use ")


@dataclass(frozen=True, slots=True)
class Offer:
    """A sentence, and the repository `host/owner/name` that it offers; None where it offers another link."""

    sentence: str
    repository: str | None


def owner(chance: Random) -> str:
    """Return the account that owns a repository; a few own many."""
    return f"{made_word(skewed_rank(chance, 2000, 0.9))}-lab"


def repository(chance: Random, name: str) -> str:
    """Return the repository of a paper, `github.com/owner/name`, or one that many papers share."""
    if chance.random() < SHARED:
        shared = made_word(skewed_rank(chance, 20, 0.9, 20_000))
        return f"github.com/{shared}-org/{shared}-bench"
    return f"github.com/{owner(chance)}/{name}"


def offers(chance: Random, name: str) -> tuple[Offer, ...]:
    """Return what the abstract of the paper called `name` offers: mostly nothing, sometimes two links."""
    if chance.random() >= LINKED:
        return ()
    first = _offer(chance, name)
    return (first, _offer(chance, f"{name}-data")) if chance.random() < SECOND else (first,)


def _offer(chance: Random, name: str) -> Offer:
    kind = chance.choices(tuple(_KINDS), cum_weights=tuple(accumulate(_KINDS.values())))[0]
    if kind != "repository":
        return Offer(_other(chance, kind, name), None)
    place = repository(chance, name)
    if place.endswith("-bench"):
        return Offer(f"{chance.choice(_OTHERS)}https://{place}.", place)
    at = chance.choice(_LATER if chance.random() < PROMISED else _THERE)
    return Offer(_form(chance).format(at=at, at_glued=at.rstrip(), forge=place), place)


def _form(chance: Random) -> str:
    left = chance.random() * 1000
    for form, share in _DAMAGES.items():
        left -= share
        if left < 0:
            return form
    return "{at}https://{forge}."


def _other(chance: Random, kind: str, name: str) -> str:
    who = owner(chance)
    if kind == "page":
        scheme = "" if chance.random() < 0.1 else "https://"
        return f"Project page: {scheme}{who}.github.io/{name}/."
    if kind == "shortener":
        return f"Code is available at https://aka.ms/{name}."
    if kind == "model":
        part = chance.choice(("", "datasets/", "spaces/"))
        return f"Models are available at https://huggingface.co/{part}{who}/{name}."
    if kind == "archive":
        return f"Data are available at https://doi.org/10.5281/zenodo.{chance.randrange(10**6, 10**7)}."
    return f"More at https://www.{made_word(skewed_rank(chance, 2000, 0.9))}.example/{name}."
