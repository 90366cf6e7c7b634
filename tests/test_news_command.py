"""`catalog news` as a person runs it."""

from __future__ import annotations

import re
import shlex
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from catalog.cli import main
from tests.atom_faults import parsed
from tests.catalogues import snapshot
from tests.conftest import ROOT
from tests.mail_server import mail_server
from tests.news_example import ADA, BO, kite_catalogue, write_settings
from tests.question_example import LADDER, SPOON


@pytest.fixture(scope="module")
def kites(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return kite_catalogue(tmp_path_factory.mktemp("news"))


def run(kites: Path, *arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["news", *map(str, arguments), "-d", str(kites)])


@pytest.mark.parametrize(
    ("format_name", "start"),
    [
        ("text", "New papers since 2026-03-05 (2)\n"),
        ("markdown", "# New papers since 2026"),
        ("html", "<!DOCTYPE html>\n"),
        ("atom", "<?xml version='1.0' encoding='utf-8'?>\n"),
    ],
)
def test_each_format_is_printed_and_the_file_is_left_alone(kites: Path, format_name: str, start: str) -> None:
    before = snapshot(kites.parent)

    done = run(kites, "--since", "2026-03-05", "--format", format_name)

    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith(start)
    assert LADDER.title in done.stdout
    assert snapshot(kites.parent) == before
    if format_name == "atom":
        parsed(done.stdout_bytes)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "Say since when, with --since, or ask for --trending."),
        (["--trending", "--by", "load"], "--by load and --undecided are for what is new"),
        (["--trending", "--undecided"], "--by load and --undecided are for what is new"),
        (["--trending", "--eml", "out"], "--eml needs --mail"),
        (["--trending", "--mail", "x.toml", "--format", "html"], "leave out --format"),
        (["--trending", "--site", "javascript:alert(1)"], "is no address as https://papers.example"),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(kites: Path, arguments: list[str], reason: str) -> None:
    done = run(kites, *arguments)

    assert done.exit_code == 2
    assert reason in " ".join(done.stderr.split())


def test_a_day_that_is_none_is_one_sentence(kites: Path) -> None:
    done = run(kites, "--since", "2026-02-30")
    assert (done.exit_code, done.stderr) == (
        1,
        "Error: 2026-02-30 is no day of the calendar; say one as 2026-03-04.\n",
    )


def test_mails_are_written_as_files_and_nothing_is_sent(kites: Path, tmp_path: Path) -> None:
    settings, folder = write_settings(tmp_path, None, ADA, f"Bo <{BO}>"), tmp_path / "a" / "mails"

    for _ in range(2):
        done = run(kites, "--since", "2026-03-05", "--mail", settings, "--eml", folder)
        assert (done.exit_code, done.stderr) == (0, "")
        assert done.stdout == f"Wrote 2 mails to {folder}, and sent nothing.\n"

    mails = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in sorted(folder.iterdir())]
    assert sorted(mail["To"] for mail in mails) == ["Bo <bo@readers.example>", "ada@readers.example"]
    assert sorted(f"<{path.stem}>" for path in folder.iterdir()) == sorted(mail["Message-ID"] for mail in mails)
    assert not (tmp_path / "news.toml.sent").exists()


def test_a_folder_that_cannot_be_written_to_is_one_sentence(kites: Path, tmp_path: Path) -> None:
    settings = write_settings(tmp_path, None, ADA)

    done = run(kites, "--since", "2026-03-05", "--mail", settings, "--eml", settings)

    assert (done.exit_code, done.stdout) == (73, "")
    assert re.fullmatch(
        r"Error: .*news\.toml: cannot be written to \(File exists\); name another with --eml\.\n", done.stderr
    )


def test_news_are_sent_once_and_told(kites: Path, tmp_path: Path) -> None:
    with mail_server() as post:
        settings = write_settings(tmp_path, post, ADA, BO)
        post.answers["RCPT", ADA] = "550 5.1.1 No such user"
        first = run(kites, "--since", "2026-03-05", "--mail", settings, "--site", "https://papers.example/")
        post.answers.clear()
        second = run(kites, "--since", "2026-03-05", "--mail", settings, "--site", "https://papers.example/")

    assert (first.exit_code, first.stdout) == (1, "")
    assert first.stderr.splitlines() == [
        "ada@readers.example was refused by localhost (550 5.1.1 No such user).",
        "Error: 1 recipient of 2 did not get the news; the same command sends only what is missing.",
    ]
    assert (second.exit_code, second.output) == (0, "Sent to 1 recipient, 1 had it already.\n")
    assert post.recipients == [BO, ADA]
    read = message_from_bytes(post.taken[0].content, policy=policy.default)
    text, page = (part.get_content() for part in read.iter_parts())  # type: ignore[attr-defined]
    assert SPOON.title in text
    assert 'href="https://papers.example/catalog/papers/3"' in page


def test_the_example_in_the_documentation_is_a_file_that_works(kites: Path, tmp_path: Path) -> None:
    documentation = (ROOT / "docs" / "news.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```toml\n(.*?)^```", documentation, re.MULTILINE | re.DOTALL)
    (tmp_path / "news.toml").write_text(example, encoding="utf-8")
    commands = re.findall(r"^catalog (news .*)$", documentation, re.MULTILINE)

    assert len(commands) >= 5
    for command in commands:
        words = shlex.split(re.sub(r" [>|].*", "", command))
        words = [str(tmp_path / word) if word in ("news.toml", "mails") else word for word in words]
        if "--mail" in words and "--eml" not in words:
            words += ["--eml", str(tmp_path / "mails")]
        done = CliRunner().invoke(main, [*words, "-d", str(kites)])
        assert (done.exit_code, done.stderr) == (0, ""), command
    assert len(list((tmp_path / "mails").iterdir())) >= 2
