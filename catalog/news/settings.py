"""The operator's file -> who sends to whom, and through which server. TOML; its fields are those of `Settings`."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import quote

import msgspec
from msgspec import Meta

from catalog.errors import CatalogError, ExitCode
from catalog.news.words import one_line, web_address
from catalog.terminal import plain

_MOST_BYTES: Final = 4 * 1024**2
_LOCAL = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}"
_DOMAIN = (
    r"(?=.{1,190}\Z)(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)
# RFC 5321, 4.1.2, without quoted local parts and address literals: an address in ASCII that needs no SMTPUTF8.
_ADDRESS: Final = re.compile(rf"(?P<local>{_LOCAL})@(?P<domain>{_DOMAIN})")
_NAMED: Final = re.compile(r"(?P<name>[^<>]{0,200})<(?P<address>[^<>\s]{1,300})>")
# RFC 6068, as far as a header and a link can hold it as it stands.
_MAILTO: Final = re.compile(r"mailto:[A-Za-z0-9\-._~:/?@!$&'*+;=%]{3,500}")


class Server(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where mails are handed in. The password is in an environment variable or a file, never here."""

    host: Annotated[str, Meta(min_length=1, max_length=253)]
    port: Annotated[int, Meta(ge=1, le=65535)] | None = None
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str | None = None
    password_env: str | None = None
    password_file: str | None = None
    ca_file: str | None = None


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"sender": "from"}):
    sender: str
    recipients: list[str]
    unsubscribe: list[str]
    server: Server
    reply_to: str | None = None
    subject_prefix: str = ""
    journal: str | None = None


class Mailbox(msgspec.Struct, frozen=True):
    """A name, perhaps empty, and an address in ASCII."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        """What follows the @."""
        return self.address.rpartition("@")[2]


class Settings(msgspec.Struct, frozen=True):
    """What the operator's file says, checked. `path` is the file, `journal` where it is kept what was sent."""

    path: Path
    sender: Mailbox
    recipients: tuple[Mailbox, ...]
    unsubscribe: tuple[str, ...]
    server: Server
    reply_to: Mailbox | None
    subject_prefix: str
    journal: Path

    def ways_out(self, recipient: Mailbox) -> list[str]:
        """Return the addresses by which a recipient unsubscribes, `{address}` in them filled in."""
        return [each.replace("{address}", quote(recipient.address, safe="@")) for each in self.unsubscribe]

    def password(self) -> str | None:
        """Return the password, or None without a username. Raises CatalogError where it is not to be had."""
        server = self.server
        if server.username is None:
            return None
        if server.password_env is not None:
            found = os.environ.get(server.password_env, "")
            where = f"the environment variable {plain(server.password_env)}"
        else:
            path = self.path.parent / (server.password_file or "")
            found, where = _secret(path), plain(str(path))
        if not found.isascii() or not found.isprintable() or not found:
            raise CatalogError(f"{where}: holds no password in printable ASCII characters; put it there.")
        return found


def read_settings(path: Path) -> Settings:
    """Return what the file at `path` says. Raises CatalogError, one sentence, where it is no such file."""
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except OSError as error:
        sentence = f"{path}: cannot be read ({error.strerror}); see docs/news.md for an example."
        raise CatalogError(sentence, ExitCode.NO_INPUT) from error
    if len(content) > _MOST_BYTES:
        raise CatalogError(
            f"{path}: is too large for a file of recipients; name another with --mail.", ExitCode.BAD_DATA
        )
    try:
        read = msgspec.toml.decode(content, type=_File)
        return _checked(path, read)
    except (ValueError, msgspec.MsgspecError, RecursionError) as error:
        sentence = f"{path}: {one_line(str(error))}; see docs/news.md for an example."
        raise CatalogError(sentence, ExitCode.BAD_DATA) from error


def _checked(path: Path, read: _File) -> Settings:
    recipients = {box.address.casefold(): box for box in map(_mailbox, reversed(read.recipients))}
    _check_server(read.server)
    settings = Settings(
        path=path,
        sender=_mailbox(read.sender),
        recipients=tuple(reversed(recipients.values())),
        unsubscribe=tuple(read.unsubscribe),
        server=read.server,
        reply_to=None if read.reply_to is None else _mailbox(read.reply_to),
        subject_prefix=one_line(read.subject_prefix, 60),
        journal=path.with_name(f"{path.name}.sent") if read.journal is None else path.parent / read.journal,
    )
    if not settings.recipients:
        raise ValueError("names no recipients")
    if not settings.unsubscribe:
        raise ValueError("unsubscribe names no address by which one leaves the list")
    if sum(url.startswith("https:") for url in settings.unsubscribe) > 1:
        raise ValueError("unsubscribe: one https: address at most, says RFC 8058")
    for url in settings.ways_out(settings.sender):
        if not _MAILTO.fullmatch(url) and not (web_address(url) and url.startswith("https://")):
            raise ValueError(f"unsubscribe: {url[:80]!r} is no mailto: and no https: address")
    return settings


def _check_server(server: Server) -> None:
    has_secret = (server.password_env is not None) + (server.password_file is not None)
    if server.username is None and has_secret:
        raise ValueError("server: a password without a username")
    if server.username is not None and has_secret != 1:
        raise ValueError("server: username needs password_env or password_file, one of them")
    if server.username is not None and server.security == "none":
        raise ValueError('server: security = "none" would send the password in the clear; leave out username')
    if not server.host.isascii() or not server.host.isprintable() or " " in server.host:
        raise ValueError(f"server: {server.host[:80]!r} is no name of a host")


def _mailbox(text: str) -> Mailbox:
    match = _NAMED.fullmatch(text.strip())
    name, address = (match["name"], match["address"]) if match else ("", text.strip())
    found = _ADDRESS.fullmatch(address)
    if found is None or found["local"].startswith(".") or found["local"].endswith(".") or ".." in found["local"]:
        raise ValueError(f"{text[:80]!r} is no mail address in ASCII, as ada@example.org or Ada <ada@example.org>")
    return Mailbox(one_line(name.strip().strip('"'), 100), address)


def _secret(path: Path) -> str:
    try:
        if os.name == "posix" and path.stat().st_mode & 0o007:
            raise CatalogError(f"{path}: holds a password and every user can read it; run `chmod 600` on it.")
        with path.open("rb") as file:
            return file.read(1024).decode("utf-8", "replace").strip()
    except OSError as error:
        sentence = f"{path}: cannot be read ({error.strerror}); put the password there."
        raise CatalogError(sentence, ExitCode.NO_INPUT) from error
