"""A real mail server for tests: aiosmtpd, with STARTTLS, that can be told whom to refuse and when to break off."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

NAME, PASSWORD = "news", "a password of 2 cats"


@dataclass(frozen=True)
class Mail:
    """A mail as the server took it."""

    sender: str
    recipient: str
    content: bytes
    was_encrypted: bool
    login: str | None


@dataclass
class Post:
    """What the server took, and what it does with whom. Recipients and commands have answers of their own."""

    port: int = 0
    taken: list[Mail] = field(default_factory=list)
    answers: dict[tuple[str, str], str] = field(default_factory=dict)
    breaks: set[tuple[str, str]] = field(default_factory=set)
    logins: list[str] = field(default_factory=list)
    session_count: int = 0
    on_taken: Callable[[], None] = lambda: None

    @property
    def recipients(self) -> list[str]:
        return [mail.recipient for mail in self.taken]

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.session_count += session.ssl is None
        return responses

    async def handle_MAIL(self, _: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        if ("MAIL", address) in self.answers:
            return self.answers["MAIL", address]
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, _: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        if ("RCPT", address) in self.answers:
            return self.answers["RCPT", address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert envelope.mail_from is not None
        assert isinstance(envelope.original_content, bytes)
        (recipient,) = envelope.rcpt_tos
        if ("DATA", recipient) in self.answers:
            return self.answers["DATA", recipient]
        login = self.logins[-1] if session.authenticated else None
        is_encrypted = session.ssl is not None
        self.taken.append(Mail(envelope.mail_from, recipient, envelope.original_content, is_encrypted, login))
        self.on_taken()
        if ("after DATA", recipient) in self.breaks:
            server.transport.abort()
        return "250 OK"

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append(data.login.decode())
        return AuthResult(success=(data.login.decode(), data.password.decode()) == (NAME, PASSWORD), handled=False)


class _Server(SMTP):
    """Breaks off in the middle of a mail where it is told to."""

    async def smtp_DATA(self, arg: str) -> None:
        recipients = self.envelope.rcpt_tos
        if any(("DATA", recipient) in self.event_handler.breaks for recipient in recipients):
            await self.push("354 Go on")
            await self._reader.readline()
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


@cache
def authority() -> trustme.CA:
    """Who vouches for the server."""
    return trustme.CA()


def authority_file(folder: Path) -> Path:
    """Write the certificate of who vouches for the server, and return its path."""
    path = folder / "authority.pem"
    authority().cert_pem.write_to_path(str(path))
    return path


def _context(host: str, ca: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(host).configure_cert(context)
    return context


@contextmanager
def mail_server(
    *, host: str = "localhost", ca: trustme.CA | None = None, has_tls: bool = True, is_implicit: bool = False
) -> Iterator[Post]:
    """Run the server on a port of its own, with a certificate for `host` by `ca`, and give what it does and took."""
    post = Post()
    context = _context(host, ca or authority()) if has_tls else None
    loop = asyncio.new_event_loop()

    def make() -> SMTP:
        return _Server(
            post,
            hostname="mail.test",
            ident="test",
            loop=loop,
            tls_context=None if is_implicit else context,
            authenticator=post.authenticate,
            auth_require_tls=not is_implicit,
        )

    server = loop.run_until_complete(loop.create_server(make, "127.0.0.1", 0, ssl=context if is_implicit else None))
    post.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield post
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(60)
        loop.close()


async def _end(server: asyncio.Server) -> None:
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
