"""What the pages of the site say: home, papers, one paper, digest, repository, author and document."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from catalog.documents import find_documents
from catalog.load import load_documents, load_terms
from catalog.resources import resource
from catalog.serve import DATABASE_NAME, site
from tests.site_example import FILLER, Get, getter, paper_id


def words(page: str) -> str:
    """The text of a page as a person reads it: no tags, single blanks, none before a comma."""
    text = html.unescape(re.sub(r"<[^>]+>", " ", page.split("<main", 1)[1]))
    return re.sub(r" ([,;.:)])", r"\1", re.sub(r"\s+", " ", text)).replace("( ", "(")


def row_id(get: Get, table: str, **wanted: str) -> int:
    rows = get(f"/catalog/{table}.json", params={"_shape": "array", **wanted}).json()
    assert len(rows) == 1
    return int(rows[0]["id"])


# Home


def test_home_shows_what_is_there_and_every_way_in(get: Get) -> None:
    page = get("/").text
    text = words(page)
    assert "Research papers from the digests that announce them" in text
    assert "4 papers 2 with code 2 repositories 2 digests" in text
    assert "The latest digest: 2026-03-04" in text
    assert re.search(r"as of \d{4}-\d\d-\d\d\.", text)
    assert re.search(r"one SQLite file of [\d.]+ KB, from 3 documents", text)
    assert 'action="/catalog/search"' in page
    assert 'name="words"' in page
    assert 'href="/catalog.db"' in page
    assert "Licence: Apache-2.0" in text
    assert "Source: Daily Papers digests." in text
    assert len(re.findall(r"<svg class=\"chart\"", page)) == 2


def test_home_shows_a_promised_repository_as_one(get: Get) -> None:
    assert re.search(r">spoon/drawer</a> <small>promised", get("/").text)


def test_home_lists_every_question_with_its_sentence(get: Get) -> None:
    page = get("/").text
    queries = get("/catalog.json").json()["queries"]
    assert len(queries) > 10
    for query in queries:
        is_listed = f'<a href="/catalog/{query["name"]}">' in page
        assert is_listed is not query["name"].startswith("feed_"), query["name"]
        assert query["name"].startswith("feed_") or html.escape(query["description"], quote=True) in page.replace(
            "&#34;", "&quot;"
        ).replace("&#39;", "&#x27;")


def test_home_of_an_empty_catalogue_says_so(tmp_path: Path) -> None:
    from catalog.migrate import create_catalog

    create_catalog(tmp_path / "catalog.db")
    datasette = site(tmp_path / "catalog.db")
    text = words(getter(datasette)("/").text)
    assert "0 papers 0 with code" in text
    assert "No digest has a date yet." in text
    datasette.get_database(DATABASE_NAME).close()


# Papers


def test_papers_table_shows_what_a_reader_wants_and_no_internal_column(get: Get) -> None:
    page = get("/catalog/papers").text
    assert f'<a href="/catalog/papers/{paper_id(get, "Paper Boats")}">Paper Boats in Bath Tubs' in page
    headings = re.findall(r'<th[^>]* data-column="(\w+)"', page)
    assert headings == ["title", "abstract", "has_repository", "recency", "author_count", "digest_count"]
    assert (
        'href="https://github.com/Tub-Lab/Paper-Boats" rel="nofollow noopener noreferrer">Tub-Lab/Paper-Boats' in page
    )
    assert re.search(r">spoon/drawer</a> <small>promised", page)
    abstracts = re.findall(r'<td class="col-abstract">([^<]*)</td>', page)
    assert len(abstracts) == 4
    assert all(len(html.unescape(abstract)) <= 281 for abstract in abstracts)
    facets = re.findall(r'class="facet" id="facet-(\w+)"', page)
    assert facets == ["has_repository", "publication_year", "digest_count", "latest_digest_id"]


def test_a_catalogue_of_facts_shows_no_empty_column(tmp_path: Path) -> None:
    database = tmp_path / "catalog.db"
    accounts = list(load_documents(find_documents([resource("seeds")]), database, load_terms(), on_error=pytest.fail))
    assert len(accounts) == 5
    datasette = site(database)

    page = getter(datasette)("/catalog/papers").text

    headings = re.findall(r'<th[^>]* data-column="(\w+)"', page)
    assert headings == ["title", "has_repository", "recency", "author_count", "digest_count"]
    assert page.count('<td class="col-title">') == 25
    assert "col-abstract" not in page
    datasette.get_database(DATABASE_NAME).close()


def test_whoever_asks_for_a_column_gets_it(get: Get) -> None:
    assert re.findall(r'data-column="(\w+)"', get("/catalog/papers?_col=title_key&_nofacet=1").text) == [
        "id",
        "title_key",
    ]
    assert 'data-column="title_key"' not in get("/catalog/papers?_nocol=abstract").text
    assert 'data-column="kind"' in get("/catalog/digests?_col=kind").text
    assert 'data-column="url"' in get("/catalog/repositories?_col=url").text


def test_newest_publication_comes_first_and_unknown_last(get: Get) -> None:
    dates = re.findall(r'col-publication_date" data-label="published">([^<]*)<', get("/catalog/papers").text)
    assert dates == ["2025-12-02", "2024-01-05", "2022-04-07", ""]


# A paper


def test_a_paper_is_an_article_with_all_that_is_known(get: Get) -> None:
    text = words(get(f"/catalog/papers/{paper_id(get, 'Paper Boats')}").text)
    assert "Ada Tub, Bo <b>Plug</b>, Cy Foam Published 2022-04-07" in text
    assert "arXiv:2204.03333 · DOI 10.1000/boats.1 · cs.RO, cs.LG" in text
    assert FILLER.strip() in text
    assert "Repository, as code. Said by its abstract (first.txt, line 9); by its abstract (second.txt" in text
    assert re.search(r"Said by the listing field arxiv:comment \(feed\.xml, line \d+\)\.", text)
    assert "2026-03-04, position 1 of 3" in text
    assert re.search(r"Mar 11, (\d{4}, )*\d{4} or \d{4}, position 1 of 2|Mar 11, \d{4} to \d{4}, position 1 of 2", text)


def test_a_paper_says_where_each_fact_comes_from(get: Get) -> None:
    text = words(get(f"/catalog/papers/{paper_id(get, 'Paper Boats')}").text)
    assert "first.txt, lines 7 to 15 Title, abstract from line 9, 3 authors, published “Apr 7, 2022”." in text
    assert re.search(r"second\.txt, lines 5 to \d+ Title, abstract from line 7\.", text)
    assert re.search(
        r"feed\.xml, lines \d+ to \d+ Title, authors, published 2022-04-07, arXiv:2204.03333 version 2 of 2022-05-01\b",
        text,
    )
    assert "Comment: Boats: https://tub-lab.github.io/boats" in text


def test_what_is_not_known_is_said(get: Get) -> None:
    text = words(get(f"/catalog/papers/{paper_id(get, 'Umbrellas')}").text)
    assert "Number of authors not printed" in text
    assert "Publication date not printed" in text
    assert "No source names any." in text


def test_the_links_of_an_abstract_are_live_where_they_stand(get: Get) -> None:
    page = get(f"/catalog/papers/{paper_id(get, 'On the Migration')}").text
    abstract = re.findall(r'<p class="abstract">(.*?)</p>', page, re.DOTALL)
    assert len(abstract) == 1
    assert abstract[0].endswith(
        'released at <a href="https://github.com/spoon/drawer" rel="nofollow noopener noreferrer">'
        "https://github.com/spoon/drawer</a> soon."
    )
    assert "only promised" in page


# A digest, a repository, an author, a document


def test_a_digest_is_an_ordered_list_with_its_day_and_why(get: Get) -> None:
    page = get(f"/catalog/digests/{row_id(get, 'digests', name='first')}").text
    text = words(page)
    assert "Daily Papers, 2026-03-04 3 papers, 2 with code" in text
    assert "The document prints “Mar 4” without a year. Its newest paper is of 2025-12-02" in text
    assert text.count("only one year fits.") == 1
    assert re.findall(r'<li value="(\d+)">', page) == ["1", "2", "3"]
    assert text.index("Paper Boats") < text.index("Folding") < text.index("On the Migration")
    assert "published 2022-04-07 · 3 authors · in 2 digests Tub-Lab/Paper-Boats" in text
    assert "1 comment" not in text.split("Paper Boats", 1)[1].split("Folding", 1)[0]
    assert "3 comments" in text
    assert re.search(r"first\.txt, pasted page of \d+ lines\.", text)


def test_an_open_digest_says_which_years_it_could_be_and_why(get: Get) -> None:
    text = words(get(f"/catalog/digests/{row_id(get, 'digests', name='second')}").text)
    assert re.search(r"Mar 11, .*2024.* 2 papers, 1 with code", text)
    assert "The document prints “Mar 11” without a year. Its newest paper is of 2022-04-07" in text
    assert "several years fit." in text


def test_the_list_of_digests_shows_the_day_or_the_years_it_could_be(get: Get) -> None:
    dates = re.findall(
        r'<td class="col-digest_date"><a href="/catalog/digests/\d+">([^<]*)<', get("/catalog/digests").text
    )
    assert len(dates) == 2
    assert dates[0] == "2026-03-04"
    assert re.fullmatch(r"Mar 11, \d{4}(, \d{4})* or \d{4}|Mar 11, \d{4} to \d{4}", dates[1])


def test_a_repository_says_which_papers_name_it_and_who_says_so(get: Get) -> None:
    boats = words(get(f"/catalog/repositories/{row_id(get, 'repositories', name='Paper-Boats')}").text)
    assert (
        "Tub-Lab/Paper-Boats github.com/Tub-Lab/Paper-Boats The paper that names it Paper Boats in Bath Tubs" in boats
    )
    assert "Said by its abstract (first.txt, line 9); by its abstract (second.txt, line 7)." in boats
    drawer = words(get(f"/catalog/repositories/{row_id(get, 'repositories', name='drawer')}").text)
    assert "only promised" in drawer
    assert "Said by its abstract, as a promise (first.txt" in drawer
    listing = get("/catalog/repositories").text
    assert re.search(r">drawer</a>.*?1 <small>1 only promised</small>", listing, re.DOTALL)


def test_an_author_has_a_page(get: Get) -> None:
    text = words(get(f"/catalog/authors/{row_id(get, 'authors', name='Cy Foam')}").text)
    assert "Cy Foam Papers whose sources give this name." in text
    assert "author 3 of 3 · in 2 digests Tub-Lab/Paper-Boats" in text


def test_a_document_says_what_was_read_from_it(get: Get) -> None:
    first = words(get(f"/catalog/source_documents/{row_id(get, 'source_documents', name='first.txt')}").text)
    assert "Digest 2026-03-04, 3 papers" in first
    assert "2 links, each with its words and its place" in first
    assert "Nothing that could not be understood" in first
    feed = words(get(f"/catalog/source_documents/{row_id(get, 'source_documents', name='feed.xml')}").text)
    assert "1 paper described outside of any digest" in feed


def test_a_row_of_any_other_table_is_a_list_of_its_columns(get: Get) -> None:
    page = get("/catalog/link_assertions/1").text
    assert "<dt>verbatim</dt>" in page
    assert "<dt>char_start</dt>" in page


def test_what_does_not_exist_is_a_page_too(get: Get) -> None:
    answer = get("/catalog/papers/999999")
    assert answer.status_code == 404
    assert "There is no such page or row." in answer.text
    assert 'action="/catalog/search"' in answer.text
