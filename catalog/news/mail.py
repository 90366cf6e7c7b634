"""News and a recipient -> one mail in ASCII, as any server and any client takes it (RFC 5322, 2045, 2047). Pure.

The same news to the same recipient make the same mail, whenever it is made, but for its Date. The Message-ID is one
of the papers and the recipient.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any, Final

from catalog.news import words
from catalog.news.contents import News
from catalog.news.html import html_page
from catalog.news.settings import Mailbox, Settings
from catalog.news.text import text_lines

_DIGITS: Final = 32
_MOST_SUBJECT: Final = 150


class _Policy(policy.EmailPolicy):
    """Writes the headers that hold addresses in angle brackets as they stand, one on each line.

    Python's own folding takes a long one for prose and encodes it, so that no client finds the address.
    """

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Return a header as it is written."""
        if name in _AS_THEY_STAND:
            return f"{name}: {str(value).replace(', ', f',{self.linesep} ')}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


_AS_THEY_STAND: Final = ("Message-ID", "List-Unsubscribe")
_POLICY: Final = _Policy(linesep="\r\n", cte_type="7bit")


def message_id(news: News, settings: Settings, recipient: Mailbox) -> str:
    """Return the Message-ID, without angle brackets, of the news for this recipient: it depends on nothing else.

    The address is in it as a part of a hash only.
    """
    told = f"{news.identity}\n{settings.sender.address.casefold()}\n{recipient.address.casefold()}"
    return f"{hashlib.sha256(told.encode('ascii')).hexdigest()[:_DIGITS]}@{settings.sender.domain.lower()}"


def make_mail(news: News, settings: Settings, recipient: Mailbox, site: str | None, date: datetime) -> bytes:
    """Return the mail with all its headers, lines ending in CRLF, ready for SMTP or an .eml file."""
    key = message_id(news, settings, recipient)
    ways_out = settings.ways_out(recipient)
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = _address(settings.sender)
    mail["To"] = _address(recipient)
    if settings.reply_to is not None:
        mail["Reply-To"] = _address(settings.reply_to)
    mail["Subject"] = _literal(words.one_line(f"{settings.subject_prefix} {words.headline(news)}", _MOST_SUBJECT))
    mail["Date"] = format_datetime(date)
    mail["Message-ID"] = f"<{key}>"
    # RFC 2369, and RFC 8058: one click only where the address is https.
    mail["List-Unsubscribe"] = ", ".join(f"<{each}>" for each in ways_out)
    if any(each.startswith("https:") for each in ways_out):
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    # RFC 3834: no "I am on holiday" in answer.
    mail["Auto-Submitted"] = "auto-generated"
    text = "\n".join([*text_lines(news, site), "", "-- ", f"Unsubscribe: {ways_out[0]}", ""])
    mail.set_content(text, cte="quoted-printable")
    mail.add_alternative(html_page(news, site, ways_out[0]), subtype="html", cte="quoted-printable")
    # A boundary that is chosen by chance would make each run's mail another one. No quoted-printable line holds `=_`.
    mail.set_boundary(f"=_{key[:_DIGITS]}")
    return mail.as_bytes()


def _address(box: Mailbox) -> Address:
    return Address(display_name=_literal(box.name), addr_spec=box.address)


def _literal(text: str) -> str:
    """Return a text of a header in which nothing is an encoded word: Python and clients would decode it to anything."""
    return text.replace("=?", "= ?")
