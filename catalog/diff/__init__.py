"""`catalog diff`: what is new, gone and changed between two catalogue files, matched by what things are called."""

from catalog.diff.command import diff

__all__ = ["diff"]
