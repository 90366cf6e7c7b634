"""The lake and the load are two engines with one result: any documents give the same facts, table by table."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from catalog.checks import check_catalog
from catalog.lake.tuning import SMALL, is_in_one_part
from catalog.records import DocumentRecord
from tests.catalogues import AS_OF
from tests.conftest import rows
from tests.contents import contents
from tests.lake.records import lake_file, load_at_once
from tests.lake.worlds import world
from tests.test_load_order import documents

pytestmark = pytest.mark.xdist_group("spark")

_AS_MUCH = {
    "spark.sql.shuffle.partitions": "3",
    "spark.sql.autoBroadcastJoinThreshold": "10MB",
    "spark.sql.adaptive.enabled": "true",
    "spark.sql.codegen.wholeStage": "true",
    "spark.sql.codegen.factoryMode": "FALLBACK",
}
"""How Spark is set where there is much to do."""


def test_any_documents_give_the_facts_of_a_load(session: Any, tmp_path: Path) -> None:
    _same_facts(session, tmp_path, _worlds(60, is_derandomized=True), random.Random(7))


@pytest.mark.slow
def test_any_documents_give_the_facts_of_a_load_at_length(session: Any, tmp_path: Path) -> None:
    _same_facts(session, tmp_path, _worlds(600, is_derandomized=False), random.Random())


@pytest.mark.slow
def test_any_documents_give_the_facts_of_a_load_in_many_parts(session: Any, tmp_path: Path) -> None:
    before = {name: session.conf.get(name) for name in SMALL}
    try:
        for name, value in _AS_MUCH.items():
            session.conf.set(name, value)
        assert not is_in_one_part(session)
        _same_facts(session, tmp_path, _worlds(60, is_derandomized=True), random.Random(8))
    finally:
        for name, value in before.items():
            session.conf.set(name, value)


def _worlds(count: int, *, is_derandomized: bool) -> list[list[DocumentRecord]]:
    """Sets of documents as the tests of the order of loading make them, all for one derivation."""
    found = []

    @settings(
        max_examples=count,
        derandomize=is_derandomized,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(documents)
    def collect(some: list[DocumentRecord]) -> None:
        found.append(some)

    collect()
    return found


def _same_facts(session: Any, folder: Path, many: list[list[DocumentRecord]], chance: random.Random) -> None:
    listed = [record for number, some in enumerate(many) for record in world(number, some)]
    load_at_once(folder / "load.db", listed, AS_OF)
    _require_hard_cases(folder / "load.db")
    lake_file(session, folder, chance.sample(listed, len(listed)), AS_OF)

    of_load, of_lake = contents(folder / "load.db"), contents(folder / "lake.db")
    for about, facts in of_load.items():
        assert of_lake[about] == facts, about
    # What contradicts itself is told of both alike.
    assert "open date without bounds" in _broken(folder / "load.db")
    assert _broken(folder / "lake.db") == _broken(folder / "load.db")


def _broken(database: Path) -> set[str]:
    return {result.name for result in check_catalog(database) if result.broken}


def _require_hard_cases(database: Path) -> None:
    """The documents are worth comparing: papers that merged and parted, dates that evidence told and took back."""
    for question in (
        "SELECT 1 FROM paper_variants WHERE title IS NOT NULL",
        "SELECT 1 FROM paper_variants WHERE abstract IS NOT NULL",
        "SELECT 1 FROM paper_variants WHERE authors IS NOT NULL",
        # Of equally long texts the first in code point order is shown.
        "SELECT 1 FROM paper_variants AS kept JOIN papers ON papers.id = paper_id "
        "WHERE length(kept.abstract) = length(papers.abstract)",
        "SELECT 1 FROM paper_variants AS kept JOIN papers ON papers.id = paper_id "
        "WHERE length(kept.title) = length(papers.title)",
        "SELECT 1 FROM digest_entries JOIN papers ON papers.id = paper_id "
        "WHERE papers.arxiv_id IS NOT NULL AND digest_entries.arxiv_id IS NULL",
        "SELECT 1 FROM papers AS one JOIN papers AS other USING (title_key) WHERE one.arxiv_id > other.arxiv_id",
        "SELECT 1 FROM digests WHERE repeats_digest_id IS NOT NULL",
        "SELECT 1 FROM digests WHERE date_basis = 'single candidate'",
        "SELECT 1 FROM digests WHERE printed_date IS NOT NULL AND date_basis = 'open'",
        "SELECT 1 FROM digests WHERE printed_date IS NOT NULL AND latest_date IS NULL",
        "SELECT 1 FROM digest_entries WHERE publication_date IS NOT NULL AND printed_publication_date IS NOT NULL",
        "SELECT 1 FROM papers WHERE digest_count > 1 AND first_digest_id <> latest_digest_id",
        "SELECT 1 FROM papers WHERE doi IS NOT NULL",
        "SELECT 1 FROM paper_link_roles",
    ):
        assert rows(database, question), question
