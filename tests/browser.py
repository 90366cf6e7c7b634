"""A real browser for the tests of the site: how it is started, what it is asked, and what it says of its own accord."""

from __future__ import annotations

import importlib.util
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Request

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
MISSING = (
    "no chromium, chromium-browser or google-chrome is installed"
    if CHROMIUM is None
    else "the Python packages playwright and axe-playwright-python are not installed"
    if not all(map(importlib.util.find_spec, ("playwright", "axe_playwright_python")))
    else ""
)
needs_browser = pytest.mark.skipif(bool(MISSING), reason=MISSING)

WIDE, NARROW, NARROWEST = 1280, 400, 320
HEIGHT = 900
# Ample, for a machine that is busy with other things: only what never comes may fail.
PATIENCE = 180
BUSY, MOST_VISITS = 503, 30

# What a reader at this width cannot see: what is right of the window, cut off in its box, or only seen after scrolling.
CUT_OFF = """() => {
    const styles = (element) => getComputedStyle(element);
    const named = (element) => element.outerHTML.replace(/\\s+/g, " ").slice(0, 160);
    const shown = [...document.body.querySelectorAll("*")].filter((element) => element.checkVisibility());
    const within = (element, values) => {
        for (let box = element.parentElement; box && box !== document.body; box = box.parentElement)
            if (values.includes(styles(box).overflowX)) return true;
        return false;
    };
    const wider = (element) => element.scrollWidth > element.clientWidth + 1;
    return {
        document: document.documentElement.scrollWidth - innerWidth,
        outside: shown.filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
            .filter((element) => !within(element, ["auto", "scroll"])).map(named),
        cut: shown.filter((element) => ["hidden", "clip"].includes(styles(element).overflowX) && wider(element))
            .filter((element) => !["INPUT", "SELECT", "svg"].includes(element.tagName)).map(named),
        placeholders: shown.filter((element) => element.placeholder && !element.value).filter((element) => {
            const style = styles(element), context = document.createElement("canvas").getContext("2d");
            context.font = style.font;
            const room = element.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
            return context.measureText(element.placeholder).width > room;
        }).map(named),
        scrolled: shown.filter((element) => ["auto", "scroll"].includes(styles(element).overflowX) && wider(element))
            .filter((element) => element.tagName !== "TEXTAREA").map(named),
    };
}"""

# Colours are all that differs between the two schemes.
RULES_OF_COLOUR = ("color-contrast", "link-in-text-block")
GRAVE = ("serious", "critical")


def start_serving(catalogue: Path, port: int = 0) -> subprocess.Popen[str]:
    """Start `catalog serve` for the file; the caller ends it."""
    command = [sys.executable, "-c", "from catalog.cli import main; main()"]
    command += ["serve", "--database", str(catalogue), "--port", str(port)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def address_of(process: subprocess.Popen[str]) -> str:
    """Return the address that `catalog serve` says, once it says it; without the slash at its end."""
    assert process.stdout
    line = process.stdout.readline()
    found = re.search(r"(http://127\.0\.0\.1:\d+)/", line)
    assert found, f"{line!r} {process.communicate(timeout=PATIENCE)}"
    return found[1]


@contextmanager
def serving(catalogue: Path) -> Iterator[str]:
    """Serve the file as a person does, and give the address."""
    process = start_serving(catalogue)
    try:
        yield address_of(process)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the installed Chromium. While it runs, this thread cannot run an event loop of asyncio."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS), timeout=1000 * PATIENCE)
        try:
            yield browser
        finally:
            browser.close()


def open_context(browser: Browser, address: str, width: int = WIDE, **options: Any) -> BrowserContext:
    """Open a visitor's window of this width at the site, without any page that was seen before."""
    context = browser.new_context(base_url=address, viewport={"width": width, "height": HEIGHT}, **options)
    context.set_default_timeout(1000 * PATIENCE)
    return context


class Noise:
    """What a page says that no page should: console messages, script errors, dialogs, failed requests."""

    def __init__(self, page: Page) -> None:
        self.heard: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.heard.append(f"script error: {error}"))
        page.on("requestfailed", self._failed)
        page.on("dialog", self._dialog)

    def _console(self, message: ConsoleMessage) -> None:
        self.heard.append(f"{message.type}: {message.text}")

    def _failed(self, request: Request) -> None:
        self.heard.append(f"failed: {request.url} ({request.failure})")

    def _dialog(self, dialog: Dialog) -> None:
        self.heard.append(f"dialog: {dialog.message}")
        dialog.dismiss()


def visit(page: Page, address: str, noise: Noise | None = None) -> int:
    """Go to an address, and again while the site is too busy to answer in its time; return the status."""
    for _ in range(MOST_VISITS):
        if noise:
            noise.heard.clear()
        answer = page.goto(address)
        assert answer is not None
        if answer.status != BUSY:
            break
    return answer.status


def grave_faults(page: Page, rules: tuple[str, ...] = ()) -> list[str]:
    """Return what axe-core finds serious or critical on the page: all of its rules, or these."""
    from axe_playwright_python.base import AXE_SCRIPT

    if not page.evaluate("typeof axe === 'object'"):
        # Through the browser's own protocol, which no Content-Security-Policy concerns.
        page.evaluate(AXE_SCRIPT)
    options = {"resultTypes": ["violations"]} | ({"runOnly": list(rules)} if rules else {})
    found = page.evaluate("options => axe.run(options)", options)
    return [
        f"{fault['id']}: {node['html'][:200]} {node['failureSummary']}"
        for fault in found["violations"]
        if fault["impact"] in GRAVE
        for node in fault["nodes"]
    ]


def cut_off(page: Page) -> dict[str, Any]:
    """Return what cannot be seen at the page's width, with everything open that opens; empty where all can.

    `document`: by how many pixels the document is wider; `outside`, `cut`, `placeholders`, `scrolled`: the elements.
    """
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    found = page.evaluate(CUT_OFF)
    return {name: value for name, value in found.items() if value and (name != "document" or value > 0)}
