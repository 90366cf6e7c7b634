"""What news consist of: frozen records that the selection gives and every form of output takes. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final, Literal

from catalog.results import Paper

Clock = Literal["digest", "load"]

TAG: Final = "tag:paper-catalogue.invalid,2026:"
"""How every id in the feeds of the catalogue begins, as in `catalog/questions/feed_of_papers.sql`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """What is asked for.

    `since` is a day (ISO 8601) or names a digest, None for no bound, and `clock` which fact tells that a paper is new.
    `words` are those of a search. `limit` bounds the papers of each kind, `has_undecided` lists what may be new, too.
    """

    since: str | None = None
    clock: Clock = "digest"
    is_trending: bool = False
    with_code: bool = False
    words: str | None = None
    limit: int = 50
    has_undecided: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One paper of the news.

    `key` names it in feeds and never changes while its arXiv id or title does not. `first_day` is the first day on
    which a digest can have listed it, None where no digest does or nothing bounds the day. `upvote_counts` are those
    that the news are about: one number, or in trending news the first and the last; `listed_count` counts the digests
    of trending news that list it.
    """

    key: str
    paper: Paper
    first_day: str | None
    upvote_counts: tuple[int, ...] = ()
    listed_count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The papers that came with one digest or document, in its order; trending papers are one group without heading.

    `is_undecided` where the facts do not tell whether they are new.
    """

    heading: str | None
    items: tuple[Item, ...]
    is_undecided: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """News, ready to be shown.

    `title` says what was asked for, `notes` are sentences on what is not shown or not known. `count` is the number of
    papers that answer, of which `groups` hold the first. `feed_key` names the question without the day, for feeds.
    """

    title: str
    count: int
    groups: tuple[Group, ...]
    notes: tuple[str, ...]
    feed_key: str
    is_trending: bool

    @property
    def items(self) -> tuple[Item, ...]:
        """All papers in their order."""
        return tuple(item for group in self.groups for item in group.items)

    @property
    def identity(self) -> str:
        """What makes two news the same: the papers in their order, in hexadecimal. The question is no part of it."""
        told = "\n".join(["trending" if self.is_trending else "new", *(item.key for item in self.items)])
        return hashlib.sha256(told.encode("utf-8")).hexdigest()
