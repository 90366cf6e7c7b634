"""Functions of ours give the same rows in this process and on workers, and settings follow the size of the work."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from benchmarks.made_digests import made_documents
from catalog.lake import tuning
from catalog.lake.mapping import applied, few_rows, mapped
from catalog.lake.writing import WRITTEN, keep, writer
from catalog.load import load_terms

pytestmark = pytest.mark.xdist_group("spark")

PARTS = "spark.sql.shuffle.partitions"
MIB = 1024 * 1024


@pytest.mark.parametrize("parts", ["1", "3"])
@pytest.mark.parametrize("count", [0, 7])
def test_every_row_is_mapped_wherever_that_is_done(session: Any, parts: str, count: int) -> None:
    given = {"id": range(count), "name": [None if place == 3 else f"n{place}" for place in range(count)]}
    before = session.conf.get(PARTS)
    session.conf.set(PARTS, parts)
    try:
        rows = few_rows(session, given, "id BIGINT, name STRING")
        found = mapped(
            rows, lambda row: {**row, "is_odd": row["id"] % 2 == 1}, "id BIGINT, name STRING, is_odd BOOLEAN"
        )
        assert sorted(map(tuple, found.collect())) == [
            (place, name, place % 2 == 1) for place, name in enumerate(given["name"])
        ]
    finally:
        session.conf.set(PARTS, before)


def test_documents_say_the_same_here_and_on_workers(session: Any, tmp_path: Path) -> None:
    from catalog.lake.tables import read_evidence  # needs pyspark, as the session does

    documents = tmp_path / "documents"
    documents.mkdir()
    for name, content in made_documents(20):
        (documents / name).write_bytes(content)
    (documents / "nothing.txt").write_bytes(b"")
    paths = sorted(map(str, documents.iterdir()))
    rows = few_rows(session, {"copy_id": range(len(paths)), "path": paths}, "copy_id BIGINT, path STRING")
    terms, found = load_terms(as_of=date(2026, 11, 20)), []
    for number, is_here in enumerate((True, False)):
        folder = tmp_path / f"build={number:06d}"
        write = writer(terms, None, folder)
        written = applied(rows.repartition(2), write, WRITTEN, is_here=is_here).collect()
        assert len(written) == (1 if is_here else 2)
        keep(folder, [row.attempt for row in written])
        pieces = read_evidence(session, str(tmp_path), [folder.name])
        found.append({piece: sorted(map(tuple, some.collect()), key=repr) for piece, some in pieces.items()})
    here, there = found
    assert len(here["document"]) == len(paths) - 1
    assert len(here["fault"]) == 1
    assert here == there


def test_a_session_is_tuned_anew_but_for_what_it_was_started_with(
    session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = {name: session.conf.get(name) for name in tuning.SMALL}
    tuning.tune(session, tuning.SMALL_BYTES + 1)
    assert {name: session.conf.get(name) for name in tuning.SMALL} == said

    other = "spark.sql.files.openCostInBytes"  # one that nobody gave this session
    default = session.conf.get(other)
    monkeypatch.setitem(tuning.SMALL, other, "7")
    tuning.tune(session, 0)
    assert session.conf.get(other) == "7"
    tuning.tune(session, tuning.SMALL_BYTES + 1)
    assert session.conf.get(other) == default


def test_java_compiles_by_the_size_of_the_work() -> None:
    much = tuning.start_settings(tuning.MIDDLE_BYTES + 1)
    assert "spark.cores.max" not in much
    for process in ("driver", "executor"):
        options = much[f"spark.{process}.extraJavaOptions"]
        assert "Tier4" in options
        assert "TieredStopAtLevel" not in options
    middle = tuning.start_settings(tuning.MIDDLE_BYTES)
    assert "spark.cores.max" not in middle
    small = tuning.start_settings(20 * MIB)
    assert small["spark.cores.max"] == "2"
    for settings in (small, middle):
        assert "SerialGC" in settings["spark.driver.extraJavaOptions"]
    assert [tuning.task_count(size) for size in (0, 1, 16 * MIB, 16 * MIB + 1)] == [0, 1, 1, 2]


@pytest.mark.parametrize(
    ("size", "divided", "parts", "is_interpreted", "is_adaptive"),
    [
        (128 * MIB, 100 * MIB, "1", True, False),
        # A core bears more than a task is worth, and as many tasks as another.
        (128 * MIB + 1, 70 * MIB, "2", False, False),
        (640 * MIB, 300 * MIB, "4", False, False),
        (640 * MIB, 10 * MIB, "1", False, False),
        (640 * MIB + 1, 200 * MIB, "13", False, True),
        (640 * MIB + 1, 10 * MIB, "2", False, True),
    ],
)
def test_work_is_divided_by_its_size(
    size: int, divided: int, parts: str, is_interpreted: bool, is_adaptive: bool
) -> None:
    said = tuning.query_settings(size, divided, cores=2)
    assert said[PARTS] == parts
    assert ("spark.sql.codegen.wholeStage" in said) == is_interpreted
    assert ("spark.sql.adaptive.enabled" not in said) == is_adaptive
