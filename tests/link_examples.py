"""The rules for links with an example each: what the tests check and what `docs/links.md` shows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Find:
    """What is found: the words as they stand, the canonical address, its kind, and what the sentence says of it."""

    verbatim: str
    url: str
    kind: str
    roles: str | None = None
    is_promised: bool = False
    is_own: bool = True


@dataclass(frozen=True)
class Example:
    """One rule in one sentence, an invented text, and everything that is found in it."""

    section: str
    rule: str
    text: str
    finds: tuple[Find, ...]


def _repository(verbatim: str, path: str = "acme/tool", **said: object) -> Find:
    return Find(verbatim, f"https://github.com/{path}", "repository", **said)  # type: ignore[arg-type]


_FOUND = "Where an address begins and ends"
_BROKEN = "Addresses broken by white space"
_ESCAPED = "Marks of LaTeX, HTML and PDF"
_BARE = "Addresses without a scheme"
_TARGET = "What an address points at"
_SAID = "What the sentence says"

EXAMPLES = (
    Example(
        _FOUND,
        "Stops, quotes and brackets after an address belong to the sentence.",
        "The code (https://github.com/acme/tool), is ready.",
        (_repository("https://github.com/acme/tool"),),
    ),
    Example(
        _FOUND,
        "A closing bracket belongs to the address if the address opened it.",
        "See https://en.wikipedia.org/wiki/Acme_(tool).",
        (
            Find(
                "https://en.wikipedia.org/wiki/Acme_(tool)",
                "https://en.wikipedia.org/wiki/Acme_(tool)",
                "other",
            ),
        ),
    ),
    Example(
        _FOUND,
        "A word glued to the front is not part of it.",
        "Our code is available athttps://github.com/acme/tool.",
        (_repository("https://github.com/acme/tool"),),
    ),
    Example(
        _FOUND,
        "A sentence glued to the end is not part of it: a stop and a capital begin one, other dots do not.",
        "Code: https://github.com/acme/llama.cpp.We thank everybody.",
        (_repository("https://github.com/acme/llama.cpp", "acme/llama.cpp"),),
    ),
    Example(
        _FOUND,
        "Nor is the label of the next address.",
        "Code:https://github.com/acme/toolData:https://example.org/d",
        (
            _repository("https://github.com/acme/tool"),
            Find("https://example.org/d", "https://example.org/d", "project page"),
        ),
    ),
    Example(
        _FOUND,
        "The next address ends the one before.",
        "Code: https://github.com/acme/tool,https://acme.github.io/tool",
        (
            _repository("https://github.com/acme/tool"),
            Find("https://acme.github.io/tool", "https://acme.github.io/tool", "project page"),
        ),
    ),
    Example(
        _FOUND,
        "Footnote marks, full-width punctuation and characters of other scripts end it.",
        "Code: https://github.com/acme/tool¹，数据 https://example.org/data。",
        (
            _repository("https://github.com/acme/tool"),
            Find("https://example.org/data", "https://example.org/data", "project page"),
        ),
    ),
    Example(
        _FOUND,
        "One target is one link, however often a text names it: where it first stands.",
        "Code: https://github.com/acme/tool. Issues: https://github.com/Acme/Tool/issues.",
        (_repository("https://github.com/acme/tool"),),
    ),
    Example(
        _FOUND,
        "What a link shows in words is not another link: `URL{text}`, `\\href{URL}{text}` and the like.",
        "Our page is https://acme.github.io/tool{acme.github.io}.",
        (Find("https://acme.github.io/tool", "https://acme.github.io/tool", "project page"),),
    ),
    Example(
        _BROKEN,
        "Blanks in and after a scheme, and round the dots of a host that is not complete, are closed.",
        "Released at https: //github. com/acme/tool .",
        (_repository("https: //github. com/acme/tool"),),
    ),
    Example(
        _BROKEN,
        "At a slash a blank is closed while a known host still needs a segment.",
        "Released at https://github.com/ acme/ tool.",
        (_repository("https://github.com/ acme/ tool"),),
    ),
    Example(
        _BROKEN,
        "An owner and a name with a slash and blanks between them are joined.",
        "Released at github.com/acme / tool, with data.",
        (_repository("github.com/acme / tool"),),
    ),
    Example(
        _BROKEN,
        "At a hyphen or an underscore a blank is closed, unless a word such as `and` follows.",
        "Released at https://github.com/acme/big-\ntool.",
        (_repository("https://github.com/acme/big-\ntool", "acme/big-tool"),),
    ),
    Example(
        _BROKEN,
        "An owner cut in two is joined where the rest of it brings the name and the sentence ends.",
        "Released at https://github.com/big acme/tool.",
        (_repository("https://github.com/big acme/tool", "bigacme/tool"),),
    ),
    Example(
        _BROKEN,
        "A name cut in two is joined where the text speaks of it in one word, and nowhere of its first part alone.",
        "BigTool runs; it is at https://github.com/acme/Big Tool.",
        (_repository("https://github.com/acme/Big Tool", "acme/BigTool"),),
    ),
    Example(
        _BROKEN,
        "One blank inside the name of a forge or hub, or inside `http://` or `https://`, is closed.",
        "Code: gith ub.com/acme/tool soon; page: h ttps://acme.github.io/tool with videos.",
        (
            _repository("gith ub.com/acme/tool", is_promised=True, roles="code"),
            Find("h ttps://acme.github.io/tool", "https://acme.github.io/tool", "project page"),
        ),
    ),
    Example(
        _BROKEN,
        "A complete address ends at a blank: two whole words are never joined.",
        "Released at github.com/acme/tool soon.",
        (_repository("github.com/acme/tool", is_promised=True, roles="code"),),
    ),
    Example(
        _BROKEN,
        "A folder after a blank belongs to its repository; blanks round every sign break nothing.",
        "Released at https://github.com/acme/big/ tree/main/src and https : / / github . com / acme / my _ tool.",
        (
            _repository("https://github.com/acme/big/ tree/main/src", "acme/big"),
            _repository("https : / / github . com / acme / my _ tool", "acme/my_tool"),
        ),
    ),
    Example(
        _BROKEN,
        "A word of the sentence is not taken for a segment that is missing.",
        "Models at https://huggingface.co/acme/ and data.",
        (Find("https://huggingface.co/acme/", "https://huggingface.co/acme", "other"),),
    ),
    Example(
        _BROKEN,
        "Inside `\\url{…}`, `\\href{…}` and `<…>` every blank is closed.",
        "Released at \\url{https://example.org/my data set}.",
        (Find("https://example.org/my data set", "https://example.org/mydataset", "project page"),),
    ),
    Example(
        _BROKEN,
        "An address that has lost letters is not guessed.",
        "Released at https: //acmethis http URL.",
        (),
    ),
    Example(
        _ESCAPED,
        "Escapes of LaTeX stand for their character.",
        "Code: \\url{https://github.com/acme/big\\_tool}; page: http://www.example.edu/\\textasciitilde{}jane.",
        (
            _repository("https://github.com/acme/big\\_tool", "acme/big_tool"),
            Find(
                "http://www.example.edu/\\textasciitilde{}jane",
                "http://www.example.edu/~jane",
                "project page",
            ),
        ),
    ),
    Example(
        _ESCAPED,
        "An underscore in a group of LaTeX's is one, whether the group is closed or not.",
        "Code: https://github.com/acme/big{\\_}tool and https://github.com/acme/small{\\_tool.",
        (
            _repository("https://github.com/acme/big{\\_}tool", "acme/big_tool"),
            _repository("https://github.com/acme/small{\\_tool", "acme/small_tool"),
        ),
    ),
    Example(
        _ESCAPED,
        "The backslash by which Markdown or LaTeX breaks a line is nothing; the line break is a blank like any other.",
        "Code: https://github.com/acme/\\\ntool\\\nsoon.",
        (_repository("https://github.com/acme/\\\ntool", is_promised=True, roles="code"),),
    ),
    Example(
        _ESCAPED,
        "A tilde written as a relation, and a hyphen or a slash of typography, stand for the plain sign.",
        "Page: http://www.example.edu/$\\sim$jane; code: https://github.com/acme/big‐tool.",
        (
            Find("http://www.example.edu/$\\sim$jane", "http://www.example.edu/~jane", "project page"),
            _repository("https://github.com/acme/big‐tool", "acme/big-tool"),
        ),
    ),
    Example(
        _ESCAPED,
        "A ligature stands for its letters.",
        "Code: https://github.com/acme/\ufb01ne-tool.",
        (_repository("https://github.com/acme/\ufb01ne-tool", "acme/fine-tool"),),
    ),
    Example(
        _ESCAPED,
        "Characters of no width inside an address are nothing.",
        "Code: https://github.com/acme/\u200btool.",
        (_repository("https://github.com/acme/\u200btool"),),
    ),
    Example(
        _BARE,
        "A known host with a path, an `owner.github.io` and a `www.` host are addresses.",
        "Code: github.com/acme/tool, page: acme.github.io, home: www.example.org.",
        (
            _repository("github.com/acme/tool"),
            Find("acme.github.io", "https://acme.github.io", "project page"),
            Find("www.example.org", "https://www.example.org", "project page"),
        ),
    ),
    Example(
        _BARE,
        "Any other host needs a path, and an ending that is no word.",
        "Data is on lab.example.org/data as a train.in/test.at split.",
        (Find("lab.example.org/data", "https://lab.example.org/data", "project page"),),
    ),
    Example(
        _BARE,
        "A bare domain is an address only where words lead to it.",
        "A demo is available at demo.example.ai. We crawled example.com.",
        (Find("demo.example.ai", "https://demo.example.ai", "project page"),),
    ),
    Example(
        _BARE,
        "Names with a dot are not addresses, nor are e-mail addresses.",
        "We use Node.js, Amazon.com, stat.ML, CNN.com/DailyMail; write to jane@example.org.",
        (),
    ),
    Example(
        _BARE,
        "An arXiv number or a DOI of a paper is a citation; the bare DOI of a deposit is an address.",
        "See arXiv:2401.01234, doi:10.1145/123.456 and, for data, doi:10.5281/zenodo.1234567.",
        (Find("10.5281/zenodo.1234567", "https://doi.org/10.5281/zenodo.1234567", "archive"),),
    ),
    Example(
        _TARGET,
        "A repository is host, owner and name; what follows is kept apart.",
        "Code: https://www.github.com/acme/tool.git, https://github.com/acme/big/tree/main/src#readme",
        (
            _repository("https://www.github.com/acme/tool.git"),
            _repository("https://github.com/acme/big/tree/main/src#readme", "acme/big"),
        ),
    ),
    Example(
        _TARGET,
        "One segment on a forge is an owner, and a placeholder is nothing yet: links, but no repositories.",
        "Code: https://github.com/acme, https://github.com/acme/TBD",
        (
            Find("https://github.com/acme", "https://github.com/acme", "other"),
            Find("https://github.com/acme/TBD", "https://github.com/acme/TBD", "other"),
        ),
    ),
    Example(
        _TARGET,
        "Groups nest on GitLab; forges without owners have the segment that stands there.",
        "Code: https://gitlab.com/acme/lab/tool/-/tree/main, https://anonymous.4open.science/r/tool-1A2B/",
        (
            Find(
                "https://gitlab.com/acme/lab/tool/-/tree/main",
                "https://gitlab.com/acme/lab/tool",
                "repository",
            ),
            Find(
                "https://anonymous.4open.science/r/tool-1A2B/",
                "https://anonymous.4open.science/r/tool-1A2B",
                "repository",
            ),
        ),
    ),
    Example(
        _TARGET,
        "On Hugging Face models, datasets and spaces are told apart; people and collections are `other`.",
        "hf.co/acme/m1 https://huggingface.co/datasets/acme/d1 https://huggingface.co/collections/acme/c1",
        (
            Find("hf.co/acme/m1", "https://huggingface.co/acme/m1", "model"),
            Find("https://huggingface.co/datasets/acme/d1", "https://huggingface.co/datasets/acme/d1", "dataset"),
            Find(
                "https://huggingface.co/collections/acme/c1",
                "https://huggingface.co/collections/acme/c1",
                "other",
            ),
        ),
    ),
    Example(
        _TARGET,
        "All pages about one arXiv paper are one reference, without its version.",
        "See https://arxiv.org/pdf/2401.01234v2.pdf and https://huggingface.co/papers/2401.01234.",
        (Find("https://arxiv.org/pdf/2401.01234v2.pdf", "https://arxiv.org/abs/2401.01234", "paper"),),
    ),
    Example(
        _TARGET,
        "A Zenodo record and its DOI are one deposit.",
        "Data: https://zenodo.org/records/1234567, also https://dx.doi.org/10.5281/zenodo.1234567",
        (
            Find(
                "https://zenodo.org/records/1234567",
                "https://doi.org/10.5281/zenodo.1234567",
                "archive",
            ),
        ),
    ),
    Example(
        _TARGET,
        "A page of a forge is a project page; the repository behind it would be a guess.",
        "Page: https://Acme.github.io/tool/",
        (Find("https://Acme.github.io/tool/", "https://acme.github.io/tool", "project page"),),
    ),
    Example(
        _TARGET,
        "A shortener is opaque, and its case is kept.",
        "Code: https://bit.ly/AcmeTool",
        (Find("https://bit.ly/AcmeTool", "https://bit.ly/AcmeTool", "shortener"),),
    ),
    Example(
        _TARGET,
        "A page of an unknown host is a project page; hosts of video, news, files and packages are `other`.",
        "Page: https://example.org/tool/, video: https://youtu.be/abc123",
        (
            Find("https://example.org/tool/", "https://example.org/tool", "project page"),
            Find("https://youtu.be/abc123", "https://youtu.be/abc123", "other"),
        ),
    ),
    Example(
        _SAID,
        "The roles are the things that the clause offers, often several.",
        "After much training, our code, data and a demo are available at https://github.com/acme/tool.",
        (_repository("https://github.com/acme/tool", roles="code, data, demo"),),
    ),
    Example(
        _SAID,
        "What only describes the thing offered is no role.",
        "Code for training the models is at https://github.com/acme/tool.",
        (_repository("https://github.com/acme/tool", roles="code"),),
    ),
    Example(
        _SAID,
        "Where the words name nothing, the kind stands in.",
        "AcmeNet is publicly available at https://huggingface.co/acme/net.",
        (Find("https://huggingface.co/acme/net", "https://huggingface.co/acme/net", "model", roles="model"),),
    ),
    Example(
        _SAID,
        "Addresses joined by `and` share their words; `respectively` deals them out in order.",
        "Code and data are at https://github.com/acme/tool and https://example.org/d, respectively.",
        (
            _repository("https://github.com/acme/tool", roles="code"),
            Find("https://example.org/d", "https://example.org/d", "project page", roles="data"),
        ),
    ),
    Example(
        _SAID,
        "Words after the address count where they say what is there.",
        "See https://acme.github.io/tool for videos and code.",
        (Find("https://acme.github.io/tool", "https://acme.github.io/tool", "project page", roles="code, video"),),
    ),
    Example(
        _SAID,
        "`Will be released`, `soon` and `upon acceptance` are promises; a hope for the future is not.",
        "Code will be released at https://github.com/acme/tool.",
        (_repository("https://github.com/acme/tool", roles="code", is_promised=True),),
    ),
    Example(
        _SAID,
        "It is somebody else's where the last thing said before it is a reuse.",
        "We build on the AcmeNet code (https://github.com/acme/net).",
        (_repository("https://github.com/acme/net", "acme/net", roles="code", is_own=False),),
    ),
    Example(
        _SAID,
        "It is somebody else's where what is reused is said to be there.",
        "This work builds upon the Acme corpus, which can be found at https://github.com/acme/corpus.",
        (_repository("https://github.com/acme/corpus", "acme/corpus", roles="data", is_own=False),),
    ),
    Example(
        _SAID,
        "It is the paper's own where an offer follows the reuse.",
        "Our code, built on AcmeNet, is available at https://github.com/acme/tool.",
        (_repository("https://github.com/acme/tool", roles="code"),),
    ),
)
