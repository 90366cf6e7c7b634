"""The made digests that benchmarks load: the statistics that they promise, and that the readers understand them."""

from __future__ import annotations

import hashlib
import itertools
import statistics
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.made.documents import MadeDocument, described_documents
from benchmarks.made.vocabulary import made_word
from benchmarks.made_digests import made_documents, main
from catalog.documents import Document, split_lines
from catalog.links import find_links
from catalog.readers import read_document
from catalog.records import DocumentRecord
from catalog.titles import title_key

pytestmark = pytest.mark.slow

PAPERS = 2000


@pytest.fixture(scope="module")
def sample() -> list[MadeDocument]:
    return list(described_documents(PAPERS))


@pytest.fixture(scope="module")
def readings(sample: list[MadeDocument]) -> list[DocumentRecord]:
    return [read_document(_document(made)) for made in sample]


def _document(made: MadeDocument) -> Document:
    text = made.content.decode()
    checksum = hashlib.sha256(made.content).hexdigest()
    return Document(made.name, checksum, len(made.content), text, len(split_lines(text)))


def test_every_entry_is_read_back_and_nothing_is_rejected(
    sample: list[MadeDocument], readings: list[DocumentRecord]
) -> None:
    for made, record in zip(sample, readings, strict=True):
        assert record.rejects == ()
        (digest,) = record.digests
        assert [(entry.title, entry.abstract) for entry in digest.entries] == [
            (paper.title, paper.abstract) for paper in made.papers
        ]
        assert record.origin.format == ("Daily Papers API" if made.is_answer else "pasted page")


def test_dates_and_counts_are_read_back(sample: list[MadeDocument], readings: list[DocumentRecord]) -> None:
    trailers = 0
    for made, record in zip(sample, readings, strict=True):
        (digest,) = record.digests
        if made.is_answer:
            assert digest.digest_date == made.day.isoformat()
        else:
            assert digest.printed_date == f"{made.day:%b} {made.day.day}"
            assert digest.digest_date is None
        for paper, entry in zip(made.papers, digest.entries, strict=True):
            assert paper.publication_date <= made.day
            if made.is_answer:
                assert (entry.arxiv_id, entry.authors) == (paper.arxiv_id, paper.authors)
                assert entry.publication_date == paper.publication_date.isoformat()
                assert entry.upvote_count is not None
                assert {link.field: link.verbatim for link in entry.links} == {
                    key: value for key, value in paper.fields.items() if key != "organization"
                }
            elif entry.author_count is not None:
                trailers += 1
                assert entry.author_count == len(paper.authors)
                assert entry.publication_date in (None, paper.publication_date.isoformat())
    assert trailers > 100


def test_links_are_found_as_they_were_meant(sample: list[MadeDocument]) -> None:
    papers = {paper.number: paper for made in sample for paper in made.papers}.values()
    for paper in papers:
        meant = sorted({offer.repository for offer in paper.offers if offer.repository})
        found = {str(link.target.url) for link in find_links(paper.abstract) if link.target.kind == "repository"}
        assert sorted(url.removeprefix("https://") for url in found) == meant


def test_the_statistics_are_those_of_real_pages(sample: list[MadeDocument]) -> None:
    papers = list({paper.number: paper for made in sample for paper in made.papers}.values())
    entries = sum(len(made.papers) for made in sample)
    assert len(papers) == PAPERS
    assert entries == pytest.approx(PAPERS * 421 / 341, rel=0.02)
    assert statistics.fmean(len(made.papers) for made in sample) == pytest.approx(84, rel=0.15)
    assert 0.05 < statistics.fmean(made.is_answer for made in sample) < 0.4
    pasted = [paper for made in sample if not made.is_answer for paper in made.papers]
    assert statistics.fmean(len(paper.abstract) for paper in pasted) == pytest.approx(1613, rel=0.04)
    assert statistics.fmean(len(paper.title) for paper in papers) == pytest.approx(78, rel=0.08)
    assert statistics.fmean(len(paper.authors) for paper in papers) == pytest.approx(8, rel=0.2)
    assert statistics.fmean(bool(paper.offers) for paper in papers) == pytest.approx(0.33, abs=0.04)
    times = Counter(Counter(paper.number for made in sample for paper in made.papers).values())
    assert {1, 2, 3, 4} <= set(times) <= {1, 2, 3, 4, 5}
    assert times[1] / PAPERS == pytest.approx(287 / 341, abs=0.04)
    assert len({title_key(paper.title) for paper in papers}) == len({paper.arxiv_id for paper in papers}) == PAPERS


def test_words_are_as_frequent_as_in_abstracts(sample: list[MadeDocument]) -> None:
    papers = {paper.number: paper for made in sample for paper in made.papers}.values()
    held = Counter(word for paper in papers for word in set(paper.abstract.lower().replace(".", " ").split()))
    for word, share in {"models": 0.80, "training": 0.76, "language": 0.62, "graph": 0.08, "image": 0.24}.items():
        assert held[word] / PAPERS == pytest.approx(share, abs=0.08), word
    # A tail as long as that of real text: most words stand in one abstract.
    assert statistics.fmean(count == 1 for count in held.values()) > 0.4
    assert len(held) > 3 * 3332


def test_some_repositories_are_named_by_many(sample: list[MadeDocument]) -> None:
    papers = {paper.number: paper for made in sample for paper in made.papers}.values()
    named = Counter(offer.repository for paper in papers for offer in paper.offers if offer.repository)
    assert named.most_common(1)[0][1] >= 3
    assert statistics.fmean(count == 1 for count in named.values()) > 0.9


def test_the_same_seed_gives_the_same_bytes() -> None:
    first = list(made_documents(400, seed=5))
    assert list(made_documents(400, seed=5)) == first
    assert list(made_documents(400, seed=6)) != first
    # Bytes that a later version makes differently would make figures of benchmarks incomparable without a word.
    digest = hashlib.sha256(b"".join(content for _, content in first)).hexdigest()
    assert digest == "d14d6fff3b1eab327edc9dc5aef84d9a7b941efea9158c5e85c58b7c10f9bb3e"


def test_documents_come_one_after_another() -> None:
    """A million papers begin at once: nothing is made ahead of what is asked for."""
    names = [name for name, _ in itertools.islice(made_documents(1_000_000, entries=1_300_000), 3)]
    assert [name[:11] for name in names] == ["made-000001", "made-000002", "made-000003"]


@settings(max_examples=15, deadline=None)
@given(papers=st.integers(1, 300), share=st.floats(1, 2), seed=st.integers())
def test_any_number_of_papers_is_listed(papers: int, share: float, seed: int) -> None:
    most = int(papers * share)
    made = list(described_documents(papers, entries=most, seed=seed))
    numbers = [[paper.number for paper in document.papers] for document in made]
    assert {number for page in numbers for number in page} == set(range(1, papers + 1))
    assert sum(map(len, numbers)) <= most
    assert all(len(page) == len(set(page)) for page in numbers)


@pytest.mark.parametrize(("papers", "entries"), [(10, 9), (10, 21), (0, 0)])
def test_numbers_that_do_not_fit_are_refused(papers: int, entries: int) -> None:
    with pytest.raises(ValueError, match="cannot list"):
        next(made_documents(papers, entries=entries))


@given(st.lists(st.integers(0, 50_000_000), min_size=2, max_size=50, unique=True))
def test_no_two_ranks_have_the_same_word(ranks: list[int]) -> None:
    assert len({made_word(rank) for rank in ranks}) == len(ranks)


def test_the_command_writes_what_the_function_gives(tmp_path: Path) -> None:
    out = tmp_path / "made"
    result = CliRunner().invoke(main, ["--papers", "200", "--seed", "3", "--out", str(out)])
    assert result.exit_code == 0, result.output
    written = {path.name: path.read_bytes() for path in out.rglob("made-*")}
    assert written == dict(made_documents(200, seed=3))


def test_the_command_writes_into_no_folder_with_files(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    result = CliRunner().invoke(main, ["--papers", "10", "--out", str(tmp_path)])
    assert (result.exit_code, "is not empty" in result.output) == (2, True)
    result = CliRunner().invoke(main, ["--papers", "10", "--entries", "5", "--out", str(tmp_path / "new")])
    assert (result.exit_code, "cannot list" in result.output) == (2, True)
