"""The documents that docs/bad-documents.md speaks of, by the words of its tables; all of them about invented papers."""

from __future__ import annotations

import gzip
import json
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from tests import captured_pages, daily_papers, paper_code_lists, saved_pages
from tests.pages import HEAD, TRAILER, Card, invented_cards, page

CARDS = invented_cards(3, TRAILER)
PAGE = page(CARDS)
LONG = "Counting Teapots " * 600
SCRIPT, SQL = "<script>alert(1)</script>", "'); DROP TABLE papers; --"
STEERING = "\x1b[31mRed\x1b[0m \u202eTeapots\u202c\x07"

LINE_LENGTH = 300_000_000


@dataclass(frozen=True)
class Case:
    """What stands in a folder, and what `catalog load` is told there; without words, the names of the files."""

    files: dict[str, str | bytes]
    words: tuple[str, ...] = ()
    make: Callable[[Path], None] | None = None

    @property
    def arguments(self) -> tuple[str, ...]:
        return self.words or tuple(self.files)

    def put(self, folder: Path) -> None:
        for name, content in self.files.items():
            (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        if self.make is not None:
            self.make(folder)


def text(content: str | bytes, name: str = "page.txt") -> Case:
    return Case({name: content})


def _dated(printed_date: str, trailer: tuple[str, ...] = TRAILER) -> Case:
    return text(page(invented_cards(3, trailer), (*HEAD[:-1], printed_date)))


def _titled(title: str) -> Case:
    return text(PAGE.replace(CARDS[0].title, title))


def _answer(**changed: object) -> Case:
    entries = [daily_papers.wrapped(1), daily_papers.wrapped(2, paper=changed)]
    return text(json.dumps(entries, indent=1), "2026-03-04.json")


def _listed(**changed: object) -> Case:
    rows = [paper_code_lists.SOCKS, paper_code_lists.row(paper_arxiv_id=None, paper_url_abs=None, **changed)]
    return text(json.dumps(rows, indent=1), "list.json")


def _saved(title: str, address: str = "https://github.com/nobody/teapot") -> Case:
    papers = (replace(saved_pages.PAPERS[0], title=title), *saved_pages.PAPERS[1:])
    cards = "".join(paper.card(f'<a href="{address}">code</a>') for paper in papers)
    return text(saved_pages.page(cards), "page.html")


def _captured(address: str) -> Case:
    cards = [replace(card, github=address) for card in captured_pages.invented_cards(3)]
    return text(captured_pages.HEAD + captured_pages.cards_text(cards, "inline"), "page.md")


def _export(url: str) -> Case:
    link = {"verbatim": url, "url": url, "asserted_by": "abstract", "line": 3}
    entry = {"title": "Counting Teapots", "line_start": 1, "line_end": 3, "links": [link]}
    source = {"name": "page.txt", "sha256": "0" * 64, "byte_count": 99, "line_count": 3, "format": "pasted page"}
    digest = {"kind": "listing", "date_basis": "open", "entries": [entry]}
    return text(
        json.dumps({"catalogue": "paper-catalogue/2", "is_complete": True, "source": source, "digests": [digest]}),
        "export.json",
    )


def _links(folder: Path) -> None:
    (folder / "documents").mkdir()
    (folder / "documents" / "link.txt").symlink_to(folder / "page.txt")
    (folder / "documents" / "again").symlink_to(folder / "documents")


def _loop(folder: Path) -> None:
    (folder / "loop.txt").symlink_to("loop.txt")


def _fifo(folder: Path) -> None:
    os.mkfifo(folder / "pipe")


def _socket(folder: Path) -> None:
    # The path of a socket may have 108 bytes only: bound from inside its folder.
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")


def _cut(at: str, past: int, content: str = PAGE, name: str = "page.txt") -> Case:
    return text(content[: content.rindex(at) + past], name)


UTF16 = PAGE.encode("utf-16")

CASES: dict[str, Case] = {
    # What is no text
    "a picture": text(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"),
    "a PDF": text(b"%PDF-1.7 and so on"),
    "an office document or zip archive": text(b"PK\x03\x04 and so on"),
    "an SQLite database": text(b"SQLite format 3\x00"),
    "any other binary file": text(bytes(range(1, 32)) * 9),
    "a NUL character": text(PAGE.replace("hamsters", "ham\x00sters")),
    "UTF-16": text(UTF16),
    "UTF-16 without a mark": text(UTF16[2:]),
    "UTF-32": text(PAGE.encode("utf-32")),
    "Latin-1": text(page(invented_cards(3)).replace("blue", "bl\xfc").encode("latin-1")),
    "a lone surrogate in the bytes": text(PAGE.replace("blue", "\ud800").encode("utf-8", "surrogatepass")),
    "a lone surrogate in JSON": _answer(title="Counting \ud800"),
    "a NUL character in JSON": _answer(title="Counting \x00"),
    "nothing, or blanks": text(" \r\n\n\t\u200b"),
    # Lines and characters
    "a byte order mark": text("\ufeff" + PAGE),
    "CRLF": text(PAGE.replace("\n", "\r\n")),
    "three kinds of line ends": text(PAGE.replace("\n", "\r\n", 9)[::-1].replace("\n", "\r", 9)[::-1]),
    "U+2028 inside a line": text(PAGE.replace("hamsters, ", "hamsters,\u2028")),
    "a form feed inside a line": text(PAGE.replace("hamsters, ", "hamsters,\x0c")),
    "controls of terminals and of writing direction": _titled(f"{STEERING} with One Hamster"),
    "a line of 300 MB": text(b""),  # made and measured by a test of its own
    # Pages
    "a page cut in a title": _cut(CARDS[2].title, 20),
    "a page cut in an abstract": _cut("hamsters", 4),
    "a page cut in a trailer": _cut("Mar 2", 3),
    "an answer cut in an object": _cut("summary", 30, _answer().files["2026-03-04.json"], "2026-03-04.json"),  # type: ignore[arg-type]
    "a saved page cut in a card": _cut("<h3>", 9, saved_pages.page(saved_pages.cards()), "page.html"),
    "two pages in one file": text(PAGE + page(invented_cards(6, TRAILER)[3:])),
    "the same page twice in one file": text(PAGE + PAGE),
    "a paper twice in one digest": text(page([*CARDS, CARDS[0]])),
    "a page without abstracts": text(page([Card(card.title, ()) for card in CARDS])),
    "the same, said to be a pasted page": Case(
        {"page.txt": page([Card(card.title, ()) for card in CARDS])}, ("--format", "pasted page", "page.txt")
    ),
    "a page without abstracts, but with trailers": text(page([Card(card.title, (), TRAILER) for card in CARDS])),
    # Dates
    "two digest dates": text(page(CARDS, (*HEAD, "Mar 12"))),
    "Feb 30": _dated("Feb 30"),
    "Feb 29": _dated("Feb 29", ()),
    "Feb 29 with papers of a later year": _dated("Feb 29"),
    "Feb 29, 2025": _dated("Feb 29, 2025"),
    "Feb 30 on each card": _dated("Mar 11", (*TRAILER[:-1], "Feb 30, 2025 2")),
    "a digest date in the future": _dated("Mar 11, 2031"),
    "publication dates in the future": _dated("Mar 11", (*TRAILER[:-1], "Mar 2, 2031 2")),
    "a day in the name that there is not": Case({"2026-02-30.json": _answer().files["2026-03-04.json"]}),
    "a publication day in an answer that there is not": _answer(publishedAt="2025-02-30T00:00:00Z"),
    # Titles and addresses
    "a title of 10,000 characters on a page": _titled(LONG[:10_000].strip()),
    "a title of 10,000 characters in an answer": _answer(title=LONG[:10_000].strip()),
    "a title of 10,000 characters on a saved page": _saved(LONG[:10_000].strip()),
    "a title of 10,000 characters in a list": _listed(paper_title=LONG[:10_000].strip()),
    "a script in a title": _titled(f"Counting {SCRIPT} Teapots"),
    "SQL in a title": _titled(f"Counting{SQL} Teapots"),
    "`javascript:` and `data:` in an abstract": text(
        PAGE.replace("https://github.com/nobody/hamsters1", "javascript:alert(1) and data:text/html,x")
    ),
    "`javascript:` and `data:` in fields": _answer(projectPage="javascript:alert(1)", githubRepo="data:text/html,x"),
    "`javascript:` in a list": _listed(repo_url="javascript:alert(1)"),
    "`javascript:` behind a link of a saved page": _saved("Counting Teapots", "javascript:alert(1)"),
    "`javascript:` behind a link of a captured page": _captured("javascript:alert(1)"),
    "`javascript:` in an export": _export("javascript:alert(1)"),
    # Files
    "a symbolic link to a file that is named, too": Case({"page.txt": PAGE}, ("page.txt", "documents"), _links),
    "a folder that holds a link to itself": Case({"page.txt": PAGE}, ("documents",), _links),
    "a symbolic link to itself": Case({}, ("loop.txt",), _loop),
    "a device": Case({}, ("/dev/zero",)),
    "a named pipe": Case({}, ("pipe",), _fifo),
    "a socket": Case({}, ("socket",), _socket),
    "a page as gzip": text(gzip.compress(PAGE.encode())),
    "gzip in gzip": text(gzip.compress(gzip.compress(PAGE.encode()))),
    "gzip that is cut": text(gzip.compress(PAGE.encode())[:-9]),
    "a gzip bomb": text(gzip.compress(b"\n".join([b"word " * 200_000] * 40)), "bomb.gz"),
    # The same again
    "a document and a later one of the same name": Case(
        {}, ("monday", "tuesday"), lambda folder: _in_folders(folder, {"monday": CARDS, "tuesday": CARDS[:2]})
    ),
    "the same records in other bytes": Case({"windows.txt": PAGE.replace("\n", "\r\n"), "linux.txt": PAGE}),
    "the same bytes under another name": Case({"copy.txt": PAGE, "page.txt": PAGE}),
}


def _in_folders(folder: Path, pages: dict[str, list[Card]]) -> None:
    for name, cards in pages.items():
        (folder / name).mkdir()
        (folder / name / "daily.txt").write_text(page(cards), encoding="utf-8")
