"""`catalog merge`: the documents of other people's catalogue files, loaded into one's own."""

from catalog.merge.command import merge

__all__ = ["merge"]
