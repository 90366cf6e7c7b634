"""The questions on the real documents, where they are at hand, against the same told in Python from the bare tables."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from catalog.documents import find_documents
from catalog.load import load_documents, load_terms
from catalog.questions import NAMES
from catalog.serve import DATABASE_NAME, site
from tests.catalogues import AS_OF
from tests.conftest import SHARED, rows
from tests.question_example import answers, question
from tests.site_example import getter

# What a person would ask: words, a name, an owner that the documents hold.
GIVEN = {"words": "language model", "year": "2025", "code": "yes"}


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalogue of all real documents."""
    folders = [SHARED / "inputs", SHARED / "seeds"]
    if not all(folder.is_dir() for folder in folders):
        pytest.skip("the real documents are not at hand")
    path = tmp_path_factory.mktemp("real") / "catalog.db"
    list(load_documents(find_documents(folders), path, load_terms(as_of=AS_OF), on_error=lambda problem: None))
    return path


def records(path: Path, table: str) -> list[dict[str, Any]]:
    """Every row of a table, as it is."""
    columns = [name for (name,) in rows(path, f"SELECT name FROM pragma_table_xinfo('{table}')")]
    return [dict(zip(columns, row, strict=True)) for row in rows(path, f'SELECT * FROM "{table}"')]


def day(digest: dict[str, Any]) -> str:
    return digest["digest_date"] or digest["earliest_date"] or ""


def newest_first(path: Path) -> list[dict[str, Any]]:
    return sorted(records(path, "digests"), key=lambda digest: (day(digest), digest["name"]), reverse=True)


def dated(path: Path) -> list[dict[str, Any]]:
    return [each for each in newest_first(path) if each["digest_date"] and not each["repeats_digest_id"]]


def entries_of(path: Path) -> dict[int, list[dict[str, Any]]]:
    found = defaultdict(list)
    for entry in records(path, "digest_entries"):
        found[entry["digest_id"]].append(entry)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_question_has_an_answer_and_the_order_is_never_chance(real: Path, name: str) -> None:
    asked = {key: value for key, value in GIVEN.items() if key in question(name).parameters}
    found = answers(real, name, **asked)
    assert found
    assert found == answers(real, name, **asked)
    assert len(found) <= 1000


def test_every_question_runs_within_the_limits_of_the_site(real: Path) -> None:
    datasette = site(real)
    assert datasette.sql_time_limit_ms == 1000
    get = getter(datasette)
    for name in NAMES:
        asked = {key: value for key, value in GIVEN.items() if key in question(name).parameters}
        answer = get(f"/catalog/{name}.json", params={**asked, "_shape": "objects"})
        assert answer.status_code == 200, answer.text
        assert answer.json()["rows"], name
        assert answer.json()["truncated"] is False, name
    datasette.get_database(DATABASE_NAME).close()


def test_twelve_papers_have_sources_that_disagree(real: Path) -> None:
    repository_ids = {link["id"]: link["repository_id"] for link in records(real, "links")}
    said: dict[int, dict[str, dict[int, list[dict[str, Any]]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(list))
    )
    for each in records(real, "link_assertions"):
        if repository_ids[each["link_id"]] is not None:
            said[each["paper_id"]][each["asserted_by"]][each["link_id"]].append(each)

    disputed = {paper for paper, sources in said.items() if _disagree(list(sources.values()))}
    found = answers(real, "link_disagreements")

    assert len(disputed) == 12
    assert {row["paper_id"] for row in found} == disputed
    assert {(row["paper_id"], row["repository_id"]) for row in found} == {
        (paper, repository_ids[link]) for paper in disputed for named in said[paper].values() for link in named
    }
    for row in found:
        assert {part.split(":")[0] for part in row["who_says_what"].split("; ")} == {
            source
            for source, named in said[row["paper_id"]].items()
            if row["repository_id"] in {repository_ids[link] for link in named}
        }


def _disagree(sources: list[dict[int, list[dict[str, Any]]]]) -> bool:
    if any(set(source) != set(sources[0]) for source in sources):
        return True
    # All name the same links here, so each link can be asked of each source.
    return any(
        len({min(said["is_promised"] for said in source[link]) for source in sources}) > 1
        or len({max(_own(said) for said in source[link]) for source in sources}) > 1
        for link in sources[0]
    )


def _own(said: dict[str, Any]) -> int:
    return int(said["is_own"] if said["is_official"] is None else said["is_official"])


def test_days_from_publication_to_digest_are_right(real: Path) -> None:
    published = {paper["id"]: paper["publication_date"] for paper in records(real, "papers")}
    entries = entries_of(real)
    expected = []
    for digest in dated(real)[:100]:
        papers = {entry["paper_id"] for entry in entries[digest["id"]] if published[entry["paper_id"]]}
        listed = date.fromisoformat(digest["digest_date"])
        days = [(listed - date.fromisoformat(published[paper])).days for paper in papers]
        if days:
            row = (digest["name"], digest["digest_date"], len(days), min(days), median(days), max(days), digest["id"])
            expected.append(row)
    assert [tuple(row.values()) for row in answers(real, "publication_lag")] == expected


def test_shared_papers_of_every_digest_are_right(real: Path) -> None:
    papers = {digest: {entry["paper_id"] for entry in found} for digest, found in entries_of(real).items()}
    names = {digest["id"]: digest["name"] for digest in records(real, "digests")}
    for digest in newest_first(real):
        own = papers[digest["id"]]
        shared = {
            other: len(own & theirs) for other, theirs in papers.items() if own & theirs and other != digest["id"]
        }
        found = answers(real, "digest_overlap", digest=digest["name"])
        assert [(row["digest_id"], row["shared_papers"]) for row in found] == sorted(
            shared.items(), key=lambda pair: (-pair[1], names[pair[0]])
        )
        assert all(row["shared_with"] == digest["name"] for row in found)
    chosen = next(
        digest
        for digest in newest_first(real)
        if any(papers[digest["id"]] & theirs for other, theirs in papers.items() if other != digest["id"])
    )
    assert answers(real, "digest_overlap") == answers(real, "digest_overlap", digest=chosen["name"])


def test_what_is_missing_is_counted_right(real: Path) -> None:
    entries = entries_of(real)
    rejects = Counter(reject["source_document_id"] for reject in records(real, "rejects"))
    expected = [
        (
            digest["name"],
            len(listed),
            sum(not entry["has_abstract"] for entry in listed),
            sum(entry["publication_date"] is None for entry in listed),
            sum(entry["author_count"] is None for entry in listed),
            sum(not entry["has_authors"] for entry in listed),
            sum(entry["arxiv_id"] is None for entry in listed),
            sum(entry["upvote_count"] is None for entry in listed),
            rejects[digest["source_document_id"]],
            digest["id"],
        )
        for digest in newest_first(real)[:100]
        if (listed := entries[digest["id"]])
    ]
    assert [tuple(row.values()) for row in answers(real, "coverage")] == expected


def test_papers_of_each_year_are_counted_right(real: Path) -> None:
    papers = records(real, "papers")
    years = [paper["publication_date"] and int(paper["publication_date"][:4]) for paper in papers]
    counts = Counter(years)
    with_code = Counter(year for year, paper in zip(years, papers, strict=True) if paper["has_repository"])
    found = answers(real, "papers_per_year")
    assert [(row["year"], row["papers"], row["with_code"]) for row in found] == [
        (year, counts[year], with_code[year]) for year in sorted(counts, key=lambda year: (year is None, -(year or 0)))
    ]
    for row in found:
        assert abs(row["percent_with_code"] - 100 * row["with_code"] / row["papers"]) <= 0.05


def test_new_papers_of_every_dated_digest_are_those_that_no_earlier_one_can_have(real: Path) -> None:
    """A paper is new in a dated digest where every other digest that lists it is surely later."""
    digests = {digest["id"]: digest for digest in records(real, "digests")}
    entries = entries_of(real)
    lists = defaultdict(set)
    for digest, listed in entries.items():
        for entry in listed:
            lists[entry["paper_id"]].add(digest)
    for digest in dated(real):
        certain = []
        for entry in sorted(entries[digest["id"]], key=lambda entry: int(entry["position"])):
            others = lists[entry["paper_id"]] - {digest["id"]}
            if all(day(digests[other]) > digest["digest_date"] for other in others):
                certain.append(entry["position"])
        found = [row["position"] for row in answers(real, "new_in_digest", digest=digest["name"])]
        assert found == certain, digest["name"]
    newest = dated(real)[0]["name"]
    assert answers(real, "new_in_digest") == answers(real, "new_in_digest", digest=newest)
