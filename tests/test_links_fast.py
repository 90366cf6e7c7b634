"""The ways by which links are found fast give what the plain ways give."""

from __future__ import annotations

import itertools
import re
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.links import canonical, find_links, forges, scan, sentences, vocabulary
from tests.test_links_properties import PIECES

SOUP = st.lists(PIECES, max_size=30).map("".join)
ANCHORS = [
    *("https://a.org", "HTTP:/a.org", "hxxps :// a.org", "https: //a.org", "http\\\\a.org", "ftp://a.org", "https:a"),
    *("www.a.org", "WWW .a.org", "git hub . com/a", "gitlab.com/a/b", "hugging face . co/a", "hf.co/a/b"),
    *("bitbucket . org/a/b", "zenodo.org/1", "doi . org/10.1", "bit . ly /a", "acme.github . io", "acme.hf.space"),
    *("h ttps://a.org", "ht tp://a.org", "http s://a.org", "gith ub.com/a/b", "acme.g ithub.io", "zen odo.org/1"),
    *("acme.readthedocs.io", "foo.academy/a", "foo.uk/a", "at foo.org", "at foo.cloud.", "10.5281/zenodo.1"),
]


def _check_hint(text: str) -> re.Match[str] | None:
    """No address begins before the first hint, and none at all where there is none."""
    lowered = scan._lowered(text)
    anchor, hint = scan._ANCHOR.search(lowered), scan.first_hint(lowered)
    assert anchor is None or (hint is not None and hint <= anchor.start())
    return anchor


@pytest.mark.parametrize("address", ANCHORS)
def test_every_kind_of_address_has_a_hint(address: str) -> None:
    anchor = _check_hint(f"We count ferns. See {address}")
    assert anchor is not None
    assert anchor.start() >= len("We count ferns. See ")


@settings(deadline=None)
@given(st.one_of(st.text(), st.tuples(SOUP, st.sampled_from(ANCHORS), SOUP).map("".join)))
def test_no_address_begins_before_the_first_hint(text: str) -> None:
    _check_hint(text)


NEVER = re.compile(r"(?!)")
ORDINARY = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(
            ["Code: ", "at", "(", "<", "\\url{", "_", "We use Ferns. Our code is at ", "x" * 200 + " The "]
        ),
        st.sampled_from(["https://", "http://"]),
        st.sampled_from(
            ["github.com", "www.github.com", "acme.github.io", "huggingface.co", "doi.org", "lab.example.org"]
        ),
        st.lists(
            st.sampled_from(["/", "/acme", "/tool", "/big_tool-", "/www", "/xxx", "/orgs", ".git", "a-", "http"]),
            max_size=4,
        ).map("".join),
        st.sampled_from(["", ".", ",", ").", ";", " .", "}", ". ", ") ", ", ", ". \n", "www.", ":", "...)"]),
        st.sampled_from(
            ["", "The data", "soon", "git", "5", "/tree/main", "big/tool.", "acme/tool", ". We", "https://a.org"]
        ),
    ),
)


def _links_the_plain_way(text: str) -> list[object]:
    canonical._canonicalize_often.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scan, "_PLAIN", NEVER)
        patch.setattr(forges, "_PLAIN_REPOSITORY", NEVER)
        patch.setattr(sentences, "_SMALL_LETTER", NEVER)
        found = find_links(text)
    canonical._canonicalize_often.cache_clear()
    return list(found)


@settings(deadline=None)
@given(st.one_of(ORDINARY, SOUP, st.tuples(ORDINARY, SOUP).map("".join)))
def test_ordinary_addresses_are_read_as_the_plain_way_reads_them(text: str) -> None:
    assert find_links(text) == _links_the_plain_way(text)


def test_ordinary_addresses_take_the_short_way() -> None:
    text = "Our code is available at https://github.com/acme/tool."
    assert scan._PLAIN.search(text) is not None
    assert forges.plain_repository("https://github.com/acme/tool") == find_links(text)[0].target


def test_folded_text_is_read_as_a_search_without_regard_to_case_reads_it() -> None:
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    folded = vocabulary.folded(everything)
    assert len(folded) == len(everything)
    letters = re.findall("[a-z]", everything, re.IGNORECASE)
    assert len(letters) == len(re.findall("[a-z]", folded)) == 56
    for one, letter in itertools.product(letters, "abcdefghijklmnopqrstuvwxyz"):
        assert (re.match(letter, one, re.IGNORECASE) is not None) == (vocabulary.folded(one) == letter)
    for kind in (r"\w", r"\s"):
        assert re.sub(kind, "+", folded).count("+") == re.sub(kind, "+", everything).count("+")


def test_no_pattern_for_folded_text_asks_for_a_capital() -> None:
    patterns = {name: value for name, value in vars(vocabulary).items() if isinstance(value, re.Pattern)}
    assert len(patterns) > 12
    for name in patterns.keys() - {"CLAUSE", "LABEL"}:
        plain = re.sub(r"\\.|\(\?P<", "", patterns[name].pattern)
        assert plain == plain.lower(), name
        assert not patterns[name].flags & re.IGNORECASE
