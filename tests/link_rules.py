"""The rules for links as `docs/links.md` shows them; `make docs` writes them into it again."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from tests.link_examples import EXAMPLES, Find

DOCUMENT = Path(__file__).parents[1] / "docs" / "links.md"
BEGIN = "<!-- rules: written by `make docs`, do not edit by hand -->"
END = "<!-- end of the rules -->"


def rules_text() -> str:
    """The rules and examples as Markdown, grouped by section."""
    lines: list[str] = []
    for section, examples in groupby(EXAMPLES, key=lambda example: example.section):
        lines += [f"## {section}", ""]
        for example in examples:
            lines += [f"**{example.rule}**", "", f"    {_shown(example.text)}", ""]
            lines += [f"- {_found(find)}" for find in example.finds] or ["- nothing"]
            lines.append("")
    return "\n".join(lines)


def _shown(text: str) -> str:
    return text.replace("\n", "⏎").replace("\u200b", "<U+200B>")


def _found(find: Find) -> str:
    said = f"; {find.roles}" if find.roles else ""
    said += ", promised" if find.is_promised else ""
    said += ", not the paper's own" if not find.is_own else ""
    return f"`{_shown(find.verbatim)}` is `{find.url}` ({find.kind}{said})"


def document_text() -> str:
    """Return `docs/links.md` with the rules between its two marks brought up to date, the rest as it stands."""
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}\n\n{rules_text()}\n{END}{after}"
