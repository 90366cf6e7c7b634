"""News and the operator's settings -> mails, sent once to each recipient or written as files."""

from __future__ import annotations

import smtplib
from collections import deque
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from catalog.errors import CatalogError, exit_code_of_writing
from catalog.news.contents import News
from catalog.news.journal import Journal, open_journal
from catalog.news.mail import make_mail, message_id
from catalog.news.server import Broken, Refused, connected, send
from catalog.news.settings import Mailbox, Settings
from catalog.show.lines import counted
from catalog.terminal import plain

NOTHING: Final = "No paper, so no mail."

_MOST_BREAKS: Final = 3
"""After so many broken connections in a row nobody else is tried."""


def send_news(news: News, settings: Settings, site: str | None, *, on_fault: Callable[[str], None]) -> str:
    """Send the news to every recipient who has not got them, and return a sentence on what was done.

    What goes wrong with one recipient goes to `on_fault` as a sentence, and the others get theirs. Raises CatalogError
    where some did not get theirs, or nobody can: the same call then sends only what is missing.
    """
    if not news.items:
        return NOTHING
    with open_journal(settings.journal) as journal:
        missing = [each for each in settings.recipients if message_id(news, settings, each) not in journal.sent]
        known = len(settings.recipients) - len(missing)
        if missing:
            delivery = _Delivery(news, settings, site, journal, on_fault)
            delivery.run(missing)
            if failed := len(missing) - delivery.sent_count:
                raise CatalogError(
                    f"{counted(failed, 'recipient')} of {len(settings.recipients)} did not get the news; "
                    "the same command sends only what is missing."
                )
    return f"Sent to {counted(len(missing), 'recipient')}{f', {known:,} had it already' if known else ''}."


class _Delivery:
    """One run: a session that is opened anew after it broke, as long as that makes sense."""

    def __init__(
        self, news: News, settings: Settings, site: str | None, journal: Journal, on_fault: Callable[[str], None]
    ) -> None:
        self._news = news
        self._settings = settings
        self._site = site
        self._journal = journal
        self._on_fault = on_fault
        self._break_count = 0
        self.sent_count = 0

    def run(self, recipients: Iterable[Mailbox]) -> None:
        """Send to each recipient. Raises CatalogError where the server cannot be used at all, or no longer."""
        password = self._settings.password()
        waiting = deque(recipients)
        while waiting and self._break_count < _MOST_BREAKS:
            with connected(self._settings, password) as session:
                while waiting and session.sock is not None:
                    self._send(session, waiting.popleft())
        if waiting:
            self._on_fault(
                f"The connection broke {_MOST_BREAKS} times in a row; {counted(len(waiting), 'recipient')} not tried."
            )

    def _send(self, session: smtplib.SMTP, recipient: Mailbox) -> None:
        mail = make_mail(self._news, self._settings, recipient, self._site, datetime.now(UTC))
        try:
            send(session, self._settings, recipient.address, mail)
        except Refused as fault:
            self._on_fault(f"{recipient.address} {fault}.")
        except Broken as fault:
            self._on_fault(f"{recipient.address} {fault}.")
            self._break_count += 1
            return
        else:
            self._journal.add(message_id(self._news, self._settings, recipient), datetime.now(UTC))
            self.sent_count += 1
        self._break_count = 0


def write_news(news: News, settings: Settings, site: str | None, folder: Path) -> str:
    """Write the mail for each recipient into `folder`, `<Message-ID>.eml`, and return a sentence; nothing is sent.

    The journal is neither asked nor written. Raises CatalogError where the folder cannot be written to.
    """
    if not news.items:
        return NOTHING
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for recipient in settings.recipients:
            mail = make_mail(news, settings, recipient, site, datetime.now(UTC))
            _replace(folder / f"{message_id(news, settings, recipient)}.eml", mail)
    except OSError as error:
        sentence = f"{folder}: cannot be written to ({error.strerror}); name another with --eml."
        raise CatalogError(sentence, exit_code_of_writing(error)) from error
    return f"Wrote {counted(len(settings.recipients), 'mail')} to {plain(str(folder))}, and sent nothing."


def _replace(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.new")
    draft.write_bytes(content)
    draft.replace(path)
