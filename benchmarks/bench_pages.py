"""How fast each kind of page of the site is, beside stock Datasette on the same file in the same run.

`python benchmarks/bench_pages.py FILE` asks both over HTTP, in turns, and prints a Markdown table. Without FILE it
makes a small catalogue of made papers first. benchmarks/README.md says what is compared.
"""

from __future__ import annotations

import signal
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import click
import httpx
import yaml

from benchmarks.made.documents import LAST_DAY, made_documents
from benchmarks.pages.kinds import PageKind, examples, page_kinds
from benchmarks.pages.servers import Server, name_at, our_site, stock_datasette
from catalog.load.session import load_documents, load_terms

_TIMEOUT = 60.0
_HEAD = ("page", "ms", "worst", "CPU", "kB", "stock ms", "worst", "CPU", "ratio", "CPU ratio", "remarks")


@dataclass(frozen=True, slots=True)
class Times:
    """What asking one address some times gave: milliseconds, and the last answer's status and size in bytes.

    `cpu` are the milliseconds that the server had on a processor, which other work on the machine hardly changes.
    """

    milliseconds: tuple[float, ...]
    cpu: tuple[float, ...]
    status: int
    size: int

    @property
    def median(self) -> float:
        """The middle of the times."""
        return statistics.median(self.milliseconds)


@click.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--rounds", type=click.IntRange(1, 1000), default=7, show_default=True, help="How often to ask.")
@click.option("--only", default="", help="Only the kinds of pages whose name has these words.")
@click.option("--papers", default=2000, show_default=True, help="Papers to make where no FILE is named.")
def main(file: Path | None, rounds: int, only: str, papers: int) -> None:
    """Measure the pages of FILE, which nobody may write to meanwhile."""
    # Else the servers would outlive a benchmark that is ended from outside.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory() as folder:
        database = file or _made(Path(folder), papers)
        with our_site(database) as ours, stock_datasette(database, Path(folder)) as stock:
            for line in _report(database, ours, stock, rounds, only):
                print(line, flush=True)


def _report(database: Path, ours: Server, stock: Server, rounds: int, only: str) -> Iterator[str]:
    size = database.stat().st_size / 1e6
    yield (
        f"{_count(database):,} papers, {size:,.0f} MB; {rounds} rounds after one to warm up; medians in milliseconds, "
        "from asking to the last byte and on a processor of the server; ratios are ours to stock."
    )
    yield ""
    yield f"| {' | '.join(_HEAD)} |"
    yield f"|---|{'---:|' * 9}---|"
    name = name_at(stock)
    with httpx.Client(timeout=_TIMEOUT) as client:
        for kind in _kinds(database):
            if only in kind.name:
                asked = ((ours, kind.ours), (stock, kind.stock.replace("{database}", name)))
                yield _line(kind, *_in_turns(client, asked, rounds))


def _kinds(database: Path) -> Iterator[PageKind]:
    metadata = yaml.safe_load((Path(__file__).parents[1] / "metadata.yml").read_text(encoding="utf-8"))
    site = metadata["databases"]["catalog"]
    queries: dict[str, dict[str, Any]] = site.get("queries", {})
    order = site["tables"]["papers"].get("sort_desc", "id")
    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?immutable=1", uri=True)) as connection:
        try:
            found = examples(connection, order)
        except (ValueError, sqlite3.DatabaseError) as error:
            raise click.UsageError(f"{database} {error}.") from error
        tables = [
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            if not name.startswith(("papers_fts", "alembic", "sqlite_"))
        ]
    yield from page_kinds(found, queries, tables)


def _in_turns(client: httpx.Client, asked: Sequence[tuple[Server, str]], rounds: int) -> list[Times]:
    """Ask each server for its page once to warm up, then all of them in turns."""
    times: list[list[float]] = [[] for _ in asked]
    cpu: list[list[float]] = [[] for _ in asked]
    answers: list[tuple[int, int]] = [(0, 0)] * len(asked)
    for turn in range(rounds + 1):
        for place, (server, page) in enumerate(asked):
            used, start = server.cpu_milliseconds(), time.perf_counter()
            answers[place] = _ask(client, server.address + page)
            if turn:
                times[place].append(1000 * (time.perf_counter() - start))
                cpu[place].append(server.cpu_milliseconds() - used)
    return [Times(tuple(times[at]), tuple(cpu[at]), *answers[at]) for at in range(len(asked))]


def _ask(client: httpx.Client, address: str) -> tuple[int, int]:
    try:
        answer = client.get(address)
    except httpx.TimeoutException:
        return 0, 0
    return answer.status_code, len(answer.content)


def _line(kind: PageKind, ours: Times, stock: Times) -> str:
    remarks = [kind.nearest and f"stock: {kind.nearest}"]
    remarks += [f"{who}: {_fault(times)}" for who, times in (("**ours**", ours), ("stock", stock)) if _fault(times)]
    is_comparable = not _fault(ours) and not _fault(stock)
    cells = (
        kind.name,
        f"{ours.median:,.0f}",
        f"{max(ours.milliseconds):,.0f}",
        f"{statistics.median(ours.cpu):,.0f}",
        f"{ours.size / 1000:,.0f}",
        f"{stock.median:,.0f}",
        f"{max(stock.milliseconds):,.0f}",
        f"{statistics.median(stock.cpu):,.0f}",
        f"{ours.median / stock.median:.2f}" if is_comparable else "",
        f"{statistics.median(ours.cpu) / statistics.median(stock.cpu):.2f}" if is_comparable else "",
        "; ".join(filter(None, remarks)),
    )
    return f"| {' | '.join(cells)} |"


def _fault(times: Times) -> str:
    if times.status == 200:
        return ""
    return f"status {times.status}" if times.status else f"no answer in {_TIMEOUT:.0f} s"


def _count(database: Path) -> int:
    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?immutable=1", uri=True)) as connection:
        count: int = connection.execute("SELECT count(*) FROM papers").fetchone()[0]
    return count


def _made(folder: Path, papers: int) -> Path:
    database = folder / "catalog.db"
    documents = folder / "documents"
    documents.mkdir()
    for name, content in made_documents(papers):
        (documents / name).write_bytes(content)
    terms = load_terms(as_of=max(LAST_DAY, date.today()))
    for _ in load_documents(sorted(documents.iterdir()), database, terms, on_error=sys.exit):
        pass
    return database


if __name__ == "__main__":
    main()
