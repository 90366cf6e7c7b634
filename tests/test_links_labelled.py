"""Links in 750 hard texts: invented sentences round addresses as abstracts print them, labelled by hand.

The labels were written without sight of the rules, so that they measure them; where a label and a rule disagree, both
stay as they are. `python -m tests.test_links_labelled` prints the figures and every disagreement.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from catalog.links import find_links

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "labelled" / "links.json").read_text("utf-8"))


def _same(url: str) -> str:
    return url.lower().removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")


def _targets(case: dict[str, Any]) -> tuple[Counter[tuple[str, bool]], Counter[tuple[str, bool]]]:
    """What was found in a text and what stands there: addresses, and whether each is a repository."""
    found = Counter((_same(link.target.url), link.target.kind == "repository") for link in find_links(case["text"]))
    labelled = Counter((_same(link["url"]), link["kind"] == "repository") for link in case["links"])
    return found, labelled


def _figures(*, repositories: bool) -> tuple[float, float]:
    """Precision and recall, over all links or over repositories alone."""
    right = found_count = labelled_count = 0
    for case in CASES:
        found, labelled = (
            {url for url, is_repository in targets if is_repository or not repositories} for targets in _targets(case)
        )
        right += len(found & labelled)
        found_count += len(found)
        labelled_count += len(labelled)
    return right / found_count, right / labelled_count


def test_links_are_found_as_a_careful_reader_finds_them() -> None:
    precision, recall = _figures(repositories=False)

    assert precision >= 0.97
    assert recall >= 0.97


def test_repositories_are_found_as_a_careful_reader_finds_them() -> None:
    precision, recall = _figures(repositories=True)

    assert precision >= 0.99
    assert recall >= 0.99


def test_what_is_found_stands_there_as_labelled() -> None:
    differences = 0
    for case in CASES:
        labelled = {_same(link["url"]): link["verbatim"] for link in case["links"]}
        for link in find_links(case["text"]):
            differences += labelled.get(_same(link.target.url), link.verbatim) != link.verbatim

    assert differences == 0


if __name__ == "__main__":
    for name, repositories in (("links", False), ("repositories", True)):
        print("{}: precision {:.4f}, recall {:.4f}".format(name, *_figures(repositories=repositories)))
    for case in CASES:
        found, labelled = _targets(case)
        if {url for url, _ in found} != {url for url, _ in labelled}:
            print(f"{case['pattern']}: found {sorted(found - labelled)}, labelled {sorted(labelled - found)}")
