"""Whether work takes time in proportion to its size: two sizes are compared, whatever the machine takes for either.

The sizes grow until the smaller of the two takes long enough to be told from noise. What is quadratic is therefore seen
where it takes a fraction of a second, and does not first run for minutes. Time is that of this process alone, and a
growth counts only if it is seen several times in a row: other work on the machine does not fail a test.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import TypeVar

import pytest

FACTOR = 4
"""How much larger the larger of two sizes is: linear work takes about 4 times as long, quadratic work 16 times."""
MOST_GROWTH = 10
MOST_STEPS = 6
"""The largest size is 4 to this power times the first: what looks only at the beginning of a text is never slow."""
ATTEMPTS = 5
ROUNDS = 2
MEASURABLE = 0.003
"""Work that takes fewer seconds is repeated until it has taken as many."""
LONG = 0.08
"""Where the larger of two sizes takes these seconds, the smaller takes some 20 milliseconds and noise is far below."""

Input = TypeVar("Input")


def repeated(piece: str, opening: str = "") -> Callable[[int], str]:
    """What makes texts of any length out of one piece, after an opening."""
    return lambda length: opening + piece * (length // len(piece))


def assert_linear(work: Callable[[Input], object], make: Callable[[int], Input], size: int) -> None:
    """Fail the test unless `work` on what `make` makes of a size takes time in proportion to the size.

    `size` is the first, for which the work takes no more than a few milliseconds; making the input is not measured.
    """
    smaller = make(size)
    for _ in range(MOST_STEPS):
        size *= FACTOR
        larger = make(size)
        if _seconds_if_linear(work, smaller, larger, size) > LONG:
            return
        smaller = larger


def _seconds_if_linear(work: Callable[[Input], object], smaller: Input, larger: Input, size: int) -> float:
    """How long the work takes on the larger input."""
    growths = []
    for _ in range(ATTEMPTS):
        # The least of several: one that was too long by chance would let a large growth pass.
        least = min(_seconds(work, smaller) for _ in range(ROUNDS))
        seconds = _seconds(work, larger)
        growths.append(seconds / least)
        if growths[-1] < MOST_GROWTH:
            return seconds
    pytest.fail(f"from size {size // FACTOR:,} to {size:,} the time grows {min(growths):.1f} times, not {FACTOR} times")


def _seconds(work: Callable[[Input], object], given: Input) -> float:
    """How long the work takes once, without the collector: what it looks through is what other tests left."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        count, passed = 0, 0.0
        started = time.process_time()
        while passed < MEASURABLE:
            work(given)
            count += 1
            passed = time.process_time() - started
        return passed / count
    finally:
        if was_enabled:
            gc.enable()
