"""The two pictures of the home page, drawn from the data as SVG: no script, no style of its own."""

# Datasette has no types: its imports and its decorator are unknown to mypy.
# mypy: disable-error-code="import-untyped", disallow-untyped-decorators=False
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from math import ceil
from typing import Any, Final

from datasette import hookimpl
from markupsafe import Markup

Row = Mapping[str, Any]

_WIDTH: Final = 420
_LEFT, _RIGHT, _TOP, _BASE = 34, 412, 12, 150
_BAR_HEIGHT: Final = 21

_DOT = Markup('<a href="{}"><circle class="{}" cx="{:.1f}" cy="{:.1f}" r="3.5"><title>{}</title></circle></a>')
_SPAN = Markup('<line class="open" x1="{:.1f}" x2="{:.1f}" y1="{:.1f}" y2="{:.1f}"/>')
_TICK = Markup('<text class="tick" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>')
_GRID = Markup('<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>')
_BAR = Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"><title>{}</title></rect>')
_FRAME = Markup('<svg class="chart" viewBox="0 0 {} {}" role="{}" aria-label="{}">{}</svg>')


class _Scale:
    """Where days and counts stand in the picture."""

    def __init__(self, days: Iterable[date], most: int) -> None:
        ordered = sorted(days)
        self.first, self.last, self.most = ordered[0], ordered[-1], max(most, 1)

    def x(self, day: date) -> float:
        span = (self.last - self.first).days
        share = (day - self.first).days / span if span else 0.5
        return _LEFT + 8 + share * (_RIGHT - _LEFT - 16)

    def y(self, count: float) -> float:
        return _BASE - (_BASE - _TOP) * count / self.most


def digests_over_time(digests: Sequence[Row], address: str) -> Markup:
    """Return a picture of how many papers each digest lists, by its day.

    A digest whose year is open is a hollow dot at each of its bounds and a line between them. `address` is that of the
    table of digests; nothing is drawn where no digest has a day or bounds.
    """
    dated = [(date.fromisoformat(row["digest_date"]), row) for row in digests if row["digest_date"]]
    bounded = [row for row in digests if not row["digest_date"] and row["earliest_date"] and row["latest_date"]]
    bounds = [date.fromisoformat(row[name]) for row in bounded for name in ("earliest_date", "latest_date")]
    if not dated and not bounds:
        return Markup("")
    scale = _Scale([*(day for day, _ in dated), *bounds], max(row["entry_count"] for row in digests))
    marks = [*_open_marks(bounded, scale, address), *_dots(dated, scale, address)]
    label = f"Papers in each of {len(digests)} digests, from {scale.first} to {scale.last}"
    # Nothing inside an image can be reached, and here each dot is a link.
    return _FRAME.format(_WIDTH, _BASE + 22, "group", label, Markup("").join([*_axes(scale), *marks]))


def _axes(scale: _Scale) -> Iterable[Markup]:
    for count in sorted({0, scale.most // 2, scale.most}):
        yield _GRID.format(_LEFT, _RIGHT, scale.y(count), scale.y(count))
        yield _TICK.format(_LEFT - 5, scale.y(count) + 4, "end", f"{count:,}")
    years = range(scale.first.year, scale.last.year + 1)
    # A year's name stands at its first day, or at the first day of all; at most about ten names fit.
    for year in years[:: len(years) // 10 + 1]:
        day = max(date(year, 1, 1), scale.first)
        is_at_end = scale.x(day) > _RIGHT - 20
        yield _TICK.format(scale.x(day), _BASE + 16, "end" if is_at_end else "start", year)


def _dots(dated: Iterable[tuple[date, Row]], scale: _Scale, address: str) -> Iterable[Markup]:
    for day, row in dated:
        words = f"{day}: {row['entry_count']} papers"
        yield _DOT.format(f"{address}/{row['id']}", "dated", scale.x(day), scale.y(row["entry_count"]), words)


def _open_marks(bounded: Iterable[Row], scale: _Scale, address: str) -> Iterable[Markup]:
    for row in bounded:
        ends = [date.fromisoformat(row[name]) for name in ("earliest_date", "latest_date")]
        height = scale.y(row["entry_count"])
        words = f"{row['printed_date'] or ''}, year open ({ends[0]} to {ends[1]}): {row['entry_count']} papers"
        yield _SPAN.format(scale.x(ends[0]), scale.x(ends[1]), height, height)
        for day in ends:
            yield _DOT.format(f"{address}/{row['id']}", "open", scale.x(day), height, words)


def means_over_time(months: Sequence[Row]) -> Markup:
    """Return a picture of how many papers a digest lists on average, a bar for each month that has any."""
    if not months:
        return Markup("")
    days = [date.fromisoformat(row["month"]) for row in months]
    scale = _Scale(days, ceil(max(row["mean_entry_count"] for row in months)))
    count = (days[-1].year - days[0].year) * 12 + days[-1].month - days[0].month + 1
    width = max(1.0, 0.8 * (_RIGHT - _LEFT - 16) / count)
    marks = []
    for day, row in zip(days, months, strict=True):
        top, mean = scale.y(row["mean_entry_count"]), row["mean_entry_count"]
        words = f"{day:%Y-%m}: {mean:.0f} papers on average in {row['digest_count']} digests"
        marks.append(_BAR.format(scale.x(day) - width / 2, top, width, _BASE - top, words))
    label = f"Papers in a digest on average, each month from {days[0]:%Y-%m} to {days[-1]:%Y-%m}"
    return _FRAME.format(_WIDTH, _BASE + 22, "img", label, Markup("").join([*_axes(scale), *marks]))


def bars(rows: Sequence[Row], name: str, count: str, label: str) -> Markup:
    """Return a picture of counts as horizontal bars, one for each row: its `name`, a bar, its `count`."""
    if not rows:
        return Markup("")
    most = max(row[count] for row in rows)
    parts = []
    for place, row in enumerate(rows):
        top = place * _BAR_HEIGHT
        length = max(1.0, 190.0 * row[count] / most)
        shown = str(row[name]) if len(str(row[name])) <= 26 else str(row[name])[:25] + "…"
        parts.append(_TICK.format(168, top + 14, "end", shown))
        parts.append(_BAR.format(175, top + 3, length, _BAR_HEIGHT - 7, row[name]))
        parts.append(_TICK.format(180 + length, top + 14, "start", f"{row[count]:,}"))
    return _FRAME.format(_WIDTH, len(rows) * _BAR_HEIGHT + 2, "img", label, Markup("").join(parts))


@hookimpl
def prepare_jinja2_environment(env: Any) -> None:
    """Give the templates these pictures."""
    env.filters.update(digests_over_time=digests_over_time, means_over_time=means_over_time, bars=bars)
