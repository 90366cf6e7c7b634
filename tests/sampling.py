"""Which cases of a long test run on every submission; all of them run in `make sweep`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def sample(cases: Iterable[Any], most: int) -> list[Any]:
    """Return all `cases` of a test; of more than `most` only as many, spread evenly, are not slow.

    A case is a `pytest.param`, a tuple of several arguments, or one argument that is no tuple.
    """
    listed = list(cases)
    if len(listed) <= most:
        return listed
    kept = {round(place * (len(listed) - 1) / (most - 1)) for place in range(most)} if most > 1 else {0}
    return [case if place in kept else _slow(case) for place, case in enumerate(listed)]


def _slow(case: Any) -> Any:
    if isinstance(case, type(pytest.param())):
        return pytest.param(*case.values, marks=[*case.marks, pytest.mark.slow], id=case.id)
    values = case if isinstance(case, tuple) else (case,)
    return pytest.param(*values, marks=pytest.mark.slow)
