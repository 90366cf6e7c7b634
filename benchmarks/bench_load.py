"""How fast documents are loaded, beside SQLite's own floor and what a user would do by hand, in turn in one run.

    python benchmarks/bench_load.py --entries 1000 --entries 10000 --rounds 3 --json load.json
    python benchmarks/bench_load.py --entries 1000 --papers 1000 --papers 100000
    python benchmarks/bench_load.py --entries 1000 --papers 1000 --into catalog.db
    python benchmarks/bench_load.py --figures load.json --plot load.svg

The first compares the load of made digests into an empty catalogue, everything included, with the same rows by
`executemany` and by sqlite-utils; with `--papers` it also loads one new digest of 50 papers into files of these sizes,
with `--into` into copies of these files.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
import tempfile
from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parents[1]))

import click

from benchmarks.loads.grown import grow
from benchmarks.loads.measure import in_a_process
from benchmarks.loads.plot import draw
from benchmarks.loads.ways import SCRIPT, WAYS
from benchmarks.made.documents import ENTRIES_PER_PAPER, made_documents

Figures = dict[str, Any]

DIGEST_PAPERS: Final = 50


def _corpus(entries: int, folder: Path) -> None:
    folder.mkdir()
    papers = max(round(entries / ENTRIES_PER_PAPER), 1)
    for name, content in made_documents(papers, entries=entries):
        (folder / name).write_bytes(content)


def _bulk(entries: int, rounds: int, folder: Path, ways: Collection[str]) -> tuple[Figures, Path]:
    """Load `entries` entries into an empty file by each of `ways` in turn; return medians, and the file of ours."""
    source, made = folder / f"made-{entries}", folder / f"made-{entries}.db"
    _corpus(entries, source)
    seen: dict[str, list[Figures]] = defaultdict(list)
    for _ in range(rounds):
        for way in (way for way in WAYS if way in ways):
            target = folder / "target.db"
            target.unlink(missing_ok=True)
            seen[way].append(in_a_process(SCRIPT, way, source, made, target))
            if way == "ours":
                shutil.copyfile(target, made)
            if way != "reading":
                seen[way][-1]["bytes"] = target.stat().st_size
    shutil.rmtree(source)
    return {way: _medians(found) for way, found in seen.items()}, made


def _digest(made: Path, papers: list[int], into: list[Path], rounds: int, folder: Path) -> dict[int, Figures]:
    """Load one new digest in turn into copies of the files `into`, and of files of `papers` papers out of `made`."""
    new = folder / "new"
    new.mkdir()
    name, content = next(made_documents(DIGEST_PAPERS, entries=DIGEST_PAPERS, seed=2))
    (new / name).write_bytes(content)
    files = {_paper_count(file): file for file in into}
    for size in papers:
        large = folder / f"large-{size}.db"
        files[grow(made, large, size)] = large
    seen: dict[int, list[Figures]] = defaultdict(list)
    for _ in range(rounds):
        for size, large in files.items():
            target = folder / "target.db"
            shutil.copyfile(large, target)
            seen[size].append(in_a_process(SCRIPT, "ours", new, made, target))
    return {size: _medians(found) for size, found in seen.items()}


def _paper_count(file: Path) -> int:
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM papers").fetchone()
    return int(count)


def _medians(found: list[Figures]) -> Figures:
    return {key: median(one[key] for one in found) for key in found[0]}


def _bulk_lines(results: dict[int, dict[str, Figures]]) -> Iterator[str]:
    yield "| entries | way | s on the clock | µs an entry | to the floor | s of processor | to the floor | peak MB |"
    yield "|---:|---|---:|---:|---:|---:|---:|---:|"
    for entries, ways in results.items():
        for way, one in ways.items():
            ratios = [f"{one[key] / ways['floor'][key]:.2f}" if "floor" in ways else "" for key in ("wall", "cpu")]
            yield (
                f"| {entries:,} | {way} | {one['wall']:.2f} | {one['wall'] / entries * 1e6:.0f} | {ratios[0]} "
                f"| {one['cpu']:.2f} | {ratios[1]} | {one['peak_bytes'] / 1e6:.0f} |"
            )


def _digest_lines(results: dict[int, Figures]) -> Iterator[str]:
    yield "| papers in the file | ms on the clock | ms of processor | to the smallest |"
    yield "|---:|---:|---:|---:|"
    least = results[min(results)]["cpu"]
    for papers, one in results.items():
        yield f"| {papers:,} | {one['wall'] * 1e3:.0f} | {one['cpu'] * 1e3:.0f} | {one['cpu'] / least:.2f} |"


@click.command()
@click.option("--entries", type=click.IntRange(100), multiple=True, default=(1000,), help="Entries to load.")
@click.option("--papers", type=click.IntRange(1), multiple=True, help="Papers in the file that gets a new digest.")
@click.option(
    "--into",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="A catalogue file into a copy of which the new digest is loaded, too.",
)
@click.option("--rounds", type=click.IntRange(1), default=1, show_default=True, help="How often each is done.")
@click.option(
    "--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Where to write the figures."
)
@click.option(
    "--way", "ways", type=click.Choice(WAYS[1:]), multiple=True, default=WAYS[1:], help="What ours is beside."
)
@click.option(
    "--figures",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Measure nothing, take the figures of an earlier --json.",
)
@click.option(
    "--plot", "picture", type=click.Path(dir_okay=False, path_type=Path), help="Where to draw time against size (SVG)."
)
def main(
    entries: tuple[int, ...],
    papers: tuple[int, ...],
    into: tuple[Path, ...],
    rounds: int,
    json_file: Path | None,
    ways: tuple[str, ...],
    figures: Path | None,
    picture: Path | None,
) -> None:
    """Load made digests by each way in turn, and print the medians and their ratios."""
    if figures is None:
        found = _measured(sorted(set(entries)), sorted(set(papers)), list(into), rounds, {*ways, "ours"})
    else:
        found = json.loads(figures.read_text(encoding="utf-8"))
    bulk = {int(size): ways for size, ways in found["bulk"].items()}
    click.echo("\n".join(_bulk_lines(bulk)))
    if found["digest"]:
        click.echo("\n" + "\n".join(_digest_lines({int(size): one for size, one in found["digest"].items()})))
    if json_file is not None:
        json_file.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    if picture is not None:
        draw(bulk, picture)


def _measured(entries: list[int], papers: list[int], into: list[Path], rounds: int, ways: Collection[str]) -> Figures:
    bulk: dict[int, Figures] = {}
    with tempfile.TemporaryDirectory() as name:
        folder, made = Path(name), Path()
        for count in entries:
            if bulk:
                made.unlink()
            bulk[count], made = _bulk(count, rounds, folder, ways)
        digests = _digest(made, papers, into, rounds, folder) if papers or into else {}
    return {"bulk": bulk, "digest": digests}


if __name__ == "__main__":
    main()
