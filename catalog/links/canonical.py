"""From an address to its target: one canonical form, one identity, and the kind that the address alone tells."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from catalog.links.address import Address, page_url, parse_address
from catalog.links.forges import forge_target, plain_repository
from catalog.links.hosts import (
    ARCHIVE_HOSTS,
    LARGE_SITES,
    OTHER_HOSTS,
    PAPER_HOSTS,
    SHORTENERS,
    host_is_in,
    is_placeholder,
)
from catalog.links.hubs import hub_target, page_key
from catalog.links.targets import LinkKind, Target

# Longer addresses are not kept: what they take is bounded.
_SHORT: Final = 256


def canonicalize(url: str) -> Target:
    """What an address points at, in canonical form.

    Takes an address with or without its scheme. Two spellings of one target give equal `key`s, and canonicalizing
    the canonical address changes nothing but `sub_path`. Raises ValueError for what is no address.
    """
    return _canonicalize_often(url) if len(url) <= _SHORT else _canonicalize(url)


def _canonicalize(url: str) -> Target:
    plain = plain_repository(url)
    if plain is not None:
        return plain
    address = parse_address(url)
    return forge_target(address) or hub_target(address) or _ordinary_page(address)


# An address of a field is asked for when it is read and when it is stored. Few are kept: they take little memory.
_canonicalize_often = lru_cache(maxsize=512)(_canonicalize)


def _ordinary_page(address: Address) -> Target:
    host = address.host
    kind = _page_kind(address)
    url = page_url(address)
    shown_host = address.origin.partition(":")[0]
    if kind == "shortener":
        # Opaque, and the case of its path is its identity.
        url = page_url(address, origin=host)
        shown_host = host
    return Target(url, page_key(url), shown_host, kind)


def _page_kind(address: Address) -> LinkKind:
    host, segments = address.host, address.segments
    if any(map(is_placeholder, segments)):
        return "other"
    if host_is_in(host, SHORTENERS):
        return "shortener" if segments else "other"
    if host.endswith(("sites.google.com", "pages.dev")):
        return "project page"
    if host_is_in(host, ARCHIVE_HOSTS):
        return "archive"
    if host_is_in(host, PAPER_HOSTS):
        return "paper"
    if host in LARGE_SITES and not segments:
        return "other"
    return "other" if host_is_in(host, OTHER_HOSTS) else "project page"
