"""Every kind of page of the site, and a catalogue in which each of them has something to show."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import yaml
from datasette.utils import path_from_row_pks

from catalog.documents import find_documents
from catalog.load import load_documents, load_terms
from catalog.resources import resource
from tests.conftest import rows
from tests.daily_papers import wrapped
from tests.paper_code_lists import SOCKS
from tests.site_example import make_catalogue

FILLER = (
    "We knit a scarf for every imaginary giraffe of an imaginary zoo and measure how warm each of them claims to be. "
    "The longest scarf took nine winters. Giraffes with stripes report more warmth than giraffes with dots, which "
    "vanishes when both close their eyes, and none of them wished to be photographed for the appendix of this work. "
)
CARD = """
{title}

{filler}{code}

  • {authors} authors

·

Mar {day}, 2024
"""
SCARF_COUNT = 6
SCARVES = "byAK and the research community\n\nMay 4\n" + "".join(
    CARD.format(
        title=f"Scarf Number {number} for Giraffes: Necks, Winters and the Cosine-Similarity-of-Stripes-Guess",
        filler=FILLER,
        code=f"Our pattern is at https://github.com/giraffe-scarves-of-the-imaginary-zoo/scarf-pattern-{number}.",
        authors=number + 2,
        day=number + 1,
    )
    for number in range(SCARF_COUNT)
)
# Answers of the API: one of the papers has no title, and one changes its text.
ANSWER = [wrapped(1, "2025-08-22"), wrapped(2, "2025-08-22"), wrapped(3, "2025-08-22", paper={"title": ""}, title="")]
CHANGED = {"summary": "We count the ferns of that garden a third time.", "upvotes": 9}
NEXT_ANSWER = [wrapped(1, "2025-08-23", paper=CHANGED)]

BROKEN_SQL = "sql=select+nothing+from+nowhere"
WITHOUT_ROW = {
    "home": "/",
    "tables and questions": "/catalog",
    "papers filtered": "/catalog/papers?has_repository=1&publication_year=2024",
    "papers searched": "/catalog/papers?_search=scarf&_sort_desc=author_count",
    "papers with chosen columns": "/catalog/papers?_col=title&_col=arxiv_id&_col=abstract",
    "papers that do not exist": "/catalog/papers?title=nothing",
    "another facet": "/catalog/links?_facet=host&_facet_size=max",
    "search with results": "/catalog/search?words=scarf",
    "search with filters": "/catalog/search?words=scarf&year=2024&code=yes",
    "search for nothing known": "/catalog/search?words=zeppelin",
    "search with odd syntax": "/catalog/search?words=%22boats+AND+(+*+%5E+near%2F2+%3Cb%3E",
    "search before the first word": "/catalog/search",
    "own SQL": "/catalog?sql=select+title,+:word+as+word+from+papers+limit+3&word=boat",
    "own SQL with an error": f"/catalog?{BROKEN_SQL}",
    "papers with code of a year": "/catalog/papers_with_code?year=2024",
    "papers with code of no year": "/catalog/papers_with_code?year=1066",
    "new in a digest that is named": "/catalog/new_in_digest?digest=second",
    "rank over time of one paper": "/catalog/rank_over_time?paper=2204.03333",
    "papers of an owner": "/catalog/papers_of_owner?owner=tub-lab",
    "overlap of a digest": "/catalog/digest_overlap?digest=first",
}
ROWS = {
    "paper with everything": ("papers", "title LIKE 'Paper Boats%'"),
    "paper with an attack for a title": ("papers", "title LIKE 'Folding <script>%'"),
    "paper with a promised link": ("papers", "title LIKE 'On the Migration%'"),
    "paper with another text": ("papers", "id IN (SELECT paper_id FROM paper_variants)"),
    "paper without abstract and digest": ("papers", "abstract IS NULL AND digest_count = 0"),
    "paper without links": ("papers", "id NOT IN (SELECT paper_id FROM paper_links)"),
    "digest whose day is known": ("digests", "name = 'first'"),
    "digest whose year is open": ("digests", "name = 'second'"),
    "digest with upvotes": ("digests", "kind = 'daily'"),
    "repository": ("repositories", "owner = 'Tub-Lab'"),
    "repository that is only promised": ("repositories", "owner = 'spoon'"),
    "author": ("authors", "name = 'Ada Tub'"),
    "author with an attack for a name": ("authors", "name LIKE '%<b>%'"),
    "source document with rejects": ("source_documents", "id IN (SELECT source_document_id FROM rejects)"),
}
NOT_THERE = {"page that does not exist": "/catalog/nothing", "row that does not exist": "/catalog/papers/123456789"}

_PUBLISHED = yaml.safe_load(resource("metadata.yml").read_text(encoding="utf-8"))["databases"]["catalog"]
TABLES = [name for name in _PUBLISHED["tables"] if name != "alembic_version"]
QUESTIONS = list(_PUBLISHED["queries"])

KINDS = [
    *WITHOUT_ROW,
    *ROWS,
    *NOT_THERE,
    *(f"table {name}" for name in TABLES),
    *(f"row of {name}" for name in TABLES if name != "releases"),  # a row only in a released file
    *(f"question {name}" for name in QUESTIONS),
]

# One for each template and state; `make sweep` sees all of them.
SAMPLE = {
    "home",
    "search with results",
    "own SQL with an error",
    "paper with everything",
    "paper with an attack for a title",
    "digest whose year is open",
    "page that does not exist",
}


def make_full_catalogue(folder: Path) -> Path:
    """Make the small catalogue of the site's tests, with more: long names, upvotes, rejects, papers without a text."""
    path = make_catalogue(folder)
    more = path.parent / "more"
    more.mkdir()
    (more / "scarves.txt").write_text(SCARVES, encoding="utf-8")
    (more / "answer.json").write_text(json.dumps(ANSWER, indent=1), encoding="utf-8")
    (more / "next-answer.json").write_text(json.dumps(NEXT_ANSWER, indent=1), encoding="utf-8")
    (more / "list.json").write_text(json.dumps([SOCKS], indent=1), encoding="utf-8")
    problems: list[str] = []
    list(load_documents(find_documents([more]), path, load_terms(), on_error=problems.append))
    assert not problems
    return path


def address_of_kind(kind: str, catalogue: Path) -> str:
    """Return where a page of this kind is, in a catalogue that has one."""
    if kind in WITHOUT_ROW or kind in NOT_THERE:
        return {**WITHOUT_ROW, **NOT_THERE}[kind]
    if kind in ROWS:
        table, condition = ROWS[kind]
        return _address_of_row(catalogue, table, condition)
    what, _, name = kind.rpartition(" ")
    return _address_of_row(catalogue, name, "true") if what == "row of" else f"/catalog/{name}"


def _address_of_row(catalogue: Path, table: str, condition: str) -> str:
    keys = _primary_key(catalogue, table)
    found = rows(catalogue, f"SELECT {', '.join(keys)} FROM {table} WHERE {condition} ORDER BY 1 LIMIT 1")
    assert found, f"no row of {table} where {condition}"
    return f"/catalog/{table}/{path_from_row_pks(dict(zip(keys, found[0], strict=True)), keys, False)}"


@cache
def _primary_key(catalogue: Path, table: str) -> list[str]:
    return [name for (name,) in rows(catalogue, "SELECT name FROM pragma_table_info(?) WHERE pk ORDER BY pk", table)]
