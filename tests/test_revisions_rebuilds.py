"""A table that a revision rebuilds keeps what hangs on it: triggers, views and indexes never vanish unnamed.

SQLite drops triggers and indexes with their table, and Alembic's batch mode makes only plain indexes again
(https://alembic.sqlalchemy.org/en/latest/batch.html). The lint reads revisions; the other test runs them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.migrate import upgrade
from tests.catalogues import good_catalogue
from tests.checkouts import NEXT, seen_checkout
from tests.conftest import rows
from tests.revisions import REVISIONS
from tests.test_revisions import VERSIONS, texts_in

Parts = list[tuple[str, str, str, str]]
PARTS = """
SELECT type, name, tbl_name, sql FROM sqlite_master
WHERE type IN ('trigger', 'view', 'index') AND sql IS NOT NULL ORDER BY name
"""


def parts_of(path: Path) -> Parts:
    return rows(path, PARTS)


def rebuilt_tables(tree: ast.AST) -> Iterator[str | None]:
    """Yield the table of each batch operation, None where it is no literal."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("batch_alter_table"):
            named = [node.args[0]] if node.args else [each.value for each in node.keywords if each.arg == "table_name"]
            is_text = bool(named) and isinstance(named[0], ast.Constant)
            yield str(named[0].value) if is_text else None  # type: ignore[attr-defined]


def forgotten(source: str, parts: Parts) -> list[str]:
    """Return what hangs on the tables that a revision rebuilds in batch mode and is not made again in it.

    It is made again where a text of the revision names it, or where all of them are read from `sqlite_master`.
    """
    tree = ast.parse(source)
    texts = "\n".join(texts_in(tree))
    found = []
    for table in rebuilt_tables(tree):
        if table is None:
            found.append("a table whose name is no literal")
            continue
        for kind, name, owner, sql in parts:
            hangs_on = owner == table if kind == "trigger" else bool(re.search(rf"\b{table}\b", sql))
            is_plain = kind == "index" and (owner != table or is_plain_index(sql))
            is_read = re.search(rf"sqlite_master\b.*'{kind}'", texts, re.DOTALL)
            if hangs_on and not is_plain and not is_read and not re.search(rf"\b{name}\b", texts):
                found.append(f"{kind} {name}")
    return found


def is_plain_index(sql: str) -> bool:
    """Whether batch mode makes the index again: columns alone, and of every row."""
    return re.fullmatch(r'CREATE (UNIQUE )?INDEX \S+\s+ON \S+ \([\w", ]+\)', sql) is not None


@pytest.fixture(scope="module")
def parts_before(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Parts]:
    """What hangs on tables before each revision, by its number, and after the last one under "head"."""
    path = tmp_path_factory.mktemp("stairs") / "catalog.db"
    path.touch()
    found: dict[str, Parts] = {}
    for revision in REVISIONS:
        found[revision] = parts_of(path)
        upgrade(path, revision)
    return found | {"head": parts_of(path)}


def revision_of(path: Path) -> str:
    return path.name[:4]


@pytest.mark.parametrize("path", VERSIONS, ids=revision_of)
def test_a_batch_rebuild_makes_again_what_hangs_on_its_table(path: Path, parts_before: dict[str, Parts]) -> None:
    assert forgotten(path.read_text(encoding="utf-8"), parts_before[revision_of(path)]) == []


@pytest.mark.parametrize("path", VERSIONS, ids=revision_of)
def test_nothing_vanishes_in_a_revision_that_does_not_name_it(path: Path, parts_before: dict[str, Parts]) -> None:
    before = parts_before[revision_of(path)]
    later = [*REVISIONS, "head"][REVISIONS.index(revision_of(path)) + 1]

    assert vanished(before, parts_before[later], path.read_text(encoding="utf-8")) == []


def vanished(before: Parts, after: Parts, source: str) -> list[str]:
    gone = {part[:3] for part in before} - {part[:3] for part in after}
    texts = "\n".join(texts_in(ast.parse(source)))
    return sorted(f"{kind} {name}" for kind, name, table in gone if not is_named(name, table, texts))


def is_named(name: str, table: str, texts: str) -> bool:
    """Whether a text names it, or the parts that its name is put together from where it is made in a loop."""
    pieces = [name, *re.findall(rf"ix_{table}_(.+)", name)]
    return any(re.search(rf"(?<!\w){piece}(?!\w)", texts) for piece in pieces)


IMPORTS = "from alembic import op\nimport sqlalchemy as sa\n\n"
REBUILD = (
    'with op.batch_alter_table("papers", recreate="always") as batch:\n    batch.add_column(sa.Column("x", sa.Text))\n'
)
OF_PAPERS = "trigger papers_ai", "trigger papers_au", "trigger papers_ad", "view check_title_twice"


def test_the_lint_sees_a_rebuild_that_forgets_triggers_views_and_partial_indexes(
    parts_before: dict[str, Parts],
) -> None:
    found = forgotten(IMPORTS + REBUILD, parts_before["head"])

    assert {*OF_PAPERS, "index ux_papers_title_key_arxiv_id"} <= set(found)
    assert "index ix_papers_publication_date" not in found  # batch mode makes it again


@pytest.mark.parametrize(
    ("addition", "still"),
    [
        ('op.execute("CREATE TRIGGER papers_ai AFTER INSERT ON papers BEGIN SELECT 1; END")', "trigger papers_au"),
        ("op.get_bind().exec_driver_sql(\"SELECT sql FROM sqlite_master WHERE type IN ('view', 'index')\")", "trigger"),
        ("op.get_bind().exec_driver_sql(\"SELECT sql FROM sqlite_master WHERE type = 'trigger'\")", "view"),
    ],
)
def test_the_lint_sees_what_is_still_forgotten(addition: str, still: str, parts_before: dict[str, Parts]) -> None:
    found = forgotten(IMPORTS + addition + "\n" + REBUILD, parts_before["head"])

    assert any(name.startswith(still) for name in found)
    assert len(found) < len(forgotten(IMPORTS + REBUILD, parts_before["head"]))


def test_the_lint_lets_pass_what_makes_everything_again(parts_before: dict[str, Parts]) -> None:
    everything = "SELECT sql FROM sqlite_master WHERE type IN ('trigger', 'view', 'index')"

    assert forgotten(f'{IMPORTS}op.get_bind().exec_driver_sql("{everything}")\n{REBUILD}', parts_before["head"]) == []
    assert forgotten(IMPORTS + REBUILD.replace("papers", "rejects"), parts_before["0007"]) == []


@pytest.mark.parametrize("name", ["TABLE", "table_name=TABLE", "f'{TABLE}'"])
def test_the_lint_wants_the_name_of_a_rebuilt_table_as_a_literal(name: str) -> None:
    assert forgotten(f"with op.batch_alter_table({name}) as batch:\n    pass\n", []) == [
        "a table whose name is no literal"
    ]


def test_what_a_planted_revision_loses_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same without batch mode: a table is made anew by hand, and its index and trigger are forgotten."""
    path = good_catalogue(tmp_path / "catalog.db")
    before = parts_of(path)
    body = """
    op.execute("ALTER TABLE authors RENAME COLUMN name TO name")
    op.execute("DROP INDEX ix_paper_authors_author_id")
    op.execute("DROP TRIGGER papers" + "_au")
    """
    with seen_checkout(tmp_path / "checkout", monkeypatch) as checkout:
        checkout.add_revision(body)
        upgrade(path)
        (planted,) = (checkout.folder / "migrations" / "versions").glob(f"{NEXT}_*.py")
        # Without the texts at its head, which name every trigger for those that do better.
        source = "def upgrade" + planted.read_text(encoding="utf-8").partition("def upgrade")[2]

    assert vanished(before, parts_of(path), source) == ["trigger papers_au"]
