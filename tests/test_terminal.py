"""No text of a stranger steers the terminal, whichever command prints it, and none is hidden."""

from __future__ import annotations

import json
import shutil
import unicodedata
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from catalog.cli import main
from catalog.terminal import plain
from tests.catalogues import damage

STEERING = "\x1b[31mRed\x1b[0m\u202eTeapots\u2066\x07\x9b2J\u200b\u2028end"
ESCAPED = r"\x1b[31mRed\x1b[0m\u202eTeapots\u2066\x07\x9b2J\u200b end"
ADDRESS = "https://github.com/invented-lab/teapots"


def entry(number: int, **paper: object) -> dict[str, object]:
    return {
        "paper": {
            "id": f"2613.{number:05}",
            "title": f"{STEERING} {number}",
            "summary": f"We {STEERING} teapots, see {ADDRESS}.",
            "authors": [{"name": f"Ada {STEERING}"}],
            "organization": {"name": STEERING, "fullname": STEERING},
            "githubRepo": ADDRESS,
            **paper,
        },
        "submittedBy": {"name": STEERING, "fullname": STEERING},
        "numComments": 2,
    }


def run(folder: Path, *arguments: str) -> str:
    """What a command prints, all of it; its lines end as lines do, and nothing else in it is a control."""
    result = CliRunner().invoke(main, list(arguments), catch_exceptions=False)
    steering = {char for char in result.output if unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp", "Cs")}
    assert steering <= {"\n"}, (arguments, steering)
    return result.output


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two catalogues of hostile texts, the second with one document more."""
    folder = tmp_path_factory.mktemp("steering")
    first, second = f"first {STEERING}.json", f"second {STEERING}.json"
    # A field that is no address is a reject, word for word.
    (folder / first).write_text(json.dumps([entry(1), entry(2, projectPage=STEERING)], ensure_ascii=False))
    (folder / second).write_text(json.dumps([entry(3), entry(1, title=f"Other {STEERING}")], ensure_ascii=False))
    for database, names in (("old.db", [first]), ("new.db", [first, second])):
        paths = [str(folder / name) for name in names]
        CliRunner().invoke(main, ["load", *paths, "-d", str(folder / database)], catch_exceptions=False)
    return folder


def test_load_escapes_names_in_its_table_and_in_its_errors(folder: Path, tmp_path: Path) -> None:
    bad = tmp_path / f"bad {STEERING}.json"
    bad.write_bytes(b"\x00")

    printed = run(folder, "load", str(bad), *map(str, sorted(folder.glob("*.json"))), "-d", str(tmp_path / "c.db"))

    assert printed.count(ESCAPED.replace(" end", r"\u2028end")) >= 3


@pytest.mark.parametrize(
    "words",
    [
        ("search", "teapots"),
        ("show", "2613.00001"),
        ("show", "--json", "2613.00001"),
        ("show", "digest", "1"),
        ("show", "invented-lab/teapots"),
        ("show", "teapots"),
        ("show", STEERING),
        ("check",),
    ],
)
def test_what_is_asked_of_a_file_is_printed_escaped(folder: Path, words: tuple[str, ...]) -> None:
    printed = run(folder, *words, "-d", str(folder / "new.db"))

    assert "Traceback" not in printed
    if words[0] == "search" or "2613.00001" in words:
        assert r"\u202e" in printed


@pytest.mark.parametrize("format_name", ["text", "markdown", "json"])
def test_diff_escapes_what_it_compares(folder: Path, format_name: str) -> None:
    printed = run(folder, "diff", str(folder / "old.db"), str(folder / "new.db"), "--format", format_name)

    assert "u202e" in printed


def test_merge_escapes_its_table_and_its_errors(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / f"other {STEERING}.db"
    other.write_bytes(b"no catalogue")
    database = str(shutil.copy(folder / "old.db", tmp_path / "catalog.db"))

    assert "first" in run(folder, "merge", str(folder / "new.db"), "-d", database)
    assert r"\u202e" in run(folder, "merge", str(other), "-d", database)


def test_check_escapes_the_rows_that_break_a_rule(folder: Path, tmp_path: Path) -> None:
    database = damage(Path(shutil.copy(folder / "old.db", tmp_path / "c.db")), "UPDATE papers SET digest_count = 7")

    assert r"\u202e" in run(folder, "check", "-d", str(database))


@pytest.mark.parametrize("command", ["check", "migrate", "export", "search", "show", "release"])
def test_the_name_of_a_file_is_escaped_in_errors(folder: Path, tmp_path: Path, command: str) -> None:
    database = tmp_path / f"no {STEERING}.db"
    database.write_bytes(b"no catalogue at all")
    words = {"search": ["x"], "show": ["x"], "release": [str(tmp_path / "x.db")]}.get(command, [])

    assert r"\u202e" in run(folder, command, *words, "-d", str(database))


@given(st.text())
def test_any_text_is_plain_on_one_line(text: str) -> None:
    shown = plain(text)

    assert shown.isprintable()
    assert plain(shown) == shown
    rest = iter(shown)
    assert all(char in rest for char in text if char.isprintable())


def test_what_is_hidden_is_seen_and_white_space_is_blank() -> None:
    assert plain(STEERING) == ESCAPED
    assert plain("two\r\nlines\tand\u00a0blanks\x0b") == "two  lines and blanks "
