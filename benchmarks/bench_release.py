"""What it costs to release, to upgrade and to check a catalogue, beside what SQLite alone needs for a copy, in turn.

    python benchmarks/bench_release.py --entries 20000 --rounds 3 --json release.json
    python benchmarks/bench_release.py catalog.db --from 0006

The floor is `VACUUM INTO` and a search index made anew in the copy. Without FILE it makes digests and loads them first.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parents[1]))

import click

from benchmarks.loads.measure import Stopwatch, in_a_process, report
from benchmarks.made.documents import ENTRIES_PER_PAPER, made_documents
from catalog.database import create_catalog_engine, known_revisions

Figures = dict[str, float]

FLOOR: Final = "VACUUM INTO, search index"
WAYS: Final = (FLOOR, "release", "migrate", "check")


def _floor(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source, isolation_level=None)) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))
    with closing(sqlite3.connect(target, isolation_level=None)) as connection:
        connection.execute("INSERT INTO papers_fts (papers_fts) VALUES ('rebuild')")


def _release(source: Path, target: Path) -> None:
    from catalog.release import release_catalog

    release_catalog(source, target)


def _migrate(source: Path, target: Path) -> None:
    from catalog.migrate import migrate_catalog

    if migrate_catalog(target).backup is None:
        raise SystemExit(f"{source} was of this version already")


def _check(source: Path, target: Path) -> None:
    from catalog.checks import check_catalog

    broken = [result.name for result in check_catalog(source) if result.broken]
    if broken:
        raise SystemExit(f"{source} does not pass every check: {', '.join(broken)}")


def _child(way: str, source: Path, target: Path) -> None:
    """Do one thing in this process, and report what it took, imports and all."""
    watch = Stopwatch()
    with watch:
        {FLOOR: _floor, "release": _release, "migrate": _migrate, "check": _check}[way](source, target)
    report(watch)


def _made(entries: int, folder: Path) -> Path:
    from catalog.documents import find_documents
    from catalog.load import load_documents, load_terms

    digests, database = folder / "digests", folder / "made.db"
    digests.mkdir()
    for name, content in made_documents(max(round(entries / ENTRIES_PER_PAPER), 1), entries=entries):
        (digests / name).write_bytes(content)
    faults: list[object] = []
    for _ in load_documents(find_documents([digests]), database, load_terms(), on_error=faults.append):
        pass
    if faults:
        raise SystemExit(f"not everything was loaded: {faults[0]}")
    shutil.rmtree(digests)
    return database


def _downgraded(database: Path, older: Path, revision: str) -> None:
    from alembic import command

    from catalog.migrate import alembic_config

    shutil.copyfile(database, older)
    engine = create_catalog_engine(older, foreign_keys=False)
    with engine.connect() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
    engine.dispose()


def _measured(database: Path, revision: str, rounds: int, ways: list[str], folder: Path) -> dict[str, Figures]:
    """Do each thing in turn, in a process of its own; return the medians of what each took."""
    older, target = folder / "older.db", folder / "target.db"
    if "migrate" in ways:
        _downgraded(database, older, revision)
    seen: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for _ in range(rounds):
        for way in ways:
            if way == "migrate":
                shutil.copyfile(older, target)
            seen[way].append(in_a_process(Path(__file__), "--child", way, database, target))
            for left in folder.glob("target.db*"):
                left.unlink()
    return {way: {key: median(one[key] for one in found) for key in found[0]} for way, found in seen.items()}


def _lines(results: dict[str, Figures]) -> Iterator[str]:
    floor = results[FLOOR]
    yield "| what | s on the clock | to the floor | s of processor | to the floor | peak MB |"
    yield "|---|---:|---:|---:|---:|---:|"
    for way, one in results.items():
        yield (
            f"| {way} | {one['wall']:.2f} | {one['wall'] / floor['wall']:.2f} | {one['cpu']:.2f} "
            f"| {one['cpu'] / floor['cpu']:.2f} | {one['peak_bytes'] / 1e6:.0f} |"
        )


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--entries", type=click.IntRange(100), default=1000, show_default=True, help="Entries to make.")
@click.option("--from", "revision", default=known_revisions()[-2], show_default=True, help="Where upgrades begin.")
@click.option("--rounds", type=click.IntRange(1), default=1, show_default=True, help="How often each is done.")
@click.option("--only", type=click.Choice(WAYS[1:]), multiple=True, help="These, and the floor.")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), help="Where files of the size of FILE go.")
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Where to write figures.")
@click.option("--child", nargs=3, hidden=True)
def main(
    file: Path | None,
    entries: int,
    revision: str,
    rounds: int,
    only: tuple[str, ...],
    folder: Path | None,
    json_file: Path | None,
    child: tuple[str, str, str] | None,
) -> None:
    """Release, upgrade and check FILE, which stays as it is, and print medians and ratios."""
    if child is not None:
        _child(child[0], Path(child[1]), Path(child[2]))
        return
    with tempfile.TemporaryDirectory(dir=folder) as name:
        database = file or _made(entries, Path(name))
        with closing(sqlite3.connect(database)) as connection:
            (count,) = connection.execute("SELECT count(*) FROM digest_entries").fetchone()
        size = database.stat().st_size
        ways = [way for way in WAYS if way == FLOOR or not only or way in only]
        results = _measured(database.absolute(), revision, rounds, ways, Path(name))
    click.echo(f"{count:,} entries, {size / 1e6:,.0f} MB, upgrades from {revision}, {rounds} rounds\n")
    click.echo("\n".join(_lines(results)))
    if json_file is not None:
        found = {"entries": count, "bytes": size, "from": revision, "rounds": rounds, "results": results}
        json_file.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
