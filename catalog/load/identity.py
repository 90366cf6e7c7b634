"""Mentions -> papers: who is who.

The arXiv id decides where a mention states one. A title alone stands for the paper at arXiv that is known by that
title, if there is exactly one; else it is a paper of its own. That is so whatever the order of loading, and
`catalog.load.reconcile` sees to what a later document changes of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from catalog.load.staging import packed_texts, run, run_many, run_scalars
from catalog.rows import Row

_BY_ARXIV_ID: Final = """
SELECT arxiv_id, id FROM papers WHERE arxiv_id IN (SELECT value FROM json_each(:arxiv_ids))
"""

_BY_TITLE: Final = """
SELECT title_key, id, arxiv_id IS NOT NULL FROM papers WHERE title_key IN (SELECT value FROM json_each(:title_keys))
"""

# A paper at arXiv is known by every key of its titles. A title alone adds none: it came by a key that was there.
_BY_OTHER_TITLE: Final = """
SELECT paper_variants.title_key, papers.id FROM paper_variants JOIN papers ON papers.id = paper_variants.paper_id
WHERE paper_variants.title_key IN (SELECT value FROM json_each(:title_keys)) AND papers.arxiv_id IS NOT NULL
"""

_NEXT_ID: Final = "SELECT coalesce(max(id), 0) + 1 FROM papers"

_CLAIM: Final = "UPDATE papers SET arxiv_id = ? WHERE id = ?"


@dataclass(slots=True)
class Identities:
    """Who the papers of some mentions are.

    `paper_ids` stand at the places of the mentions, `new` are the mentions of each paper that is to be made, `claimed`
    the papers that got their arXiv id. `disputed` are keys of titles that fit a title alone and one paper at arXiv, or
    several: what `reconcile` must look at.
    """

    paper_ids: list[int]
    new: dict[int, list[Row]]
    claimed: set[int]
    disputed: set[str]


def identify(connection: Connection, mentions: Sequence[Row]) -> Identities:
    """Find out which paper each of `mentions` stands for. Papers that are known by a title get their arXiv id here."""
    known = _Known(connection, mentions)
    claimed = known.claim(connection, mentions)
    new: dict[int, list[Row]] = {}
    paper_at: dict[int, int] = {}
    # After those with an arXiv id, so that a title alone in the same document can find them.
    for mention in sorted(mentions, key=lambda row: (row["arxiv_id"] is None, row["position"])):
        paper_id, is_new = known.paper(mention)
        paper_at[mention["position"]] = paper_id
        if is_new:
            new[paper_id] = [mention]
        elif paper_id in new:
            new[paper_id].append(mention)
    paper_ids = [paper_at[mention["position"]] for mention in mentions]
    return Identities(paper_ids, new, claimed, known.disputed(mentions, paper_ids))


class _Known:
    """The papers that mentions may stand for: by arXiv id, by a title alone, and those at arXiv by each key."""

    def __init__(self, connection: Connection, mentions: Sequence[Row]) -> None:
        arxiv_ids = {"arxiv_ids": packed_texts(row["arxiv_id"] for row in mentions if row["arxiv_id"] is not None)}
        title_keys = {"title_keys": packed_texts(row["title_key"] for row in mentions)}
        (self.next_id,) = run_scalars(connection, _NEXT_ID, {})
        self.by_arxiv_id: dict[str, int] = dict(map(tuple, run(connection, _BY_ARXIV_ID, arxiv_ids)))
        self.by_title: dict[str, int] = {}
        self.at_arxiv: dict[str, set[int]] = defaultdict(set)
        for title_key, paper_id, is_at_arxiv in run(connection, _BY_TITLE, title_keys):
            if is_at_arxiv:
                self.at_arxiv[title_key].add(paper_id)
            else:
                self.by_title[title_key] = paper_id
        for title_key, paper_id in run(connection, _BY_OTHER_TITLE, title_keys):
            self.at_arxiv[title_key].add(paper_id)

    def claim(self, connection: Connection, mentions: Sequence[Row]) -> set[int]:
        """Let a paper known by its title alone keep its row when the one arXiv id of that title comes."""
        named: dict[str, set[str]] = defaultdict(set)
        for row in mentions:
            if row["arxiv_id"] is not None:
                named[row["title_key"]].add(row["arxiv_id"])
        claims: dict[str, tuple[int, str]] = {}
        for title_key, arxiv_ids in named.items():
            if len(arxiv_ids) == 1 and title_key in self.by_title and not self.at_arxiv.get(title_key):
                (arxiv_id,) = arxiv_ids
                claim = self.by_title[title_key], title_key
                if arxiv_id not in self.by_arxiv_id:
                    claims[arxiv_id] = min(claims.get(arxiv_id, claim), claim)
        run_many(connection, _CLAIM, [(arxiv_id, paper_id) for arxiv_id, (paper_id, _) in claims.items()])
        for arxiv_id, (paper_id, title_key) in claims.items():
            del self.by_title[title_key]
            self.by_arxiv_id[arxiv_id] = paper_id
            self.at_arxiv[title_key].add(paper_id)
        return {paper_id for paper_id, _ in claims.values()}

    def paper(self, mention: Row) -> tuple[int, bool]:
        """Return the paper of a mention, and whether it is a new one, which is known from now on."""
        arxiv_id, title_key = mention["arxiv_id"], mention["title_key"]
        at_arxiv = self.at_arxiv.get(title_key, ())
        if arxiv_id is not None:
            known = self.by_arxiv_id.get(arxiv_id)
        elif title_key in self.by_title:
            known = self.by_title[title_key]
        else:
            known = next(iter(at_arxiv)) if len(at_arxiv) == 1 else None
        if known is not None:
            return known, False
        paper_id, self.next_id = self.next_id, self.next_id + 1
        if arxiv_id is None:
            self.by_title[title_key] = paper_id
        else:
            self.by_arxiv_id[arxiv_id] = paper_id
            self.at_arxiv[title_key].add(paper_id)
        return paper_id, True

    def disputed(self, mentions: Sequence[Row], paper_ids: Sequence[int]) -> set[str]:
        """Return the keys that fit several papers, once every title of `mentions` is one of its paper."""
        with_id = set(self.by_arxiv_id.values())
        for row, paper_id in zip(mentions, paper_ids, strict=True):
            if paper_id in with_id:
                self.at_arxiv[row["title_key"]].add(paper_id)
        return {key for key, papers in self.at_arxiv.items() if len(papers) > 1 or (papers and key in self.by_title)}
