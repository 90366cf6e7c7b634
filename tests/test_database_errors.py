"""What SQLite says of a file becomes one sentence and an exit code: its own errors, by real causes where one can."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from catalog.database import file_revision, translated_errors
from catalog.errors import CatalogError, ExitCode
from tests.catalogues import good_catalogue, plain


def write_to_what_is_read_only(path: Path) -> None:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        connection.execute("UPDATE papers SET title = 'Moss'")


def open_in_no_folder(path: Path) -> None:
    sqlite3.connect(path / "moss.db")


def fill_the_last_page(path: Path) -> None:
    with plain(path) as connection:
        connection.execute("PRAGMA max_page_count = 1")
        connection.execute("CREATE TABLE moss (text)")
        connection.execute("INSERT INTO moss VALUES (zeroblob(1000000))")


def ask_the_search_index_nonsense(path: Path) -> None:
    with plain(path) as connection:
        connection.execute("SELECT 1 FROM papers_fts WHERE papers_fts MATCH 'moss AND ('").fetchall()


def failing(name: str) -> Callable[[Path], None]:
    """An error of the disk, which tests/test_faults.py makes in earnest."""

    def fail(_: Path) -> None:
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorname = name
        raise error

    return fail


def read_a_page_that_was_cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])
    failing("SQLITE_IOERR")(path)  # what SQLite 3.53 says of it, and 3.40 does not


def read_a_schema_that_is_no_text(_: Path) -> None:
    b"\xff".decode()


@pytest.mark.parametrize(
    ("cause", "says", "code"),
    [
        (write_to_what_is_read_only, "cannot be written to; check the permissions", ExitCode.CANNOT_CREATE),
        (open_in_no_folder, "cannot be opened; check that its folder exists", ExitCode.CANNOT_CREATE),
        (fill_the_last_page, "because the disk is full; nothing was stored", ExitCode.IO),
        (ask_the_search_index_nonsense, "has a damaged search index (fts5: syntax error", ExitCode.BAD_DATA),
        (failing("SQLITE_IOERR_WRITE"), "could not be read or written (disk I/O error); nothing was st", ExitCode.IO),
        (failing("SQLITE_IOERR_DIR_FSYNC"), "was changed, but the disk did not confirm it", ExitCode.IO),
        (failing("SQLITE_IOERR"), "could not be read or written (disk I/O error); nothing was stored", ExitCode.IO),
        (read_a_page_that_was_cut, "is damaged, it has ", ExitCode.BAD_DATA),
        (read_a_schema_that_is_no_text, "is damaged (its schema cannot be read)", ExitCode.BAD_DATA),
    ],
)
def test_an_error_of_the_file_is_one_sentence(
    database: Path, cause: Callable[[Path], None], says: str, code: ExitCode
) -> None:
    good_catalogue(database)

    with pytest.raises(CatalogError) as caught, translated_errors(database, "nothing was stored"):
        cause(database)

    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == code


def test_an_error_that_is_not_of_the_file_stays_what_it_is(database: Path) -> None:
    good_catalogue(database)

    with pytest.raises(sqlite3.OperationalError, match="no such table: moss"), translated_errors(database):
        sqlite3.connect(database).execute("SELECT 1 FROM moss")


def test_an_error_of_a_file_that_cannot_be_compared_stays_what_it_is(tmp_path: Path) -> None:
    gone = tmp_path / "gone.db"

    with pytest.raises(sqlite3.OperationalError, match="no such table: moss"), translated_errors(gone):
        sqlite3.connect(":memory:").execute("SELECT 1 FROM moss")


def test_a_revision_that_nothing_can_read_is_one_sentence(database: Path) -> None:
    good_catalogue(database)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("PRAGMA writable_schema = ON")
        sql = "CREATE VIRTUAL TABLE alembic_version USING moss(version_num)"
        connection.execute("DELETE FROM sqlite_master WHERE name = 'sqlite_autoindex_alembic_version_1'")
        connection.execute("UPDATE sqlite_master SET rootpage = 0, sql = ? WHERE name = 'alembic_version'", (sql,))

    with pytest.raises(
        CatalogError, match=r"cannot be read as a catalogue \(no such module: moss\); restore it"
    ) as caught:
        file_revision(database)

    assert caught.value.exit_code == ExitCode.BAD_DATA
