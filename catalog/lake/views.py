"""Named steps from evidence to tables: each is a view of the session that later ones read by its name."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Final

from catalog.lake.mapping import few_rows
from catalog.lake.tuning import gathered, is_in_one_part

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_PLACE_BITS: Final = 33
"""How many low bits of `monotonically_increasing_id` count the rows of a part; the others are the part's number (its
documentation in Spark's API)."""


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
            rows = gathered(self.session.read.schema(rows.schema).parquet(path))
        rows.createOrReplaceTempView(name)
        return rows

    def number(self, name: str, source: str, order: Sequence[str], *, is_kept: bool = False) -> DataFrame:
        """Let `name` be the rows of the view `source` with an `id`: their places, from 1, in the order of `order`.

        The order must tell all rows apart that differ. Then ids depend neither on the number nor on the order of tasks.
        """
        if is_in_one_part(self.session):
            place = f"row_number() OVER (ORDER BY {', '.join(order)})"
            return self.define(name, f"SELECT CAST({place} AS BIGINT) AS id, * FROM {source}", is_kept=is_kept)  # noqa: S608
        return self._number_in_parts(name, source, order)

    def _number_in_parts(self, name: str, source: str, order: Sequence[str]) -> DataFrame:
        """The same where one task could not sort all rows: each part is numbered from where those before it end."""
        from pyspark.sql.functions import expr, monotonically_increasing_id

        ordered = self.rows(source).orderBy(*map(expr, order)).withColumn("_place", monotonically_increasing_id())
        self.define("ordered", ordered, is_kept=True)
        counted = self.session.sql(
            f"SELECT shiftright(_place, {_PLACE_BITS}) AS part, count(*) AS size FROM ordered GROUP BY 1 ORDER BY 1"  # noqa: S608
        ).collect()
        ends = accumulate((row.size for row in counted), initial=0)
        starts = {"part": [row.part for row in counted], "start": list(ends)[: len(counted)]}
        self.define("starts", few_rows(self.session, starts, "part BIGINT, start BIGINT"))
        return self.define(
            name,
            "SELECT /*+ BROADCAST(starts) */ starts.start + 1 + (ordered._place & "  # noqa: S608 - our own names
            f"{(1 << _PLACE_BITS) - 1}L) AS id, ordered.* EXCEPT (_place) FROM ordered "
            f"JOIN starts ON starts.part = shiftright(ordered._place, {_PLACE_BITS})",
        )

    def rows(self, name: str) -> DataFrame:
        """Return the rows of a view."""
        return self.session.table(name)
