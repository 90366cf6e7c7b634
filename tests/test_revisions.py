"""The revisions: one line of them, each alone with what it needs, inside the transaction that env.py opens."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from catalog.database import known_revisions
from catalog.migrate import alembic_config
from tests.conftest import ROOT

VERSIONS = sorted((ROOT / "migrations" / "versions").glob("*.py"))
# Each of them ends the transaction of a revision, or begins one beside it.
FORBIDDEN_NAMES = ("executescript", "autocommit_block", "commit", "rollback", "begin", "begin_nested", "connect")
FORBIDDEN_SQL = re.compile(r"\s*(BEGIN|COMMIT|END|ROLLBACK|SAVEPOINT|RELEASE|ATTACH|DETACH|VACUUM)\b", re.IGNORECASE)


def names_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Name):
            yield node.id


def texts_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_revisions_are_numbered_in_one_line() -> None:
    scripts = list(ScriptDirectory.from_config(alembic_config()).walk_revisions())
    numbers = [script.revision for script in reversed(scripts)]

    assert ScriptDirectory.from_config(alembic_config()).get_heads() == numbers[-1:]
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
    assert [script.down_revision for script in reversed(scripts)] == [None, *numbers[:-1]]
    assert tuple(numbers) == known_revisions()


@pytest.mark.parametrize("path", VERSIONS, ids=lambda path: path.name)
def test_a_revision_says_what_it_does_and_stands_alone(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    revision = next(
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "revision"
    )

    assert re.fullmatch(rf"{revision}_[a-z0-9]+(_[a-z0-9]+)+\.py", path.name)
    assert len((ast.get_docstring(tree) or "").splitlines()[0].split()) >= 3
    assert imported <= {"alembic", "sqlalchemy"} | sys.stdlib_module_names


def ends_its_transaction(source: str) -> list[str]:
    """Return what in a revision would end the transaction that it runs in."""
    tree = ast.parse(source)
    found = [name for name in names_in(tree) if name in FORBIDDEN_NAMES]
    return found + [text for text in texts_in(tree) if FORBIDDEN_SQL.match(text)]


@pytest.mark.parametrize("path", VERSIONS, ids=lambda path: path.name)
def test_a_revision_stays_in_its_transaction(path: Path) -> None:
    assert ends_its_transaction(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "op.get_bind().connection.executescript(sql)",
        "with op.get_context().autocommit_block(): pass",
        'op.execute("COMMIT")',
        'op.execute("vacuum")',
        "op.get_bind().commit()",
    ],
)
def test_what_ends_a_transaction_is_seen(source: str) -> None:
    assert ends_its_transaction(source)
