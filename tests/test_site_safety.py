"""The published site against strangers: it is only read, within limits, and what they wrote stays text."""

from __future__ import annotations

import asyncio
import html
import os
import re
import shutil
import sqlite3
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml
from datasette.app import Datasette

from catalog.resources import resource
from catalog.serve import DATABASE_NAME, site
from tests.question_example import site_plugin
from tests.site_example import Get, getter, paper_id

# Read only, within limits


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_other_methods_than_reading_are_refused(get: Get, method: str) -> None:
    for path in ("/catalog/papers", "/catalog", "/catalog/papers_with_code", "/-/messages"):
        assert get(path, method=method).status_code == 405


WRITES = [
    "insert into papers (title, title_key) values ('x', 'x')",
    "with x as (select 1) delete from papers",
    "attach 'other.db' as other",
    "select load_extension('x')",
    "pragma writable_schema = 1",
    "select * from pragma_journal_mode('wal')",
    "update sqlite_master set sql = ''",
    "explain delete from papers",
    "create temp table x (y)",
]


@pytest.mark.parametrize("sql", WRITES)
def test_writing_is_refused(get: Get, catalogue: Path, sql: str) -> None:
    before = catalogue.read_bytes()
    assert get("/catalog.json", params={"sql": sql}).status_code == 400
    assert catalogue.read_bytes() == before


@pytest.mark.parametrize("sql", [*WRITES[:3], "create table x (y)", "pragma query_only = 0", WRITES[6]])
def test_the_connection_itself_refuses_writing(published: Datasette, sql: str) -> None:
    # Datasette looks at the first word of a statement; this is what stands behind it.
    with pytest.raises(sqlite3.DatabaseError, match=r"authorized|authorization|may not be modified"):
        asyncio.run(published.get_database(DATABASE_NAME).execute(sql))


REFUSED = [
    "select zeroblob(100)",
    "select hex(randomblob(100))",
    "select printf('%.100c', 'x')",
    "select format('%100d', 1)",
    "select fts3_tokenizer('x')",
    "select json_patch('{}', '{}')",
    "select sqlite_log(1, 'x')",
    "select " + ", ".join(["title"] * 65) + " from papers",
    "select " + " + ".join(["1"] * 300),
    "select " + " || ".join(["instr(title, 'x')"] * 17) + " from papers",
    "select " + " || ".join(["upper(title)"] * 151) + " from papers",
    "select count(*) from papers where title like '" + "%x" * 101 + "'",
    "select '" + "x" * 17_000 + "'",
    "with d(n, s) as (select 0, 'x' union all select n + 1, s || s from d where n < 17) select length(s) from d",
]


@pytest.mark.parametrize("sql", REFUSED, ids=range(len(REFUSED)))
def test_what_no_page_needs_is_refused_at_once(get: Get, sql: str) -> None:
    answer = get("/catalog.json", params={"sql": sql})
    assert answer.status_code == 400
    assert "took too long" not in answer.text.lower()
    assert len(answer.json()["error"]) > 10


@pytest.mark.parametrize(
    "sql",
    [
        "select " + " || ".join(["instr(title, 'x')"] * 16) + " from papers",
        "select " + " || ".join(["upper(title)"] * 150) + " from papers",
        "select count(*) from papers where title like '" + "%x" * 99 + "'",
    ],
)
def test_functions_are_counted_for_each_statement_alone(get: Get, sql: str) -> None:
    for _ in range(3):
        assert get("/catalog.json", params={"sql": sql}).status_code == 200


def test_sql_within_the_limits_works(get: Get) -> None:
    sql = "select count(*) as n, max(length(abstract)) as longest, json_group_array(id) as ids from papers"
    (row,) = get("/catalog.json", params={"sql": sql, "_shape": "array"}).json()
    assert row["n"] == 4
    assert row["longest"] > 300


def test_no_query_shows_where_the_file_is(get: Get, catalogue: Path) -> None:
    answer = get("/catalog.json", params={"sql": "select * from pragma_database_list"})
    assert answer.status_code == 400
    assert str(catalogue.parent) not in answer.text


def test_the_file_can_be_downloaded_as_it_is(get: Get, catalogue: Path) -> None:
    assert get("/catalog.db").content == catalogue.read_bytes()


# What strangers wrote


def test_hostile_text_is_escaped_everywhere(get: Get) -> None:
    settings = yaml.safe_load(resource("metadata.yml").read_text(encoding="utf-8"))["databases"][DATABASE_NAME]
    hostile = paper_id(get, "Folding")
    paths = [f"/catalog/{table}" for table in (*settings["tables"], *settings["queries"])]
    paths += [
        f"/catalog/papers/{hostile}",
        "/catalog/papers?_col=title",
        "/catalog/papers?_search=%3Cscript%3Ealert(5)",
    ]
    paths += ["/catalog?sql=select+*+from+papers", "/catalog/digest_entries/1,2", "/catalog/papers?_facet=title"]
    shown = 0
    for path in paths:
        page = get(path).text
        shown += "&lt;script&gt;alert(" in page
        assert "<script>alert(" not in page, path
        assert "<img src=x" not in page, path
        assert not re.search(r"""(href|src|action)=["']?\s*(javascript|data:text)""", page, re.IGNORECASE), path
        assert not re.search(
            "[\x00-\x08\x0e-\x1f\u202a-\u202e]", re.sub(r'(?s)<option.*?</option>|="[^"]*"', "", page)
        ), path
    assert shown >= 6


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", 'https://x.example/"><script>alert(6)</script>', "ht\x01tps://x"]
)
def test_a_hostile_address_in_the_file_is_never_a_link(tmp_path: Path, catalogue: Path, url: str) -> None:
    path = tmp_path / "catalog.db"
    shutil.copy(catalogue, path)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE links SET url = ? WHERE id = 1", (url,))
    connection.execute("UPDATE repositories SET url = ? WHERE id = 1", (url,))
    (paper,) = connection.execute("SELECT paper_id FROM paper_links WHERE link_id = 1").fetchone()
    connection.commit()
    connection.close()
    get = getter(site(path))
    for page in (
        "/catalog/links",
        "/catalog/repositories",
        "/catalog/papers",
        f"/catalog/papers/{paper}",
        "/catalog/links/1",
    ):
        text = get(page).text
        assert not re.search(r'<a [^>]*href="(javascript|data:|ht\x01)', text), page
        assert "<script>alert(6)" not in text, page
    assert (
        html.escape(url.replace("\x01", "\ufffd").removeprefix("https://")).replace("&quot;", "&#34;")
        in get("/catalog/links").text
    )


@pytest.mark.skipif(sys.platform != "linux", reason="threads have a priority of their own on Linux alone")
@pytest.mark.parametrize(("given", "kept"), [(0, 5), (12, 12)])
def test_a_thread_that_answers_gives_way_and_never_takes_more_than_it_was_given(given: int, kept: int) -> None:
    def priority() -> int:
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, max(given, os.getpriority(os.PRIO_PROCESS, thread)))
        site_plugin("deadline")._give_way()
        return os.getpriority(os.PRIO_PROCESS, thread)

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(priority).result() == max(kept, os.getpriority(os.PRIO_PROCESS, 0))
