"""Takes the pictures in the README: `make pictures`, or `python -m docs.pictures [FOLDER]`.

They show the catalogue that `make catalog` makes from seeds/: facts alone, no abstract of anybody's. The clock that the
load sees stands still, so that the same code, browser and fonts give the same picture.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.documents import find_documents
from catalog.load import load_documents, load_terms
from tests.browser import MISSING, chromium, open_context, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "pictures"
MOST_BYTES = 60_000
SIZE = {"width": 1000, "height": 620}
PAGES = {
    "home.png": "/",
    "search.png": "/catalog/search?words=graph",
    "digest.png": "/catalog/digests/4",
}
# 20 November 2026: the day of the load is on the home page, and bounds the digests whose year is open.
LOADED_AT = "1795132800"
# Text on paper has few colours: with a palette a file is a third as large, and looks the same.
COLOURS = 64


def take_pictures(folder: Path) -> list[Path]:
    """Write every picture into `folder`, made where it is missing; return their paths. Starts Chromium and the site."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as scratch,
        serving(_catalogue(Path(scratch))) as address,
        chromium() as browser,
    ):
        return [_take(browser, address, page, folder / name) for name, page in PAGES.items()]


def _catalogue(folder: Path) -> Path:
    path = folder / "catalog.db"
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = LOADED_AT
    try:
        terms = load_terms()
    finally:
        os.environ.pop("SOURCE_DATE_EPOCH")
        os.environ.update({} if before is None else {"SOURCE_DATE_EPOCH": before})
    list(load_documents(find_documents([ROOT / "seeds"]), path, terms, on_error=sys.exit))
    return path


def _take(browser: Browser, address: str, page_address: str, path: Path) -> Path:
    from PIL import Image

    with open_context(browser, address, color_scheme="light", reduced_motion="reduce") as context:
        page = context.new_page()
        page.set_viewport_size(SIZE)
        answer = page.goto(page_address)
        if answer is None or not answer.ok:
            sys.exit(f"{page_address}: does not answer; the picture was not taken.")
        taken = page.screenshot(animations="disabled", caret="hide")
    with Image.open(io.BytesIO(taken)) as image:
        image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    return path


def main() -> None:
    """Take the pictures and say how large each is."""
    if MISSING:
        sys.exit(f"The pictures cannot be taken: {MISSING}.")
    for path in take_pictures(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER):
        print(f"{path}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
