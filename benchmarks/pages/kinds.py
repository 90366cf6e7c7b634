"""The kinds of pages of the site, each with an example from the file and the nearest page of stock Datasette."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode

_SAMPLED: Final = 300
_WORD = re.compile(r"[a-z]{5,}")


@dataclass(frozen=True, slots=True)
class PageKind:
    """A page: `ours` and `stock` are addresses from the root; `nearest` says what stock answers, where it has no such.

    `stock` has `{database}` where the name of the database stands.
    """

    name: str
    ours: str
    stock: str
    nearest: str = ""

    def as_json(self) -> PageKind:
        """Return the same page as JSON."""
        return PageKind(f"{self.name}, JSON", _json(self.ours), _json(self.stock), self.nearest)


@dataclass(frozen=True, slots=True)
class Examples:
    """Rows of a file that stand for their kind."""

    paper: int
    digest: int
    repository: int
    author: int | None
    year: int
    owner: str
    order: str
    halfway: tuple[str | int, int]
    words: Mapping[str, str]


def examples(connection: sqlite3.Connection, order: str) -> Examples:
    """Choose the busiest row of each kind; `order` is the column by which the site lists papers, the last first.

    Raises ValueError where the file has no papers with dates, digests or repositories.
    """

    def one(sql: str) -> Any:
        row = connection.execute(sql).fetchone()
        if row is None or row[0] is None:
            raise ValueError("has no papers with dates, digests and repositories; name a larger one")
        return row if len(row) > 1 else row[0]

    year = one("SELECT publication_year FROM papers WHERE publication_year > 0 GROUP BY 1 ORDER BY count(*) DESC")
    author = connection.execute("SELECT author_id FROM paper_authors GROUP BY 1 ORDER BY count(*) DESC").fetchone()
    return Examples(
        paper=one("SELECT id FROM papers WHERE has_repository = 1 ORDER BY digest_count DESC, id LIMIT 1"),
        digest=one("SELECT digest_id FROM digest_entries GROUP BY 1 ORDER BY count(*) DESC, 1"),
        repository=one(
            "SELECT repository_id FROM links JOIN paper_links ON link_id = links.id "
            "WHERE repository_id IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1"
        ),
        author=author and author[0],
        year=year,
        owner=one("SELECT owner FROM repositories GROUP BY 1 ORDER BY count(*) DESC, 1"),
        order=order,
        halfway=_halfway(connection, order),
        words=_words(connection),
    )


def page_kinds(found: Examples, queries: Mapping[str, Mapping[str, Any]], tables: list[str]) -> Iterator[PageKind]:
    """Yield every kind of page; `queries` are those of metadata.yml, `tables` those of the file."""
    for kind in _documents(found):
        yield kind
        yield kind.as_json()
    for kind in _searches(found):
        yield kind
        yield kind.as_json()
    for name, query in queries.items():
        if name == "search":
            continue
        if "atom_id" in query["sql"]:
            yield _feed(name, query, found)
            continue
        kind = _question(name, query)
        yield kind
        yield kind.as_json()
    for table in tables:
        yield PageKind(f"table {table}", f"/catalog/{quote(table)}", f"/{{database}}/{quote(table)}")


def _documents(found: Examples) -> Iterator[PageKind]:
    def same(name: str, place: str, nearest: str = "") -> PageKind:
        return PageKind(name, f"/catalog/{place}", f"/{{database}}/{place}", nearest)

    row = "row page"
    value, paper = found.halfway
    yield PageKind("home", "/", "/")
    yield same("papers", "papers")
    yield same("papers with code", "papers?has_repository=1")
    yield same("papers of a year", f"papers?publication_year={found.year}")
    yield same("papers in two digests", "papers?digest_count=2")
    yield same("papers of a latest digest", f"papers?latest_digest_id={found.digest}")
    yield same("papers of a year with code", f"papers?publication_year={found.year}&has_repository=1")
    yield same("papers of a year, in order", f"papers?publication_year={found.year}&_sort_desc={found.order}")
    yield same("papers, halfway", f"papers?_sort_desc={found.order}&_next={quote(str(value))},{paper}")
    yield same("a paper", f"papers/{found.paper}", row)
    yield same("a digest", f"digests/{found.digest}", row)
    yield same("a repository", f"repositories/{found.repository}", row)
    yield same("repositories of an owner", f"repositories?owner={quote(found.owner)}")
    if found.author is not None:
        yield same("an author", f"authors/{found.author}", row)


def _searches(found: Examples) -> Iterator[PageKind]:
    for name, words in found.words.items():
        asked = urlencode({"words": words})
        stock = f"/{{database}}/papers?{urlencode({'_search': words})}"
        yield PageKind(f"search, {name}", f"/catalog/search?{asked}", stock, "`_search`, not ranked")
    words = found.words["a common word"]
    for name, asked in {"of a year": {"year": found.year}, "with code": {"code": "yes"}}.items():
        filters = {"of a year": {"publication_year": found.year}, "with code": {"has_repository": 1}}[name]
        ours = f"/catalog/search?{urlencode({'words': words, **asked})}"
        stock = f"/{{database}}/papers?{urlencode({'_search': words, **filters})}"
        yield PageKind(f"search, a common word, {name}", ours, stock, "`_search`, not ranked")


def _question(name: str, query: Mapping[str, Any]) -> PageKind:
    stock = f"/{{database}}?{urlencode({'sql': query['sql']})}"
    return PageKind(f"question {name}", f"/catalog/{quote(name)}", stock, "same SQL")


def _feed(name: str, query: Mapping[str, Any], found: Examples) -> PageKind:
    has_words = "words" in query.get("params", ()) or ":words" in query["sql"]
    asked = f"?{urlencode({'words': found.words['a common word']})}" if has_words else ""
    stock = "/{database}/papers.json?_sort_desc=publication_date&_size=100&_shape=objects"
    return PageKind(f"feed {name}", f"/catalog/{quote(name)}.atom{asked}", stock, "100 papers as JSON")


def _json(address: str) -> str:
    path, _, asked = address.partition("?")
    path = "/.json" if path == "/" else f"{path}.json"
    return f"{path}?{asked}" if asked else path


def _halfway(connection: sqlite3.Connection, order: str) -> tuple[str | int, int]:
    sql = f"""
        SELECT "{order}", id FROM papers WHERE publication_date IS NOT NULL ORDER BY "{order}" DESC
        LIMIT 1 OFFSET (SELECT count(*) / 2 FROM papers WHERE publication_date IS NOT NULL)
    """
    value, paper = connection.execute(sql).fetchone()
    return value, paper


def _words(connection: sqlite3.Connection) -> dict[str, str]:
    """Words of a sample of abstracts by how many of them have it; the file's own index may be too large to count."""
    step = max(1, connection.execute("SELECT max(id) FROM papers").fetchone()[0] // _SAMPLED)
    held: Counter[str] = Counter()
    for (abstract,) in connection.execute(
        "SELECT abstract FROM papers WHERE id % ? = 0 AND abstract IS NOT NULL ORDER BY id", (step,)
    ):
        held.update(set(_WORD.findall(abstract.lower())))
    ranked = [word for word, _ in sorted(held.items(), key=lambda item: (-item[1], item[0]))]
    common, second, middle = ranked[1], ranked[5], ranked[min(600, len(ranked) - 1)]
    return {
        "a rare word": ranked[-1],
        "a middling word": middle,
        "a common word": common,
        "two common words": f"{common} {second}",
        "a common and a rare word": f"{common} {ranked[-1]}",
        "a phrase": f'"{common} {second}"',
    }
