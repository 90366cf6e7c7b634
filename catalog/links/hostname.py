"""Host names as texts give them: blanks round the dots closed, and a sentence that was glued to them cut off."""

from __future__ import annotations

import re

from catalog.links.hosts import ENDINGS, PLAIN_ENDINGS, WORD_ENDINGS


def split_once(after: str, *names: str) -> str:
    """A pattern for one of the names in small letters, whole or as a word with one blank in it, with `after` behind it.

    Each alternative begins with a letter: a search for such a pattern looks at first letters alone.
    """
    return "|".join(rf"{name}{after}|{name[0]}(?<![a-z0-9]{name[0]})(?:{_cut(name[1:])}){after}" for name in names)


def _cut(rest: str) -> str:
    return "|".join(rf"{rest[:at]}\s{rest[at:]}" for at in range(len(rest)))


_DOT = r"\s{0,3}\.\s{0,3}"
PAGE_ENDINGS = (
    rf"(?:{split_once(_DOT + 'io', 'github', 'gitlab')}|"
    r"netlify\.app|vercel\.app|readthedocs\.io|hf\.space|pages\.dev|web\.app|"
    r"notion\.site|herokuapp\.com|streamlit\.app|gradio\.(?:app|live)|surge\.sh|wixsite\.com|weebly\.com)"
)
PAGE_HOSTS = (
    ".github.io",
    ".gitlab.io",
    ".netlify.app",
    ".vercel.app",
    ".readthedocs.io",
    ".hf.space",
    ".pages.dev",
    ".web.app",
    ".notion.site",
    ".herokuapp.com",
    ".streamlit.app",
    ".gradio.app",
    ".gradio.live",
    ".surge.sh",
    ".wixsite.com",
    ".weebly.com",
)
FORGE_SUBDOMAINS = frozenset(("www", "gist", "raw", "api", "codeload", "docs", "pages", "m", "about", "education"))
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?")
_BROKEN_HYPHEN = re.compile(r"(?:-\s{1,4}|\s{1,4}-)[a-z0-9-]{1,40}(?=\.[a-z]{2,20}(?:[./]|\s|$))")
_BLANKS = re.compile(r"\s")
_FOOTNOTE = re.compile(r"\d{1,2}$")
_MAX_LABELS = 12
_BROKEN_DOT = re.compile(r"(?:\s{1,4}\.\s{0,4}|\.\s{1,4})(?=[A-Za-z0-9])")
_SPLIT_NAME = re.compile(
    split_once(r"(?=\s{0,3}\.)", "github", "gitlab", "huggingface", "bitbucket", "zenodo"), re.IGNORECASE
)
_MORE_LABELS = re.compile(r"\s{0,3}\.\s{0,3}[a-z]")
_COMPLETES = {
    "github": ("com", "io"),
    "gitlab": ("com", "io"),
    "huggingface": ("co",),
    "bitbucket": ("org",),
    "zenodo": ("org",),
    "doi": ("org",),
    "arxiv": ("org",),
    "google": ("com",),
    "bit": ("ly",),
    "hf": ("co",),
}


def is_numeric(host: str) -> bool:
    """Whether a host is written in numbers (`10.0.0.1`)."""
    return bool(re.fullmatch(r"\d{1,3}(?:\.\d{1,3}){3}", host))


def read_host(text: str, start: int, *, has_scheme: bool) -> tuple[str | None, int]:
    """The host name at `start` with blanks round its dots closed, and where it ends; (None, start) where none is."""
    labels: list[str] = []
    following: int | None = start
    end = start
    while following is not None and len(labels) < _MAX_LABELS:
        label = _SPLIT_NAME.match(text, following) or _LABEL.match(text, following)
        if label is None:
            break
        end = label.end()
        broken = _BROKEN_HYPHEN.match(text, end) if has_scheme and labels in ([], ["www"]) else None
        if broken:
            end = broken.end()
        labels.append(_BLANKS.sub("", text[following:end]))
        following = _next_label(text, end, labels, has_scheme)
    if not labels:
        return None, start
    footnote = _FOOTNOTE.search(labels[-1])
    if footnote and labels[-1][: footnote.start()].casefold() in PLAIN_ENDINGS:
        end -= len(footnote[0])
        labels[-1] = labels[-1][: footnote.start()]
    if labels[-1][0].isupper():
        labels, end = _without_glued_word(labels, end)
    return ".".join(labels), end


def _next_label(text: str, position: int, labels: list[str], has_scheme: bool) -> int | None:
    """Where the next label begins, or None where the host ends at `position`."""
    if text.startswith(".", position):
        following = text[position + 1 : position + 2]
        if following.isascii() and following.isalnum():
            return position + 1
    broken = _BROKEN_DOT.match(text, position)
    if broken is None:
        return None
    label = _LABEL.match(text, broken.end())
    if label is None:
        return None
    word, last = label[0].casefold(), labels[-1].casefold()
    after = text[label.end() : label.end() + 1]
    if word in _COMPLETES.get(last, ()) and (has_scheme or len(labels) > 1 or after in ("/", " ", "\n")):
        return broken.end()
    if word in ("github", "gitlab") and re.match(r"\s{0,3}\.\s{0,3}io\b", text[label.end() : label.end() + 10]):
        return broken.end()
    is_open = last not in ENDINGS and (has_scheme or labels[0].casefold() == "www")
    if is_open and label[0].islower() and (word in PLAIN_ENDINGS or (word in WORD_ENDINGS and after == "/")):
        return broken.end()
    has_more = _MORE_LABELS.match(text, label.end()) is not None
    return broken.end() if is_open and len(labels) < 4 and has_more else None


def _without_glued_word(labels: list[str], position: int) -> tuple[list[str], int]:
    """A host followed by a sentence without a blank (`foo.org.Our`): the capital tells."""
    if len(labels) > 2 and labels[-2].islower() and labels[-2] in ENDINGS:
        return labels[:-1], position - len(labels[-1]) - 1
    return labels, position
