"""Text that no spreadsheet runs. Pure."""

from __future__ import annotations

import re
from typing import Final

# The rule of the site (catalog/site/plugins/streams.py), which cannot import this one; a test compares both.
_FORMULA: Final = re.compile(r"'*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20\t\r\n]")
_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|-inf", re.IGNORECASE | re.ASCII)


def defused(text: str) -> str:
    """Return `text` with an apostrophe before it where a spreadsheet would take it for a formula.

    A number stays a number. A text that looks defused already gets one more apostrophe, so that `armed` always gives
    back what was there. The rule is OWASP's (https://owasp.org/www-community/attacks/CSV_Injection), as far as it
    leaves the text readable for programs.
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def armed(text: str) -> str:
    """Return what `defused` was given."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text
