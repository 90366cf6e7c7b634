"""Addresses broken by white space: which blanks are closed, and which end the address.

Every rule needs a reason in the address itself: it is not complete yet, or it breaks at a slash, a dot, a hyphen or
an underscore. Two whole words with a blank between them are joined only where the text speaks of them as one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from catalog.links.hosts import word_set

# Known hosts and how many segments their addresses have at least: until then a blank may hide the next segment.
_DEPTHS = {
    "github.com": 2,
    "gitlab.com": 2,
    "bitbucket.org": 2,
    "gitee.com": 2,
    "codeberg.org": 2,
    "huggingface.co": 2,
    "hf.co": 2,
    "zenodo.org": 2,
    "doi.org": 2,
    "dx.doi.org": 2,
    "arxiv.org": 2,
    "anonymous.4open.science": 2,
    "sites.google.com": 2,
    "bit.ly": 1,
    "aka.ms": 1,
    "tinyurl.com": 1,
    "goo.gl": 1,
    "gist.github.com": 1,
    "youtu.be": 1,
    "osf.io": 1,
}
KNOWN_HOSTS = frozenset(_DEPTHS)
_NESTED = "gitlab."  # its groups hold groups
_CLONED_FROM = frozenset(("github.com", "gitlab.com", "bitbucket.org", "gitee.com", "codeberg.org"))
_TOKEN = re.compile(r"[A-Za-z0-9._~%-][A-Za-z0-9._~%/?=&#-]{0,199}")
_ENDS_OPEN = re.compile(r"^[^?#]{0,2000}[A-Za-z0-9][-_]$")
_HAS_QUERY = re.compile(r"[?#]")
_REST_OF_NAME = re.compile(r"_[A-Za-z0-9]|-[a-z0-9]{2}")
_OWNER_AND_NAME = re.compile(r"[A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{2,100}")
_REST_OF_OWNER = re.compile(r"[A-Za-z0-9-]{2,39}/[A-Za-z0-9][A-Za-z0-9._-]{2,99}")
_BLANK = re.compile(r"\s{1,6}")
_BLANKS = re.compile(r"\s")
# What can only be a part of a repository (`tree/main/src`) or an item of a hub (`datasets/owner/name`).
_VIEW = re.compile(r"(?:tree|blob|raw)/[A-Za-z0-9]")
_HUB_ITEM = re.compile(r"(?:datasets|spaces)/(?:[A-Za-z0-9]|$)")
# The rest of a name, or a name, with a part of the repository behind it.
_VIEWED_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}/(?:tree|blob|raw)/[A-Za-z0-9]")
# What no word of a sentence looks like.
_IS_A_NAME = re.compile(r"[_~0-9]|[a-z][A-Z]|[a-z]-[a-z]")
_FRACTION = re.compile(r"\d{1,9}(?:[/.]\d{1,9})?|10\.\d{4,5}/.{1,200}")
_VIEWED = re.compile(r"/(?:tree|blob)(?:/|$)")
_STOP_AFTER_BLANK = re.compile(r"\s{1,2}[.,;](?:\s|$)")
_SMALL_WORD = re.compile(r"[a-z][a-z0-9_-]{2,60}[.]?")
_CLONE_ENDING = re.compile(r"\s{1,3}(?=\.git(?![A-Za-z0-9_-]))")
_NUMBER_AFTER_BLANK = re.compile(r"\s{1,3}\.\d")
_FILE_ENDING = re.compile(r"(?:git|dat|csv|tsv|json|zip|gz|tgz|tar\.gz|txt|pdf|html?|php|ipynb)(?![A-Za-z0-9_/-])")
# A slash, a hyphen or an underscore with blanks on both sides.
_SPACED_SLASH = re.compile(r"\s/\s")
_SPACED_SIGN = re.compile(r"\s{1,3}([/_-])\s{1,3}(?=[A-Za-z0-9])")
_SLASH_AFTER_BLANK = re.compile(r"\s{1,6}/(\s{0,4})(?=[A-Za-z0-9~_.-])")
# Words that follow an address in a sentence: none of them is taken for the next part of a broken one.
_FUNCTION_WORDS = word_set(
    "a an the and or nor but for to of in on at by as is are was were be been being has have had will would can "
    "could may might shall should must with without from into onto over under upon via per than then thus hence "
    "we our us it its this that these those they their there here where which who whose when while if so such "
    "also not no yes all any both each more most other some only just now soon later once after before during "
    "since until along together including containing based using respectively however moreover furthermore "
    "finally additionally you your i he she et al e.g i.e etc vs see please available http https www"
)
_WORDS = _FUNCTION_WORDS | word_set(
    "used use code codes data dataset datasets model models project page website web site repository repo github "
    "gitlab link links url demo video videos paper released release open source public publicly free freely "
    "license licensed licence mit apache cc keywords index abstract note let experiments results extensive "
    "in-depth com accepted published checkpoints weights samples scripts details results today below "
    "above fig figure table section appendix arxiv doi"
)
_MAX_JOINS = 16
_NEAR = 2000  # characters before and after an address, so that no text takes more than its length
_WORD = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")


def read_path(text: str, start: int, host: str, host_end: int, read_run: Callable[[str, int], int]) -> int:
    """Where the path after a host ends, blanks that only break it included.

    `read_run` gives the end of an unbroken run. Inside `\\url{…}`, `\\href{…}` and `<…>` every blank is closed.
    """
    folded = host.casefold()
    end = read_run(text, host_end) if text[host_end : host_end + 1] in ("/", "?", "#") else host_end
    group_end = _group_end(text, start, end)
    if group_end is not None:
        return group_end
    for _ in range(_MAX_JOINS):
        piece = _BLANKS.sub("", text[host_end:end])
        was_joined = end - start > len(_BLANKS.sub("", text[start:end]))
        following = _join(_Broken(text, end, folded, piece, _depth(folded, piece), _wanted(folded), was_joined))
        if following is None and _SPACED_SLASH.search(text, host_end, end):
            following = _join_spaced(text, end, piece)
        if following is None:
            break
        next_end = read_run(text, following)
        if next_end <= following:
            break
        end = next_end
    return end


def _group_end(text: str, start: int, end: int) -> int | None:
    """Where the group ends that the address opens, if the address is broken in it and nothing else is in it."""
    before = text[max(0, start - 8) : start].rstrip()
    if before.endswith(("url{", "href{", "URL{")):
        closing = "}"
    elif before.endswith("<"):
        closing = ">"
    else:
        return None
    group_end = text.find(closing, end, end + 300)
    if group_end < 0 or group_end == end:
        return None
    rest = text[end:group_end]
    return group_end if re.fullmatch(r"[\sA-Za-z0-9/._~%?=&#+-]{1,300}", rest) and "http" not in rest else None


class _Broken(NamedTuple):
    """An address up to a blank at `end` of the text.

    `depth` is how many segments it has, `wanted` how many one on this host has at least, and `was_joined` whether
    blanks have been closed in it before.
    """

    text: str
    end: int
    host: str
    path: str
    depth: int
    wanted: int
    was_joined: bool


def _join(broken: _Broken) -> int | None:
    """Where an address goes on after the blank at its end, or None where the blank ends it."""
    text, end, host, path = broken[:4]
    blank = _BLANK.match(text, end)
    if blank is None:
        return None
    if blank[0].count("\n") > 1:
        return blank.end() if _begins_again(broken, blank.end()) else None
    clone_ending = _CLONE_ENDING.match(text, end)
    if clone_ending and broken.depth == 2 and host in _CLONED_FROM and path[-1:].isalnum() and path[-4:] != ".git":
        return clone_ending.end()
    if host in ("doi.org", "dx.doi.org") and _NUMBER_AFTER_BLANK.match(text, end):
        return blank.end()
    slash = _SLASH_AFTER_BLANK.match(text, end)
    if slash:
        if slash[0].count("\n") > 1:
            return None
        return _after_slash(text, slash, broken.depth, broken.wanted, is_viewed=_VIEWED.search(path) is not None)
    token = _TOKEN.match(text, blank.end())
    if token is None or token[0].casefold().startswith(("http", "www.")):
        return None
    return blank.end() if _goes_on(broken, token) else None


def _begins_again(broken: _Broken, start: int) -> bool:
    """Whether all of the address stands in the next paragraph: any other is ended by it."""
    if broken.path != "/" or broken.wanted != 2:
        return False
    token = _OWNER_AND_NAME.match(broken.text, start)
    return token is not None and _is_last(broken.text, token)


def _goes_on(broken: _Broken, token: re.Match[str]) -> bool:
    """Whether the token after the blank belongs to the address."""
    text, end, host, path, depth, wanted, was_joined = broken
    if _ENDS_OPEN.search(path) or (path.endswith(".") and _completes_dot(text, host, token)):
        words = _WORDS if token[0][0].isupper() else _FUNCTION_WORDS
        return token[0][0].isalnum() and token[0].rstrip(".,;:").casefold() not in words
    if path == "/" and host in ("huggingface.co", "hf.co") and _HUB_ITEM.match(token[0]):
        return True
    is_viewed_name = 0 < depth <= 2 == wanted and _VIEWED_NAME.match(token[0]) is not None
    if is_viewed_name and (depth == 1) == path.endswith("/"):
        return True
    if _is_word(token[0]):
        return False
    if path.endswith("/") and token[0][0] != ".":
        is_spaced_slash = text[end - 2 : end - 1].isspace() and depth < wanted
        is_next = is_spaced_slash or _is_next_segment(broken, token)
        is_deep = wanted == 0 or host.startswith(_NESTED)
        return is_next or (was_joined and is_deep and _ends_sentence(text, token))
    return path[-1:].isalnum() and _completes_name(broken, token)


def _completes_name(broken: _Broken, token: re.Match[str]) -> bool:
    """Whether the token is the rest of the name, or of the owner, in the middle of which the address breaks."""
    _, _, _, path, depth, wanted, _ = broken
    if wanted and depth >= 1 and _is_rest_of_name(token[0]) and not _HAS_QUERY.search(path):
        return True
    if wanted == depth and token[0][0].isalnum() and _is_named(broken, token):
        return True
    # An owner cut in two: the token brings the rest of it and the name, and the sentence ends there.
    is_owner_cut = wanted == 2 and depth == 1 and _REST_OF_OWNER.fullmatch(token[0]) is not None
    return is_owner_cut and _is_last(broken.text, token)


def _wanted(host: str) -> int:
    """How many segments an address on this host has at least; 0 where nobody can know."""
    return _DEPTHS.get(host) or (2 if host.startswith(_NESTED) else 0)


def _is_named(broken: _Broken, token: re.Match[str]) -> bool:
    """Whether the text speaks of the last segment and the token in one word, and never of the segment alone."""
    text, end, _, path = broken[:4]
    segment = path.rpartition("/")[2].casefold()
    name = segment + token[0].rstrip(".,;:").casefold()
    near = f"{text[max(0, end - _NEAR) : end - len(path)]} {text[token.end() : token.end() + _NEAR]}".casefold()
    if name not in near:
        return False
    words = set(_WORD.findall(near))
    return name in words and segment not in words


def _is_next_segment(broken: _Broken, token: re.Match[str]) -> bool:
    """Whether the token after `…/ `, that is no common word, is the next segment of the address."""
    text, _, host, path, depth, wanted, _ = broken
    # The first datasets had no owner (`datasets/NAME`).
    if path == "/datasets/" and depth < wanted and _is_last(text, token) and _IS_A_NAME.search(token[0]):
        return True
    if path.endswith(("/tree/", "/blob/")) or (wanted == depth == 2 and _VIEW.match(token[0])):
        return True
    if _VIEWED.search(path) and _is_last(text, token):
        return True
    is_page_root = host.endswith((".github.io", ".gitlab.io")) and depth == 0
    if is_page_root and (token[0].endswith("/") or _ends_sentence(text, token)):
        return True
    # What follows a group and another may be the repository.
    return _continues(text, token, depth, 0 if host.startswith(_NESTED) and depth >= 2 else wanted)


def _join_spaced(text: str, end: int, path: str) -> int | None:
    """The same for an address with blanks round its slashes: round the other signs in it they break nothing."""
    is_viewed = _VIEWED.search(path) is not None
    if path.endswith("/"):
        blank = _BLANK.match(text, end)
        token = _TOKEN.match(text, blank.end()) if blank else None
        is_next = token is not None and not _is_word(token[0]) and (is_viewed or _VIEWED.match(f"/{token[0]}"))
        return blank.end() if blank and is_next else None
    sign = _SPACED_SIGN.match(text, end)
    token = _TOKEN.match(text, sign.end()) if sign else None
    if sign is None or token is None or _is_word(token[0]):
        return None
    if sign[1] == "/":
        is_inside = is_viewed or _VIEWED.match(f"/{token[0]}") is not None
    else:
        # A hyphen may be the sentence's dash.
        is_inside = sign[1] == "_" or _is_last(text, token) or any(mark in token[0] for mark in "-_/")
    return sign.start(1) if is_inside else None


def _is_rest_of_name(token: str) -> bool:
    rest = token[1:].rstrip(".,;:")
    # An underscore at both ends is Markdown's emphasis.
    return _REST_OF_NAME.match(token) is not None and rest.casefold() not in _FUNCTION_WORDS and rest[-1:] != "_"


def _completes_dot(text: str, host: str, token: re.Match[str]) -> bool:
    """Whether a token goes on after a dot that ends the address so far: `name. git`, `data. csv`, `zenodo. 1234567`.

    So does one small word on a line of its own with which the text ends: that is no sentence.
    """
    if host in ("doi.org", "dx.doi.org"):
        return token[0][0].isdigit()
    is_rest = text[token.start() - 1] == "\n" and _SMALL_WORD.fullmatch(token[0]) is not None
    return _FILE_ENDING.match(token[0]) is not None or (is_rest and len(text) <= token.end() + 1)


def _depth(host: str, path: str) -> int:
    segments = [segment for segment in path.partition("?")[0].split("/") if segment]
    if host in ("huggingface.co", "hf.co") and segments[:1] and segments[0] in ("datasets", "spaces", "collections"):
        return len(segments) - 1
    return len(segments)


def _after_slash(text: str, slash: re.Match[str], depth: int, wanted: int, *, is_viewed: bool) -> int | None:
    """A slash after a blank: part of a broken address while it is not complete; later only if glued to a view."""
    token = _TOKEN.match(text, slash.end())
    if token is None or (_is_word(token[0]) and slash[1]):
        return None
    position = slash.start() + len(slash[0]) - len(slash[1]) - 1
    if depth < wanted:
        return _close_blank(text, position, slash)
    is_view = re.match(r"(?:tree|blob|main|master|-/)\b", token[0]) or (is_viewed and not _is_word(token[0]))
    if is_view and not slash[1]:
        return position
    if wanted == 0 and depth == 0 and not slash[1] and not _is_word(token[0]):
        return position
    return None


def _close_blank(text: str, position: int, slash: re.Match[str]) -> int | None:
    token = _TOKEN.match(text, slash.end())
    if token is None or "http" in token[0]:
        return None
    return None if _is_word(token[0]) and (slash[1] or not _HUB_ITEM.match(token[0])) else position


def _continues(text: str, token: re.Match[str], depth: int, wanted: int) -> bool:
    """Whether the token after `…/ ` is the next part of the address."""
    word = token[0].rstrip(".,;:")
    is_last = _is_last(text, token)
    if wanted - depth >= 2:
        return "/" in word or bool(re.match(r"\s{0,4}/\s{0,4}[A-Za-z0-9]", text[token.end() : token.end() + 10]))
    if wanted - depth == 1:
        return is_last or not (word.isalpha() and word.islower()) or _followed_by_word(text, token.end())
    return wanted == 0 and _is_path(word, is_last=_ends_sentence(text, token))


def _is_path(word: str, *, is_last: bool) -> bool:
    """Whether a word after `…/ ` on an ordinary site is its next segments: no `input/output` and no `24/7`."""
    if word.startswith("~") or word.endswith(("/", ".html", ".htm", ".php")):
        return True
    is_name = _IS_A_NAME.search(word) is not None
    if "/" in word:
        return (is_last or is_name or word.count("/") > 1) and _FRACTION.fullmatch(word) is None
    return is_last and is_name


def _ends_sentence(text: str, token: re.Match[str]) -> bool:
    """The same as `_is_last`, but not for a label, which a colon ends, nor for a number."""
    is_label = text.startswith(":", token.end())
    return _is_last(text, token) and not is_label and _FRACTION.fullmatch(token[0].rstrip(".,;:")) is None


def _is_last(text: str, token: re.Match[str]) -> bool:
    """Whether the sentence or its bracket ends right after the token, be it with a blank before the stop."""
    after = text[token.end() : token.end() + 1]
    if after == "" or after in ")}],;:。" or token[0].endswith((".", ",", ";", ":")):
        return True
    return _STOP_AFTER_BLANK.match(text, token.end()) is not None


def _followed_by_word(text: str, end: int) -> bool:
    """Whether a common word or a bracket follows: neither stands after a word that only begins the sentence's rest."""
    following = re.match(r"\s{1,4}(?:([A-Za-z]{1,20})\b|\()", text[end : end + 26])
    return following is not None and (following[1] is None or following[1].casefold() in _WORDS)


def _is_word(token: str) -> bool:
    stripped = token.rstrip(".,;:?=&#-")
    first = stripped.partition("/")[0]
    return first.casefold() in _WORDS and (stripped == first or first.islower())


def place_after(text: str, start: int, count: int) -> int:
    """The place in `text` after `count` characters from `start`, blanks not counted."""
    position = start
    while count > 0:
        if not text[position].isspace():
            count -= 1
        position += 1
    return position
