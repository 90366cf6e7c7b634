"""A comparison -> text for the terminal, Markdown or JSON, piece by piece. Counts come first, then the lists."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from catalog.diff.compare import CHANGES, Change, Comparison, Difference, FieldChange
from catalog.diff.sections import SECTIONS, Section
from catalog.terminal import plain

FORMAT_VERSION: Final = "paper-catalogue-diff/1"

_MOST_CHARACTERS = 100
_HASH_DIGITS = 12
_MARKS: Final = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~&:@])")


@dataclass(frozen=True, slots=True)
class Names:
    """How the two files are called in the report."""

    old: str
    new: str


def text_lines(comparison: Comparison, names: Names, limit: int | None) -> Iterator[str]:
    """Yield the lines for the terminal, with at most `limit` things in each list and what was left out."""
    yield f"{plain(names.old)} -> {plain(names.new)}"
    if comparison.is_empty:
        yield "The two files say the same."
        return
    yield f"{'':<14}" + "".join(f"{change:>10}" for change in CHANGES)
    for section in SECTIONS:
        counted = comparison.counts[section.name]
        yield f"{section.name:<14}" + "".join(f"{_number(counted.get(change)):>10}" for change in CHANGES)
    for section, change, count in _filled(comparison):
        yield ""
        yield _heading(section, change, count)
        yield from _listed(comparison, section, change, limit, count, _text_item)


def markdown_lines(comparison: Comparison, names: Names, limit: int | None) -> Iterator[str]:
    """Yield the report as Markdown, in which no character of a title or address has a meaning of its own."""
    yield f"# {marked(names.old)} → {marked(names.new)}"
    yield ""
    if comparison.is_empty:
        yield "The two files say the same."
        return
    yield "| | " + " | ".join(CHANGES) + " |"
    yield "|---|" + "---:|" * len(CHANGES)
    for section in SECTIONS:
        counted = comparison.counts[section.name]
        yield f"| {section.name} | " + " | ".join(_number(counted.get(change)) for change in CHANGES) + " |"
    for section, change, count in _filled(comparison):
        yield ""
        yield f"## {_heading(section, change, count)}"
        yield ""
        yield from _listed(comparison, section, change, limit, count, _markdown_item)


def json_pieces(comparison: Comparison, names: Names, limit: int | None) -> Iterator[str]:
    """Yield the pieces of one JSON object: `counts`, then for each section its lists, then what was left out of them.

    It is ASCII, so that no text of a stranger reaches a terminal otherwise than escaped.
    """
    head = {"format": FORMAT_VERSION, "old": names.old, "new": names.new, "counts": comparison.counts}
    yield json.dumps(head, indent=1).removesuffix("\n}")
    for section in SECTIONS:
        yield f',\n "{section.name}": {{'
        for place, change in enumerate(comparison.counts[section.name]):
            yield f'{"," if place else ""}\n  "{change}": ['
            for number, difference in enumerate(comparison.differences(section, change, limit=limit)):
                yield f"{',' if number else ''}\n   {json.dumps(_object(difference))}"
            yield "]"
        yield "}"
    left_out = {
        section.name: {
            change: count - limit for change, count in comparison.counts[section.name].items() if count > limit
        }
        for section in SECTIONS
        if limit is not None
    }
    yield f',\n "left_out": {json.dumps({name: counts for name, counts in left_out.items() if counts})}\n}}\n'


def _filled(comparison: Comparison) -> Iterator[tuple[Section, Change, int]]:
    for section in SECTIONS:
        for change, count in comparison.counts[section.name].items():
            if count:
                yield section, change, count


def _number(count: int | None) -> str:
    return "" if count is None else f"{count:,}"


def _heading(section: Section, change: Change, count: int) -> str:
    return f"{change.capitalize()} {section.name} ({count:,})"


def _listed(
    comparison: Comparison,
    section: Section,
    change: Change,
    limit: int | None,
    count: int,
    lines_of: Callable[[Difference], Iterator[str]],
) -> Iterator[str]:
    for difference in comparison.differences(section, change, limit=limit):
        yield from lines_of(difference)
    if limit is not None and count > limit:
        yield f"  and {count - limit:,} more" if lines_of is _text_item else f"- and {count - limit:,} more"


def _text_item(difference: Difference) -> Iterator[str]:
    yield f"  {plain(_called(difference))}"
    for change in difference.fields:
        yield f"    {plain(_changed(change))}"


def _markdown_item(difference: Difference) -> Iterator[str]:
    yield f"- {marked(_called(difference))}"
    for change in difference.fields:
        yield f"  - {marked(_changed(change))}"


def marked(text: str) -> str:
    """Return `text` on one line of Markdown that shows it as it stands."""
    return _MARKS.sub(r"\\\1", plain(text))


def _called(difference: Difference) -> str:
    """What a thing is called, in one line: the first of its names, the others in brackets."""
    first, *others = (_name(key, value) for key, value in difference.named.items() if value is not None)
    return f"{first} ({', '.join(others)})" if others else first


def _name(key: str, value: Any) -> str:
    if key == "sha256":
        return str(value)[:_HASH_DIGITS]
    return f"line {value:,}" if key == "line" else str(value)


def _changed(change: FieldChange) -> str:
    return f"{change.name}: {_value(change.old)} -> {_value(change.new)}"


def _value(value: Any) -> str:
    text = "nothing" if value is None else str(value)
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}…"


def _object(difference: Difference) -> dict[str, Any]:
    changes = {change.name: {"old": change.old, "new": change.new} for change in difference.fields}
    return {**difference.named, **({"changes": changes} if changes else {})}
