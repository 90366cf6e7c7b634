"""The documentation that is generated is what `make docs` writes, and the commands that it shows exist."""

from __future__ import annotations

import subprocess
import sys

from tests.conftest import ROOT


def test_generated_documentation_is_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "docs.generate", "--check"], cwd=ROOT, capture_output=True, text=True, timeout=60
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_make_target_in_the_documentation_exists() -> None:
    import re

    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md"):
        named = set(re.findall(r"`make ([a-z-]+)", (ROOT / name).read_text(encoding="utf-8")))
        assert named <= targets, name


def test_links_between_documents_lead_somewhere() -> None:
    import re

    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        # What stands in a block of code is an example.
        prose = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", prose):
            assert (path.parent / target).exists(), f"{path.name} names {target}"
