"""A small catalogue for the tests of `catalog news`, the news from it, and the operator's file."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from catalog.lookup.connection import opened
from catalog.news.contents import Criteria, Group, Item, News
from catalog.news.selection import select_news
from catalog.results import Paper
from tests.mail_server import NAME, PASSWORD, Post, authority_file
from tests.question_example import make_question_catalogue

SENDER = "Paper News <news@papers.example>"
ADA, BO, CY = "ada@readers.example", "bo@readers.example", "cy@readers.example"
UNSUBSCRIBE = ["mailto:news@papers.example?subject=unsubscribe"]
LINK_OUT = "https://papers.example/leave?who={address}"
ALARMING = (
    "\x00\x01\x08\t\n\x0b\x0c\r\x1b\x7f\x85\x9b\u200b\u200e\u2028\u2029\u202a\u202e\u2066\u2069\ufeff\ufffe\uffff\ue000"
)
"""What must not reach a header, a terminal or a page: control characters, line ends, marks of direction."""

HOSTILE = (
    f"Moss{ALARMING}\r\nBcc: eve@evil.example\r\n\r\n<script>alert(1)</script>]]> & \"q\" 'a' [x](javascript:alert(2)) "
    f"=?utf-8?q?=0D=0ABcc:_eve@evil.example?= {{{{ 7*7 }}}} \u0623\u0628 \U0001fab1 .\n.\nFrom eve"
)


@cache
def _kites() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return make_question_catalogue(Path(folder, "catalog.db")).read_bytes()


def kite_catalogue(folder: Path) -> Path:
    """Put three dated digests, one whose year is open, and a list of papers with code into a file in the folder."""
    path = folder / "catalog.db"
    path.write_bytes(_kites())
    return path


def select(path: Path, **asked: Any) -> News:
    """Return the news that are asked for."""
    with opened(path) as connection:
        return select_news(connection, Criteria(**asked))


def titles(news: News) -> list[str]:
    return [item.paper.title for item in news.items]


def paper(**facts: Any) -> Paper:
    """Return a paper with these facts and no others."""
    known: dict[str, Any] = {
        "id": 1,
        "title": "Moss",
        "abstract": None,
        "arxiv_id": None,
        "doi": None,
        "authors": (),
        "author_count": None,
        "publication_date": None,
        "digest_count": 1,
        "repositories": (),
    }
    return Paper(**{**known, **facts})


def made_news(*papers: Paper, title: str = "New papers since 2026-03-04", **facts: Any) -> News:
    """Return news of these papers, as a selection could give them."""
    items = tuple(Item(key=f"{number}", paper=each, first_day="2026-03-04") for number, each in enumerate(papers))
    known: dict[str, Any] = {
        "title": title,
        "count": len(items),
        "groups": (Group(heading="Daily (2026-03-04)", items=items),),
        "notes": (),
        "feed_key": "tag:paper-catalogue.invalid,2026:news/new",
        "is_trending": False,
    }
    return News(**{**known, **facts})


def write_settings(
    folder: Path,
    post: Post | None = None,
    *recipients: str,
    server: str = "",
    more: str = "",
    out: list[str] | None = None,
) -> Path:
    """Write an operator's file for the server, with a password in a file beside it, and return its path."""
    secret = folder / "password"
    secret.write_text(f"{PASSWORD}\n", encoding="utf-8")
    secret.chmod(0o600)
    path = folder / "news.toml"
    path.write_text(
        f"""
from = "{SENDER}"
unsubscribe = {out or UNSUBSCRIBE}
recipients = {list(recipients or (ADA, BO, CY))}
{more}
[server]
host = "localhost"
port = {post.port if post else 25}
ca_file = "{authority_file(folder).name}"
{server or f'username = "{NAME}"' + chr(10) + 'password_file = "password"'}
""",
        encoding="utf-8",
    )
    return path
