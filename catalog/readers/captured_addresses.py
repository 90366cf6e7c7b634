"""What an address on a captured listing page leads to: a paper, its votes, its comments, the page itself. Pure.

The forms are those of the pages under https://huggingface.co/papers: `/papers/<arXiv id>`, with `#community` for the
comments, `/login?next=%2Fpapers%2F<arXiv id>` for the button that votes, and the listings themselves: `/papers`,
`/papers?date=2025-03-11` or `/papers/date/2025-03-11`, `/papers/week/2025-W20`, `/papers/month/2025-05`,
`/papers/trending` and `/papers?q=words`.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from catalog.arxiv import parse_arxiv_id
from catalog.links.hubs import HUB_PAGES
from catalog.records import DigestKind
from catalog.values import value

MAX_ADDRESS: Final = 2000

_HOSTS: Final = frozenset({"huggingface.co", "www.huggingface.co", "hf.co"})
_ACCOUNT = re.compile(r"/([A-Za-z0-9][A-Za-z0-9._-]{0,95})/?")
_REPOSITORY = re.compile(r"/[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}(?:/.{0,500})?")
_LISTING = re.compile(r"/papers(?:/(?:[a-z]{1,20}|(?:date|week|month)/[0-9W-]{1,10}))?/?")
_WEEK = re.compile(r"([0-9]{4})-W([0-9]{1,2})", re.ASCII)
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})", re.ASCII)


class Leads:
    """What an address leads to. No enumeration: to reach a member of one takes twenty times as long in Python 3.11."""

    PAPER: Final = "a paper's page"
    VOTE: Final = "the button that votes for a paper"
    COMMENTS: Final = "the comments on a paper"
    LISTING: Final = "a listing"
    ACCOUNT: Final = "a person or an organisation"
    SITE: Final = "another page of the site"
    ARXIV: Final = "a paper at arXiv"
    CODE: Final = "a repository at GitHub"
    OTHER: Final = "another site"
    LOST: Final = "an address that a cut text no longer gives"


@value()
class Target:
    """What an address leads to, and the arXiv id of the paper that it names."""

    leads: str
    arxiv_id: str | None = None


@value()
class Listing:
    """What the address of a listing says of it; dates are ISO 8601."""

    url: str
    kind: DigestKind
    query: str | None = None
    day: str | None = None
    earliest: str | None = None
    latest: str | None = None


def read_address(address: str) -> Target:
    """Return what an address leads to; a relative one (`/papers/2401.01234`) is one of the site. Raises nothing."""
    if not address:
        return Target(Leads.LOST)
    return _read_address(address) if len(address) <= MAX_ADDRESS else Target(Leads.OTHER)


# An address is asked for several times.
@lru_cache(maxsize=1024)
def _read_address(address: str) -> Target:
    parts = _split(address)
    if parts is None:
        return Target(Leads.OTHER)
    host, path, query, fragment = parts
    if host in ("arxiv.org", "www.arxiv.org"):
        arxiv_id = _arxiv_id(f"arxiv.org{path}")
        return Target(Leads.ARXIV if arxiv_id else Leads.OTHER, arxiv_id)
    if host in ("github.com", "www.github.com"):
        return Target(Leads.CODE if _REPOSITORY.fullmatch(path) else Leads.OTHER)
    if host not in _HOSTS:
        return Target(Leads.OTHER)
    if path == "/login":
        wanted = dict(parse_qsl(query, max_num_fields=20)).get("next", "") if query.count("&") < 20 else ""
        arxiv_id = _paper_id(wanted.partition("#")[0])
        return Target(Leads.VOTE, arxiv_id) if arxiv_id else Target(Leads.SITE)
    if arxiv_id := _paper_id(path):
        return Target(Leads.COMMENTS if fragment == "community" else Leads.PAPER, arxiv_id)
    if path == "/papers" or path.startswith("/papers/"):
        # What else stands there is the damaged address of a paper.
        return Target(Leads.LISTING if _LISTING.fullmatch(path) else Leads.OTHER)
    account = _ACCOUNT.fullmatch(path)
    return Target(Leads.ACCOUNT if account and account[1].casefold() not in HUB_PAGES else Leads.SITE)


def read_listing(address: str) -> Listing | None:
    """Return what the full address of a listing says of it, or None where it is not one of a listing."""
    parts = _split(address)
    if parts is None or parts[0] not in _HOSTS or not address.casefold().startswith("http"):
        return None
    _, path, query, _ = parts
    values = dict(parse_qsl(query, max_num_fields=20)) if query.count("&") < 20 else {}
    words = values.get("q", "").strip()
    section, _, value = path.removeprefix("/papers").strip("/").partition("/")
    if path.rstrip("/") == "/papers":
        if words:
            return Listing(address, "search", query=words)
        day = iso_day(values.get("date", ""))
        return Listing(address, "daily", None, day, day, day)
    if not path.startswith("/papers/"):
        return None
    if section == "trending" and not value:
        return Listing(address, "trending")
    if section == "date" and (day := iso_day(value)):
        return Listing(address, "daily", None, day, day, day)
    if section == "week" and (bounds := _week(value)):
        return Listing(address, "weekly", None, None, *bounds)
    if section == "month" and (bounds := _month(value)):
        return Listing(address, "monthly", None, None, *bounds)
    return None


def day_of(address: str) -> str | None:
    """Return the day, ISO 8601, whose listing a full or relative address leads to, or None where it says none."""
    full = f"https://huggingface.co{address}" if address.startswith("/papers") else address
    listing = read_listing(full)
    return listing.day if listing is not None else None


def iso_day(text: str) -> str | None:
    """Return the text where it is a day as `2025-03-11`, else None."""
    if len(text) != 10 or not text.isascii():
        return None
    try:
        return text if date.fromisoformat(text).isoformat() == text else None
    except ValueError:
        return None


def _split(address: str) -> tuple[str, str, str, str] | None:
    if not address or len(address) > MAX_ADDRESS:
        return None
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return None
    if not parts.scheme and not parts.netloc and address.startswith("/"):
        host = "huggingface.co"
    elif parts.scheme.casefold() not in ("http", "https"):
        return None
    return host.casefold(), unquote(parts.path), parts.query, parts.fragment


def _paper_id(path: str) -> str | None:
    start = path.find("/papers/")
    if start < 0:
        return None
    return _arxiv_id(path[start + len("/papers/") :].strip("/"))


def _arxiv_id(text: str) -> str | None:
    try:
        return parse_arxiv_id(text).id if len(text) <= MAX_ADDRESS else None
    except ValueError:
        return None


def _week(text: str) -> tuple[str, str] | None:
    match = _WEEK.fullmatch(text)
    if match is None:
        return None
    try:
        monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
        return monday.isoformat(), (monday + timedelta(days=6)).isoformat()
    except (ValueError, OverflowError):
        return None


def _month(text: str) -> tuple[str, str] | None:
    match = _MONTH.fullmatch(text)
    if match is None:
        return None
    year, month = int(match[1]), int(match[2])
    try:
        return date(year, month, 1).isoformat(), date(year, month, monthrange(year, month)[1]).isoformat()
    except ValueError:
        return None
