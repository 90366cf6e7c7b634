"""The fields of one object of the listing: each of the type it must have, or None and a reject of its piece. Pure."""

from __future__ import annotations

import re
from typing import Any, Final

from catalog.readers.json_elements import JsonElement, RawJson
from catalog.readers.json_members import array_members, member_at, object_members
from catalog.records import RejectRecord

MAX_COUNT: Final = 10**9

Path = tuple[str | int, ...]
"""Where a value stands in the object: names, and indexes of arrays."""

# JSON can write both, and no UTF-8 text or database takes the second.
_UNUSABLE = re.compile("[\x00\ud800-\udfff]")


class Notes:
    """The place of one object in the document, and the rejects that came of it.

    `span` are the lines to give for everything where the object's own lines are not those of the document. `literal` is
    the value where the element is a string that Python's `repr` wrote: `repr` says then how a piece of it stands there.
    """

    def __init__(self, element: JsonElement, span: tuple[int, int] | None, literal: Any) -> None:
        self.line_start, self.line_end = span or (element.line, element.line_end)
        self.rejects: list[RejectRecord] = []
        self._has_places = span is None and literal is None
        self._literal = literal
        self._element = element
        self._pieces: dict[Path, RawJson] = {(): element}
        # JSON can write such a character only as an escape.
        self.may_be_unusable = literal is not None or "\\u" in element.text

    def refuse(self, path: Path, value: Any, reason: str) -> None:
        """Make a reject of one piece."""
        if self._literal is not None:
            self.rejects.append(RejectRecord(self.line_start, self.line_end, repr(value), reason))
            return
        piece = self._piece(path)
        start, end = (piece.line, piece.line_end) if self._has_places else (self.line_start, self.line_end)
        self.rejects.append(RejectRecord(start, end, piece.text, reason))

    def string_place(self, path: Path) -> tuple[int, int | None]:
        """Return line and character of the first character inside the quotes of a string; the latter where known."""
        if not self._has_places:
            return self.line_start, None
        piece = self._piece(path)
        return piece.line, piece.char + 1

    def raw_string(self, path: Path) -> str | None:
        """Return a string as it stands between its quotes; None where its place is not known."""
        return self._piece(path).text[1:-1] if self._has_places else None

    def _piece(self, path: Path) -> RawJson:
        if path in self._pieces:
            return self._pieces[path]
        names = [name for name in path if isinstance(name, str)]
        found = member_at(self._element, names) if len(names) == len(path) else None
        if found is not None:
            self._pieces[path] = found
            return found
        parent = path[:-1]
        container = self._piece(parent)
        if isinstance(path[-1], str):
            self._pieces.update({(*parent, name): member for name, member in object_members(container).items()})
        else:
            self._pieces.update({(*parent, index): member for index, member in enumerate(array_members(container))})
        return self._pieces[path]


class Fields:
    """The fields of one JSON object. A missing field, null and a blank text are None and no reject."""

    __slots__ = ("_notes", "_objects", "_path", "_refused", "_value")

    def __init__(self, value: dict[str, Any], path: Path, notes: Notes) -> None:
        self._value = value
        self._path = path
        self._notes = notes
        self._refused: set[str] = set()
        self._objects: dict[str, Fields] = {}

    def path(self, key: str) -> Path:
        """Return where a field stands in the whole object."""
        return (*self._path, key)

    def refuse(self, key: str, reason: str) -> None:
        """Make a reject of a field, once."""
        if key not in self._refused:
            self._refused.add(key)
            self._notes.refuse(self.path(key), self._value[key], reason)

    def is_refused(self, key: str) -> bool:
        """Whether a field became a reject."""
        return key in self._refused

    def text(self, key: str, most: int) -> str | None:
        """Return a text as it is decoded, of at most `most` characters."""
        value = self._value.get(key)
        if value is None:
            return None
        if not isinstance(value, str):
            self.refuse(key, f"{key} is no text")
        elif len(value) > most:
            self.refuse(key, f"{key} is longer than {most} characters")
        elif self._notes.may_be_unusable and _UNUSABLE.search(value):
            self.refuse(key, f"{key} holds a character that no text has")
        elif value and not value.isspace():
            return value
        return None

    def line(self, key: str, most: int) -> str | None:
        """Return a text on one line: white space in it, also line breaks, becomes a single blank."""
        text = self.text(key, most)
        return None if text is None else " ".join(text.split())

    def count(self, key: str) -> int | None:
        """Return a whole number that is not negative."""
        value = self._value.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_COUNT:
            self.refuse(key, f"{key} is no count")
            return None
        return value

    def object(self, key: str) -> Fields:
        """Return the fields of an object; none where there is no object."""
        if key not in self._objects:
            value = self._value.get(key)
            if value is not None and not isinstance(value, dict):
                self.refuse(key, f"{key} is no object")
            self._objects[key] = Fields(value if isinstance(value, dict) else {}, self.path(key), self._notes)
        return self._objects[key]

    def array(self, key: str) -> list[Any]:
        """Return the values of an array; none where there is no array."""
        value = self._value.get(key)
        if value is not None and not isinstance(value, list):
            self.refuse(key, f"{key} is no list")
        return value if isinstance(value, list) else []

    def lines_in_elements(self, key: str, name: str, most: int) -> list[str | None]:
        """Return a text on one line of each object in an array; None where there is none, or anything is wrong."""
        texts = [value.get(name) if isinstance(value, dict) else None for value in self.array(key)]
        may_be_unusable = self._notes.may_be_unusable
        return [
            " ".join(text.split()) or None
            if isinstance(text, str) and len(text) <= most and not (may_be_unusable and _UNUSABLE.search(text))
            else None
            for text in texts
        ]

    def element(self, key: str, index: int) -> Fields | None:
        """Return the fields of an object in an array; what is no object becomes a reject."""
        value = self._value[key][index]
        if isinstance(value, dict):
            return Fields(value, (*self.path(key), index), self._notes)
        self.refuse_element(key, index, f"a value in {key} is no object")
        return None

    def refuse_element(self, key: str, index: int, reason: str) -> None:
        """Make a reject of one value in an array."""
        self._notes.refuse((*self.path(key), index), self._value[key][index], reason)
