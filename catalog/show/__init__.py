"""`catalog show`: one paper, repository or digest, as text for the terminal or as JSON."""

from catalog.show.command import show

__all__ = ["show"]
