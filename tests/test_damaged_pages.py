"""Pages of a file overwritten: the checks see it, or nothing that they could tell is another than before."""

from __future__ import annotations

import random
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.checks import check_catalog
from catalog.errors import CatalogError
from catalog.models import metadata
from tests.catalogues import damage, not_strict
from tests.checkouts import run
from tests.conftest import ROOT, rows
from tests.frozen_files import FROZEN
from tests.revisions import HEAD, at_revision, everything

SOUND = FROZEN / f"catalog-{HEAD}.db"
CONTENT = SOUND.read_bytes()
PAGE = 1024
PAGE_COUNT = len(CONTENT) // PAGE

pages = st.integers(1, PAGE_COUNT - 1)  # all but the first, which holds the header
seeds = st.integers(0, 2**32)
ONE_FILE = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)


def told(path: Path) -> str | None:
    """Return what the checks say of the file, None where they find nothing. Any other error is raised."""
    try:
        broken = [result for result in check_catalog(path, most=1) if result.broken]
    except CatalogError as error:
        sentence = str(error)
        # The page may be that of the revision alone.
        assert re.match(
            f"{re.escape(str(path))}: (is damaged [(]|has no schema revision|has schema revision)", sentence
        )
        advice = r"restore it from a backup|run `catalog check --repair-index|load into a new file|upgrade the software"
        assert re.search(advice, sentence)
        assert len(sentence.splitlines()) == 1
        assert len(sentence) < 600 + 2 * len(str(path))
        return sentence
    return str(broken) if broken else None


def overwritten(kind: str, page: int, seed: int) -> bytes:
    chance = random.Random(seed)
    other = chance.randrange(1, PAGE_COUNT) * PAGE
    content = {
        "random bytes": chance.randbytes(PAGE),
        "nought": bytes(PAGE),
        "another page": CONTENT[other : other + PAGE],
    }[kind]
    return CONTENT[: page * PAGE] + content + CONTENT[(page + 1) * PAGE :]


def assert_seen_or_same(path: Path, kind: str, page: int, seed: int) -> None:
    path.write_bytes(overwritten(kind, page, seed))
    if told(path) is None:
        assert everything(path) == everything(SOUND)


KINDS = st.sampled_from(["random bytes", "nought", "another page"])


@settings(ONE_FILE, max_examples=25)
@given(kind=KINDS, page=pages, seed=seeds)
def test_a_page_overwritten_is_seen_or_held_nothing(database: Path, kind: str, page: int, seed: int) -> None:
    assert_seen_or_same(database, kind, page, seed)


@pytest.mark.slow
@settings(ONE_FILE, max_examples=1000)
@given(kind=KINDS, page=pages, seed=seeds)
def test_a_page_overwritten_is_seen_or_held_nothing_at_length(database: Path, kind: str, page: int, seed: int) -> None:
    assert_seen_or_same(database, kind, page, seed)


def unseen_columns() -> set[str]:
    """The columns of which docs/damaged-files.md says that no check sees another value in them."""
    page = (ROOT / "docs" / "damaged-files.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(\w+)` \| (.+) \|$", page, re.MULTILINE)
    return {f"{table}.{column}" for table, columns in listed for column in re.findall(r"`(\w+)`", columns)}


def values(path: Path) -> dict[str, list[object]]:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        return {
            f"{table.name}.{name}": connection.execute(f'SELECT "{name}" FROM {table.name} NOT INDEXED').fetchall()
            for table in metadata.sorted_tables
            for name in table.c.keys()  # noqa: SIM118 - a column is no key
        }


SOUND_VALUES = values(SOUND)


def changed_columns(path: Path) -> set[str]:
    return {name for name, held in values(path).items() if held != SOUND_VALUES[name]}


def assert_seen_or_named(path: Path, page: int, seed: int) -> None:
    chance = random.Random(seed)
    length = chance.randrange(1, 4)
    place = page * PAGE + chance.randrange(PAGE - length)
    path.write_bytes(CONTENT[:place] + chance.randbytes(length) + CONTENT[place + length :])
    if told(path) is None:
        assert changed_columns(path) <= unseen_columns() | {"papers.title", "papers.abstract"}


@settings(ONE_FILE, max_examples=8)
@given(page=pages, seed=seeds)
def test_some_bytes_overwritten_are_seen_or_stand_where_the_documentation_says(
    database: Path, page: int, seed: int
) -> None:
    assert_seen_or_named(database, page, seed)


@pytest.mark.slow
@settings(ONE_FILE, max_examples=1000)
@given(page=pages, seed=seeds)
def test_some_bytes_overwritten_are_seen_or_stand_where_the_documentation_says_at_length(
    database: Path, page: int, seed: int
) -> None:
    assert_seen_or_named(database, page, seed)


def changed_value(path: Path, table: str, column: str, step: int) -> int:
    """Change one value of a column and nothing else, as an overwritten byte does; return in how many rows.

    A number becomes larger by `step`, a text another one in any case.
    """
    at_revision(path, "0001")
    path.write_bytes(CONTENT)
    key = ", ".join(each.name for each in metadata.tables[table].primary_key)
    is_text = str(metadata.tables[table].c[column].type) == "TEXT"
    value = f"""substr("{column}", 1, length("{column}") - 3) || 'q' || substr("{column}", -2)"""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("PRAGMA ignore_check_constraints = ON")
        count = connection.execute(
            f'UPDATE {table} SET "{column}" = {value if is_text else f"{column} + {step}"} WHERE ({key}) = '
            f'(SELECT {key} FROM {table} WHERE "{column}" IS NOT NULL ORDER BY {key} LIMIT 1)'
        ).rowcount
        for _, sql in triggers:
            connection.execute(sql)
    return count


def plain_columns(table: str) -> list[str]:
    """The columns of a table that stand in no index, where another value of one of them would be seen."""
    ask = "SELECT of.name FROM pragma_index_list(?) AS listed, pragma_index_info(listed.name) AS of"
    indexed = {name for (name,) in rows(SOUND, ask, table)} | {"id"}
    return [each.name for each in metadata.tables[table].columns if each.name not in indexed and each.computed is None]


@pytest.mark.slow
@pytest.mark.parametrize("table", sorted(set(metadata.tables) - {"releases"}))
def test_the_documentation_says_in_which_columns_another_value_is_not_seen(database: Path, table: str) -> None:
    unseen = {
        f"{table}.{column}"
        for column in plain_columns(table)
        # The last line of a piece of one line cannot be an earlier one, nor its first line a later one.
        if any(changed_value(database, table, column, step) == 1 and told(database) is None for step in (1, -1))
    }

    assert unseen == {name for name in unseen_columns() if name.startswith(f"{table}.") and has_value(name)}


def has_value(name: str) -> bool:
    table, column = name.split(".")
    return rows(SOUND, f'SELECT 1 FROM {table} WHERE "{column}" IS NOT NULL LIMIT 1') != []


# A release has a checksum beside it, which sees everything.


@pytest.mark.parametrize("length", [1, 100, 1023, 1024, 1025, 4095])
def test_a_file_cut_short_is_seen(database: Path, length: int) -> None:
    database.write_bytes(CONTENT[:-length])

    done = run("check", "-d", str(database))

    assert done.exit_code != 0
    assert done.stderr == (
        f"Error: {database}: is damaged, it has {len(CONTENT) - length:,} bytes where its header says "
        f"{len(CONTENT):,}; restore it from a backup, or load the documents into a new file.\n"
    )


def test_a_stamped_file_without_tables_is_seen(database: Path) -> None:
    database.write_bytes(CONTENT)
    views = [name for (name,) in rows(SOUND, "SELECT name FROM sqlite_master WHERE type = 'view'")]
    damage(
        database,
        *(f"DROP VIEW {name}" for name in views),
        "DROP TABLE papers_fts",
        *(f"DROP TABLE {name}" for name in metadata.tables),
    )

    done = run("check", "-d", str(database))

    assert done.exit_code != 0
    assert "('table', 'authors', 'is missing')" in done.stdout
    assert "restore it from a backup, or load the documents into a new file" in done.stderr


def test_a_word_in_a_column_of_numbers_is_seen_with_its_table(database: Path) -> None:
    """STRICT is a word in the schema: where that was taken out for a while, what is on the page decides."""
    database.write_bytes(CONTENT)
    not_strict(database, "loads", "UPDATE loads SET entry_count = 'many'")

    done = run("check", "-d", str(database))

    assert done.exit_code != 0
    assert f"{database}: is damaged (table loads: " in done.stderr
    assert "value in loads.entry_count); restore it from a backup" in done.stderr
