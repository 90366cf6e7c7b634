"""What a load is told, what it counts while it runs, and the account that it gives of each document."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class LoadTerms:
    """What a load is told besides the document: when, as of which day, by which version, and a year that is given."""

    loaded_at: str
    as_of: date
    catalogue_version: str
    schema_revision: str
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """What a load made of one document. `is_known` where it was loaded before and nothing was added.

    `copy_of` is the name under which the very same bytes were there. `repeats` are pairs of names: a digest of the
    document, and the digest that it repeats. `repeated_by` are the others: a digest of the document, and one that was
    there before and repeats it, because it is of a later day.
    """

    name: str
    entry_count: int
    record_count: int = 0
    new_paper_count: int = 0
    known_paper_count: int = 0
    changed_paper_count: int = 0
    merged_paper_count: int = 0
    link_count: int = 0
    reject_count: int = 0
    dated_digest_count: int = 0
    repeats: tuple[tuple[str, str], ...] = ()
    repeated_by: tuple[tuple[str, str], ...] = ()
    is_known: bool = False
    copy_of: str | None = None


@dataclass(slots=True)
class Tally:
    """What the document brought so far: papers by what became of them, digests, assertions, and what was read of it.

    `settled` are new papers with one mention, of which all that is derived was stored with them; `distinct`
    are new digests that list a paper which no other did, so that they repeat none; `stated` are papers of which it
    states a publication date. `is_completion` where the facts of the document are there already, and its prose comes
    now.
    """

    is_completion: bool = False
    new: set[int] = field(default_factory=set)
    settled: set[int] = field(default_factory=set)
    changed: set[int] = field(default_factory=set)
    listed: set[int] = field(default_factory=set)
    moved: set[int] = field(default_factory=set)
    parted: set[int] = field(default_factory=set)
    merged: dict[int, int] = field(default_factory=dict)
    digests: set[int] = field(default_factory=set)
    distinct: set[int] = field(default_factory=set)
    stated: set[int] = field(default_factory=set)
    link_count: int = 0
    record_count: int = 0
    reject_count: int = 0

    def add_stored(self, listed: set[int], settled: set[int], distinct: set[int]) -> None:
        """Add the papers that were mentioned together, and which of them and of their digests leave nothing to do."""
        self.settled = (self.settled - listed) | settled
        self.distinct |= distinct
        self.listed |= listed

    @property
    def is_plain(self) -> bool:
        """Whether it brought mentions and changed none: then much of what could follow from them needs no look."""
        return bool(self.listed) and not self.moved and not self.is_completion

    @property
    def touched(self) -> set[int]:
        """The papers whose dates and derived columns may have changed."""
        return self.listed | self.changed

    def add_merged(self, merged: dict[int, int]) -> None:
        """Let the papers that are gone be those that they went into."""
        self.merged |= merged
        for papers in (self.new, self.changed, self.listed, self.moved, self.parted):
            gone = papers & merged.keys()
            papers -= gone
            if papers is not self.new:
                papers |= {merged[paper] for paper in gone}
