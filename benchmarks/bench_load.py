"""How fast documents are loaded, beside SQLite's own floor and what a user would do by hand, in turn in one run.

    python benchmarks/bench_load.py --entries 1000 --entries 10000 --rounds 3 --json load.json
    python benchmarks/bench_load.py --entries 1000 --papers 1000 --papers 100000

The first compares the load of made digests into an empty catalogue, everything included, with the same rows by
`executemany` and by sqlite-utils; with `--papers` it also loads one new digest of 50 papers into files of these sizes.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parents[1]))

import click

from benchmarks.loads.grown import grow
from benchmarks.loads.measure import Stopwatch, in_a_process, report
from benchmarks.loads.rivals import load_by_hand, load_floor
from benchmarks.made.documents import ENTRIES_PER_PAPER, made_documents
from catalog.documents import find_documents, open_document
from catalog.load import load_documents, load_terms
from catalog.readers import read_document
from catalog.rows import mention_rows

Figures = dict[str, Any]

AS_OF: Final = date(2026, 7, 1)
DIGEST_PAPERS: Final = 50
WAYS: Final = ("ours", "reading", "floor", "sqlite-utils")
"""Ours is the load with all that belongs to it; reading is the part of it before the first row is stored."""


def _load(source: Path, database: Path) -> Stopwatch:
    watch = Stopwatch()
    with watch:
        faults: list[str] = []
        loading = load_documents(find_documents([source]), database, load_terms(as_of=AS_OF), on_error=faults.append)
        count = sum(1 for _ in loading)
    if faults or not count:
        raise SystemExit(f"nothing was loaded: {faults}")
    return watch


def _read(source: Path) -> Stopwatch:
    watch = Stopwatch()
    with watch:
        for path in find_documents([source]):
            record = read_document(open_document(path), None)  # type: ignore[arg-type]
            for digest in record.digests:
                mention_rows(digest.entries)
    return watch


def _child(way: str, source: Path, made: Path, target: Path) -> None:
    """Do one thing in this process, and report what it took."""
    if way == "ours":
        watch = _load(source, target)
    elif way == "reading":
        watch = _read(source)
    else:
        watch = (load_floor if way == "floor" else load_by_hand)(made, target)
    report(watch)


def _corpus(entries: int, folder: Path) -> None:
    folder.mkdir()
    papers = max(round(entries / ENTRIES_PER_PAPER), 1)
    for name, content in made_documents(papers, entries=entries):
        (folder / name).write_bytes(content)


def _bulk(entries: int, rounds: int, folder: Path) -> tuple[Figures, Path]:
    """Load `entries` entries into an empty file by each way in turn; return medians, and the file that ours made."""
    source, made = folder / f"made-{entries}", folder / f"made-{entries}.db"
    _corpus(entries, source)
    seen: dict[str, list[Figures]] = defaultdict(list)
    for _ in range(rounds):
        for way in WAYS:
            target = folder / "target.db"
            target.unlink(missing_ok=True)
            seen[way].append(in_a_process(Path(__file__), "--child", way, source, made, target))
            if way == "ours":
                shutil.copyfile(target, made)
            if way != "reading":
                seen[way][-1]["bytes"] = target.stat().st_size
    return {way: _medians(found) for way, found in seen.items()}, made


def _digest(made: Path, papers: list[int], rounds: int, folder: Path) -> dict[int, Figures]:
    """Load one new digest into files of `papers` papers in turn, each grown from the one at `made`."""
    new = folder / "new"
    new.mkdir()
    name, content = next(made_documents(DIGEST_PAPERS, entries=DIGEST_PAPERS, seed=2))
    (new / name).write_bytes(content)
    files = {}
    for size in papers:
        large = folder / f"large-{size}.db"
        files[grow(made, large, size)] = large
    seen: dict[int, list[Figures]] = defaultdict(list)
    for _ in range(rounds):
        for size, large in files.items():
            target = folder / "target.db"
            shutil.copyfile(large, target)
            seen[size].append(in_a_process(Path(__file__), "--child", "ours", new, made, target))
    return {size: _medians(found) for size, found in seen.items()}


def _medians(found: list[Figures]) -> Figures:
    return {key: median(one[key] for one in found) for key in found[0]}


def _bulk_lines(results: dict[int, dict[str, Figures]]) -> Iterator[str]:
    yield "| entries | way | s on the clock | s of processor | µs of processor an entry | to the floor | peak MB |"
    yield "|---:|---|---:|---:|---:|---:|---:|"
    for entries, ways in results.items():
        for way, one in ways.items():
            ratio = one["cpu"] / ways["floor"]["cpu"]
            yield (
                f"| {entries:,} | {way} | {one['wall']:.2f} | {one['cpu']:.2f} | {one['cpu'] / entries * 1e6:.0f} "
                f"| {ratio:.2f} | {one['peak_bytes'] / 1e6:.0f} |"
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
@click.option("--rounds", type=click.IntRange(1), default=1, show_default=True, help="How often each is done.")
@click.option(
    "--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Where to write the figures."
)
@click.option("--child", nargs=4, hidden=True)
def main(
    entries: tuple[int, ...],
    papers: tuple[int, ...],
    rounds: int,
    json_file: Path | None,
    child: tuple[str, str, str, str] | None,
) -> None:
    """Load made digests by each way in turn, and print the medians and their ratios."""
    if child is not None:
        way, *paths = child
        _child(way, *map(Path, paths))
        return
    bulk: dict[int, dict[str, Figures]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder, made = Path(name), Path()
        for count in sorted(set(entries)):
            bulk[count], made = _bulk(count, rounds, folder)
        click.echo("\n".join(_bulk_lines(bulk)))
        digests = _digest(made, sorted(set(papers)), rounds, folder) if papers else {}
        if digests:
            click.echo("\n" + "\n".join(_digest_lines(digests)))
    if json_file is not None:
        json_file.write_text(json.dumps({"bulk": bulk, "digest": digests}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
