"""Export: what is written can be read again, in full and as facts alone, and says what it is."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.documents import DocumentError, find_documents, open_document
from catalog.export.documents import export_documents
from catalog.load import load_documents, load_terms
from catalog.readers import catalogue_json, read_document
from tests.catalogues import damage, good_catalogue, plain
from tests.conftest import ROOT, dump
from tests.test_cli import ABSTRACT, page

SCHEMA = json.loads((ROOT / "docs" / "interchange.schema.json").read_text(encoding="utf-8"))
AS_OF = date(2026, 11, 20)


def load(database: Path, *sources: Path) -> list[str]:
    faults: list[str] = []
    list(load_documents(list(find_documents(sources)), database, load_terms(as_of=AS_OF), on_error=faults.append))
    return faults


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """Pages that share papers, disagree on a text, hold deep links and a piece of no card; one file is two pages."""
    folder = tmp_path / "library"
    folder.mkdir()
    (folder / "a.txt").write_text(page("Counting Ferns", "Counting Mosses"), encoding="utf-8")
    (folder / "b.txt").write_text(
        page("Counting ferns!", "Weighing Lichens", printed_date="Mar 9, 2025"), encoding="utf-8"
    )
    (folder / "c.txt").write_text(
        "a line that nobody knows\n\n" + page("Counting Mosses", trailer=""), encoding="utf-8"
    )
    deep = (
        "See https://zenodo.org/records/1234567/files/a.zip, https://github.com/moss/net/tree/main/src#top. Our code is"
    )
    (folder / "d.txt").write_text(page("Growing Moss").replace("Our code is", deep), encoding="utf-8")
    (folder / "e.txt").write_text(page("Counting Algae", "Counting Ferns") + page("Counting Algae"), encoding="utf-8")
    return folder


def test_a_full_export_gives_the_same_catalogue(library: Path, tmp_path: Path) -> None:
    assert load(tmp_path / "before.db", library) == []
    written = list(export_documents(tmp_path / "before.db", tmp_path / "out", facts_only=False))

    assert load(tmp_path / "after.db", *written) == []

    assert dump(tmp_path / "after.db") == dump(tmp_path / "before.db")
    assert len(dump(tmp_path / "before.db")["rejects"]) == 1
    assert len(dump(tmp_path / "before.db")["paper_variants"]) == 3


def test_facts_hold_no_prose_and_give_everything_else(library: Path, tmp_path: Path) -> None:
    load(tmp_path / "before.db", library)
    written = list(export_documents(tmp_path / "before.db", tmp_path / "out", facts_only=True))
    text = "".join(path.read_text(encoding="utf-8") for path in written)

    assert ABSTRACT[:40] not in text
    assert "nobody knows" not in text

    load(tmp_path / "after.db", *written)
    prose = {
        "papers": ("abstract",),
        "source_documents": ("is_complete",),
        "digest_entries": ("has_abstract", "abstract_variant_id"),
        "rejects": ("id", "text"),
    }
    after, before = (dump(tmp_path / f"{name}.db", prose) for name in ("after", "before"))
    assert after.pop("rejects") == []
    before.pop("rejects")
    assert {table: rows for table, rows in after.items() if table != "paper_variants"} == {
        table: rows for table, rows in before.items() if table != "paper_variants"
    }


@pytest.mark.parametrize("facts_only", [True, False])
def test_what_is_written_fits_the_published_schema(library: Path, tmp_path: Path, facts_only: bool) -> None:
    load(tmp_path / "before.db", library)

    for path in export_documents(tmp_path / "before.db", tmp_path / "out", facts_only=facts_only):
        jsonschema.validate(json.loads(path.read_text(encoding="utf-8")), SCHEMA)


def test_seeds_fit_the_published_schema_and_hold_no_prose() -> None:
    seeds = sorted((ROOT / "seeds").glob("*.json"))
    assert len(seeds) == 5
    for path in seeds:
        content = json.loads(path.read_text(encoding="utf-8"))
        jsonschema.validate(content, SCHEMA)
        assert not content["is_complete"]
        assert not any("abstract" in entry for digest in content["digests"] for entry in digest["entries"])


def test_exporting_twice_gives_the_same_bytes(library: Path, tmp_path: Path) -> None:
    load(tmp_path / "before.db", library)
    first = [path.read_bytes() for path in export_documents(tmp_path / "before.db", tmp_path / "out", facts_only=False)]
    again = [path.read_bytes() for path in export_documents(tmp_path / "before.db", tmp_path / "out", facts_only=False)]

    assert first == again
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [f"{name}.json" for name in "abcde"]


def _valid() -> dict[str, object]:
    return {
        "catalogue": "paper-catalogue/1",
        "source": {"name": "a.txt", "sha256": "0" * 64, "byte_count": 9, "line_count": 9, "format": "pasted page"},
        "is_complete": False,
        "digests": [
            {
                "kind": "listing",
                "printed_date": "Mar 4",
                "entries": [{"title": "Counting Ferns", "line_start": 1, "line_end": 3, "links": []}],
            }
        ],
    }


@pytest.mark.parametrize(
    ("place", "value", "says"),
    [
        (("catalogue",), "paper-catalogue/99", "catalogue"),
        (("source", "name"), "/home/somebody/a.txt", "is a path"),
        (("source", "sha256"), "xyz", "sha256"),
        (("source", "byte_count"), "9", "byte_count"),
        (("digests",), [], "it holds no digest and no paper"),
        (("digests", 0, "kind"), "hourly", "kind"),
        (("digests", 0, "printed_date"), "some day", "some day"),
        (("digests", 0, "digest_date"), "2025-03-04", "does not go with date_basis"),
        (("digests", 0, "latest_date"), "2025-02-30", "day is out of range"),
        (("digests", 0, "entries", 0, "title"), "   ", "title of entry 1 is blank"),
        (("digests", 0, "entries", 0, "line_end"), 10, "lines 1 to 10"),
        (("digests", 0, "entries", 0, "author_count"), 0, "author_count"),
        (("digests", 0, "entries", 0, "surprise"), 1, "surprise"),
        (("digests", 0, "entries", 0, "publication_date"), "2025-13-01", "month must be in 1..12"),
        (("digests", 0, "entries", 0, "title"), "\ud800", "surrogate"),
        (
            ("digests", 0, "entries", 0, "links"),
            [{"verbatim": "x", "url": "javascript:alert(1)", "asserted_by": "abstract"}],
            "no host name",
        ),
        (
            ("digests", 0, "entries", 0, "links"),
            [{"verbatim": "x", "url": "https://github.com/a/b", "asserted_by": "abstract", "roles": ["weapon"]}],
            "weapon",
        ),
    ],
)
def test_a_document_that_breaks_the_format_is_one_sentence(
    tmp_path: Path, database: Path, place: tuple[str | int, ...], value: object, says: str
) -> None:
    content = _valid()
    target: object = content
    for step in place[:-1]:
        target = target[step]  # type: ignore[index]
    target[place[-1]] = value  # type: ignore[index]
    (tmp_path / "torn.json").write_text(json.dumps(content), encoding="utf-8")

    (sentence,) = load(database, tmp_path / "torn.json")

    assert sentence.startswith(f"{tmp_path / 'torn.json'}: is no valid catalogue JSON")
    assert says in sentence
    assert not database.exists()


def test_a_name_that_stands_twice_in_one_object_is_refused_with_its_line(tmp_path: Path, database: Path) -> None:
    """JSON would give the last of them, and the title before it would be lost."""
    title = '"title": "Counting Ferns",'
    text = json.dumps(_valid(), indent=1).replace(title, f'{title}\n    "title": "Counting Socks",')
    (tmp_path / "torn.json").write_text("\n" + text, encoding="utf-8")
    line = text.split("\n").index('    "title": "Counting Socks",') + 2

    (sentence,) = load(database, tmp_path / "torn.json")

    assert f", line {line}: the name 'title' stands twice in one object; export it again" in sentence
    assert not database.exists()


def test_the_valid_document_of_these_tests_is_valid(tmp_path: Path, database: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(_valid()), encoding="utf-8")

    assert load(database, tmp_path / "a.json") == []


@given(st.text())
def test_arbitrary_text_after_the_opening_raises_only_document_errors(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.mktemp("arbitrary") / "a.json"
    path.write_bytes(('{"catalogue": "paper-catalogue/1", ' + text).encode("utf-8", "replace"))
    try:
        document = open_document(path)
    except DocumentError:
        return
    assert catalogue_json.recognizes(document.text)
    with pytest.raises(DocumentError):
        read_document(document)


@pytest.mark.parametrize("name", ["../moss", "/moss", "a\0b", "moss/../..", "moss" * 100, "é" * 200])
def test_a_name_of_a_stranger_leads_nowhere_else(database: Path, name: str) -> None:
    damage(good_catalogue(database), "UPDATE digests SET name = 'aside' WHERE id = 2")
    with plain(database) as connection:
        connection.execute("UPDATE digests SET name = ? WHERE id = 1", (name,))
    folder = database.parent / "in" / "out"

    paths = list(export_documents(database, folder, facts_only=True))

    assert {path.parent for path in paths} == {folder}
    assert sorted(folder.iterdir()) == sorted(paths)
    assert [path.name for path in (database.parent / "in").iterdir()] == ["out"]
    assert paths[1].name == "aside.json"
    assert load(database.with_name("other.db"), folder) == []
