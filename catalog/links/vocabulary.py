"""The words that abstracts use of what they offer: things released, promises, and what belongs to others.

All patterns but CLAUSE and LABEL are for text that `folded` made: to search that is about twice as fast as to search
without regard to case.
"""

from __future__ import annotations

import re

# The only letters besides the 26 that a search without regard to case takes for one of these.
_TAKEN_FOR = {"\u0130": "i", "\u0131": "i", "\u017f": "s", "\u212a": "k"}


def folded(text: str) -> str:
    """The text in lower case, character for character, as a search without regard to case reads it."""
    if not text.isascii():
        for letter, taken_for in _TAKEN_FOR.items():
            text = text.replace(letter, taken_for)
    return text.lower()


# After these a noun is only an attribute: "data selection", "code generation", "model training".
_ACTIVITY = (
    r"(?:selection|generation|generators?|processing|preprocessing|preparation|augmentation|load(?:ing|er)|engine|"
    r"pipelines?|training|inference|understanding|completion|editing|synthesis|compression|merging|search|"
    r"intelligence|reasoning|curation|efficiency|quality|analysis|llms?\b|agents?\b)"
)
_VIDEO_ENDS = (
    r"(?:demos?|demonstrations?|results?|samples?|examples?|presentation|abstract|is|are|can|of|at|available|and|"
    r"showing|link|tutorials?|figures?|summary|overview|recordings?|walk-?throughs?)"
)
_WORD_BEGINS = r"\b"
_NOUN_PATTERNS: dict[str, tuple[str, ...]] = {
    "project page": (
        r"\b(?:project|official|paper|companion|accompanying)(?:'s)? ?(?:web ?)?-?(?:pages?|sites?|home ?pages?)\b",
        r"\bproject (?:link|url)\b",
        r"\bhome ?-?pages?\b",
        r"\b(?:project|page)(?=\s?:\s?$)",
    ),
    "website": (r"\bweb ?-?(?:sites?|pages?)\b",),
    "survey list": (
        r"\bsurveys?\b",
        r"\b(?:paper|reading|reference|literature) ?-?lists?\b",
        r"\blists? of\b",
        r"\bawesome\b",
        r"\blisted the papers?\b",
        r"\bcollection of (?:\w{1,20} ){0,3}(?:papers|works|literature)\b",
        r"\bbibliography\b",
        r"\bsurveyed (?:papers|literature|works|methods)\b",
        r"\b(?:all|relevant|related|reviewed|latest|recent) papers\b",
    ),
    "leaderboard": (r"\bleader-?boards?\b",),
    "benchmark": (rf"\bbenchmarks?\b(?! (?:results?|code|data|{_ACTIVITY}))", r"\bbenchmark(?= code\b)"),
    "demo": (
        r"\bdemos?\b",
        r"\bdemonstrations?\b",
        r"\b(?:audio|speech|sound|music|generated|synthesi[sz]ed) (?:samples|examples)\b",
        r"\bplayground\b",
    ),
    "video": (rf"\bvideos\b|\bvideo(?= {_VIDEO_ENDS}\b| ?[:,(]| ?$)",),
    "code": (
        rf"\bcodes?\b(?! ?-?(?:{_ACTIVITY}|datasets?|snippets|review|models?\b))",
        r"\bcode-?bases?\b",
        r"\b(?:re-?)?implementations?\b",
        r"\bsource files\b",
        r"\bscripts?\b",
        r"\bnotebooks?\b",
        r"\b(?:librar(?:y|ies)|packages?|software)\b(?! (?:engineering|development|systems?|testing|design|security))",
        r"\bexperimental settings\b",
    ),
    "data": (
        rf"\bdata-?sets?\b(?! ?{_ACTIVITY})",
        rf"\bdata\b(?! ?-?(?:{_ACTIVITY}|codes?\b))",
        r"\bdatabases?\b",
        r"\bcorp(?:us|ora)\b",
        r"\bannotations\b",
        r"\b(?:raw|experiment(?:al)?|evaluation) results\b",
        r"\btrajectories\b",
        r"\btest ?sets?\b",
        r"\btree-?banks?\b",
        r"\blexic(?:ons?|a)\b",
    ),
    "model": (
        rf"\bmodels?\b(?! (?:codes?\b|performance|outputs?|predictions|{_ACTIVITY}))",
        r"\bcheck-?points?\b",
        r"\bweights\b",
        r"\b(?:pre-?)?trained (?:\w{1,20} ){0,3}(?:scorers?|encoders?|classifiers?|networks?|detectors?)\b",
        r"\bscorer\b",
    ),
    "tools": (
        r"\btools?\b(?! ?-?(?:use|learning|call(?:s|ing)?)\b)",
        r"\btool-?(?:kits?|box(?:es)?)\b",
    ),
    "other": (
        r"\b(?:other|related|additional|project|all|more) (?:\w{1,20} )?resources\b(?!,? (?:e\.g|such as|including))",
        r"\bresources (?:are|will be|can be)\b",
        r"\bmaterials?\b",
        r"\bprompts\b",
    ),
}
NOUN_ROLES = tuple(_NOUN_PATTERNS)
# A word is tried against each: where the first letter differs that takes no time, if no group begins before it.
_NOUN_GROUPS = "|".join(
    f"(?:{pattern.removeprefix(_WORD_BEGINS)})(?P<n{index}_{at}>)"
    for index, patterns in enumerate(_NOUN_PATTERNS.values())
    for at, pattern in enumerate(patterns)
)
# All begin at the beginning of a word: to look for that once spares trying each of them in the middle of words.
NOUN = re.compile(rf"\b(?:{_NOUN_GROUPS})")


def noun_role(noun: re.Match[str]) -> str:
    """The role that a match of NOUN names."""
    return NOUN_ROLES[int((noun.lastgroup or "n0_0")[1:].partition("_")[0])]


# Where a new statement begins inside a sentence: only the last one that names something speaks of the address.
CLAUSE = re.compile(
    r";|\s[—–]\s|\s--\s|\bbut also\b|,\sso\s(?:that\s)?"
    r"|,\s(?:and|but|while|where|which)\s(?:also\s)?(?=(?:we|our|the|all)\s\w|(?:is|are)\s|created?\b|released?\b|"
    r"provided?\b|built\b|present(?:ed)?\b|introduced?\b)"
)
OPENING = re.compile(r"(?:to|for|in order to|as|due to|with|by|in|upon|besides|while)\b[^,:]{1,200},\s")
# What follows these words describes the thing released, and is not itself released.
DESCRIPTION = re.compile(
    r"\s(?:for|(?<!all )(?<!some )(?<!most )of|to|that|which|from|on|about|by|using|used|needed|required|"
    r"associated with|related to|covering|based on|trained on|in)\s",
)
COORDINATED = re.compile(r"(?:,|\band\b|\bwith\b|&)\s(?:also\s)?(?:the |our |a |all )?([\w -]{0,40})")
ON_OUR_PAGE = re.compile(
    r"\b(?:on|at|in|see|visit|to|through|via)\s(?:our|the|this|its|a)\s(?:\w{1,20}\s){0,2}"
    r"(?:(project (?:web)?(?:page|site)|home ?page)|web ?(?:site|page))\W{0,4}(?:at|:|here|is)?\W{0,4}$",
)
# "See our website for videos": what the page is visited for.
SEEN_FOR = re.compile(
    r"\b(?:see|visit|check(?: out)?|refer to|view)\s(?:our|the|this)\s(?:\w{1,20}\s){0,2}(?:web ?)?(?:page|site)\s"
    r"(?:for|to (?:see|view|watch|download))\s([\w, -]{1,80})"
)
OF_THIS = re.compile(r"\b(?:for|of|with)\s(?:this|our)\s(?:\w{1,20}\s){0,2}?(benchmark|leaderboard)\b")
RELEASING = re.compile(
    r"\b(?:releas(?:e|ed|ing)|open-?\s?sourc(?:e|ed|ing)|provid(?:e|ed|ing)|shar(?:e|ed|ing)|publish(?:ed)?|"
    r"mak(?:e|ing)|made|host|maintain|creat(?:e|ed)|present|include|develop(?:ed)?)\s",
)
VERB = re.compile(
    r"\b(?:is|are|was|were|be|been|can|could|may|will|has|have|shall|made|available|released|accessible|found|"
    r"accessed|open-?sourced?|published|hosted|provided|located|downloaded|obtained|viewed|shared)\b",
)
LABEL = re.compile(r"(?:^|[.,;(\s])([A-Z&][\w&/, -]{2,60}):\s?[({\[<*]{0,2}$")
TAIL = re.compile(
    r"\W{0,4}(?:website |page |site )?(?:,? ?(?:including|contains?|containing|"
    r"for (?:the |our |more |all |additional |further )?|with (?:the |our )?|where we (?:release|provide)|"
    r"which (?:contains|includes|provides)|to (?:view|see|download|access|watch))) ?",
)

_ADVERB = r"(?:\w{1,20}ly|soon|also|all|then|further|be|made|fully|open|and|here|online|later|both)"
_PUBLIC = (
    r"(?:available|avaliable|released|open-?\s?sourced?|public|accessible|shared|published|provided|uploaded|posted|"
    r"online|made|found|come|appear|hosted|maintained|distributed|deposited|downloadable|follow)"
)
PROMISED = re.compile(rf"\b(?:will|shall|would)\s(?:{_ADVERB}\s){{0,5}}{_PUBLIC}\b")
THERE = re.compile(rf"\b(?:is|are|was|were|been|can be)\s(?:{_ADVERB}\s){{0,4}}{_PUBLIC}\b")
INTENDED = re.compile(
    r"\b(?:(?:we|authors)\s(?:will|shall|(?:plan|intend|promise|commit|are going|aim) to)\s(?:\w{1,20}\s){0,2}"
    r"(?:releas|open|shar|publish|provid|mak|upload|disclos|distribut)|to be (?:released|made|published)\b|"
    r"coming soon\b)",
)
# Without one of these, neither PROMISED nor INTENDED has a match.
PROMISING = (
    "will",
    "shall",
    "would",
    "plan to",
    "intend to",
    "promise to",
    "commit to",
    "going to",
    "aim to",
    "to be ",
    "coming soon",
)
LATER = re.compile(
    r"\b(?:coming soon\b|to be (?:released|announced|published)\b|soon\b|"
    r"(?:upon|after|once|following)\s(?:\w{1,20}\s){0,4}(?:acceptance|publication|accepted|published|review)\b)",
)
WILL_BE = re.compile(r"\W{0,3}(?:will|shall) be\b")

OFFER = re.compile(
    r"\b(?:available|released|accessible|found|accessed|open-?\s?sourced?|published|hosted|provided?|release|share|"
    r"publish|downloaded|obtained|located|shared|project page|website|homepage|our code|our data)\b"
    r"(?! (?:datasets?|data|codes?|models?|benchmarks?|corpus|corpora|implementation|library|software|tools?|weights|"
    r"checkpoints|versions?|by)\b)",
)
# ", built on AcmeNet,": said of the thing offered between two commas.
ASIDE = re.compile(r",\s(?:which (?:is|was) |and )?(?:built|based|buil(?:ds|ding)|adapted|derived|forked)\s[^,]{1,60},")
# What is reused is offered where it is: "the corpus we use, which can be found at", "we use the code available at".
BORROWED = re.compile(
    r"(?:(?!\b(?:to|and|is|are|be|been|made|our|we)\b)[^,;.]){0,60}"
    r"(?:,?\s(?:which|that)\s(?:is|are|was|were|can be|has been|have been)\s(?:\w{1,20}ly\s)?|\s)"
    r"(?:available|accessible|found|released|hosted|obtained|downloaded|provided|published)\b"
)
REUSE = re.compile(
    r"\b(?:we (?:\w{1,20}ly )?(?:use|used|adopt|adopted|employ|employed|leverage|leveraged|build (?:up)?on|built on|"
    r"borrow|follow|fine-?tune|evaluate on|train on)\b|buil(?:t|d|ds|ding) (?:on|upon|with|using)\b|"
    r"(?:experiments?|implementation|pipeline|system|framework|approach) (?:uses?|used|rel(?:y|ies) on)\b|"
    r"(?:was|were) (?:built|downloaded|obtained|collected|crawled|retrieved|sourced) from\b|"
    r"following the (?:\w{1,20} ){0,2}(?:protocol|setup|procedure|implementation|code|splits?) of\b|"
    r"(?:is|are|was|were) (?:\w{1,20}ly )?based (?:up)?on\b(?! our)|"
    r"based (?:up)?on the (?:\w{1,20} ){0,2}(?:code|codebase|implementation|repository|repo)\b|"
    r"using the\b(?! (?:following )?(?:link|url|web ?(?:site|page)|address|page|code))|"
    r"(?:adapted from|borrowed from|taken from|derived from|fork(?:ed)? (?:of|from)|thanks to|powered by|"
    r"compar(?:e|ed|ing) (?:with|against|to)|extensions? (?:of|to)|integrated (?:it |this |them )?(?:in|into|with)|"
    r"made available by|provided by|released by|developed by|courtesy of|extends? the)\b)",
)
