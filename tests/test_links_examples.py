"""Every rule that docs/links.md states holds on its example; tests/test_docs.py sees that the page states these."""

from __future__ import annotations

import pytest

from catalog.links import find_links
from tests.link_examples import EXAMPLES, Example, Find


def described(text: str, expected: tuple[Find, ...]) -> list[Find]:
    found = find_links(text)
    roles = [find.roles for find in expected] + [None] * len(found)
    return [
        Find(
            link.verbatim,
            link.target.url,
            link.target.kind,
            ", ".join(link.roles) if role is not None else None,
            link.is_promised,
            link.is_own,
        )
        for link, role in zip(found, roles, strict=False)
    ]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.rule[:60])
def test_rule_holds_on_its_example(example: Example) -> None:
    assert described(example.text, example.finds) == list(example.finds)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.rule[:60])
def test_verbatim_stands_where_the_link_says(example: Example) -> None:
    for link in find_links(example.text):
        assert example.text[link.start : link.start + len(link.verbatim)] == link.verbatim


def test_every_rule_is_stated_once() -> None:
    rules = [example.rule for example in EXAMPLES]
    assert len(set(rules)) == len(rules)
