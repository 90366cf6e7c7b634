"""The links of the real pages against their hand-labelled table, where the pages are at hand.

Run `python -m tests.test_links_gold` to print the confusion table of the roles.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.links import FoundLink, canonicalize, find_links

SHARED = Path(__file__).parents[2] / "shared"
TABLE = SHARED / "gold" / "links_seeds.csv"
PAGES = SHARED / "seeds"
# The table tells a DOI from other archives; the catalogue does not.
KINDS = {"archive-DOI": "archive"}

Place = tuple[str, int, int]
pytestmark = pytest.mark.skipif(not TABLE.exists(), reason="the real pages and their table are not at hand")


def rows(is_link: str) -> dict[Place, dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        table = [row for row in csv.DictReader(file) if row["is_link"] == is_link]
    return {(row["seed"], int(row["abstract_line"]), int(row["char"])): row for row in table}


def found() -> dict[Place, FoundLink]:
    return dict(_found())


def _found() -> Iterator[tuple[Place, FoundLink]]:
    for page in sorted(PAGES.glob("*.txt")):
        lines = page.read_bytes().decode("utf-8").split("\n")
        for number, line in enumerate(lines, start=1):
            for link in find_links(line):
                yield (page.name, number, link.start), link


def test_exactly_the_rows_of_the_table_are_found() -> None:
    assert sorted(found()) == sorted(rows("yes"))


def test_table_is_the_whole_of_it() -> None:
    assert (len(rows("yes")), len(rows("no"))) == (139, 6)


def test_traps_are_not_links() -> None:
    links = found()
    for seed, line, char in rows("no"):
        overlapping = [
            link
            for (page, number, start), link in links.items()
            if (page, number) == (seed, line) and start <= char < start + len(link.verbatim)
        ]
        assert not overlapping


def test_each_row_agrees() -> None:
    links = found()
    for place, row in rows("yes").items():
        link = links[place]
        target = link.target
        assert (link.verbatim, link.url, target.url) == (row["raw"], row["url"], row["canonical"])
        assert (target.host, target.kind) == (row["host"], KINDS.get(row["kind"], row["kind"]))
        assert (target.owner or "", target.name or "", target.sub_path or "") == (
            row["owner"],
            row["name"],
            row["subpath"],
        )
        assert canonicalize(row["canonical"]).key == target.key


def test_roles_agree_in_nearly_all_rows() -> None:
    links = found()
    table = rows("yes")
    agreeing = sum(set(row["role"].split("+")) == set(links[place].roles) for place, row in table.items())
    assert agreeing >= 0.95 * len(table), confusion_table()


def test_promises_and_owners_agree_in_all_rows() -> None:
    links = found()
    for place, row in rows("yes").items():
        assert links[place].is_promised == (row["availability"] == "promised")
        assert links[place].is_own == (row["ownership"] == "own")


def confusion_table() -> str:
    """How often each role is in the table, in ours, and in both; then the rows that differ."""
    links = found()
    labelled: Counter[str] = Counter()
    ours: Counter[str] = Counter()
    both: Counter[str] = Counter()
    differing: list[str] = []
    for place, row in rows("yes").items():
        expected, given = set(row["role"].split("+")), set(links[place].roles)
        labelled.update(expected)
        ours.update(given)
        both.update(expected & given)
        if expected != given:
            differing.append(f"{row['canonical']}: {sorted(expected)} read as {sorted(given)}")
    lines = [f"{'role':<14}{'table':>7}{'ours':>7}{'both':>7}"]
    lines += [f"{role:<14}{labelled[role]:>7}{ours[role]:>7}{both[role]:>7}" for role in sorted(labelled | ours)]
    return "\n".join([*lines, *differing])


if __name__ == "__main__":
    print(confusion_table())
