"""The published site through Datasette's own client: what metadata.yml says, pages, search, files."""

from __future__ import annotations

import html
import re
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import yaml
from datasette.app import Datasette

import catalog.site
from catalog.documents import find_documents
from catalog.errors import CatalogError
from catalog.load import load_documents, load_terms
from catalog.models import metadata as models
from catalog.resources import resource
from catalog.serve import DATABASE_NAME, site
from catalog.site.descriptions import described
from tests.site_example import FILLER, Get, getter, paper_id


@pytest.fixture(scope="module")
def settings() -> dict[str, Any]:
    """What metadata.yml says of the one database."""
    content = yaml.safe_load(resource("metadata.yml").read_text(encoding="utf-8"))
    assert list(content["databases"]) == [DATABASE_NAME]
    return dict(content["databases"][DATABASE_NAME])


@pytest.fixture(scope="module")
def schema(catalogue: Path) -> dict[str, dict[str, set[str]]]:
    """The columns of each table of the file, and those that lead an index or the primary key."""
    connection = sqlite3.connect(catalogue)
    tables: dict[str, dict[str, set[str]]] = {}
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        columns = connection.execute("SELECT name, pk FROM pragma_table_info(?)", (name,)).fetchall()
        indexed = {column for column, place in columns if place == 1}
        for (index,) in connection.execute("SELECT name FROM pragma_index_list(?)", (name,)).fetchall():
            first = connection.execute("SELECT name FROM pragma_index_info(?) WHERE seqno = 0", (index,)).fetchone()
            indexed.add(first[0])
        tables[name] = {"columns": {column for column, _ in columns}, "indexed": indexed}
    connection.close()
    return tables


# metadata.yml


def test_descriptions_are_those_of_the_models() -> None:
    content = resource("metadata.yml").read_text(encoding="utf-8")
    assert described(content) == content, "metadata.yml is out of date; run `make docs`"


def test_a_table_without_description_is_noticed() -> None:
    content = resource("metadata.yml").read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="rejects"):
        described(content.replace("# from catalog/models: rejects", "# gone"))


def test_generated_parts_replace_what_stood_there_and_nothing_else() -> None:
    content = resource("metadata.yml").read_text(encoding="utf-8")
    spoilt = content.replace('digest_id: "The digest"', 'digest_id: "Something else"')
    assert spoilt != content
    assert described(spoilt) == content


def test_every_table_is_described_or_hidden(settings: dict[str, Any], schema: dict[str, Any]) -> None:
    tables = settings["tables"]
    assert set(models.tables) <= set(tables)
    assert all(table in schema for table in tables)
    for name, table in tables.items():
        if not table.get("hidden"):
            assert table["title"]
            assert set(table["columns"]) == schema[name]["columns"]


TABLE_KEYS = {
    "title",
    "description",
    "columns",
    "label_column",
    "sort",
    "sort_desc",
    "size",
    "facets",
    "facet_size",
    "hidden",
    "plugins",
}


def test_every_key_is_one_that_datasette_knows(settings: dict[str, Any]) -> None:
    assert set(settings) == {"title", "description", "queries", "tables"}
    for table in settings["tables"].values():
        assert set(table) <= TABLE_KEYS
        assert set(table.get("plugins", {})) <= {"catalog-site"}
        assert set(table.get("plugins", {}).get("catalog-site", {})) <= {"hidden_columns"}
    for query in settings["queries"].values():
        assert set(query) == {"title", "description", "hide_sql", "sql"}


def test_every_column_named_exists_and_sorts_and_facets_are_indexed(
    settings: dict[str, Any], schema: dict[str, Any]
) -> None:
    for name, table in settings["tables"].items():
        ordered = [table[key] for key in ("sort", "sort_desc") if key in table]
        assert {*ordered, *table.get("facets", [])} <= schema[name]["indexed"], name
        named = {table.get("label_column", "rowid"), *table.get("plugins", {}).get("catalog-site", {}).get(
            "hidden_columns", []
        )}  # fmt: skip
        assert named <= schema[name]["columns"] | {"rowid"}, name


def test_every_query_gives_rows_of_this_catalogue(get: Get, settings: dict[str, Any]) -> None:
    for name in settings["queries"]:
        answer = get(f"/catalog/{name}.json?_shape=array")
        assert answer.status_code == 200, answer.text
        assert answer.json(), name
        assert get(f"/catalog/{name}").status_code == 200


def test_queries_lead_to_the_pages_of_papers_and_digests(get: Get) -> None:
    page = get("/catalog/newest_digest").text
    assert f'<a href="/catalog/papers/{paper_id(get, "Paper Boats")}">Paper Boats' in page
    assert re.search(r'<a href="/catalog/digests/\d+">first</a>', page)


# Pages


def test_home_has_one_sentence_a_search_box_and_ways_in(get: Get) -> None:
    page = get("/").text
    assert "Research papers from the digests that announce them" in page
    assert 'action="/catalog/papers"' in page
    assert 'name="_search"' in page
    assert 'href="/static/catalog.css"' in page
    assert get("/static/catalog.css").status_code == 200


def test_every_table_page_and_its_first_row_open(get: Get, settings: dict[str, Any]) -> None:
    for name in settings["tables"]:
        page = get(f"/catalog/{name}")
        assert page.status_code == 200
        row = re.search(rf'href="(/catalog/{name}/[^"?]+)"', page.text)
        if row:
            assert get(row[1]).status_code == 200, row[1]
        else:
            assert name in ("alembic_version", "rejects", "paper_variants")


def test_internal_tables_are_hidden(get: Get) -> None:
    listing = get("/catalog.json").json()["tables"]
    hidden = {table["name"] for table in listing if table["hidden"]}
    assert hidden == {
        "alembic_version",
        *(table["name"] for table in listing if table["name"].startswith("papers_fts")),
    }
    assert len(hidden) > 4
    page = get("/catalog").text
    assert "papers_fts" not in page
    assert "alembic_version" not in page


def test_tables_stand_in_the_order_of_metadata(get: Get, settings: dict[str, Any]) -> None:
    page = get("/catalog").text
    links = re.findall(r'<a href="/catalog/(\w+)">', page)
    visible = [name for name, table in settings["tables"].items() if not table.get("hidden")]
    assert [link for link in links if link in visible] == visible


def test_papers_table_shows_what_a_reader_wants_and_no_internal_column(get: Get) -> None:
    page = get("/catalog/papers").text
    assert f'<a href="/catalog/papers/{paper_id(get, "Paper Boats")}">Paper Boats in Bath Tubs' in page
    headings = re.findall(r'<th[^>]* data-column="(\w+)"', page)
    assert headings == ["title", "abstract", "has_repository", "publication_date", "author_count", "digest_count"]
    assert (
        'href="https://github.com/Tub-Lab/Paper-Boats" rel="nofollow noopener noreferrer">Tub-Lab/Paper-Boats' in page
    )
    assert re.search(r">spoon/drawer</a> <small>\(promised\)", page)
    abstracts = re.findall(r'<td class="col-abstract">([^<]*)</td>', page)
    assert len(abstracts) == 4
    assert all(len(html.unescape(abstract)) <= 281 for abstract in abstracts)
    facets = re.findall(r'class="facet-info" id="facet-(\w+)"', page)
    assert facets == ["has_repository", "digest_count", "publication_year"]


def test_a_catalogue_of_facts_shows_no_empty_column(tmp_path: Path) -> None:
    database = tmp_path / "catalog.db"
    accounts = list(load_documents(find_documents([resource("seeds")]), database, load_terms(), on_error=pytest.fail))
    assert len(accounts) == 5
    datasette = site(database)

    page = getter(datasette)("/catalog/papers").text

    headings = re.findall(r'<th[^>]* data-column="(\w+)"', page)
    assert headings == ["title", "has_repository", "publication_date", "author_count", "digest_count"]
    assert page.count('<td class="col-title">') == 25
    assert "col-abstract" not in page
    datasette.get_database(DATABASE_NAME).close()


def test_whoever_asks_for_a_column_gets_it(get: Get) -> None:
    assert re.findall(r'data-column="(\w+)"', get("/catalog/papers?_col=title_key&_nofacet=1").text) == [
        "id",
        "title_key",
    ]
    assert 'data-column="title_key"' not in get("/catalog/papers?_nocol=abstract").text


def test_newest_publication_comes_first_and_unknown_last(get: Get) -> None:
    dates = re.findall(r'col-publication_date" data-label="published">([^<]*)<', get("/catalog/papers").text)
    assert dates == ["2025-12-02", "2024-01-05", "2022-04-07", ""]


def test_a_paper_says_where_it_was_seen_and_who_says_what(get: Get) -> None:
    page = get(f"/catalog/papers/{paper_id(get, 'Paper Boats')}").text
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert "Ada Tub , Bo &lt;b&gt;Plug&lt;/b&gt; , Cy Foam &middot; published 2022-04-07" in text
    assert "arXiv:2204.03333 &middot; DOI 10.1000/boats.1 &middot; cs.RO , cs.LG" in text
    assert re.search(r"Said by the listing field arxiv:comment in feed\.xml , line \d+\.", text)
    assert re.search(r"Described in feed\.xml , line \d+, version 2 at arXiv of 2022-05-01", text)
    assert html.escape(FILLER.strip(), quote=False) in text
    assert re.search(r"Repository, as code\. Said by its abstract in first\.txt , line \d+\.", text)
    assert "first (2026-03-04), position 1 of 3" in re.sub(r" +([(,])", r" \1", text).replace(" ,", ",")
    assert re.search(r"second \(Mar 11, [^)]+\) ?, position 1 of 2", text)
    unknown = get(f"/catalog/papers/{paper_id(get, 'Umbrellas')}").text
    assert "publication date not printed" in unknown


def test_digests_show_their_day_or_the_years_it_could_be(get: Get) -> None:
    dates = re.findall(r'data-label="digest_date">([^<]*)<', get("/catalog/digests").text)
    assert len(dates) == 2
    assert dates[0] == "2026-03-04"
    assert re.fullmatch(r"Mar 11, \d{4}(, \d{4})* or \d{4}|Mar 11, \d{4} to \d{4}", dates[1])


# Search


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("umbrellas", 1),
        ("spoon kitchens", 1),
        ('"spoons between"', 1),
        ('"between spoons"', 0),
        ("boats", 4),
        ("zebra", 0),
        ("", 4),
        ("   ", 4),
    ],
)
def test_search_finds(get: Get, words: str, count: int) -> None:
    page = get("/catalog/papers", params={"_search": words})
    assert page.status_code == 200
    assert page.text.count('<td class="col-title">') == count


ODD = [
    '"',
    '""',
    "*",
    "(",
    "AND",
    "NOT x",
    "a OR",
    "title:",
    "-",
    "^x",
    "{",
    "a\x00b",
    "'; drop table papers; --",
    "\ufffe",
    "🛁",
]


@pytest.mark.parametrize("words", [*ODD, " ".join(ODD), '"' * 501])
def test_odd_search_syntax_is_never_an_error(get: Get, words: str) -> None:
    assert get("/catalog/papers", params={"_search": words}).status_code == 200
    assert get("/catalog/papers", params={"_search_title": words}).status_code == 200


def test_the_form_as_a_browser_sends_it_works(get: Get) -> None:
    filtering = "_search=&_filter_column=has_repository&_filter_op=exact&_filter_value=1"
    page = get(f"/catalog/papers?{filtering}&_sort=publication_date&_sort_by_desc=on", follow_redirects=True)
    assert page.status_code == 200
    assert page.text.count('<td class="col-title">') == 2


@pytest.mark.parametrize(
    "query",
    [
        "_searchmode=raw&_search=*",
        "_search_nope=x",
        "_sort=nope",
        "_facet=nope",
        "_size=-1",
        "_where=zeroblob(9)",
        "_where=1+in+(select+seq+from+pragma_database_list)",
        "_where=(",
    ],
)
def test_what_a_visitor_got_wrong_is_his_error(get: Get, query: str) -> None:
    assert get(f"/catalog/papers?{query}").status_code == 400


def test_a_parameter_that_means_nothing_is_ignored(get: Get) -> None:
    assert get("/catalog/papers?_searching=1").status_code == 200


# Files


def test_a_file_of_any_name_is_the_catalogue(catalogue: Path, get: Get) -> None:
    assert catalogue.name == "my-papers.db"
    assert get("/catalog/papers").status_code == 200
    assert list(get("/.json").json()) == [DATABASE_NAME]


def test_a_plain_datasette_shows_the_same_site(tmp_path: Path, catalogue: Path, get: Get) -> None:
    folder = tmp_path / "site"
    shutil.copytree(Path(catalog.site.__file__).parent, folder)
    shutil.copy(resource("metadata.yml"), folder)
    shutil.copy(catalogue, folder / "catalog.db")
    plain = Datasette(config_dir=folder)
    assert plain.setting("default_page_size") == 25
    for path in ("/catalog/papers", "/catalog/papers/1"):
        assert _without_times(getter(plain)(path).text) == _without_times(get(path).text)


def _without_times(page: str) -> str:
    return re.sub(r"Queries took [\d.]+ms", "", page)


def test_a_file_that_is_no_catalogue_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="does not exist"):
        site(tmp_path / "none.db")
    other = tmp_path / "other.db"
    sqlite3.connect(other).executescript("create table x (y)")
    with pytest.raises(CatalogError, match="another application"):
        site(other)


def test_a_file_in_wal_mode_is_refused(tmp_path: Path, catalogue: Path) -> None:
    path = tmp_path / "wal.db"
    shutil.copy(catalogue, path)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    with pytest.raises(CatalogError, match="WAL mode"):
        site(path)
