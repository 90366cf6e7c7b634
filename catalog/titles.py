"""The key by which a title identifies a paper. Pure."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_LATEX_FORMATTING = re.compile(
    r"\\(?:math(?:bb|bf|cal|frak|it|rm|scr|sf|tt)|boldsymbol|bm|pmb|ensuremath|operatorname"
    r"|text(?:bf|it|md|normal|rm|sc|sf|sl|subscript|superscript|tt|up)?|emph|underline|uline|mbox|hbox"
    r"|rm|bf|it|sc|sf|tt|em|sl|tiny|small|large|Large|LARGE|huge|Huge|xspace|left|right)(?![A-Za-z])"
)

# As in Unicode's Stream-Safe Text Format: no language comes near it.
_MAX_MARKS = 30

_NO_LETTERS_OR_DIGITS = bytes(code for code in range(128) if not chr(code).isalnum())


def title_key(title: str) -> str:
    """Return the letters and digits of `title`, folded, so that two printings of one title are equal.

    NFKC, LaTeX formatting commands and backslashes removed, accents stripped, case folded, everything but letters and
    digits deleted. A title without a single letter or digit keeps its other characters, folded if something is left
    then, because an empty key would join every such title. Raises ValueError for a title of white space only.
    """
    normal = unicodedata.normalize("NFKC", _with_few_marks(title))
    printed = _LATEX_FORMATTING.sub("", normal) if "\\" in normal else normal
    if printed.isascii():
        folded = printed.lower()
        key = folded.encode().translate(None, _NO_LETTERS_OR_DIGITS).decode()
    else:
        folded = _without_marks(printed).casefold()
        key = "".join(character for character in folded if character.isalnum())
    key = key or "".join(folded.split()) or "".join(normal.split())
    if not key:
        raise ValueError("a title of white space only identifies nothing")
    return key


def _with_few_marks(text: str) -> str:
    """Leave out what exceeds a limit in a row: normalising sorts them in quadratic time, and no key keeps them."""
    if text.isascii():
        return text
    kept, run = [], 0
    for character in text:
        run = run + 1 if _is_mark(character) else 0
        if run <= _MAX_MARKS:
            kept.append(character)
    return "".join(kept)


@lru_cache(maxsize=4096)
def _is_mark(character: str) -> bool:
    # Some characters are no marks themselves but are normalised to one (U+FF9E).
    return unicodedata.combining(unicodedata.normalize("NFKD", character)[0]) != 0


def _without_marks(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(character for character in decomposed if not unicodedata.combining(character))
