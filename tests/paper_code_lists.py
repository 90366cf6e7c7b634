"""Lists of papers with code about invented papers."""

from __future__ import annotations

import json
from typing import Any

from catalog.documents import Document
from tests import pages

SOCKS: dict[str, Any] = {
    "paper_url": "https://paperswithcode.com/paper/folding-left-socks",
    "paper_title": "Folding Left Socks",
    "paper_arxiv_id": "2613.00001",
    "paper_url_abs": "http://arxiv.org/abs/2613.00001v2",
    "paper_url_pdf": "http://arxiv.org/pdf/2613.00001v2.pdf",
    "repo_url": "https://github.com/invented-lab/socks",
    "is_official": True,
    "mentioned_in_paper": False,
    "mentioned_in_github": True,
    "framework": "pytorch",
}
PRETTY = json.dumps([SOCKS, {**SOCKS, "repo_url": "https://github.com/somebody/left-socks"}], indent=2) + "\n"


def document(text: str) -> Document:
    """A document with this text."""
    return pages.document(text, "list.json")


def row(**changed: Any) -> dict[str, Any]:
    """The row about socks with some fields changed; `...` leaves a field out."""
    return {key: value for key, value in {**SOCKS, **changed}.items() if value is not ...}
