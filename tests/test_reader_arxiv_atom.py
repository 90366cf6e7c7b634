"""The reader for arXiv's Atom feeds: invented feeds, damaged ones, any XML at all, and one real answer."""

from __future__ import annotations

import hashlib
import re
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.documents import Document, DocumentError, open_document, split_lines
from catalog.readers import arxiv_atom
from catalog.records import DocumentRecord, LinkRecord, PaperRecord
from catalog.rows import mention_rows
from tests.conftest import SHARED

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom">
  <id>http://arxiv.org/api/invented</id>
  <title>ArXiv Query: all:socks</title>
  <author><name>Nobody of the feed's head</name></author>
  <updated>2026-01-01T00:00:00Z</updated>
"""
SOCKS = """  <entry>
    <id>http://arxiv.org/abs/2613.00001v3</id>
    <updated>2026-03-02T23:59:59Z</updated>
    <published>2026-01-31T17:59:50Z</published>
    <title>Folding
  Left Socks   without Supervision</title>
    <summary>  We fold left socks.
Our code folds at https://github.com/invented-lab/socks
and the socks are at https://huggingface.co/datasets/invented-lab/socks.
</summary>
    <author>
      <name>Ada
        Invented</name>
      <arxiv:affiliation>Invented Institute</arxiv:affiliation>
    </author>
    <author><name>Bo Nobody</name></author>
    <arxiv:doi>10.9999/socks.1</arxiv:doi>
    <link title="doi" href="http://dx.doi.org/10.9999/socks.1" rel="related"/>
    <arxiv:comment>9 pages,
      code at https://github.com/invented-lab/folds</arxiv:comment>
    <arxiv:journal_ref>Journal of Laundry 3 (2026)</arxiv:journal_ref>
    <arxiv:primary_category term="cs.RO" scheme="http://arxiv.org/schemas/atom"/>
    <category term="cs.LG" scheme="http://arxiv.org/schemas/atom"/>
    <category term="cs.RO" scheme="http://arxiv.org/schemas/atom"/>
    <category term="q-bio.NC" scheme="http://arxiv.org/schemas/atom"/>
    <category term="68T40; I.2.9" scheme="http://arxiv.org/schemas/atom"/>
  </entry>
"""
ERROR = """  <entry>
    <id>http://arxiv.org/api/errors#start_must_be_an_integer</id>
    <title>Error</title>
    <summary>start must be an integer</summary>
  </entry>
"""
END = "</feed>\n"


def document(text: str) -> Document:
    """A document with this text."""
    content = text.encode("utf-8", "surrogatepass")
    name, sha256 = "answer.xml", hashlib.sha256(content).hexdigest()
    return Document(name, sha256, len(content), text, len(split_lines(text)))


def entry(summary: str = "We fold.", *, title: str = "Socks", more: str = "") -> str:
    """An entry with this XML as its abstract."""
    return (
        f"  <entry>\n    <id>http://arxiv.org/abs/2613.00002</id>\n    <title>{title}</title>\n"
        f"    <summary>{summary}</summary>\n{more}  </entry>\n"
    )


def read(*entries: str) -> DocumentRecord:
    return arxiv_atom.read(document(HEAD + "".join(entries) + END))


def papers(record: DocumentRecord) -> list[PaperRecord]:
    """The papers, which an Atom feed gives whole."""
    return [paper for paper in record.papers if isinstance(paper, PaperRecord)]


def only_paper(*entries: str) -> PaperRecord:
    (paper,) = papers(read(*entries))
    return paper


def refusal(text: str) -> str:
    with pytest.raises(DocumentError) as caught:
        arxiv_atom.read(document(text))
    sentence = str(caught.value)
    assert "\n" not in sentence
    return sentence


def places(paper: PaperRecord) -> list[tuple[str, int | None, int | None]]:
    """Verbatim, line and character of the links that the loader finds in an abstract."""
    return [(row["verbatim"], row["line"], row["char_start"]) for row in mention_rows([paper]).links]


def test_an_entry_is_a_paper_with_all_its_facts() -> None:
    paper = only_paper(SOCKS)

    assert (paper.position, paper.line_start, paper.line_end) == (1, 7, 33)
    assert paper.title == "Folding Left Socks without Supervision"
    assert (paper.arxiv_id, paper.arxiv_version, paper.doi) == ("2613.00001", 3, "10.9999/socks.1")
    assert paper.authors == ("Ada Invented", "Bo Nobody")
    assert paper.author_count is None
    assert (paper.publication_date, paper.updated_date) == ("2026-01-31", "2026-03-02")
    assert paper.categories == ("cs.RO", "cs.LG", "q-bio.NC")
    assert paper.comment == "9 pages, code at https://github.com/invented-lab/folds"
    assert paper.abstract is not None
    assert paper.abstract.startswith("We fold left socks.\nOur code")
    assert paper.abstract.endswith("invented-lab/socks.")


def test_a_document_has_papers_and_no_digest() -> None:
    record = read(SOCKS, ERROR, entry())

    assert record.digests == ()
    assert [paper.position for paper in papers(record)] == [1, 3]
    assert record.origin.format == "arXiv Atom"
    assert record.is_complete
    assert record.origin.line_count == 44
    assert record.furniture_line_count == 7


def test_what_is_not_given_is_unknown() -> None:
    paper = only_paper(entry(summary=" \n "))

    assert (paper.arxiv_version, paper.doi, paper.comment, paper.publication_date) == (None, None, None, None)
    assert (paper.abstract, paper.abstract_line, paper.links) == (None, None, ())
    assert (paper.authors, paper.categories) == ((), ())


def test_an_abstract_has_its_exact_place() -> None:
    text = HEAD + SOCKS + END
    (paper,) = papers(arxiv_atom.read(document(text)))

    assert paper.abstract_line is not None
    assert paper.abstract_char is not None
    below = "\n".join(split_lines(text)[paper.abstract_line - 1 :])
    assert below[paper.abstract_char :].startswith(paper.abstract or "-")


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_links_in_an_abstract_and_a_comment_have_their_exact_places(line_end: str) -> None:
    text = (HEAD + SOCKS + END).replace("\n", line_end)
    lines = split_lines(text)

    (paper,) = papers(arxiv_atom.read(document(text)))

    found = places(paper)
    assert [verbatim for verbatim, _, _ in found] == [
        "https://github.com/invented-lab/folds",
        "https://github.com/invented-lab/socks",
        "https://huggingface.co/datasets/invented-lab/socks",
    ]
    for verbatim, line, char in found:
        assert lines[(line or 0) - 1][char or 0 :].startswith(verbatim)


def test_a_link_in_the_comment_is_a_link_of_that_field() -> None:
    (link,) = only_paper(SOCKS).links

    assert link == LinkRecord(
        asserted_by="listing field",
        verbatim="https://github.com/invented-lab/folds",
        url="https://github.com/invented-lab/folds",
        line=26,
        char_start=14,
        roles=("code",),
        field="arxiv:comment",
    )


def test_what_the_comment_says_of_a_link_is_kept() -> None:
    comment = "<arxiv:comment>Code will be released at https://github.com/invented-lab/later</arxiv:comment>\n"

    (link,) = only_paper(entry(more=comment)).links

    assert link.is_promised
    assert link.char_start == len("<arxiv:comment>Code will be released at ")


@pytest.mark.parametrize(
    ("summary", "abstract", "line"),
    [
        ("1 &lt; 2 socks at https://github.com/a/b", "1 < 2 socks at https://github.com/a/b", 10),
        ("<![CDATA[1 < 2 socks at https://github.com/a/b]]>", "1 < 2 socks at https://github.com/a/b", 10),
        ("One&#10;sock at https://github.com/a/b", "One\nsock at https://github.com/a/b", 10),
        ("One <b>sock</b> at https://github.com/a/b", "One sock at https://github.com/a/b", 10),
        ("One<!-- two\nlines -->\nsock at https://github.com/a/b", "One\nsock at https://github.com/a/b", None),
        ("1 &lt; 2\nsocks at https://github.com/a/b", "1 < 2\nsocks at https://github.com/a/b", None),
    ],
)
def test_an_abstract_that_does_not_stand_there_as_it_is_has_no_character(
    summary: str, abstract: str, line: int | None
) -> None:
    paper = only_paper(entry(summary))

    assert (paper.abstract, paper.abstract_line, paper.abstract_char) == (abstract, line, None)
    assert places(paper) == [("https://github.com/a/b", line, None)]


@pytest.mark.parametrize(
    ("comment", "line"),
    [
        ("<arxiv:comment>R&amp;D at https://github.com/a/b</arxiv:comment>\n", 11),
        ("<arxiv:comment>R&amp;D\n at https://github.com/a/b</arxiv:comment>\n", None),
    ],
)
def test_a_link_in_a_comment_that_does_not_stand_there_as_it_is_has_no_character(
    comment: str, line: int | None
) -> None:
    (link,) = only_paper(entry(more=comment)).links

    assert (link.verbatim, link.line, link.char_start) == ("https://github.com/a/b", line, None)


@pytest.mark.parametrize(
    ("written", "identity"),
    [
        ("http://arxiv.org/abs/2613.00001v12", ("2613.00001", 12)),
        ("https://arxiv.org/abs/cs/0112017v1", ("cs/0112017", 1)),
        ("http://arxiv.org/abs/math.GT/0309136", ("math/0309136", None)),
    ],
)
def test_ids_old_and_new(written: str, identity: tuple[str, int | None]) -> None:
    paper = only_paper(entry().replace("http://arxiv.org/abs/2613.00002", written))

    assert (paper.arxiv_id, paper.arxiv_version) == identity


@pytest.mark.parametrize(
    ("damaged", "reason"),
    [
        (ERROR, "the entry is no paper but an error that arXiv reports"),
        (entry(title=" \n "), "the entry has no title"),
        (entry().replace("<id>http://arxiv.org/abs/2613.00002</id>", ""), "the entry has no id"),
        (entry().replace("2613.00002", "socks"), "the id of the entry is none of a paper at arXiv"),
        (entry().replace("http://arxiv.org/abs/", "oai:arXiv.org:"), "the id of the entry is none of a paper at arXiv"),
        ("<entry/>\n", "the entry has no id"),
    ],
)
def test_an_entry_that_describes_no_paper_is_rejected_word_for_word(damaged: str, reason: str) -> None:
    record = read(damaged, entry())

    (reject,) = record.rejects
    assert (reject.reason, reject.text) == (reason, damaged.strip())
    assert (reject.line_start, reject.line_end) == (7, 6 + len(split_lines(damaged)))
    assert [paper.position for paper in papers(record)] == [2]


@pytest.mark.parametrize("day", ["yesterday", "2026-02-30T00:00:00Z", "0000-00-00"])
def test_a_date_that_is_none_is_rejected_and_its_paper_kept(day: str) -> None:
    record = read(entry(more=f"    <published>{day}</published>\n"))

    (paper,) = papers(record)
    (reject,) = record.rejects
    assert paper.publication_date is None
    assert (reject.text, reject.line_start) == (f"<published>{day}</published>", 11)


def test_entries_that_share_lines_are_counted_once() -> None:
    text = (HEAD + SOCKS + entry() + END).replace("\n", " ").strip()

    record = arxiv_atom.read(document(text))

    assert [(paper.line_start, paper.line_end) for paper in papers(record)] == [(1, 1), (1, 1)]
    assert record.furniture_line_count == 0


def test_lines_are_right_far_down_and_with_tags_over_several_lines() -> None:
    text = HEAD + "\n" * 70_000 + entry().replace("<entry>", '<entry\n\n  lang="en">') + END

    (paper,) = papers(arxiv_atom.read(document(text)))

    assert (paper.line_start, paper.line_end, paper.abstract_line) == (70_007, 70_013, 70_012)


def test_what_looks_like_a_tag_and_is_none_moves_no_place() -> None:
    noise = """<!-- <entry> --><?php <entry> ?><link title="a > b '" href='/> "'/><a><![CDATA[<entry></a>]]></a>\n"""

    first, second = papers(read(entry(more=noise), entry("Second.")))

    assert (first.line_start, first.line_end, first.abstract_line, first.abstract_char) == (7, 12, 10, 13)
    assert (second.line_start, second.line_end, second.abstract_line, second.abstract_char) == (13, 17, 16, 13)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (HEAD + END, "holds no papers; ask arXiv again, for something that it has"),
        (HEAD + SOCKS, "line 34 is no well-formed XML"),
        (
            "\n\n" + HEAD + SOCKS + "</fed>",
            "line 36 is no well-formed XML (Opening and ending tag mismatch: feed and fed); fetch",
        ),
        ("", "line 1 is no well-formed XML"),
        ("Folding Left Socks", "line 1 is no well-formed XML"),
        ("<rss/>", "is XML but no Atom feed; load an answer of arXiv's API"),
        ("<feed><entry/></feed>", "is XML but no Atom feed; load an answer of arXiv's API"),
        (HEAD + entry("half \ud83d a pair") + END, "holds half a character; fetch it again"),
        (HEAD + entry("a \x00 b") + END, "line 10 is no well-formed XML"),
        ("<a>" * 100_000, "line 1 is no well-formed XML"),
    ],
)
def test_what_is_no_feed_is_refused(text: str, what: str) -> None:
    assert refusal(text).startswith(f"answer.xml: {what}")


def test_entities_are_never_expanded() -> None:
    laughs = '<!DOCTYPE feed [<!ENTITY a0 "ha">' + "".join(
        f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 20)
    )
    start = time.perf_counter()

    for entities in (
        laughs,
        '<!DOCTYPE feed [<!ENTITY a19 "ha">',
        '<!DOCTYPE feed [<!ENTITY a19 SYSTEM "pyproject.toml">',
    ):
        text = HEAD.replace("<feed", f"{entities}]>\n<feed", 1) + entry("&a19;", title="&a19;") + END
        assert refusal(text).startswith("answer.xml: ")
        assert refusal(text).endswith("; fetch it again")
    assert time.perf_counter() - start < 1


def test_too_many_tags_are_refused() -> None:
    assert "has more than 1,000,000 tags" in refusal(HEAD + "<a/>" * 1_000_000 + END)


@pytest.mark.parametrize(
    "text",
    [
        HEAD,
        "\ufeff\n" + HEAD,
        "<!-- saved -->\n" + HEAD.partition("\n")[2],
        '<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:id>http://arxiv.org/api/x</a:id>',
    ],
)
def test_a_feed_of_arxiv_is_recognised(text: str) -> None:
    assert arxiv_atom.recognizes(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<?xml version='1.0'?>",
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>My socks</title>',
        '<feed xmlns="http://www.w3.org/2005/Atom"><link href="https://arxiv.org/abs/2613.00001"/>',
        HEAD.replace("<feed", "<html><feed"),
        "A page that cites " + HEAD,
        "<!--" + "-" * 5_000_000,
        " " * 5_000_000 + HEAD,
    ],
)
def test_other_texts_are_not_recognised(text: str) -> None:
    start = time.perf_counter()

    assert not arxiv_atom.recognizes(text)
    assert time.perf_counter() - start < 0.5


_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30)
_NAME = st.sampled_from(["entry", "id", "title", "summary", "published", "author", "name", "arxiv:comment", "b"])


def _element(content: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    attribute = st.one_of(st.just(""), _TEXT.map(lambda value: f" title={quoteattr(value)}"))
    filled = st.builds(
        lambda name, attributes, inside: f"<{name}{attributes}>{inside}</{name}>", _NAME, attribute, content
    )
    return filled | st.builds(lambda name, attributes: f"<{name}\n{attributes} />", _NAME, attribute)


_PIECE = st.one_of(
    _TEXT.map(escape),
    _TEXT.map(lambda text: f"<!--{text.replace('-', '')}-->"),
    _TEXT.map(lambda text: f"<![CDATA[{text.replace(']', '<')}]]>"),
    st.sampled_from(
        ["https://github.com/a/b", "2026-01-01T00:00:00Z", "<id>2613.00001</id>", "<title>Socks</title>", "\r\n"]
    ),
)
_XML = st.recursive(_PIECE, lambda inner: st.lists(_PIECE | _element(inner), max_size=5).map("".join), max_leaves=20)


def check_account(text: str) -> DocumentRecord | None:
    """Read a text and see that every line of what comes out is one of the document."""
    source = document(text)
    record: DocumentRecord | None
    try:
        record = arxiv_atom.read(source)
    except DocumentError as error:
        sentence = str(error)
        record = None
    if record is None:
        assert sentence.startswith("answer.xml: ")
        assert "\n" not in sentence
        return None
    found = [*papers(record), *record.rejects]
    for piece in found:
        assert 1 <= piece.line_start <= piece.line_end <= source.line_count
    lines = {line for piece in found for line in range(piece.line_start, piece.line_end + 1)}
    assert record.furniture_line_count == source.line_count - len(lines)
    for paper in papers(record):
        assert paper.title == " ".join(paper.title.split()) != ""
        if paper.abstract_line is not None and paper.abstract_char is not None:
            below = "\n".join(split_lines(text)[paper.abstract_line - 1 :])
            assert below[paper.abstract_char :].startswith(paper.abstract or "-")
    for reject in record.rejects:
        assert reject.text in text
    return record


@settings(max_examples=150)
@given(st.lists(_XML, max_size=4))
def test_any_xml_in_an_entry_is_read_or_rejected(contents: list[str]) -> None:
    text = HEAD + "".join(f"<entry>{content}</entry>" for content in contents) + END
    record = check_account(text)
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError:
        assert record is None
        return
    count = len(root.findall("{http://www.w3.org/2005/Atom}entry"))
    assert (record is None) == (count == 0)
    if record is not None:
        rejected = [reject for reject in record.rejects if re.match(r"<entry[\s/>]", reject.text)]
        assert len(papers(record)) + len(rejected) == count


@given(st.text() | st.text(alphabet="<>/!-[]CDATA&;'\" \n\r\ud800\x00feed"))
def test_any_text_is_a_feed_or_refused(text: str) -> None:
    arxiv_atom.recognizes(text)
    check_account(text)
    check_account(HEAD + text + END)
    check_account(HEAD + SOCKS[: len(text) * 3] + text + SOCKS[len(text) * 3 :] + END)


@pytest.mark.parametrize(
    "piece",
    [
        lambda count: SOCKS * (count // 50),
        lambda count: entry("a https://github.com/a/b &lt; " * count),
        lambda count: entry(more="<arxiv:comment>" + "https://github.com/a/b%d\n" * count + "</arxiv:comment>"),
        lambda count: entry("x" * 20 * count),
        lambda count: entry(more="<!-- <entry> --><a b='>'/>\n" * count),
        lambda count: entry(more="<![CDATA[" + "]] >" * count),
    ],
)
def test_time_is_in_proportion_to_the_length(piece: Callable[[int], str]) -> None:
    def seconds(count: int) -> float:
        text = HEAD + piece(count) + END
        start = time.process_time()
        check_only_raises(text)
        return time.process_time() - start

    seconds(1_000)
    assert seconds(16_000) < 8 * max(min(seconds(4_000) for _ in range(2)), 0.01)


def check_only_raises(text: str) -> None:
    try:
        arxiv_atom.read(document(text))
    except DocumentError:
        return


def test_the_real_answer() -> None:
    path = SHARED / "inputs" / "arxiv-atom" / "arxiv_transformer.xml"
    if not path.exists():
        pytest.skip("the real answer of arXiv is not at hand")
    source = open_document(path)
    assert isinstance(source, Document)
    assert arxiv_atom.recognizes(source.text)
    record = check_account(source.text)

    assert record is not None
    assert record.rejects == ()
    space = {"a": "http://www.w3.org/2005/Atom", "x": "http://arxiv.org/schemas/atom"}
    expected = ElementTree.parse(path).findall("a:entry", space)
    lines = split_lines(source.text)
    for paper, element in zip(papers(record), expected, strict=True):
        summary = element.findtext("a:summary", namespaces=space)
        assert f"http://arxiv.org/abs/{paper.arxiv_id}v{paper.arxiv_version}" == element.findtext("a:id", None, space)
        assert paper.title == element.findtext("a:title", namespaces=space)
        assert paper.abstract == summary
        assert list(paper.authors) == [name.text for name in element.findall("a:author/a:name", space)]
        assert paper.categories[0] == element.find("x:primary_category", space).attrib["term"]  # type: ignore[union-attr]
        assert set(paper.categories) == {found.attrib["term"] for found in element.findall("a:category", space)}
        assert element.findtext("a:published", "", space).startswith(paper.publication_date or "-")
        assert (paper.comment or None) == element.findtext("x:comment", None, space)
        assert lines[paper.line_start - 1].strip() == "<entry>"
        assert lines[paper.line_end - 1].strip() == "</entry>"
        assert lines[(paper.abstract_line or 0) - 1].strip().startswith("<summary>")
        assert (paper.abstract_char is None) == ("&" in escape(summary or ""))
    links = [link for paper in papers(record) for link in paper.links]
    assert len(links) == sum(line.count("https://") for line in lines if "<arxiv:comment>" in line)
    for link in links:
        assert lines[(link.line or 0) - 1][link.char_start or 0 :].startswith(link.verbatim)
