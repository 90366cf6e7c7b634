"""Writes the texts that the newest revision about comments and checks carries: `python -m docs.explain`.

A text of a revision that people have run stays as it is. Then write a revision of its own, as 0008 is one, and name its
folder here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from catalog.check_views import check_comments, check_views
from catalog.models import metadata

FROZEN = Path(__file__).parent.parent / "migrations" / "frozen" / "0008"


def comments() -> Iterator[tuple[str, int, str | None, str]]:
    """Yield the rows of `schema_comments` as catalog/models and catalog/check_rules have them, in their order."""
    rules = check_comments()
    for name in sorted([*metadata.tables, *rules]):
        table = metadata.tables.get(name)
        if table is None:
            yield name, 0, None, rules[name]
            continue
        yield name, 0, None, str(table.comment)
        for position, column in enumerate(table.columns, start=1):
            yield name, position, column.name, str(column.comment)


def frozen_comments() -> str:
    """Return the text of `schema_comments.json`: one row a line."""
    rows = ",\n".join(json.dumps(row, ensure_ascii=False) for row in comments())
    return f"[\n{rows}\n]\n"


def frozen_views() -> str:
    """Return the text of `check_views.sql`: the statements, each with a semicolon at its end."""
    return "\n\n".join(f"{sql};" for _, sql in sorted(check_views().items())) + "\n"


def main() -> None:
    """Write both files."""
    (FROZEN / "schema_comments.json").write_text(frozen_comments(), encoding="utf-8")
    (FROZEN / "check_views.sql").write_text(frozen_views(), encoding="utf-8")


if __name__ == "__main__":
    main()
