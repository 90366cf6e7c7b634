"""What the file says of itself is what the code says: comments, checks as views, licences."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from catalog.check_views import check_comments, check_views
from catalog.checks import CHECKS
from catalog.readers import format_names
from catalog.readers.catalogue_json import FORMAT as INTERCHANGE
from docs.explain import FROZEN, comments, frozen_comments, frozen_views
from tests.catalogues import FERN, damage, document, empty_catalogue, good_catalogue, load
from tests.conftest import rows

HINT = "run `python -m docs.explain`, or write a revision that replaces what the file says (see docs/explain.py)"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty catalogue; tests only read it."""
    return empty_catalogue(tmp_path_factory.mktemp("explained") / "catalog.db")


def test_the_comments_in_a_file_are_those_of_the_models_and_the_checks(made: Path) -> None:
    found = rows(made, "SELECT name, position, column_name, comment FROM schema_comments ORDER BY 1, 2")

    assert found == list(comments()), HINT
    assert (FROZEN / "schema_comments.json").read_text(encoding="utf-8") == frozen_comments(), HINT


def test_every_column_of_every_table_has_its_comment_at_its_place(made: Path) -> None:
    columns = rows(
        made,
        """
        SELECT listed.name, columns.cid + 1, columns.name
        FROM pragma_table_list AS listed, pragma_table_xinfo(listed.name) AS columns
        WHERE listed.schema = 'main' AND listed.type = 'table'
          AND listed.name NOT IN ('sqlite_schema', 'alembic_version')
        ORDER BY 1, 2
        """,
    )

    told = "SELECT name, position, column_name FROM schema_comments WHERE position > 0 ORDER BY 1, 2"
    assert len(columns) > 100
    # A column that a later revision added in place stands last in the file, and with its kin in the models.
    assert sorted((table, name) for table, _, name in columns) == sorted(
        (table, name) for table, _, name in rows(made, told)
    )


def test_the_views_in_a_file_are_the_checks(made: Path) -> None:
    found = dict(rows(made, "SELECT name, sql FROM sqlite_master WHERE type = 'view'"))

    assert found == check_views(), HINT
    assert (FROZEN / "check_views.sql").read_text(encoding="utf-8") == frozen_views(), HINT
    assert len(found) == len(CHECKS) + 1
    assert set(check_comments()) == set(found)


def test_every_format_that_the_catalogue_reads_has_its_licence_and_no_other(made: Path) -> None:
    told = {name for (name,) in rows(made, "SELECT format FROM source_licences")}

    # A document of the interchange format keeps the format of its source.
    assert told == set(format_names()) - {INTERCHANGE}


def test_a_load_into_a_release_makes_it_an_ordinary_file(database: Path) -> None:
    good_catalogue(database)
    damage(database, "INSERT INTO releases VALUES (1, '0.1.0')")
    load(database, document("dew.txt", FERN))
    assert rows(database, "SELECT count(*) FROM releases") == [(0,)]


def test_a_load_that_changes_nothing_leaves_a_release_one_and_another_name_does_not(database: Path) -> None:
    first = document("moss.txt", FERN)
    load(database, first)
    damage(database, "INSERT INTO releases VALUES (1, '0.1.0')")
    load(database, first)
    assert rows(database, "SELECT count(*) FROM releases") == [(1,)]

    load(database, replace(first, origin=replace(first.origin, name="dew.txt")))
    assert rows(database, "SELECT name FROM source_documents") == [("dew.txt",)]
    assert rows(database, "SELECT count(*) FROM releases") == [(0,)]
