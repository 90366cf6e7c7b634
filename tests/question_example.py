"""A small catalogue in which every question has an answer that can be told by hand: kites, buttons, ladders."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any, Final

import catalog.site
from catalog.questions import Question, questions
from catalog.records import DocumentRecord, EntryRecord, LinkRecord, Origin, PaperRecord, RejectRecord
from tests.catalogues import document, empty_catalogue, load

ADDRESS = "https://papers.example"
"""What `:_site_address` is where no Datasette fills it in."""


def _entry(title: str, abstract: str | None = None, **facts: Any) -> EntryRecord:
    return EntryRecord(position=1, title=title, abstract=abstract, line_start=1, line_end=3, **facts)


def _field(url: str, **said: Any) -> LinkRecord:
    return LinkRecord("listing field", url, url, roles=("code",), field="githubRepo", **said)


_KITE: dict[str, Any] = {"arxiv_id": "2602.00001", "publication_date": "2026-02-27", "authors": ("Ada Tail", "Bo Cord")}
KITE = _entry(
    "Kites That Steer Themselves",
    "Our kite flies in circles. Code: https://github.com/invented-lab/kite",
    upvote_count=10,
    comment_count=1,
    **_KITE,
)
BUTTON = _entry(
    "Buttons for Left Hands",
    "A button is pressed. The code will be released at https://github.com/invented-lab/button soon.",
    publication_date="2026-02-20",
)
SPOON = _entry("Spoons as Mirrors", "A spoon shows the kite upside down.", publication_date="2026-03-01")
LADDER = _entry("Ladders Without Rungs", "Nobody climbed. It is built on https://github.com/other-lab/Steps.")
HARP = _entry(
    "Harps for the Deaf",
    "The strings are felt. Code: https://github.com/other-lab/harp",
    publication_date="2024-05-01",
)
UNDATED = _entry("Shoes That Wait", "They wait. The code will be released at https://github.com/shoe-lab/waiting soon.")

FIRST = document("2026-03-02.txt", KITE, BUTTON, digest_date="2026-03-02", date_basis="stated")
SECOND = document(
    "2026-03-05.txt",
    SPOON,
    replace(KITE, upvote_count=25, comment_count=4),
    digest_date="2026-03-05",
    date_basis="stated",
)
THIRD = replace(
    document(
        "2026-03-09.txt",
        replace(BUTTON, links=(_field("https://github.com/invented-lab/button"),)),
        replace(KITE, upvote_count=3, comment_count=None, links=(_field("https://github.com/kite-fans/kite"),)),
        LADDER,
        HARP,
        digest_date="2026-03-09",
        date_basis="stated",
    ),
    rejects=(RejectRecord(18, 18, "A line that says nothing.", "It belongs to no entry."),),
)
OPEN = document("open.txt", HARP, UNDATED, printed_date="Mar 11")
_OFFICIAL = "https://github.com/other-lab/harp"
LISTED = DocumentRecord(
    Origin("list.json", hashlib.sha256(b"list").hexdigest(), 900, 9, "list of papers with code"),
    papers=(
        PaperRecord(
            position=1,
            title=HARP.title,
            line_start=2,
            line_end=8,
            links=(LinkRecord("published list", _OFFICIAL, _OFFICIAL, is_official=False),),
        ),
    ),
)


def make_question_catalogue(path: Path) -> Path:
    """Load three dated digests, one whose year is open, and a list of papers with code."""
    load(path, FIRST, SECOND, THIRD, OPEN, LISTED)
    return path


def make_empty_catalogue(path: Path) -> Path:
    """Make a catalogue that holds nothing yet."""
    return empty_catalogue(path)


def site_plugin(name: str) -> Any:
    """Return a plugin of the site as a module, without Datasette that would load it."""
    path = Path(catalog.site.__file__).parent / "plugins" / f"{name}.py"
    spec = spec_from_file_location(f"site_plugin_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


QUOTED, PRINTABLE = site_plugin("requests").search_query, site_plugin("cells").plain


def question(name: str) -> Question:
    return next(each for each in questions() if each.name == name)


def answers(path: Path, name: str, **given: str) -> list[dict[str, Any]]:
    """Ask a question of the file with Python's own sqlite3; a parameter that is not given is the empty text."""
    asked = question(name)
    parameters = {**dict.fromkeys(asked.parameters, ""), "_site_address": ADDRESS, **given}
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        connection.create_function("escape_fts", 1, QUOTED, deterministic=True)
        connection.create_function("printable", 1, PRINTABLE, deterministic=True)
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(asked.sql, parameters)]


ODD: Final = [
    "no such thing",
    "x" * 2_000,
    "'",
    '"',
    '""',
    "'; drop table papers; --",
    "a' or '1'='1",
    "\x00",
    "1\x00",
    "2026\x00",
    "2026-03-02\x00",
    "invented-lab\x00",
    f"{KITE.title}\x00",
    " ",
    " 2026",
    "2026x",
    "2026.0",
    "2026-02",
    "+2026",
    "-1",
    "0",
    "1e0",
    "01",
    "9" * 40,
    "٢٠٢٦",
    "苔",
    "🪁",
    "\u0301",
    "\ufffe",
    "*",
    "%",
    "2_26",
    "[0-9]*",
    "zebra AND (",
    "NEAR(zebra, 2)",
    "title:zebra",
    "^zebra",
    "zebra*",
    "{title}: -",
    ":words",
]
"""Texts that no paper, digest or owner has: nothing answers to them, and none is an error."""
