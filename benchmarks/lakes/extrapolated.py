"""Measured builds -> what a billion entries would take, with the arithmetic shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

Figures = dict[str, Any]

_TASK_BYTES: Final = 16 * 1024 * 1024
_CORES: Final = (64, 256, 1024)


def extrapolated(measured: list[Figures], entries: int) -> Iterator[str]:
    """Yield lines of Markdown that carry the largest measured build to `entries`.

    `measured` are what `bench_lake.py --json` writes, of made digests in at least two sizes. What grows with entries is
    the difference between the two largest, by entry, so that what is the same for every build does not count.
    """
    made = sorted((one for one in measured if one["name"] == "made"), key=lambda one: one["builds"][-1]["entries"])
    if len(made) < 2:
        return
    small, large = ({**one["builds"][-1], "source_bytes": one["source_bytes"]} for one in made[-2:])
    count = large["entries"] - small["entries"]
    more = entries / large["entries"]

    def each(key: str) -> float:
        return float(large[key] - small[key]) / count

    yield f"From {small['entries']:,} to {large['entries']:,} entries, on {large['workers']} workers; to {entries:,}:"
    yield ""
    yield f"| what | an entry (measured) | {entries:,} entries (extrapolated) |"
    yield "|---|---:|---:|"
    for name, key in (
        ("documents", "source_bytes"),
        ("evidence", "evidence_bytes"),
        ("tables", "table_bytes"),
        ("shuffled", "shuffled_bytes"),
        ("spilled", "spilled_bytes"),
    ):
        yield f"| {name} | {each(key):,.0f} B | {each(key) * entries / 1e12:,.2f} TB |"
    yield f"| parts of 16 MiB evidence | | {each('evidence_bytes') * entries / _TASK_BYTES:,.0f} |"
    hours = each("task_seconds") * entries / 3600
    yield f"| seconds of tasks | {each('task_seconds') * 1e6:,.0f} µs | {hours:,.0f} core hours |"
    alone = (_alone(large) - _alone(small)) / count
    yield f"| seconds in which one task ran, or none | {alone * 1e6:,.1f} µs | {alone * entries / 3600:,.1f} h |"
    yield ""
    for cores in _CORES:
        spread = f"{hours / cores:,.1f} h, were all tasks spread evenly"
        yield f"- {cores:,} cores: {spread}, and {alone * entries / 3600:,.1f} h in one task or none."
    longest = max(longest for _, _, _, longest, _ in large["slowest_steps"])
    yield f"- The longest task took {longest:,.1f} s; {more:,.0f} times that is {longest * more / 3600:,.1f} h."


def _alone(build: Figures) -> float:
    return float(sum(took for running, took in build["seconds_by_running"].items() if int(running) < 2))
