"""Addresses without a scheme: which hosts are offered as addresses, and which are only named."""

from __future__ import annotations

import re

from catalog.links import hostname, joins
from catalog.links.hosts import ENDINGS, LARGE_SITES, OTHER_HOSTS, PAPER_HOSTS, WORD_ENDINGS, host_is_in

_HAS_PATH = re.compile(r"\s{0,4}/\s{0,4}[A-Za-z0-9~@_-]")
_FIRST_SEGMENT = re.compile(r"/([A-Za-z0-9._~@-]{1,60})")
_CATEGORY = re.compile(
    r"(?:cs|stat|math|eess|physics|q-bio|q-fin|econ|astro-ph|cond-mat|nlin)\.[A-Za-z]{2}", re.IGNORECASE
)
# Words that lead to an address, right before it: a bare domain after them is offered.
_LEAD = re.compile(
    r"\b(?:(?:available|accessible|found|accessed|hosted|visited|viewed|deployed|live|online|released|explored|"
    r"browsed|played|queried|tried|listed|provided|shared|posted|documented|downloaded|"
    r"obtained)\s(?:online\s|freely\s|publicly\s|here\s)?(?:at|via|under|through)|"
    r"(?:publicly|freely|openly) (?:available|accessible) (?:on|from)|"
    r"can (?:also )?be (?:downloaded|obtained|accessed|found|tried|viewed) (?:from|on)|"
    r"(?:is|are|codes?|data|datasets?|models?|demos?|videos?|paper|results|samples|details|more|benchmarks?|tools?|"
    r"documentation|tutorials?) (?:now )?at|leaderboards? (?:at|on)|"
    r"please (?:visit|see)|(?<![^(])see|check out|try (?:it )?(?:at|on)|"
    r"(?:our|project|demo|live|official) (?:website|web ?page|home ?page|page|site|demo|portal|server)[,:]?|"
    r"(?:demo|website|web ?page|home ?page|page|site|url|link)\s?(?:at|is|:))"
    r"\s{0,3}:?\s{0,3}[(]?$",
    re.IGNORECASE,
)
LED_ENDINGS = "com|org|net|ai|io|edu|dev|app|info|xyz|tech|site|cn|de|uk|fr|jp|kr|eu|ch|science|cloud"
_BARE_END = re.compile(r"[.,;:)\]}!?]{0,3}(?:\s|$)")


def is_offered(host: str, text: str, start: int, end: int) -> bool:
    """Whether the host at `text[start:end]`, without a scheme, is offered as an address rather than named."""
    folded = host.casefold()
    if folded.endswith(hostname.PAGE_HOSTS) and folded.count(".") >= 2:
        return True
    if folded.startswith("www.") and folded.count(".") >= 2:
        ending = folded.rpartition(".")[2]
        return ending in ENDINGS or (ending.isalpha() and _HAS_PATH.match(text, end) is not None)
    if not _HAS_PATH.match(text, end):
        return _is_led(host, text, start, end)
    if folded in joins.KNOWN_HOSTS or folded.partition(".")[2] in joins.KNOWN_HOSTS:
        return True
    return _is_plausible(host, text[end : end + 64])


def _is_plausible(host: str, path: str) -> bool:
    """Whether `host/path` without a scheme is an address; names with a dot and a slash after them are not."""
    labels = host.split(".")
    ending = labels[-1]
    if ending not in ENDINGS or _CATEGORY.fullmatch(host) or not path.startswith("/"):
        return False
    # Names of packages begin with an ending: `org.apache.commons.io/FileUtils`.
    if labels[0] in ("com", "org", "net", "co"):
        return False
    if host[0].isupper() and (host_is_in(host.casefold(), LARGE_SITES) or (len(labels) == 2 and path[1:2].isupper())):
        return False
    if ending in WORD_ENDINGS and len(labels) < 3 and host != "youtu.be":
        return False
    first = _FIRST_SEGMENT.match(path)
    if first is None:
        return False
    names_a_domain = first[1].rstrip(".").rpartition(".")[2].casefold() in ("com", "org", "net")
    return not names_a_domain and not all(label.isdigit() for label in labels[:-1])


def _is_led(host: str, text: str, start: int, end: int) -> bool:
    """Whether words lead to a bare domain ("available at foo.org"); well-known sites are named, not offered."""
    folded = host.casefold()
    if host.rpartition(".")[2] not in LED_ENDINGS.split("|"):
        return False
    # `Acme.com` with a capital is a company ("deployed at Acme.com").
    if host[0].isupper() and folded.endswith(".com"):
        return False
    if any(host_is_in(folded, hosts) for hosts in (LARGE_SITES, OTHER_HOSTS, PAPER_HOSTS, joins.KNOWN_HOSTS)):
        return False
    return bool(_BARE_END.match(text, end) and _LEAD.search(text[max(0, start - 40) : start]))
