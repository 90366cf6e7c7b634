"""The reader for arXiv's Atom feeds: invented feeds, damaged ones, and one real answer."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from catalog.documents import Document, DocumentError, open_document, split_lines
from catalog.readers import arxiv_atom, read_document
from catalog.records import LinkRecord, PaperRecord
from catalog.rows import mention_rows
from tests.atom_feeds import END, ERROR, HEAD, SOCKS, check_account, document, entry, papers, read, refusal
from tests.conftest import SHARED


def only_paper(*entries: str) -> PaperRecord:
    (paper,) = papers(read(*entries))
    return paper


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


def test_a_feed_with_a_document_type_is_known_and_refused(tmp_path: Path) -> None:
    feed = HEAD.replace("<feed", '<!DOCTYPE feed [<!ENTITY ferns "ferns">]>\n<feed', 1) + entry() + END
    (tmp_path / "feed.xml").write_text(feed, encoding="utf-8")
    document = open_document(tmp_path / "feed.xml")
    assert isinstance(document, Document)

    with pytest.raises(DocumentError, match="declares a document type, which no feed of arXiv does; fetch it again"):
        read_document(document)


def test_too_many_tags_are_refused() -> None:
    assert "has more than 1,000,000 tags" in refusal(HEAD + "<a/>" * 1_000_000 + END)


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
