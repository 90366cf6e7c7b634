"""Faults of the disk, kills and losses of power: a sample. `make faults` runs every point (docs/reliability.md)."""

from __future__ import annotations

import os
import random
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.faults.bench import Bench, open_bench
from tests.faults.images import image
from tests.faults.kills import kill_once
from tests.faults.power import Outage
from tests.faults.server import Outcome
from tests.faults.shelf import DATABASE
from tests.faults.shim import SOURCE, Mode, why_not
from tests.faults.sweep import Result, table
from tests.faults.trials import Point, Trial

pytestmark = pytest.mark.skipif(why_not() is not None, reason=str(why_not()))


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    """What all trials share."""
    with open_bench() as opened:
        yield opened


@pytest.fixture(scope="module")
def two_documents(bench: Bench) -> Trial:
    """The load of two documents into a file that holds two others."""
    return Trial.of("load two documents", bench)


def a_sample(trial: Trial, count: int) -> list[Point]:
    """Some points: of each kind of operation the last, with every mode, and others by chance."""
    points = trial.points()
    last = {point.kind: point.number for point in points}
    ends = [point for point in points if point.kind != "write" and point.number == last[point.kind]]
    chance = random.Random(trial.scenario.name)
    return [*chance.sample(ends, min(count // 2, len(ends))), *chance.sample(points, count // 2)]


@pytest.mark.parametrize(
    "name",
    [
        "load into a new file",
        "migrate and merge",
        "release again",
        *(pytest.param(name, marks=pytest.mark.slow) for name in ("migrate 0001", "release", "merge two documents")),
    ],
)
def test_a_fault_leaves_a_whole_file_and_no_false_word(bench: Bench, name: str) -> None:
    trial = Trial.of(name, bench)

    for point, problems in trial.tried(a_sample(trial, 4 if name.startswith("release") else 6)):
        assert problems == [], point


def test_a_fault_in_a_load_leaves_all_or_nothing_of_each_document(two_documents: Trial) -> None:
    for point, problems in two_documents.tried(a_sample(two_documents, 12)):
        assert problems == [], point


def test_the_library_reaches_what_sqlite_does(bench: Bench, two_documents: Trial) -> None:
    kinds = {kind for kind, path in two_documents.operations if path.endswith("-journal")}
    assert kinds == {"create", "write", "sync", "unlink"}
    assert {kind for kind, path in two_documents.operations if Path(path).name == DATABASE} == {"write", "sync"}
    # One transaction for both documents; the folder is synced when a journal is there, and when it is gone.
    assert [kind for kind, _ in two_documents.operations].count("sync folder") == 2


def test_a_kill_half_way_really_needs_a_rollback(two_documents: Trial) -> None:
    writes = [number for number, (_, path) in enumerate(two_documents.operations, 1) if path.endswith(DATABASE)]
    two_documents.restart()
    before = (two_documents.folder / DATABASE).read_bytes()

    outcome = two_documents.run(Point("", "write", writes[2], "", Mode.KILL_HALF))

    assert outcome.code == -9
    assert (two_documents.folder / f"{DATABASE}-journal").stat().st_size > 512
    assert (two_documents.folder / DATABASE).read_bytes() != before
    assert two_documents.state().look == two_documents.start.look
    assert (two_documents.folder / DATABASE).read_bytes() == before


def test_a_fault_is_told_in_one_sentence(two_documents: Trial) -> None:
    number = next(number for number, (kind, _) in enumerate(two_documents.operations, 1) if kind == "write")
    for mode, says in (
        (Mode.EIO_EVER, "could not be read or written (disk I/O error)"),
        (Mode.ENOSPC_EVER, "because the disk is full"),
        (Mode.SHORT_FULL, "because the disk is full"),
    ):
        two_documents.restart()
        outcome = two_documents.run(Point("", "write", number, "", mode))

        assert outcome.code not in (0, 2)
        assert says in outcome.stderr
        assert outcome.stderr.count("\n") == 1


def test_a_fault_in_an_upgrade_is_told_as_one(bench: Bench) -> None:
    """A revision is undone or done, and no document is spoken of."""
    trial = Trial.of("migrate and merge", bench)
    trial.restart()
    writes = [
        number for number, (kind, path) in enumerate(trial.operations, 1) if (kind, path[-3:]) == ("write", ".db")
    ]

    outcome = trial.run(Point("", "write", writes[0], "", Mode.EIO_ONCE))

    assert outcome.code == 74
    assert "it is whole, at the last revision that was finished; run the command again (" in outcome.stderr
    assert trial.after(outcome, trial.state()) == []
    false = replace(outcome, stderr="Error: the disk is full; nothing of this document was stored.\n")
    assert trial.after(false, trial.state()) == [f"speaks of a document: {false.stderr.strip()}"]


def test_a_fork_of_a_run_fails_as_a_run_of_its_own_does(two_documents: Trial) -> None:
    trial = two_documents
    writes = [
        number for number, (kind, path) in enumerate(trial.operations, 1) if (kind, path[-3:]) == ("write", ".db")
    ]
    wanted = {writes[1]: (Mode.KILL_HALF, Mode.EIO_ONCE, Mode.SHORT_ONCE), last(trial, "unlink"): (Mode.EIO_EVER,)}
    alone = {}
    for number, modes in wanted.items():
        for mode in modes:
            trial.restart()
            outcome = trial.run(Point("", "", number, "", mode))
            alone[number, mode] = (outcome.code, outcome.stderr, (trial.folder / DATABASE).read_bytes())

    forked = {}
    for (number, mode), outcome in trial.forks(wanted):
        forked[number, mode] = (outcome.code, outcome.stderr, (trial.folder / DATABASE).read_bytes())

    assert forked == alone
    assert len({code for code, _, _ in alone.values()}) == 3  # killed, failed, done
    assert trial.is_end(trial.state())


def last(trial: Trial, kind: str) -> int:
    """The number of the last operation of a kind."""
    return max(number for number, (one, _) in enumerate(trial.operations, 1) if one == kind)


def test_an_error_after_the_commit_does_not_say_that_nothing_was_stored(two_documents: Trial) -> None:
    two_documents.restart()

    outcome = two_documents.run(Point("", "", last(two_documents, "sync folder"), "", Mode.EIO_ONCE))

    assert outcome.code != 0
    assert "was changed, but the disk did not confirm it" in outcome.stderr
    assert two_documents.is_end(two_documents.state())


def test_a_release_that_fails_between_its_files_says_so(bench: Bench) -> None:
    trial = Trial.of("release again", bench)
    trial.restart()

    outcome = trial.run(Point("", "", last(trial, "rename"), "", Mode.EIO_ONCE))

    assert outcome.code != 0
    assert "is the new release, but not everything beside it could be put in place" in outcome.stderr
    assert not trial.is_end(trial.state())
    assert trial.again() == []


# What the harness must notice, so that its silence means something


def test_it_notices_a_false_success_a_part_of_a_document_and_a_complaint(two_documents: Trial) -> None:
    trial = two_documents
    start = trial.restart()
    assert trial.after(Outcome(0, "", "", 9, True), start) == ["success was reported and is not so"]
    told = Outcome(1, "june.txt  3  3  0  2  0\n", "Error: it broke.\n", 9, True)
    assert trial.after(told, start) == ["reports 1 documents as loaded, and there are 0"]

    with closing(sqlite3.connect(trial.folder / DATABASE)) as connection, connection:
        connection.execute("DELETE FROM paper_links")
    problems = trial.after(Outcome(1, "", "Error: it broke.\n", 9, True), trial.state())
    assert "holds a part of a document, or something else" in problems
    assert any(problem.startswith("breaks a rule") for problem in problems)
    assert any("another content" in problem for problem in trial.again())


def test_it_notices_a_disk_that_does_not_keep_what_is_synced(bench: Bench) -> None:
    """The same images from a record without its syncs are bad soon, so those with them prove something."""
    outage = Outage("load two documents", bench)
    careless = [one for one in outage.recording.operations if not one.kind.startswith("sync")]
    outage.recording = replace(outage.recording, operations=careless)
    chance = random.Random(3)

    assert any(outage.problems(chance) for _ in range(60))


# Kills and losses of power


def test_a_killed_command_leaves_all_or_nothing(bench: Bench, two_documents: Trial) -> None:
    chance = random.Random(os.getpid())
    for _ in range(2):
        outcome, problems = kill_once(two_documents, chance.uniform(0, 0.3))
        assert problems == [], outcome


@pytest.mark.parametrize(
    "name", ["load two documents", "release again", pytest.param("migrate and merge", marks=pytest.mark.slow)]
)
def test_a_loss_of_power_costs_no_document_that_was_reported(bench: Bench, name: str) -> None:
    outage = Outage(name, bench)
    chance = random.Random(name)

    for _ in range(30):
        assert outage.problems(chance) == []


def test_an_image_without_a_loss_is_what_was_written(bench: Bench) -> None:
    outage = Outage("load two documents", bench)
    end = len(outage.recording.operations)

    files = image(outage.recording, end, random.Random(1))

    assert sorted(files) == [DATABASE]


# The form of the harness


def test_the_library_has_no_mode_that_python_does_not_know() -> None:
    (names,) = re.findall(r"enum mode \{([^}]*)\}", SOURCE.read_text(encoding="utf-8"))
    assert [name.strip() for name in names.split(",")] == [mode.name for mode in Mode]


def test_the_table_counts_points_and_bad_ones() -> None:
    points = [Point("release", "write", 1, "", Mode.KILL), Point("release", "sync", 2, "", Mode.EIO_ONCE)]
    text = table([Result(points[0], []), Result(points[1], ["it broke"])])

    (line,) = re.findall(r"^release .*$", text, re.MULTILINE)
    assert line.split() == ["release", "1", "0", "1", "0", "0", "0", "0", "0", "2", "1"]


def test_make_faults_is_what_the_page_says() -> None:
    page = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "make faults" in page
    assert re.search(r"^faults: .*## ", makefile, re.MULTILINE)
