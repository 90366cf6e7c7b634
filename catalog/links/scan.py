"""From a mended text to the stretches of it that are addresses.

One pass looks for anchors (a scheme, `www.`, a known host, an ending of a domain before a slash) and inspects a
bounded stretch after each, so that hostile text costs time in proportion to its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from catalog.links import hostname, joins
from catalog.links.hosts import ARCHIVE_DOI_PREFIXES, ENDINGS
from catalog.links.offered import LED_ENDINGS, is_offered
from catalog.links.trim import trimmed_end

_ENDING_PATTERN = "|".join(sorted(ENDINGS, key=lambda ending: (-len(ending), ending)))
# One blank in a scheme, that is a word otherwise.
_SPLIT_SCHEME = r"h(?<![a-z0-9]h)(?:\sttps?|t\stps?|tt\sps?|ttp\ss)(?=://)"
_DOT = r"\s{0,3}\.\s{0,3}"
_DOT_COM, _DOT_CO, _DOT_ORG = rf"(?={_DOT}(?:com|io)\b)", rf"(?={_DOT}co\b)", rf"(?={_DOT}org\b)"
_ANCHOR = re.compile(
    r"h(?:tt|xx)p(?=s?\s{0,3}[:;]?\s{0,3}[/\\]|s?:)|ftp(?=://)"
    rf"|{_SPLIT_SCHEME}"
    r"|www(?=\s{0,2}\.)"
    rf"|{hostname.split_once(_DOT_COM, 'github', 'gitlab')}"
    rf"|{hostname.split_once(_DOT_CO, 'huggingface')}|hf(?=\.co\s{{0,3}}/)"
    rf"|{hostname.split_once(_DOT_ORG, 'bitbucket', 'zenodo')}|doi{_DOT_ORG}"
    r"|bit(?=\s{0,3}\.\s{0,3}ly\s{0,3}/)"
    rf"|\.(?={hostname.PAGE_ENDINGS}\b)"
    rf"|\.(?=(?:{_ENDING_PATTERN})/)"
    rf"|\.(?=(?:{LED_ENDINGS})(?![a-z0-9/-]))"
    r"|10(?=\.\d{4,5}/)"
)
# Every anchor holds one of these words, or `://` after at most _LONGEST_SCHEME characters, or one of the dots below
# after at most _LONGEST_NAME.
_SCHEME_WORDS = ("http", "hxxp", "www")
_DOT_OF_ANCHOR = re.compile(r"\.(?:[a-z]{2,12}+(?![a-z0-9-])|\s{0,3}+(?:com?|io|org|ly)\b|\d{4,5}/)")
_LONGEST_NAME = len("hugging face") + 3
_LONGEST_SCHEME = len("h ttps")
_SCHEME = re.compile(
    rf"(?:https?://(?=https?://))?({_SPLIT_SCHEME}|h(?:tt|xx)ps?|ftp)"
    r"\s{0,4}[:;]?\s{0,4}[/\\]{0,4}(?:\s{0,4}[/\\]){0,3}\s{0,4}",
    re.IGNORECASE,
)
_SCHEME_BEGINS = re.compile(rf"http|hxxp|ftp|{_SPLIT_SCHEME}")
_OTHER_SCHEME = re.compile(r"(?:[a-z]{2,6}(?:\+[a-z]{2,5})?\s?:\s?/{1,3}|[a-z]{3,6}//|//)\s?$|git@$", re.IGNORECASE)
# An address that nothing can make longer or shorter, as most are: ordinary letters, and then the text ends, or stops
# and a blank follow, but no number, no `git`, no last word and nothing with a slash, which may be the rest of it.
_PLAIN = re.compile(
    r"https?://(?:[a-z0-9]{1,60}+(?:-[a-z0-9]{1,60}+){0,9}+\.){1,6}+[a-z]{2,20}+"
    r"/(?:[A-Za-z0-9_-]{1,100}+(?![A-Za-z0-9_-])/?+){0,8}+(?<=[A-Za-z0-9/])(?<![Ww]{3})"
    r"(?=[.,;)]{0,3}+(?:\s*+$|(?<=[.,;)])\s++(?![0-9]|git\b|[a-z][a-z0-9_-]{2,60}+\.?\s?$|[^\s/]{0,200}+/))"
    r"|(?<!/) \.\s*+$)"
)
_OPENS_GROUP = ("{", "<")
_USER = re.compile(r"[A-Za-z0-9._-]{1,64}(?::[A-Za-z0-9._-]{0,64})?@(?=[A-Za-z0-9])")
_RUN = re.compile(r"[A-Za-z0-9\-._~:/?#@&()+,=%!]{1,2000}")
_NEXT_SCHEME = re.compile(r"h(?:tt|xx)ps?\s{0,2}:|www\.", re.IGNORECASE)
# An address that is the value of another's parameter.
_IN_QUERY = re.compile(r"[^?\s]{0,400}\?[^\s]{0,400}(?<==)$")
_PAGE_HOST = re.compile(hostname.split_once(rf"{_DOT}io\b", "github", "gitlab"))
_PORT = re.compile(r":\d{1,5}(?=[/\s]|$)")
_HOST_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
_FORGE_AT_END = re.compile(r"(?:github|gitlab)\.com$|huggingface\.co$", re.IGNORECASE)
_TWO_SEGMENTS = re.compile(r"/[\w.-]{1,100}/[\w.-]")
_GLUED_LEAD = re.compile(
    r"(?:at|in|on|via|from|see|code|link|url|here|is|and|to|visit|page|available|\d{1,2})$", re.IGNORECASE
)
_DOI = re.compile(r"10\.(\d{4,5})/(?!zenodo(?!\.\d))[A-Za-z0-9._;()/:+-]{2,200}")
_BLANKS = re.compile(r"\s")
_MAX_HOST = 253


class Stretch(NamedTuple):
    """One address in a mended text: the place, and the address in one piece with its scheme."""

    start: int
    end: int
    url: str


def find_stretches(text: str) -> Iterator[Stretch]:
    """Give the addresses that `text` offers, in order, none overlapping another."""
    lowered = _lowered(text)
    hint = first_hint(lowered)
    floor = 0
    anchor = None if hint is None else _ANCHOR.search(lowered, hint)
    while anchor:
        stretch, following = _read_at(text, lowered, anchor.start(), floor)
        if stretch is not None:
            yield stretch
        floor = max(following, anchor.start() + 1)
        anchor = _ANCHOR.search(lowered, floor)


def first_hint(lowered: str) -> int | None:
    """A place at or before the first anchor, which takes far longer to find; None where there is none for certain."""
    words = _SCHEME_WORDS if ":" in lowered or "/" in lowered or "\\" in lowered else ("www",)
    places = [place for word in words if (place := lowered.find(word)) >= 0]
    if (slashes := lowered.find("://")) >= 0:
        places.append(max(0, slashes - _LONGEST_SCHEME))
    # Only a dot before these can bring the hint forward; what may be cut is far behind them.
    dot = _DOT_OF_ANCHOR.search(lowered, 0, min(places) + 100) if places else _DOT_OF_ANCHOR.search(lowered)
    if dot is not None:
        places.append(max(0, dot.start() - _LONGEST_NAME))
    return min(places, default=None)


def _lowered(text: str) -> str:
    """The text in lower case, character for character: a few letters have a lower case of two."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(map(_lowered_one, text))


def _lowered_one(character: str) -> str:
    lowered = character.lower()
    return lowered if len(lowered) == 1 else character


def _read_at(text: str, lowered: str, anchor: int, floor: int) -> tuple[Stretch | None, int]:
    """The address that an anchor belongs to and that does not begin before `floor`, and where to look on."""
    if _SCHEME_BEGINS.match(lowered, anchor):
        stretch = _read_with_scheme(text, anchor)
        return stretch, stretch.end if stretch else anchor + 3
    if lowered[anchor] == "1":
        stretch = _read_bare_doi(text, anchor)
        return stretch, stretch.end if stretch else anchor + 2
    return _read_without_scheme(text, lowered, anchor, floor)


def _read_with_scheme(text: str, start: int) -> Stretch | None:
    plain = _PLAIN.match(text, start)
    if plain is not None and not text[max(0, start - 8) : start].rstrip().endswith(_OPENS_GROUP):
        return Stretch(start, plain.end(), plain[0])
    match = _SCHEME.match(text, start)
    if match is None or not _is_scheme(match[0]):
        return None
    scheme = _BLANKS.sub("", match[1]).lower().replace("hxxp", "http")
    user = _USER.match(text, match.end())
    host_start = user.end() if user else match.end()
    host, host_end = hostname.read_host(text, host_start, has_scheme=True)
    if host is None:
        return None
    is_bare_word = host.count(".") == 0 or not host.rpartition(".")[2].isalpha()
    if is_bare_word and not hostname.is_numeric(host):
        return None
    return _finish(text, start, host_start, host, host_end, scheme)


def _is_scheme(text: str) -> bool:
    """Whether enough of `https://` stands: a colon or both slashes, and no blank in place of the slashes."""
    slashes = text.count("/") + text.count("\\")
    has_colon = ":" in text or ";" in text
    is_whole = slashes >= 2 or (has_colon and (slashes == 1 or not text[-1].isspace()))
    return is_whole and text.count("\n") < 2


def _read_without_scheme(text: str, lowered: str, anchor: int, floor: int) -> tuple[Stretch | None, int]:
    start = _host_start(text, lowered, anchor, floor)
    host, host_end = hostname.read_host(text, start, has_scheme=False)
    if host is None or host_end <= anchor:
        return None, anchor + 1
    # What was read as one host without a blank in it holds no other.
    following = host_end if host_end - start == len(host) else anchor + 1
    start, host = _unglued(text, start, host)
    before = text[max(floor, start - 16) : start]
    scheme = _OTHER_SCHEME.search(before)
    if scheme and scheme[0] == "git@" and text.startswith(":", host_end):
        return _read_secure_shell(text, start, host, host_end), following
    is_part = before.endswith("@") or (not scheme and before.endswith(("/", "\\")) and not before.endswith("\\\\"))
    if is_part or not is_offered(host, text, start, host_end):
        return None, following
    shown_start = start - (len(before) - scheme.start()) if scheme else start
    stretch = _finish(text, shown_start, start, host, host_end, "https")
    return stretch, stretch.end


def _read_secure_shell(text: str, start: int, host: str, host_end: int) -> Stretch:
    """`git@host:owner/name` is the host and path that it looks like with a slash for the colon."""
    begin = start - len("git@")
    window = f"{text[begin:host_end]}/{text[host_end + 1 : host_end + 400]}"
    stretch = _finish(window, 0, start - begin, host, host_end - begin, "https")
    return Stretch(begin, begin + stretch.end, stretch.url)


def _host_start(text: str, lowered: str, anchor: int, floor: int) -> int:
    """Walk back from an anchor to where the host begins; over one blank where `foo .github.io` was split."""
    begin = max(floor, anchor - _MAX_HOST)
    before = text[begin:anchor]
    if text[anchor] == "g" and _PAGE_HOST.match(lowered, anchor):
        spaced = before.rstrip()
        if spaced.endswith("."):
            before = spaced[:-1].rstrip()
    elif lowered.startswith(".", anchor) and before.endswith((" ", "\n")):
        before = before.rstrip()
    stem = before.rstrip(_HOST_CHARACTERS)
    tail = before[len(stem) :]
    return begin + len(stem) + len(tail) - len(tail.lstrip("._-"))


def _unglued(text: str, start: int, host: str) -> tuple[int, str]:
    """A host that a word or a sentence was glued to (`atgithub.com`): where the host itself begins."""
    match = _FORGE_AT_END.search(host)
    if match is None or match.start() == 0:
        return start, host
    lead = host[: match.start()]
    is_sentence = (
        lead.endswith(".")
        and lead[:-1].casefold() not in hostname.FORGE_SUBDOMAINS
        and _TWO_SEGMENTS.match(text, start + len(host)) is not None
    )
    # A line break that somebody wrote as a backslash and an n.
    is_escape = lead == "n" and text.startswith("\\", start - 1)
    if is_sentence or is_escape or _GLUED_LEAD.fullmatch(lead):
        return start + len(lead), host[len(lead) :]
    return start, host


def _finish(text: str, start: int, host_start: int, host: str, host_end: int, scheme: str) -> Stretch:
    port = _PORT.match(text, host_end)
    if port:
        host_end = port.end()
    is_host_whole = host == _BLANKS.sub("", text[host_start:host_end]).partition(":")[0]
    read_run = _read_whole_run if host.casefold().endswith("archive.org") else _read_run
    path_end = joins.read_path(text, start, host, host_end, read_run) if is_host_whole else host_end
    path = _BLANKS.sub("", text[host_end:path_end])
    kept = trimmed_end(host, path, text[path_end : path_end + 40], text[max(0, start - 1) : start])
    end = joins.place_after(text, host_end, kept)
    url = f"{scheme}://{host}{port[0] if port else ''}{path[:kept]}"
    return Stretch(start, end, url)


def _read_run(text: str, start: int) -> int:
    """The end of the unbroken run of address characters at `start`; the next address ends it."""
    run = _RUN.match(text, start)
    if run is None:
        return start
    following = _NEXT_SCHEME.search(text, start, run.end() + 3)
    if following and _IN_QUERY.match(text, start, following.start()):
        following = _NEXT_SCHEME.search(text, following.end(), run.end() + 3)
    return min(following.start(), run.end()) if following else run.end()


def _read_whole_run(text: str, start: int) -> int:
    """The same for archives of the web, whose addresses hold another address."""
    run = _RUN.match(text, start)
    return run.end() if run else start


def _read_bare_doi(text: str, start: int) -> Stretch | None:
    """A DOI without a resolver is an address only where it names a deposit: a paper's is a citation."""
    match = _DOI.match(text, start)
    if match is None or f"10.{match[1]}" not in ARCHIVE_DOI_PREFIXES:
        return None
    if start and (text[start - 1].isalnum() or text[start - 1] in "./"):
        return None
    doi = match[0].rstrip(".;:()/-")
    return Stretch(start, start + len(doi), f"https://doi.org/{doi}")
