"""Lines of a pasted page -> its head, and the paragraphs and trailers that follow. Pure.

A line is blank where it holds only white space or characters without width. A paragraph is a run of lines that are
not blank. Lines are counted from 0 here, and an end is the first line after.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from catalog.readers.trailers import DateLine, Trailer, read_date_line, read_trailer, strip_blanks

# What the listing prints around its cards. Compared without case, and only before the first card or after the last.
_FURNITURE: Final = """
    new | Get trending papers in your email inbox! | Get trending papers in your email inbox once a day! | Subscribe
    | Daily Papers | Daily Papers - Hugging Face | Trending Papers | Papers | Hugging Face | Hugging Face's logo
    | Models | Datasets | Spaces | Buckets | Posts | Docs | Community | Enterprise | Enterprise Hub | Solutions
    | Pricing | Resources | Log In | Login | Sign Up | Sign In | Search | Search papers | Search any paper with AI
    | AI-powered search | Daily | Weekly | Monthly | Trending | Today | Previous | Next | Submit a paper | Company
    | Website | TOS | Terms of Service | Privacy | About | Careers | Jobs | Changelog | Status | System theme
    | © Hugging Face | Collaborate with us | View all | Load more | Back to top
    """
FURNITURE: Final = frozenset(line.strip().casefold() for line in _FURNITURE.split("|"))
# One of these is enough to know the listing; the others stand on many pages.
DISTINCTIVE: Final = frozenset(line for line in FURNITURE if "trending papers" in line or "daily papers" in line)
TITLES: Final = frozenset({"daily papers", "trending papers"})

MAX_HEAD_LINES: Final = 60
# A line of a head is short; a longer one is the first abstract.
MAX_HEAD_LINE: Final = 200
# Fewer short lines than this before a head are unknown lines of the head.
MIN_PAGE_LINES: Final = 6

# A name more, but not the lines after it, should they have run together.
_CURATOR = re.compile(r"by[ \u00a0]{0,4}(AK\b(?:[ \u00a0,]{1,2}[^\s,]{1,40}){0,7})")


class Paragraph(NamedTuple):
    """A run of lines that are not blank; `text` is the lines without outer blanks, joined by one blank."""

    start: int
    end: int
    text: str
    is_furniture: bool = False


Piece = Paragraph | Trailer


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before the cards of one page: the lines from `start` up to `end`."""

    start: int
    end: int
    printed_date: DateLine | None = None
    unknown_lines: tuple[int, ...] = ()


def is_blank(line: str) -> bool:
    """Whether a line holds nothing that can be seen."""
    return not line or not strip_blanks(line)


def curator_of(line: str) -> str | None:
    """Return who curates the page, from a line such as `byAK and the research community`, else None."""
    stripped = strip_blanks(line)
    match = _CURATOR.fullmatch(stripped) if stripped.startswith("by") else None
    return match[1] if match else None


def is_furniture(line: str) -> bool:
    """Whether a line is one that the listing prints around its cards."""
    return len(line) <= MAX_HEAD_LINE and _is_furniture(line)


# A line is looked at several times.
@lru_cache(maxsize=4096)
def _is_furniture(line: str) -> bool:
    return " ".join(strip_blanks(line).split()).casefold() in FURNITURE or curator_of(line) is not None


def is_distinctive(line: str) -> bool:
    """Whether a line is one that only this listing prints."""
    if len(line) > MAX_HEAD_LINE and len(strip_blanks(line)) > MAX_HEAD_LINE:
        return False
    return strip_blanks(line).casefold() in DISTINCTIVE or curator_of(line) is not None


def find_pages(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Give the ranges of lines of the pages pasted one after the other; nearly always there is one.

    A further page begins where two or more lines of furniture, one of them the listing's own, lead to a date.
    """
    page_start = 0
    run: list[int] = []
    text_lines = 0
    for at, line in enumerate(lines):
        if is_blank(line):
            continue
        if is_furniture(line):
            run.append(at)
            continue
        is_head = len(run) > 1 and any(is_distinctive(lines[i]) for i in run) and read_date_line(line) is not None
        if is_head and text_lines >= MIN_PAGE_LINES:
            yield page_start, run[0]
            page_start = run[0]
            text_lines = 0
        elif not is_head:
            text_lines += MIN_PAGE_LINES if len(line) > MAX_HEAD_LINE else 1
        run = []
    yield page_start, len(lines)


def find_head(lines: Sequence[str], start: int, end: int) -> Head:
    """Return the head of the page that ends with its printed date; an empty head where no date ends one."""
    known = 0
    unknown: list[int] = []
    unknown_since_known = 0
    for at in _seen_lines(lines, start, end, MAX_HEAD_LINES):
        line = lines[at]
        printed_date = read_date_line(line)
        if printed_date is not None:
            # Two unknown lines and a full date look like a card with a trailer.
            allowed = 1 if printed_date.iso else 2
            if unknown_since_known <= allowed and len(unknown) <= max(known, allowed):
                return Head(start, at + 1, printed_date, tuple(unknown))
            break
        if is_furniture(line):
            known += 1
            unknown_since_known = 0
        elif len(line) > MAX_HEAD_LINE or read_trailer(lines, at) is not None:
            break
        else:
            unknown.append(at)
            unknown_since_known += 1
    return Head(start, start)


def find_pieces(lines: Sequence[str], start: int, end: int) -> list[Piece]:
    """Cut lines into paragraphs and trailers; lines of furniture are paragraphs of their own.

    Where no blank line stands between the first and the last line, each line is a paragraph.
    """
    seen = [at for at in range(start, end) if not is_blank(lines[at])]
    has_no_blank = len(seen) > 2 and seen[-1] - seen[0] + 1 == len(seen)
    pieces: list[Piece] = []
    run: list[int] = []
    free_from = start
    for at in seen:
        if at < free_from:
            continue
        trailer = read_trailer(lines, at)
        if run and (trailer is not None or has_no_blank or run[-1] + 1 != at):
            pieces.extend(_paragraphs(lines, run))
            run = []
        if trailer is None:
            run.append(at)
        else:
            pieces.append(trailer)
            free_from = trailer.end
    pieces.extend(_paragraphs(lines, run))
    return pieces


def _paragraphs(lines: Sequence[str], run: Sequence[int]) -> Iterator[Paragraph]:
    if len(run) == 1:
        line = lines[run[0]]
        yield Paragraph(run[0], run[0] + 1, strip_blanks(line), is_furniture(line))
    elif run and all(is_furniture(lines[at]) for at in run):
        for at in run:
            yield Paragraph(at, at + 1, strip_blanks(lines[at]), is_furniture=True)
    elif run:
        yield Paragraph(run[0], run[-1] + 1, " ".join(strip_blanks(lines[at]) for at in run))


def _seen_lines(lines: Sequence[str], start: int, end: int, limit: int) -> Iterator[int]:
    for at in range(start, end):
        if not is_blank(lines[at]):
            limit -= 1
            if limit < 0:
                return
            yield at
