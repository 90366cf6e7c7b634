"""A mail server, spoken to over TLS with a verified certificate. What goes wrong is one sentence."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NoReturn

from catalog.errors import CatalogError
from catalog.news.settings import Server, Settings
from catalog.news.words import one_line

TIMEOUT_SECONDS: Final = 60
_PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}
_MOST_ANSWER: Final = 200
_CLOSING: Final = 421
"""RFC 5321, 3.8: the server ends the session after it, whatever it answers."""


class Refused(Exception):
    """One recipient does not get the mail; the others may. The text is the end of a sentence."""


class Broken(Exception):
    """The connection is gone, and nobody knows whether the server took the mail. The text is the end of a sentence."""


@contextmanager
def connected(settings: Settings, password: str | None) -> Iterator[smtplib.SMTP]:
    """Give a session with the operator's server, for one block; it is said farewell to where it is still there.

    Raises CatalogError where there is no server, it offers no STARTTLS, its certificate is not to be trusted, or it
    does not accept the password. A password is never sent but through TLS.
    """
    server = settings.server
    session: smtplib.SMTP | None = None
    try:
        session = _session(settings)
        if server.username is not None and password is not None:
            session.login(server.username, password)
    except (OSError, smtplib.SMTPException) as error:
        if session is not None:
            session.close()
        raise CatalogError(
            f"{settings.path}: {_place(server)} {_reason(error)}; mend that and run the same command again."
        ) from error
    try:
        yield session
    finally:
        with contextlib.suppress(OSError, smtplib.SMTPException):
            session.quit()
        session.close()


def send(session: smtplib.SMTP, settings: Settings, recipient: str, mail: bytes) -> None:
    """Hand in one mail for one recipient. When this returns, the server has taken it.

    Raises Refused where the server does not take it for this recipient, Broken where the connection is gone, and
    CatalogError where it takes none from this sender.
    """
    host = one_line(settings.server.host)
    try:
        session.sendmail(settings.sender.address, [recipient], mail)
    except smtplib.SMTPRecipientsRefused as error:
        code, text = error.recipients[recipient]
        _refuse(f"was refused by {host}", code, text)
    except smtplib.SMTPSenderRefused as error:
        if error.smtp_code != _CLOSING:
            sender = f"the sender {settings.sender.address} was refused by {host}"
            raise CatalogError(f"{settings.path}: {sender} ({_answer(error)}); ask who runs it.") from error
        _refuse(f"got nothing, {host} ended the session", error.smtp_code, error.smtp_error)
    except smtplib.SMTPResponseException as error:
        _refuse(f"got nothing, {host} refused the mail", error.smtp_code, error.smtp_error)
    except (OSError, smtplib.SMTPException) as error:
        raise Broken(f"may have got nothing, the connection to {host} broke ({_reason(error)})") from error


def _refuse(what: str, code: int, text: bytes | str) -> NoReturn:
    answer = f"{what} ({code} {_text(text)})"
    raise Broken(answer) if code == _CLOSING else Refused(answer)


def _session(settings: Settings) -> smtplib.SMTP:
    server = settings.server
    port = server.port or _PORTS[server.security]
    if server.security == "tls":
        return smtplib.SMTP_SSL(server.host, port, timeout=TIMEOUT_SECONDS, context=_tls(settings))
    session = smtplib.SMTP(server.host, port, timeout=TIMEOUT_SECONDS)
    try:
        session.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            session.starttls(context=_tls(settings))
    except BaseException:
        session.close()
        raise
    return session


def _tls(settings: Settings) -> ssl.SSLContext:
    """The default context, which verifies the certificate and the name in it."""
    if settings.server.ca_file is None:
        return ssl.create_default_context()
    path = settings.path.parent / settings.server.ca_file
    try:
        return ssl.create_default_context(cafile=path)
    except OSError as error:
        raise CatalogError(f"{path}: holds no certificates ({error.strerror}); correct ca_file.") from error


def _place(server: Server) -> str:
    return f"the mail server {one_line(server.host)}, port {server.port or _PORTS[server.security]},"


def _reason(error: Exception) -> str:
    """Return what happened as the end of a sentence; what a server says is bounded and on one line."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"has a certificate that is not to be trusted ({one_line(error.verify_message, _MOST_ANSWER)})"
    if isinstance(error, ssl.SSLError):
        return f"speaks no TLS that is safe ({one_line(error.reason or str(error), _MOST_ANSWER)})"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return f"cannot do what is asked ({_text(str(error))})"
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"did not accept the name and the password ({_answer(error)})"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"refused ({_answer(error)})"
    if isinstance(error, socket.gaierror):
        return "has no address: the name is not known"
    if isinstance(error, TimeoutError):
        return f"did not answer within {TIMEOUT_SECONDS} seconds"
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be reached ({error.strerror})"
    return f"ended the conversation ({_text(str(error))})"


def _answer(error: smtplib.SMTPResponseException) -> str:
    return f"{error.smtp_code} {_text(error.smtp_error)}"


def _text(said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return one_line(text, _MOST_ANSWER).rstrip(".")
