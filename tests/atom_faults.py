"""What a reader of Atom may refuse: each fault of a feed as a sentence (RFC 4287)."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, Final
from urllib.parse import urlsplit

from lxml import etree

ATOM: Final = "{http://www.w3.org/2005/Atom}"
_IRI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
# RFC 3339, as section 3.3 wants it: an upper case T, and an upper case Z or an offset.
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def parsed(feed: bytes) -> Any:
    """Return the root of a feed. Raises etree.XMLSyntaxError where it is no XML."""
    return etree.fromstring(feed, etree.XMLParser(resolve_entities=False, no_network=True))


def texts(node: Any, name: str) -> list[str]:
    return [child.text or "" for child in node.findall(ATOM + name)]


def faults(feed: bytes) -> list[str]:
    """Return what breaks RFC 4287 in a feed: sections 4.1.1 and 4.1.2, dates (3.3), ids (4.2.6), links (4.2.7)."""
    root = parsed(feed)
    found = [] if root.tag == f"{ATOM}feed" else ["the root is no atom:feed"]
    entries = root.findall(f"{ATOM}entry")
    for node, name in ((root, "feed"), *((entry, f"entry {place}") for place, entry in enumerate(entries, start=1))):
        found += [f"{name}: {fault}" for fault in _faults_of(node)]
    links = root.findall(f"{ATOM}link")
    if not any(link.get("rel") == "self" for link in links):
        found.append("feed: names no address of its own")
    if not root.findall(f"{ATOM}author") and not all(entry.findall(f"{ATOM}author") for entry in entries):
        found.append("feed: neither it nor each entry has an author")
    repeated = [
        key for key, count in Counter(text for entry in entries for text in texts(entry, "id")).items() if count > 1
    ]
    return found + [f"feed: two entries have the id {key}" for key in repeated]


def _faults_of(node: Any) -> list[str]:
    found = [f"has not one {name}" for name in ("id", "title", "updated") if len(texts(node, name)) != 1]
    found += [f"{key!r} is no IRI" for key in texts(node, "id") if not _IRI.fullmatch(key)]
    found += [f"{moment!r} is no date" for moment in texts(node, "updated") if not _DATE.fullmatch(moment)]
    for link in node.findall(f"{ATOM}link"):
        if not _is_web_address(link.get("href", "")):
            found.append(f"{link.get('href')!r} is no absolute link")
    if node.tag == f"{ATOM}entry":
        alternates = [link for link in node.findall(f"{ATOM}link") if link.get("rel", "alternate") == "alternate"]
        if not alternates and not texts(node, "content"):
            found.append("has neither content nor link")
    found += [
        "has an author without name" for author in node.findall(f"{ATOM}author") if not any(texts(author, "name"))
    ]
    return found


def _is_web_address(href: str) -> bool:
    parts = urlsplit(href)
    return parts.scheme in ("http", "https") and bool(parts.netloc) and _IRI.fullmatch(href) is not None
