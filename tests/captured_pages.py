"""Builders of invented listing pages as tools capture them, and what must be true of any reading."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from catalog.documents import split_lines
from catalog.readers import captured_page
from catalog.readers.captured_prose import plain_prose
from catalog.records import DocumentRecord, EntryRecord
from tests.conservation import conserved
from tests.pages import document

SITE = "https://huggingface.co"
AVATAR = "https://cdn-avatars.huggingface.co/v1/production/uploads/0123/nobody.png"

FULL_DATES = {"Mar 2, 2025": "2025-03-02", "Feb 29, 2024": "2024-02-29"}

_TITLES = (
    "Counting Teapots with {} Hamsters",
    "Folding Paper Boats: A Study of {} Ponds",
    "Do {} Left Socks Dream?",
    "$\\alpha$-Gnomes [v{}]: Painted and Unpainted",
    "Moon_Cheese {} *and* the Spoon",
)
_SENTENCES = (
    "We present an invented method for garden gnomes of any colour [0, 1].",
    "It runs on hamsters & needs no data.",
    "The score goes up by 3.7 points, which is blue.",
    "Code: https://github.com/nobody/gnomes.",
)


@dataclass(frozen=True)
class Card:
    """One invented card; what is None does not stand on the page."""

    arxiv_id: str
    title: str
    abstract: tuple[str, ...] = ()
    votes: int | None = None
    comments: int | None = None
    authors: int | None = None
    organization: str | None = None
    submitted_by: str | None = None
    date: str | None = None
    github: str | None = None

    @property
    def page(self) -> str:
        """The address of the paper's page."""
        return f"{SITE}/papers/{self.arxiv_id}"

    @property
    def vote(self) -> str:
        """The address behind the button that votes."""
        return f"{SITE}/login?next=%2Fpapers%2F{self.arxiv_id}"


def invented_cards(count: int, *, seed: int = 0, has_abstract: bool = True) -> list[Card]:
    """Cards about plainly invented papers."""
    chance = random.Random(seed)
    return [_invented_card(number, chance, has_abstract) for number in range(1, count + 1)]


def _invented_card(number: int, chance: random.Random, has_abstract: bool) -> Card:
    is_signed = chance.random() < 0.5
    has_organization = chance.random() < 0.5
    date = chance.choice(("Mar 2, 2025", "May 28", "Feb 29, 2024"))
    return Card(
        arxiv_id=f"2606.{number:05d}",
        title=chance.choice(_TITLES).format(number),
        abstract=tuple(chance.sample(_SENTENCES, k=chance.randint(1, 4))) if has_abstract else (),
        votes=chance.choice((None, 0, 7, 1204)),
        comments=chance.choice((None, 3)),
        authors=None if has_organization else chance.choice((1, 12)),
        organization="Acme Laboratory of Nothing" if has_organization else None,
        submitted_by=f"nobody_{number}" if is_signed else None,
        date=date,
        github=chance.choice((None, f"https://github.com/nobody/teapot-{number}")),
    )


def escaped(text: str) -> str:
    """Words as a tool writes them that escapes what Markdown would read."""
    return "".join(f"\\{char}" if char in "[]_*$\\" else char for char in text)


def _above(card: Card) -> list[str]:
    lines = [f"[![]({AVATAR})]({card.page})", ""]
    if card.submitted_by:
        lines += ["Submitted by", f"![]({AVATAR})", escaped(card.submitted_by), ""]
    return lines


def _number(count: int | None) -> str:
    return "-" if count is None else f"{count:,}"


def inline_card(card: Card) -> list[str]:
    """A card as most tools write it: links in one line, the abstract plain."""
    lines = [
        *_above(card),
        f"[{_number(card.votes)}]({card.vote})",
        "",
        f"### [{escaped(card.title)}]({card.page})",
        "",
    ]
    lines += [*card.abstract, ""]
    if card.authors:
        lines += [f"*   ![]({AVATAR})", f"*   · {card.authors} authors", ""]
    if card.organization:
        lines += [f"[![acme]({AVATAR}){card.organization}]({SITE}/acme)", "", "·", ""]
    lines += [f"{card.date or ''}", ""]
    if card.comments is not None:
        lines += [f"[{card.comments}]({card.page}#community)", ""]
    if card.github:
        lines += [f"[GitHub 1.2k]({card.github}) [arXiv Page](https://arxiv.org/abs/{card.arxiv_id})", ""]
    return lines


def linked_card(card: Card) -> list[str]:
    """A card whose abstract is a link too, with backslashes where its lines end, and relative addresses."""
    page = f"/papers/{card.arxiv_id}"
    lines = [*_above(card), f"- [{_number(card.votes)}](/login?next=%2Fpapers%2F{card.arxiv_id})", ""]
    lines += [f"## [{escaped(card.title)}]({page})", ""]
    if card.abstract:
        lines += ["[" + "\\\\\n".join(card.abstract) + f"]({page})", ""]
    if card.authors:
        lines += [f"[- ![]({AVATAR})\\\\", f"- {card.authors} authors]({page})", ""]
    if card.organization:
        lines += [f"[![acme]({AVATAR}){card.organization}](/acme)", ""]
    comments = f"[{card.comments}]({page}#community)" if card.comments is not None else ""
    lines += ["·", "", f"{card.date or ''}{comments}", ""]
    return [*lines, f"[1.2k]({card.github})", ""] if card.github else lines


def trending_card(card: Card) -> list[str]:
    """A card with its votes and its code at the end, on lines of their own."""
    lines = [*_above(card), f'<a id="source-section-{card.arxiv_id}"></a>', ""]
    lines += [f"### [{escaped(card.title)}]({card.page})", "", *card.abstract, ""]
    who = f"[[Image: acme] {card.organization}]({SITE}/acme)" if card.organization else f"- {card.authors} authors"
    lines += [f"{who}{' ·' if card.organization else ''}", f"· Published on {card.date}", ""]
    lines += ["[Upvote", "", f"{_number(card.votes)}]({card.vote})", ""]
    if card.comments is not None:
        lines += [f"[{card.comments}]({card.page}#community)", ""]
    return [*lines, f"[GitHub 3]({card.github})", ""] if card.github else lines


class References:
    """Numbers for addresses, in the order in which they are first asked for."""

    def __init__(self) -> None:
        self.addresses: list[str] = []

    def __call__(self, address: str) -> int:
        """The number that stands for an address."""
        self.addresses.append(address)
        return len(self.addresses)


def reference_card(card: Card, number: References) -> list[str]:
    """A card whose links are numbers, each bracket on a line of its own."""
    lines = [f"Submitted by {escaped(card.submitted_by)}"] if card.submitted_by else []
    lines += ["[", _number(card.votes), f"][{number(card.vote)}]", ""]
    lines += [f"### [{escaped(card.title)}][{number(card.page)}]", ""]
    if card.abstract:
        lines += ["[", "", *card.abstract, "", f"][{number(card.page)}]"]
    if card.organization:
        lines += [f"[[acme] {card.organization}][{number(SITE + '/acme')}]"]
    else:
        lines += ["[", f"* {card.authors} authors", f"][{number(card.page)}]"]
    comments = f" [ {card.comments}][{number(card.page + '#community')}]" if card.comments is not None else ""
    lines += ["·", f"{card.date}{comments}"]
    return [*lines, f"[GitHub][{number(card.github)}]"] if card.github else lines


def address_below_card(card: Card) -> list[str]:
    """A card whose addresses stand on the lines below their words."""
    pairs = [(f" [-] {_number(card.votes)}", card.vote), (escaped(card.title), card.page)]
    lines = [f"Submitted by {escaped(card.submitted_by)}", ""] if card.submitted_by else []
    lines += [line for words, address in pairs for line in (words, "", address, "")]
    if card.abstract:
        lines += [" ".join(card.abstract), "", card.page, ""]
    if card.organization:
        lines += [f" {card.organization}", "", f"{SITE}/acme", ""]
    else:
        lines += ["[", "", f"{card.authors} authors]({card.page})", ""]
    lines += ["·", "", f"{card.date} ", ""]
    if card.comments is not None:
        lines += [str(card.comments), "", f"{card.page}#community", ""]
    return [*lines, "GitHub 12", "", card.github, ""] if card.github else lines


FORMS = ("inline", "linked", "trending", "trending twice", "reference", "address below")


def cards_text(cards: Sequence[Card], form: str) -> str:
    """The cards of a page in one of the FORMS, with the list of addresses where the form has one."""
    number = References()
    lines: list[str] = []
    for card in cards:
        if form == "reference":
            lines += reference_card(card, number)
        elif form == "trending twice":
            lines += [*trending_card(card), *trending_card(card)]
        else:
            write = {"inline": inline_card, "linked": linked_card, "trending": trending_card}
            lines += write.get(form, address_below_card)(card)
    lines += ["", *(f"   [{at}]: {address}" for at, address in enumerate(number.addresses, start=1))]
    return "\n".join(lines) + "\n"


HEAD = f"""\
[![Hugging Face's logo]({SITE}/logo.svg) Hugging Face]({SITE}/)

*   [Models]({SITE}/models)
*   * * *

new

Get trending papers in your email inbox!

[Subscribe]({SITE}/login?next=%2Fpapers)

# [Daily Papers]({SITE}/papers)

## by [![]({AVATAR})AK]({SITE}/akhaliq) and the research community

- Daily
- Weekly

Mar 11

"""
TAIL = f"""
[Previous]({SITE}/papers/date/2025-03-10)[Next]({SITE}/papers/date/2025-03-12)

System theme

[TOS]({SITE}/terms-of-service)
[Careers](https://apply.workable.com/huggingface/)

Trending Papers ranked by GitHub stars activity
"""


def front_matter(url: str) -> str:
    """Front matter as crawlers write it; when the page was fetched is no date of the page."""
    return f'---\ntitle: "Daily Papers - Hugging Face"\nurl: {url}\nretrieved: 2026-10-02\n---\n'


def url_source(url: str) -> str:
    """The head of services that read a page aloud."""
    return f"Title: Daily Papers\n\nURL Source: {url}\n\nPublished Time: Fri, 2 Oct 2026\n\nMarkdown Content:\n"


def listed_keys(url: str) -> str:
    """A head of bullets under a heading."""
    return f"# Captured\n\n- Source URL: {url}\n- Tool: `nobody`\n\n## Text\n\n"


def read(text: str) -> DocumentRecord:
    """Read a text as a captured page and check what must be true of any reading."""
    record = captured_page.read(document(text, "page.md"))
    check(record, text)
    return record


def check(record: DocumentRecord, text: str) -> None:
    """Every line is in one entry or one reject, or furniture; each abstract and each address stands where it says."""
    lines = split_lines(text)
    entries = [entry for digest in record.digests for entry in digest.entries]
    conserved(record, document(text, "page.md"))
    for reject in record.rejects:
        assert reject.text == "\n".join(lines[reject.line_start - 1 : reject.line_end])
    for entry in entries:
        check_places(entry, lines)


def check_places(entry: EntryRecord, lines: Sequence[str]) -> None:
    """The abstract stands within the lines of its entry, exactly where its place is told; so does each address."""
    assert entry.title.strip()
    assert (entry.abstract is None) == (entry.abstract_line is None)
    if entry.abstract is not None and entry.abstract_line is not None:
        assert entry.abstract.strip()
        assert entry.line_start <= entry.abstract_line <= entry.line_end
        below = "\n".join(lines[entry.abstract_line - 1 : entry.line_end])
        if entry.abstract_char is not None:
            assert below[entry.abstract_char :].startswith(entry.abstract)
        else:
            assert entry.abstract in plain_prose(below)
    for link in entry.links:
        assert link.line is not None
        rest = "\n".join(lines[link.line - 1 :])
        assert rest[link.char_start :].startswith(link.verbatim)


def assert_read(entries: Sequence[EntryRecord], cards: Sequence[Card], *, has_code: bool = True) -> None:
    """The entries say exactly what the cards do."""
    assert [entry.title for entry in entries] == [card.title for card in cards]
    for position, (entry, card) in enumerate(zip(entries, cards, strict=True), start=1):
        assert entry.position == position
        said = (entry.arxiv_id, entry.upvote_count, entry.comment_count, entry.author_count, entry.organization)
        assert said == (card.arxiv_id, card.votes, card.comments, card.authors, card.organization)
        assert entry.submitted_by == card.submitted_by
        assert entry.printed_publication_date == card.date
        assert entry.publication_date == {"Mar 2, 2025": "2025-03-02", "Feb 29, 2024": "2024-02-29"}.get(
            card.date or ""
        )
        assert (entry.abstract or "").split() == " ".join(card.abstract).split()
        of_fields = [link for link in entry.links if link.asserted_by != "abstract"]
        assert [link.url for link in of_fields] == ([card.github] if card.github and has_code else [])
        for link in of_fields:
            assert (link.asserted_by, link.field, link.roles) == ("listing field", "GitHub", ("code",))


def numbered_page(cards: Sequence[Card]) -> str:
    """A page as a text browser dumps it: `[12]words`, and a numbered list of addresses at the end."""
    number = References()
    lines = [
        f"   [{number(SITE + '/models')}]Models",
        "",
        "   Daily Papers",
        "",
        "   by AK and the research community",
        "",
    ]
    lines += ["   Mar 11", ""]
    for card in cards:
        lines += [f"   Submitted by {card.submitted_by}", ""] if card.submitted_by else []
        lines += [f"   [{number(card.vote)}]{_number(card.votes)}", "", f"   [{number(card.page)}]{card.title}", ""]
        if card.abstract:
            lines += [f"   [{number(card.page)}]" + "\n   ".join(card.abstract), ""]
        who = f"[{number(SITE + '/acme')}]{card.organization}" if card.organization else f"* {card.authors} authors"
        comments = f" [{number(card.page + '#community')}]{card.comments}" if card.comments is not None else ""
        lines += [f"   {who}", "", f"   · {card.date}{comments}", ""]
    lines += ["References", "", *(f"  {at}. {address}" for at, address in enumerate(number.addresses, start=1))]
    return "\n".join(lines) + "\n"
