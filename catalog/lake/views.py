"""Named steps from evidence to tables: each is a view of the session that later ones read by its name."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


class Views:
    """The views of one derivation. Those that are kept lie as Parquet in the folder `staging`.

    On the disk they outlive every worker, and they cut the plan: Spark plans all that a view is made of again for each
    that reads it, which round upon round (`catalog.lake.dates`) would take longer than the work.
    """

    def __init__(self, session: SparkSession, staging: Path) -> None:
        self.session = session
        self._staging = staging
        self._count = 0

    def define(self, name: str, sql: str | DataFrame, *, is_kept: bool = False) -> DataFrame:
        """Let `name` be the rows of a query, or of a DataFrame; `is_kept` where several steps read them."""
        rows = self.session.sql(sql) if isinstance(sql, str) else sql
        if is_kept:
            self._count += 1
            path = str(self._staging / f"{self._count:04d}-{name}")
            rows.write.option("compression", "lz4").parquet(path)
            rows = self.session.read.schema(rows.schema).parquet(path)
        rows.createOrReplaceTempView(name)
        return rows

    def number(self, name: str, source: str, order: Iterable[str], *, is_kept: bool = False) -> DataFrame:
        """Let `name` be the rows of the view `source` with an `id`: their places, from 1, in the order of `order`."""
        place = f"row_number() OVER (ORDER BY {', '.join(order)})"
        return self.define(name, f"SELECT CAST({place} AS BIGINT) AS id, * FROM {source}", is_kept=is_kept)  # noqa: S608

    def rows(self, name: str) -> DataFrame:
        """Return the rows of a view."""
        return self.session.table(name)
