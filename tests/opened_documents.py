"""A text to write into documents, and the sentence with which one is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.documents import DocumentError, open_document

TEXT = "Folding Left Socks\n\nNobody folds them.\n"


def refusal(path: str | Path) -> str:
    """The sentence that refuses a document; it names the document and has no second line."""
    with pytest.raises(DocumentError) as caught:
        open_document(path)
    sentence = str(caught.value)
    assert "\n" not in sentence
    return sentence
