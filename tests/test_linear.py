"""The helper that compares times: what is linear passes, what is quadratic does not."""

from __future__ import annotations

import re

import pytest

from tests.linear import assert_linear


@pytest.mark.parametrize(
    ("work", "size"),
    [
        pytest.param(lambda size: sum(range(size)), 1_000, id="linear"),
        pytest.param(lambda size: sorted(range(size), key=lambda number: -number), 1_000, id="sorting"),
        pytest.param(lambda size: "".join(str(number) for number in range(size)), 1, id="from one"),
        pytest.param(lambda size: size, 1, id="constant"),
    ],
)
def test_what_is_linear_passes(work, size: int) -> None:  # type: ignore[no-untyped-def]
    assert_linear(work, int, size)


@pytest.mark.parametrize(
    ("work", "make"),
    [
        pytest.param(lambda size: [None for _ in range(size) for _ in range(size)], int, id="loops"),
        pytest.param(re.compile(r"a+b").search, lambda size: "a" * size, id="pattern"),
        pytest.param(lambda numbers: [-1 in numbers for _ in numbers], lambda size: list(range(size)), id="search"),
    ],
)
def test_what_is_quadratic_fails(work, make) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(pytest.fail.Exception, match="not 4 times"):
        assert_linear(work, make, 64)
