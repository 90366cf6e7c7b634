"""How a lake grows: one against two workers, beside `catalog load`, what is shuffled and spilled, and skew.

    python benchmarks/bench_lake.py --entries 100000 --entries 1000000 --workers 1 --workers 2 --load --json lake.json
    python benchmarks/bench_lake.py --skew paper --size 100000 --workers 2
    python benchmarks/bench_lake.py --skew owner --size 1000000 --workers 2
    python benchmarks/bench_lake.py --entries 100000 --worker-share 0.35
    python benchmarks/bench_lake.py --entries 300000 --workers 8 --worker-share 0.2 --head-cores 2 --load

Each build runs on a standalone cluster of its own on loopback, by `catalog lake build`, and nothing else may run.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parents[1]))

import click

from benchmarks.lakes.events import read_events
from benchmarks.lakes.extrapolated import extrapolated
from benchmarks.lakes.shares import held
from benchmarks.lakes.skewed import SKEWS, Skew, skewed_documents
from benchmarks.loads.measure import Stopwatch, adopted, in_a_process
from benchmarks.loads.ways import SCRIPT
from benchmarks.made.documents import ENTRIES_PER_PAPER, made_documents
from catalog.lake.layout import Lake
from tests.lake.cluster import cluster, environment, kill_all

Figures = dict[str, Any]
Beside = Callable[[int], AbstractContextManager[object]]

AS_OF: Final = "2026-07-01"
_IN_FOLDER: Final = 1000
_SLOWEST: Final = 8
_SETTINGS: Final = (
    "spark.eventLog.enabled=true",
    "spark.eventLog.rolling.enabled=false",
    "spark.eventLog.compress=false",
)

# Skewed documents are small. Set up as little work they would all go through one task, and no skew could be seen.
_AS_MUCH: Final = (
    "spark.sql.shuffle.partitions=8",
    "spark.sql.autoBroadcastJoinThreshold=10MB",
    "spark.sql.adaptive.enabled=true",
    "spark.sql.codegen.wholeStage=true",
    "spark.sql.codegen.factoryMode=FALLBACK",
    "spark.cores.max=1024",
    "spark.driver.extraJavaOptions=",
    "spark.executor.extraJavaOptions=",
)


def _write(documents: Iterable[tuple[str, bytes]], folder: Path) -> int:
    """Write documents below `folder`, which is new, a thousand in each folder; return their size in bytes."""
    size = 0
    for count, (name, content) in enumerate(documents):
        place = folder / f"{count // _IN_FOLDER:04}"
        place.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(content)
        size += len(content)
    return size


def _build(source: Path, folder: Path, workers: int, options: Figures) -> Figures:
    """Build a lake of the documents at `source` on a cluster of its own, and return what that took.

    Each worker gets `worker_share` of a core; from 1 on nobody holds it. With `head_cores` the driver gets so many
    times that. `is_much` where few documents count as many.
    """
    events, out, logs = folder / "events", folder / "lake", folder / "cluster"
    for place in (events, logs):
        place.mkdir()
    memory = options["memory"]
    settings = [
        *_SETTINGS,
        *(_AS_MUCH if options["is_much"] else ()),
        f"spark.eventLog.dir={events.absolute().as_uri()}",
        f"spark.executor.memory={memory}",
    ]
    conf = [part for setting in settings for part in ("--conf", setting)]
    watch, building = Stopwatch(), Stopwatch()
    with watch, adopted(), cluster(logs, workers, memory) as spark:
        command = [sys.executable, "-m", "catalog", "lake", "build", str(source), "--out", str(out), "--as-of", AS_OF]
        with held([worker.pid for worker in spark.workers], _share(options)) as machines, building:
            _run([*command, "--master", spark.master, *conf], _head(options))
    of_workers = [machine.taken for machine in machines]
    return {"wall": building.wall, "cpu": watch.cpu, "worker_cpu": of_workers, **_of_events(events), **_of_lake(out)}


def _run(command: list[str], beside: Beside) -> None:
    with subprocess.Popen(command, env=environment(), start_new_session=True) as driver, beside(driver.pid):
        try:
            driver.wait()
        finally:
            kill_all(driver)
    if driver.returncode:
        raise subprocess.CalledProcessError(driver.returncode, command)


def _share(options: Figures) -> float | None:
    return options["worker_share"] if options["worker_share"] < 1 else None


def _head(options: Figures) -> Beside:
    """Return what holds the driver of a build, or a load: a machine of `head_cores` cores like those of workers."""
    return lambda session: held([session], _share(options) if options["head_cores"] else None, options["head_cores"])


def _of_events(events: Path) -> Figures:
    job = read_events(events)
    return {
        "tasks": job.tasks,
        "task_seconds": job.task_seconds,
        "shuffled_bytes": job.shuffled_bytes,
        "spilled_bytes": job.spilled_bytes,
        "peak_memory_bytes": job.peak_memory_bytes,
        "seconds_by_running": {str(running): took for running, took in sorted(job.seconds_by_running.items())},
        "slowest_steps": job.slowest_steps(_SLOWEST),
    }


def _of_lake(out: Path) -> Figures:
    manifest = Lake(out).manifest()
    sizes = {name: sum(file.byte_count for file in files) for name, files in manifest.files.items()}
    evidence = sizes.pop("evidence")
    return {
        "entries": manifest.row_counts["digest_entries"],
        "evidence_bytes": evidence,
        "table_bytes": sum(sizes.values()),
    }


def _child(source: str, folder: str, workers: str, options: str) -> None:
    """Build in this process, so that what its clusters took of the processor can be told from others."""
    print(json.dumps(_build(Path(source), Path(folder), int(workers), json.loads(options))))


def _builds(source: Path, folder: Path, options: Figures) -> Iterator[Figures]:
    """Build with each number of workers in turn; of several rounds the one with the median time counts."""
    seen: dict[int, list[Figures]] = {count: [] for count in options["workers"]}
    for _ in range(options["rounds"]):
        for count, found in seen.items():
            place = folder / "build"
            place.mkdir()
            found.append(in_a_process(Path(__file__), "--child", source, place, count, json.dumps(options)))
            shutil.rmtree(place)
    for count, found in seen.items():
        yield {"workers": count, **sorted(found, key=lambda one: one["wall"])[len(found) // 2]}


def _load(source: Path, folder: Path, options: Figures) -> Figures:
    """Load the same documents into one file by `catalog load`, as `bench_load.py` does."""
    target = folder / "loaded.db"
    found = in_a_process(SCRIPT, "ours", source, target, target, beside=_head(options))
    found["bytes"] = target.stat().st_size
    target.unlink()
    return found


def _measure(name: str, documents: Iterable[tuple[str, bytes]], folder: Path, options: Figures) -> dict[str, Any]:
    source = folder / "documents"
    size = _write(documents, source)
    found = list(_builds(source, folder, options))
    loaded = _load(source, folder, options) if options["load"] else None
    shutil.rmtree(source)
    return {"name": name, "source_bytes": size, "builds": found, "load": loaded}


def _lines(measured: list[Figures]) -> Iterator[str]:
    yield (
        "| documents | entries | workers | s | to one worker | s of processor | of the busiest worker "
        "| s with no task | s with one | shuffled B an entry "
        "| spilled B an entry | evidence B an entry | tables B an entry | `catalog load` s |"
    )
    yield "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
    for one in measured:
        first = one["builds"][0]
        loaded = f"{one['load']['wall']:.1f}" if one["load"] else ""
        for build in one["builds"]:
            entries, running = build["entries"], build["seconds_by_running"]
            each = (
                build[key] / entries for key in ("shuffled_bytes", "spilled_bytes", "evidence_bytes", "table_bytes")
            )
            yield (
                f"| {one['name']} | {entries:,} | {build['workers']} | {build['wall']:.1f} "
                f"| {first['wall'] / build['wall']:.2f} | {build['cpu']:.1f} | {max(build['worker_cpu']):.1f} "
                f"| {running.get('0', 0):.1f} "
                f"| {running.get('1', 0):.1f} | {' | '.join(f'{value:,.0f}' for value in each)} | {loaded} |"
            )


def _step_lines(measured: list[Figures]) -> Iterator[str]:
    yield "| documents | entries | workers | step | tasks | s of tasks | longest task s | to the median |"
    yield "|---|---:|---:|---|---:|---:|---:|---:|"
    for one in measured:
        for build in one["builds"]:
            for step, tasks, took, longest, ratio in build["slowest_steps"]:
                place = f"| {one['name']} | {build['entries']:,} | {build['workers']} | {step}"
                yield f"{place} | {tasks} | {took:.1f} | {longest:.1f} | {ratio:.1f} |"


@click.command()
@click.option("--entries", type=click.IntRange(100), multiple=True, help="Entries of made digests.")
@click.option("--skew", type=click.Choice(SKEWS), help="Documents with one frequent thing, and the same without.")
@click.option("--size", type=click.IntRange(10), default=100_000, show_default=True, help="How frequent that is.")
@click.option("--workers", type=click.IntRange(1), multiple=True, default=(1, 2), show_default=True)
@click.option("--memory", default="2g", show_default=True, help="Of each worker.")
@click.option(
    "--worker-share",
    type=click.FloatRange(0, 1, min_open=True),
    default=1.0,
    help="Workers that are slow machines: of a core each gets so much, with its executor and its Python.",
)
@click.option(
    "--head-cores",
    type=click.IntRange(0),
    default=0,
    help="Driver and load are slow machines, too, of so many cores with that share; with 0 nobody holds them.",
)
@click.option("--rounds", type=click.IntRange(1), default=1, show_default=True, help="How often each is done.")
@click.option("--load", is_flag=True, help="Load the same documents by `catalog load`, too.")
@click.option("--to", type=click.IntRange(1), default=10**9, show_default=True, help="Extrapolate to so many entries.")
@click.option("--scratch", type=click.Path(file_okay=False, path_type=Path), help="Where everything is made.")
@click.option(
    "--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Where to write the figures."
)
@click.option("--child", nargs=4, hidden=True)
def main(
    entries: tuple[int, ...],
    skew: Skew | None,
    size: int,
    to: int,
    scratch: Path | None,
    json_file: Path | None,
    child: tuple[str, str, str, str] | None,
    **options: Any,
) -> None:
    """Build lakes of growing size, and print what they took."""
    if child is not None:
        _child(*child)
        return
    measured: list[Figures] = []
    options["is_much"] = skew is not None
    with tempfile.TemporaryDirectory(dir=scratch) as name:
        for count in sorted(set(entries or (() if skew else (1000,)))):
            papers = max(round(count / ENTRIES_PER_PAPER), 1)
            measured.append(_measure("made", made_documents(papers, entries=count), Path(name), options))
        for is_even in (True, False) if skew else ():
            label = f"{skew}, {'even' if is_even else 'skewed'}"
            documents = skewed_documents(skew, size, is_even=is_even)  # type: ignore[arg-type]
            measured.append(_measure(label, documents, Path(name), options))
    click.echo("\n".join((*_lines(measured), "", *_step_lines(measured), "", *extrapolated(measured, to))))
    if json_file is not None:
        about = {"cores": os.cpu_count(), **{name: options[name] for name in ("worker_share", "head_cores")}}
        json_file.write_text(json.dumps(about | {"measured": measured}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
