"""Where an address ends: the stops, brackets and glued words after it are the sentence's, not the address's."""

from __future__ import annotations

import re

_STOPS = ".,;:!?'*&@=+(%~"
_STARTERS = (
    "In|The|We|Our|This|These|That|It|Its|They|Code|Codes|Data|Dataset|Datasets|All|An|And|For|To|With|As|At|On|Here|"
    "Project|Website|Keywords|Note|Also|Additionally|Moreover|Furthermore|However|Finally|See|Please|Model|Models|"
    "Demo|Video|Videos|Notes?|Comments?|CCS|arXiv|Supplementary|More|Both|Using|By|From|Experiments|Results|Extensive|There|You|Index"
)
_GLUED_STARTER = re.compile(rf"\.(?=(?:{_STARTERS})(?![a-z0-9_-]))")
_GLUED_HEADING = re.compile(r"\.(?=[A-Z][a-z]{2,20}:$)")
_GLUED_SENTENCE = re.compile(r"\.(?=[A-Z][a-z]{1,20}$)")
# "…/toolandhttps://…": the word between two addresses, unless the last word of the first is one that ends like it.
_GLUED_AND = re.compile(
    r"(?<=[A-Za-z0-9/])(?<!(?<![a-z])[bshlw])(?<!(?<![a-z])(?:br|gr|st))(?<!(?<![a-z])isl)and$", re.IGNORECASE
)
# "…/toolData:https://…": the label of the next address.
_GLUED_LABEL = re.compile(
    r"(?<=[A-Za-z0-9/])(?<![A-Z])(?:Codes?|Data(?:sets?)?|Models?|Demos?|Videos?|Papers?|Page|Project|Web(?:site|page)|"
    r"Home[Pp]age|Git[Hh]ub|Benchmark|Leaderboard):$"
)
_LOWER_WORD_FOLLOWS = re.compile(r"\s+[a-z]{2,}|\s+[A-Z]")
_FORGE = re.compile(r"(?:github\.com|gitlab\.com|bitbucket\.org|gitee\.com|huggingface\.co|hf\.co|codeberg\.org)$")
_NAMES = r"(?:/{1,3}(?:[A-Za-z0-9._~-]|%(?:5[Ff]|2[DdEe]|7[Ee])){1,200}){0,2}"
_FORGE_SEGMENTS = re.compile(rf"{_NAMES}(?:(?:/{{1,3}}[A-Za-z0-9._~%@:+=-]{{1,200}}){{0,30}}/{{0,2}})?")
_GLUED_BRACKET = re.compile(
    r"(?<=[A-Za-z0-9/])\((?=(?:codes?|data(?:sets?)?|models?|demo|videos?|papers?|project|page|MIT|Apache|GPL|see)\b)",
    re.IGNORECASE,
)
# LaTeX's blank that breaks no line: a name has a tilde at its beginning only.
_TIE = re.compile(r"(?<=[A-Za-z0-9])~")
_BRACKET = re.compile(r"[()]")
_COMMA_WORD = re.compile(r",(?=[A-Za-z]{2,})")
_TRAILING_ESCAPE = re.compile(r"(?:%(?:20|0[AaDd]|7[BbDd])){1,3}$")
_PAGE_HOST = (".github.io", ".gitlab.io", ".hf.space")


def trimmed_end(host: str, path: str, following: str, before: str = "") -> int:
    """How many characters of `path` belong to the address.

    `following` is the text after the path, `before` the character before the address: emphasis that was opened
    there ends with the address.
    """
    end = _before_glued_sentence(path, following)
    path = path[:end]
    if path.endswith(("and", ":")) and following[:4].casefold() == "http":
        path = _GLUED_LABEL.sub("", _GLUED_AND.sub("", path))
    if "(" in path:
        path = _GLUED_BRACKET.split(path, maxsplit=1)[0]
    if _FORGE.search(host.casefold()):
        path = _forge_path(path)
    elif host.casefold().endswith(_PAGE_HOST):
        path = re.split(r"[,;()]", _TIE.split(path, maxsplit=1)[0], maxsplit=1)[0]
    else:
        comma = _COMMA_WORD.search(path)
        if comma and not any(mark in path[comma.end() :] for mark in ("/", ".", ",", "=")):
            path = path[: comma.start()]
    if before == "(":
        path = path[: _group_end(path)]
    kept = _without_stops(path)
    return len(_without_stops(kept.rstrip("_")) if before == "_" else kept)


def _before_glued_sentence(path: str, following: str) -> int:
    match = _GLUED_STARTER.search(path) or _GLUED_HEADING.search(path)
    if match is None and _LOWER_WORD_FOLLOWS.match(following):
        match = _GLUED_SENTENCE.search(path)
        if match and path[match.end() :] in ("Net", "Jl", "Js", "Py"):
            match = None
    return match.start() if match else len(path)


def _forge_path(path: str) -> str:
    """Names on forges hold letters, digits, `-`, `_` and `.`; the first other character ends the address."""
    path = _TIE.split(path, maxsplit=1)[0]
    match = _FORGE_SEGMENTS.match(path)
    end = match.end() if match else 0
    if path[end : end + 1] in ("?", "#"):
        query = re.match(r"[?#][^,;()]{0,500}", path[end:])
        end += query.end() if query else 0
    return path[:end]


def _group_end(path: str) -> int:
    """Where the bracket closes that stands before the address, though more than a stop may follow: `…/a)55`."""
    depth = 0
    for match in _BRACKET.finditer(path):
        depth += 1 if match[0] == "(" else -1
        if depth < 0:
            return match.start()
    return len(path)


def _without_stops(path: str) -> str:
    escape = _TRAILING_ESCAPE.search(path, max(0, len(path) - 9))
    if escape:
        path = path[: escape.start()]
    opened = path.count("(") - path.count(")")
    if opened > 0:
        path = path[: path.index("(")]
        opened = path.count("(") - path.count(")")
    end = len(path)
    while end:
        last = path[end - 1]
        if last == ")" and opened < 0:
            opened += 1
        elif last not in _STOPS:
            break
        elif last == "(":
            opened -= 1
        end -= 1
    path = path[:end]
    return path.rstrip("-") if path.endswith("--") else path
