"""metadata.yml: nothing in it that Datasette would ignore or break on; and the checks themselves fail."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from datasette.app import Datasette

import catalog.site
from catalog.models import metadata as models
from catalog.questions import NAMES, questions
from catalog.resources import resource
from catalog.serve import DATABASE_NAME
from catalog.site.descriptions import described
from tests.metadata_problems import (
    TableShape,
    comment_problems,
    drift,
    problems,
    query_problems,
    shapes,
)
from tests.site_example import Get, getter

Change = Callable[[Any], Any]


@pytest.fixture(scope="module")
def content() -> str:
    return resource("metadata.yml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def settings(content: str) -> dict[str, Any]:
    return dict(yaml.safe_load(content))


@pytest.fixture(scope="module")
def tables(catalogue: Path) -> dict[str, TableShape]:
    return shapes(catalogue)


def test_nothing_in_it_is_ignored_or_breaks_a_page(settings: dict[str, Any], tables: dict[str, TableShape]) -> None:
    assert problems(settings, tables, DATABASE_NAME) == []


def test_it_says_what_the_models_and_the_questions_say(content: str) -> None:
    assert drift(content) == []


def test_every_question_is_there_in_order_and_no_other(settings: dict[str, Any]) -> None:
    queries = settings["databases"][DATABASE_NAME]["queries"]
    assert list(queries) == list(NAMES)
    for question in questions():
        written = queries[question.name]
        assert written["sql"] == question.sql
        assert (written["title"], written["description"]) == (question.title, question.description)
        assert tuple(written.get("params", ())) == question.parameters


def test_every_question_runs_within_the_limits(get: Get) -> None:
    assert query_problems(get, NAMES) == []


def test_every_column_says_what_null_one_and_zero_mean() -> None:
    columns = [
        (f"{table.name}.{column.name}", column.comment or "", bool(column.nullable))
        for table in models.tables.values()
        for column in table.columns
    ]
    assert len(columns) > 100
    assert comment_problems(columns) == []


# The checks fail where they must


def _papers(settings: Any) -> Any:
    return settings["databases"][DATABASE_NAME]["tables"]["papers"]


def _database(settings: Any) -> Any:
    return settings["databases"][DATABASE_NAME]


def _parameters(settings: Any) -> Any:
    return _database(settings)["plugins"]["catalog-site"]["parameters"]


def _rename(node: Any, old: str, new: str) -> None:
    node[new] = node.pop(old)


DAMAGES: list[tuple[str, Change, str]] = [
    ("site key", lambda all_: _rename(all_, "license", "licence"), "the site: licence is no key of the site"),
    (
        "database name",
        lambda all_: _rename(all_["databases"], "catalog", "catalogue"),
        "databases: must be catalog alone",
    ),
    (
        "database key",
        lambda all_: _rename(_database(all_), "tables", "table"),
        "catalog: table is no key of a database",
    ),
    ("table key", lambda all_: _rename(_papers(all_), "facets", "facet"), "papers: facet is no key of a table"),
    ("a key of 1.0", lambda all_: _papers(all_).update(column_types={}), "papers: column_types is no key of a table"),
    (
        "query key",
        lambda all_: _rename(_database(all_)["queries"]["coverage"], "hide_sql", "hidesql"),
        "coverage: hidesql is no key of a query",
    ),
    (
        "writable query",
        lambda all_: _database(all_)["queries"]["coverage"].update(write=True),
        "coverage: write is no key of a query",
    ),
    (
        "plugin",
        lambda all_: _rename(_papers(all_)["plugins"], "catalog-site", "catalog_site"),
        "papers: catalog_site is no plugin with settings for a table",
    ),
    (
        "plugin setting",
        lambda all_: _rename(_papers(all_)["plugins"]["catalog-site"], "hidden_columns", "hide_columns"),
        "papers: hide_columns is no setting of catalog-site for a table",
    ),
    (
        "unsafe feeds",
        lambda all_: all_.update(plugins={"datasette-atom": {"allow_unsafe_html_in_canned_queries": True}}),
        "the site: allow_unsafe_html_in_canned_queries is no setting of datasette-atom for the site",
    ),
    ("table", lambda all_: _rename(_database(all_)["tables"], "papers", "paper"), "paper: no such table"),
    (
        "table left out",
        lambda all_: _database(all_)["tables"].pop("rejects"),
        "rejects: is neither described nor hidden",
    ),
    ("facet", lambda all_: _papers(all_)["facets"].append("year"), "papers: facet column year does not exist"),
    (
        "slow facet",
        lambda all_: _papers(all_)["facets"].append("abstract"),
        "papers: facet column abstract leads no index",
    ),
    (
        "facet by part of an index",
        lambda all_: _database(all_)["tables"]["digest_entries"]["facets"].append("title_variant_id"),
        "digest_entries: facet column title_variant_id leads no index",
    ),
    ("sort", lambda all_: _papers(all_).update(sort_desc="date"), "papers: sort column date does not exist"),
    (
        "slow sort",
        lambda all_: _papers(all_).update(sort="author_count"),
        "papers: sort column author_count leads no index",
    ),
    ("label", lambda all_: _papers(all_).update(label_column="name"), "papers: label column name does not exist"),
    (
        "hidden column",
        lambda all_: _papers(all_)["plugins"]["catalog-site"]["hidden_columns"].append("key"),
        "papers: hidden column key does not exist",
    ),
    ("table title", lambda all_: _papers(all_).pop("title"), "papers: has no title"),
    ("column", lambda all_: _papers(all_)["columns"].pop("doi"), "papers: column doi is not described"),
    ("empty column", lambda all_: _papers(all_)["columns"].update(doi=""), "papers: column doi is not described"),
    (
        "column too many",
        lambda all_: _papers(all_)["columns"].update(isbn="x"),
        "papers: described column isbn does not exist",
    ),
    ("query title", lambda all_: _database(all_)["queries"]["coverage"].pop("title"), "coverage: has no title"),
    (
        "params",
        lambda all_: _database(all_)["queries"]["new_in_digest"].pop("params"),
        "new_in_digest: params and the SQL name different parameters",
    ),
    ("parameter", lambda all_: _parameters(all_).pop("digest"), "parameter digest: is not described"),
    (
        "parameter too many",
        lambda all_: _parameters(all_).update(author={"label": "Author", "hint": "a name"}),
        "parameter author: no question has it",
    ),
    ("hint", lambda all_: _parameters(all_)["year"].pop("hint"), "parameter year: has no hint"),
    (
        "parameter key",
        lambda all_: _rename(_parameters(all_)["code"], "choices", "choice"),
        "parameter code: choice is no key of a parameter",
    ),
]


@pytest.mark.parametrize(("change", "problem"), [each[1:] for each in DAMAGES], ids=[each[0] for each in DAMAGES])
def test_a_damage_is_noticed(
    settings: dict[str, Any], tables: dict[str, TableShape], change: Change, problem: str
) -> None:
    damaged = deepcopy(settings)
    change(damaged)
    assert problem in problems(damaged, tables, DATABASE_NAME)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('digest_id: "The digest"', 'digest_id: "Something else"'),
        ("order by digest_entries.position", "order by random()"),
        ('title: "Newest digest"', 'title: "Oldest digest"'),
    ],
)
def test_a_drift_is_noticed_and_mended(content: str, old: str, new: str) -> None:
    spoilt = content.replace(old, new)
    assert spoilt != content
    assert drift(spoilt)
    assert described(spoilt) == content


@pytest.mark.parametrize(
    ("marker", "reason"), [("# from catalog/models: rejects", "rejects"), ("# from catalog/questions", "questions")]
)
def test_a_generated_part_that_is_missing_is_noticed(content: str, marker: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        drift(content.replace(marker, "# gone"))


ENDLESS = "with recursive c(n) as (select 1 union all select n + 1 from c) select "


@pytest.mark.parametrize(
    ("sql", "problem"),
    [
        ("select pages from papers", "no such column"),
        (f"{ENDLESS}count(*) from c", "ended after"),
        (f"{ENDLESS}n from c limit 5000", "more rows than the site shows"),
        ("select printf('%s', title) from papers", "not authorized"),
    ],
)
def test_a_question_that_fails_or_runs_past_a_limit_is_noticed(
    tmp_path: Path, catalogue: Path, settings: dict[str, Any], sql: str, problem: str
) -> None:
    damaged = deepcopy(settings)
    damaged["databases"][DATABASE_NAME]["queries"] = {"coverage": {"sql": sql}}
    folder = tmp_path / "site"
    shutil.copytree(Path(catalog.site.__file__).parent, folder)
    shutil.copy(catalogue, folder / "catalog.db")
    (folder / "metadata.yml").write_text(yaml.safe_dump(damaged), encoding="utf-8")

    (found,) = query_problems(getter(Datasette(config_dir=folder)), ["coverage"])

    assert problem in found.lower()


@pytest.mark.parametrize(
    ("column", "problem"),
    [
        (("papers.doi", "DOI of the paper", True), "papers.doi: does not say what null means"),
        (("papers.is_good", "Whether it is good", False), "papers.is_good: does not say what 1 or 0 means"),
        (
            ("papers.read_date", "When it was read; null where unread", True),
            "papers.read_date: does not say that it is a day",
        ),
    ],
)
def test_a_comment_that_leaves_a_reader_guessing_is_noticed(column: tuple[str, str, bool], problem: str) -> None:
    assert comment_problems([column]) == [problem]
