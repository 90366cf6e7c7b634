"""What goes wrong with a catalogue file, as one sentence. Apart from the rest, so that commands start quickly."""

from __future__ import annotations


class CatalogError(Exception):
    """One sentence for the person at the terminal: which file, what is wrong, what to do."""
