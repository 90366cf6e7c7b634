"""Numbers of rows are their places in an order, in however many parts they are sorted."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from catalog.lake.views import Views

pytestmark = pytest.mark.xdist_group("spark")


@pytest.mark.parametrize("parts", ["1", "5"])
def test_rows_get_their_places_in_any_number_of_parts(session: Any, tmp_path: Path, parts: str) -> None:
    pairs = [(number % 7 if number % 11 else None, f"{number:03}") for number in range(200)]
    shuffled = random.Random(3).sample(pairs, len(pairs))
    before = session.conf.get("spark.sql.shuffle.partitions")
    session.conf.set("spark.sql.shuffle.partitions", parts)
    try:
        views = Views(session, tmp_path / "staging")
        views.define("pairs", session.createDataFrame(shuffled, "one BIGINT, other STRING").repartition(3))
        rows = views.number("numbered_pairs", "pairs", ("one IS NULL", "one", "other")).collect()
    finally:
        session.conf.set("spark.sql.shuffle.partitions", before)

    expected = sorted(pairs, key=lambda pair: (pair[0] is None, pair[0] or 0, pair[1]))
    assert sorted((row.id, row.one, row.other) for row in rows) == [
        (place, *pair) for place, pair in enumerate(expected, start=1)
    ]
