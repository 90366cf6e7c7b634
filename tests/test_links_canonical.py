"""Canonical addresses: two spellings of one target are one, two targets are two, and twice changes nothing."""

from __future__ import annotations

import pytest

from catalog.links import Target, canonicalize

SPELLINGS = [
    "https://github.com/acme/tool",
    "http://github.com/acme/tool",
    "https://www.github.com/acme/tool",
    "HTTPS://GITHUB.COM/acme/tool",
    "https://github.com/Acme/Tool",
    "github.com/acme/tool",
    "//github.com/acme/tool",
    "www.github.com/acme/tool",
    "https://github.com/acme/tool/",
    "https://github.com//acme///tool//",
    "https://github.com/acme/tool.git",
    "https://github.com/acme/tool.git/",
    "git://github.com/acme/tool.git",
    "git+https://github.com/acme/tool.git",
    "ssh://git@github.com/acme/tool.git",
    "git@github.com:acme/tool.git",
    "https://jane@github.com/acme/tool",
    "https://jane:secret@github.com/acme/tool",
    "https://github.com:443/acme/tool",
    "http://github.com:80/acme/tool",
    "https://github.com./acme/tool",
    "https://github.com/acme/tool.",
    "https://github.com/acme/tool,",
    'https://github.com/acme/tool"',
    "'https://github.com/acme/tool'",
    "<https://github.com/acme/tool>",
    "https://github.com/acme/tool)",
    "https://github.com/acme/tool?tab=readme-ov-file",
    "https://github.com/acme/tool#readme",
    "https://github.com/acme/tool?x=1#y",
    "https://github.com/acme/tool/tree/main",
    "https://github.com/acme/tool/tree/main/a/b",
    "https://github.com/acme/tool/blob/main/README.md",
    "https://github.com/acme/tool/issues/7",
    "https://github.com/acme/tool/pull/7/files",
    "https://github.com/acme/tool/releases/tag/v1",
    "https://github.com/acme/tool/wiki",
    "https://github.com/acme/tool/archive/refs/heads/main.zip",
    "https://raw.githubusercontent.com/acme/tool/main/README.md",
    "https://codeload.github.com/acme/tool/zip/main",
    "https://api.github.com/repos/acme/tool",
    "https://api.github.com/repos/acme/tool/contents/a",
    "https://github.com/%61cme/tool",
    "https://github.com/./acme/tool",
    "https://github.com/acme/x/../tool",
]

TARGETS = [
    # address, canonical address, kind, owner, name, what follows
    (
        "https://github.com/acme/tool/tree/main/a",
        "https://github.com/acme/tool",
        "repository",
        "acme",
        "tool",
        "tree/main/a",
    ),
    ("https://github.com/acme", "https://github.com/acme", "other", "acme", None, None),
    ("https://github.com/", "https://github.com", "other", None, None, None),
    (
        "https://github.com/orgs/acme/repositories",
        "https://github.com/orgs/acme/repositories",
        "other",
        None,
        None,
        None,
    ),
    ("https://github.com/topics/nlp", "https://github.com/topics/nlp", "other", None, None, None),
    ("https://github.com/sponsors/acme", "https://github.com/sponsors/acme", "other", None, None, None),
    ("https://github.com/features/copilot", "https://github.com/features/copilot", "other", None, None, None),
    ("https://github.com/xxx", "https://github.com/xxx", "other", None, None, None),
    ("https://github.com/xxx/yyy", "https://github.com/xxx/yyy", "other", None, None, None),
    ("https://github.com/acme/TBD", "https://github.com/acme/TBD", "other", None, None, None),
    ("https://github.com/anonymous/tool", "https://github.com/anonymous/tool", "other", None, None, None),
    ("https://github.com/acme/.git", "https://github.com/acme/.git", "other", None, None, None),
    ("https://github.mit.edu/acme/tool", "https://github.mit.edu/acme/tool", "repository", "acme", "tool", None),
    ("https://gitlab.com/acme/tool", "https://gitlab.com/acme/tool", "repository", "acme", "tool", None),
    (
        "https://gitlab.com/a/b/c/tool/-/tree/main/x",
        "https://gitlab.com/a/b/c/tool",
        "repository",
        "a/b/c",
        "tool",
        "-/tree/main/x",
    ),
    (
        "https://gitlab.com/acme/tool/tree/main",
        "https://gitlab.com/acme/tool",
        "repository",
        "acme",
        "tool",
        "tree/main",
    ),
    ("https://gitlab.inria.fr/acme/tool.git", "https://gitlab.inria.fr/acme/tool", "repository", "acme", "tool", None),
    ("https://gitlab.com/acme", "https://gitlab.com/acme", "other", "acme", None, None),
    (
        "https://bitbucket.org/acme/tool/src/master/",
        "https://bitbucket.org/acme/tool",
        "repository",
        "acme",
        "tool",
        "src/master",
    ),
    ("https://codeberg.org/acme/tool", "https://codeberg.org/acme/tool", "repository", "acme", "tool", None),
    ("https://gitee.com/acme/tool", "https://gitee.com/acme/tool", "repository", "acme", "tool", None),
    (
        "https://sourceforge.net/p/tool/code",
        "https://sourceforge.net/projects/tool",
        "repository",
        "projects",
        "tool",
        "code",
    ),
    (
        "https://anonymous.4open.science/r/Tool-1A2B/README.md",
        "https://anonymous.4open.science/r/Tool-1A2B",
        "repository",
        "r",
        "Tool-1A2B",
        "README.md",
    ),
    (
        "https://gist.github.com/acme/0a1b2c3d4e5f",
        "https://gist.github.com/acme/0a1b2c3d4e5f",
        "gist",
        "acme",
        "0a1b2c3d4e5f",
        None,
    ),
    ("https://huggingface.co/acme/m1/tree/main", "https://huggingface.co/acme/m1", "model", "acme", "m1", "tree/main"),
    ("https://huggingface.co/models/acme/m1", "https://huggingface.co/acme/m1", "model", "acme", "m1", None),
    ("https://hf.co/datasets/acme/d1", "https://huggingface.co/datasets/acme/d1", "dataset", "acme", "d1", None),
    ("https://huggingface.co/datasets/squad", "https://huggingface.co/datasets/squad", "dataset", None, "squad", None),
    ("https://huggingface.co/spaces/acme/s1", "https://huggingface.co/spaces/acme/s1", "space", "acme", "s1", None),
    ("https://acme-s1.hf.space/?x=1", "https://acme-s1.hf.space", "space", None, "acme-s1", None),
    ("https://huggingface.co/acme", "https://huggingface.co/acme", "other", "acme", None, None),
    ("https://huggingface.co/acme/models", "https://huggingface.co/acme/models", "other", "acme", None, None),
    (
        "https://huggingface.co/collections/acme/c1",
        "https://huggingface.co/collections/acme/c1",
        "other",
        "acme",
        None,
        None,
    ),
    ("https://huggingface.co/docs/hub", "https://huggingface.co/docs/hub", "other", None, None, None),
    ("https://huggingface.co/papers/2401.01234", "https://arxiv.org/abs/2401.01234", "paper", None, "2401.01234", None),
    ("https://arxiv.org/pdf/2401.01234v3.pdf", "https://arxiv.org/abs/2401.01234", "paper", None, "2401.01234", None),
    ("https://arxiv.org/html/2401.01234v1", "https://arxiv.org/abs/2401.01234", "paper", None, "2401.01234", None),
    (
        "https://arxiv.org/abs/hep-th/9901001",
        "https://arxiv.org/abs/hep-th/9901001",
        "paper",
        None,
        "hep-th/9901001",
        None,
    ),
    (
        "https://doi.org/10.48550/arXiv.2401.01234",
        "https://arxiv.org/abs/2401.01234",
        "paper",
        None,
        "2401.01234",
        None,
    ),
    (
        "https://zenodo.org/record/12/files/a.zip",
        "https://doi.org/10.5281/zenodo.12",
        "archive",
        "10.5281",
        "10.5281/zenodo.12",
        "files/a.zip",
    ),
    (
        "http://dx.doi.org/10.5281/ZENODO.12",
        "https://doi.org/10.5281/zenodo.12",
        "archive",
        "10.5281",
        "10.5281/zenodo.12",
        None,
    ),
    ("https://doi.org/10.1145/1.2", "https://doi.org/10.1145/1.2", "paper", "10.1145", "10.1145/1.2", None),
    ("https://osf.io/ab1cd/", "https://osf.io/ab1cd", "archive", None, None, None),
    ("http://Acme.github.io/Tool/", "https://acme.github.io/Tool", "project page", "acme", "Tool", None),
    ("https://acme.gitlab.io", "https://acme.gitlab.io", "project page", "acme", None, None),
    ("https://sites.google.com/view/tool", "https://sites.google.com/view/tool", "project page", None, None, None),
    ("http://www.example.org/a/?utm_source=x&b=1#c", "http://www.example.org/a?b=1", "project page", None, None, None),
    ("https://example.org:8080/a", "https://example.org:8080/a", "project page", None, None, None),
    ("https://example.org/#/demo", "https://example.org#/demo", "project page", None, None, None),
    ("https://bit.ly/AbC", "https://bit.ly/AbC", "shortener", None, None, None),
    ("https://youtu.be/AbC", "https://youtu.be/AbC", "other", None, None, None),
    ("https://en.wikipedia.org/wiki/Acme", "https://en.wikipedia.org/wiki/Acme", "other", None, None, None),
    (
        "https://aclanthology.org/2024.acl-long.1/",
        "https://aclanthology.org/2024.acl-long.1",
        "paper",
        None,
        None,
        None,
    ),
]

SAME = [
    ("http://www.example.org/a/", "https://example.org/a"),
    ("https://example.org/a/index.html", "https://example.org/a"),
    ("https://example.org/%7Ejane", "https://example.org/~jane"),
    ("https://example.org/a%2fb", "https://example.org/a%2Fb"),
    ("https://zenodo.org/records/12", "https://doi.org/10.5281/zenodo.12"),
    ("https://arxiv.org/abs/2401.01234v1", "https://ar5iv.labs.arxiv.org/html/2401.01234"),
    ("https://hf.co/Acme/M1", "https://huggingface.co/acme/m1"),
    ("https://gist.github.com/0a1b2c3d4e5f", "https://gist.github.com/acme/0a1b2c3d4e5f"),
    ("https://acme.github.com/tool", "https://acme.github.io/tool"),
]

DIFFERENT = [
    ("https://github.com/acme/tool", "https://gitlab.com/acme/tool"),
    ("https://github.com/acme/tool", "https://github.com/acme/tool2"),
    ("https://huggingface.co/acme/x", "https://huggingface.co/datasets/acme/x"),
    ("https://bit.ly/AbC", "https://bit.ly/aBc"),
    ("https://example.org/a", "https://example.org/A"),
    ("https://example.org/?id=1", "https://example.org/?id=2"),
    ("https://acme.github.io/a", "https://acme.github.io/b"),
]

NO_ADDRESSES = [
    "",
    " ",
    "github",
    "https://",
    "https://localhost/a",
    "https://github com/acme/tool",
    "mailto:jane@example.org",
    "javascript://example.org",
    "https://exa_mple",
    "https://example.1",
    "https://-/a",
    "https://a..b/c",
    "https://example.org/a b",
    "https://example.org/\x00",
    "https://example.org/\ud800",
    "https://" + "a" * 64 + ".org",
    "https://example.org/" + "a" * 5000,
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_spellings_of_one_repository_have_one_identity(spelling: str) -> None:
    target = canonicalize(spelling)
    assert (target.key, target.kind) == ("github.com/acme/tool", "repository")
    assert target.url.lower() == "https://github.com/acme/tool"


def test_there_are_many_spellings() -> None:
    assert len(set(SPELLINGS)) >= 30


@pytest.mark.parametrize(("url", "canonical", "kind", "owner", "name", "sub_path"), TARGETS)
def test_target(url: str, canonical: str, kind: str, owner: str | None, name: str | None, sub_path: str | None) -> None:
    target = canonicalize(url)
    assert (target.url, target.kind, target.owner, target.name, target.sub_path) == (
        canonical,
        kind,
        owner,
        name,
        sub_path,
    )


@pytest.mark.parametrize("url", [row[0] for row in TARGETS])
def test_canonicalizing_twice_changes_nothing(url: str) -> None:
    once = canonicalize(url)
    assert canonicalize(once.url) == Target(once.url, once.key, once.host, once.kind, once.owner, once.name, None)


@pytest.mark.parametrize("url", [row[0] for row in TARGETS])
def test_repository_has_host_owner_and_name(url: str) -> None:
    target = canonicalize(url)
    assert target.host
    assert target.kind != "repository" or (target.owner and target.name)


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_identity(one: str, other: str) -> None:
    assert canonicalize(one).key == canonicalize(other).key


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_two_identities(one: str, other: str) -> None:
    assert canonicalize(one).key != canonicalize(other).key


@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no|address|host|encode"):
        canonicalize(text)
