"""The mail itself, parsed back: its headers, its two parts, and that no text of a stranger reaches a header."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from catalog.errors import CatalogError
from catalog.news.contents import News
from catalog.news.mail import make_mail, message_id
from catalog.news.settings import Mailbox, Server, Settings, read_settings
from catalog.terminal import plain as shown_plainly
from tests.news_example import ADA, ALARMING, HOSTILE, LINK_OUT, UNSUBSCRIBE, made_news, paper, write_settings

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
SETTINGS = Settings(
    path=Path("news.toml"),
    sender=Mailbox("Paper News", "news@papers.example"),
    recipients=(Mailbox("Ada", ADA),),
    unsubscribe=tuple(UNSUBSCRIBE),
    server=Server(host="localhost"),
    reply_to=None,
    subject_prefix="",
    journal=Path("news.toml.sent"),
)
HEADERS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "List-Unsubscribe",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
]
MOSS = paper(
    title="Moss Clocks", abstract="Moss grows.", authors=("Ada Moss",), repositories=("https://github.com/moss/clocks",)
)
NEWS = made_news(MOSS)


def mail(news: News = NEWS, using: Settings = SETTINGS, *, recipient: Mailbox | None = None) -> EmailMessage:
    """Make a mail, see that any server and client can take it, and return it as a client reads it."""
    content = make_mail(news, using, recipient or using.recipients[0], "https://papers.example", NOON)
    content.decode("ascii")
    assert max(map(len, content.split(b"\r\n"))) <= 998, "RFC 5322, 2.1.1"
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", content)
    read = message_from_bytes(content, policy=policy.default)
    assert isinstance(read, EmailMessage)
    assert [part.defects for part in read.walk()] == [[], [], []]
    return read


def parts(read: EmailMessage) -> tuple[str, str]:
    plain, page = (part.get_content() for part in read.iter_parts())
    return plain, page


def test_the_mail_has_what_a_mail_of_a_list_has() -> None:
    read = mail()

    assert read.keys() == HEADERS
    assert (read["From"], read["To"]) == ("Paper News <news@papers.example>", "Ada <ada@readers.example>")
    assert read["Subject"] == "New papers since 2026-03-04 (1)"
    assert read["Date"].datetime == NOON
    assert re.fullmatch(r"<[0-9a-f]{32}@papers\.example>", read["Message-ID"])
    assert read["List-Unsubscribe"] == "<mailto:news@papers.example?subject=unsubscribe>"
    assert read["Auto-Submitted"] == "auto-generated"
    assert read.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in read.iter_parts()] == ["text/plain", "text/html"]


def test_both_parts_say_the_same() -> None:
    plain, page = parts(mail())

    for text in (plain, html.document_fromstring(page).text_content()):
        for said in ("New papers since 2026-03-04 (1)", "Moss Clocks", "Ada Moss", "Moss grows.", "Unsubscribe"):
            assert said in text
    assert "https://github.com/moss/clocks" in plain
    hrefs = [link.get("href") for link in html.document_fromstring(page).iter("a")]
    assert hrefs == [
        "https://papers.example/catalog/papers/1",
        "https://github.com/moss/clocks",
        "mailto:news@papers.example?subject=unsubscribe",
    ]


def test_the_same_news_are_the_same_mail_but_for_the_date() -> None:
    later = make_mail(NEWS, SETTINGS, SETTINGS.recipients[0], None, datetime(2027, 1, 1, tzinfo=UTC))
    first = make_mail(NEWS, SETTINGS, SETTINGS.recipients[0], None, NOON)

    dates = {*first.splitlines()} ^ {*later.splitlines()}
    assert dates == {b"Date: Wed, 04 Mar 2026 12:00:00 +0000", b"Date: Fri, 01 Jan 2027 00:00:00 +0000"}


def test_a_message_id_is_one_of_news_sender_and_recipient() -> None:
    bo = Mailbox("", "bo@readers.example")
    other_sender = Settings(**{**as_dict(SETTINGS), "sender": Mailbox("", "other@papers.example")})
    ids = {
        message_id(NEWS, SETTINGS, SETTINGS.recipients[0]),
        message_id(NEWS, SETTINGS, bo),
        message_id(replace(NEWS, is_trending=True), SETTINGS, bo),
        message_id(NEWS, other_sender, bo),
    }
    assert len(ids) == 4
    assert message_id(NEWS, SETTINGS, Mailbox("Another name", "ADA@readers.EXAMPLE")) in ids


def as_dict(using: Settings) -> dict[str, object]:
    return {name: getattr(using, name) for name in using.__struct_fields__}


def test_one_click_is_offered_where_the_address_is_https() -> None:
    out = (UNSUBSCRIBE[0], LINK_OUT)
    using = Settings(**{**as_dict(SETTINGS), "unsubscribe": out})
    read = mail(using=using, recipient=Mailbox("", "ada+moss&x=1@readers.example"))

    assert read["List-Unsubscribe"] == (
        "<mailto:news@papers.example?subject=unsubscribe>, "
        "<https://papers.example/leave?who=ada%2Bmoss%26x%3D1@readers.example>"
    )
    assert read["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_long_address_to_unsubscribe_is_written_as_it_stands() -> None:
    out = (f"https://papers.example/{'leave' * 90}", "mailto:news@papers.example")
    using = Settings(**{**as_dict(SETTINGS), "unsubscribe": out})

    content = make_mail(NEWS, using, using.recipients[0], None, NOON)

    assert f"List-Unsubscribe: <{out[0]}>,\r\n <{out[1]}>\r\n".encode() in content


# Texts of strangers


@pytest.mark.parametrize(
    "asked", [HOSTILE, "x" * 5000, "苔" * 900, "a b " * 900, "=?utf-8?q?=0D=0ABcc:_e@evil.example?="]
)
def test_no_text_of_a_stranger_makes_a_header(asked: str) -> None:
    hostile = paper(title=asked, abstract=asked, authors=(asked,), repositories=("https://x.example/" + asked, asked))
    news = made_news(hostile, title=f"New papers matching “{asked}”", notes=(asked,))

    read = mail(news)
    plain, page = parts(read)

    assert read.keys() == HEADERS
    assert read["To"] == "Ada <ada@readers.example>"
    assert read["Subject"].startswith("New papers matching “")
    assert len(read["Subject"]) <= 150
    assert read["Subject"].isprintable()
    for text in (plain, page):
        assert not (set(ALARMING) - {"\r", "\n"}) & set(text)
    assert max(map(len, plain.splitlines())) < 1000


_TEXT = st.text(st.characters() | st.sampled_from('=?"\\<>(),;:@ \t\r\n'), max_size=120)


@settings(deadline=None, max_examples=15)
@given(_TEXT, _TEXT)
def test_any_text_in_subject_and_names_comes_back_on_one_line(text: str, name: str) -> None:
    sender = Mailbox(" ".join("".join(c if c.isprintable() else " " for c in name).split()), "news@papers.example")
    using = Settings(**{**as_dict(SETTINGS), "sender": sender, "subject_prefix": "[x]"})

    read = mail(made_news(paper(title=text), title=text), using)

    assert read.keys() == HEADERS
    shown = " ".join(shown_plainly(text).split())
    if len(shown) < 100:
        assert read["Subject"] == f"[x] {shown} (1)".replace("  ", " ").replace("=?", "= ?")
    (found,) = read["From"].addresses
    assert found.addr_spec == "news@papers.example"
    # Python's own parser puts a space between two encoded words of a name, against RFC 2047, 6.2.
    assert found.display_name.replace(" ", "") == sender.name.replace(" ", "")


def test_the_longest_addresses_are_written_as_they_stand() -> None:
    long = f"{'a' * 64}@{'b' * 60}.{'c' * 60}.{'d' * 60}.example"
    using = Settings(**{**as_dict(SETTINGS), "sender": Mailbox("N" * 100, long), "reply_to": Mailbox("", long)})

    read = mail(using=using, recipient=Mailbox("苔" * 60, long))

    assert [read[name].addresses[0].addr_spec for name in ("From", "To", "Reply-To")] == [long] * 3
    assert read["Message-ID"].endswith(f"@{long.partition('@')[2]}>")


# The operator's file


def test_the_settings_are_what_the_file_says(tmp_path: Path) -> None:
    more = 'reply_to = "desk@papers.example"\nsubject_prefix = "[papers]"\njournal = "sent.jsonl"'
    found = read_settings(
        write_settings(tmp_path, None, 'Dr. "Ada", Moss <ada@readers.example>', "bo@x.example", more=more)
    )

    assert found.recipients == (Mailbox('Dr. "Ada", Moss', ADA), Mailbox("", "bo@x.example"))
    assert (found.sender, found.reply_to) == (
        Mailbox("Paper News", "news@papers.example"),
        Mailbox("", "desk@papers.example"),
    )
    assert found.journal == tmp_path / "sent.jsonl"
    assert found.password() == "a password of 2 cats"
    assert mail(using=found)["Subject"] == "[papers] New papers since 2026-03-04 (1)"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('from = "Paper News <news@papers.example>"', "", "missing required field `from`"),
        ("port = 25", 'port = "25"', "Expected `int | null`, got `str` - at `$.server.port`"),
        ("port = 25", "port = 70000", "<= 65535 - at `$.server.port`"),
        ("port = 25", "prot = 25", "unknown field `prot` - at `$.server`"),
        ("port = 25", "port 25", "(at line "),
        ("port = 25", 'password = "secret"', "unknown field `password`"),
        ("port = 25", 'security = "ssl"', "Invalid enum value 'ssl' - at `$.server.security`"),
        ("port = 25", 'security = "none"', "would send the password in the clear"),
        ('password_file = "password"', "", "username needs password_env or password_file"),
        ('username = "news"', "", "a password without a username"),
        ("ada@readers.example", "ada", "'ada' is no mail address"),
        ("ada@readers.example", "ada@x\\nBcc: eve@evil.example", "is no mail address"),
        ("ada@readers.example", "ada@readers.example>, <eve@evil.example", "is no mail address"),
        ("ada@readers.example", "ädä@readers.example", "is no mail address in ASCII"),
        ("ada@readers.example", ".ada@readers.example", "is no mail address"),
        ("ada@readers.example", "ada@-.example", "is no mail address"),
        ("['ada@readers.example']", "[]", "names no recipients"),
        ("['mailto:news@papers.example?subject=unsubscribe']", "[]", "unsubscribe names no address"),
        (
            "mailto:news@papers.example?subject=unsubscribe",
            "http://papers.example/",
            "no mailto: and no https: address",
        ),
        ("mailto:news@papers.example?subject=unsubscribe", "https://x/\\n>", "no mailto: and no https: address"),
        ("mailto:news@papers.example?subject=unsubscribe", "javascript:alert(1)", "no mailto: and no https: address"),
        (
            "unsubscribe = [",
            "unsubscribe = ['https://x.example/', 'https://y.example/', ",
            "one https: address at most",
        ),
        ('host = "localhost"', 'host = "local host"', "is no name of a host"),
        ("recipients =", "recipients = " + "[" * 5000, ""),
    ],
)
def test_what_is_wrong_in_the_file_is_one_sentence(tmp_path: Path, old: str, new: str, reason: str) -> None:
    path = write_settings(tmp_path, None, ADA)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(
        text.replace(old, new).replace("'", '"') if "\\" in new else text.replace(old, new), encoding="utf-8"
    )

    with pytest.raises(CatalogError) as caught:
        read_settings(path)

    assert str(caught.value).startswith(f"{path}: ")
    assert reason in str(caught.value)
    assert str(caught.value).isprintable()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="cannot be read"):
        read_settings(tmp_path / "nowhere.toml")


def test_a_password_that_everybody_can_read_is_refused(tmp_path: Path) -> None:
    found = read_settings(write_settings(tmp_path, None, ADA))
    (tmp_path / "password").chmod(0o644)

    with pytest.raises(CatalogError, match="every user can read it; run `chmod 600`"):
        found.password()


@pytest.mark.parametrize("secret", ["", "\n", "two\nlines", "pässword", "x\x00y"])
def test_a_password_that_no_server_takes_is_refused(tmp_path: Path, secret: str) -> None:
    found = read_settings(write_settings(tmp_path, None, ADA))
    (tmp_path / "password").write_text(secret, encoding="utf-8")

    with pytest.raises(CatalogError, match="holds no password"):
        found.password()
