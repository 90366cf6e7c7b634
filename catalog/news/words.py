"""What the news say of one paper, in words that every form of output shares. Pure.

All texts come from strangers: here they become one line of bounded length without control characters, and without
marks that turn the direction of the text around them.
"""

from __future__ import annotations

import re
from typing import Final

from catalog.news.contents import Group, Item, News
from catalog.show.lines import counted
from catalog.terminal import plain

_MOST_TITLE: Final = 300
_MOST_NAME: Final = 80
_MOST_PASSAGE: Final = 280
MOST_NAMES: Final = 3
_MOST_ADDRESSES: Final = 4
_MOST_ADDRESS: Final = 500
# RFC 3986 has no other characters; what is beyond ASCII is encoded in a canonical address.
_WEB_ADDRESS: Final = re.compile(r"https?://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")


def one_line(text: str, most: int = _MOST_TITLE) -> str:
    """Return `text` on one line of at most `most` characters, cut at a word where that is near."""
    # Long before it is cut: a text may have many megabytes.
    line = " ".join(plain(text[: 10 * most]).split())
    if len(line) <= most:
        return line
    start = line[: most - 1]
    return f"{start.rpartition(' ')[0] if ' ' in start[most // 2 :] else start}…"


def web_address(text: str) -> str | None:
    """Return an address that may become a link: http or https, in ASCII, of bounded length; None for anything else."""
    return text if len(text) <= _MOST_ADDRESS and _WEB_ADDRESS.fullmatch(text) else None


def title(item: Item) -> str:
    """Return the title of a paper; never empty."""
    return one_line(item.paper.title) or "(a title that cannot be shown)"


def address(item: Item, site: str | None) -> str | None:
    """Return where one reads of the paper: at arXiv, else on the page of the catalogue's own `site`, else None."""
    if item.paper.arxiv_id is not None:
        return web_address(f"https://arxiv.org/abs/{item.paper.arxiv_id}")
    return None if site is None else f"{site}/catalog/papers/{item.paper.id}"


def repositories(item: Item) -> list[str]:
    """Return the first addresses of repositories that may become links."""
    return [found for found in map(web_address, item.paper.repositories) if found][:_MOST_ADDRESSES]


def authors(item: Item) -> str:
    """Return the first names, or their number where no names are known, or nothing."""
    paper = item.paper
    names = [one_line(name, _MOST_NAME) for name in paper.authors[:MOST_NAMES]]
    if not names:
        return "" if paper.author_count is None else counted(paper.author_count, "author")
    more = len(paper.authors) - len(names)
    return ", ".join(names) + (f" and {more} more" if more > 0 else "")


def facts(item: Item) -> str:
    """Return what is known of the paper, with commas: authors, publication date, upvotes, digests."""
    paper = item.paper
    published = f"published {paper.publication_date}" if paper.publication_date else ""
    listed = item.listed_count if item.listed_count is not None else paper.digest_count
    digests = f"in {counted(listed, 'digest')}" if listed > 1 else ""
    return one_line(", ".join(filter(None, (authors(item), published, _upvotes(item), digests))))


def _upvotes(item: Item) -> str:
    if len(item.upvote_counts) < 2:
        return "".join(counted(count, "upvote") for count in item.upvote_counts)
    first, last = item.upvote_counts[0], item.upvote_counts[-1]
    return f"from {first:,} to {counted(last, 'upvote')}"


def passage(item: Item) -> str:
    """Return the beginning of the abstract, or nothing."""
    return one_line(item.paper.abstract or "", _MOST_PASSAGE)


def heading(group: Group) -> str:
    """Return what stands above a group, or nothing."""
    text = one_line(group.heading or "")
    return f"May be new: {text}" if group.is_undecided else text


def headline(news: News) -> str:
    """Return the title of the news with their number."""
    return f"{one_line(news.title)} ({news.count:,})"


def notes(news: News) -> list[str]:
    """Return what is said below the list; also that there is nothing, where there is nothing."""
    nothing = [] if news.items else ["No paper."]
    return [*nothing, *(one_line(note, 2 * _MOST_TITLE) for note in news.notes)]
