"""Forges: from an address to the repository it names, whatever part of the repository it shows.

Sources of the rules: GitHub's grammar of account names (letters, digits, hyphens; at most 39) and of repository
names (letters, digits, `-`, `_`, `.`; at most 100); GitLab's nested groups and its `/-/` separator.
"""

from __future__ import annotations

import re

from catalog.links.address import Address, page_url
from catalog.links.hosts import is_placeholder, word_set
from catalog.links.targets import LinkKind, Target

_OWNER = re.compile(r"[A-Za-z0-9_~](?:[A-Za-z0-9._~-]{0,98}[A-Za-z0-9_~-])?")
_GITHUB_OWNER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_CLONE_ENDING = re.compile(r"(?:\.git|\.){1,50}$", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")
# A name without a dot has no ending to take off.
_PLAIN_REPOSITORY = re.compile(r"https://github\.com/([A-Za-z0-9][A-Za-z0-9_-]{0,63})/([A-Za-z0-9][A-Za-z0-9_-]{0,99})")

_GITHUB_HOSTS = frozenset(("github.com", "m.github.com", "github.dev", "ssh.github.com", "git.github.com"))
_GITHUB_RAW_HOSTS = frozenset(
    ("raw.githubusercontent.com", "raw.github.com", "codeload.github.com", "media.githubusercontent.com")
)
_PLAIN_FORGES = word_set(
    "bitbucket.org codeberg.org gitee.com gitcode.com gitcode.net notabug.org git.sr.ht framagit.org "
    "openi.pcl.ac.cn git.openi.org.cn gitea.com gitgud.io jihulab.com salsa.debian.org invent.kde.org"
)
# Forges without owners: the segment that stands in an owner's place, and every segment that may stand there.
_OWNERLESS = {
    "sourceforge.net": ("projects", frozenset(("projects", "p"))),
    "code.google.com": ("p", frozenset(("p",))),
    "anonymous.4open.science": ("r", frozenset(("r", "repository", "anonymize"))),
}
_RESERVED = word_set(
    "orgs topics sponsors features about settings marketplace explore trending collections login logout join "
    "signup search notifications issues pulls apps enterprise pricing security site contact customer-stories "
    "readme events stars users account new organizations dashboard codespaces copilot team teams nonprofit "
    "user-attachments resources solutions gist blog home help docs projects groups dashboard public snippets -"
)
_GITLAB_RESERVED = word_set(
    "explore groups help users projects dashboard public snippets search admin api assets profile - cgit gitweb pub scm"
)
# A GitLab path may be written without the separator; these segments then end the name of the project.
_VIEWS = word_set(
    "tree blob raw issues merge_requests commit commits wikis wiki releases tags branches blame network pipelines "
    "archive src"
)


def bare_name(segment: str) -> str:
    """A segment without the ending that clone addresses have and without stops."""
    return _CLONE_ENDING.sub("", segment)


def other_page(address: Address, host: str | None = None, owner: str | None = None) -> Target:
    """An address on a forge or hub that is no repository: an owner's page, a search, a page about the forge."""
    shown = host or address.host
    url = page_url(address, origin=shown, scheme="https")
    return Target(url, url.removeprefix("https://").casefold(), shown, "other", owner=owner)


def named_target(
    address: Address, host: str, kind: LinkKind, owner: str | None, name: str, rest: tuple[str, ...], prefix: str = ""
) -> Target:
    """A repository (or a hub's model, dataset, space) with its canonical address, or `other` for a placeholder."""
    name = bare_name(name)
    is_named = bool(_NAME.fullmatch(name)) and name.strip("._-") != ""
    is_named = is_named and (owner is None or all(map(_OWNER.fullmatch, owner.split("/"))))
    parts = [part for part in (*(owner or "").split("/"), name) if part]
    if not is_named or any(map(is_placeholder, parts)):
        return other_page(address, host)
    path = "/".join((*([prefix] if prefix else []), *parts))
    url = f"https://{host}/{path}"
    return Target(url, f"{host}/{path}".casefold(), host, kind, owner, name, "/".join(rest) or None)


def plain_repository(url: str) -> Target | None:
    """The repository that the plainest address of GitHub names, as most are; None for any other, to be taken apart."""
    match = _PLAIN_REPOSITORY.fullmatch(url)
    if match is None:
        return None
    owner, name = match[1], match[2]
    if owner.casefold() in _RESERVED or is_placeholder(owner) or is_placeholder(name):
        return None
    return Target(url, url.removeprefix("https://").lower(), "github.com", "repository", owner, name)


def forge_target(address: Address) -> Target | None:
    """The repository, gist or owner that an address on a forge names; None where the host is no forge."""
    host, segments = address.host, address.segments
    if host in _GITHUB_HOSTS or host in _GITHUB_RAW_HOSTS:
        return _github(address if host == "github.com" else address._replace(host="github.com"))
    if host == "api.github.com":
        is_repository = len(segments) > 2 and segments[0] == "repos"
        return (
            _github(address._replace(host="github.com", segments=segments[1:]))
            if is_repository
            else other_page(address)
        )
    if host in ("gist.github.com", "gist.githubusercontent.com"):
        return _gist(address)
    if host in _PLAIN_FORGES:
        return _plain_forge(address)
    if host in _OWNERLESS:
        return _ownerless(address)
    first = host.partition(".")[0]
    if first in ("gitlab", "git", "gitea", "forgejo") and host != "git.io":
        return _gitlab(address)
    if first == "github" and host.count(".") > 1:
        return _plain_forge(address)
    return None


def _github(address: Address) -> Target:
    host, segments = address.host, address.segments
    if not segments or segments[0].casefold() in _RESERVED:
        return other_page(address, host)
    owner = segments[0]
    if not _GITHUB_OWNER.fullmatch(owner) or is_placeholder(owner):
        return other_page(address, host)
    if len(segments) == 1:
        return _owner_page(host, owner)
    return named_target(address, host, "repository", owner, segments[1], segments[2:])


def _owner_page(host: str, owner: str) -> Target:
    return Target(f"https://{host}/{owner}", f"{host}/{owner}".casefold(), host, "other", owner=owner)


def _gist(address: Address) -> Target:
    host, segments = "gist.github.com", address.segments
    if not segments or any(map(is_placeholder, segments[:2])) or not all(map(_OWNER.fullmatch, segments[:2])):
        return other_page(address, host)
    if len(segments) == 1 and not re.fullmatch(r"[0-9a-f]{7,64}|\d{1,9}", segments[0]):
        return _owner_page(host, segments[0])
    owner = segments[0] if len(segments) > 1 else None
    name = segments[1] if len(segments) > 1 else segments[0]
    path = f"{owner}/{name}" if owner else name
    # The number alone identifies a gist: the owner in front of it is decoration.
    return Target(
        f"https://{host}/{path}", f"{host}/{name}".casefold(), host, "gist", owner, name, "/".join(segments[2:]) or None
    )


def _plain_forge(address: Address) -> Target:
    host, segments = address.host, address.segments
    if not segments or segments[0].casefold() in _RESERVED or not _OWNER.fullmatch(segments[0]):
        return other_page(address)
    if len(segments) == 1:
        return other_page(address) if is_placeholder(segments[0]) else _owner_page(host, segments[0])
    return named_target(address, host, "repository", segments[0], segments[1], segments[2:])


def _gitlab(address: Address) -> Target:
    """Groups nest, so everything up to `/-/`, a `.git` or a known view is owner and name."""
    host, segments = address.host, address.segments
    if segments[:1] == ("groups",):
        segments = segments[1:]
    if not segments or segments[0].casefold() in _GITLAB_RESERVED:
        return other_page(address)
    end = len(segments)
    for index, segment in enumerate(segments):
        if segment == "-" or (index >= 2 and segment.casefold() in _VIEWS):
            end = index
            break
        if index >= 1 and segment.casefold().endswith(".git"):
            end = index + 1
            break
    project, rest = segments[:end], segments[end:]
    if not project or not all(map(_OWNER.fullmatch, project[:-1])):
        return other_page(address)
    if len(project) < 2:
        is_owner = _OWNER.fullmatch(project[0]) and not is_placeholder(project[0])
        return _owner_page(host, project[0]) if is_owner else other_page(address)
    return named_target(address, host, "repository", "/".join(project[:-1]), project[-1], rest)


def _ownerless(address: Address) -> Target:
    """Forges without owners: `sourceforge.net/projects/NAME`, `anonymous.4open.science/r/NAME`.

    The segment that stands where others have an owner is given as the owner, so that every repository has one.
    """
    owner, views = _OWNERLESS[address.host]
    segments = address.segments
    if segments[:1] == ("archive",):
        segments = segments[1:]
    if len(segments) < 2 or segments[0] not in views:
        return other_page(address)
    return named_target(address, address.host, "repository", owner, segments[1], segments[2:])
