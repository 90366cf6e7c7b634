"""What holds for any text whatever: nothing raises, places are true, nothing overlaps, twice changes nothing."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from catalog.links import Target, canonicalize, find_links
from catalog.links.mend import mend
from catalog.links.roles import ROLES

PIECES = st.sampled_from(
    [
        *("https://", "http:/", "https: //", "HTTPS://", "hxxps://", "git@", "www.", "www. ", "ftp://"),
        *("github.com", "github. com", "git hub.com", "huggingface.co", ".github.io", ". github. io", "gitlab.com"),
        *("doi.org", "10.5281/zenodo.1", "bit.ly", "arxiv.org/abs/", "sites.google.com", "example.org", "zenodo.org"),
        *("/", " / ", "//", "/ ", " /", "acme", "tool", "datasets", "tree/main", "record", "xxx", "TBD", ".git", "-"),
        *("\\_", "\\url{", "\\href{", "}", "{", "}{", "](", "[", ")", "(", "<", ">", "$\\sim$", "\\textasciitilde{}"),
        *("~", "%7E", "%", "?a=b", "#c", "@", ":", ";", ",", ".", "..", "...", "'", '"', "&amp;", "\u200b", "\u00ad"),
        *("，", "。", "：", "／", "İ", "é", "\ud800", "\n", "\n\n", " ", "\t", "\x00", " and ", " soon", "The ", "We "),
        *("code", "data", "will be released at ", "we use ", " respectively", "Project page: ", "1", "\\", "$_$", "–"),
    ]
)
TEXTS = st.one_of(st.text(), st.lists(PIECES, max_size=30).map("".join))
ADDRESSES = st.lists(PIECES, max_size=12).map(lambda pieces: "https://" + "".join(pieces))


@given(TEXTS)
@example("git@github.com:acme/tool.git")
@example("at acme .github. io/x and \\url{https://github.com/ a/b c}")
def test_finding_raises_nothing_and_places_are_true(text: str) -> None:
    links = find_links(text)
    for link in links:
        assert text[link.start : link.start + len(link.verbatim)] == link.verbatim
        assert link.verbatim == link.verbatim.strip()
        assert link.roles == tuple(role for role in ROLES if role in link.roles) != ()
    for one, other in pairwise(links):
        assert one.start + len(one.verbatim) <= other.start
    assert len({link.target.key for link in links}) == len(links)


@given(TEXTS)
def test_what_is_found_is_an_address(text: str) -> None:
    for link in find_links(text):
        assert canonicalize(link.url) == link.target
        assert link.target.kind != "repository" or (link.target.owner and link.target.name)


@given(st.one_of(TEXTS, ADDRESSES))
@example("https://github.com/a/b%")
@example("https://example.org/a/..//b?#")
@example("https://gitlab.com/groups/a/-/b")
@example("http://dx.doi.org/10.5281/zenodo.1/")
@example("https://example.org//a?b#c#d")
@example("0.AA/:/")
@example("www.www.github.com/")
@example("https://gitlab.com/a=b:/https://-")
@example("https://example.org/?a%%41c")
@example("https://api.github.com//repos/#%x")
def test_canonicalizing_twice_changes_nothing(url: str) -> None:
    try:
        once = canonicalize(url)
    except ValueError:
        return
    twice = canonicalize(once.url)
    assert twice == Target(once.url, once.key, once.host, once.kind, once.owner, once.name, twice.sub_path)


@given(TEXTS)
def test_mending_can_be_traced_back(text: str) -> None:
    mended = mend(text)
    last = 0
    for position in range(len(mended.text)):
        start, end = mended.original_start(position), mended.original_end(position + 1)
        assert last <= end <= len(text)
        assert start < end
        last = end


@given(st.lists(st.sampled_from("abcXYZ09-_."), min_size=1, max_size=20).map("".join))
def test_any_name_that_github_allows_is_found_whole(name: str) -> None:
    safe = f"a{name}b"
    (link,) = find_links(f"Code: https://github.com/acme/{safe}, thanks")
    assert (link.target.owner, link.target.name) == ("acme", safe)
