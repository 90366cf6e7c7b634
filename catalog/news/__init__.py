"""`catalog news`: what is new or trending in a catalogue, as text, Markdown, HTML, an Atom feed or e-mail."""

from catalog.news.command import news

__all__ = ["news"]
