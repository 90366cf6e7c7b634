"""Opening a file: what is no sound catalogue of this version, or cannot be used now, is refused untouched."""

from __future__ import annotations

import random
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from catalog import database as database_module
from catalog.cli import main
from catalog.database import CatalogError, file_revision, known_revisions, require_current
from tests.catalogues import damage, good_catalogue, ordinary_user, snapshot
from tests.conftest import rows

COMMANDS = {
    "load": ("load", "page.txt"),
    "migrate": ("migrate",),
    "check": ("check",),
    "search": ("search", "moss"),
    "export": ("export", "exported"),
}
PAGE = "Daily Papers\n\nMar 4\n\nMoss-Net: Counting Moss\n\nMoss grows slowly. We count it on stones with a camera.\n"
PAGE_SIZE = 4096


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with a page to load."""
    (tmp_path / "page.txt").write_text(PAGE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


EXIT_CODES = {
    "is damaged": 65,
    "cannot be read as a catalogue": 65,
    "does not exist": 66,
    "cannot be made": 73,
}
"""By what is said; whatever else is said of a file, it is the wrong one (78)."""


def assert_refused(folder: Path, command: str, reason: str, database: str = "catalog.db") -> None:
    """Assert that the command says one sentence on the file, exits with its code, and leaves the folder as it was."""
    before = snapshot(folder)

    result = run(*COMMANDS[command], "-d", database)

    assert result.exit_code == EXIT_CODES.get(reason, 78), result.output
    assert isinstance(result.exception, SystemExit)
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"Error: {database}: ")
    assert line.endswith(".")
    assert reason in line
    assert snapshot(folder) == before


# What is refused


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _text(path: Path) -> None:
    path.write_text("moss, lichen, fern\n" * 100, encoding="utf-8")


def _random(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(3 * PAGE_SIZE))


def _folder(path: Path) -> None:
    path.mkdir()
    (path / "note.txt").write_text("moss", encoding="utf-8")


def _plain_sqlite(path: Path) -> None:
    damage(
        path, "CREATE TABLE papers (id INTEGER PRIMARY KEY, title TEXT)", "INSERT INTO papers (title) VALUES ('Moss')"
    )


def _other_application(path: Path) -> None:
    damage(good_catalogue(path), "PRAGMA application_id = 42")


def _no_revision(path: Path) -> None:
    damage(path, "PRAGMA application_id = 0x50415043", "CREATE TABLE papers (id INTEGER PRIMARY KEY)")


def _revision_table_of_another(path: Path) -> None:
    damage(path, "PRAGMA application_id = 0x50415043", "CREATE TABLE alembic_version (moss TEXT)")


def _newer(path: Path) -> None:
    damage(good_catalogue(path), "UPDATE alembic_version SET version_num = '0099'")


def _two_revisions(path: Path) -> None:
    damage(good_catalogue(path), "INSERT INTO alembic_version VALUES ('0001')")


def _endless_revision(path: Path) -> None:
    endless = (
        "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS version_num FROM n WHERE x < 0"
    )
    damage(good_catalogue(path), "DROP TABLE alembic_version", f"CREATE VIEW alembic_version AS {endless}")


def _unknown_revision(path: Path) -> None:
    damage(good_catalogue(path), "UPDATE alembic_version SET version_num = 'ae1027a6acf'")


def _cut_by_less_than_a_page(path: Path) -> None:
    path.write_bytes(good_catalogue(path).read_bytes()[:-100])


def _cut_by_a_page(path: Path) -> None:
    path.write_bytes(good_catalogue(path).read_bytes()[:-PAGE_SIZE])


def _cut_by_half(path: Path) -> None:
    content = good_catalogue(path).read_bytes()
    path.write_bytes(content[: len(content) // 2])


def _cut_in_the_header(path: Path) -> None:
    path.write_bytes(good_catalogue(path).read_bytes()[:90])


def _longer(path: Path) -> None:
    path.write_bytes(good_catalogue(path).read_bytes() + b"moss")


def _garbage_in_the_middle(path: Path) -> None:
    (page,) = rows(good_catalogue(path), "SELECT rootpage FROM sqlite_master WHERE name = 'digest_entries'")[0]
    _overwrite(path, (page - 1) * PAGE_SIZE, random.Random(1).randbytes(PAGE_SIZE))


def _garbage_in_the_schema(path: Path) -> None:
    _overwrite(good_catalogue(path), 100, random.Random(1).randbytes(PAGE_SIZE - 100))


def _page_size_damaged(path: Path) -> None:
    _overwrite(good_catalogue(path), 16, b"\x11\x11")


def _schema_format_damaged(path: Path) -> None:
    _overwrite(good_catalogue(path), 44, b"\xff\xff\xff\xff")


def _overwrite(path: Path, offset: int, garbage: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(garbage)


REFUSED: dict[Callable[[Path], None], str] = {
    _empty: "is empty",
    _text: "is not an SQLite database",
    _random: "is not an SQLite database",
    _folder: "is not a file",
    _plain_sqlite: "belongs to another application",
    _other_application: "belongs to another application",
    _no_revision: "is no finished catalogue",
    _two_revisions: "is no finished catalogue",
    _endless_revision: "is no finished catalogue",
    _revision_table_of_another: "cannot be read as a catalogue",
    _newer: "has schema revision 0099, unknown to this version",
    _unknown_revision: "has schema revision ae1027a6acf, unknown to this version",
    _cut_by_less_than_a_page: "is damaged",
    _cut_by_a_page: "is damaged",
    _cut_by_half: "is damaged",
    _cut_in_the_header: "is damaged",
    _longer: "is damaged",
    _garbage_in_the_middle: "is damaged",
    _garbage_in_the_schema: "is damaged",
    _page_size_damaged: "is damaged",
    _schema_format_damaged: "cannot be read as a catalogue",
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("make", REFUSED, ids=lambda make: make.__name__.strip("_"))
def test_what_is_no_sound_catalogue_is_refused_untouched(
    folder: Path, command: str, make: Callable[[Path], None]
) -> None:
    make(folder / "catalog.db")

    assert_refused(folder, command, REFUSED[make])


def test_the_same_commands_take_a_sound_catalogue(folder: Path) -> None:
    good_catalogue(folder / "catalog.db")

    for command, arguments in COMMANDS.items():
        result = run(*arguments, "-d", "catalog.db")
        assert result.exit_code == 0, f"{command}: {result.output}"


@pytest.mark.parametrize("command", [command for command in COMMANDS if command != "load"])
def test_a_file_that_does_not_exist_is_refused_and_not_made(folder: Path, command: str) -> None:
    assert_refused(folder, command, "does not exist")


@pytest.mark.parametrize("database", ["missing/catalog.db", "page.txt/catalog.db"])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_path_in_a_folder_that_does_not_exist_is_refused(folder: Path, command: str, database: str) -> None:
    assert_refused(folder, command, "cannot be made" if command == "load" else "does not exist", database)


def test_damage_anywhere_is_one_sentence_or_not_seen_but_never_another_error(tmp_path: Path) -> None:
    path = good_catalogue(tmp_path / "catalog.db")
    sound = path.read_bytes()
    chance = random.Random(1)
    outcomes = []

    header = [(place, bytes([value])) for place in range(100) for value in (0, 255, sound[place] ^ 1)]
    pages = [(place, chance.randbytes(PAGE_SIZE)) for place in range(PAGE_SIZE, len(sound), PAGE_SIZE)]
    for place, garbage in header + pages:
        path.write_bytes(sound[:place] + garbage + sound[place + len(garbage) :])
        damaged = path.read_bytes()
        try:
            outcomes.append(file_revision(path))
        except CatalogError as error:
            outcomes.append(str(error).removesuffix(".").partition(": ")[2].split(" (")[0])
        assert path.read_bytes() == damaged
        assert [file.name for file in tmp_path.iterdir()] == ["catalog.db"]

    assert set(outcomes[300:]) <= {known_revisions()[-1], "is damaged"}
    assert outcomes[300:].count("is damaged") > 0.8 * len(pages)


def test_text_that_is_no_utf8_is_damage(folder: Path) -> None:
    path = good_catalogue(folder / "catalog.db")
    content = path.read_bytes()
    path.write_bytes(content.replace(b"Fern Folding", b"Fern \xff\xfe\xfd\xfcing"))

    result = run("search", "patience", "-d", "catalog.db")

    assert result.exit_code == 65
    assert "is damaged" in result.stderr


# Who may do what


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter; pytest's own are closed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        folder.chmod(0o755)


def test_a_file_that_may_not_be_read_is_refused(open_folder: Path) -> None:
    path = good_catalogue(open_folder / "catalog.db")
    path.chmod(0)

    with ordinary_user(), pytest.raises(CatalogError, match=r"cannot be read .*check its permissions"):
        require_current(path)


def test_a_file_that_may_not_be_written_can_be_read(open_folder: Path) -> None:
    path = good_catalogue(open_folder / "catalog.db")
    path.chmod(0o444)

    with ordinary_user():
        require_current(path)


def test_a_load_into_a_file_that_may_not_be_written_is_refused(open_folder: Path) -> None:
    path = good_catalogue(open_folder / "catalog.db")
    (open_folder / "page.txt").write_text(PAGE, encoding="utf-8")
    path.chmod(0o444)
    open_folder.chmod(0o555)
    before = snapshot(open_folder)

    with ordinary_user():
        result = run("load", str(open_folder / "page.txt"), "-d", str(path))

    assert result.exit_code == 73
    assert "catalog.db: cannot be written to; check the permissions" in result.stderr
    assert snapshot(open_folder) == before


def test_a_catalogue_in_a_folder_that_may_not_be_written_is_not_made(open_folder: Path) -> None:
    (open_folder / "page.txt").write_text(PAGE, encoding="utf-8")
    open_folder.chmod(0o555)

    with ordinary_user():
        result = run("load", str(open_folder / "page.txt"), "-d", str(open_folder / "catalog.db"))

    assert result.exit_code == 73
    assert (
        "catalog.db: cannot be made (Permission denied); check that its folder exists and may be written to"
        in result.stderr
    )
    assert list(snapshot(open_folder)) == ["page.txt"]


# Another process


@pytest.mark.parametrize("lock", ["EXCLUSIVE", "IMMEDIATE"])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_in_use_is_one_sentence_or_can_be_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch, command: str, lock: str
) -> None:
    monkeypatch.setattr(database_module, "BUSY_TIMEOUT_SECONDS", 0.05)
    path = good_catalogue(folder / "catalog.db")
    is_reader = command in ("migrate", "search", "export") and lock == "IMMEDIATE"

    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute(f"BEGIN {lock}")
        before = snapshot(folder)
        result = run(*COMMANDS[command], "-d", "catalog.db")

    assert result.exit_code == (0 if is_reader else 75)
    if not is_reader:
        assert result.stderr.startswith("Error: catalog.db: is in use by another process, waited 0.05 seconds;")
        assert snapshot(folder) == before
