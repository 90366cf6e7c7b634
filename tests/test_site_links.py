"""Every link of every kind of page: those inside answer, those outside tell nothing about the reader."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import httpx
import pytest
from lxml import html

from tests.browser import BUSY, MOST_VISITS, serving
from tests.site_pages import BROKEN_SQL, KINDS, NOT_THERE, ROWS, SAMPLE, address_of_kind, make_full_catalogue

OUTSIDE = {"nofollow", "noopener", "noreferrer"}

Pages = dict[str, html.HtmlElement]


@pytest.fixture(scope="module")
def full_catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_full_catalogue(tmp_path_factory.mktemp("links"))


@pytest.fixture(scope="module")
def client(full_catalogue: Path) -> Iterator[httpx.Client]:
    with serving(full_catalogue) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client


@pytest.fixture(scope="module", params=[pytest.param("sample"), pytest.param("all", marks=pytest.mark.slow)])
def read(client: httpx.Client, full_catalogue: Path, request: pytest.FixtureRequest) -> Pages:
    """Pages of every kind, or of a sample of them, by their addresses."""
    kinds = KINDS if request.param == "all" else SAMPLE
    addresses = {address_of_kind(kind, full_catalogue) for kind in kinds}
    return {address: html.fromstring(_get(client, address).content) for address in sorted(addresses)}


def _get(client: httpx.Client, address: str) -> httpx.Response:
    """Ask, and again while the site is too busy to answer in its time."""
    for _ in range(MOST_VISITS):
        answer = client.get(address)
        if answer.status_code != BUSY:
            break
    return answer


def _targets(client: httpx.Client, read: Pages) -> dict[str, str]:
    """Every address inside that a page names, whole but for the fragment, with one page that names it."""
    found = {}
    for address, page in read.items():
        for target in page.xpath("//@href[not(starts-with(., '#'))] | //@src | //@action"):
            whole = urljoin(str(client.base_url.join(address)), target)
            if whole.startswith(str(client.base_url)):
                found[urldefrag(whole).url] = address
    return found


def test_every_link_inside_answers(client: httpx.Client, read: Pages) -> None:
    wrong = []
    targets = _targets(client, read)
    assert len(targets) > len(read)
    for target, named_by in targets.items():
        status = _get(client, target).status_code
        if status != (400 if target.endswith(BROKEN_SQL) else 200):
            wrong.append(f"{target} on {named_by}: {status}")
    assert wrong == []


def test_every_fragment_is_a_place_on_its_page(client: httpx.Client, read: Pages) -> None:
    for address, page in read.items():
        for target in page.xpath("//a/@href[contains(., '#')]"):
            path, fragment = urldefrag(urljoin(address, target))
            there = read[path] if path in read else html.fromstring(_get(client, path).content)
            assert there.xpath("//*[@id=$id]", id=fragment), f"{target} on {address}"


def test_links_outside_tell_nothing_and_pass_nothing_on(client: httpx.Client, read: Pages) -> None:
    outside = [
        (address, link)
        for address, page in read.items()
        for link in page.xpath("//a[starts-with(@href, 'http')]")
        if not link.get("href").startswith(str(client.base_url))
    ]
    assert len(outside) > len(read)
    wrong = [(address, link.get("href")) for address, link in outside if OUTSIDE - set(link.get("rel", "").split())]
    assert wrong == []


def test_no_link_has_another_scheme(read: Pages) -> None:
    schemes = {
        target.partition(":")[0].lower()
        for page in read.values()
        for target in page.xpath("//a/@href | //form/@action")
        if ":" in target.partition("/")[0].partition("?")[0]
    }
    assert schemes <= {"http", "https"}


def test_every_page_has_a_title_of_its_own(read: Pages, full_catalogue: Path) -> None:
    kinds = [
        "home",
        "tables and questions",
        *ROWS,
        *(kind for kind in KINDS if kind.startswith(("table ", "row of "))),
    ]
    titles: dict[str, str] = {}
    for address in sorted({address_of_kind(kind, full_catalogue) for kind in kinds} & read.keys()):
        title = read[address].findtext(".//title").strip()
        assert "Paper catalogue" in title
        assert title not in titles, f"{address} is named as {titles[title]}"
        titles[title] = address
    for address in NOT_THERE.values() & read.keys():
        assert "Not found" in read[address].findtext(".//title")


def test_no_page_has_a_script_or_a_style_of_its_own(read: Pages) -> None:
    for address, page in read.items():
        assert page.xpath("//script | //style | //@style | //@*[starts-with(name(), 'on')]") == [], address
