"""The key by which a title identifies a paper. Pure."""

from __future__ import annotations

import re
import unicodedata

_LATEX_FORMATTING = re.compile(
    r"\\(?:math(?:bb|bf|cal|frak|it|rm|scr|sf|tt)|boldsymbol|bm|pmb|ensuremath|operatorname"
    r"|text(?:bf|it|md|normal|rm|sc|sf|sl|subscript|superscript|tt|up)?|emph|underline|uline|mbox|hbox"
    r"|rm|bf|it|sc|sf|tt|em|sl|tiny|small|large|Large|LARGE|huge|Huge|xspace|left|right)(?![A-Za-z])"
)


def title_key(title: str) -> str:
    """Return the letters and digits of `title`, folded, so that two printings of one title are equal.

    NFKC, LaTeX formatting commands and backslashes removed, accents stripped, case folded, everything but letters and
    digits deleted. A title without a single letter or digit keeps its other characters, folded, because an empty key
    would join every such title. Raises ValueError for a title of white space only.
    """
    text = _LATEX_FORMATTING.sub("", unicodedata.normalize("NFKC", title))
    folded = _fold(text)
    key = "".join(character for character in folded if character.isalnum()) or "".join(folded.split())
    if not key:
        raise ValueError("a title of white space only identifies nothing")
    return key


def _fold(text: str) -> str:
    if text.isascii():
        return text.lower()
    # Folding may compose again (U+0130), so accents are stripped on both sides of it.
    return _without_marks(_without_marks(text).casefold())


def _without_marks(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(character for character in decomposed if not unicodedata.combining(character))
