"""Make source documents about invented papers, with the statistics of real digests, to load as many as are needed.

`python benchmarks/made_digests.py --papers 20000 --out FOLDER` writes them; `made_documents` gives them to a program.
benchmarks/README.md says what is measured and what is assumed.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import click

from benchmarks.made.documents import made_documents

__all__ = ["made_documents"]

_DOCUMENTS_IN_FOLDER = 1000


@click.command()
@click.option("--papers", type=click.IntRange(1, 2_000_000), required=True, help="How many different papers.")
@click.option("--entries", type=click.IntRange(1), help="How many entries at most; by default 421 for 341 papers.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same bytes.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="An empty or new folder.")
def main(papers: int, entries: int | None, seed: int, out: Path) -> None:
    """Write made digests into folders of a thousand documents below OUT."""
    if out.exists() and any(out.iterdir()):
        raise click.UsageError(f"{out} is not empty; name another folder.")
    count = size = 0
    try:
        for name, content in made_documents(papers, entries=entries, seed=seed):
            folder = out / f"{count // _DOCUMENTS_IN_FOLDER:03}"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
            count += 1
            size += len(content)
    except ValueError as error:
        raise click.UsageError(f"{error}.") from error
    click.echo(f"{count:,} documents, {size / 1e6:,.1f} MB, in {out}")


if __name__ == "__main__":
    main()
