"""What the words round an address say of it: roles, promises, and whose it is. All sentences are invented."""

from __future__ import annotations

import pytest

from catalog.links import find_links

URL = "https://github.com/acme/tool"

ROLES = [
    ("Code: @", "code"),
    ("Our codes are available at @.", "code"),
    ("We release code and pre-trained models at @.", "code model"),
    ("Code, models and a demo: @", "code model demo"),
    ("To foster research, we publicly share our weights and training scripts through @.", "code model"),
    ("All data, code, and trained models are released under MIT at @.", "code data model"),
    ("After training large models on much data, we find that it works; code is at @.", "code"),
    ("Code for training our models is available at @.", "code"),
    ("Code for this benchmark is available at @.", "code benchmark"),
    (
        "We have released our models to everybody, and created a leaderboard for our benchmark at @.",
        "benchmark leaderboard",
    ),
    ("Code and other related resources can be found at @.", "code other"),
    ("All materials are at @.", "other"),
    ("A video is available at @.", "video"),
    ("Our demo videos are at @.", "demo video"),
    ("Data & project website: @", "data project page"),
    ("Example videos are on our project page at @.", "project page video"),
    ("Videos and code can be found at our website @.", "code video website"),
    ("A curated list of papers is available at @.", "survey list"),
    ("A repository for this survey is kept at @.", "survey list"),
    ("Analysis tools and codes: @", "code tools"),
    ("We provide a Python library (@).", "code"),
    ("We share the tool for code generation at @.", "tools"),
    ("It is open to anyone through @.", "code"),
    ("See @ for data and videos.", "data video"),
    ("Page: https://acme.github.io, Code: @", "code"),
    ("A sentence of models.Code is at @.", "code"),
    ("A new record on videosCode is at @.", "code"),
    ("A video summary can be seen at @.", "video"),
    ("Please see our website for videos: @.", "video website"),
    ("We point to the videos on our website (@).", "video website"),
    ("The annotated treebank is at @.", "data"),
    ("The dataset and benchmark code are available at @.", "code data benchmark"),
    ("A page that collects the surveyed literature is kept at @.", "survey list"),
]

PROMISED = [
    "Code will be released at @.",
    "Code will soon be made publicly available at @.",
    "Code will available in @.",
    "We will open-source our models at @.",
    "We plan to release the code at @.",
    "Code is available upon acceptance at @.",
    "Code: @ (coming soon).",
    "Upon publication, all code will be hosted at @.",
    "We promise to release the code: @.",
    "Code is available at @ soon.",
    "Code will be made available at @ after a possible publication.",
]

THERE = [
    "Code is available at @.",
    "Code: @. It will be updated.",
    "We believe our benchmark will provide insights, and code is available at @.",
    "We hope it will be of interest. Code is at @.",
    "Code has been released at @ and will be extended.",
    "Models will be released later. Code is at @.",
]

OTHERS = [
    "We use the AcmeNet code (@).",
    "We train on the Acme corpus (@).",
    "Our implementation is based on the code of AcmeNet (@).",
    "It is built on AcmeNet (@).",
    "Our work builds upon @.",
    "The data were taken from @.",
    "We compare with AcmeNet (@).",
    "This work builds upon the Acme corpus, which can be found at @.",
    "The experiments use the implementation of AcmeNet available at @.",
    "We fine-tune the released weights of AcmeNet (@).",
    "The images were downloaded from @.",
]

OWN = [
    "Our code is available at @.",
    "Our code, built on AcmeNet, is available at @.",
    "The data that we use can be obtained from @.",
    "A toolkit based on tensors (@).",
    "We release AcmeData, built from news, at @.",
    "We use three sensors to collect AcmeData, which is available at @.",
    "Our code is based on AcmeNet and available at @.",
    "It can be downloaded using the following link: @",
    "Our code, implemented in Python: @",
]


def only(sentence: str) -> tuple[str, bool, bool]:
    link = find_links(sentence.replace("@", URL))[-1]
    return " ".join(link.roles), link.is_promised, link.is_own


@pytest.mark.parametrize(("sentence", "roles"), ROLES)
def test_roles(sentence: str, roles: str) -> None:
    assert only(sentence)[0] == roles


@pytest.mark.parametrize("sentence", PROMISED)
def test_promised(sentence: str) -> None:
    assert only(sentence)[1]


@pytest.mark.parametrize("sentence", THERE)
def test_there(sentence: str) -> None:
    assert not only(sentence)[1]


@pytest.mark.parametrize("sentence", OTHERS)
def test_somebody_elses(sentence: str) -> None:
    assert not only(sentence)[2]


@pytest.mark.parametrize("sentence", OWN)
def test_own(sentence: str) -> None:
    assert only(sentence)[2]


@pytest.mark.parametrize(
    ("url", "role"),
    [
        ("https://github.com/acme/tool", "code"),
        ("https://huggingface.co/acme/m", "model"),
        ("https://huggingface.co/datasets/acme/d", "data"),
        ("https://huggingface.co/spaces/acme/s", "demo"),
        ("https://acme.github.io", "project page"),
        ("https://github.com/acme/Awesome-Tools", "survey list"),
        ("https://bit.ly/acme", "other"),
        ("https://zenodo.org/record/12", "other"),
    ],
)
def test_kind_stands_in_for_words(url: str, role: str) -> None:
    assert [link.roles for link in find_links(f"AcmeNet is publicly available at {url}.")] == [(role,)]


def test_each_address_has_its_own_words() -> None:
    text = f"Models: https://huggingface.co/acme/m; data: https://zenodo.org/record/12; code: {URL}."
    assert [link.roles for link in find_links(text)] == [("model",), ("data",), ("code",)]


def test_joined_addresses_share_words() -> None:
    text = f"(Code and models are at {URL} and {URL}2)"
    assert [link.roles for link in find_links(text)] == [("code", "model"), ("code", "model")]
