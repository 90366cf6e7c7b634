"""A small catalogue for the tests of the site, loaded from invented pages: boats, spoons, umbrellas, and one attack."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from datasette.app import Datasette

from catalog.documents import find_documents
from catalog.load import load_documents, load_terms

FILLER = (
    "We invent a benchmark of paper boats that cross a bath tub, and let forty imaginary captains steer them through "
    "soap bubbles. Every boat is folded twice, once by hand and once by a machine that has never seen water. The "
    "machine wins on straight courses and loses as soon as somebody pulls the plug, which we did eleven times. "
)
HOSTILE_TITLE = 'Folding <script>alert(1)</script> & "Quoting" \u202eBoats\x07 with <img src=x onerror=alert(2)>'
HOSTILE_ABSTRACT = FILLER + "See <script>alert(3)</script> and javascript:alert(4), or data:text/html,<b>x</b>."

PAGE = f"""Daily Papers

byAK and the research community

Mar 4

Paper Boats in Bath Tubs: A Benchmark Nobody Asked For

{FILLER}Code is available at https://github.com/Tub-Lab/Paper-Boats.

  • 3 authors

·

Apr 7, 2022

{HOSTILE_TITLE}

{HOSTILE_ABSTRACT}

  • 5 authors

·

Dec 2, 2025 3

On the Migration of Tea Spoons Between Kitchens

{FILLER}Our spoons will be released at https://github.com/spoon/drawer soon.

  • 1 author

·

Jan 5, 2024
"""

SECOND_PAGE = f"""byAK and the research community

Mar 11

Paper Boats in Bath Tubs: A Benchmark Nobody Asked For

{FILLER}Code is available at https://github.com/Tub-Lab/Paper-Boats.

Umbrellas That Remember Rain

{FILLER}
"""

FEED = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">
  <id>http://arxiv.org/api/boats</id>
  <entry>
    <id>http://arxiv.org/abs/2204.03333v2</id>
    <title>Paper Boats in Bath Tubs: A Benchmark Nobody Asked For</title>
    <updated>2022-05-01T10:00:00Z</updated>
    <published>2022-04-07T10:00:00Z</published>
    <arxiv:comment>Boats: https://tub-lab.github.io/boats</arxiv:comment>
    <arxiv:doi>10.1000/boats.1</arxiv:doi>
    <arxiv:primary_category term="cs.RO"/>
    <category term="cs.RO"/>
    <category term="cs.LG"/>
    <author><name>Ada Tub</name></author>
    <author><name>Bo &lt;b&gt;Plug&lt;/b&gt;</name></author>
    <author><name>Cy Foam</name></author>
  </entry>
</feed>
"""

Get = Callable[..., httpx.Response]


def make_catalogue(folder: Path) -> Path:
    """Load two pages and a feed into a file that is not named `catalog`, with a blank, a `#` and a `%` in its path."""
    folder = folder / "a #1 100% folder"
    pages = folder / "pages"
    pages.mkdir(parents=True)
    (pages / "first.txt").write_text(PAGE, encoding="utf-8")
    (pages / "second.txt").write_text(SECOND_PAGE, encoding="utf-8")
    (pages / "feed.xml").write_text(FEED, encoding="utf-8")
    path = folder / "my-papers.db"
    problems: list[str] = []
    accounts = list(load_documents(find_documents([pages]), path, load_terms(), on_error=problems.append))
    assert not problems
    assert len(accounts) == 3
    return path


def getter(datasette: Datasette) -> Get:
    """Return what asks the site, through Datasette's own client. A slow machine gets a minute for each answer."""
    datasette._settings["sql_time_limit_ms"] = 60_000  # the deadline of an answer; SQL keeps its own limit

    def get(path: str, *, method: str = "GET", **options: Any) -> httpx.Response:
        return asyncio.run(datasette.client.request(method, path, **options))

    return get


def paper_id(get: Get, start: str) -> int:
    """Return the id of the one paper whose title starts like this."""
    rows = get(f"/catalog/papers.json?_shape=array&title__startswith={quote(start)}").json()
    assert len(rows) == 1
    return int(rows[0]["id"])
