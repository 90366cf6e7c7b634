"""A visitor's way through the site, by the names of what is clicked, on invented and on real catalogues."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from catalog.documents import find_documents
from catalog.load import load_documents, load_terms
from tests.browser import (
    BUSY,
    MOST_VISITS,
    NARROW,
    WIDE,
    Noise,
    chromium,
    cut_off,
    needs_browser,
    open_context,
    serving,
    visit,
)
from tests.conftest import ROOT, SHARED
from tests.site_pages import make_full_catalogue

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = needs_browser


@dataclass(frozen=True)
class Way:
    """What a visitor looks for, and what should be met on the way."""

    words: str
    title: str
    repository: str


INVENTED = Way("boats tubs", "Paper Boats in Bath Tubs: A Benchmark Nobody Asked For", "Tub-Lab/Paper-Boats")
REAL = Way(
    "soft prompts",
    "Learning to Compose Soft Prompts for Compositional Zero-Shot Learning",
    "BatsResearch/csp",
)
WAYS = {"invented": INVENTED, "the facts of seeds": REAL, "real documents": REAL}


def _loaded(folder: Path, *sources: Path) -> Path:
    path = folder / "catalog.db"
    problems: list[str] = []
    list(load_documents(find_documents(list(sources)), path, load_terms(), on_error=problems.append))
    assert not problems
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """Serve a catalogue by its name, each once."""
    with ExitStack() as stack:
        served: dict[str, str] = {}

        def serve(name: str) -> str:
            if name not in served:
                served[name] = stack.enter_context(serving(_catalogue(name, tmp_path_factory.mktemp("walk"))))
            return served[name]

        yield serve


def _catalogue(name: str, folder: Path) -> Path:
    if name == "invented":
        return make_full_catalogue(folder)
    if name == "the facts of seeds":
        return _loaded(folder, ROOT / "seeds")
    if not (SHARED / "inputs").is_dir():
        pytest.skip("the real documents are not at hand")
    return _loaded(folder, SHARED / "inputs", SHARED / "seeds")


@pytest.mark.parametrize(
    ("name", "width"),
    [
        ("invented", NARROW),
        pytest.param("real documents", WIDE, marks=pytest.mark.slow),
        pytest.param("invented", WIDE, marks=pytest.mark.slow),
        pytest.param("the facts of seeds", NARROW, marks=pytest.mark.slow),
        pytest.param("the facts of seeds", WIDE, marks=pytest.mark.slow),
        pytest.param("real documents", NARROW, marks=pytest.mark.slow),
    ],
)
def test_from_home_to_the_feed(browser: Browser, address: Callable[[str], str], name: str, width: int) -> None:
    way = WAYS[name]
    with open_context(browser, address(name), width) as context:
        page = context.new_page()
        noise = Noise(page)
        for step in (_begin, _search, _to_paper, _to_repository, _to_digest, _to_question):
            step(page, way)
            assert _of_pages(noise) == [], step.__name__
            assert width == WIDE or cut_off(page) == {}, step.__name__
        _to_feed(page)
        # Chromium's own way to show XML has a style, which the site's policy refuses.
        assert [said for said in _of_pages(noise) if "Applying inline style" not in said] == []


def _arrive(page: Page, address: re.Pattern[str]) -> None:
    """Wait for the page; ask again while the site is too busy to answer in its time."""
    page.wait_for_url(address)
    for _ in range(MOST_VISITS):
        if _heading(page) != "Took too long":
            break
        page.reload()


def _of_pages(noise: Noise) -> list[str]:
    return [said for said in noise.heard if f"status of {BUSY} " not in said]


def _heading(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


def _link(place: Page | Locator, name: str) -> Locator:
    return place.get_by_role("link", name=name, exact=True).first


def _section(page: Page, heading: str) -> Locator:
    return page.locator("section").filter(has=page.get_by_role("heading", name=heading, exact=True))


def _begin(page: Page, way: Way) -> None:
    visit(page, "/")
    assert _heading(page) == "Paper catalogue"


def _search(page: Page, way: Way) -> None:
    page.get_by_role("searchbox").click()
    page.keyboard.type(way.words)
    page.keyboard.press("Enter")
    _arrive(page, re.compile(r"/search\?"))
    assert _heading(page) == "Search"
    assert page.get_by_role("searchbox").input_value() == way.words


def _to_paper(page: Page, way: Way) -> None:
    _link(page, way.title).click()
    _arrive(page, re.compile("/papers/[0-9]+$"))
    assert _heading(page) == way.title


def _to_repository(page: Page, way: Way) -> None:
    code = _section(page, "Code and links").get_by_role("listitem").filter(has=_link(page, way.repository))
    code.get_by_role("link", name=re.compile(r"^(its page|in \d+ papers)$")).click()
    _arrive(page, re.compile("/repositories/[0-9]+$"))
    assert _heading(page) == way.repository


def _to_digest(page: Page, way: Way) -> None:
    _link(page, way.title).click()
    _arrive(page, re.compile("/papers/[0-9]+$"))
    _section(page, "Seen in").get_by_role("link").first.click()
    _arrive(page, re.compile("/digests/[0-9]+$"))
    assert _link(page, "Digest").count() == 1
    assert _link(page, way.title).count() == 1


def _to_question(page: Page, way: Way) -> None:
    _link(page.get_by_role("navigation", name="Site"), "Questions").click()
    _arrive(page, re.compile("#questions$"))
    _link(page, "Recurring papers").click()
    _arrive(page, re.compile("/recurring_papers$"))
    assert _heading(page) == "Recurring papers"
    assert page.get_by_role("row").count() > 1


def _to_feed(page: Page) -> None:
    with page.expect_response("**/feed_of_papers.atom") as answer:
        _link(page.get_by_role("contentinfo"), "Feed of new papers").click()
    assert answer.value.status == 200
    feed = etree.fromstring(answer.value.body())
    atom = {"atom": "http://www.w3.org/2005/Atom"}
    linked = feed.xpath("string(atom:entry[1]/atom:link/@href)", namespaces=atom)
    visit(page, linked)
    assert _heading(page) == " ".join(feed.xpath("string(atom:entry[1]/atom:title)", namespaces=atom).split())
