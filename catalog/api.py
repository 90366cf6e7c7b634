"""A catalogue file for programs and notebooks: typed answers, read-only. `catalog.open` gives it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from catalog.database import translated_errors
from catalog.errors import CatalogError
from catalog.lookup import digests as of_digests
from catalog.lookup import papers as of_papers
from catalog.lookup import repositories as of_repositories
from catalog.lookup.connection import connect
from catalog.lookup.find import find_digests, find_paper, find_repositories
from catalog.results import Digest, DigestDetails, Paper, PaperDetails, Repository, RepositoryDetails
from catalog.search import MATCH_END, MATCH_START, SearchResult
from catalog.search import search as search_words

_T = TypeVar("_T")


class Catalog(AbstractContextManager["Catalog"]):
    """One catalogue file, open for reading; nothing here writes.

    Use it in a `with` block, or call `close()`. It belongs to the thread that opened it. Everything that it raises is
    a CatalogError: one sentence that says what is wrong.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = connect(path)

    def __repr__(self) -> str:
        return f"catalog.open({str(self._path)!r})"

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; closing again does nothing."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def papers(
        self,
        *,
        year: int | None = None,
        has_repository: bool | None = None,
        owner: str | None = None,
        digest: str | None = None,
    ) -> Iterator[Paper]:
        """Yield the papers that meet every filter, newest publication first.

        `year` is that of publication. `has_repository` is True for papers of which anybody says that they have one.
        `owner` is that of such a repository, in any case. `digest` is the name or day of a digest. Raises CatalogError
        where no digest, or more than one, is named so.
        """
        digest_id = None if digest is None else self._digest_id(digest)
        filters = {"year": year, "has_repository": has_repository, "owner": owner, "digest_id": digest_id}
        return self._each(lambda connection: of_papers.papers(connection, **filters))

    def paper(self, paper: int | str) -> PaperDetails:
        """Return one paper, by row id (`paper(12)`) or arXiv id (`paper("2401.01234")`), with all that is known of it.

        Raises CatalogError where there is none.
        """
        with translated_errors(self._path):
            try:
                paper_id = paper if isinstance(paper, int) else find_paper(self._opened(), paper)
                if paper_id is not None:
                    return of_papers.paper(self._opened(), paper_id)
            except (KeyError, ValueError, OverflowError):
                pass
        raise CatalogError(f"{self._path}: has no paper {paper!r}; name one by row id or arXiv id.")

    def repositories(self, *, owner: str | None = None) -> Iterator[Repository]:
        """Yield the repositories by host, owner and name, or only those of one `owner`, in any case."""
        return self._each(lambda connection: of_repositories.repositories(connection, owner=owner))

    def repository(self, repository: str) -> RepositoryDetails:
        """Return one repository, by address or as `owner/name`, with its papers.

        Raises CatalogError where there is none, and where several hosts have one of that name.
        """
        with translated_errors(self._path):
            found = find_repositories(self._opened(), repository)
            return of_repositories.repository(self._opened(), self._only(found, "repository", repository))

    def digests(self) -> Iterator[Digest]:
        """Yield every digest, in the order of their dates as far as they are known, then of their names."""
        return self._each(of_digests.digests)

    def digest(self, digest: str) -> DigestDetails:
        """Return one digest, by name, day (`2025-08-22`) or file name of its document, with its list.

        Raises CatalogError where there is none, and where there are several.
        """
        with translated_errors(self._path):
            return of_digests.digest(self._opened(), self._digest_id(digest))

    def search(self, words: str, *, most: int = 10) -> list[SearchResult]:
        """Return the `most` papers that match all `words` best in title and abstract, best first.

        Titles and passages come as plain text. No spelling of `words` is an error.
        """
        with translated_errors(self._path):
            return [_unmarked(each) for each in search_words(self._opened(), words, most=most)]

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            raise CatalogError(f"{self._path}: is closed; open it again with catalog.open().")
        return self._connection

    def _each(self, ask: Callable[[sqlite3.Connection], Iterator[_T]]) -> Iterator[_T]:
        self._opened()  # said at once, not when the first is asked for
        return self._answers(ask)

    def _answers(self, ask: Callable[[sqlite3.Connection], Iterator[_T]]) -> Iterator[_T]:
        with translated_errors(self._path):
            for each in ask(self._opened()):
                yield each
                self._opened()

    def _digest_id(self, digest: str) -> int:
        with translated_errors(self._path):
            return self._only(find_digests(self._opened(), digest), "digest", digest)

    def _only(self, found: list[int], kind: str, called: str) -> int:
        if len(found) != 1:
            told = f"{len(found)} of them" if found else "none"
            raise CatalogError(f"{self._path}: of a {kind} named {called!r} it has {told}; name exactly one.")
        return found[0]


def _unmarked(result: SearchResult) -> SearchResult:
    def plain(text: str) -> str:
        return text.replace(MATCH_START, "").replace(MATCH_END, "")

    return replace(result, title=plain(result.title), passage=None if result.passage is None else plain(result.passage))
