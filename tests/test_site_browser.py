"""What a browser draws of the site that `catalog serve` publishes, and how that command begins and ends."""

from __future__ import annotations

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest

from catalog.documents import find_documents
from catalog.load import load_documents, load_terms

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="no chromium, chromium-browser or google-chrome is installed"
)

FILLER = (
    "We knit a scarf for every imaginary giraffe of an imaginary zoo and measure how warm each of them claims to be. "
    "The longest scarf took nine winters. Giraffes with stripes report more warmth than giraffes with dots, which "
    "vanishes when both close their eyes, and none of them wished to be photographed for the appendix of this work. "
)
CARD = """
{title}

{filler}{code}

  • {authors} authors

·

Mar {day}, 2024
"""
PATHS = (
    "/",
    "/catalog",
    "/catalog/papers",
    "/catalog/papers/1",
    "/catalog/digests",
    "/catalog/links",
    "/catalog/newest_digest",
)
DRAWN = [(path, 400) for path in PATHS] + [("/catalog/papers", 1280), ("/catalog/papers/1", 1280)]

# A headless window is never narrower than 500 pixels, but a frame in it is; and one start of the browser is enough.
FRAMES = (
    "<!doctype html><title>frames</title>"
    + "".join(
        f'<iframe src="{path}" style="border: 0; width: {width}px; height: 800px"></iframe>' for path, width in DRAWN
    )
    + """<script>
const look = (frame) => {
    const page = frame.contentDocument;
    const width = page.documentElement.clientWidth;
    const shown = (element) => element.getClientRects().length > 0;
    const box = (selector) => {
        const found = page.querySelector(selector);
        if (!found) return null;
        const {top, bottom, left, right} = found.getBoundingClientRect();
        return {top, bottom, left, right, text: found.innerText, colour: getComputedStyle(found).color};
    };
    return {
        width,
        scrollWidth: page.documentElement.scrollWidth,
        overflowing: [...page.querySelectorAll("body *")].filter(shown)
            .filter((element) => element.getBoundingClientRect().right > width + 1)
            .map((element) => element.outerHTML.slice(0, 120)),
        title: box("td.col-title a"), row: box("tbody tr"), abstract: box("td.col-abstract"),
        heading: box("h1"), search: box("input[type=search]"), article: box("p.abstract"),
        headings: [...page.querySelectorAll("th")].filter(shown).map((heading) => heading.innerText.trim()),
        rows: page.querySelectorAll("tbody tr").length,
    };
};
addEventListener("load", () => {
    const out = document.createElement("pre");
    out.id = "result";
    out.textContent = JSON.stringify([...document.querySelectorAll("iframe")].map(look));
    document.body.append(out);
});
</script>"""
)

Drawn = dict[tuple[str, int], dict[str, Any]]


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("browser")
    cards = [
        CARD.format(
            title=f"Scarf Number {number} for Giraffes: Necks, Winters and the Cosine-Similarity-of-Stripes-Guess",
            filler=FILLER,
            code=f"Our pattern is at https://github.com/giraffe-scarves-of-the-imaginary-zoo/scarf-pattern-{number}.",
            authors=number + 2,
            day=number + 1,
        )
        for number in range(6)
    ]
    page = folder / "page.txt"
    page.write_text("byAK and the research community\n\nMay 4\n" + "".join(cards), encoding="utf-8")
    problems: list[str] = []
    path = folder / "giraffes.db"
    list(load_documents(find_documents([page]), path, load_terms(), on_error=problems.append))
    assert not problems
    return path


def _start(catalogue: Path, port: int = 0) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", "from catalog.cli import main; main()"]
    command += ["serve", "--database", str(catalogue), "--port", str(port)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    line = process.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+/", line)
    assert found, f"{line!r} {process.communicate(timeout=10)}"
    return found[0]


@pytest.fixture(scope="module")
def address(catalogue: Path) -> Iterator[str]:
    process = _start(catalogue)
    try:
        yield _address(process)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=10)


def test_serve_says_its_address_once_it_answers_and_ctrl_c_ends_it_quietly(catalogue: Path) -> None:
    process = _start(catalogue)
    address = _address(process)
    assert httpx.get(address).status_code == 200
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=10)
    assert process.returncode == 0
    assert out == ""
    assert errors.strip() == ""


def test_a_taken_port_is_one_sentence(catalogue: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = _start(catalogue, port)
        out, errors = process.communicate(timeout=30)
    assert process.returncode == 1
    assert out == ""
    assert errors == (
        f"Error: 127.0.0.1:{port}: cannot be listened on (Address already in use); "
        "name another address with --host or --port.\n"
    )


@pytest.fixture(scope="module")
def framed(address: str) -> Iterator[str]:
    """Where the site is again, with one page more: from the same place, so that it may look into the others."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/frames":
                body, kind = FRAMES.encode(), "text/html"
            else:
                answer = httpx.get(address.rstrip("/") + self.path)
                body, kind = answer.content, answer.headers["content-type"]
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture(scope="module")
def pages(framed: str, tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    """What each page looks like at its width: boxes, texts, and whatever sticks out of it."""
    assert CHROMIUM
    profile = tmp_path_factory.mktemp("profile")
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", "--window-size=1400,900", "--hide-scrollbars"]
    command += ["--dump-dom", f"{framed}/frames"]
    dumped = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stdout
    found = re.search(r'<pre id="result">(.*?)</pre>', dumped, re.DOTALL)
    assert found, dumped[-2000:]
    return dict(zip(DRAWN, json.loads(unescape(found[1])), strict=True))


@needs_chromium
@pytest.mark.parametrize("width", [1280, 400])
def test_the_first_paper_is_above_the_fold(pages: Drawn, width: int) -> None:
    page = pages["/catalog/papers", width]
    assert page["width"] == width
    assert page["rows"] == 6
    assert page["title"]["text"].startswith("Scarf Number 5")
    assert page["row"]["bottom"] < 600
    assert page["search"]["bottom"] < page["row"]["top"]
    assert page["abstract"]["bottom"] - page["abstract"]["top"] < 160
    assert page["abstract"]["text"].endswith("…")


@needs_chromium
def test_the_style_sheet_is_applied(pages: Drawn) -> None:
    assert pages["/catalog/papers", 1280]["title"]["colour"] == "rgb(26, 90, 150)"


@needs_chromium
def test_the_columns_that_a_reader_sees(pages: Drawn) -> None:
    headings = [heading.rstrip(" ▲▼\xa0") for heading in pages["/catalog/papers", 1280]["headings"]]
    assert headings == ["Title", "Abstract", "Code", "Published", "Authors", "Digests"]


@needs_chromium
@pytest.mark.parametrize("path", PATHS)
def test_nothing_sticks_out_at_400_pixels(pages: Drawn, path: str) -> None:
    page = pages[path, 400]
    assert page["heading"]
    assert page["scrollWidth"] <= 400, page["overflowing"]


@needs_chromium
@pytest.mark.parametrize("width", [1280, 400])
def test_a_paper_is_an_article(pages: Drawn, width: int) -> None:
    page = pages["/catalog/papers/1", width]
    assert page["heading"]["text"].startswith("Scarf Number 0")
    assert page["heading"]["bottom"] < page["article"]["top"] < 400
    assert page["article"]["text"].startswith("We knit a scarf")
    assert page["article"]["right"] - page["article"]["left"] < 800
