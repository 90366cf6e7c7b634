"""What a person types becomes questions with names, and an answer a file, whole or not at all; without any host."""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.fetch import store as store_module
from catalog.fetch.questions import LONGEST_NAME, daily_questions, paper_questions, search_question
from catalog.fetch.store import store

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize("words", ["", "  ", "f" * 200, "é" * 40, "\udc80"])
def test_words_that_no_name_can_keep_are_refused(words: str) -> None:
    with pytest.raises(ValueError, match="; "):
        search_question(words, TODAY)


@given(st.text(max_size=60))
def test_a_name_gives_the_words_back_and_is_no_path(words: str) -> None:
    try:
        name = search_question(words, TODAY).name
    except ValueError:
        return
    assert name is not None
    assert "/" not in name
    assert len(name.encode()) <= LONGEST_NAME
    prefix, day, query = name.removesuffix(".json").split(" ")
    assert (prefix, day, unquote(query)) == ("search", "2026-11-21", words.strip())


@given(st.lists(st.text(max_size=30), max_size=3))
def test_any_text_is_a_question_or_a_reason(texts: list[str]) -> None:
    for parse in (lambda: daily_questions(texts, TODAY), lambda: paper_questions(texts)):
        try:
            questions = parse()
        except ValueError:
            continue
        for question in questions:
            assert question.name is None or "/" not in question.name


@given(st.dates(date(2023, 5, 4), TODAY), st.integers(0, 40))
def test_a_range_is_every_day_of_it(first: date, length: int) -> None:
    last = min(first + timedelta(days=length), TODAY)

    days = [question.day for question in daily_questions([f"{first}..{last}"], TODAY)]

    assert days == [first + timedelta(days=number) for number in range((last - first).days + 1)]


def test_nothing_is_ever_overwritten(tmp_path: Path) -> None:
    for content in (b"1", b"2", b"3", b"2"):
        store(tmp_path, "a.json", content)

    assert (tmp_path / "a.json").read_bytes() == b"1"
    assert (tmp_path / "2" / "a.json").read_bytes() == b"2"
    assert (tmp_path / "3" / "a.json").read_bytes() == b"3"
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 3


@pytest.mark.parametrize("name", ["fsync", "link"])
def test_a_file_that_cannot_be_finished_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def fail(*arguments: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(store_module.os, name, fail)
    with pytest.raises(KeyboardInterrupt):
        store(tmp_path, "a.json", b"[]")

    assert list(tmp_path.iterdir()) == []


def test_a_file_system_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: Any) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(store_module.os, "link", fail)

    assert store(tmp_path, "a.json", b"1") == (tmp_path / "a.json", True)
    assert store(tmp_path, "a.json", b"2") == (tmp_path / "2" / "a.json", True)
    assert (tmp_path / "a.json").read_bytes() == b"1"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["2", "a.json", "a.json"]


def test_a_file_that_appears_meanwhile_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = os.link

    def link_late(draft: Path, place: Path) -> None:
        if place.parent == tmp_path:
            place.write_bytes(b"somebody else's")
        link(draft, place)

    monkeypatch.setattr(store_module.os, "link", link_late)

    assert store(tmp_path, "a.json", b"[]") == (tmp_path / "2" / "a.json", True)
    assert (tmp_path / "a.json").read_bytes() == b"somebody else's"
