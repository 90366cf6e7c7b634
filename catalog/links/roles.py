"""What the words round an address say of it: its roles, whether it is promised, and whose it is.

The kind comes from the address, the role from the sentence. Where the sentence names no role, the kind stands in.
"""

from __future__ import annotations

import re
from collections import deque
from functools import lru_cache
from typing import NamedTuple, get_args

from catalog.links import vocabulary
from catalog.links.sentences import Surroundings
from catalog.links.targets import LinkKind, Target
from catalog.records import LinkRole

ROLES = get_args(LinkRole)
_DEFAULT_ROLES: dict[LinkKind, str] = {
    "repository": "code",
    "gist": "code",
    "model": "model",
    "dataset": "data",
    "space": "demo",
    "project page": "project page",
}
# How many characters from the address a promise or a reuse still speaks of it.
_NEAR = 100
_LIST_ENDINGS = ("-papers", "_papers", "-paper-list", "_paper_list", "paperlist", "-reading-list")
_UNSPECIFIC = frozenset(("code", "website", "other", "project page"))


class Reading(NamedTuple):
    """What the words say: the roles in the order they are mentioned, and the two facts."""

    mentions: tuple[str, ...]
    is_promised: bool
    is_own: bool


@lru_cache(maxsize=1024)
def read_words(words: Surroundings) -> Reading:
    """What the words round an address say of it, before its kind stands in for what they leave open."""
    clause, after = vocabulary.folded(_last_clause(words.before)), vocabulary.folded(words.after)
    mentions = _mentions(clause)
    tail = vocabulary.TAIL.match(after)
    if tail:
        mentions += [role for role in _named(after[tail.end() :][:80]) if role not in mentions]
    return Reading(tuple(mentions), _is_promised(clause, after), _is_own(clause))


def settle_roles(mentions: tuple[str, ...], target: Target) -> tuple[str, ...]:
    """The roles in their fixed order; where the words named none, the one that the target's kind stands for."""
    roles = set(mentions)
    name = (target.name or "").casefold()
    is_list = name.startswith("awesome") or name.endswith(_LIST_ENDINGS)
    if is_list and roles <= _UNSPECIFIC:
        roles = (roles - {"code"}) | {"survey list"}
    if "project page" in roles:
        roles.discard("website")
    if not roles:
        roles = {_DEFAULT_ROLES.get(target.kind, "other")}
    return tuple(role for role in ROLES if role in roles)


def _last_clause(before: str) -> str:
    """The last statement before the address that names something; of `Label: address`, the label."""
    clause = ""
    for part in reversed(vocabulary.CLAUSE.split(before)):
        clause = f"{part} {clause}".strip()
        if _names_something(clause):
            break
    opening = vocabulary.OPENING.match(vocabulary.folded(clause))
    if opening and vocabulary.NOUN.search(vocabulary.folded(clause), opening.end()):
        clause = clause[opening.end() :]
    label = vocabulary.LABEL.search(clause) if ":" in clause else None
    if label and _names_something(label[1]) and not vocabulary.VERB.search(vocabulary.folded(label[1])):
        return f"{label[1]}:"
    return clause


def _names_something(text: str) -> bool:
    return vocabulary.NOUN.search(vocabulary.folded(text)) is not None


def _mentions(clause: str) -> list[str]:
    """The roles that a clause gives, in the order of the words; descriptions count only where nothing else does."""
    released = _released(clause)
    found = [*_named(vocabulary.DESCRIPTION.split(released, maxsplit=1)[0])]
    whole = _named(released)
    if "survey list" in whole:
        return _about_survey(found)
    if "benchmark" in released or "leaderboard" in released:
        found += [match[1] for match in vocabulary.OF_THIS.finditer(released)]
    for coordinated in vocabulary.COORDINATED.finditer(released):
        found += _named(coordinated[1])
    seen_for = vocabulary.SEEN_FOR.search(released) if " for " in released or " to " in released else None
    if seen_for:
        found += _named(seen_for[1])
    on_page = vocabulary.ON_OUR_PAGE.search(released) if "page" in released or "site" in released else None
    if on_page:
        found = found or [role for role in whole if role not in ("website", "project page")]
        found.append("project page" if on_page[1] else "website")
    return list(dict.fromkeys(found)) or [*(whole or _named(clause))]


def _about_survey(found: list[str]) -> list[str]:
    """A list of what a survey covers is the survey's: its page and the models it lists are not roles of their own."""
    kept = [role for role in found if role not in ("project page", "survey list", "model")]
    return [*kept, "survey list"]


def _released(clause: str) -> str:
    """The part of a clause that names what is offered: the object of an active verb, or the whole of a passive."""
    last = deque(vocabulary.RELEASING.finditer(clause), maxlen=1)
    if last and vocabulary.NOUN.search(clause, last[0].end()):
        return clause[last[0].end() :]
    return clause


@lru_cache(maxsize=512)
def _named(text: str) -> tuple[str, ...]:
    """The roles that the nouns of a text name, each once, in their order."""
    return tuple(dict.fromkeys(map(vocabulary.noun_role, vocabulary.NOUN.finditer(text))))


def _is_promised(clause: str, after: str) -> bool:
    promised = _has_promise(clause) and (vocabulary.PROMISED.search(clause) or vocabulary.INTENDED.search(clause))
    if promised and not vocabulary.THERE.search(clause, promised.end()):
        return True
    if vocabulary.LATER.search(clause[-_NEAR:]) or vocabulary.LATER.search(after[:_NEAR]):
        return True
    return bool(vocabulary.WILL_BE.match(after) and vocabulary.PROMISED.search(after[:_NEAR]))


def _has_promise(clause: str) -> bool:
    """Whether one of the words is there without which nothing is promised."""
    return any(word in clause for word in vocabulary.PROMISING)


def _is_own(clause: str) -> bool:
    """Somebody else's where the last thing said before the address is a reuse and not an offer."""
    near = clause[-_NEAR:]
    if "," in near:
        near = vocabulary.ASIDE.sub("", near)
    last: deque[re.Match[str]] = deque(vocabulary.REUSE.finditer(near), maxlen=1)
    if not last:
        return True
    borrowed = vocabulary.BORROWED.match(near, last[0].end())
    return bool(vocabulary.OFFER.search(near, borrowed.end() if borrowed else last[0].end()))
