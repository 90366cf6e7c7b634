"""How much a paragraph of a pasted page looks like a title, an abstract, or more of an abstract. Pure.

Each function gives a cost: 0 where nothing speaks against the label, and more with each exception. One exception
alone costs less than taking title and abstract for two further paragraphs of the abstract above (see cards.py).
"""

from __future__ import annotations

import re
from typing import Final

FULL_STOP: Final = 2  # titles rarely end in one, sentences nearly always
FULL_STOP_AFTER_MANY_WORDS: Final = 1  # further: "Hamsters are all you need." has five, a sentence of an abstract more
VERB: Final = 1  # a finite verb makes a sentence; some titles are sentences
FIRST_PERSON: Final = 1  # "we" and "our" speak in abstracts
FIRST_PERSON_SENTENCE: Final = 2  # further, where the text ends as a sentence
OPENER: Final = 2  # the words that open the sentences of abstracts, not titles
SEVERAL_SENTENCES: Final = 2  # a title of two sentences is rare
LONG_SENTENCE: Final = 2  # a title that ends in a full stop is a short one
SENTENCE_CASE: Final = 2  # words in lower case before a full stop: prose
QUESTION: Final = 3  # a whole sentence that asks; less than a full stop's, titles do ask
QUESTION_OPENER: Final = 4  # further, after "However, do they …"
LONG_TITLE: Final = 2  # for each 200 characters: titles of 250 exist, titles of 600 do not
ADDRESS: Final = 3  # titles hold no address
LOWER_CASE: Final = 1  # some names begin so: bert2BERT
MARKUP: Final = 4  # source code and README files, not pages
NO_LETTER: Final = 4  # a number or a rule is not a title
FURNITURE: Final = 4  # a paper may be called "Search", a button more often

SHORT_ABSTRACT: Final = 2  # under 150 characters
TINY_ABSTRACT: Final = 1  # under 40 characters, further
NO_ABSTRACT_SO_SHORT: Final = 3  # under 20 characters, further: a button, a count
LOWER_CASE_ABSTRACT: Final = 3  # the rest of a sentence that a blank line cut
OPEN_ABSTRACT: Final = 5  # a short text without the end of a sentence is a title; less what speaks against that
CONTINUATION: Final = 3  # nearly every abstract is one paragraph
SENTENCE_GOES_ON: Final = -2  # a sentence that a blank line cut belongs together
CONTINUATION_LIKE_TITLE: Final = 4  # less what speaks against a title
CONTINUATION_TOO_LONG: Final = 4  # two whole abstracts, more likely, with a title lost between them

LONG_TITLE_LENGTH: Final = 200
LONG_FOR_TITLE_LENGTH: Final = 3 * (LONG_TITLE_LENGTH + 1)
LONG_SENTENCE_LENGTH: Final = 130
SHORT_ABSTRACT_LENGTH: Final = 150
TINY_ABSTRACT_LENGTH: Final = 40
SHORTEST_ABSTRACT_LENGTH: Final = 20
OPEN_ABSTRACT_LENGTH: Final = 300
SHORT_QUESTION_LENGTH: Final = 60
SENTENCE_WORDS: Final = 6
SENTENCE_CASE_SHARE: Final = 0.65
# arXiv takes abstracts of up to 1,920 characters.
LONGEST_ABSTRACT: Final = 2000
# Beyond this a text has given itself away, whatever follows.
_LOOKED_AT: Final = 1200
_MOST_LENGTHS: Final = 20


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_VERBS: Final = _words(
    """
    is are was were be been has have had can could may might will would do does did remains remain requires
    require shows show shown showed demonstrates demonstrate demonstrated proposes propose proposed presents
    present introduces introduce introduced achieves achieve achieved outperforms outperform improves improve
    improved finds find found provides provide enables enable reveals reveal suggests suggest indicates indicate
    yields yield leads lead becomes become allows allow consists consist reduces reduce obtains obtain reaches
    reach
    """
)
_FIRST_PERSON: Final = _words("we We our Our us ours Ours")
_OPENERS: Final = _words(
    """
    this these it its in however moreover furthermore additionally finally specifically experiments experimental
    extensive results code to by despite recent recently while although as such here thus therefore also based
    both notably our we project background objective methods conclusion conclusions existing previous prior
    compared unlike when if for on since because then first second
    """
)
_WORD = re.compile(r"[A-Za-z]+")
_OPENS_WITH_LETTERS = re.compile(r"[^A-Za-z]{0,500}+[A-Za-z]")
_ADDRESS = re.compile(r"https?:|www\.|\b(?:github|gitlab|huggingface)\.(?:com|co|io)\b|\.github\.io", re.IGNORECASE)
# Every address that is one here has one of these, and nearly no title does.
_PART_OF_ADDRESS = re.compile(r"[.:](?:(?<=[sSpP\u017f]:)|(?<=[wW]\.)|(?<=\.)[cCgGiI\u0130\u0131])")
_ADDRESS_LAST = re.compile(r"[\w./:~-]{0,200}\.[a-zA-Z]{2,6}(?:/\S{0,300})?")
_SENTENCE_BREAK = re.compile(r"[a-z0-9)\]%][.] [\"'(]?[A-Z]")
_MARKUP = re.compile(r"[#<{}|$>`=]|//|/\*|\* |- |\+ |\d{1,3}[.)] |import |from \w{1,40} import|def |class |@|\.\. |\[")
_FULL_STOP: Final = (".", "…", "。")
_CLOSING: Final = "\"'”’)]}* "


def title_cost(text: str, *, is_furniture: bool = False) -> int:
    """Return what speaks against the text as a title."""
    looked_at = text[:_LOOKED_AT]
    words = _WORD.findall(looked_at)
    if not words and not any(char.isalpha() for char in looked_at):
        return NO_LETTER
    cost = _length_cost(text)
    if ends_as_sentence(text):
        cost += _sentence_cost(text, words)
    elif text.endswith("?"):
        cost += _question_cost(text, words)
    if not _VERBS.isdisjoint(words):
        cost += VERB
    if not _FIRST_PERSON.isdisjoint(words):
        cost += FIRST_PERSON
    if ". " in looked_at and _SENTENCE_BREAK.search(looked_at):
        cost += SEVERAL_SENTENCES
    if _PART_OF_ADDRESS.search(looked_at) and _ADDRESS.search(looked_at):
        cost += ADDRESS
    if text[0].islower():
        cost += LOWER_CASE
    if _MARKUP.match(text):
        cost += MARKUP
    return cost + (FURNITURE if is_furniture else 0)


def least_title_cost(text: str) -> int | None:
    """Return a cost that the text's title_cost is not below, at a glance; None where it must be looked at closely.

    It is so high that abstract_cost and continuation_cost are the same with it.
    """
    if len(text) < LONG_FOR_TITLE_LENGTH or not _OPENS_WITH_LETTERS.match(text):
        return None
    return _length_cost(text)


def _length_cost(text: str) -> int:
    return LONG_TITLE * min(len(text) // (LONG_TITLE_LENGTH + 1), _MOST_LENGTHS)


def abstract_cost(
    text: str, as_title: int, *, goes_on: bool = False, is_furniture: bool = False, may_be_short: bool = False
) -> int:
    """Return what speaks against the text as the first paragraph of an abstract.

    `as_title` is its title_cost; `goes_on` says that its last sentence ends in the next paragraph, `may_be_short` that
    short abstracts are the rule on this page.
    """
    cost = FURNITURE if is_furniture else 0
    if len(text) < SHORT_ABSTRACT_LENGTH and not may_be_short:
        cost += SHORT_ABSTRACT
        if len(text) < TINY_ABSTRACT_LENGTH:
            cost += TINY_ABSTRACT
        if len(text) < SHORTEST_ABSTRACT_LENGTH:
            cost += NO_ABSTRACT_SO_SHORT
    if text[0].islower():
        cost += LOWER_CASE_ABSTRACT
    if len(text) < OPEN_ABSTRACT_LENGTH and not goes_on and not ends_as_sentence(text):
        cost += max(0, OPEN_ABSTRACT - as_title)
    if _MARKUP.match(text):
        cost += MARKUP
    return cost


def continuation_cost(text: str, as_title: int, length_before: int) -> int:
    """Return what speaks against the text as a further paragraph of the abstract above.

    `as_title` is its title_cost, `length_before` the length of what stands above it.
    """
    is_like_title = len(text) < OPEN_ABSTRACT_LENGTH and not ends_as_sentence(text)
    against_title = 0 if is_like_title else as_title
    cost = CONTINUATION + max(0, CONTINUATION_LIKE_TITLE - against_title)
    if length_before + len(text) > LONGEST_ABSTRACT:
        cost += CONTINUATION_TOO_LONG
    return cost


def goes_on(text: str, below: str) -> bool:
    """Whether a sentence of the text seems to end in the paragraph below."""
    return below[0].islower() and not ends_as_sentence(text)


def ends_as_sentence(text: str) -> bool:
    """Whether the text ends as an abstract does: with a full stop or an address (titles may end in ? or !)."""
    if text.rstrip(_CLOSING).endswith(_FULL_STOP):
        return True
    if "." not in text[-500:]:
        return False
    last_word = text[-500:].rpartition(" ")[2].rstrip(_CLOSING)
    return _ADDRESS_LAST.fullmatch(last_word) is not None


def is_prose(text: str) -> bool:
    """Whether the text is as long as an abstract and ends as one."""
    return len(text) >= SHORT_ABSTRACT_LENGTH and ends_as_sentence(text)


def _sentence_cost(text: str, words: list[str]) -> int:
    """What more speaks against a text that ends as a sentence."""
    cost = FULL_STOP
    if len(words) >= SENTENCE_WORDS:
        cost += FULL_STOP_AFTER_MANY_WORDS
    if len(text) > LONG_SENTENCE_LENGTH:
        cost += LONG_SENTENCE
    # "In Defense of the Unitary Scalarization" opens a title too, as long as it does not end as a sentence.
    if words and words[0].lower() in _OPENERS:
        cost += OPENER
    if not _FIRST_PERSON.isdisjoint(words):
        cost += FIRST_PERSON_SENTENCE
    return cost + (SENTENCE_CASE if _is_sentence_case(words) else 0)


def _question_cost(text: str, words: list[str]) -> int:
    """What more speaks against a text that asks."""
    if not _is_sentence_case(words):
        return 0
    cost = QUESTION if len(text) > SHORT_QUESTION_LENGTH else 0
    return cost + (QUESTION_OPENER if words[0].lower() in _OPENERS else 0)


def _is_sentence_case(words: list[str]) -> bool:
    if len(words) < SENTENCE_WORDS:
        return False
    in_lower_case = sum(word[0] >= "a" for word in words)
    return in_lower_case > len(words) * SENTENCE_CASE_SHARE
