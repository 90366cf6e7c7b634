"""`python -m tests.faults`: every fault, random kills, and losses of power; it ends with 1 where one is bad."""

from __future__ import annotations

import argparse
import sys
import time

from tests.faults.shelf import SCENARIOS
from tests.faults.shim import library, why_not
from tests.faults.sweep import Result, sweep, table

PARTS = ("points", "kills", "power")


def main() -> int:
    """Run what the arguments ask for; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"which of {', '.join(PARTS)} (default: all)")
    parser.add_argument("--modes", type=int, help="so many modes of each operation, taking turns (default: all)")
    parser.add_argument("--jobs", type=int, help="processes that try points (default: one a core)")
    parser.add_argument("--scenario", action="append", help="only this scenario (may be repeated)")
    parser.add_argument("--kills", type=int, default=200, help="random kills (default: 200)")
    parser.add_argument("--images", type=int, default=10_000, help="images after a loss of power (default: 10,000)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    reason = why_not()
    if reason is not None:
        print(reason, file=sys.stderr)
        return 2
    library()
    parts = options.parts or PARTS
    bad = 0
    if "points" in parts:
        bad += _points(options)
    if "kills" in parts:
        bad += _kills(options)
    if "power" in parts:
        bad += _power(options)
    return 1 if bad else 0


def _points(options: argparse.Namespace) -> int:
    chosen = [one for one in SCENARIOS if not options.scenario or one.name in options.scenario]
    started = time.monotonic()
    results: list[Result] = []
    for some in sweep(chosen, options.modes, options.jobs):
        results += some
        for result in some:
            if result.problems:
                print("BAD", result.point, *result.problems, sep="\n    ", flush=True)
        print(f"{len(results):,} points after {time.monotonic() - started:,.0f} s", file=sys.stderr, flush=True)
    print(table(results), flush=True)
    return sum(bool(result.problems) for result in results)


def _kills(options: argparse.Namespace) -> int:
    from tests.faults.kills import random_kills

    return random_kills(options.kills, options.seed)


def _power(options: argparse.Namespace) -> int:
    from tests.faults.power import lose_power

    return lose_power(options.images, options.seed)


if __name__ == "__main__":
    sys.exit(main())
