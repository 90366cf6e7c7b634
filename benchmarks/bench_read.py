"""How fast documents are read and normalised on one core, beside a floor, for each format.

`python benchmarks/bench_read.py [SOURCE]…` reads the documents of the sources, or made ones where there is none, and
prints a Markdown table. benchmarks/README.md says what is measured.
"""

from __future__ import annotations

import cProfile
import gc
import json
import pstats
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))

import click

from benchmarks.made.documents import made_documents
from benchmarks.made.forms import made_forms
from catalog.documents import Document, DocumentError, find_documents, open_document, split_lines
from catalog.readers import read_document
from catalog.records import DocumentRecord, PaperRecord
from catalog.rows import mention_rows

STAGES = ("open", "read", "normalise")
_ADDRESS = re.compile(r"https?://[^\s]{1,2000}")


@dataclass(slots=True)
class Times:
    """Bytes of the documents of one format, and the CPU seconds of each round: of each stage and of the floor."""

    byte_count: int = 0
    documents: int = 0
    stages: list[list[float]] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)

    @property
    def whole(self) -> float:
        """The seconds of all stages together: the middle of the rounds."""
        return median(map(sum, self.stages))

    def speed(self, seconds: float) -> float:
        """Megabytes in a second."""
        return self.byte_count / 1e6 / max(seconds, 1e-9)


@click.command()
@click.argument("sources", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--rounds", type=click.IntRange(1, 1000), default=5, show_default=True, help="How often to read all.")
@click.option("--papers", default=600, show_default=True, help="Papers to make where no source is named.")
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures there.")
@click.option("--profile", is_flag=True, help="Say which modules the time goes to.")
def main(sources: tuple[Path, ...], rounds: int, papers: int, json_file: Path | None, profile: bool) -> None:
    """Measure the documents of SOURCES (files and folders), or made ones."""
    with tempfile.TemporaryDirectory() as folder:
        if not sources:
            _make(Path(folder), papers)
        by_format = _by_format(sources or (Path(folder),))
        measured = {format: measure(paths, rounds) for format, paths in by_format.items()}
        click.echo(table(measured))
        if profile:
            for format, paths in by_format.items():
                click.echo(f"\n{format}\n\n{profiled(paths)}")
    if json_file is not None:
        json_file.write_text(json.dumps({format: asdict(times) for format, times in measured.items()}, indent=1) + "\n")


def measure(paths: Sequence[Path], rounds: int) -> Times:
    """Read the documents as often as `rounds` says, each time as if it were the first, in turns with the floor."""
    times = Times(sum(path.stat().st_size for path in paths), len(paths))
    for _ in range(rounds):
        _forget()
        times.stages.append([0.0] * len(STAGES))
        times.floor.append(0.0)
        for path in paths:
            for stage, seconds in enumerate(_stages(path)):
                times.stages[-1][stage] += seconds
            times.floor[-1] += _floor(path.read_bytes())
    return times


def _stages(path: Path) -> list[float]:
    """The CPU seconds of opening, reading and normalising one document."""
    moments = [_cpu_seconds()]
    document = open_document(path)
    moments.append(_cpu_seconds())
    record = read_document(document)
    papers = [paper for paper in record.papers if isinstance(paper, PaperRecord)]
    moments.append(_cpu_seconds())
    _normalise(record, papers)
    moments.append(_cpu_seconds())
    return [after - before for before, after in pairwise(moments)]


def _normalise(record: DocumentRecord, papers: Sequence[PaperRecord]) -> None:
    for digest in record.digests:
        mention_rows(digest.entries)
    mention_rows(papers)


def _floor(content: bytes) -> float:
    """The CPU seconds of what nobody reads a document without: decode it, and look at each line once."""
    before = _cpu_seconds()
    for line in split_lines(content.decode()):
        _ADDRESS.search(line)
    return _cpu_seconds() - before


def _cpu_seconds() -> float:
    # How the kernel parts it into user and system time is a guess from samples: too coarse for a small document.
    return time.process_time()


def _forget() -> None:
    """Empty what the catalogue remembers of earlier texts, and collect garbage."""
    for name, module in list(sys.modules.items()):
        # Which readers other packages bring is known to the process, not learned from texts.
        if name.startswith("catalog.") and name != "catalog.readers":
            for value in vars(module).values():
                if hasattr(value, "cache_clear"):
                    value.cache_clear()
    gc.collect()


def table(measured: dict[str, Times]) -> str:
    """Return the figures as a Markdown table: megabytes a second, and how many times the floor's seconds it takes."""
    rows = ["| format | documents | MB | MB/s | open | read | normalise | floor | times the floor |", "|---" * 9 + "|"]
    for format, times in sorted(measured.items()):
        stages = [times.speed(median(each[stage] for each in times.stages)) for stage in range(len(STAGES))]
        floor = median(times.floor)
        shown = " | ".join(f"{speed:,.0f}" for speed in (*stages, times.speed(floor)))
        ratio = times.whole / max(floor, 1e-9)
        size = times.byte_count / 1e6
        rows.append(
            f"| {format} | {times.documents} | {size:.2f} | {times.speed(times.whole):.1f} | {shown} | {ratio:.1f} |"
        )
    return "\n".join(rows)


def profiled(paths: Sequence[Path]) -> str:
    """Return the shares of time that the modules of the catalogue take, with what they call in other packages."""
    _forget()
    profile = cProfile.Profile()
    profile.enable()
    for path in paths:
        _stages(path)
    profile.disable()
    seconds: Counter[str] = Counter()
    # What a function of the catalogue calls outside of it (patterns, dictionaries, libxml2) is its own time.
    for (file, _, _), (_, _, own, _, callers) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        if _module(file):
            seconds[_module(file)] += own
        else:
            for (caller, _, _), (_, _, of_caller, _) in callers.items():
                seconds[_module(caller) or "others"] += of_caller
    whole = sum(seconds.values())
    return "\n".join(f"{share / whole:6.1%}  {module}" for module, share in seconds.most_common(14))


def _module(file: str) -> str:
    parts = Path(file).with_suffix("").parts
    return ".".join(parts[parts.index("catalog") :]) if "catalog" in parts else ""


def _make(folder: Path, papers: int) -> None:
    for name, content in (*made_documents(papers), *made_forms(papers)):
        (folder / name).write_bytes(content)


def _by_format(sources: Sequence[Path]) -> dict[str, list[Path]]:
    """The documents by the format in which they are read; what cannot be read is left out with a word."""
    found: dict[str, list[Path]] = {}
    for path in find_documents(sources):
        try:
            if isinstance(path, DocumentError):
                raise path
            document = open_document(path)
            if isinstance(document, Document):
                found.setdefault(read_document(document).origin.format, []).append(path)
        except DocumentError as error:
            click.echo(str(error), err=True)
    return found


if __name__ == "__main__":
    main()
