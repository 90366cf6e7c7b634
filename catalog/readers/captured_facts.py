"""What the small print of a captured card says: votes, comments, authors, date, organisation, code. Pure.

A part of a card is either understood, or the line in which it stands is none of the small print. Count of authors,
date and count of comments are read by the rules for pasted pages (trailers.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from catalog.readers.captured_addresses import Leads
from catalog.readers.captured_units import Part, Unit
from catalog.readers.looks import ends_as_sentence
from catalog.readers.paragraphs import FURNITURE, curator_of
from catalog.readers.trailers import DateLine, read_trailer

MAX_NAME: Final = 100
MAX_MENU_WORDS: Final = 3

_KNOWN: Final = """
    AI-generated summary | Search by arxiv id or title | by | and the research community | AK | Buckets new | Jobs
    | Trending Papers ranked by GitHub stars activity | Copy markdown | Skip to content | Enterprise Support | Tasks
    | Team & Enterprise | Hugging Face PRO | Inference Providers | Inference Endpoints | Storage Buckets | Languages
    | HuggingChat | Collections | Organizations | Blog | Learn | Discord | Forum | GitHub | Storage | Inference
    | Back to Papers | Accept | Accept all | Accept cookies | Reject all | Sort | Filter | Upvote | Share | Bookmark
    | References | Links | Visible links | Hidden links | We use cookies | This site uses cookies | Image | ·
    """
KNOWN: Final = FURNITURE | frozenset(line.strip().casefold() for line in _KNOWN.split("|"))
_BUTTONS: Final = frozenset(
    {
        "upvote",
        "upvotes",
        "read more",
        "view paper",
        "paper page",
        "view",
        "read paper",
        "discuss",
        "comments",
        "comment",
        "video",
    }
)

_NUMBER = re.compile(r"[0-9]{1,3}(?:,[0-9]{3}){1,2}|[0-9]{1,7}", re.ASCII)
_ROUNDED = re.compile(r"[0-9]{1,4}(?:[.,][0-9]{1,2})? ?[kKmM]", re.ASCII)
_CODE_LABEL = re.compile(r"(?:LINK: ?)?(?:GitHub|Code)?[ :]{0,2}(?:\(?[0-9][0-9.,]{0,9} ?[kKmM]?\)?)?", re.IGNORECASE)
_ARXIV_LABEL = re.compile(r"(?:LINK: ?)?(?:View )?(?:arXiv|PDF|Paper)?(?: page)?", re.IGNORECASE)
_SUBMITTED = re.compile(r"submitted by:?(?: |$)", re.IGNORECASE)
_PUBLISHED = re.compile(r"published(?: on)?:? (?=[A-Z])", re.IGNORECASE)
# The words that stand for an avatar, in brackets before a name.
_ALT = re.compile(r"\[[^\[\]]{0,100}+\] (?=\S)")
_BETWEEN = re.compile(r"\s{0,3}[·•∙|]\s{0,3}")
_DOT = re.compile(r"[·•∙|]")


@dataclass(slots=True)
class Facts:
    """What the parts taken so far say; None where they do not say it.

    `paper_ids` are the papers that buttons and images name, `numbers` those that stand alone, `is_signed` says that
    "Submitted by" was read, the name may follow in a further part.
    """

    vote_count: int | None = None
    comment_count: int | None = None
    author_count: int | None = None
    date: DateLine | None = None
    organization: str | None = None
    submitted_by: str | None = None
    is_signed: bool = False
    paper_ids: set[str] = field(default_factory=set)
    votes_for: str | None = None
    numbers: list[int] = field(default_factory=list)
    code: list[Part] = field(default_factory=list)

    def take(self, part: Part, arxiv_id: str | None) -> bool:
        """Take one part of the card of `arxiv_id` (None above its title); False where it is no small print."""
        if part.link is None or part.leads(Leads.LOST):
            return all(self._take_text(piece) for words in part.words for piece in _pieces(words))
        target = part.target
        if target is None:
            return False
        if target.leads in (Leads.VOTE, Leads.COMMENTS, Leads.PAPER):
            self.paper_ids.add(target.arxiv_id or "")
            return self._take_of_paper(part, target.leads, target.arxiv_id == arxiv_id or arxiv_id is None)
        if target.leads == Leads.ARXIV:
            is_same = arxiv_id in (None, target.arxiv_id)
            return is_same and _ARXIV_LABEL.fullmatch(part.text) is not None
        # An address without words of its own is the end of an abstract.
        is_button = part.link.inner_start < part.link.inner_end
        if target.leads == Leads.CODE and is_button and _CODE_LABEL.fullmatch(part.text):
            self.code.append(part)
            return True
        if target.leads in (Leads.ACCOUNT, Leads.SITE) and not part.text:
            return True
        return target.leads == Leads.ACCOUNT and self.take_name(part.text)

    def _take_of_paper(self, part: Part, leads: str, is_this: bool) -> bool:
        words = [piece for line in part.words for piece in _pieces(line) if piece.casefold() not in _BUTTONS]
        if leads == Leads.PAPER:
            return (is_this or not words) and all(self._take_text(piece) for piece in words)
        if leads == Leads.VOTE:
            self.votes_for = part.target.arxiv_id if part.target else None
        if not is_this and leads == Leads.COMMENTS:
            return False
        for piece in words:
            number = read_number(piece.removeprefix("Upvote").strip())
            if number is not None and leads == Leads.VOTE:
                self.vote_count = number
            elif number is not None:
                self.comment_count = number
            elif piece.strip("-–— ") and not _ROUNDED.fullmatch(piece):
                return False
        return True

    def _take_text(self, piece: str) -> bool:
        if not piece.strip("[]() -") or piece.casefold() in _BUTTONS:
            return True
        if match := _SUBMITTED.match(piece):
            self.is_signed = True
            return not piece[match.end() :].strip() or self.take_name(piece[match.end() :].strip())
        if self.is_signed and self.submitted_by is None:
            return self.take_name(piece)
        number = read_number(piece)
        if number is not None:
            self.numbers.append(number)
            return True
        return self._take_trailer(_PUBLISHED.sub("", piece, count=1))

    def _take_trailer(self, piece: str) -> bool:
        trailer = read_trailer([piece], 0)
        if trailer is None:
            return False
        said = (self.author_count, self.date, self.comment_count)
        says = (trailer.author_count, trailer.publication_date, trailer.comment_count)
        if any(old is not None and new is not None for old, new in zip(said, says, strict=True)):
            return False
        self.author_count, self.date, self.comment_count = (
            said[0] if says[0] is None else says[0],
            said[1] if says[1] is None else says[1],
            said[2] if says[2] is None else says[2],
        )
        return True

    def take_name(self, name: str) -> bool:
        """Take a name: of who submitted the paper, where that was announced, else of an organisation."""
        name = _ALT.sub("", name, count=1)
        if not 0 < len(name) <= MAX_NAME or name.casefold() in FURNITURE:
            return False
        if self.is_signed and self.submitted_by is None:
            self.submitted_by = name
            return True
        if self.organization is not None:
            return False
        self.organization = name
        return True

    def merge(self, other: Facts) -> bool:
        """Take what another line says; False, and nothing is taken, where it says otherwise."""
        names = ("vote_count", "comment_count", "author_count", "date", "organization", "submitted_by")
        pairs = [(name, getattr(self, name), getattr(other, name)) for name in names]
        if any(old is not None and new is not None and old != new for _, old, new in pairs):
            return False
        for name, old, new in pairs:
            setattr(self, name, new if old is None else old)
        self.is_signed = self.is_signed or other.is_signed
        known = {part.link.place.address for part in self.code if part.link}
        self.code.extend(part for part in other.code if part.link and part.link.place.address not in known)
        return True

    @property
    def says_nothing(self) -> bool:
        """Whether there was nothing but images and signs."""
        said = (self.vote_count, self.comment_count, self.author_count, self.date, self.organization, self.votes_for)
        return all(value is None for value in said) and not (self.is_signed or self.numbers or self.code)


def read_facts(unit: Unit, arxiv_id: str | None) -> Facts | None:
    """Return what a unit of the card of `arxiv_id` says, or None where it is not all small print."""
    facts = Facts()
    return facts if all(facts.take(part, arxiv_id) for part in unit.parts) else None


def _pieces(words: str) -> list[str]:
    """The words between dots; in most there is none."""
    return _BETWEEN.split(words) if _DOT.search(words) else [words]


def read_number(text: str) -> int | None:
    """Return a whole number as a page prints it (`12`, `1,204`), or None for anything else (`1.2k`)."""
    return int(text.replace(",", "")) if _NUMBER.fullmatch(text) else None


def is_known(unit: Unit, *, trusts_links: bool = True) -> bool:
    """Whether a unit is of the page around the cards: known words, or the links of a menu and nothing else.

    `trusts_links` says that a link of few words into the site is of a menu, whatever they are. Among cards, and where
    an address is cut, it is not: the damaged address of a paper leads to the site, too. Nor is a heading.
    """
    trusts_links = trusts_links and not unit.heading
    return all(
        part.text.casefold() in KNOWN
        or (part.link is None and all(_is_known_words(words) for words in part.words))
        or (part.leads(Leads.SITE, Leads.LISTING) and (not part.text or (trusts_links and _is_menu(part.text))))
        or (part.leads(Leads.ACCOUNT) and not part.text)
        for part in unit.parts
    ) or (unit.heading > 0 and unit.text.casefold() in KNOWN)


def _is_menu(words: str) -> bool:
    return len(words) <= MAX_NAME and len(words.split()) <= MAX_MENU_WORDS


def _is_known_words(words: str) -> bool:
    is_menu = all(word.casefold() in KNOWN for word in words.split())
    return words.casefold() in KNOWN or is_menu or curator_of(words) is not None


def is_name(unit: Unit) -> bool:
    """Whether a unit may be the bare name of an organisation: one short line of plain words that ends no sentence."""
    if len(unit.parts) != 1 or not (unit.parts[0].link is None or unit.parts[0].leads(Leads.LOST)):
        return False
    is_plain = len(unit.parts[0].words) == 1
    return is_plain and not unit.heading and len(unit.text) <= MAX_NAME and not ends_as_sentence(unit.text)
