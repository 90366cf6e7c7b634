"""The comments of tables and columns, and the questions -> the generated parts of metadata.yml. Pure."""

from __future__ import annotations

import json
import re
from typing import Final

from catalog.models import metadata
from catalog.questions import Question, questions

# A generated part stands between two comments of its own, so that everything around it stays as a person wrote it.
_PART: Final = re.compile(
    r"^(?P<indent> *)# from catalog/models: (?P<table>\w+)\n.*?^(?P=indent)# end of what is generated$",
    re.DOTALL | re.MULTILINE,
)
_QUESTIONS: Final = re.compile(
    r"^(?P<indent> *)# from catalog/questions\n.*?^(?P=indent)# end of what is generated$", re.DOTALL | re.MULTILINE
)


def described(metadata_yaml: str) -> str:
    """Return the text of metadata.yml with descriptions as catalog/models and queries as catalog/questions have them.

    Raises ValueError where the text has no part for a table, two for one, or one for a table that does not exist, or
    not one part for the questions.
    """
    named = [match["table"] for match in _PART.finditer(metadata_yaml)]
    if sorted(named) != sorted(metadata.tables):
        wrong = sorted(set(named) ^ set(metadata.tables)) or sorted({name for name in named if named.count(name) > 1})
        raise ValueError(f"metadata.yml must have one generated part for each table; look at: {', '.join(wrong)}")
    if len(_QUESTIONS.findall(metadata_yaml)) != 1:
        raise ValueError("metadata.yml must have one generated part for the questions")
    return _QUESTIONS.sub(_queries, _PART.sub(_part, metadata_yaml))


def _part(match: re.Match[str]) -> str:
    table = metadata.tables[match["table"]]
    lines = [
        f"# from catalog/models: {table.name}",
        f"description: {_quoted(table.comment)}",
        "columns:",
        *(f"  {column.name}: {_quoted(column.comment)}" for column in table.columns),
        "# end of what is generated",
    ]
    return "\n".join(match["indent"] + line for line in lines)


def _queries(match: re.Match[str]) -> str:
    lines = ["# from catalog/questions"]
    for question in questions():
        lines += _query(question)
    lines.append("# end of what is generated")
    return "\n".join(match["indent"] + line if line else "" for line in lines)


def _query(question: Question) -> list[str]:
    return [
        f"{question.name}:",
        f"  title: {_quoted(question.title)}",
        f"  description: {_quoted(question.description)}",
        "  hide_sql: true",
        *([f"  params: [{', '.join(question.parameters)}]"] if question.parameters else []),
        "  sql: |-",
        *("    " + line if line else "" for line in question.sql.splitlines()),
    ]


def _quoted(text: str | None) -> str:
    # A JSON string is a YAML string too, whatever it holds.
    return json.dumps(text or "", ensure_ascii=False)
