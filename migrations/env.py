"""How Alembic runs the revisions: each one atomic, with foreign keys off, checked before its commit.

Alembic's SQLite support assumes that schema changes cannot be rolled back, because the driver of old committed before
them. Our engine lets the driver start no transaction and says BEGIN IMMEDIATE itself, so they can.
"""

from __future__ import annotations

import warnings
from collections import Counter
from pathlib import Path
from typing import Any

from alembic import context
from sqlalchemy import Connection

from catalog.database import create_catalog_engine
from catalog.models import SEARCH_TABLE, metadata


def include_name(name: str | None, type_: str, _parents: Any) -> bool:
    """Leave out the search index: a virtual table and its shadows, which reflection takes for tables of ours."""
    return not (type_ == "table" and name is not None and name.startswith(SEARCH_TABLE))


def finish_revision(ctx: Any, step: Any, **_: Any) -> None:
    """Check the foreign keys and stamp the header, inside the transaction of the revision."""
    broken = ctx.connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        tables = ", ".join(f"{table} ({count})" for table, count in Counter(row[0] for row in broken).most_common())
        raise RuntimeError(
            f"after revision {step.up_revision_id} there would be rows that refer to missing rows, in {tables}; nothing "
            "was changed"
        )
    revision = step.up_revision_id if step.is_upgrade else (step.down_revision_ids or ("0",))[0]
    ctx.connection.exec_driver_sql(f"PRAGMA user_version = {int(revision)}")
    context.config.attributes.get("on_revision", lambda: None)()


def run(connection: Connection) -> None:
    """Run the revisions that Alembic's command asks for on `connection`."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        transaction_per_migration=True,
        transactional_ddl=True,
        include_name=include_name,
        on_version_apply=finish_revision,
        compare_server_default=True,
        autogenerate_plugins=["alembic.autogenerate.*", "alembic.ext.checkconstraint_byname"],
    )
    with context.begin_transaction(), warnings.catch_warnings():
        # Alembic cannot compare an index on an expression, and says so each time; a test compares the schema's text.
        warnings.filterwarnings("ignore", ".*expression-based index")
        context.run_migrations()


if "connection" in context.config.attributes:
    run(context.config.attributes["connection"])
else:
    database = Path(context.get_x_argument(as_dictionary=True).get("database", "catalog.db"))
    database.touch()
    engine = create_catalog_engine(database, foreign_keys=False)
    with engine.connect() as connection:
        run(connection)
    engine.dispose()
