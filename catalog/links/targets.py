"""The two records of this package: what an address points at, and one address found in a text."""

from __future__ import annotations

from typing import Literal, NamedTuple

from catalog.values import value

LinkKind = Literal[
    "repository", "model", "dataset", "space", "project page", "archive", "shortener", "gist", "paper", "other"
]


class Target(NamedTuple):
    """What an address points at.

    `url` is canonical: host in lower case, display case of owner and name kept, no trailing slash. `key` is the
    identity: equal for two spellings of one target, whatever their scheme, `www.` and (where the target ignores it)
    case. `sub_path` is what followed the canonical address (`tree/main/src`): it is kept, and its presence says
    that the address names a part of the target only.
    """

    url: str
    key: str
    host: str
    kind: LinkKind
    owner: str | None = None
    name: str | None = None
    sub_path: str | None = None


@value()
class FoundLink:
    """One address that a text offers.

    `verbatim` is `text[start : start + len(verbatim)]` exactly as it stands, damage included; `url` is the same
    address mended (blanks removed, scheme added, LaTeX escapes undone) but not yet canonical. `roles`,
    `is_promised` and `is_own` come from the sentence around it.
    """

    verbatim: str
    start: int
    url: str
    target: Target
    roles: tuple[str, ...]
    is_promised: bool
    is_own: bool
