"""The comments of the tables and columns -> the generated parts of metadata.yml. Pure."""

from __future__ import annotations

import json
import re
from typing import Final

from catalog.models import metadata

# A generated part stands between two comments of its own, so that everything around it stays as a person wrote it.
_PART: Final = re.compile(
    r"^(?P<indent> *)# from catalog/models: (?P<table>\w+)\n.*?^(?P=indent)# end of what is generated$",
    re.DOTALL | re.MULTILINE,
)


def described(metadata_yaml: str) -> str:
    """Return the text of metadata.yml with descriptions of tables and columns as catalog/models has them.

    Raises ValueError where the text has no part for a table, two for one, or one for a table that does not exist.
    """
    named = [match["table"] for match in _PART.finditer(metadata_yaml)]
    if sorted(named) != sorted(metadata.tables):
        wrong = sorted(set(named) ^ set(metadata.tables)) or sorted({name for name in named if named.count(name) > 1})
        raise ValueError(f"metadata.yml must have one generated part for each table; look at: {', '.join(wrong)}")
    return _PART.sub(_part, metadata_yaml)


def _part(match: re.Match[str]) -> str:
    table = metadata.tables[match["table"]]
    lines = [
        f"# from catalog/models: {table.name}",
        f"description: {_quoted(table.comment)}",
        "columns:",
        *(f"  {column.name}: {_quoted(column.comment)}" for column in table.columns),
        "# end of what is generated",
    ]
    return "\n".join(match["indent"] + line for line in lines)


def _quoted(text: str | None) -> str:
    # A JSON string is a YAML string too, whatever it holds.
    return json.dumps(text or "", ensure_ascii=False)
