"""The real samples of every form, loaded: numbers counted without our readers, and no order that matters."""

from __future__ import annotations

import ast
import json
import random
from pathlib import Path
from typing import Any

import pytest

from catalog.checks import check_catalog
from catalog.documents import find_documents
from catalog.export.documents import export_documents
from catalog.load import Account, load_documents, load_terms
from tests.conftest import SHARED, rows
from tests.contents import contents

INPUTS = SHARED / "inputs"


def _load(database: Path, sources: list[Path]) -> list[Account]:
    def fail(message: str) -> None:
        raise AssertionError(message)

    return list(load_documents(find_documents(sources), database, load_terms(), on_error=fail))


def _objects(path: Path) -> list[dict[str, Any]]:
    """The objects of an answer as Python's own parsers see them."""
    answer = json.loads(path.read_text("utf-8"))
    listed = answer["data"] if isinstance(answer, dict) else answer
    return [ast.literal_eval(one) if isinstance(one, str) else one for one in listed]


@pytest.fixture(scope="module")
def days() -> list[Path]:
    found = sorted((INPUTS / "daily-papers-api").glob("*.json"))
    if not found:
        pytest.skip("the real answers of 30 days are not at hand")
    return found


@pytest.fixture(scope="module")
def loaded(days: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    database = tmp_path_factory.mktemp("days") / "catalog.db"
    _load(database, days)
    return database


def test_thirty_days_hold_502_entries_of_502_papers(days: list[Path], loaded: Path) -> None:
    objects = {path.stem: _objects(path) for path in days}
    ids = [one["paper"]["id"] for listed in objects.values() for one in listed]
    assert (len(days), len(ids), len(set(ids))) == (30, 502, 502)

    assert rows(loaded, "SELECT count(*), count(DISTINCT paper_id), count(arxiv_id) FROM digest_entries") == [
        (502, 502, 502)
    ]
    assert rows(loaded, "SELECT count(*) FROM papers") == [(502,)]
    assert rows(loaded, "SELECT count(*) FROM rejects") == [(0,)]
    stored = rows(
        loaded,
        "SELECT digests.name, position, papers.arxiv_id, upvote_count, comment_count FROM digest_entries "
        "JOIN digests ON digests.id = digest_id JOIN papers ON papers.id = paper_id ORDER BY 1, 2",
    )
    assert stored == [
        (day, place, one["paper"]["id"], one["paper"]["upvotes"], one["numComments"])
        for day, listed in objects.items()
        for place, one in enumerate(listed, start=1)
    ]


def test_authors_stand_in_their_order_hidden_ones_too(days: list[Path], loaded: Path) -> None:
    expected = {
        one["paper"]["id"]: [" ".join(author["name"].split()) for author in one["paper"]["authors"]]
        for path in days
        for one in _objects(path)
    }
    found: dict[str, list[str]] = {}
    for arxiv_id, name in rows(
        loaded,
        "SELECT arxiv_id, name FROM paper_authors JOIN papers ON papers.id = paper_id "
        "JOIN authors ON authors.id = author_id ORDER BY arxiv_id, position",
    ):
        found.setdefault(arxiv_id, []).append(name)

    assert found == expected
    assert sum(author["hidden"] for path in days for one in _objects(path) for author in one["paper"]["authors"]) == 2


def test_links_of_fields_are_assertions_of_their_own(days: list[Path], loaded: Path) -> None:
    papers = [one["paper"] for path in days for one in _objects(path)]
    expected = sorted(
        (paper["id"], field, paper[field], paper.get("githubRepoAddedBy") if field == "githubRepo" else None)
        for paper in papers
        for field in ("githubRepo", "projectPage")
        if field in paper
    )

    found = rows(
        loaded,
        "SELECT arxiv_id, field, verbatim, added_by, asserted_by FROM link_assertions "
        "JOIN papers ON papers.id = paper_id WHERE field IS NOT NULL ORDER BY 1, 2",
    )

    assert [row[:4] for row in found] == expected
    assert {row[4] for row in found if row[3] == "auto"} == {"listing's own search"}
    assert {row[4] for row in found if row[3] != "auto"} == {"listing field"}


def test_every_place_of_a_link_is_where_its_words_stand(days: list[Path], loaded: Path) -> None:
    lines = {path.name: path.read_text("utf-8").splitlines() for path in days}
    placed = rows(
        loaded,
        "SELECT source_documents.name, line, char_start, verbatim FROM link_assertions "
        "JOIN source_documents ON source_documents.id = source_document_id WHERE char_start IS NOT NULL",
    )

    assert len(placed) > 400
    for name, line, start, verbatim in placed:
        raw = json.dumps(verbatim, ensure_ascii=False)[1:-1]
        assert lines[name][line - 1].startswith(raw, start), (name, line, verbatim)


def test_dates_say_where_they_come_from(loaded: Path) -> None:
    dated = rows(loaded, "SELECT name, digest_date, date_basis FROM digests ORDER BY name")

    assert [name for name, *_ in dated] == [day for _, day, _ in dated]
    assert [basis for *_, basis in dated if basis == "stated"] == ["stated"]
    assert {basis for name, _, basis in dated if name >= "2025-04"} == {"stated by its entries"}
    assert {basis for name, _, basis in dated if name < "2025-01" or "2025-01-10" < name < "2025-04"} == {"file name"}


@pytest.mark.slow
def test_everything_in_any_order_gives_the_same_facts(days: list[Path], pages: list[Path], tmp_path: Path) -> None:
    sources = [*pages, *days, *sorted(INPUTS.glob("*/*.html")), *sorted(INPUTS.glob("*/*.xml"))]
    _load(tmp_path / "0.db", sources)
    expected = contents(tmp_path / "0.db")
    assert not [result.name for result in check_catalog(tmp_path / "0.db") if result.broken]

    for number in range(1, 4):
        shuffled = random.Random(number).sample(sources, len(sources))
        for start in range(0, len(shuffled), 7 * number):
            _load(tmp_path / f"{number}.db", shuffled[start : start + 7 * number])
        assert contents(tmp_path / f"{number}.db") == expected


def test_an_export_of_everything_gives_the_same_facts(days: list[Path], pages: list[Path], tmp_path: Path) -> None:
    before, after = tmp_path / "before.db", tmp_path / "after.db"
    _load(before, [*pages, *days, *sorted(INPUTS.glob("*/*.html")), *sorted(INPUTS.glob("*/*.xml"))])

    written = list(export_documents(before, tmp_path / "export", facts_only=False))
    _load(after, written)

    assert len(written) == 37
    assert contents(after) == contents(before)
