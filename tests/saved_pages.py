"""Saved pages of invented papers, as a browser writes them, and what every reading of one must be."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from catalog.documents import split_lines
from catalog.readers import saved_page
from catalog.records import DigestRecord, DocumentRecord
from tests.conservation import conserved
from tests.pages import document


@dataclass(frozen=True)
class Paper:
    """One invented paper, as a page shows it."""

    id: str
    title: str
    upvotes: int = 3
    comments: int = 2
    by: str = "teapot-counter"
    submitted: str | None = None

    def object(self) -> dict[str, Any]:
        paper = {
            "id": self.id,
            "authors": [{"name": "Nora Nobody", "hidden": False}, {"name": "Otto Nowhere", "hidden": False}],
            "publishedAt": "2025-05-10T17:54:27.000Z",
            "title": self.title,
            "summary": f'We count "teapots" & spoons\n  for {self.title}.',
            "upvotes": self.upvotes,
        }
        if self.submitted:
            paper["submittedOnDailyAt"] = self.submitted
        submitter = {"fullname": "A Counter", "name": self.by, "type": "user"}
        return {"paper": paper, "title": self.title, "numComments": self.comments, "submittedBy": submitter}

    def card(self, extra: str = "") -> str:
        return f"""<div><article class="any"><a href="/papers/{self.id}"><img src="x.png"></a>
<div>Submitted by
 <img alt="" src="a.svg">
 {self.by}</div>
<a href="/login?next=%2Fpapers%2F{self.id}"><div><input disabled type="checkbox"><svg><title>no</title></svg>
<div>{self.upvotes}</div></div></a>
<h3><a href="/papers/{self.id}">{html.escape(self.title)}</a></h3>
<a href="/papers/{self.id}"><ul><li title="nora"></li><li><div><div>·</div>
 2 authors
</div></li></ul></a>
<a href="/papers/{self.id}#community"><svg></svg>
 {self.comments}
</a>{extra}</article></div>
"""


PAPERS = (
    Paper("2505.00001", "Counting Teapots with One Hamster", upvotes=94, comments=5),
    Paper("2505.00002", "Do Spoons & Forks <Differ>? An Invented Study", upvotes=1234567, by="spoon-2"),
    Paper("2505.00003", "Naïve Naming of Moon Cheese", upvotes=0, comments=0),
)
TIME = '<time datetime="2025-05-12T00:00:00.000Z"><span>May</span>\n<span>12</span></time>'
TITLE = '<h1><a href="/papers">Daily Papers</a></h1>'
CURATOR = '<h2>by <a href="/nobody"><img alt=""><span>AK</span></a> <span>and the research community</span></h2>'


def attribute(papers: Sequence[Paper], **page: Any) -> str:
    properties = {"canSubmit": False, **page, "dailyPapers": [paper.object() for paper in papers]}
    return escaped(json.dumps(properties, ensure_ascii=False, separators=(",", ":")))


def escaped(properties: str) -> str:
    return f'data-target="DailyPapers" data-props="{html.escape(properties)}"'


def cards(papers: Sequence[Paper] = PAPERS) -> str:
    return "".join(paper.card() for paper in papers)


def page(body: str, *, props: str = "", head: str = "", top: str = TITLE + CURATOR + TIME) -> str:
    return f"""<!doctype html>
<html class="">
<head><meta charset="utf-8"><title>Daily Papers - Hugging Face</title>{head}
<script>if (1 < 2) document.write('<article><h3><a href="/papers/1999.00001">No</a></h3></article>')</script></head>
<body><main><div class="x" {props}><section>{top}
{body}</section></div></main><footer>© Nobody</footer></body></html>
"""


def address(url: str) -> str:
    return f'<meta property="og:url" content="{html.escape(url)}">'


def read(text: str) -> DocumentRecord:
    """Read a text as a saved page and check the account of its lines."""
    source = document(text, "page.html")
    record = saved_page.read(source)
    conserved(record, source)
    assert record.digests[0].entries
    for entry in record.digests[0].entries:
        assert entry.title.strip()
        assert entry.abstract_line is None or entry.abstract_line == entry.line_start
    return record


def digest(text: str) -> DigestRecord:
    return read(text).digests[0]


def names(record: DigestRecord) -> list[tuple[str | None, str]]:
    return [(entry.arxiv_id, entry.title) for entry in record.entries]


def expected(papers: Sequence[Paper]) -> list[tuple[str | None, str]]:
    return [(paper.id, paper.title) for paper in papers]


def line_of(text: str, part: str) -> int:
    return len(split_lines(text[: text.index(part) + len(part)]))
