"""`catalog diff`: what is new, gone and changed, by what things are called."""

from __future__ import annotations

import json
import random
import shutil
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from catalog.cli import main
from catalog.diff.compare import Comparison, compared
from catalog.diff.sections import SECTIONS
from catalog.records import DocumentRecord, EntryRecord
from tests.catalogues import FERN, LICHEN, MOSS_NET, PUDDLE, damage, document, load, ordinary_user, snapshot
from tests.conftest import ROOT, rows
from tests.test_load_order import documents

FROZEN = ROOT / "tests" / "frozen" / "catalog-0001.db"
_QUICK = settings(
    deadline=None,
    max_examples=4,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    load(tmp_path / "old.db", document("dated.txt", MOSS_NET, LICHEN, printed_date="Mar 4"))
    return tmp_path / "old.db"


@pytest.fixture
def new(tmp_path: Path) -> Path:
    path = tmp_path / "new.db"
    load(
        path,
        document("open.txt", replace(LICHEN, publication_date="2025-12-24"), FERN, PUDDLE, printed_date="Mar 11"),
        document("dated.txt", MOSS_NET, LICHEN, printed_date="Mar 4"),
        document("feed.json", replace(LICHEN, arxiv_id="2401.00002", abstract=f"{LICHEN.abstract} It does so well.")),
    )
    return path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["diff", *map(str, arguments)])


def listed(comparison: Comparison) -> dict[tuple[str, str], list[Any]]:
    return {
        (section.name, change): [
            (each.named, {field.name: (field.old, field.new) for field in each.fields})
            for each in comparison.differences(section, change)
        ]
        for section in SECTIONS
        for change in comparison.counts[section.name]
    }


def differences(old: Path, new: Path) -> dict[tuple[str, str], list[Any]]:
    with compared(old, new) as comparison:
        found = listed(comparison)
        counts = {(name, change): n for name, counted in comparison.counts.items() for change, n in counted.items()}
    assert {key: len(each) for key, each in found.items()} == counts
    return {key: each for key, each in found.items() if each}


def test_what_is_new_and_what_changed(old: Path, new: Path) -> None:
    found = differences(old, new)

    assert [named["name"] for named, _ in found["documents", "new"]] == ["feed.json", "open.txt"]
    assert [named["name"] for named, _ in found["digests", "new"]] == ["feed", "open"]
    assert [named["title"] for named, _ in found["papers", "new"]] == [FERN.title, PUDDLE.title]
    assert [(named["document"], named["paper"], named["url"]) for named, _ in found["links", "new"]] == [
        ("feed.json", LICHEN.title, "https://huggingface.co/datasets/invented-lab/stones"),
        ("open.txt", LICHEN.title, "https://huggingface.co/datasets/invented-lab/stones"),
    ]
    # Known by its title alone before: it is the same paper now that it has an arXiv id.
    ((named, fields),) = found["papers", "changed"]
    assert named == {"title": LICHEN.title, "arxiv_id": "2401.00002"}
    assert fields == {
        "arxiv_id": (None, "2401.00002"),
        "publication_date": (None, "2025-12-24"),
        "abstract": (LICHEN.abstract, f"{LICHEN.abstract} It does so well."),
    }
    assert set(found) == {
        ("documents", "new"),
        ("digests", "new"),
        ("papers", "new"),
        ("papers", "changed"),
        ("links", "new"),
    }


def test_dates_are_told_apart_from_digests(tmp_path: Path) -> None:
    page = document("page.txt", LICHEN, printed_date="Mar 4")
    load(tmp_path / "old.db", page)
    load(tmp_path / "new.db", page, document("other.txt", replace(LICHEN, publication_date="2025-12-24")))

    found = differences(tmp_path / "old.db", tmp_path / "new.db")

    assert found["dates", "changed"] == [
        (
            {"name": "page"},
            {
                "digest_date": (None, "2026-03-04"),
                "earliest_date": ("2024-03-04", "2026-03-04"),
                "date_basis": ("open", "single candidate"),
            },
        )
    ]
    assert ("digests", "changed") not in found


def test_a_digest_of_one_name_with_other_bytes_is_a_change(tmp_path: Path) -> None:
    load(tmp_path / "old.db", document("page.txt", LICHEN))
    load(tmp_path / "new.db", document("page.txt", LICHEN, FERN))

    found = differences(tmp_path / "old.db", tmp_path / "new.db")

    ((named, fields),) = found["digests", "changed"]
    assert (named["name"], fields["entry_count"], set(fields)) == ("page", (1, 2), {"document", "entry_count"})
    assert len(found["documents", "gone"]) == len(found["documents", "new"]) == 1


def test_a_repository_in_another_spelling_and_an_assertion_that_says_otherwise_are_changes(tmp_path: Path) -> None:
    for name in ("old.db", "new.db"):
        load(tmp_path / name, document("page.txt", MOSS_NET))
    damage(
        tmp_path / "new.db",
        "UPDATE repositories SET owner = 'Invented-Lab'",
        "UPDATE link_assertions SET is_promised = 1 WHERE id = 1",
    )

    found = differences(tmp_path / "old.db", tmp_path / "new.db")

    assert [fields for _, fields in found["repositories", "changed"]] == [{"owner": ("invented-lab", "Invented-Lab")}]
    assert [fields for _, fields in found["links", "changed"]] == [{"is_promised": (0, 1)}]
    assert set(found) == {("repositories", "changed"), ("links", "changed")}


def test_a_title_of_several_papers_at_arxiv_stands_for_none_of_them(tmp_path: Path) -> None:
    one, other = (replace(LICHEN, arxiv_id=f"2401.0000{number}") for number in (1, 2))
    load(tmp_path / "old.db", document("page.txt", LICHEN))
    load(tmp_path / "new.db", document("both.txt", one, other))

    found = differences(tmp_path / "old.db", tmp_path / "new.db")

    assert [named["arxiv_id"] for named, _ in found["papers", "gone"]] == [None]
    assert [named["arxiv_id"] for named, _ in found["papers", "new"]] == ["2401.00001", "2401.00002"]


@_QUICK
@given(documents, st.randoms(use_true_random=False))
def test_the_same_documents_in_any_order_do_not_differ(documents: list[DocumentRecord], chance: random.Random) -> None:
    with tempfile.TemporaryDirectory() as folder:
        one, other = Path(folder, "one.db"), Path(folder, "other.db")
        load(one, *documents)
        load(other, *chance.sample(documents, len(documents)))

        assert differences(one, other) == {}


@_QUICK
@given(documents, st.data())
def test_new_is_what_would_be_gone_the_other_way(documents: list[DocumentRecord], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        one, other = Path(folder, "one.db"), Path(folder, "other.db")
        for path in (one, other):
            load(path, *data.draw(st.lists(st.sampled_from(documents), min_size=1)))
        there, back = differences(one, other), differences(other, one)

        for section in SECTIONS:
            assert there.get((section.name, "new")) == back.get((section.name, "gone"))
            changed, changed_back = (
                [fields for _, fields in way.get((section.name, "changed"), [])] for way in (there, back)
            )
            mirrored = [{name: (new, old) for name, (old, new) in fields.items()} for fields in changed_back]
            assert sorted(map(repr, changed)) == sorted(map(repr, mirrored))
        for section, query in _INDEPENDENT.items():
            was, now = (Counter(rows(path, query)) for path in (one, other))
            assert (now - was).total() == len(there.get((section, "new"), []))
            assert (was - now).total() == len(there.get((section, "gone"), []))


_INDEPENDENT = {
    "documents": "SELECT sha256 FROM source_documents",
    "repositories": "SELECT host, lower(owner), lower(name) FROM repositories",
    "links": """
        SELECT sha256, coalesce(digests.id - (
          SELECT min(id) FROM digests WHERE source_document_id = source_documents.id), -1), position, url_key,
          asserted_by, field, verbatim, line, char_start
        FROM link_assertions JOIN links ON links.id = link_id
        JOIN source_documents ON source_documents.id = link_assertions.source_document_id
        LEFT JOIN digests ON digests.id = digest_id
    """,
}


def test_the_text_counts_first_and_then_lists_with_what_is_left_out(old: Path, new: Path) -> None:
    done = run(old, new, "--limit", "1")

    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[:8] == [
        f"{old} -> {new}",
        "                     new      gone   changed",
        "documents              2         0         0",
        "digests                2         0         0",
        "dates                                      0",
        "papers                 2         0         1",
        "links                  2         0         0",
        "repositories           0         0         0",
    ]
    start = lines.index("New papers (2)")
    assert lines[start : start + 9] == [
        "New papers (2)",
        f"  {FERN.title}",
        "  and 1 more",
        "",
        "Changed papers (1)",
        f"  {LICHEN.title} (2401.00002)",
        "    arxiv_id: nothing -> 2401.00002",
        "    publication_date: nothing -> 2025-12-24",
        f"    abstract: {LICHEN.abstract[:100]}… -> {LICHEN.abstract[:100]}…",  # type: ignore[index]
    ]


def test_json_holds_everything_or_says_what_it_leaves_out(old: Path, new: Path) -> None:
    whole = json.loads(run(old, new, "--format", "json").stdout)
    cut = json.loads(run(old, new, "--format", "json", "--limit", "1").stdout)

    assert whole["counts"]["papers"] == {"new": 2, "gone": 0, "changed": 1}
    assert [paper["title"] for paper in whole["papers"]["new"]] == [FERN.title, PUDDLE.title]
    assert whole["papers"]["changed"][0]["changes"]["arxiv_id"] == {"old": None, "new": "2401.00002"}
    assert whole["left_out"] == {}
    assert [len(cut[name]["new"]) for name in ("documents", "papers")] == [1, 1]
    assert cut["left_out"] == {name: {"new": 1} for name in ("documents", "digests", "papers", "links")}


def test_no_title_has_a_meaning_of_its_own_in_markdown_or_the_terminal(old: Path, tmp_path: Path) -> None:
    hostile = EntryRecord(position=1, title="\x1b[2J<b>[x](javascript:y)</b> | *z*", line_start=1, line_end=3)
    load(tmp_path / "new.db", document("a.txt", hostile))

    markdown = run(old, tmp_path / "new.db", "--format", "markdown").stdout
    text = run(old, tmp_path / "new.db").stdout
    as_json = run(old, tmp_path / "new.db", "--format", "json").stdout

    assert r"- \\x1b\[2J\<b\>\[x\]\(javascript\:y\)\</b\> \| \*z\*" in markdown
    assert "| papers | 1 | 2 | 0 |" in markdown
    assert "\x1b" not in markdown + text + as_json


def test_the_exit_code_tells_a_difference_where_it_is_asked_to(old: Path, new: Path, tmp_path: Path) -> None:
    same = shutil.copy(old, tmp_path / "same.db")

    assert [run(old, other, *option).exit_code for other in (same, new) for option in ((), ("--exit-code",))] == [
        0,
        0,
        0,
        1,
    ]
    assert run(old, same).stdout == f"{old} -> {same}\nThe two files say the same.\n"


def test_files_of_different_revisions_in_a_folder_that_is_read_only() -> None:
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders are closed to other users
        folder = Path(name)
        shutil.copy(FROZEN, folder / "old.db")
        shutil.copy(FROZEN, folder / "new.db")
        assert CliRunner().invoke(main, ["migrate", "-d", str(folder / "new.db")]).exit_code == 0
        for path in folder.iterdir():
            path.chmod(0o444)
        folder.chmod(0o555)
        before = snapshot(folder)

        with ordinary_user():
            same, back = run(folder / "old.db", folder / "new.db"), run(folder / "new.db", folder / "old.db")

        assert snapshot(folder) == before
        folder.chmod(0o755)
    for done in (same, back):
        assert (done.exit_code, done.stdout.splitlines()[1:]) == (0, ["The two files say the same."]), done.output


def test_a_file_that_is_no_catalogue_is_refused(old: Path, tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("no database", encoding="utf-8")

    for arguments in ((old, tmp_path / "text.db"), (tmp_path / "text.db", old), (old, tmp_path / "missing.db")):
        done = run(*arguments)
        is_missing = (tmp_path / "missing.db") in arguments
        assert (done.exit_code, done.stdout) == (66 if is_missing else 78, "")
        assert done.stderr.startswith(f"Error: {tmp_path}")
        assert done.stderr.count("\n") == 1
