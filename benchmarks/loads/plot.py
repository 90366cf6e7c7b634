"""A picture of what `bench_load.py` measured: time for an entry against the number of entries, a line for each way."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

_LINES: Final = {"ours": ("#1f6f4a", "-"), "floor": ("#555555", "--"), "sqlite-utils": ("#b3541e", ":")}


def draw(bulk: Mapping[int, Mapping[str, Mapping[str, Any]]], path: Path) -> None:
    """Draw the medians of each size in `bulk` as SVG at `path`: microseconds on the clock for an entry, by size.

    The same figures give the same bytes.
    """
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "catalog", "font.family": "sans-serif"})
    from matplotlib import pyplot
    from matplotlib.ticker import StrMethodFormatter

    figure, axes = pyplot.subplots(figsize=(6.4, 3.4), layout="constrained")
    for way, (colour, style) in _LINES.items():
        sizes = [size for size in sorted(bulk) if way in bulk[size]]
        each = [bulk[size][way]["wall"] / size * 1e6 for size in sizes]
        axes.plot(sizes, each, style, color=colour, marker="o", markersize=4, label=way)
    axes.set_xscale("log")
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.set_xlabel("entries")
    axes.set_ylabel("µs on the clock for an entry")
    axes.grid(visible=True, color="#dddddd", linewidth=0.6)
    axes.legend(frameon=False)
    figure.savefig(path, format="svg", metadata={"Date": None})
    pyplot.close(figure)
