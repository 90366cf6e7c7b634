"""Links: from a text to the addresses it offers, and from an address to what it points at. Pure; no database."""

from __future__ import annotations

from catalog.links.canonical import canonicalize
from catalog.links.find import find_links
from catalog.links.targets import FoundLink, LinkKind, Target

__all__ = ["FoundLink", "LinkKind", "Target", "canonicalize", "find_links"]
