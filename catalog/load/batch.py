"""What may wait until several documents are stored: whatever follows from their facts and no account tells."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from catalog.load.derived import settle_derived
from catalog.load.digest_dates import Contradictions
from catalog.load.facts import settle_lists
from catalog.load.paper_links import settle_links
from catalog.load.targets import Targets


class Batch:
    """Papers of documents that are stored in one transaction, by what is still to be brought in line for them.

    It is settled before the transaction ends. A paper that is merged into another meanwhile may stay among them.
    """

    def __init__(self) -> None:
        self.contradictions = Contradictions()
        self.targets = Targets()
        self._linked: set[int] = set()
        self._named: dict[int, None] = {}  # in the order of documents, so that names get the same row numbers
        self._listed: set[int] = set()
        self._touched: set[int] = set()

    def add(
        self,
        *,
        listed: Iterable[int] = (),
        named: Iterable[int] = (),
        linked: Iterable[int] = (),
        touched: Iterable[int] = (),
    ) -> None:
        """Remember papers: mentioned anew, with authors, with other assertions, or with other derived columns."""
        self._listed.update(listed)
        self._named |= dict.fromkeys(sorted(named))
        self._linked.update(linked)
        self._touched.update(touched)

    def settle(self, connection: Connection) -> None:
        """Bring links, authors, categories and derived columns of these papers in line with the facts."""
        settle_links(connection, self._linked)
        settle_lists(connection, [*self._named, *sorted(self._listed - self._named.keys())])
        settle_derived(connection, self._touched)
