"""An address taken apart: scheme, host and path in one normal spelling, before anybody asks what it points at.

The grammar of addresses is RFC 3986; what counts as a host name is RFC 1123 with underscores.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote

_SCHEME = re.compile(r"([a-z][a-z0-9+]{1,15})://+", re.IGNORECASE)
_SECURE_SHELL = re.compile(r"(?:[a-z0-9_-]{1,32}@)([a-z0-9.-]{1,253}):(?!\d{1,5}(?:/|$))", re.IGNORECASE)
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_ENDING = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]{1,59}")
_NUMBERS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_PORT = re.compile(r":(\d{0,5})$")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PATH_BEGINS = re.compile(r"[/?#]")
_CONTROL = re.compile(r"[\x00-\x20\x7f-\xa0\u2000-\u200f\u2028\u2029\ufeff\ud800-\udfff]")
# An archive's address holds another one: `…/web/2020/https://example.org`.
_INNER_SCHEME = re.compile(r"(?<=/)(https?):/(?=[^/])", re.IGNORECASE)
_DOUBLED = re.compile(r"/{2,}")

_FETCH_SCHEMES = {"http": "http", "https": "https", "ftp": "ftp"}
_CLONE_SCHEMES = frozenset(("git", "ssh", "git+https", "git+http", "git+ssh"))
_DEFAULT_PORTS = frozenset(("", "80", "443", "21", "22"))
_TRAILING = ".,;:!?'\"*<>[]{}|\\^`“”‘’«»…。，；：、！？）】」』〉》"
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_MAX_LENGTH = 4096


class Address(NamedTuple):
    """One address in normal spelling. `host` has no `www.`; `segments` are the parts of the path, none empty."""

    scheme: str
    host: str
    has_www: bool
    port: str
    segments: tuple[str, ...]
    query: str
    fragment: str

    @property
    def origin(self) -> str:
        """The host as an ordinary site is shown with: `www.` and an unusual port kept."""
        return ("www." if self.has_www else "") + self.host + self.port


def parse_address(url: str) -> Address:
    """Take an address apart; one without a scheme is read as https.

    Raises ValueError for what is no address: no host with a dot, blanks or control characters inside, a scheme
    that fetches nothing (`mailto:`).
    """
    address = _parse(_strip_ends(url))
    shown = page_url(address)
    # Without its slashes an address may end in a stop again; what is shown must read back as itself.
    while (stripped := _strip_ends(shown)) != shown:
        address = _parse(stripped)
        shown = page_url(address)
    return address


def _parse(text: str) -> Address:
    if not text or len(text) > _MAX_LENGTH or _CONTROL.search(text):
        raise ValueError("not an address")
    scheme, rest = _split_scheme(text)
    path_begins = _PATH_BEGINS.search(rest)
    cut = path_begins.start() if path_begins else len(rest)
    host, port = _split_host(rest[:cut])
    path, _, fragment = rest[cut:].partition("#")
    path, _, query = path.partition("?")
    has_www = host.startswith("www.") and host.count(".") > 1
    while host.startswith("www.") and host.count(".") > 1:
        host = host.removeprefix("www.")
    segments = _segments(path)
    return Address(
        scheme,
        host,
        has_www,
        port,
        segments,
        _without_tracking(_escaped(query)),
        _escaped(fragment).strip("#"),
    )


def _strip_ends(url: str) -> str:
    """The address without the quotes, brackets and stops around it; a closing bracket stays if it was opened."""
    text = url.strip().lstrip("<\"'“‘`([{*")
    open_brackets = text.count("(") - text.count(")")
    while text:
        last = text[-1]
        if last == ")" and open_brackets < 0:
            open_brackets += 1
        elif last == "(":
            open_brackets -= 1
        elif last not in _TRAILING and not last.isspace():
            return text
        text = text[:-1]
    return text


def _split_scheme(text: str) -> tuple[str, str]:
    match = _SCHEME.match(text)
    if match:
        scheme = match[1].lower()
        if scheme in _CLONE_SCHEMES:
            return "https", text[match.end() :]
        if scheme not in _FETCH_SCHEMES:
            raise ValueError(f"not an address to visit: {scheme}")
        return _FETCH_SCHEMES[scheme], text[match.end() :]
    shell = _SECURE_SHELL.match(text)
    if shell:
        return "https", f"{shell[1]}/{text[shell.end() :]}"
    if "@" in text.partition("/")[0]:
        raise ValueError("an e-mail address is no address to visit")
    return "https", text.removeprefix("//")


def _split_host(authority: str) -> tuple[str, str]:
    """Host in lower case and unusual port (with its colon) of `user@host:port`."""
    authority = authority.rpartition("@")[2]
    port = ""
    match = _PORT.search(authority)
    if match:
        authority = authority[: match.start()]
        port = "" if match[1] in _DEFAULT_PORTS else match[0]
    host = authority.rstrip(".").lower()
    if not host.isascii():
        host = host.encode("idna").decode("ascii")
    labels = host.split(".")
    if _NUMBERS.fullmatch(host):
        return host, port
    if len(labels) < 2 or len(host) > 253 or not all(map(_LABEL.fullmatch, labels)):
        raise ValueError("no host name")
    if not _ENDING.fullmatch(labels[-1]):
        raise ValueError("no host name with a known kind of ending")
    return host, port


def _escaped(text: str) -> str:
    """Percent-escapes in one spelling: undone where the character needs none, upper case elsewhere."""
    if not text.isascii() or not text.isprintable():
        text = quote(text, safe="%/:?#[]@!$&'()*+,;=-._~")
    if "%" not in text:
        return text
    return _ESCAPE.sub(_one_escape, _STRAY_PERCENT.sub("%25", text))


def _without_tracking(query: str) -> str:
    """A query without the parameters that only say where a visitor came from."""
    parts = query.strip("&?").split("&")
    return "&".join(
        part for part in parts if part and not part.lower().startswith(("utm_", "usp=", "fbclid=", "gclid="))
    )


def _one_escape(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return character if character in _UNRESERVED else match[0].upper()


def _segments(path: str) -> tuple[str, ...]:
    segments: list[str] = []
    for segment in _DOUBLED.sub("/", _escaped(path)).split("/"):
        if segment == "..":
            del segments[-1:]
        elif segment and segment != ".":
            segments.append(segment)
    return tuple(segments)


def page_url(address: Address, origin: str | None = None, scheme: str | None = None) -> str:
    """The address of an ordinary page as text: path and query as they stand, no trailing slash, no empty fragment."""
    path = _INNER_SCHEME.sub(r"\1://", "".join(f"/{segment}" for segment in address.segments))
    query = f"?{address.query}" if address.query else ""
    # A fragment is a place on the page, unless the page routes by it.
    fragment = f"#{address.fragment}" if address.fragment.startswith(("/", "!")) else ""
    return f"{scheme or address.scheme}://{origin or address.origin}{path}{query}{fragment}"
