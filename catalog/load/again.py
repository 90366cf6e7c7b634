"""What the rules of this version make of a file of an older one: what a load would settle, for every paper."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sqlalchemy import Connection, delete, select

from catalog.database import create_catalog_engine, translated_errors
from catalog.load.derived import settle_derived
from catalog.load.digest_dates import settle_dates
from catalog.load.facts import settle_facts
from catalog.load.reconcile import reconcile, title_only_keys
from catalog.load.repeats import settle_repeats
from catalog.models import digests, papers, releases


def settle_again(database: Path) -> int:
    """Merge papers of `database` that are one by today's rules, and settle what follows from it; return how many.

    It is one transaction. Raises CatalogError where the file cannot be used.
    """
    engine = create_catalog_engine(database)
    left = "its papers were not merged; run the command again"
    try:
        with translated_errors(database, left), engine.begin() as connection:
            return _settle(connection)
    finally:
        engine.dispose()


def _settle(connection: Connection) -> int:
    parted, merged = reconcile(connection, title_only_keys(connection))
    if parted or merged:
        connection.execute(delete(releases))  # the file has not the form of a release any more
        touched = parted | set(merged.values())
        settle_facts(connection, touched)
        settle_dates(connection, touched, date.max, parted=parted)
        settle_repeats(connection, connection.scalars(select(digests.c.id)))
        settle_derived(connection, connection.scalars(select(papers.c.id)))
    return len(merged)
