"""Let the links of a captured page stand apart from their entries.

Revision: 0008, after 0007.

A page that was captured with its addresses in a list, at its end or elsewhere, has them in lines that belong to no entry.
The check of places took them for damage. Checks and what is said of them are replaced as a whole, so that the file says
what a new one says.
"""

from __future__ import annotations

import json
from pathlib import Path

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

FROZEN = Path(__file__).parent.parent / "frozen"


def upgrade() -> None:
    explain(FROZEN / "0008")


def downgrade() -> None:
    explain(FROZEN)


def explain(texts: Path) -> None:
    """Put the checks and comments of a folder in the place of those that are there: neither is anybody's data."""
    bind = op.get_bind()
    views = bind.exec_driver_sql(
        "SELECT name FROM sqlite_master WHERE type = 'view' AND name GLOB 'check_*'"
    ).fetchall()
    for (name,) in views:
        bind.exec_driver_sql(f'DROP VIEW "{name}"')
    for statement in (texts / "check_views.sql").read_text(encoding="utf-8").removesuffix(";\n").split(";\n\n"):
        bind.exec_driver_sql(statement)
    bind.exec_driver_sql("DELETE FROM schema_comments")
    rows = [tuple(row) for row in json.loads((texts / "schema_comments.json").read_text(encoding="utf-8"))]
    bind.exec_driver_sql("INSERT INTO schema_comments VALUES (?, ?, ?, ?)", rows)
