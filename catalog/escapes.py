"""Places in text that stands escaped in its document. Pure."""

from __future__ import annotations

import re

# JSON's escapes: a surrogate pair is one character, every other escape is one, too.
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)",
    re.DOTALL,
)


class EscapedText:
    r"""A JSON string as it stands between its quotes, to tell where in it a character of the decoded text stands.

    A JSON string holds no raw line break, so that with the place of the string this is a place in the document.
    """

    def __init__(self, raw: str) -> None:
        self._raw = raw
        self._position = self._index = 0
        self._escape = _ESCAPE.search(raw)

    def offset(self, index: int) -> int:
        r"""Return where in the raw text the decoded character `index` begins; an index past the end is counted on.

        `\n`, `"` and `\uXXXX` are one character each, and a surrogate pair is one together. Indexes that
        increase cost time in proportion to the raw text, all together; an index before the last starts anew.
        """
        if index < self._index:
            self._position = self._index = 0
            self._escape = _ESCAPE.search(self._raw)
        while self._escape is not None and self._index + self._escape.start() - self._position < index:
            self._index += self._escape.start() - self._position + 1
            self._position = self._escape.end()
            self._escape = _ESCAPE.search(self._raw, self._position)
        return self._position + index - self._index
