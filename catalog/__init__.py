"""A relational catalogue of research papers, built from the digests that announce them.

    import catalog

    with catalog.open("catalog.db") as papers:
        for paper in papers.papers(year=2025, has_repository=True):
            print(paper.title, paper.repositories)

`open` gives a Catalog; what goes wrong is a CatalogError. More is in docs/python.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from catalog.errors import CatalogError

if TYPE_CHECKING:
    from pathlib import Path

    from catalog.api import Catalog

__all__ = ["Catalog", "CatalogError", "open"]


def open(path: str | Path = "catalog.db") -> Catalog:
    """Open the catalogue file at `path` for reading.

    Raises CatalogError where it is no catalogue, is damaged, or is of another version than this software.
    """
    from pathlib import Path

    from catalog.api import Catalog

    return Catalog(Path(path))


def __getattr__(name: str) -> Any:
    """Give `Catalog` when it is asked for: importing the package alone stays fast."""
    if name == "Catalog":
        from catalog.api import Catalog

        return Catalog
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
