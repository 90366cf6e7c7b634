"""What every answer of the site is: in time, of a size, with its headers, and nothing that a spreadsheet runs."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import math
import re
import sqlite3
import time
import traceback
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from datasette.app import Datasette
from datasette.database import QueryInterrupted
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.serve import DATABASE_NAME, site
from catalog.site.plugins import answers, deadline, headers, requests, streams
from tests.site_example import Get, getter

# CSV that nothing runs

_FIRST = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
CELLS = st.one_of(
    st.text(max_size=20),
    st.builds("".join, st.tuples(st.sampled_from(["", "'", "''"]), st.sampled_from(_FIRST), st.text(max_size=20))),
    st.integers().map(str),
    st.floats(allow_nan=False).map(str),
)


def as_row(cells: list[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()


def is_number(cell: str) -> bool:
    try:
        return math.isfinite(float(cell)) or cell == "-inf"
    except ValueError:
        return False


@given(st.lists(CELLS.filter(lambda cell: "\0" not in cell), min_size=1, max_size=5))
def test_no_cell_of_csv_begins_a_formula_and_each_can_be_had_back(cells: list[str]) -> None:
    (read,) = csv.reader(io.StringIO(streams.defused(as_row(cells)), newline=""))
    assert len(read) == len(cells)
    for given_cell, cell in zip(cells, read, strict=True):
        assert cell in (given_cell, f"'{given_cell}")
        assert cell[:1] not in _FIRST or is_number(cell) or cell == ""
        if cell != given_cell:
            assert given_cell.lstrip("'")[0] in _FIRST


@pytest.mark.parametrize("number", ["-3", "+4", "-0.5", "-1e-07", "-.5", "12", "-inf"])
def test_a_number_stays_a_number(number: str) -> None:
    assert streams.defused(f"{number},{number}\r\n") == f"{number},{number}\r\n"


@pytest.mark.parametrize(
    "formula", ['=HYPERLINK("x")', "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1", "\r=1", "-", "\uff1d1"]
)
def test_a_formula_in_any_cell_of_csv_is_text(get: Get, formula: str) -> None:
    sql = "select :f as f, -3 as n, 'x' as x, :f as [=g]"
    for form in ("", "&_dl=on", "&_stream=on"):
        answer = get(f"/catalog.csv?sql={quote(sql)}&f={quote(formula)}{form}")
        heading, row = csv.reader(io.StringIO(answer.text, newline=""))
        assert heading == ["f", "n", "x", "'=g"]
        assert row == [f"'{formula}", "-3", "x", f"'{formula}"]
    assert get("/catalog.json", params={"sql": sql, "f": formula, "_shape": "array"}).json()[0]["f"] == formula


def test_a_whole_table_as_csv_has_every_row_once_and_in_the_order_of_its_keys(get: Get, published: Datasette) -> None:
    rows = list(csv.DictReader(io.StringIO(get("/catalog/papers.csv?_stream=on").text, newline="")))
    count = get("/catalog.json?sql=select+count(*)+from+papers&_shape=arrayfirst").json()[0]
    assert [int(row["id"]) for row in rows] == sorted({int(row["id"]) for row in rows})
    assert len(rows) == count
    assert published.table_metadata(DATABASE_NAME, "papers").get("sort_desc"), "pages keep their order"


# Sizes


@pytest.mark.parametrize("parameter", ["sql", "_where"])
def test_a_visitors_own_sql_may_make_less_than_a_page_shows(parameter: str) -> None:
    own = answers.allowance_of({"path": "/catalog/papers", "query_string": f"a=1&{parameter}=x".encode()})
    page = answers.allowance_of({"path": "/catalog/papers", "query_string": b"_search=sql"})
    assert own.value_bytes < page.value_bytes
    assert own.answer_bytes < page.answer_bytes


@given(st.text(max_size=200), st.integers(1, 50))
def test_what_a_row_takes_is_never_less_than_its_json(text: str, columns: int) -> None:
    budget = answers.Budget(answers.PAGE)
    with closing(sqlite3.connect(":memory:")) as connection:
        cursor = connection.execute(f"select {', '.join(['1'] * columns)}")
        budget.row(cursor, (text,) * columns)
    taken = answers.PAGE.answer_bytes - budget.bytes_left
    assert taken >= len(json.dumps([text] * columns).encode())
    assert budget.cells_left == answers.PAGE.cells - columns


LONG_TEXT = "A reject of many lines. \u00e9\u4e2d " * 15_000


@pytest.fixture
def long_texts(tmp_path: Path, catalogue: Path) -> Get:
    """The site of a catalogue that has a reject and an abstract of some hundred thousand characters."""
    path = tmp_path / "catalog.db"
    path.write_bytes(catalogue.read_bytes())
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "INSERT INTO rejects (source_document_id, line_start, line_end, text, reason) VALUES (1, 1, 9, ?, 'x')",
            (LONG_TEXT,),
        )
        connection.execute("UPDATE papers SET abstract = ? WHERE id = 1", (LONG_TEXT[:90_000],))
        connection.commit()
    return getter(site(path))


def test_no_text_of_a_catalogue_is_refused(long_texts: Get) -> None:
    assert 400_000 < len(LONG_TEXT) < answers.PAGE.value_bytes
    (reject,) = long_texts("/catalog/rejects.json?_shape=array&reason=x").json()
    assert reject["text"] == LONG_TEXT
    for path in ("/catalog/rejects", f"/catalog/rejects/{reject['id']}", "/catalog/papers", "/catalog/papers/1"):
        assert long_texts(path).status_code == 200, path
    (row,) = csv.DictReader(io.StringIO(long_texts("/catalog/rejects.csv?_stream=on&reason=x").text, newline=""))
    assert row["text"] == LONG_TEXT


def test_a_value_longer_than_allowed_is_refused_with_a_sentence(long_texts: Get) -> None:
    answer = long_texts("/catalog.json?sql=select+text+from+rejects")
    assert answer.status_code == 400
    assert answer.json()["error"] == "The query makes or reads a value of more than 100,000 bytes."


def test_text_that_is_not_utf_8_is_shown_and_no_fault(get: Get) -> None:
    (row,) = get("/catalog.json?sql=select+cast(x'61ff'+as+text)+as+a,+'b'+as+b&_shape=array").json()
    assert row == {"a": "a\ufffd", "b": "b"}


# Time


def test_a_statement_is_ended_where_datasette_does_not_look_at_the_clock() -> None:
    """One call of a function in each turn of a loop: a thousand steps, after which Datasette looks, take minutes."""
    watch = deadline.Watch()
    endless = "with recursive c(n) as (select 1 union all select n + 1 from c) select slow() from c"
    with closing(sqlite3.connect(":memory:", check_same_thread=False)) as connection:
        connection.create_function("slow", 0, lambda: time.sleep(0.05))
        connection.set_progress_handler(lambda: 0, 1000)
        begun = time.monotonic()
        with watch.until(connection, begun + 0.2), pytest.raises(sqlite3.OperationalError, match="interrupted"):
            connection.execute(endless).fetchall()
        # It would go on for ever; the bound is for slow machines.
        assert time.monotonic() - begun < 20
        assert connection.execute("select 1").fetchall() == [(1,)], "nothing of it stays"


def messages(app: Any, method: str = "GET", seconds: float = 0.1) -> list[dict[str, Any]]:
    """What the site sends where Datasette would be `app`."""
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": "/", "query_string": b"", "headers": []}
    asyncio.run(deadline._answer(app, scope, None, send, seconds))
    return sent


def test_an_answer_that_does_not_begin_in_time_is_503() -> None:
    async def never(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(3600)

    start, body = messages(never)
    assert start["status"] == 503
    assert dict(start["headers"])[b"Retry-After"].isdigit()
    assert body["body"].startswith(b"The site is busy")


def test_an_answer_that_has_begun_goes_on() -> None:
    async def stream(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(5):
            await asyncio.sleep(0.1)
            await send({"type": "http.response.body", "body": b"x", "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    start, *bodies = messages(stream)
    assert start["status"] == 200
    assert b"".join(body["body"] for body in bodies) == b"xxxxx"


def test_what_makes_the_body_of_an_answer_to_head_is_ended() -> None:
    rows = 0

    async def stream(scope: Any, receive: Any, send: Any) -> None:
        nonlocal rows
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while True:
            rows += 1
            await send({"type": "http.response.body", "body": b"x", "more_body": True})
            await asyncio.sleep(0)

    assert [message.get("body") for message in messages(stream, "HEAD")] == [None, b""]
    assert rows < 100


def test_an_error_lets_go_of_its_cursor_in_its_own_thread() -> None:
    """Or the thread that writes all answers waits, when it forgets the error, for the connection's next statement."""

    def fail(conn: sqlite3.Connection) -> None:
        cursor = conn.cursor()
        try:
            cursor.execute("select 1 union all select 2").fetchone()
            cursor.execute("select nothing")
        except sqlite3.OperationalError as error:
            raise QueryInterrupted(error, "", {}) from error

    with closing(sqlite3.connect(":memory:")) as connection, pytest.raises(QueryInterrupted) as caught:
        answers._run(fail, connection, answers.PAGE)
    error: BaseException | None = caught.value
    held = []
    while error is not None:
        held += [value for frame, _ in traceback.walk_tb(error.__traceback__) for value in frame.f_locals.values()]
        error = error.__context__
    assert not [value for value in held if isinstance(value, sqlite3.Cursor)]


# Requests and headers


@given(st.text(max_size=3000))
def test_any_words_are_a_query_of_bounded_length(words: str) -> None:
    assert len(requests.search_query(words)) <= 3 * requests.MAX_SEARCH_LENGTH + 2


@settings(deadline=None, max_examples=25)
@given(st.text(alphabet="_abcdefgilmnoprstuxyz=&%0123456789[]{}\"',.-~$+ \u00b2", max_size=80))
def test_no_query_string_is_a_fault_of_the_site(get: Get, query: str) -> None:
    for path in ("/catalog/papers.json", "/catalog.json"):
        # A machine that is busy with other tests may be late, which is no fault.
        assert get(f"{path}?{quote(query, safe='=&%+[]')}").status_code in {*range(500), 503}


@pytest.mark.parametrize("name", ["_timelimit", "_size", "_ttl", "_facet_size"])
@pytest.mark.parametrize("value", ["x", "-1", "\u00b2", "9" * 3000, "1e3", "0x10"])
def test_what_is_no_number_is_refused(get: Get, name: str, value: str) -> None:
    assert get("/catalog/papers", params={name: value}).status_code == 400


def test_facets_have_so_many_values_at_most(get: Get) -> None:
    for size in ("max", "201", "999999999"):
        found = requests._without_useless({"query_string": b""}, [("_facet_size", size), ("_facet", "x")])
        assert found["query_string"] == b"_facet_size=200&_facet=x"
    assert get("/catalog/papers.json?_facet=title&_facet_size=max").json()["facet_results"]["title"]["results"]


def test_crawlers_get_pages_and_no_queries(get: Get) -> None:
    answer = get("/robots.txt")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    rules = [line.partition(": ")[2] for line in answer.text.splitlines() if line.startswith("Disallow: ")]

    def is_barred(path: str) -> bool:
        return any(re.match(re.escape(rule).replace(r"\*", ".*").replace(r"\$", "$"), path) for rule in rules)

    for path in ("/", "/catalog/papers", "/catalog/papers/1", "/catalog/digests/2", "/static/catalog.css"):
        assert not is_barred(path), path
        assert "x-robots-tag" not in get(path).headers, path
    for path in (
        "/catalog/papers?_sort=id",
        "/catalog?sql=select+1",
        "/-/metadata",
        "/catalog/papers.json",
        "/catalog.db",
    ):
        assert is_barred(path), path
    assert "noindex" in get("/catalog/papers?_sort=id").headers["x-robots-tag"]


def test_the_page_says_that_only_its_own_scripts_run(get: Get) -> None:
    for path in ("/", "/catalog/papers/1", "/nothing", "/static/catalog.css", "/catalog.db", "/robots.txt"):
        assert get(path).headers["content-security-policy"] == headers.CONTENT_SECURITY_POLICY, path
    assert "unsafe" not in headers.CONTENT_SECURITY_POLICY
    assert "'none'" in headers.CONTENT_SECURITY_POLICY


class Tags(HTMLParser):
    """The tags of a page with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


PAGES = (
    "/",
    "/catalog",
    "/catalog/papers",
    "/catalog/papers/1",
    "/catalog/digests",
    "/nothing",
    "/catalog?sql=select+1",
)


@pytest.mark.parametrize("path", PAGES)
def test_no_page_has_a_script_or_a_style_in_its_text(get: Get, path: str) -> None:
    tags = Tags(get(path).text).found
    assert len(tags) > 10
    for tag, attributes in tags:
        assert tag != "style"
        assert tag != "script" or attributes.get("src") or attributes.get("type") == "application/ld+json"
        assert not [name for name in attributes if name == "style" or name.startswith("on")], (tag, attributes)


def test_cookies_and_names_of_users_are_not_read(get: Get) -> None:
    answer = get("/", headers={"Cookie": "ds_actor=x; ds_messages=y", "Authorization": "Bearer x"})
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert "no-store" not in answer.headers.get("cache-control", "")
