"""Sending the news, to a real mail server: once to each recipient, over TLS; what fails is one sentence."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from click.testing import CliRunner

from catalog.cli import main
from catalog.errors import CatalogError
from catalog.news.contents import News
from catalog.news.journal import open_journal
from catalog.news.sending import send_news
from catalog.news.settings import read_settings
from tests.conftest import ROOT
from tests.mail_server import NAME, Post, mail_server
from tests.news_example import ADA, BO, CY, kite_catalogue, made_news, paper, write_settings

NEWS = made_news(paper(title="Moss Clocks"), paper(title="Lichen Clocks"))
OPEN_RELAY = 'security = "none"'


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server() as post:
        yield post


def send(path: Path, news: News = NEWS) -> tuple[str, list[str]]:
    """Send, and return the sentence at the end and those on the way; a refusal is a sentence at the end, too."""
    faults: list[str] = []
    try:
        told = send_news(news, read_settings(path), None, on_fault=faults.append)
    except CatalogError as error:
        told = str(error)
    for sentence in (told, *faults):
        assert "\n" not in sentence
        assert sentence.endswith(".")
    return told, faults


def test_each_recipient_gets_a_mail_of_their_own_over_tls(tmp_path: Path, post: Post) -> None:
    told, faults = send(write_settings(tmp_path, post))

    assert (told, faults) == ("Sent to 3 recipients.", [])
    assert post.recipients == [ADA, BO, CY]
    assert {(mail.sender, mail.was_encrypted, mail.login) for mail in post.taken} == {
        ("news@papers.example", True, NAME)
    }
    for mail in post.taken:
        others = {ADA, BO, CY} - {mail.recipient}
        assert not [other for other in others if other.encode() in mail.content]
    assert post.session_count == 1


def test_sending_twice_sends_once(tmp_path: Path, post: Post) -> None:
    path = write_settings(tmp_path, post)
    send(path)

    assert send(path) == ("Sent to 0 recipients, 3 had it already.", [])
    assert post.recipients == [ADA, BO, CY]
    assert post.session_count == 1, "nothing to send, nobody to ask"


def test_the_same_papers_are_the_same_news_whatever_was_asked(tmp_path: Path, post: Post) -> None:
    path = write_settings(tmp_path, post, ADA)
    for title in ("New papers since 2026-03-04", "New papers since 2026-03-05"):
        send(path, made_news(paper(title="Moss Clocks"), title=title))
    send(path, made_news(paper(title="Moss Clocks"), paper(title="Lichen Clocks")))
    send(path, made_news(paper(title="Moss Clocks"), is_trending=True))

    assert len(post.taken) == 3


def test_another_recipient_gets_what_the_others_had(tmp_path: Path, post: Post) -> None:
    send(write_settings(tmp_path, post, ADA))
    told, _ = send(write_settings(tmp_path, post, "Ada <ADA@Readers.example>", BO, "bo@readers.example"))

    assert told == "Sent to 1 recipient, 1 had it already."
    assert post.recipients == [ADA, BO]


def test_nothing_new_sends_nothing_and_needs_no_server(tmp_path: Path) -> None:
    assert send(write_settings(tmp_path), made_news()) == ("No paper, so no mail.", [])


# Refusals


@pytest.mark.parametrize(
    ("command", "answer", "fault"),
    [
        ("RCPT", "550 5.1.1 No such\tuser.", "was refused by localhost (550 5.1.1 No such user)."),
        ("RCPT", "451 4.7.1 Try later", "was refused by localhost (451 4.7.1 Try later)."),
        ("RCPT", "421 4.3.2 Going down", "was refused by localhost (421 4.3.2 Going down)."),
        ("DATA", "554 5.7.1 Spam", "got nothing, localhost refused the mail (554 5.7.1 Spam)."),
        ("DATA", "452 4.3.1 Disk full", "got nothing, localhost refused the mail (452 4.3.1 Disk full)."),
        ("DATA", "421 4.3.2 Going down", "got nothing, localhost refused the mail (421 4.3.2 Going down)."),
    ],
)
def test_who_is_refused_is_told_and_the_others_get_theirs(
    tmp_path: Path, post: Post, command: str, answer: str, fault: str
) -> None:
    path = write_settings(tmp_path, post)
    post.answers[command, BO] = answer

    told, faults = send(path)

    assert faults == [f"{BO} {fault}"]
    assert told == "1 recipient of 3 did not get the news; the same command sends only what is missing."
    assert post.recipients == [ADA, CY]

    post.answers.clear()
    assert send(path) == ("Sent to 1 recipient, 2 had it already.", [])
    assert post.recipients == [ADA, CY, BO]


@pytest.mark.parametrize("answer", ["550 Not you", "451 Later"])
def test_a_refused_sender_ends_it(tmp_path: Path, post: Post, answer: str) -> None:
    path = write_settings(tmp_path, post)
    post.answers["MAIL", "news@papers.example"] = answer

    told, faults = send(path)

    assert told == f"{path}: the sender news@papers.example was refused by localhost ({answer}); ask who runs it."
    assert (faults, post.taken) == ([], [])
    post.answers.clear()
    assert send(path)[0] == "Sent to 3 recipients."


def test_a_server_that_says_anything_cannot_steer_the_terminal(tmp_path: Path, post: Post) -> None:
    post.answers["RCPT", ADA] = "550 \x1b[2J\x9b\u202e" + "x" * 400

    _, (fault,) = send(write_settings(tmp_path, post, ADA))

    assert fault.isprintable()
    assert len(fault) < 350


# Broken connections


@pytest.mark.parametrize("moment", ["DATA", "after DATA"])
def test_a_connection_that_breaks_is_told_and_the_others_get_theirs(tmp_path: Path, post: Post, moment: str) -> None:
    path = write_settings(tmp_path, post)
    post.breaks.add((moment, BO))

    told, (fault,) = send(path)

    assert fault.startswith(f"{BO} may have got nothing, the connection to localhost broke (")
    assert told.startswith("1 recipient of 3 did not get the news;")
    assert post.session_count == 2
    first = list(post.recipients)
    assert first == ([ADA, CY] if moment == "DATA" else [ADA, BO, CY])

    post.breaks.clear()
    assert send(path) == ("Sent to 1 recipient, 2 had it already.", [])
    assert post.recipients == [*first, BO]
    ids = [line for mail in post.taken for line in mail.content.splitlines() if line.startswith(b"Message-ID")]
    assert len(set(ids)) == 3, "what came twice has one Message-ID"


@pytest.mark.parametrize("answer", ["", "421 4.3.2 Going down"])
def test_a_connection_that_breaks_again_and_again_is_given_up(tmp_path: Path, post: Post, answer: str) -> None:
    everybody = [f"reader{number}@readers.example" for number in range(9)]
    if answer:
        post.answers |= {("RCPT", each): answer for each in everybody}
    else:
        post.breaks |= {("DATA", each) for each in everybody}

    told, faults = send(write_settings(tmp_path, post, *everybody))

    assert len(faults) == 4
    assert faults[-1] == "The connection broke 3 times in a row; 6 recipients not tried."
    assert told.startswith("9 recipients of 9 did not get the news;")


def test_a_connection_that_breaks_now_and_then_is_not_given_up(tmp_path: Path, post: Post) -> None:
    everybody = [f"reader{number}@readers.example" for number in range(8)]
    post.breaks |= {("DATA", each) for each in everybody[::2]}

    told, faults = send(write_settings(tmp_path, post, *everybody))

    assert len(faults) == 4
    assert post.recipients == everybody[1::2]
    assert told.startswith("4 recipients of 8 did not get the news;")


def test_nobody_at_the_port(tmp_path: Path) -> None:
    with mail_server() as post:
        path = write_settings(tmp_path, post)

    told, faults = send(path)

    assert told == (
        f"{path}: the mail server localhost, port {post.port}, cannot be reached (Connection refused); "
        "mend that and run the same command again."
    )
    assert faults == []


def test_a_kill_between_sending_and_writing_sends_again_under_the_same_id(tmp_path: Path, post: Post) -> None:
    database = kite_catalogue(tmp_path)
    path = write_settings(tmp_path, post)
    command = [sys.executable, "-m", "catalog", "news", "--since", "2026-03-05"]
    command += ["--mail", str(path), "-d", str(database)]

    post.on_taken = lambda: process.kill() if post.recipients[-1] == BO else None
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE)
    process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL
    assert post.recipients == [ADA, BO]
    post.on_taken = lambda: None
    done = CliRunner().invoke(main, command[3:])

    assert (done.exit_code, done.output) == (0, "Sent to 2 recipients, 1 had it already.\n")
    assert post.recipients == [ADA, BO, BO, CY]
    without_date = [
        [line for line in mail.content.splitlines() if not line.startswith(b"Date")] for mail in post.taken[1:3]
    ]
    assert without_date[0] == without_date[1]


# Encryption and passwords


def test_without_starttls_nothing_is_sent(tmp_path: Path) -> None:
    with mail_server(has_tls=False) as post:
        path = write_settings(tmp_path, post)
        told, _ = send(path)

    assert told == (
        f"{path}: the mail server localhost, port {post.port}, cannot do what is asked (STARTTLS extension not "
        "supported by server); mend that and run the same command again."
    )
    assert (post.taken, post.logins) == ([], [])


@pytest.mark.parametrize("is_implicit", [False, True])
@pytest.mark.parametrize(
    ("host", "is_stranger", "reason"),
    [
        ("other.example", False, "Hostname mismatch, certificate is not valid for 'localhost'"),
        ("localhost", True, "unable to get local issuer certificate"),
    ],
)
def test_a_wrong_certificate_ends_it(
    tmp_path: Path, host: str, is_stranger: bool, reason: str, is_implicit: bool
) -> None:
    with mail_server(host=host, ca=trustme.CA() if is_stranger else None, is_implicit=is_implicit) as post:
        security = 'security = "tls"\n' if is_implicit else ""
        server = f'{security}username = "{NAME}"\npassword_file = "password"'
        told, _ = send(write_settings(tmp_path, post, server=server))

    assert f"has a certificate that is not to be trusted ({reason}" in told
    assert (post.taken, post.logins) == ([], [])


def test_tls_from_the_start(tmp_path: Path) -> None:
    with mail_server(is_implicit=True) as post:
        server = f'security = "tls"\nusername = "{NAME}"\npassword_file = "password"'
        assert send(write_settings(tmp_path, post, server=server)) == ("Sent to 3 recipients.", [])
    assert [mail.login for mail in post.taken] == [NAME] * 3


def test_a_relay_on_this_machine_needs_neither_password_nor_encryption(tmp_path: Path) -> None:
    with mail_server(has_tls=False) as post:
        assert send(write_settings(tmp_path, post, server=OPEN_RELAY)) == ("Sent to 3 recipients.", [])
    assert {(mail.was_encrypted, mail.login) for mail in post.taken} == {(False, None)}


def test_a_wrong_password_ends_it_and_is_not_told(tmp_path: Path, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWS_PASSWORD", "wrong but secret")
    path = write_settings(tmp_path, post, server=f'username = "{NAME}"\npassword_env = "NEWS_PASSWORD"')

    told, faults = send(path)

    assert "did not accept the name and the password (535 " in told
    assert "secret" not in told
    assert (faults, post.taken) == ([], [])


# The journal


def test_the_journal_holds_no_address_and_is_for_its_owner_alone(tmp_path: Path, post: Post) -> None:
    path = write_settings(tmp_path, post, ADA)
    send(path)
    journal = tmp_path / "news.toml.sent"

    assert "ada" not in journal.read_text(encoding="utf-8").casefold()
    assert stat.S_IMODE(journal.stat().st_mode) == 0o600


def test_each_line_is_on_disk_before_the_next_mail_goes_out(
    tmp_path: Path, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_settings(tmp_path, post)
    synced: list[tuple[int, int]] = []
    fsync = os.fsync

    def watched(descriptor: int) -> None:
        fsync(descriptor)
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            synced.append((len(post.taken), os.fstat(descriptor).st_size))

    monkeypatch.setattr(os, "fsync", watched)
    send(path)

    line = (tmp_path / "news.toml.sent").stat().st_size // 3
    assert synced == [(1, line), (2, 2 * line), (3, 3 * line)]


def test_a_line_that_a_kill_cut_short_counts_as_not_sent(tmp_path: Path, post: Post) -> None:
    path = write_settings(tmp_path, post)
    send(path)
    journal = tmp_path / "news.toml.sent"
    whole = journal.read_bytes()
    journal.write_bytes(whole[:-20])

    assert send(path) == ("Sent to 1 recipient, 2 had it already.", [])
    assert post.recipients == [ADA, BO, CY, CY]
    assert send(path) == ("Sent to 0 recipients, 3 had it already.", [])
    assert len(journal.read_bytes().splitlines()) == 3


@pytest.mark.parametrize("line", ["moss", "[]", "7", '{"message": "x"}', "[" * 3000])
def test_a_journal_that_is_none_is_refused(tmp_path: Path, post: Post, line: str) -> None:
    path = write_settings(tmp_path, post)
    (tmp_path / "news.toml.sent").write_text(f'{{"message_id": "x@y"}}\n{line}\n', encoding="utf-8")

    told, _ = send(path)

    assert told.startswith(f"{path}.sent, line 2: is no line of this journal;")
    assert post.taken == []


def test_two_at_a_time_are_one(tmp_path: Path, post: Post) -> None:
    path = write_settings(tmp_path, post)
    with open_journal(tmp_path / "news.toml.sent"):
        told, _ = send(path)

    assert told == f"{path}.sent: another process is sending; wait until it has ended."
    assert post.taken == []


@pytest.mark.parametrize("place", ["nowhere/sent", "."])
def test_without_a_journal_nothing_is_sent(tmp_path: Path, post: Post, place: str) -> None:
    told, _ = send(write_settings(tmp_path, post, more=f'journal = "{place}"'))

    assert "and nothing is sent without it" in told
    assert post.taken == []


def test_what_is_no_file_is_no_journal(tmp_path: Path, post: Post) -> None:
    told, _ = send(write_settings(tmp_path, post, more='journal = "/dev/zero"'))

    assert told == "/dev/zero: is no file; name another as journal."
    assert post.taken == []


def test_a_full_disk_ends_it_after_the_mail_that_cannot_be_written_down(tmp_path: Path, post: Post) -> None:
    resource = pytest.importorskip("resource", reason="no limits for the size of files on this system")
    path = write_settings(tmp_path, post)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (150, limits[1]))
    try:
        told, _ = send(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    assert told.startswith(f"{path}.sent: cannot be written to (No space left on device), so that the mail ")
    assert post.recipients == [ADA, BO]
    assert send(path) == ("Sent to 2 recipients, 1 had it already.", [])
