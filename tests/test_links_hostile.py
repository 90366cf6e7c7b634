"""Hostile texts take time in proportion to their length."""

from __future__ import annotations

import time

import pytest

from catalog.links import find_links
from tests.sampling import sample

SIZE = 1_000_000
UNITS = [
    "http://",
    "https: // ",
    "https://a",
    "https://a@",
    "https://a.b/(",
    "https://a.b/" + "(" * 60,
    "https://a.b/" + ")" * 60,
    "https://github.com/a/b- ",
    "https://github.com/a/b and ",
    "(",
    "[",
    "{",
    '"',
    "a.a.a.",
    "a-",
    "@a.com/",
    "a@a.com/",
    ".com/",
    ".io",
    ". io",
    " ",
    "\n",
    "\\",
    "\\_",
    "\\url{",
    "\\href{https://a.b/",
    "\\url{https://a.b/ ",
    "$_$",
    "$",
    "&amp;",
    "\u200b",
    "İ",
    "github.com/",
    "github . ",
    "github.com / a / ",
    "git@github.com:",
    "git hub",
    "www.",
    "www. ",
    "x.github.io ",
    "10.5281/",
    "10.5281/zenodo.1 ",
    "https://doi.org/10.5281/zenodo. ",
    "code and data, ",
    "We use the ",
    ". A",
    "available at ",
]


# The texts that the size is promised for; the others are a quarter of it, to keep the tests quick.
WHOLE = frozenset(("http://", "(", "[", "a.a.a.", " ", "\\url{", "github.com/"))


def seconds(text: str) -> float:
    start = time.process_time()
    find_links(text)
    return time.process_time() - start


@pytest.mark.parametrize("unit", sample(UNITS, 8), ids=repr)
def test_time_grows_with_the_length(unit: str) -> None:
    size = SIZE if unit in WHOLE else SIZE // 4
    text = unit * (size // len(unit))
    quarter = text[: len(text) // 4]
    ratios = []
    for _ in range(3):
        whole = seconds(text)
        assert whole < 20
        ratios.append(whole / (seconds(quarter) + 0.05))
        # Four times the text takes four times the time; if it were quadratic, it would take sixteen times.
        if ratios[-1] < 8:
            return
    pytest.fail(f"four times the text took {min(ratios):.1f} times the time")


def test_one_long_address_is_cut_rather_than_chewed() -> None:
    assert seconds("https://example.org/" + "a/" * (SIZE // 2)) < 10
    assert seconds("https://" + "a." * (SIZE // 2)) < 10
