"""What the faults meet: commands over small catalogues of invented papers, from a start to where they may end."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from catalog.cli import main
from catalog.migrate import upgrade
from tests.frozen_files import AS_OF, EPOCH, FROZEN
from tests.revisions import FIRST_FILE, REVISIONS
from tests.test_migrate_merges import TWINS

DOCUMENTS = FROZEN / "documents-0001"
DATABASE = "catalog.db"
RELEASE = "papers.db"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A command. `{folder}` in its arguments is where its files are, `{shelf}` where what it only reads is.

    `start` makes the files in an empty folder; the second argument is the shelf. `steps` are arguments of commands that
    go the same way in parts, without a fault: after each of them is a state in which a fault may leave the file. What
    writes in several threads cannot be forked on its way, and is run anew for each fault.
    """

    name: str
    arguments: tuple[str, ...]
    start: Callable[[Path, Path], object]
    steps: tuple[tuple[str, ...], ...] = ()
    has_threads: bool = False

    def command(self, folder: Path, shelf: Path, arguments: tuple[str, ...] | None = None) -> list[str]:
        """Return the arguments for these folders."""
        chosen = self.arguments if arguments is None else arguments
        return [part.format(folder=folder, shelf=shelf) for part in chosen]


def run(*arguments: str | Path) -> str:
    """Run a command in this process, without any fault, and return what it printed."""
    result = CliRunner().invoke(main, [str(part) for part in arguments], env={"SOURCE_DATE_EPOCH": EPOCH})
    if result.exit_code not in (0, 1) or result.stderr:  # 1 where pieces were rejected
        raise RuntimeError(result.output) from result.exception
    return result.stdout


def load(database: Path, *names: str) -> None:
    """Load documents of the shelf into `database`."""
    run("load", *(DOCUMENTS / name for name in names), "--as-of", AS_OF, "-d", database)


def _load_of(*names: str) -> tuple[str, ...]:
    return ("load", *(str(DOCUMENTS / name) for name in names), "--as-of", AS_OF, "-d", f"{{folder}}/{DATABASE}")


def make_shelf(shelf: Path) -> Path:
    """Put what the commands only read into the empty folder `shelf`, and return it."""
    load(shelf / "other.db", "june.txt", "answers.json")
    load(shelf / "part.db", "june.txt")
    load(shelf / "working.db", "monday/daily.txt", "walls.txt", "cellar-facts.json")
    load(shelf / "before.db", "monday/daily.txt")
    return shelf


def _nothing(_folder: Path, _shelf: Path) -> None:
    pass


def _few(folder: Path, _shelf: Path) -> None:
    load(folder / DATABASE, "monday/daily.txt", "walls.txt")


def _facts(folder: Path, _shelf: Path) -> None:
    load(folder / DATABASE, "herbarium-facts.json", "walls-again.txt")


def _first_revision(folder: Path, _shelf: Path) -> None:
    shutil.copyfile(FIRST_FILE, folder / DATABASE)


def _twins(folder: Path, _shelf: Path) -> None:
    """A file in which an upgrade finds two papers that are one."""
    first = folder / "first.db"
    shutil.copyfile(FIRST_FILE, first)
    with closing(sqlite3.connect(first)) as connection:
        connection.executescript(TWINS)
    upgrade(first, REVISIONS[-2])
    first.rename(folder / DATABASE)


def _earlier_release(folder: Path, shelf: Path) -> None:
    run("release", folder / RELEASE, "-d", shelf / "before.db")


SCENARIOS = (
    Scenario("load into a new file", _load_of("walls.txt"), _nothing),
    Scenario("load into a file", _load_of("answers.json"), _few),
    Scenario("load two documents", _load_of("herbarium.txt", "june.txt"), _facts, (_load_of("herbarium.txt"),)),
    Scenario("migrate 0001", ("migrate", "-d", f"{{folder}}/{DATABASE}"), _first_revision),
    Scenario("migrate and merge", ("migrate", "-d", f"{{folder}}/{DATABASE}"), _twins),
    Scenario("release", ("release", f"{{folder}}/{RELEASE}", "-d", "{shelf}/working.db"), _nothing, has_threads=True),
    Scenario(
        "release again",
        ("release", f"{{folder}}/{RELEASE}", "-d", "{shelf}/working.db"),
        _earlier_release,
        has_threads=True,
    ),
    Scenario(
        "merge two documents",
        ("merge", "{shelf}/other.db", "-d", f"{{folder}}/{DATABASE}"),
        _few,
        (("merge", "{shelf}/part.db", "-d", f"{{folder}}/{DATABASE}"),),
    ),
)


def run_everything(folder: Path) -> None:
    """Run one scenario of every command without a fault, in folders of its own below `folder`."""
    shelf = folder / "shelf"
    shelf.mkdir()
    make_shelf(shelf)
    for scenario in {scenario.arguments[0]: scenario for scenario in SCENARIOS}.values():
        place = folder / scenario.arguments[0]
        place.mkdir()
        scenario.start(place, shelf)
        run(*scenario.command(place, shelf))
