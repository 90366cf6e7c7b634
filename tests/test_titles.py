"""The key by which a title identifies a paper: the rule by example, and what must hold for every title."""

from __future__ import annotations

import string
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from catalog.documents import open_document
from catalog.readers import read_document
from catalog.titles import title_key
from tests.sampling import sample


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("Moss-Net: Counting Moss", "mossnetcountingmoss"),
        ("  MOSS NET — counting\tmoss. ", "mossnetcountingmoss"),
        ("Ｍｏｓｓ－Ｎｅｔ", "mossnet"),
        ("The ﬁnal ofﬁce", "thefinaloffice"),
        ("H²O ½", "h2o12"),
        (r"\textbf{Moss}Net", "mossnet"),
        (r"$\mathcal{M}$oss $\mathbf{N}et$", "mossnet"),
        (r"{\bf Moss} \emph{Net}", "mossnet"),
        (r"$\alpha$-Moss", "alphamoss"),
        (r"M\'elange na\"ive", "melangenaive"),
        (r"\textbook", "textbook"),
        (r"\leftarrow", "leftarrow"),
        ("＼textbf{Moss}", "moss"),
        ("Mélange Naïve Ångström", "melangenaiveangstrom"),
        ("Me\u0301lange", "melange"),
        ("STRASSE Straße", "strassestrasse"),
        ("İstanbul", "istanbul"),
        ("ΟΔΟΣ οδός", "οδοσοδοσ"),
        ("苔藓计数：图网络", "苔藓计数图网络"),
        ("Мох и ёлка", "мохиелка"),
        ("コケ ｺｹ", "コケコケ"),
        ("طحلب ٣", "طحلب٣"),
        ("???", "???"),
        (r"\textbf{???}", "{???}"),
        ("? ! ?", "?!?"),
        ("→ ∞", "→∞"),
        ("🌿", "🌿"),
        ("\u0301", "\u0301"),
        (r"\textbf", r"\textbf"),
    ],
)
def test_the_rule(title: str, key: str) -> None:
    assert title_key(title) == key


@pytest.mark.parametrize(
    ("one", "other"),
    [("Moss2", "Moss3"), ("CodeMoss", "CodeMoss+1"), ("???", "!!!"), ("Moss", "Mos"), (r"\alpha-Moss", r"\beta-Moss")],
)
def test_different_titles_keep_different_keys(one: str, other: str) -> None:
    assert title_key(one) != title_key(other)


@pytest.mark.parametrize("blank", ["", " ", "\t\r\n", "\u00a0\u3000\u2028"])
def test_a_title_of_white_space_is_refused(blank: str) -> None:
    with pytest.raises(ValueError, match="white space"):
        title_key(blank)


@given(st.text())
@example("¨")
@example("\u0345")
@example("\\left\\right")
@example("\x00")
def test_every_other_title_has_a_key(title: str) -> None:
    if title.strip():
        assert title_key(title).strip()
    else:
        with pytest.raises(ValueError, match="white space"):
            title_key(title)


@given(st.text())
@example("ŉ ǰ ᾳ ẛ̣ Ǆ ℀")
@example("한국어 제목")
@example(r"\\textbf{x}")
def test_a_key_is_its_own_key(title: str) -> None:
    if any(character.isalnum() for character in title):
        key = title_key(title)
        assert title_key(key) == key


# Backslashes begin commands, where case and blanks matter; they have their examples above.
words = st.text(string.ascii_letters + string.digits + "éÉñÑßΛλЖж苔藓", min_size=1)
noise = st.text(
    string.punctuation.replace("\\", "") + string.whitespace + "–—“”’…·：，。🌿\u0301\u200b\u00ad", max_size=5
)


@given(st.lists(st.tuples(words, noise, noise), min_size=1))
def test_case_spacing_punctuation_and_accents_do_not_matter(pieces: list[tuple[str, str, str]]) -> None:
    one = "".join(word + blank for word, blank, _ in pieces)
    other = "".join(blank + word.upper() for word, _, blank in pieces)

    assert title_key(one) == title_key(other)


@given(words, words)
def test_letters_and_digits_do_matter(one: str, other: str) -> None:
    assert (title_key(one) == title_key(other)) == (title_key(one + "x") == title_key(other + "x"))
    assert title_key(one) != title_key(one + "x")


@pytest.mark.parametrize(
    "unit",
    sample(["\\", "\\textbf", "\\mathbf{", "e\u0301", "ﷺ", " ", "苔", "\u0301\u0327", "\u0f73", "\u0301\uff9e"], 3),
)
def test_time_is_linear(unit: str) -> None:
    title = "x" + unit * (200_000 // len(unit))

    begun = time.process_time()
    title_key(title)

    assert time.process_time() - begun < 10, "200,000 characters take a second or two; in quadratic time a minute"


def test_many_marks_change_no_key() -> None:
    assert title_key("Me" + "\u0301\u0327" * 500 + "lange") == title_key("Melange")


def test_the_real_pages_print_341_titles(pages: list) -> None:
    titles = [
        entry.title
        for page in pages
        for digest in read_document(open_document(page)).digests
        for entry in digest.entries
    ]

    assert len(titles) == 421
    assert len({title_key(title) for title in titles}) == 341
