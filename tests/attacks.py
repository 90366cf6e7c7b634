"""Attacks on the site, as data: what a visitor sends, and which answers are right. Tests and a benchmark use them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import quote, urlencode


@dataclass(frozen=True)
class Attack:
    """One request, and the statuses that are right for it; 503 is right wherever an attack makes the site busy."""

    name: str
    path: str
    statuses: frozenset[int]
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    reads_slowly: bool = False


EITHER: Final = (200, 400)
"""For what a fast machine answers in time."""


def _sql(name: str, sql: str, *statuses: int, form: str = ".json", **parameters: str) -> Attack:
    path = f"/catalog{form}?{urlencode({'sql': sql, **parameters})}"
    return Attack(name, path, frozenset(statuses or (400,)) | {503})


def _page(name: str, path: str, *statuses: int) -> Attack:
    return Attack(name, path, frozenset(statuses or (400,)) | {503})


def _papers(**parameters: Sequence[str]) -> str:
    return f"/catalog/papers?{urlencode(parameters, doseq=True)}"


def _doubled(text: str, times: int) -> str:
    """SQL for a table `c` whose one row has a text, doubled so many times, in `s`."""
    return (
        f"with recursive d(n, s) as (select 0, {text} union all select n + 1, s || s from d where n < {times}), "
        f"c as materialized (select s from d where n = {times}) "
    )


# 65,536 letters: as long as a value of a visitor's own may be, in whole doublings.
LONG: Final = _doubled("'a'", 16)
ROWS: Final = ", r(n) as (select 1 union all select n + 1 from r limit 1000) "
LONG_ROWS: Final = LONG + ROWS
WIDE_ROWS: Final = _doubled("'\u2603'", 14) + ROWS
QUOTES_ROWS: Final = _doubled("'\"'", 15) + ROWS
CONTROL_ROWS: Final = _doubled("char(1)", 15) + ROWS
BLOB_ROW: Final = _doubled("cast('a' as blob)", 16).replace("s || s", "cast(s || s as blob)")
BLOB_ROWS: Final = BLOB_ROW + ROWS
COUNTER: Final = "with recursive c(n) as (select 1 union all select n + 1 from c) "
NEEDLE: Final = "substr(s, 1, 30000) || 'b'"
PATTERN: Final = "%" + "a" * 150 + "b"
PREFIXES: Final = " OR ".join(f"{letter}*" for letter in "abcdefghijklmnopqrstuvwxyz")
SEARCH: Final = "from papers_fts where papers_fts match :q"
WORDY: Final = ("title", "abstract", "title_key", "authors", "doi", "arxiv_id", "publication_date", "author_count")

MEMORY: Final = (
    _sql("zeroblob", "select zeroblob(1000000000)"),
    _sql("randomblob", "select hex(randomblob(500000000))"),
    _sql("printf", "select printf('%.1000000000c', 'x')"),
    _sql("format", "select format('%1000000000d', 1)"),
    _sql("text doubled forty times", _doubled("'xxxxxxxx'", 40) + "select length(s) from c"),
    _sql("replace that grows", "select replace(replace(hex(1), '3', :a), 'a', :a)", a="a" * 2000),
    _sql("1,000 rows of 64 kB", LONG_ROWS + "select s from c, r"),
    _sql("1,000 rows of 64 kB as a page", LONG_ROWS + "select s from c, r", form=""),
    _sql("1,000 rows of 64 kB as CSV", LONG_ROWS + "select s from c, r", *EITHER, form=".csv"),
    _sql("rows of three-byte letters", WIDE_ROWS + "select s || n from c, r"),
    _sql("64 binary columns of 64 kB", BLOB_ROW + f"select {', '.join(['s'] * 64)} from c"),
    _sql("1,000 rows of binary", BLOB_ROWS + f"select {', '.join(['s'] * 60)} from c, r"),
    _sql("quotation marks as a page", QUOTES_ROWS + "select s from c, r limit 100", *EITHER, form=""),
    _sql("control characters as JSON", CONTROL_ROWS + "select s from c, r limit 100", *EITHER),
    _sql("json_group_array without end", COUNTER + "select json_group_array(n) from c"),
    _sql("group_concat without end", COUNTER + "select group_concat(n) from c"),
    _sql("many groups", COUNTER + "select n, group_concat(n) from c group by n % 100000"),
    _sql("distinct without end", COUNTER + "select count(distinct n || hex(n)) from c"),
    _sql("window over everything", COUNTER + "select max(n) over (order by -n) from (select n from c limit 9000000)"),
    _sql(
        "order by of long rows",
        LONG + ", n(n) as (select row_number() over () from papers, papers as p limit 90000) "
        "select length(s || n) from c, n order by s || n",
        *EITHER,
    ),
    _sql(
        "views that double",
        "with a0 as (select 1 as x union select 2), "
        + ", ".join(f"a{n + 1} as (select x from a{n} union select x from a{n})" for n in range(24))
        + " select count(*) from a24",
    ),
    _sql("a join of 64 tables", "select count(*) from " + ", ".join(f"papers as p{n}" for n in range(64))),
    _sql("64 columns, 1,000 rows", f"select {', '.join(['title'] * 64)} from papers limit 1000", *EITHER, form=""),
    _sql("25 columns, 1,000 rows", f"select {', '.join(['abstract'] * 25)} from papers limit 1000", *EITHER, form=""),
    _sql("explain of a long statement", "explain select " + " + ".join(["1"] * 4000), 400, 414),
)

TIME: Final = (
    _sql("counting without end", COUNTER + "select count(*) from c"),
    _sql("counting without end, ten minutes asked for", COUNTER + "select count(*) from c", _timelimit="600000"),
    _sql("papers three times over", "select count(*) from papers as a, papers as b, papers as c", *EITHER),
    _sql("LIKE on a long text", LONG_ROWS + "select count(*) from c, r where s like :p", *EITHER, p=PATTERN),
    _sql("GLOB on a long text", LONG_ROWS + f"select count(*) from c, r where s glob '*{'[a-z]' * 30}b'", *EITHER),
    _sql("200 times LIKE in one row", LONG + f"select {' or '.join(['s like :p'] * 200)} from c", p=PATTERN),
    _sql("instr of two long texts", LONG_ROWS + "select count(instr(s, " + NEEDLE + ")) from c, r", *EITHER),
    _sql("200 times instr in one row", LONG + "select " + " + ".join([f"instr(s, {NEEDLE})"] * 200) + " from c"),
    _sql("replace of long texts", LONG_ROWS + "select count(replace(s, " + NEEDLE + ", '')) from c, r", *EITHER),
    _sql("trim of many letters", LONG_ROWS + "select count(trim(s, 'bcdefghijklmnop' || s)) from c, r", *EITHER),
    _sql("json_patch", LONG + "select json_patch(json_object(s, 1), json_object(s, 2)) from c"),
    _sql("json of long texts", LONG_ROWS + "select count(json(json_array(s, n))) from c, r", *EITHER),
    _sql(
        "1,000 times upper in one row",
        LONG + f"select {' || '.join(['substr(upper(s), 1, 9)'] * 700)} from c",
        400,
        414,
    ),
    _sql("long texts joined in one row", LONG + f"select {' + '.join(['length(substr(s, 2) || s)'] * 500)} from c"),
    _sql("every prefix searched", "select count(*) " + SEARCH, *EITHER, q=PREFIXES),
    _sql("every prefix ranked", f"select rowid {SEARCH} order by rank limit 5", *EITHER, q=PREFIXES),
    _sql("near", "select count(*) " + SEARCH, *EITHER, q="NEAR(a* b* c* d*, 1000)"),
    _sql(
        "snippets of everything",
        f"select snippet(papers_fts, 0, '<', '>', '', 64) {SEARCH} order by rank",
        *EITHER,
        q="a*",
    ),
    _sql(
        "search in a search",
        "select count(*) from papers_fts(:q) as a, papers_fts(:q) as b where a.rowid <> b.rowid",
        *EITHER,
        q="a*",
    ),
    _sql("the search index itself", "select id, block from papers_fts_data", *EITHER),
    _sql("order by random()", "select title, abstract from papers order by random()", *EITHER),
    _sql(
        "long texts compared",
        LONG_ROWS + ", q as materialized (select n from r) "
        "select count(*) from c, r, q where substr(s, 2) || r.n = substr(s, 2) || q.n",
        *EITHER,
    ),
    _page("raw search of every prefix", f"/catalog/papers?_searchmode=raw&_search={quote(PREFIXES)}", *EITHER),
    _page("search in each column", "/catalog/papers?_search_title=a&_search_abstract=the", *EITHER),
    _page("eight facets, all their values", _papers(_facet_size=["max"], _facet=WORDY), *EITHER),
    _page("forty facets", _papers(_facet=["title"] * 40)),
    _page("facets of arrays", _papers(_facet_array=["authors", "abstract"], _facet_date=["abstract"]), *EITHER),
    _page("a where that multiplies", _papers(_where=[f"({COUNTER} select count(*) from c) > 0"])),
    _page("sorted by abstract", "/catalog/papers?_sort=abstract&_size=max", *EITHER),
    _page("sorted by abstract, all as CSV", "/catalog/papers.csv?_sort=abstract&_stream=on&_size=max", *EITHER),
    _page("contains, in each column", _papers(**{f"{name}__contains": ["e" * 90] for name in WORDY}), *EITHER),
    _page("contains, seventy times", _papers(abstract__contains=["ee"] * 70)),
    _page("comments before a statement", "/catalog.json?sql=" + quote("/**/" + " " * 6_000 + "x")),
    _page("comments that do not end", "/catalog.json?sql=" + quote("select 1 " + "/*" * 3_000)),
    _sql("64 parameters", "select " + ", ".join(f":p{n}" for n in range(64)), 200),
)

SIZE: Final = (
    _page("all papers as CSV", "/catalog/papers.csv?_stream=on&_size=max", *EITHER),
    _page("all links as CSV", "/catalog/links.csv?_stream=on", *EITHER),
    _page("the largest page", "/catalog/papers?_size=max", *EITHER),
    _page("the largest page as JSON", "/catalog/papers.json?_size=max&_shape=objects", *EITHER),
    _page("the largest page, a line a row", "/catalog/papers.json?_size=max&_shape=array&_nl=on", *EITHER),
    _page("the widest table", "/catalog/digest_entries?_size=max", *EITHER),
    _page("labels of everything", "/catalog/digest_entries.json?_size=max&_labels=on", *EITHER),
    _page("the file", "/catalog.db", 200),
    *(
        replace(_page(f"{name}, read slowly", path, *EITHER), reads_slowly=True)
        for name, path in (
            ("the file", "/catalog.db"),
            ("the widest table", "/catalog/digest_entries?_size=max"),
            ("control characters as JSON", _sql("", CONTROL_ROWS + "select s from c, r limit 10").path),
        )
    ),
    _page("thousands of parameters", "/catalog/papers?" + "&".join(f"a{n}=1" for n in range(2_000)), 414),
    _page("a long query string", "/catalog/papers?_search=" + "a" * 60_000, 414),
    _page("a long path", "/" + "a" * 5_000, 414),
    _page("a long search", "/catalog/papers?_search=" + quote('"' * 400 + "a " * 400), *EITHER),
    Attack("a long header", "/", frozenset({200, 503}), headers={"X-Long": "x" * 30_000}),
    Attack("many cookies", "/", frozenset({200, 503}), headers={"Cookie": "; ".join(f"c{n}=x" for n in range(3_000))}),
    Attack("HEAD of all papers as CSV", "/catalog/papers.csv?_stream=on", frozenset({200, 503}), method="HEAD"),
    Attack("HEAD of the file", "/catalog.db", frozenset({200, 503}), method="HEAD"),
)

HEAVY: Final = MEMORY + TIME + SIZE
