"""Atom feeds of invented papers, as arXiv writes them, and what every reading of one must be."""

from __future__ import annotations

import pytest

from catalog.documents import Document, DocumentError, split_lines
from catalog.readers import arxiv_atom
from catalog.records import DocumentRecord, PaperRecord
from tests import pages
from tests.conservation import conserved

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
    return pages.document(text, "answer.xml")


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


def refusal(text: str) -> str:
    with pytest.raises(DocumentError) as caught:
        arxiv_atom.read(document(text))
    sentence = str(caught.value)
    assert "\n" not in sentence
    return sentence


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
    conserved(record, source)
    for paper in papers(record):
        assert paper.title == " ".join(paper.title.split()) != ""
        if paper.abstract_line is not None and paper.abstract_char is not None:
            below = "\n".join(split_lines(text)[paper.abstract_line - 1 :])
            assert below[paper.abstract_char :].startswith(paper.abstract or "-")
    for reject in record.rejects:
        assert reject.text in text
    return record
