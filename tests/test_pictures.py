"""The pictures in the README: all there, small, and taken by the program that says so."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest

from docs.pictures import FOLDER, MOST_BYTES, PAGES, SIZE, take_pictures
from tests.browser import needs_browser
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
NAMED = dict(re.findall(r"!\[([^\]]*)\]\(docs/pictures/([^)]+)\)", README))


def _assert_is_a_small_picture(path: Path) -> None:
    content = path.read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", content[16:24]) == (SIZE["width"], SIZE["height"])
    assert len(content) < MOST_BYTES


def test_the_readme_shows_every_picture_and_says_what_each_is() -> None:
    assert sorted(NAMED.values()) == sorted(PAGES)
    assert all(len(words) > 10 for words in NAMED)


@pytest.mark.parametrize("name", PAGES)
def test_a_picture_is_there_and_small(name: str) -> None:
    _assert_is_a_small_picture(FOLDER / name)


@pytest.mark.slow
@needs_browser
def test_the_program_takes_them(tmp_path: Path) -> None:
    taken = take_pictures(tmp_path / "new")
    assert [path.name for path in taken] == list(PAGES)
    for path in taken:
        _assert_is_a_small_picture(path)
