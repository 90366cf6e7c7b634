"""Every point of every scenario, in as many processes as there are cores, and the table of what came of them."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass

from tabulate import tabulate

from tests.faults.bench import open_bench
from tests.faults.shelf import SCENARIOS, Scenario
from tests.faults.shim import MODE_NAMES
from tests.faults.trials import Point, Trial

_TOLD_EVERY = 500


@dataclass(frozen=True, slots=True)
class Result:
    """A point, and what was not as it must be (nothing where all is well)."""

    point: Point
    problems: list[str]


def chosen_points(trial: Trial, modes: int | None) -> list[Point]:
    """Return the points of a scenario: all, or of each operation only so many modes, which take turns."""
    points = trial.points()
    if modes is None:
        return points
    of_operation: dict[int, list[Point]] = {}
    for point in points:
        of_operation.setdefault(point.number, []).append(point)
    return [
        own[(number * modes + turn) % len(own)]
        for number, own in of_operation.items()
        for turn in range(min(modes, len(own)))
    ]


def _part(scenario: Scenario, modes: int | None, part: int, parts: int) -> list[Result]:
    with open_bench() as bench:
        trial = Trial.of(scenario.name, bench)
        points = [point for point in chosen_points(trial, modes) if point.number % parts == part]
        results = []
        for point, problems in trial.tried(points):
            results.append(Result(point, problems))
            if len(results) % _TOLD_EVERY == 0:
                print(f"{scenario.name}: {len(results):,} of {len(points):,}", file=sys.stderr, flush=True)
        return results


def sweep(
    scenarios: Sequence[Scenario] = SCENARIOS, modes: int | None = None, jobs: int | None = None
) -> Iterator[list[Result]]:
    """Run every point in so many processes (default: one a core), and yield the results in pieces as they come."""
    parts = jobs or os.cpu_count() or 1
    with ProcessPoolExecutor(parts) as pool:
        tasks = [pool.submit(_part, scenario, modes, part, parts) for scenario in scenarios for part in range(parts)]
        for task in as_completed(tasks):
            yield task.result()


def table(results: Sequence[Result]) -> str:
    """Return two tables: points and bad ones by scenario and mode, and by kind of operation and mode."""
    names = {scenario.name: number for number, scenario in enumerate(SCENARIOS)}
    by_scenario = _counted("scenario", results, lambda point: point.scenario, lambda name: names.get(name, 0))
    return f"{by_scenario}\n\n{_counted('operation', results, lambda point: point.kind, str)}"


def _counted(title: str, results: Sequence[Result], of: object, order: object) -> str:
    assert callable(of)
    assert callable(order)
    points = Counter((of(result.point), result.point.mode) for result in results)
    bad = Counter(of(result.point) for result in results if result.problems)
    rows = [
        [row, *(points[row, mode] for mode in MODE_NAMES), sum(points[row, mode] for mode in MODE_NAMES), bad[row]]
        for row in sorted({row for row, _ in points}, key=order)
    ]
    totals = [sum(column) for column in zip(*(row[1:] for row in rows), strict=True)]
    return tabulate([*rows, ["all", *totals]], headers=[title, *MODE_NAMES.values(), "points", "bad"])
