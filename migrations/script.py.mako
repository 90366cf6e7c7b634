"""${message}.

Revision: ${up_revision}, after ${down_revision | comma,n}.

Rules, each learned from a measured loss of data on SQLite:
- The revision carries people's data: think of a file with a million rows, and of one from last year.
- Never import `catalog`: carry frozen table stubs and SQL, because the models move on and this file does not.
- Everything happens in the one transaction that env.py opens: no executescript, no autocommit_block, no COMMIT.
- Every constraint and index has the name that the naming convention gives it; write it out with op.f().
- A batch rebuild silently drops the triggers and expression indexes of its table and breaks views on it: drop them
  first, make them again in this revision, then rebuild the search index
  (INSERT INTO papers_fts (papers_fts) VALUES ('rebuild')). It fails on a generated column (`papers.recency`): drop that
  and its indexes first, too, and make them again.
- A downgrade that would lose data refuses with one sentence; the way back is the backup that `catalog migrate` makes.
- Models, docs/schema.sql and docs/schema.md change in the same commit (`make docs`); a test with real rows goes up,
  down and up again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
