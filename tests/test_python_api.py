"""`catalog.open`: typed, read-only answers for programs, as docs/python.md shows them."""

from __future__ import annotations

import dataclasses
import doctest
import pydoc
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import catalog
from catalog.cli import main
from tests.catalogues import FERN, LICHEN, MOSS_NET, PUDDLE, good_catalogue, load, snapshot
from tests.catalogues import document as page
from tests.conftest import ROOT
from tests.test_show import DEW


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = good_catalogue(tmp_path_factory.mktemp("api") / "catalog.db")
    day = {"kind": "daily", "digest_date": "2026-03-12", "date_basis": "stated"}
    load(path, page("daily.json", DEW, MOSS_NET, **day))
    return path


@pytest.mark.parametrize(
    ("filters", "titles"),
    [
        pytest.param({}, [MOSS_NET, DEW, LICHEN, FERN, PUDDLE], id="all"),
        pytest.param({"year": 2024}, [DEW], id="year"),
        pytest.param({"has_repository": True}, [MOSS_NET, DEW], id="with a repository"),
        pytest.param({"has_repository": False}, [LICHEN, FERN, PUDDLE], id="without one"),
        pytest.param({"owner": "DEW-lab"}, [DEW], id="owner in any case"),
        pytest.param({"digest": "dated"}, [MOSS_NET, LICHEN], id="name of a digest"),
        pytest.param({"digest": "2026-03-12", "year": 2025}, [MOSS_NET], id="two filters"),
        pytest.param({"owner": "nobody"}, [], id="nothing"),
    ],
)
def test_papers_meet_every_filter(library: Path, filters: dict[str, object], titles: list[object]) -> None:
    with catalog.open(library) as papers:
        found = [paper.title for paper in papers.papers(**filters)]  # type: ignore[arg-type]

    assert found == [entry.title for entry in titles]  # type: ignore[attr-defined]


def test_one_of_each_with_what_is_known_of_it(library: Path) -> None:
    with catalog.open(str(library)) as papers:
        paper, digest = papers.paper("arXiv:2401.00001v2"), papers.digest("open")
        repository = papers.repository("https://github.com/dew-lab/shoes")
        (found,) = papers.search("wet shoes")

        assert papers.paper(paper.id) == paper
        assert (paper.authors, [link.url for link in paper.links]) == (
            ("Ada Moss", "Bo Fern"),
            ["https://github.com/Dew-Lab/shoes", "https://gitlab.com/dew-lab/shoes"],
        )
        assert (digest.possible_dates, digest.entry_count) == (("2024-03-11", "2025-03-11", "2026-03-11"), 3)
        assert [each.paper.id for each in repository.papers] == [paper.id]
        assert (found.title, found.paper_id) == (DEW.title, paper.id)
        assert [each.owner for each in papers.repositories(owner="DEW-LAB")] == ["Dew-Lab", "dew-lab"]
        assert [each.name for each in papers.digests()] == ["open", "dated", "daily"]
    with pytest.raises(dataclasses.FrozenInstanceError):
        paper.title = "Another"  # type: ignore[misc]


@pytest.mark.parametrize(
    "ask",
    [
        lambda papers: papers.paper(99),
        lambda papers: papers.paper(10**30),
        lambda papers: papers.paper("no id"),
        lambda papers: papers.digest("zeppelin"),
        lambda papers: papers.repository("nobody/nothing"),
        lambda papers: papers.repository("dew-lab/shoes"),
        lambda papers: papers.papers(digest="zeppelin"),
    ],
)
def test_what_is_not_there_or_not_alone_is_one_sentence(library: Path, ask: object) -> None:
    with catalog.open(library) as papers, pytest.raises(catalog.CatalogError, match=r"catalog\.db: ") as told:
        ask(papers)  # type: ignore[operator]

    assert "\n" not in str(told.value)


def test_a_file_that_is_closed_or_none_of_ours_is_told(library: Path, tmp_path: Path) -> None:
    papers = catalog.open(library)
    left = papers.papers()
    next(left)
    papers.close()
    papers.close()

    for ask in (papers.digests, lambda: papers.search("moss"), lambda: next(left)):
        with pytest.raises(catalog.CatalogError, match="is closed"):
            ask()
    with pytest.raises(catalog.CatalogError, match="does not exist"):
        catalog.open(tmp_path / "missing.db")


def test_nothing_is_written(library: Path) -> None:
    before = snapshot(library.parent)

    with catalog.open(library) as papers:
        list(papers.papers())
        with pytest.raises(catalog.CatalogError, match="cannot be written to"):
            list(papers._each(lambda connection: connection.execute("DELETE FROM loads")))

    assert snapshot(library.parent) == before


def test_the_import_alone_loads_nothing_heavy() -> None:
    code = "import catalog, sys; print(*sorted(name for name in sys.modules if name.startswith(('catalog', 'sqla'))))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )

    assert done.stdout.split() == ["catalog", "catalog.errors"]


def test_help_says_what_there_is() -> None:
    shown = pydoc.render_doc(catalog, renderer=pydoc.plaintext) + pydoc.render_doc(
        catalog.Catalog, renderer=pydoc.plaintext
    )

    for word in (
        "open(path",
        "CatalogError",
        "papers(self, *, year",
        "search(self, words",
        "digest(self, digest",
        "close(self)",
    ):
        assert word in shown


def test_the_types_travel_with_the_package() -> None:
    assert (ROOT / "catalog" / "py.typed").is_file()


def test_every_example_of_the_documentation_is_true(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(main, ["load", "--as-of", "2026-11-20"]).exit_code == 0
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    names = {"catalog": catalog, "papers": catalog.open("catalog.db")}
    examples = doctest.DocTestParser().get_doctest(text.replace("```", ""), names, "python.md", "docs/python.md", 0)
    told: list[str] = []

    result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(examples, out=told.append)

    assert result.attempted >= 10
    assert result.failed == 0, "".join(told)
