"""Made documents in the formats that made_documents does not write: the same papers, as other sources give them."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Final
from xml.sax.saxutils import escape

from benchmarks.made.documents import described_documents
from benchmarks.made.papers import MadePaper


def made_forms(papers: int, seed: int = 1) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of documents that list `papers` papers in each of the other formats, about 84 in each."""
    for number, made in enumerate(described_documents(papers, seed=seed), start=1):
        for ending, write in _FORMS.items():
            yield f"made-{number:06}.{ending}", write(made.papers).encode()


def _captured_page(papers: Sequence[MadePaper]) -> str:
    cards = (
        f"[{paper.abstract}](/papers/{paper.arxiv_id})\n\n"
        f"### [{paper.title}](/papers/{paper.arxiv_id})\n\n* {len(paper.authors)} authors\n\n"
        f"[12](/login?next=%2Fpapers%2F{paper.arxiv_id})\n"
        for paper in papers
    )
    return "# Daily Papers\n\n" + "\n".join(cards)


def _saved_page(papers: Sequence[MadePaper]) -> str:
    listed = [
        {
            "paper": {
                "id": paper.arxiv_id,
                "authors": [{"name": name} for name in paper.authors],
                "publishedAt": f"{paper.publication_date.isoformat()}T00:00:00.000Z",
                "title": paper.title,
                "summary": paper.abstract,
                "upvotes": 3,
            },
            "title": paper.title,
        }
        for paper in papers
    ]
    props = html.escape(json.dumps({"dailyPapers": listed}, ensure_ascii=False, separators=(",", ":")))
    cards = "".join(
        f'<article class="relative flex flex-col"><h3 class="mb-1"><a href="/papers/{paper.arxiv_id}" '
        f'class="line-clamp-3">{html.escape(paper.title)}</a></h3></article>\n'
        for paper in papers
    )
    head = '<head><meta charset="utf-8"><title>Daily Papers</title></head>'
    body = f'<main><div data-target="DailyPapers" data-props="{props}"><section>{cards}</section></div></main>'
    return f"<!doctype html>\n<html>{head}<body>{body}</body></html>\n"


def _feed(papers: Sequence[MadePaper]) -> str:
    entries = "".join(
        f"  <entry>\n    <id>http://arxiv.org/abs/{paper.arxiv_id}v1</id>\n    <title>{escape(paper.title)}</title>\n"
        f"    <published>{paper.publication_date.isoformat()}T00:00:00Z</published>\n"
        f"    <summary>{escape(paper.abstract)}</summary>\n"
        + "".join(f"    <author>\n      <name>{escape(name)}</name>\n    </author>\n" for name in paper.authors)
        + '    <category term="cs.LG" scheme="http://arxiv.org/schemas/atom"/>\n  </entry>\n'
        for paper in papers
    )
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
    return f"{head}  <id>http://arxiv.org/api/made</id>\n{entries}</feed>\n"


def _code_list(papers: Sequence[MadePaper]) -> str:
    rows = [
        {
            "paper_url": f"https://example.org/paper/{paper.number}",
            "paper_title": paper.title,
            "paper_arxiv_id": paper.arxiv_id,
            "paper_url_abs": f"https://arxiv.org/abs/{paper.arxiv_id}",
            "paper_url_pdf": f"https://arxiv.org/pdf/{paper.arxiv_id}",
            "repo_url": f"https://github.com/made-{paper.number % 97}/tool-{paper.number}",
            "is_official": True,
            "mentioned_in_paper": True,
            "mentioned_in_github": False,
            "framework": "none",
        }
        for paper in papers
    ]
    return json.dumps(rows, indent=2)


_FORMS: Final[dict[str, Callable[[Sequence[MadePaper]], str]]] = {
    "md": _captured_page,
    "html": _saved_page,
    "xml": _feed,
    "list.json": _code_list,
}
