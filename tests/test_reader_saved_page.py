"""Saved HTML pages of the listing: from their JSON, from their cards, and from any text at all."""

from __future__ import annotations

import html
import json
import re
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.documents import Document, DocumentError, open_document, split_lines
from catalog.readers import saved_page
from catalog.readers.saved_page_head import Address, read_address
from catalog.readers.saved_page_outline import MAX_MARKS, MAX_TAGS
from catalog.records import DigestRecord, DocumentRecord
from tests.conftest import SHARED
from tests.pages import document


@dataclass(frozen=True)
class Paper:
    """One invented paper, as a page shows it."""

    id: str
    title: str
    upvotes: int = 3
    comments: int = 2
    by: str = "teapot-counter"
    submitted: str | None = None

    def object(self) -> dict[str, Any]:
        paper = {
            "id": self.id,
            "authors": [{"name": "Nora Nobody", "hidden": False}, {"name": "Otto Nowhere", "hidden": False}],
            "publishedAt": "2025-05-10T17:54:27.000Z",
            "title": self.title,
            "summary": f'We count "teapots" & spoons\n  for {self.title}.',
            "upvotes": self.upvotes,
        }
        if self.submitted:
            paper["submittedOnDailyAt"] = self.submitted
        submitter = {"fullname": "A Counter", "name": self.by, "type": "user"}
        return {"paper": paper, "title": self.title, "numComments": self.comments, "submittedBy": submitter}

    def card(self, extra: str = "") -> str:
        return f"""<div><article class="any"><a href="/papers/{self.id}"><img src="x.png"></a>
<div>Submitted by
 <img alt="" src="a.svg">
 {self.by}</div>
<a href="/login?next=%2Fpapers%2F{self.id}"><div><input disabled type="checkbox"><svg><title>no</title></svg>
<div>{self.upvotes}</div></div></a>
<h3><a href="/papers/{self.id}">{html.escape(self.title)}</a></h3>
<a href="/papers/{self.id}"><ul><li title="nora"></li><li><div><div>·</div>
 2 authors
</div></li></ul></a>
<a href="/papers/{self.id}#community"><svg></svg>
 {self.comments}
</a>{extra}</article></div>
"""


PAPERS = (
    Paper("2505.00001", "Counting Teapots with One Hamster", upvotes=94, comments=5),
    Paper("2505.00002", "Do Spoons & Forks <Differ>? An Invented Study", upvotes=1234567, by="spoon-2"),
    Paper("2505.00003", "Naïve Naming of Moon Cheese", upvotes=0, comments=0),
)
TIME = '<time datetime="2025-05-12T00:00:00.000Z"><span>May</span>\n<span>12</span></time>'
TITLE = '<h1><a href="/papers">Daily Papers</a></h1>'
CURATOR = '<h2>by <a href="/nobody"><img alt=""><span>AK</span></a> <span>and the research community</span></h2>'


def attribute(papers: Sequence[Paper], **page: Any) -> str:
    properties = {"canSubmit": False, **page, "dailyPapers": [paper.object() for paper in papers]}
    return escaped(json.dumps(properties, ensure_ascii=False, separators=(",", ":")))


def escaped(properties: str) -> str:
    return f'data-target="DailyPapers" data-props="{html.escape(properties)}"'


def cards(papers: Sequence[Paper] = PAPERS) -> str:
    return "".join(paper.card() for paper in papers)


def page(body: str, *, props: str = "", head: str = "", top: str = TITLE + CURATOR + TIME) -> str:
    return f"""<!doctype html>
<html class="">
<head><meta charset="utf-8"><title>Daily Papers - Hugging Face</title>{head}
<script>if (1 < 2) document.write('<article><h3><a href="/papers/1999.00001">No</a></h3></article>')</script></head>
<body><main><div class="x" {props}><section>{top}
{body}</section></div></main><footer>© Nobody</footer></body></html>
"""


def address(url: str) -> str:
    return f'<meta property="og:url" content="{html.escape(url)}">'


def read(text: str) -> DocumentRecord:
    """Read a text as a saved page and check the account of its lines."""
    source = document(text, "page.html")
    record = saved_page.read(source)
    lines = [
        line
        for piece in (*record.digests[0].entries, *record.rejects)
        for line in range(piece.line_start, piece.line_end + 1)
    ]
    assert lines
    assert min(lines) >= 1
    assert max(lines) <= source.line_count
    assert record.furniture_line_count == source.line_count - len(set(lines))
    assert [entry.position for entry in record.digests[0].entries] == list(range(1, record.entry_count + 1))
    for entry in record.digests[0].entries:
        assert entry.title.strip()
        assert entry.abstract_line is None or entry.abstract_line == entry.line_start
    for reject in record.rejects:
        assert reject.text
        assert reject.reason
    return record


def digest(text: str) -> DigestRecord:
    return read(text).digests[0]


def names(record: DigestRecord) -> list[tuple[str | None, str]]:
    return [(entry.arxiv_id, entry.title) for entry in record.entries]


def expected(papers: Sequence[Paper]) -> list[tuple[str | None, str]]:
    return [(paper.id, paper.title) for paper in papers]


def line_of(text: str, part: str) -> int:
    return len(split_lines(text[: text.index(part) + len(part)]))


# Real pages


@pytest.fixture(scope="module")
def real_page() -> Document:
    path = SHARED / "inputs" / "daily-papers-html" / "2024-08-01.html"
    if not path.is_file():
        pytest.skip("the saved real page is not at hand")
    return open_document(path)


def real_objects(real_page: Document) -> list[dict[str, Any]]:
    attribute = re.search(r'data-target="DailyPapers" data-props="([^"]*)"', real_page.text)
    assert attribute
    found: list[dict[str, Any]] = json.loads(html.unescape(attribute[1]))["dailyPapers"]
    return found


def without_json(text: str) -> str:
    return re.sub(r' data-props="[^"]*"', "", text)


def test_a_real_page_gives_each_object_of_its_json(real_page: Document) -> None:
    objects = real_objects(real_page)

    record = saved_page.read(real_page)

    found = record.digests[0]
    assert saved_page.recognizes(real_page.text)
    assert (len(objects), record.entry_count, record.rejects) == (13, 13, ())
    assert (found.kind, found.digest_date, found.date_basis) == ("daily", "2024-08-01", "stated")
    assert (found.title, found.curator) == ("Daily Papers", "AK and the research community")
    assert (found.printed_date, found.url) == ("Aug 1", "https://huggingface.co/papers")
    assert [entry.arxiv_id for entry in found.entries] == [each["paper"]["id"] for each in objects]
    assert [" ".join(entry.title.split()) for entry in found.entries] == [each["title"] for each in objects]
    assert [entry.upvote_count for entry in found.entries] == [each["paper"]["upvotes"] for each in objects]
    assert [entry.comment_count for entry in found.entries] == [each["numComments"] for each in objects]
    assert [entry.submitted_by for entry in found.entries] == [each["submittedBy"]["name"] for each in objects]
    assert [entry.abstract for entry in found.entries] == [each["paper"]["summary"] for each in objects]
    lines = {(entry.line_start, entry.line_end, entry.abstract_line) for entry in found.entries}
    at = line_of(real_page.text, 'data-target="DailyPapers" data-props')
    assert lines == {(at, at, at)}


def test_a_real_page_without_its_json_gives_the_same_from_its_cards(real_page: Document) -> None:
    objects = real_objects(real_page)
    text = without_json(real_page.text)

    found = saved_page.read(replace(real_page, text=text)).digests[0]

    assert (found.digest_date, found.date_basis, found.kind) == ("2024-08-01", "stated", "daily")
    assert [entry.arxiv_id for entry in found.entries] == [each["paper"]["id"] for each in objects]
    assert [entry.title for entry in found.entries] == [each["title"] for each in objects]
    assert [entry.upvote_count for entry in found.entries] == [each["paper"]["upvotes"] for each in objects]
    assert [entry.comment_count for entry in found.entries] == [each["numComments"] for each in objects]
    assert [entry.submitted_by for entry in found.entries] == [each["submittedBy"]["name"] for each in objects]
    assert [entry.author_count for entry in found.entries] == [
        int(count) for count in re.findall(r"(\d+) authors?\n", text)
    ]
    assert [entry.line_start for entry in found.entries] == [
        number for number, line in enumerate(split_lines(text), start=1) if "<article" in line
    ]
    assert [entry.line_end for entry in found.entries] == [
        number for number, line in enumerate(split_lines(text), start=1) if "</article>" in line
    ]


# The papers


def test_the_json_of_a_page_is_read_first() -> None:
    text = page(cards(), props=attribute(PAPERS, date="2025-05-12T00:00:00.000Z"))

    found = digest(text)

    assert names(found) == expected(PAPERS)
    assert [entry.upvote_count for entry in found.entries] == [94, 1234567, 0]
    assert [entry.submitted_by for entry in found.entries] == [paper.by for paper in PAPERS]
    assert found.entries[0].abstract == PAPERS[0].object()["paper"]["summary"]
    assert {entry.abstract_line for entry in found.entries} == {line_of(text, "data-props")}
    renamed = page("", props=attribute(PAPERS).replace("DailyPapers", "AnyPapers", 1))
    assert names(digest(renamed)) == expected(PAPERS)


def test_an_attribute_on_several_lines_is_the_place_of_its_papers() -> None:
    properties = json.dumps({"dailyPapers": [PAPERS[0].object()]}, indent=1)
    text = page("", props=escaped(properties).replace("\n", "\r\n"))

    (entry,) = digest(text).entries

    assert entry.line_start == line_of(text, "data-props")
    assert entry.line_end == entry.line_start + properties.count("\n")


def test_the_cards_of_a_page_without_json_are_read() -> None:
    text = page(cards())

    found = digest(text)

    first = found.entries[0]
    assert names(found) == expected(PAPERS)
    assert (first.upvote_count, first.comment_count, first.submitted_by, first.author_count) == (94, 5, PAPERS[0].by, 2)
    assert found.entries[1].upvote_count == 1234567
    assert (first.abstract, first.authors, first.organization, first.links) == (None, (), None, ())
    assert first.line_start == line_of(text, '<article class="any"')
    assert first.line_end == line_of(text, "</article></div>")


def test_cards_that_the_json_lacks_follow_it() -> None:
    text = page(cards(), props=attribute(PAPERS[:2]))

    assert names(digest(text)) == expected(PAPERS)
    assert digest(text).entries[2].line_start == line_of(text, f'<article class="any"><a href="/papers/{PAPERS[2].id}"')


def test_a_card_shown_twice_is_one_entry() -> None:
    again = page(cards([PAPERS[0], *PAPERS]))
    other = page(cards([*PAPERS, replace(PAPERS[0], title="Another Title Altogether")]))

    assert names(digest(again)) == expected(PAPERS)
    assert read(again).rejects == ()
    (reject,) = read(other).rejects
    assert names(digest(other)) == expected(PAPERS)
    assert "Another Title Altogether" in reject.text
    assert "another title" in reject.reason


def test_what_newer_cards_say_is_read() -> None:
    extra = """<a href="/teapot-works"><img src="o.png"><span>Teapot Works</span></a>
<span>Published on May 2, 2025</span>
<a href="https://github.com/nobody/teapot-counter">GitHub 1.2k</a><a href="https://arxiv.org/abs/2505.00001">arXiv</a>
<a href="https://github.com/nobody/teapot-counter">again</a><a href="https://[">broken</a><p>Hamsters, in short.</p>"""

    (entry,) = digest(page(PAPERS[0].card(extra))).entries

    assert entry.organization == "Teapot Works"
    assert (entry.publication_date, entry.printed_publication_date) == ("2025-05-02", "May 2, 2025")
    assert [(link.url, link.asserted_by) for link in entry.links] == [
        ("https://github.com/nobody/teapot-counter", "listing field")
    ]
    assert entry.abstract is None


def test_comments_between_two_texts_are_passed_over() -> None:
    card = (
        PAPERS[0]
        .card()
        .replace("Submitted by", "Submitted<!-- a --> by<!-- b --><?c?>")
        .replace(">94<", "><!-- d -->94<")
    )

    (entry,) = digest(page(card)).entries

    assert (entry.submitted_by, entry.upvote_count) == (PAPERS[0].by, 94)


def test_a_link_to_the_submitter_is_no_organisation_and_a_badge_no_title() -> None:
    card = PAPERS[0].card(f'<a href="/{PAPERS[0].by}">{PAPERS[0].by}</a>').replace("</a></h3>", "</a> <b>new</b></h3>")

    (entry,) = digest(page(card)).entries

    assert (entry.title, entry.organization) == (PAPERS[0].title, None)


def test_a_card_that_is_not_closed_ends_where_the_next_begins() -> None:
    text = page(cards().replace("<div><article", "<article").replace("</article></div>", "\n \n\n"))

    first, second, _ = digest(text).entries

    assert first.line_end == line_of(text, f"{PAPERS[0].comments}\n</a>")
    assert second.line_start == line_of(text, f'<article class="any"><a href="/papers/{PAPERS[1].id}"')


def test_a_grey_shape_without_text_is_furniture() -> None:
    assert read(page(cards() + "<article><div class='grey'> </div></article>")).rejects == ()


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_texts_that_look_like_tags_stay_as_they_stand(line_end: str) -> None:
    paper = Paper("2505.00009", "Tags such as <article > and data-props = 1")
    properties = attribute([paper]).replace("&lt;", "<").replace("&gt;", ">")

    (entry,) = digest(page("", props=properties).replace("\n", line_end)).entries

    assert (entry.title, entry.abstract) == (paper.title, paper.object()["paper"]["summary"])
    assert names(digest(page(paper.card()))) == expected([paper])


def test_addresses_made_absolute_by_the_browser_are_the_same() -> None:
    text = page(cards().replace('href="/', 'href="https://huggingface.co/'))

    assert names(digest(text)) == expected(PAPERS)
    assert digest(text).entries[0].comment_count == 5


def test_a_vote_that_is_no_number_is_unknown() -> None:
    text = page(PAPERS[0].card().replace("<div>94</div>", "<div>-</div>"))
    thousands = page(PAPERS[0].card().replace("<div>94</div>", "<div>1.2k</div>"))
    nobody = page(PAPERS[0].card().replace(PAPERS[0].by, ""))

    assert digest(text).entries[0].upvote_count is None
    assert digest(thousands).entries[0].upvote_count is None
    assert (digest(nobody).entries[0].submitted_by, digest(nobody).entries[0].upvote_count) == (None, 94)


@pytest.mark.parametrize(
    ("card", "reason"),
    [
        ("<article><h3>A Card of Spoons</h3></article>", "the card links to no paper"),
        ('<article><a href="/papers/2505.00009">x</a></article>', "the card has no heading with a title"),
        ('<article><h3><a href="/papers/date/2025-05-01">May 1</a></h3></article>', "the card links to no paper"),
        (
            f'<article><h3><a href="/papers/2505.00009">{"x" * 2001}</a></h3></article>',
            "the title of the card is longer than 2,000 characters",
        ),
    ],
)
def test_a_card_that_is_not_understood_is_rejected_word_for_word(card: str, reason: str) -> None:
    record = read(page(cards() + card))

    assert names(record.digests[0]) == expected(PAPERS)
    assert [(reject.text, reject.reason) for reject in record.rejects] == [(card, reason)]


def test_an_object_that_is_not_understood_is_rejected_alone() -> None:
    properties = json.dumps({"dailyPapers": [PAPERS[0].object(), {"paper": 7}, PAPERS[1].object()]})

    record = read(page("", props=escaped(properties)))

    assert names(record.digests[0]) == expected(PAPERS[:2])
    assert [reject.text for reject in record.rejects] == ['{"paper": 7}']


@pytest.mark.parametrize("damage", ['{"dailyPapers": [', '{"dailyPapers": 7}', "[1]", "[" * 100_000, '{"a": NaN}'])
def test_json_that_is_not_understood_is_rejected_and_the_cards_are_read(damage: str) -> None:
    record = read(page(cards(), props=escaped(damage)))

    assert names(record.digests[0]) == expected(PAPERS)
    (reject,) = record.rejects
    assert reject.text == f'data-props="{html.escape(damage)}"'


# The day and the kind


def test_the_day_is_that_of_the_json_then_of_the_time_then_of_the_address() -> None:
    properties = attribute(PAPERS, date="2025-05-14T00:00:00.000Z")
    og_url = address("https://huggingface.co/papers/date/2025-05-16")

    for text, day in (
        (page("", props=properties, head=og_url), "2025-05-14"),
        (page("", props=attribute(PAPERS, dateString="2025-05-15", periodType="day")), "2025-05-15"),
        (page("", props=attribute(PAPERS, date="2025-13-45"), head=og_url), "2025-05-12"),
        (page(cards(), head=og_url), "2025-05-12"),
        (page(cards(), head=og_url, top=TITLE), "2025-05-16"),
        (page(cards(), head=address("https://huggingface.co/papers?date=2025-05-17"), top=TITLE), "2025-05-17"),
    ):
        found = digest(text)
        assert (found.digest_date, found.date_basis, found.kind) == (day, "stated", "daily")
        assert (found.earliest_date, found.latest_date) == (None, None)


def test_a_printed_date_stays_as_it_stands_unless_the_page_states_another_day() -> None:
    no_day = TIME.replace("2025-05-12T00:00:00.000Z", "")

    assert digest(page(cards())).printed_date == "May 12"
    assert digest(page(cards(), props=attribute(PAPERS, date="2025-05-14"))).printed_date is None
    assert (digest(page(cards(), top=no_day)).printed_date, digest(page(cards(), top=no_day)).digest_date) == (
        "May 12",
        None,
    )


def test_the_day_on_which_a_page_was_saved_is_not_its_day() -> None:
    browser = "<!-- saved from url=(0047)https://huggingface.co/papers/date/2025-05-18 -->\n"
    single_file = (
        "<!--\n Page saved with SingleFile \n url: https://huggingface.co/papers \n saved date: 2025-05-19\n-->"
    )
    moment = '<time datetime="2025-05-20T14:23:00.000Z">2 hours ago</time>'
    two_days = '<time datetime="2025-05-20"></time><time datetime="2025-05-21"></time>'

    for text in (
        browser + page(cards(), top=TITLE),
        page(cards(), top=TITLE, head=single_file),
        page(cards(), top=moment),
        page(cards(), top=two_days),
        page(cards() + moment, top=TITLE),
    ):
        found = digest(text)
        assert (found.digest_date, found.date_basis, found.kind) == (None, None, "listing")
    assert digest(browser + page(cards())).url == "https://huggingface.co/papers/date/2025-05-18"
    assert digest(page(cards(), head=single_file)).url == "https://huggingface.co/papers"


def test_entries_that_agree_state_the_day_only_where_the_page_does_not() -> None:
    agreed = [replace(paper, submitted="2025-05-13T04:36:37.800Z") for paper in PAPERS]
    apart = [*agreed[:2], replace(PAPERS[2], submitted="2025-05-14T01:00:00.000Z")]

    for properties in (attribute(agreed), attribute(agreed, periodType="day")):
        found = digest(page("", props=properties, top=TITLE))
        assert (found.digest_date, found.date_basis, found.kind) == ("2025-05-13", "stated by its entries", "daily")
    assert digest(page("", props=attribute(agreed))).digest_date == "2025-05-12"
    for papers in (apart, [*agreed[:2], PAPERS[2]], PAPERS):
        assert digest(page("", props=attribute(papers), top=TITLE)).digest_date is None
    for printed, day in (("May 13", "2025-05-13"), ("May 12", None)):
        found = digest(page("", props=attribute(agreed), top=f"<time>{printed}</time>"))
        assert (found.printed_date, found.digest_date) == (printed, day)
    trending = address("https://huggingface.co/papers/trending")
    assert digest(page("", props=attribute(agreed), top=TITLE, head=trending)).digest_date is None


@pytest.mark.parametrize(
    ("url", "kind", "query", "bounds"),
    [
        ("https://huggingface.co/papers/week/2025-W20", "weekly", None, ("2025-05-12", "2025-05-18")),
        ("https://huggingface.co/papers/month/2024-02", "monthly", None, ("2024-02-01", "2024-02-29")),
        ("https://huggingface.co/papers/month/2024-12", "monthly", None, ("2024-12-01", "2024-12-31")),
        ("https://huggingface.co/papers/trending", "trending", None, (None, None)),
        ("https://huggingface.co/papers?q=tea+pots%20%26c", "search", "tea pots &c", (None, None)),
        ("https://huggingface.co/papers?q=tea%00pots", "search", None, (None, None)),
    ],
)
def test_the_address_tells_the_kind_of_page(
    url: str, kind: str, query: str | None, bounds: tuple[str | None, str | None]
) -> None:
    any_page = "https://huggingface.co/papers"
    canonical = '<link rel="canonical" href="{}">'.format
    for head in (
        address(url),
        canonical(html.escape(url)) + address(any_page),
        canonical(any_page) + address(url),
    ):
        found = digest(page(cards(), head=head, top=TITLE))
        assert (found.kind, found.query, found.url, found.digest_date) == (kind, query, url, None)
        assert (found.earliest_date, found.latest_date) == bounds


def test_a_week_has_no_day_although_its_json_gives_one() -> None:
    properties = attribute(PAPERS, periodType="week", dateString="2025-05-11")
    found = digest(page("", props=properties, head=address("https://huggingface.co/papers/week/2025-W20")))

    assert (found.kind, found.digest_date, found.printed_date) == ("weekly", None, None)
    assert (found.earliest_date, found.latest_date) == ("2025-05-12", "2025-05-18")
    assert digest(page(cards(), head=address("https://huggingface.co/papers/week/2025-W20"))).printed_date is None
    assert digest(page("", props=attribute(PAPERS, periodType="month", dateString="2025-05-01"))).kind == "monthly"


@pytest.mark.parametrize("path", ["week/2025-W60", "week/0000-W01", "week/9999-W52", "month/2025-13", "month/9999-12"])
def test_a_period_that_the_calendar_does_not_have_is_none(path: str) -> None:
    found = digest(page(cards(), head=address(f"https://huggingface.co/papers/{path}"), top=TITLE))

    assert (found.kind, found.earliest_date, found.latest_date) == ("listing", None, None)


def test_an_archive_of_the_web_keeps_the_address_of_the_page() -> None:
    archived = "https://archive.example/2025/https://huggingface.co/papers?date=2025-05-12"
    elsewhere = "https://teapots.example/papers/2505.00001"

    assert read_address(archived) == Address(archived, day="2025-05-12")
    assert read_address(elsewhere) == Address(elsewhere)


# Hostile and foreign pages


@pytest.mark.parametrize(
    "text",
    [
        "<!DOCTYPE html>\n<p>x",
        "\ufeff \n<html>",
        '<?xml version="1.0" encoding="latin-1"?>\n<!DOCTYPE html><html></html>',
        "<!-- saved from url=(0014)about:internet -->\n<HTML lang=en>",
        "<head><title>x</title>",
        "<body class=x>",
    ],
)
def test_html_is_recognised_by_its_opening(text: str) -> None:
    assert saved_page.recognizes(text)


@pytest.mark.parametrize(
    "text",
    ["", "Daily Papers\n<html>", "{}", "<?xml version='1.0'?><feed><html/></feed>", "<htmlx>", "<!-- " * 9999, "<div>"],
)
def test_other_texts_are_not_recognised(text: str) -> None:
    assert not saved_page.recognizes(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (page("<p>Nothing but tea.</p>"), "without papers of the listing; save a page of the listing"),
        (page('<div data-target="PaperContent"></div>'), "is the page of one paper; save a page of the listing"),
        (page("", props=attribute([])), "without papers of the listing"),
        (page("", props=escaped("{")), "holds no paper that can be read (the page's JSON cannot be read: "),
        ("", "is an HTML page without content; save the listing page again"),
        (page("<div>" * 100_000), "nests too deep"),
        (page("", props=escaped("x" * 10_500_000)), "beyond 10 MB"),
        (page("<article>" * (MAX_MARKS + 1)), "has more than 65,000 cards"),
        ("<b>" * (MAX_TAGS + 1), "has more than 1,000,000 tags"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else None,
)
def test_a_page_that_cannot_be_read_is_refused_with_a_sentence(text: str, why: str) -> None:
    with pytest.raises(DocumentError, match=r"^page\.html: ") as refusal:
        read(text)
    assert why in str(refusal.value)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("utf-8", "windows-1251"),
        lambda text: '<?xml version="1.0" encoding="utf-16"?>' + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: text.replace("<main>", "<main>\x00\ud800"),
        lambda text: re.sub("</(?:div|ul|li|section|main)>", "", text),
        lambda text: text.replace("<article", "<ARTICLE").replace("<h3>", "<H3\nid='x'>"),
        lambda text: text + "\n" * 70_000 + cards(),
    ],
)
def test_damage_to_a_page_does_not_change_its_papers(change: Callable[[str], str]) -> None:
    assert names(digest(change(page(cards())))) == expected(PAPERS)


def test_a_card_beyond_line_65535_has_its_line() -> None:
    text = page("\n" * 70_000 + cards())

    found = digest(text)

    assert [entry.line_start for entry in found.entries] == [
        number for number, line in enumerate(split_lines(text), start=1) if '<article class="any"' in line
    ]


NO_PAPERS = '{"dailyPapers": [1, null, {}, [], {"paper": {"id": 7, "title": "x", "upvotes": 1e999}}], "date": 9}'
PIECES = st.sampled_from(
    [
        *(paper.card() for paper in PAPERS),
        f"<div {attribute(PAPERS[:1])}>",
        f"<div {escaped('{}')}>",
        f"<div {escaped(NO_PAPERS)}>",
        "<article>",
        "</article>",
        "<article data-props=",
        "<h3>",
        '<a href="/papers/2505.00001">',
        '<a href="/papers/%ff0">',
        '<link rel=canonical href="http://[/papers?q=&date=x">',
        '<meta property="og:url" content="https://x/papers/week/0000-W00">',
        '<time datetime="0000-00-00">',
        TIME,
        TITLE,
        "<!-- ",
        "-->",
        "<script>",
        "<input type=checkbox>",
        "Submitted by",
        "Published on Feb 30, 0000",
        "&#0;&#xD800;&notin",
        "\x00",
        "\ud800",
        "\r\n",
        "99999999999999 authors",
        "<svg><title>",
        "]]><![CDATA[",
        "<?x",
        '"',
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=100))
def test_any_text_is_read_or_refused(text: str) -> None:
    saved_page.recognizes(text)
    for source in (text, page(text), page(cards() + text)):
        with suppress(DocumentError):
            read(source)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_any_part_of_a_page_is_read_or_refused(data: st.DataObject) -> None:
    text = page(cards(), props=attribute(PAPERS))
    start, end = sorted(data.draw(st.lists(st.integers(0, len(text)), min_size=2, max_size=2)))

    for source in (text[start:end], text[:start] + text[end:]):
        with suppress(DocumentError):
            read(source)


@pytest.mark.parametrize(
    "piece",
    [
        PAPERS[0].card(),
        '<article><h3><a href="/papers/2505.{n}">Teapot {n}</a></h3>',
        f"<p {attribute(PAPERS[:1])}>x</p>",
        "<article>x</article>",
        "Submitted by <br>",
        "<a href=/papers/" + "x" * 500 + "></a>",
        "<!-- saved from url=(1)https://x -->",
        "data-props='",
        "&quot;&#xD800;",
        "<i></i>",
        "<!---->",
    ],
    ids=lambda piece: piece[:30],
)
def test_the_time_is_linear(piece: str) -> None:
    def seconds(length: int) -> float:
        count = length // len(piece)
        text = page("".join(piece.replace("{n}", f"{number:05}") for number in range(count)))
        # Time of this process alone, the best of three: other work on the machine must not fail the test.
        times = []
        for _ in range(3):
            started = time.process_time()
            with suppress(DocumentError):
                saved_page.read(document(text))
            times.append(time.process_time() - started)
        return min(times)

    # Eight times the text: linear takes about 8 times as long, quadratic 64 times.
    assert seconds(320_000) < 24 * max(seconds(40_000), 0.005)
