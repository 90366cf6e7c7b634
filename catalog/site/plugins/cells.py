"""How values look: dates that are open, addresses, yes and no, and text that a stranger wrote."""

# Datasette has no types: its imports and its decorator are unknown to mypy.
# mypy: disable-error-code="import-untyped", disallow-untyped-decorators=False
from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from datasette import hookimpl
from datasette.utils import format_bytes
from markupsafe import Markup, escape

# Control characters, and marks that turn the direction of the text around them: a title must not rearrange the page.
UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
_WEB_ADDRESS: Final = re.compile(r"https?://[^\s\x00-\x1f\x7f]+", re.IGNORECASE)
_CODE: Final = re.compile(r"`([^`]+)`")

_MOST_YEARS_TO_NAME: Final = 3

Row = Mapping[str, Any] | sqlite3.Row


def plain(value: object) -> str:
    """Return a value as text that can stand on a page: unprintable characters become the replacement character."""
    return UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", "" if value is None else str(value))


def is_web_address(value: object) -> bool:
    """Whether a value is an address that may become a link; `javascript:` and `data:` never are."""
    return isinstance(value, str) and _WEB_ADDRESS.fullmatch(value) is not None


def web_link(url: str, label: str | None = None) -> str:
    """Return a link to an address outside, or the text alone where the address is not one to follow."""
    if not is_web_address(url):
        return plain(label or url)
    shown = plain(label or re.sub(r"^https?://(www\.)?", "", url, flags=re.IGNORECASE))
    return Markup('<a href="{}" rel="nofollow noopener noreferrer">{}</a>').format(url, shown)


def with_code(text: object) -> str:
    """Return a description with its `names` as code."""
    parts = _CODE.split(plain(text))
    # What stood between backquotes is every second part.
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if at % 2 else escape(part) for at, part in enumerate(parts)
    )


def names(array: str) -> list[str]:
    """Return the texts of a JSON array, or the text itself where it is none."""
    try:
        found = json.loads(array)
    except ValueError:
        found = None
    return [plain(name) for name in found] if isinstance(found, list) else [plain(array)]


def digest_day(digest: Row) -> str:
    """Return the day of a digest, or the days it could be, in words; empty where nothing is known."""
    if digest["digest_date"]:
        return plain(digest["digest_date"])
    earliest, latest, printed = digest["earliest_date"], digest["latest_date"], digest["printed_date"]
    if not (earliest and latest):
        return plain(f"{printed}, year unknown" if printed else "")
    years = _possible_years(earliest, latest)
    if not (printed and years):
        return f"{earliest} to {latest}"
    if len(years) > _MOST_YEARS_TO_NAME:
        return plain(f"{printed}, {years[0]} to {years[-1]}")
    *others, last = (str(year) for year in years)
    return plain(f"{printed}, {', '.join(others)}{' or ' if others else ''}{last}")


_REASONS: Final = {
    "stated": "The document states the day.",
    "stated by its entries": "Its entries state the day.",
    "file name": "The name of the document says the day.",
    "given": "A person gave the year.",
}


def date_reason(digest: Row, newest_publication: str | None, as_of_date: str | None) -> str:
    """Return why a digest has its day, or what the evidence leaves of it, as one or two sentences.

    In the words of `catalog show`: this folder works without the package, so a test compares the two.
    """
    basis, printed = digest["date_basis"], digest["printed_date"]
    if basis in _REASONS:
        return _REASONS[basis]
    if not printed:
        return "The document prints no day."
    page = f"The document prints “{plain(printed)}” without a year."
    if not (digest["earliest_date"] and digest["latest_date"]):
        return f"{page} The evidence contradicts itself, so that no year fits."
    newest = (
        f"Its newest paper is of {newest_publication}"
        if newest_publication
        else "No publication date of its papers is known"
    )
    until = f" and it was read by {as_of_date}" if as_of_date else ""
    left = "only one year fits" if basis == "single candidate" else "several years fit"
    return f"{page} {newest}{until}: {left}."


def _possible_years(earliest: str, latest: str) -> list[int]:
    """The years between two bounds that are one day in different years; none where they are not."""
    first, last = date.fromisoformat(earliest), date.fromisoformat(latest)
    if (first.month, first.day) != (last.month, last.day):
        return []
    is_leap_day = (first.month, first.day) == (2, 29)
    return list(range(first.year, last.year + 1, 4 if is_leap_day else 1))


@hookimpl
def prepare_jinja2_environment(env: Any, datasette: Any) -> None:
    """Give the templates these words, and what metadata.yml says of the whole site."""
    env.filters.update(plain=plain, names=names, web_link=web_link, with_code=with_code, digest_day=digest_day)
    env.filters.update(date_reason=date_reason, from_json=json.loads, file_size=format_bytes)
    env.globals["publication"] = datasette.metadata


@hookimpl
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Give feeds text without the characters that no XML may hold."""
    conn.create_function("printable", 1, plain, deterministic=True)


@hookimpl
def register_magic_parameters(datasette: Any) -> list[tuple[str, Any]]:
    """Give feeds the address of the site, as the visitor came to it (`:_site_address`)."""

    def site(key: str, request: Any) -> str:
        if key != "address":
            raise KeyError(key)
        return str(datasette.absolute_url(request, datasette.urls.instance())).rstrip("/")

    return [("site", site)]


@hookimpl
def render_cell(row: Row, value: object, column: str, table: str | None, database: str, datasette: Any) -> str | None:
    """Return how a cell looks, or None where Datasette's own way is right."""
    if isinstance(value, dict):
        # A label of another table; Datasette makes the link from this same dict after us.
        value["label"] = plain(value["label"])
        return None
    keys = row.keys()
    if table == "digests" and column == "digest_date" and value is None:
        has_bounds = {"digest_date", "earliest_date", "latest_date", "printed_date"} <= set(keys)
        return digest_day(row) or None if has_bounds else None
    if table is None:
        return _linked_label(row, value, column, database, datasette)
    if column.startswith(("is_", "has_")) and value in (0, 1):
        return "yes" if value else "no"
    return _text(value)


_LABELS: Final = (
    ("title", "paper_id", "papers"),
    ("digest", "digest_id", "digests"),
    ("repository", "repository_id", "repositories"),
)


def _linked_label(row: Row, value: object, column: str, database: str, datasette: Any) -> str | None:
    """In a query: a title beside a paper_id, a digest beside a digest_id and the like is the way to that page."""
    keys = set(row.keys())
    for label, key, target in _LABELS:
        if column == label and key in keys and isinstance(row[key], int) and value is not None:
            href = f"{datasette.urls.table(database, target)}/{row[key]}"
            return Markup('<a href="{}">{}</a>').format(href, plain(value))
    return _text(value)


def _text(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    # Datasette's own way makes a link of an address with blanks around it, too.
    if is_web_address(value.strip()):
        return web_link(value.strip())
    return plain(value) if UNPRINTABLE.search(value) else None
