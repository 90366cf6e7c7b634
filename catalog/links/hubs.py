"""Hubs, archives and paper servers: models, datasets, spaces, deposits, papers, and pages of forges.

Sources of the rules: the paths of huggingface.co; arXiv's identifier schemes before and since April 2007; the
DOI handbook (a DOI ignores case); Zenodo's DOIs, whose number is the record's.
"""

from __future__ import annotations

import re

from catalog.arxiv import ARXIV_ID
from catalog.links.address import Address, page_url
from catalog.links.forges import bare_name, named_target, other_page
from catalog.links.hosts import ARCHIVE_DOI_PREFIXES, is_placeholder, word_set
from catalog.links.targets import LinkKind, Target

_ARXIV_HOSTS = frozenset(
    ("arxiv.org", "export.arxiv.org", "ar5iv.org", "ar5iv.labs.arxiv.org", "browse.arxiv.org", "alphaxiv.org")
)
_ARXIV_VIEWS = frozenset(("abs", "pdf", "html", "ps", "format", "src", "e-print", "overview"))
_HUB_KINDS: dict[str, LinkKind] = {"datasets": "dataset", "spaces": "space", "models": "model", "studios": "space"}
HUB_PAGES = word_set(
    "docs papers collections blog learn posts tasks join login pricing settings organizations new chat api "
    "inference enterprise models datasets spaces studios search terms-of-service privacy changelog brand support "
    "languages metrics welcome course transformers discussions notifications logout tos content-guidelines "
    "inference-endpoints inference-providers"
)
"""First segments of paths at Hugging Face that name no person and no organisation."""
_OWNER_PAGES = frozenset(("models", "datasets", "spaces", "collections", "activity", "papers", "posts"))
_PAGE_HOSTS = (".github.io", ".gitlab.io", ".github.com")
_DOI = re.compile(r"(10\.\d{4,9})/(\S{1,300})")
_ZENODO = re.compile(r"zenodo\.(\d{1,12})", re.IGNORECASE)


def hub_target(address: Address) -> Target | None:
    """What an address on a hub, an archive, a DOI resolver or a paper server names; None for any other host."""
    host = address.host
    if host in ("huggingface.co", "hf.co", "huggingface.com"):
        return _hugging_face(address)
    if host.endswith(".hf.space"):
        name = host.removesuffix(".hf.space")
        return Target(f"https://{host}", host, host, "space", None, name, "/".join(address.segments) or None)
    if host in ("modelscope.cn", "modelscope.ai") or host == "kaggle.com":
        return _kind_first_hub(address)
    if host in ("doi.org", "dx.doi.org"):
        return _doi(address, "/".join(address.segments))
    if host == "zenodo.org":
        return _zenodo(address)
    if host in _ARXIV_HOSTS:
        return _arxiv(address)
    if host.endswith(_PAGE_HOSTS):
        return _forge_page(address)
    return None


def paper_target(arxiv_id: str) -> Target:
    """The one paper reference that all of arXiv's pages about `arxiv_id` stand for, without its version."""
    url = f"https://arxiv.org/abs/{arxiv_id}"
    return Target(url, f"arxiv.org/abs/{arxiv_id}".casefold(), "arxiv.org", "paper", None, arxiv_id)


def _hugging_face(address: Address) -> Target:
    host, segments = "huggingface.co", address.segments
    if not segments:
        return other_page(address, host)
    first = segments[0].casefold()
    if first == "papers" and len(segments) > 1:
        match = ARXIV_ID.fullmatch(segments[1])
        return paper_target(match[1]) if match else other_page(address, host)
    if first == "collections":
        return other_page(address, host, owner=segments[1] if len(segments) > 1 else None)
    if first in _HUB_KINDS:
        return _hub_item(address, host, first, segments[1:])
    if first in HUB_PAGES:
        return other_page(address, host)
    if len(segments) == 1 or bare_name(segments[1]).casefold() in _OWNER_PAGES:
        owner = None if is_placeholder(segments[0]) else segments[0]
        return other_page(address, host, owner=owner)
    return named_target(address, host, "model", segments[0], segments[1], segments[2:])


def _hub_item(address: Address, host: str, first: str, rest: tuple[str, ...]) -> Target:
    kind = _HUB_KINDS[first]
    prefix = "" if kind == "model" and host == "huggingface.co" else first
    if len(rest) >= 2 and (prefix or rest[0].casefold() not in HUB_PAGES):
        return named_target(address, host, kind, rest[0], rest[1], rest[2:], prefix=prefix)
    # The first datasets had no owner (`datasets/NAME`); a space always has one.
    if len(rest) == 1 and kind == "dataset" and host == "huggingface.co":
        return named_target(address, host, kind, None, rest[0], (), prefix=prefix)
    return other_page(address, host, owner=rest[0] if rest else None)


def _kind_first_hub(address: Address) -> Target:
    first = address.segments[0].casefold() if address.segments else ""
    if first in _HUB_KINDS:
        return _hub_item(address, address.host, first, address.segments[1:])
    return other_page(address)


def _doi(address: Address, text: str) -> Target:
    match = _DOI.fullmatch(text)
    if not match:
        return other_page(address, "doi.org")
    prefix, suffix = match[1], match[2]
    zenodo = _ZENODO.fullmatch(suffix) if prefix == "10.5281" else None
    if zenodo:
        suffix = f"zenodo.{zenodo[1]}"
    if prefix == "10.48550":
        arxiv = ARXIV_ID.fullmatch(suffix[6:]) if suffix.casefold().startswith("arxiv.") else None
        if arxiv:
            return paper_target(arxiv[1])
    kind: LinkKind = "archive" if prefix in ARCHIVE_DOI_PREFIXES else "paper"
    url = f"https://doi.org/{prefix}/{suffix}"
    return Target(url, url.removeprefix("https://").casefold(), "doi.org", kind, prefix, f"{prefix}/{suffix}")


def _zenodo(address: Address) -> Target:
    segments = address.segments
    if segments[:1] == ("doi",):
        return _doi(address, "/".join(segments[1:]))
    if len(segments) > 1 and segments[0] in ("record", "records", "deposit") and segments[1].isdecimal():
        deposit = _doi(address, f"10.5281/zenodo.{segments[1]}")
        rest = "/".join(segments[2:]) or None
        return Target(deposit.url, deposit.key, deposit.host, deposit.kind, deposit.owner, deposit.name, rest)
    url = page_url(address, scheme="https")
    return Target(url, url.removeprefix("https://"), address.host, "archive" if segments else "other")


def _arxiv(address: Address) -> Target:
    segments = address.segments
    if len(segments) > 1 and segments[0].casefold() in _ARXIV_VIEWS:
        for length in (1, 2):
            candidate = "/".join(segments[1 : 1 + length])
            match = ARXIV_ID.fullmatch(candidate.removesuffix(".pdf").removesuffix(".PDF"))
            if match:
                return paper_target(match[1])
    return other_page(address, "arxiv.org" if address.host == "arxiv.org" else None)


def _forge_page(address: Address) -> Target | None:
    """`owner.github.io/name`: a page. The repository behind it would be a guess, so it is not one."""
    owner, _, site = address.host.partition(".")
    if site.count(".") != 1:
        return None
    if site == "github.com":
        if owner in ("docs", "help", "support", "status", "education", "classroom", "lab", "cli", "desktop", "guides"):
            return other_page(address)
        site = "github.io"
    host = f"{owner}.{site}"
    url = page_url(address, origin=host, scheme="https")
    first = address.segments[0] if address.segments else None
    name = None if first is None or re.fullmatch(r"(?i).{1,80}\.(?:html?|pdf|md)", first) else first
    return Target(url, page_key(url), host, "project page", owner, name)


def page_key(url: str) -> str:
    """The identity of an ordinary page: no scheme, no `www.`, no `index.html`; the case of the path matters."""
    key = url.partition("://")[2].removeprefix("www.")
    for suffix in ("/index.html", "/index.htm", "/index.php"):
        key = key.removesuffix(suffix)
    return key
