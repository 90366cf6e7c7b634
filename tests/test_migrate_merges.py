"""Papers that an older version kept apart and today's rules call one are merged by `catalog migrate`."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from catalog.migrate import upgrade
from tests.checkouts import run
from tests.conftest import Query
from tests.frozen_files import FROZEN

# As revision 0001 left it: a paper at arXiv whose title was replaced by a better one, and that title alone beside it.
TWINS = """
INSERT INTO source_documents (id, name, sha256, byte_count, line_count, format) VALUES
  (901, 'a.txt', printf('%064d', 1), 10, 3, 'invented'), (902, 'b.txt', printf('%064d', 2), 10, 3, 'invented');
INSERT INTO digests (id, source_document_id, name, kind, date_basis) VALUES
  (901, 901, 'a', 'listing', 'open'), (902, 902, 'b', 'listing', 'open');
INSERT INTO papers (id, title, title_key, arxiv_id, digest_count, first_digest_id, latest_digest_id) VALUES
  (901, 'Counting Zebra Fish', 'zebrafish', '2401.00901', 1, 901, 901),
  (902, 'Counting Zebra Fish', 'countingzebrafish', NULL, 1, 902, 902);
INSERT INTO paper_variants (paper_id, source_document_id, title) VALUES (901, 901, 'Zebra Fish');
INSERT INTO digest_entries (digest_id, position, paper_id, line_start, line_end) VALUES (901, 1, 901, 1, 2),
  (902, 1, 902, 1, 2);
INSERT INTO loads (source_document_id, loaded_at, as_of_date, catalogue_version, schema_revision, entry_count,
  new_paper_count, known_paper_count, changed_paper_count, link_count, reject_count, dated_digest_count) VALUES
  (901, '2026-11-20T12:00:00Z', '2026-11-20', '0.1.0', '0001', 1, 1, 0, 0, 0, 0, 0),
  (902, '2026-11-20T12:00:00Z', '2026-11-20', '0.1.0', '0001', 1, 1, 0, 0, 0, 0, 0);
"""


def test_twins_of_an_older_version_are_merged(database: Path, query: Query) -> None:
    shutil.copy(FROZEN / "catalog-0001.db", database)
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(TWINS)

    migrated = run("migrate", "-d", str(database)).output
    checked = run("check", "-d", str(database)).output

    assert "1 paper turned out to be another one of the file and was merged into it." in migrated
    assert "FAILED" not in checked
    assert query("SELECT id, title, title_key, arxiv_id, digest_count FROM papers WHERE title LIKE '%ebra%'") == [
        (901, "Counting Zebra Fish", "countingzebrafish", "2401.00901", 2)
    ]
    assert query("SELECT digest_id, arxiv_id FROM digest_entries WHERE paper_id = 901 ORDER BY 1") == [
        (901, "2401.00901"),
        (902, None),
    ]


def test_what_a_stopped_upgrade_left_apart_the_next_one_merges(database: Path, query: Query) -> None:
    shutil.copy(FROZEN / "catalog-0001.db", database)
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(TWINS)
    upgrade(database)

    migrated = run("migrate", "-d", str(database)).output

    assert "has the schema of this version already" in migrated
    assert "1 paper turned out to be another one of the file and was merged into it." in migrated
    assert query("SELECT count(*) FROM papers WHERE title LIKE '%ebra%'") == [(1,)]
    before = database.read_bytes()
    assert "merged" not in run("migrate", "-d", str(database)).output
    assert database.read_bytes() == before
