"""What attacks cost: how long answers take and how much memory the site has, while twelve visitors send each attack.

`python benchmarks/bench_attacks.py FILE` starts `catalog serve` on the file, or with `--plain` a plain Datasette on
a folder with metadata.yml and the site folder's contents, and prints a Markdown table. Meanwhile an honest visitor asks
for a paper's page again and again. Peaks of memory are those of the serving process alone, from Linux.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import click

from catalog.resources import resource
from tests.attackers import CLIENTS, Answer, forget_peak, peak_megabytes, wait_until_up, while_attacked
from tests.attacks import HEAVY, Attack
from tests.attacks_odd import LIGHT

_HEAD = (
    "attack",
    "answers (status: number)",
    "slowest, s",
    "peak, MB",
    "visitor: median, s",
    "slowest, s",
    "answers",
)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--seconds", default=2.0, show_default=True, help="How long each attack goes on.")
@click.option("--plain", is_flag=True, help="A plain Datasette on the site folder, instead of catalog serve.")
@click.option("--only", default="", help="Only the attacks whose name has these words.")
@click.option("--paper", default=77, show_default=True, help="Whose page the honest visitor asks for.")
def main(file: Path, seconds: float, plain: bool, only: str, paper: int) -> None:
    """Attack a site that shows FILE, which nobody may write to meanwhile."""
    ordinary = Attack("an ordinary page", f"/catalog/papers/{paper}", frozenset({200}))
    groups: list[tuple[str, Sequence[Attack]]] = [(attack.name, [attack]) for attack in HEAVY]
    groups.append((f"{len(LIGHT)} odd requests", LIGHT))
    click.echo("| " + " | ".join(_HEAD) + " |\n|" + "---|" * len(_HEAD))
    start = _plain if plain else _served
    with tempfile.TemporaryDirectory() as folder, start(file.absolute(), Path(folder)) as (port, pid):
        chosen = [group for group in groups if only in group[0]]
        worst = [_measure(name, attacks, ordinary, port, pid, seconds) for name, attacks in chosen]
    slowest, peak = (max(values) for values in zip(*worst, strict=True))
    click.echo(f"\nThe slowest answer began after {slowest:.2f} s; the peak was {peak:.0f} MB.")


def _measure(
    name: str, attacks: Sequence[Attack], ordinary: Attack, port: int, pid: int, seconds: float
) -> tuple[float, float]:
    """Send the attacks, print a line, and return the slowest answer and the peak."""
    forget_peak(pid)
    answers, visits = while_attacked(port, attacks, ordinary, seconds)
    peak = peak_megabytes(pid) or 0.0
    slowest = max(answer.seconds for answer in answers)
    times = sorted(visit.seconds for visit in visits)
    cells = (
        name,
        _statuses(answers),
        f"{slowest:.2f}",
        f"{peak:.0f}",
        f"{times[len(times) // 2]:.2f}",
        f"{times[-1]:.2f}",
    )
    click.echo("| " + " | ".join((*cells, _statuses(visits))) + " |")
    wrong = {answer.status for answer in answers if not answer.is_right}
    if wrong:
        click.echo(f"{name}: not expected: {sorted(wrong)}", err=True)
    return max(slowest, times[-1]), peak


def _statuses(answers: Sequence[Answer]) -> str:
    return ", ".join(f"{status}: {count}" for status, count in sorted(Counter(a.status for a in answers).items()))


@contextmanager
def _served(file: Path, folder: Path) -> Iterator[tuple[int, int]]:
    port = _free_port()
    command = [sys.executable, "-m", "catalog", "serve", "--database", str(file), "--port", str(port)]
    with _running(command, port, folder) as pid:
        yield port, pid


@contextmanager
def _plain(file: Path, folder: Path) -> Iterator[tuple[int, int]]:
    site = folder / "site"
    shutil.copytree(Path(str(resource("site/settings.json"))).parent, site, ignore=shutil.ignore_patterns("*.pyc"))
    shutil.copy(Path(str(resource("metadata.yml"))), site / "metadata.yml")
    (site / "catalog.db").symlink_to(file)
    port = _free_port()
    datasette = [sys.executable, "-m", "datasette"]
    inspected = subprocess.run(
        [*datasette, "inspect", "catalog.db"], cwd=site, check=True, capture_output=True, text=True
    )
    json.loads(inspected.stdout)
    (site / "inspect-data.json").write_text(inspected.stdout, encoding="utf-8")
    with _running([*datasette, str(site), "--port", str(port)], port, folder) as pid:
        yield port, pid


@contextmanager
def _running(command: Sequence[str], port: int, folder: Path) -> Iterator[int]:
    log = folder / "site.log"
    with log.open("w") as said:
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT, text=True)
    try:
        wait_until_up(port, process, lambda: log.read_text(encoding="utf-8"))
        click.echo(f"at rest: {peak_megabytes(process.pid) or 0:.0f} MB, {CLIENTS} clients", err=True)
        yield process.pid
    finally:
        process.terminate()
        process.wait(timeout=30)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


if __name__ == "__main__":
    main()
