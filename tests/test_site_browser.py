"""What a browser shows of every kind of page: whole at every width, silent, and open to everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser import (
    HEIGHT,
    NARROW,
    NARROWEST,
    RULES_OF_COLOUR,
    WIDE,
    Noise,
    chromium,
    cut_off,
    grave_faults,
    needs_browser,
    open_context,
    serving,
    visit,
)
from tests.site_pages import KINDS, NOT_THERE, SAMPLE, SCARF_COUNT, address_of_kind, make_full_catalogue

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = needs_browser

# Some answers are errors, and the browser says so itself.
EXPECTED_STATUS = {**dict.fromkeys(NOT_THERE, 404), "own SQL with an error": 400}


@pytest.fixture(scope="module")
def full_catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_full_catalogue(tmp_path_factory.mktemp("full"))


@pytest.fixture(scope="module")
def address(full_catalogue: Path) -> Iterator[str]:
    with serving(full_catalogue) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def context(browser: Browser, address: str) -> Iterator[BrowserContext]:
    with open_context(browser, address) as context:
        yield context


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    with context.new_page() as page:
        page.emulate_media(color_scheme="light")
        yield page


def _resize(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": HEIGHT})


# Every kind of page


@pytest.mark.parametrize(
    "kind", [kind if kind in SAMPLE else pytest.param(kind, marks=pytest.mark.slow) for kind in KINDS]
)
def test_every_kind_of_page_is_whole_silent_and_open_to_everybody(page: Page, full_catalogue: Path, kind: str) -> None:
    noise = Noise(page)
    status = EXPECTED_STATUS.get(kind, 200)

    assert visit(page, address_of_kind(kind, full_catalogue), noise) == status
    assert [said for said in noise.heard if f"status of {status} " not in said] == []
    _assert_has_the_frame(page)
    assert grave_faults(page) == []
    for width in (NARROWEST, NARROW):
        _resize(page, width)
        assert cut_off(page) == {}, width
    page.emulate_media(color_scheme="dark")
    assert grave_faults(page, RULES_OF_COLOUR) == []


def _assert_has_the_frame(page: Page) -> None:
    assert page.get_by_role("heading", level=1).count() == 1
    assert page.get_by_role("heading", level=1).inner_text().strip()
    for landmark in ("main", "banner", "contentinfo", "search"):
        assert page.get_by_role(landmark).count() == 1, landmark
    assert page.get_by_role("navigation", name="Site").count() == 1
    unnamed = page.locator("svg:not([aria-hidden=true]):not([aria-label]), img:not([alt])")
    assert unnamed.count() == 0, unnamed.first.evaluate("element => element.outerHTML")


# The keyboard


FOCUSED = """() => {
    const element = document.activeElement, style = getComputedStyle(element), box = element.getBoundingClientRect();
    return {
        html: element.outerHTML.slice(0, 160), in_main: document.querySelector("main").contains(element),
        outline: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
        in_view: box.left >= 0 && box.right <= innerWidth && box.top < innerHeight && box.bottom > 0,
    };
}"""
MOST_STOPS = 60
FOR_THE_KEYBOARD = ["home", "table papers", "paper with everything", "search with results", "own SQL"]


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize(
    "kind",
    [kind if kind == "table papers" else pytest.param(kind, marks=pytest.mark.slow) for kind in FOR_THE_KEYBOARD],
)
def test_the_keyboard_reaches_everything_and_shows_where_it_is(
    page: Page, full_catalogue: Path, kind: str, width: int
) -> None:
    _resize(page, width)
    visit(page, address_of_kind(kind, full_catalogue))
    seen = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        seen.append(page.evaluate(FOCUSED))

    assert [place["html"] for place in seen if place["outline"] < 2 or not place["in_view"]] == []
    assert len(seen) > 15
    assert any(place["in_main"] for place in seen)


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_the_first_tab_stop_skips_to_the_content(page: Page, width: int) -> None:
    _resize(page, width)
    visit(page, "/catalog/papers")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the content"
    assert page.evaluate(FOCUSED)["in_view"]
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED)["in_main"]


# What a reader sees first


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_the_first_paper_is_above_the_fold(page: Page, width: int) -> None:
    _resize(page, width)
    visit(page, "/catalog/papers?_search=scarf&_sort_desc=publication_date")
    assert page.get_by_role("main").get_by_role("link", name="Scarf Number").count() == SCARF_COUNT
    title = page.get_by_role("link", name="Scarf Number 5").bounding_box()
    box = page.get_by_role("searchbox", name="Words").last.bounding_box()
    abstract = page.get_by_text("We knit a scarf").first
    room = abstract.bounding_box()
    assert title
    assert box
    assert room
    assert box["y"] < title["y"] < 600
    assert room["height"] < 180
    assert abstract.inner_text().endswith("…")


def test_the_columns_that_a_reader_sees(page: Page) -> None:
    visit(page, "/catalog/papers")
    headings = [heading.rstrip(" ▲▼\xa0") for heading in page.get_by_role("columnheader").all_inner_texts()]
    assert headings == ["Title", "Abstract", "Code", "Published", "Authors", "Digests"]


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_a_paper_is_an_article(page: Page, full_catalogue: Path, width: int) -> None:
    _resize(page, width)
    visit(page, address_of_kind("paper with everything", full_catalogue))
    heading = page.get_by_role("heading", level=1)
    title, text = heading.bounding_box(), page.get_by_text("We invent a benchmark of paper boats").bounding_box()
    assert heading.inner_text() == "Paper Boats in Bath Tubs: A Benchmark Nobody Asked For"
    assert title
    assert text
    assert title["y"] + title["height"] < text["y"] < 400
    assert text["width"] < 800


def test_a_visitor_who_prefers_the_dark_gets_it(page: Page) -> None:
    visit(page, "/")
    colours = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        colours[scheme] = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    assert min(colours["light"]) > 200
    assert max(colours["dark"]) < 60


# The means themselves

BAD_PAGE = """<!doctype html><html lang="en"><title>Bad</title><main><h1>Bad</h1>
<div id="wide" style="width: 2000px">wide</div>
<p id="cut" style="overflow: hidden; width: 50px; white-space: nowrap">Words that do not fit.</p>
<input id="hint" aria-label="hint" placeholder="Words that do not fit" style="width: 60px">
<div id="roll" tabindex="0" style="overflow: auto; width: 50px"><div style="width: 90px">rolled</div></div>
<p id="pale" style="color: #ccc; background: #fff">Pale words.</p></main>
<script>console.log("said"); alert("asked"); throw Error("thrown");</script>
"""


def test_a_bad_page_is_found_out(page: Page) -> None:
    noise = Noise(page)
    visit(page, "/")
    with page.expect_console_message():
        page.evaluate("document.head.append(Object.assign(document.createElement('script'), {textContent: '1'}))")
    assert any("Content Security Policy" in said for said in noise.heard)
    page.goto("about:blank")
    noise.heard.clear()
    _resize(page, NARROW)
    page.set_content(BAD_PAGE)

    assert {said.partition(":")[0] for said in noise.heard} == {"log", "dialog", "script error"}
    cut = cut_off(page)
    assert cut.pop("document") >= 2000 - NARROW
    assert {name: [re.findall('id="([a-z]+)"', html) for html in found] for name, found in cut.items()} == {
        "outside": [["wide"]],
        "cut": [["cut"]],
        "placeholders": [["hint"]],
        "scrolled": [["roll"]],
    }
    assert [fault.partition(":")[0] for fault in grave_faults(page)] == ["color-contrast"]
