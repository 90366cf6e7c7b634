"""The order of loading never matters: any permutation of any documents gives the same facts, and a sound file."""

from __future__ import annotations

import hashlib
import itertools
import random
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from catalog.checks import check_catalog
from catalog.records import DigestRecord, DocumentRecord, EntryRecord, LinkRecord, Mention, Origin, PaperRecord
from tests.catalogues import FERN, LICHEN, MOSS_NET, document, load
from tests.conftest import rows
from tests.contents import contents

# Few of each, so that what is said in different documents meets: the first three titles have one key. Some are equally
# long, as two abstracts are: then the order of their characters decides which is shown.
TITLES = ("On Moss", "ON MOSS", "On $\\mathcal{M}$oss", "Moss Revisited", "Counting Dew", "counting  dew")
ABSTRACTS = (
    None,
    None,
    "Moss grows. Code: https://github.com/invented-lab/moss",
    "Moss glows. Code: https://github.com/invented-lab/moss",
    "Moss grows, and so does the code, which will be released at https://github.com/Invented-Lab/Moss.",
    "Dew falls on https://github.com/invented-lab/dew and is built on https://github.com/invented-lab/moss.",
)
ARXIV_IDS = (None, None, "2401.00001", "2401.00002", "2401.00003")
AUTHORS: tuple[tuple[str, ...], ...] = ((), (), ("Ada Moss",), ("Ada Moss", "Bo Fern"))
LINKS = (
    LinkRecord("listing field", "https://github.com/invented-lab/moss", "https://github.com/invented-lab/moss", 2, 0),
    LinkRecord(
        "listing's own search",
        "https://github.com/other-lab/moss/",
        "https://github.com/other-lab/moss/",
        roles=("code",),
        field="githubRepo",
        added_by="auto",
    ),
)

said = {
    "title": st.sampled_from(TITLES),
    "abstract": st.sampled_from(ABSTRACTS),
    "arxiv_id": st.sampled_from(ARXIV_IDS),
    "authors": st.sampled_from(AUTHORS),
    "publication_date": st.sampled_from((None, "2025-01-02", "2025-12-02")),
    "links": st.lists(st.sampled_from(LINKS), max_size=1).map(tuple),
}
entries = st.builds(EntryRecord, position=st.just(1), line_start=st.just(1), line_end=st.just(1), **said)  # type: ignore[arg-type]
records = st.builds(
    PaperRecord,
    position=st.just(1),
    line_start=st.just(1),
    line_end=st.just(1),
    arxiv_version=st.sampled_from((None, 1, 2)),
    doi=st.sampled_from((None, "10.1000/moss", "10.1000/dew")),
    categories=st.sampled_from(((), ("cs.LG", "cs.CL"), ("cs.CL",))),
    **said,  # type: ignore[arg-type]
)
digests = st.builds(
    DigestRecord,
    entries=st.lists(entries, min_size=1, max_size=3).map(tuple),
    printed_date=st.sampled_from((None, "Mar 4", "Mar 11, 2026")),
)


def _placed(mentions: tuple[Mention, ...], first: int) -> tuple[Mention, ...]:
    """Give mentions their places, each on a line of its own."""
    placed = []
    for place, one in enumerate(mentions, start=1):
        line = first + place
        links = tuple(replace(link, line=line if link.line else None) for link in one.links)
        abstract_line = line if one.abstract else None
        placed.append(
            replace(one, position=place, line_start=line, line_end=line, abstract_line=abstract_line, links=links)
        )
    return tuple(placed)


def _document(number: int, name: str, listed: list[DigestRecord], described: list[PaperRecord]) -> DocumentRecord:
    dated = []
    for place, digest in enumerate(listed):
        if name[:2] == "20" and digest.printed_date is None:
            placed = _placed(digest.entries, 10 * place)
            dated.append(replace(digest, entries=placed, digest_date=name[:10], date_basis="file name"))  # type: ignore[arg-type]
            continue
        is_stated = digest.printed_date is not None and "2026" in digest.printed_date
        date = "2026-03-11" if is_stated else None
        placed = _placed(digest.entries, 10 * place)
        dated.append(replace(digest, entries=placed, digest_date=date, date_basis="stated" if date else None))  # type: ignore[arg-type]
    origin = Origin(name, hashlib.sha256(bytes([number])).hexdigest(), 1000, 100, "invented")
    return DocumentRecord(origin, tuple(dated), papers=_placed(tuple(described), 50))  # type: ignore[arg-type]


names = st.sampled_from(("a.txt", "a 2.txt", "b.json", "2026-03-12.json", "2026-03-13.json"))
contents_of_one = st.tuples(st.lists(digests, max_size=2), st.lists(records, max_size=2)).filter(any)
# A document may be there twice, under two names.
documents = st.lists(st.tuples(st.lists(names, min_size=1, max_size=2), contents_of_one), min_size=2, max_size=4).map(
    lambda parts: [_document(number, name, *content) for number, (named, content) in enumerate(parts) for name in named]
)


# To shrink documents takes minutes: what fails is told as it is.
_QUICK = settings(
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


@settings(_QUICK, max_examples=8)
@given(documents, st.randoms(use_true_random=False))
def test_any_order_gives_the_same_facts(documents: list[DocumentRecord], chance: random.Random) -> None:
    _same_facts_in_any_order(documents, chance)


@pytest.mark.slow
@settings(_QUICK, max_examples=3000)
@given(documents, st.randoms(use_true_random=False))
def test_any_order_gives_the_same_facts_at_length(documents: list[DocumentRecord], chance: random.Random) -> None:
    _same_facts_in_any_order(documents, chance)


def _same_facts_in_any_order(documents: list[DocumentRecord], chance: random.Random) -> None:
    with tempfile.TemporaryDirectory() as folder:
        first, second = Path(folder, "first.db"), Path(folder, "second.db")
        load(first, *documents)
        for document in chance.sample(documents, len(documents)):
            load(second, document)

        assert contents(second) == contents(first)
        for database in (first, second):
            assert [(result.name, result.broken) for result in check_catalog(database) if result.broken] == []


def test_a_card_that_is_dated_is_evidence_though_its_paper_was_published_earlier(tmp_path: Path, empty: Path) -> None:
    """A digest gets its year, and so does a card in it; that leaves one year for another digest with the same paper."""
    undated = replace(MOSS_NET, publication_date=None)
    card = replace(FERN, printed_publication_date="Mar 2")
    others = [
        document("first.txt", undated, card, printed_date="Mar 4"),
        document("second.txt", FERN, LICHEN, printed_date="Mar 11"),
        document("earlier.txt", replace(FERN, publication_date="2025-01-02")),
    ]
    telling = document("telling.txt", replace(MOSS_NET, publication_date="2025-12-02"))
    for place, order in enumerate(itertools.permutations(others)):
        database = tmp_path / f"{place}.db"
        database.write_bytes(empty.read_bytes())
        load(database, *order, telling)
        dated = rows(database, "SELECT digest_date FROM digests WHERE printed_date IS NOT NULL ORDER BY name")
        assert dated == [("2026-03-04",), ("2026-03-11",)]
